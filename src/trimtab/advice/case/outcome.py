"""What a replay found, in the numbers that are shown: money by the month, minutes, direction changes."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from trimtab.catalog.load import HOURS_PER_MONTH
from trimtab.replay.bound import clairvoyant_bound, required_tasks
from trimtab.replay.elasticity import Elasticity, elasticity
from trimtab.replay.run import replay
from trimtab.units import DAY_MIN

if TYPE_CHECKING:
    from datetime import datetime

    from trimtab.advice.case.case import Case
    from trimtab.demand.series import Mask
    from trimtab.fleet.model import TaskSize
    from trimtab.replay.inputs import Inputs
    from trimtab.replay.result import Replay, Summary


class Basis(enum.Enum):
    """Where the numbers come from."""

    REPLAY = "replay"
    RECORD = "record"
    """The tasks that were recorded running, at their size and price: no policy was replayed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One replay of one service, in numbers."""

    service: str
    size: TaskSize
    min_tasks: int
    max_tasks: int
    minutes: int
    """Replayed [min]."""
    filled_share: float
    """Share of them that nobody reported, filled from the last report, 0 to 1."""
    tasks_mean: float
    """Running tasks [tasks]."""
    tasks_least: int
    """Fewest and most asked for (desired count) in any minute [tasks]."""
    tasks_most: int
    usd_month: float
    """List price of the billed task-seconds, drains included [USD/month of 730 h]."""
    cpu_share: float
    """Average CPU above which a minute is over: the objective's, or less where the hottest task is full
    before [ratio]."""
    over_cpu_min: int
    """Minutes above it."""
    over_memory_min: int
    """Minutes in which the average task is above the objective's share of memory."""
    oom_min: int
    """Minutes in which it would hold more than its size."""
    saturated_min: int
    """Minutes in which the work wanted more CPU than there was."""
    direction_changes: int
    launched: int
    """Tasks started."""
    elasticity: Elasticity
    """How well the serving tasks followed those needed, in the field's own metrics."""
    over_bound: float | None
    """Cost over that of the clairvoyant bound with as many minutes over [ratio]; None: no bound."""
    basis: Basis = Basis.REPLAY

    @property
    def over_cpu_share(self) -> float:
        """Share of minutes above the objective's share of CPU, 0 to 1."""
        return self.over_cpu_min / self.minutes

    @property
    def over_memory_share(self) -> float:
        """Share of minutes above the objective's share of memory, 0 to 1."""
        return self.over_memory_min / self.minutes

    @property
    def direction_changes_day(self) -> float:
        """Direction changes a day [1/day]."""
        return self.direction_changes * DAY_MIN / self.minutes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """One replay with its minutes."""

    verdict: Verdict
    replay: Replay
    start: datetime
    """First minute, UTC."""


def judge(case: Case) -> Judged:
    """Replay one service and count."""
    done = replay(case.inputs, case.policy)
    policy = case.policy
    return Judged(
        replay=done,
        start=case.start,
        verdict=verdict_of(
            done,
            case.inputs,
            np.ones(case.inputs.load.minutes, dtype=np.bool_),
            service=case.service,
            size=case.size,
            bounds=(policy.least_tasks, policy.most_tasks),
            floor=policy.least_tasks,
            filled_share=case.filled_share,
            over_bound=_over_bound(case, done.summary),
        ),
    )


def verdict_of(  # noqa: PLR0913  # what ran, of whom, and what it is held against
    done: Replay,
    inputs: Inputs,
    known: Mask,
    *,
    service: str,
    size: TaskSize,
    bounds: tuple[int, int],
    floor: int,
    filled_share: float,
    over_bound: float | None = None,
    basis: Basis = Basis.REPLAY,
) -> Verdict:
    """Return the numbers of what ran in the minutes that are ``known``, bool, shape (T,).

    ``bounds`` are the least and the most tasks that may run, and no demand asks for fewer than ``floor``.
    """
    summary, minutes, count = done.summary, done.minutes, int(known.sum())
    desired = minutes.desired[known]
    return Verdict(
        service=service,
        size=size,
        min_tasks=bounds[0],
        max_tasks=bounds[1],
        minutes=count,
        filled_share=filled_share,
        tasks_mean=float(minutes.running[known].mean()),
        tasks_least=int(desired.min()),
        tasks_most=int(desired.max()),
        usd_month=summary.cost_usd / (count / 60) * HOURS_PER_MONTH,
        cpu_share=inputs.objective.cpu_share,
        over_cpu_min=summary.over_cpu_min,
        over_memory_min=summary.over_memory_min,
        oom_min=summary.oom_min,
        saturated_min=summary.saturated_min,
        direction_changes=summary.direction_changes,
        launched=summary.launched,
        elasticity=elasticity(required_tasks(inputs, floor=floor).tasks, minutes.serving),
        over_bound=over_bound,
        basis=basis,
    )


def _over_bound(case: Case, summary: Summary) -> float | None:
    """Return the cost over the least that any schedule with as many minutes over could cost."""
    bound = clairvoyant_bound(
        replace(case.inputs, interruptions=None),
        min_tasks=case.policy.least_tasks,
        max_tasks=case.policy.most_tasks,
        violated_minutes=summary.over_min,
        model=case.inputs.model,
    )
    return summary.cost_usd / bound.cost_usd if 0 < bound.cost_usd < math.inf else None
