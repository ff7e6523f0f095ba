"""What a replay gives back: a summary, the minutes, the scaling activities. Plain values."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from trimtab.demand.series import F64, Mask
    from trimtab.replay.inputs import I64

I8: TypeAlias = npt.NDArray[np.int8]
"""int8."""


class AlarmState(enum.IntEnum):
    """State of a CloudWatch alarm, as ``Minutes.alarm_state`` holds it."""

    INSUFFICIENT_DATA = 0
    OK = 1
    ALARM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One replay in numbers."""

    billed_s: int
    """Task-seconds billed, minimum included [s]."""
    cost_usd: float
    """Over the recording [USD]."""
    over_cpu_min: int
    """Minutes above the objective's share of CPU capacity."""
    over_memory_min: int
    """Minutes above the objective's share of a task's memory."""
    over_min: int
    """Minutes above either."""
    oom_min: int
    """Minutes in which a task holds more than its size: it would be killed."""
    saturated_min: int
    """Minutes in which the work wanted more than the capacity."""
    activities: int
    direction_changes: int
    """Activities whose direction differs from that of the one before."""
    launched: int
    """Tasks started, those at the beginning not counted."""
    interrupted: int
    """Tasks that Spot took away; each was replaced by one of those launched."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Minutes:
    """The replay minute by minute. Arrays have shape (T,) unless said otherwise."""

    demand_vcpu: F64
    """What was asked [vCPU]."""
    served_vcpu: F64
    backlog_vcpu_min: F64
    """Work left waiting at the end of the minute [vCPU min]."""
    running: F64
    """Mean tasks RUNNING over the minute [tasks]."""
    serving: F64
    """Mean tasks that get requests [tasks]."""
    desired: I64
    """Tasks asked for, after the minute's tick."""
    cpu_average_percent: F64
    """NaN: no task ran, no point."""
    cpu_maximum_percent: F64
    memory_average_percent: F64
    billed_s: I64
    """Task-seconds of the bill that fall into the minute, without the minimum's rest [s]."""
    alarm_state: I8
    """``AlarmState`` at the minute's tick, shape (alarms, T)."""
    over_cpu: Mask
    over_memory: Mask
    oom: Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One scaling activity and what caused it."""

    minute: int
    """In which it was decided."""
    second: int
    """The tick at which it was decided [s from the start of the recording]."""
    before: int
    """Desired count [tasks]."""
    after: int
    alarm: int
    """Index of the alarm that invoked the winning policy."""
    policy: int
    """Index of the winning policy."""
    value: float
    """The metric's value that the policy judged."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Replay:
    """What one policy would have done."""

    summary: Summary
    minutes: Minutes
    activities: tuple[Activity, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Summaries:
    """Many candidates in numbers, in the order they were given; ``Summary`` says what each means.

    Arrays have shape (candidates,), int64 but for the cost.
    """

    billed_s: I64
    cost_usd: F64
    over_cpu_min: I64
    over_memory_min: I64
    over_min: I64
    oom_min: I64
    saturated_min: I64
    activities: I64
    direction_changes: I64
    launched: I64
    interrupted: I64

    def __len__(self) -> int:
        return int(self.billed_s.size)

    def __getitem__(self, candidate: int) -> Summary:
        """Return one candidate's summary."""
        return Summary(
            billed_s=int(self.billed_s[candidate]),
            cost_usd=float(self.cost_usd[candidate]),
            over_cpu_min=int(self.over_cpu_min[candidate]),
            over_memory_min=int(self.over_memory_min[candidate]),
            over_min=int(self.over_min[candidate]),
            oom_min=int(self.oom_min[candidate]),
            saturated_min=int(self.saturated_min[candidate]),
            activities=int(self.activities[candidate]),
            direction_changes=int(self.direction_changes[candidate]),
            launched=int(self.launched[candidate]),
            interrupted=int(self.interrupted[candidate]),
        )
