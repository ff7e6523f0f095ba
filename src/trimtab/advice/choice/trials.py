"""What a policy must stand before it is recommended, most of it on demand it was not tuned on."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trimtab.ladders.parts import parts_of
from trimtab.replay.bound import clairvoyant_bound
from trimtab.replay.run import replay, summary_of
from trimtab.units import DAY_MIN

if TYPE_CHECKING:
    from trimtab.advice.case.case import Case
    from trimtab.advice.case.objective import Objective
    from trimtab.demand.series import Mask
    from trimtab.ladders.parts import Parts, RecordingPart
    from trimtab.replay.policy import Policy
    from trimtab.replay.result import Summary

STUDENT_T = (
    *(6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812),
    *(1.796, 1.782, 1.771, 1.761, 1.753, 1.746, 1.740, 1.734, 1.729, 1.725),
    *(1.721, 1.717, 1.714, 1.711, 1.708, 1.706, 1.703, 1.701, 1.699, 1.697),
)
"""One-sided 95 % of Student's t by degrees of freedom, 1 to 30 (NIST/SEMATECH e-Handbook, 1.3.6.7.2): the
days of the tuned part are a sample, and the next may be worse; nine days tell their spread badly."""
NORMAL = 1.6449
"""What it comes to with many days."""
LEAST_DAYS = 5
"""Whole days from which the spread of days is taken as their sample's."""
LEAST_TUNED = 0.8
"""Of the allowance, the least that the tuned days are held to, however short they are [ratio]."""
STRESS = 2.0
"""Under harder demand the objective may be missed by less than this [ratio of the allowance]."""


class Test(enum.Enum):
    """One trial."""

    TUNED = "tuned days"
    """On the part it was tuned on, with the spread between its days added."""
    JUDGED = "held-out days"
    """On the last part of the history."""
    HARDER = "demand x1.2"
    SHIFTED = "peak shifted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How one trial went."""

    test: Test
    over_share: float
    """Minutes above the objective's CPU [ratio]."""
    allowed_share: float
    over_memory_min: int
    """Minutes above the objective's memory; none is allowed."""
    direction_changes_day: float
    allowed_changes_day: float

    @property
    def passed(self) -> bool:
        """Whether the trial was stood."""
        return not self.failure

    @property
    def failure(self) -> str:
        """What went wrong, in words; empty if nothing did."""
        if self.over_memory_min:
            minutes = "1 minute" if self.over_memory_min == 1 else f"{self.over_memory_min:,} minutes"
            return f"{minutes} above the memory allowed ({self.test.value})"
        if self.over_share > self.allowed_share:
            return (
                f"{100 * self.over_share:.2f} % of minutes short of CPU, where "
                f"{100 * self.allowed_share:.3g} % is allowed ({self.test.value})"
            )
        if self.direction_changes_day > self.allowed_changes_day:
            return (
                f"{self.direction_changes_day:.1f} reversals a day, where "
                f"{self.allowed_changes_day:g} are allowed ({self.test.value})"
            )
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """One policy at one size, and all its trials."""

    policy: Policy
    tuned_billed_s: int
    """[task-seconds] over the tuned part."""
    judged_billed_s: int
    judged_bound_s: float
    """Of the clairvoyant bound that may be over as long as the objective allows [task-seconds]."""
    marks: tuple[Mark, ...]

    @property
    def passed(self) -> bool:
        """Whether every trial was stood."""
        return all(mark.passed for mark in self.marks)

    @property
    def failures(self) -> tuple[str, ...]:
        """What went wrong, in words."""
        return tuple(mark.failure for mark in self.marks if not mark.passed)

    @property
    def over_bound(self) -> float:
        """Judged cost over the clairvoyant bound [ratio]; infinite where there is no bound."""
        return self.judged_billed_s / self.judged_bound_s if self.judged_bound_s > 0 else math.inf

    def mark(self, test: Test) -> Mark:
        """Return how a trial went."""
        return next(mark for mark in self.marks if mark.test is test)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrialGround:
    """Where the policies of one service at one size are tried."""

    parts: Parts
    objective: Objective
    floor: int
    """Least tasks, whatever the demand."""
    most: int
    """Most tasks any policy may run."""
    judged_bound_s: float
    """The clairvoyant bound of the judged part [task-seconds]."""


def ground_of(parts: Parts, objective: Objective, *, floor: int, most: int) -> TrialGround:
    """Return the ground; its bound is what no schedule between ``floor`` and ``most`` can undercut."""
    bound = bound_s(parts.judged, objective, floor=floor, most=most)
    return TrialGround(parts=parts, objective=objective, floor=floor, most=most, judged_bound_s=bound)


def bound_s(part: RecordingPart, objective: Objective, *, floor: int, most: int) -> float:
    """Return the clairvoyant bound with as many minutes over as the objective allows [task-seconds].

    Infinite when even knowing the future does not help: more minutes are over at ``most`` tasks.
    """
    allowed = math.floor(objective.over_share * part.minutes)
    # No bound is known with interruptions; without them the same inputs cost less, so this stays one.
    bound = clairvoyant_bound(
        replace(part.inputs, interruptions=None), min_tasks=floor, max_tasks=most, violated_minutes=allowed
    )
    return bound.billed_s


def tested(policy: Policy, ground: TrialGround) -> Tested:
    """Put a policy to every trial; its initial count is the one that suits each part."""
    parts, allowed, changes = (
        ground.parts,
        ground.objective.over_share,
        ground.objective.direction_changes_day,
    )
    tuned = replay(parts.tuned.inputs, begun(policy, parts.tuned))
    days, days_over = parts.tuned.minutes / DAY_MIN, over_share_at_most(tuned.minutes.over_cpu)
    # Of the others the totals say enough.
    judged, harder, shifted = (
        summary_of(part.inputs, begun(policy, part)) for part in (parts.judged, parts.harder, parts.shifted)
    )

    def mark(test: Test, done: Summary, allowed_share: float, over_share: float | None = None) -> Mark:
        minutes = (parts.tuned if test is Test.TUNED else parts.judged).minutes
        return Mark(
            test=test,
            over_share=done.over_cpu_min / minutes if over_share is None else over_share,
            allowed_share=allowed_share,
            over_memory_min=done.over_memory_min,
            direction_changes_day=done.direction_changes * DAY_MIN / minutes,
            allowed_changes_day=changes,
        )

    return Tested(
        policy=policy,
        tuned_billed_s=tuned.summary.billed_s,
        judged_billed_s=judged.billed_s,
        judged_bound_s=ground.judged_bound_s,
        marks=(
            mark(Test.TUNED, tuned.summary, allowed * kept_of_days(days), days_over),
            mark(Test.JUDGED, judged, allowed),
            mark(Test.HARDER, harder, STRESS * allowed),
            mark(Test.SHIFTED, shifted, STRESS * allowed),
        ),
    )


def failures_of(case: Case, objective: Objective) -> tuple[str, ...]:
    """Return which trials a replayed service fails and how; a recording of under two minutes has none.

    Nor has one with hours in which no task may run: the trials move peaks, and would move one there.
    """
    policy = case.policy
    closes = policy.max_tasks == 0 or any(bounds.max_tasks == 0 for bounds in policy.changes)
    if case.inputs.load.minutes < 2 or closes:  # noqa: PLR2004  # one to tune on, one to judge
        return ()
    parts = parts_of(case.inputs, objective.judged_percent / 100, case.start)
    ground = ground_of(parts, objective, floor=policy.least_tasks, most=policy.most_tasks)
    return tested(policy, ground).failures


def begun(policy: Policy, part: RecordingPart) -> Policy:
    """Return the policy of a whole recording in one part of it, begun with the count that suits that."""
    (least, most), changes = policy.bounds_from(part.first_min)
    return replace(
        policy,
        min_tasks=least,
        max_tasks=most,
        initial_tasks=part.bounded(least, most),
        changes=tuple(one for one in changes if one.minute < part.minutes),
    )


def kept_of_days(days: float) -> float:
    """Return what of the allowance the tuned days may use up [ratio]: a search that saw few fits them well.

    Less by one day's share; that shrinks with the days, so a long history pays nothing for it.
    """
    return max(LEAST_TUNED, 1 - 1 / days) if days > 0 else LEAST_TUNED


def student_t(freedom: int) -> float:
    """Return the one-sided 95 % quantile of Student's t with ``freedom`` degrees of freedom, at least 1."""
    if freedom <= len(STUDENT_T):
        return STUDENT_T[freedom - 1]
    return NORMAL + (NORMAL**3 + NORMAL) / (4 * freedom)  # Cornish-Fisher, within 0.002 from 30 on


def over_share_at_most(over: Mask) -> float:
    """Return the share of minutes over that the days' spread does not exclude [ratio], ``over`` shape (T,).

    The upper end of a one-sided 95 % interval around the mean of whole days: ten days with one
    bad one say less than ten alike. Less than two whole days have no spread, and their share counts;
    with less than ``LEAST_DAYS`` Student's t would rule out nothing, so the normal's quantile stands,
    and that the history is short is cautioned.
    """
    days = over.size // DAY_MIN
    if days < 2:  # noqa: PLR2004
        return float(over.mean())
    daily = over[: days * DAY_MIN].reshape(days, DAY_MIN).mean(axis=1)
    quantile = student_t(days - 1) if days >= LEAST_DAYS else NORMAL
    return float(over.mean() + quantile * daily.std(ddof=1) / math.sqrt(days))
