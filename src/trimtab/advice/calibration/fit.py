"""The fields that AWS leaves open, fitted on the first part of a recording and judged on the rest.

What tasks use of their own is told and judged by CPU (``calibration.own``), for at the recorded counts it
is the same load as work. The replay runs free: once over the whole
recording, never put right by what happened. Beside it stand two forecasts that know nothing of
policies: the count stays as it was when the fitted part ended, and each day is as the day before.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from trimtab.advice.calibration.happened import (
    CountChange,
    Scored,
    changes_in_replay,
    changes_of,
    counts_of,
    matched,
    seen_of,
)
from trimtab.advice.calibration.own import JudgedOwn
from trimtab.advice.calibration.phase import later
from trimtab.fleet.fitted import Fitted
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.replay.inputs import Model
from trimtab.replay.run import replay
from trimtab.units import DAY_MIN, DAY_S, MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.advice.calibration.own import CasesOfOwn
    from trimtab.advice.case.case import Case
    from trimtab.demand.series import F64, Demand
    from trimtab.fleet.model import AlarmChange, ScalingActivity

FITTED_SHARE: Final = 0.7
"""Of the recording, the first part: nothing of the rest is fitted."""
LEAST_ACTIVITIES: Final = 10
"""In either part: fewer fit anything, and fewer judge nothing."""
DELAYS_S: Final = (60, 120, 180, 240, 300)
"""From the end of a minute until an alarm sees it, in whole minutes: what is between is the phase [s]."""
IN_ACTIVITIES_S: Final = (0, 30, 60, 120, 180, 300)
LONGEST_PHASE_S: Final = 59.999
TRIES: Final = 2
"""Replays to find a phase: launches that are later make the next activities later too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The open fields as they fit best."""

    delay_s: int
    """From the end of a minute until its point moves the alarm, in whole minutes [s]."""
    phase_s: float
    """What passes beyond that until the activity begins, median [s]."""
    in_activity_s: int
    launch_s: int = 0
    """How long after the tick its tasks are launched: the phase, or nothing where that fits better [s]."""

    def model(self) -> Model:
        """Return the replay's choices with these."""
        return Model(publication_delay_s=self.delay_s, in_activity_s=self.in_activity_s)


DEFAULT: Final = Fields(delay_s=Model().publication_delay_s, phase_s=0.0, in_activity_s=Model().in_activity_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How far the replay of one service is from what happened."""

    service: str
    fields: Fields
    plain_fields: Fields
    """As they fit a replay whose tasks are launched on the tick, as other commands replay."""
    fitted: Scored
    """The replay on the part it was fitted on."""
    judged: Scored
    plain: Scored
    """The replay without a phase, on the same part."""
    default: Scored
    """The replay with the default fields, on the same part."""
    judged_days: float
    stays: Scored
    """The count stays as it was when the fitted part ended."""
    day_before: Scored
    own: JudgedOwn | None = None
    """CPU of the tasks' own; None where it was not asked for."""
    seen_s: tuple[float, ...] = ()
    """From the alarms' history: how long after a period's end each that went on had asked for it."""

    @property
    def used(self) -> bool:
        """Whether the replay without a phase is nearer to the count than with the defaults."""
        return self.plain.count_error < self.default.count_error

    @property
    def best(self) -> Scored:
        """What other commands replay with: the fitted fields where these are nearer, else the defaults."""
        return self.plain if self.used else self.default

    @property
    def kept(self) -> Fitted | None:
        """What is kept of it for other commands; None where no task was recorded in the judged part."""
        best = self.best
        if not np.isfinite((best.bill_error, best.count_error)).all():
            return None
        return Fitted(
            delay_s=self.plain_fields.delay_s,
            phase_s=self.plain_fields.phase_s,
            in_activity_s=self.plain_fields.in_activity_s,
            used=self.used,
            judged_days=self.judged_days,
            predicted=best.matched.share,
            count_error=round(best.count_error, 6),
            bill_error=round(best.bill_error, 6),
            trivial_count_error=round(min(self.stays.count_error, self.day_before.count_error), 6),
            own=self.own.kept if self.own is not None else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Run:
    """A replay with some fields: what it says would have happened."""

    changes: tuple[CountChange, ...]
    desired: F64
    running: F64


def calibrate(
    case: Case,
    demand: Demand,
    activities: Sequence[ScalingActivity],
    alarms: Sequence[AlarmChange] = (),
    own: CasesOfOwn | None = None,
) -> Calibration | LeftOut:
    """Fit the open fields of a service as it is deployed, and judge its replay where nothing was fitted."""
    minutes = case.inputs.load.minutes
    cut = cut_of(minutes)
    happened = changes_of(activities, case.start, case.policy.initial_tasks)
    before = sum(one.at_s < 60 * cut for one in happened)
    after = sum(60 * cut <= one.at_s < 60 * minutes for one in happened)
    if min(before, after) < LEAST_ACTIVITIES:
        why = (
            f"{before} scaling activities in the first {100 * FITTED_SHARE:.0f} % of the recording and "
            f"{after} in the rest; {LEAST_ACTIVITIES} of each are needed"
        )
        return LeftOut(service=case.service, reason=LeftOutReason.CANNOT_TELL, detail=why)
    real = counts_of(happened, minutes, case.policy.initial_tasks)
    fields, plain = _fitted(case, happened, real, cut)
    ran = _ran(case, fields)
    tasks = demand.tasks[:minutes]
    known = demand.present[:minutes]

    def scored(one: _Run, first: int, end: int) -> Scored:
        here = np.zeros(minutes, dtype=np.bool_)
        here[first:end] = known[first:end]
        return Scored(
            matched=matched(happened, one.changes, (60.0 * first, 60.0 * end)),
            count_error=_count_error(one.desired[first:end], real[first:end]),
            bill_error=float(one.running[here].sum() / tasks[here].sum() - 1),
        )

    return Calibration(
        service=case.service,
        fields=fields,
        plain_fields=plain,
        fitted=scored(ran, 0, cut),
        judged=scored(ran, cut, minutes),
        plain=scored(_ran(case, plain), cut, minutes),
        default=scored(_ran(case, DEFAULT), cut, minutes),
        judged_days=(minutes - cut) / DAY_MIN,
        stays=scored(_stays(real, tasks, cut), cut, minutes),
        day_before=scored(_day_before(happened, real, tasks), cut, minutes),
        own=None
        if own is None
        else JudgedOwn(
            found=own.found,
            replays=tuple(scored(_ran(one, plain), cut, minutes) for one in own.cases),
        ),
        seen_s=seen_of(alarms),
    )


def cut_of(minutes: int) -> int:
    """Return from which minute of a recording on nothing is fitted."""
    return round(FITTED_SHARE * minutes)


def _fitted(case: Case, happened: Sequence[CountChange], real: F64, cut: int) -> tuple[Fields, Fields]:
    """Return the fields whose replay says best what happened before minute ``cut``.

    First of any replay, then of one that launches its tasks on the tick.
    """
    best, plain = (math.inf, DEFAULT), (math.inf, DEFAULT)
    for delay, length in itertools.product(DELAYS_S, IN_ACTIVITIES_S):
        fields = replace(DEFAULT, delay_s=delay, in_activity_s=length)
        loss, late = _loss(_ran(case, fields), happened, real, cut)
        # No phase is negative, and a minute more is another delay.
        phase = max(0.0, -late)
        if phase >= MINUTE_S:
            continue
        fields = replace(fields, phase_s=_stated(phase))
        plain = min(plain, (loss, fields), key=lambda one: one[0])
        for _ in range(TRIES if phase else 0):
            fields = replace(fields, phase_s=_stated(phase), launch_s=round(phase))
            loss, late = _loss(_ran(case, fields), happened, real, cut)
            best = min(best, (loss, fields), key=lambda one: one[0])
            phase = max(0.0, phase - late)
    return min(plain, best, key=lambda one: one[0])[1], plain[1]


def _loss(ran: _Run, happened: Sequence[CountChange], real: F64, cut: int) -> tuple[float, float]:
    """Return how far a replay is off before minute ``cut``, its phase aside, and how late it is [s]."""
    found = matched(happened, ran.changes, (0.0, 60.0 * cut))
    late = float(np.median(found.late_s)) if found.late_s else 0.0
    off = float(np.mean(np.abs(np.array(found.late_s) - min(0.0, late)))) if found.late_s else 60.0
    return (1 - found.f1) + _count_error(ran.desired[:cut], real[:cut]) + off / 600, late


def _stated(phase_s: float) -> float:
    return min(round(phase_s, 3), LONGEST_PHASE_S)


def _ran(case: Case, fields: Fields) -> _Run:
    case = later(case, fields.launch_s)
    done = replay(case.inputs, case.policy, fields.model())
    return _Run(
        changes=changes_in_replay(done.activities, fields.phase_s),
        desired=done.minutes.desired.astype(np.float64),
        running=done.minutes.running,
    )


def _stays(real: F64, tasks: F64, cut: int) -> _Run:
    return _Run(
        changes=(), desired=np.full_like(real, real[cut - 1]), running=np.full_like(tasks, tasks[cut - 1])
    )


def _day_before(happened: Sequence[CountChange], real: F64, tasks: F64) -> _Run:
    """Return each day as the one before it; of the first day nothing is known, and its own count stands."""

    def shifted(values: F64) -> F64:
        return np.concatenate((values[:DAY_MIN], values[:-DAY_MIN]))[: values.size]

    later = tuple(replace(one, at_s=one.at_s + DAY_S) for one in happened)
    return _Run(changes=later, desired=shifted(real), running=shifted(tasks))


def _count_error(said: F64, real: F64) -> float:
    return float(np.mean(np.abs(said - real)) / max(1e-9, float(np.mean(real))))
