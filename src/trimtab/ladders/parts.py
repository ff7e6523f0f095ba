"""The recording parted: what ladders are tuned on, what they are judged on, and that part made harder."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from trimtab.catalog.load import HOURS_PER_MONTH
from trimtab.replay.bound import required_tasks
from trimtab.units import DAY_MIN, HOUR_MIN

if TYPE_CHECKING:
    from datetime import datetime

    import numpy.typing as npt

    from trimtab.demand.series import F64
    from trimtab.replay.inputs import I64, Inputs

HARDER = 1.2
"""Demand of the judged part, times this: a month of growth, or a busier season."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordingPart:
    """A stretch of demand and the count that suits its first minute [tasks]."""

    inputs: Inputs
    initial_tasks: int
    start: datetime | None = None
    """First minute, UTC; None: nobody says, and nothing can follow the clock."""
    first_min: int = 0
    """Which minute of the whole recording it begins with."""
    seen: dict[bytes, I64] = field(default_factory=dict)
    """Totals of what was replayed on it, by ``Batches``: a size that may win is searched twice."""

    @property
    def minutes(self) -> int:
        """Length [min]."""
        return self.inputs.load.minutes

    def usd_month(self, billed_s: float) -> float:
        """Return what so many billed task-seconds of this part come to in a month [USD]."""
        task_hours, hours = billed_s / 3600, self.minutes / HOUR_MIN
        return task_hours * self.inputs.task.price_usd_hour / hours * HOURS_PER_MONTH

    def bounded(self, least: int, most: int) -> int:
        """Return the initial count within a policy's bounds [tasks]."""
        return min(max(self.initial_tasks, least), most)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """One service at one size: tuned on the first, judged on the others."""

    tuned: RecordingPart
    judged: RecordingPart
    harder: RecordingPart
    """The judged part, all demand times ``HARDER``."""
    shifted: RecordingPart
    """The judged part, each day's busiest hour in the place of its quietest and the other way round:
    the peak arrives when the fleet is smallest."""

    @property
    def over(self) -> tuple[datetime, int] | None:
        """When the whole recording begins (UTC), and its minutes; None: nobody says when."""
        start = self.tuned.start
        return None if start is None else (start, self.tuned.minutes + self.judged.minutes)


def parts_of(inputs: Inputs, judged_share: float, start: datetime | None = None) -> Parts:
    """Cut the last ``judged_share`` off the recording from ``start``; both parts keep at least a minute."""
    minutes = inputs.load.minutes
    cut = min(max(1, round(minutes * (1 - judged_share))), minutes - 1)
    judged = _slice(inputs, cut, minutes)
    cpu = judged.load.cpu_vcpu

    def part(inputs: Inputs, first_min: int) -> RecordingPart:
        begins = None if start is None else start + timedelta(minutes=first_min)
        initial = int(required_tasks(inputs, floor=0).tasks[0])
        return RecordingPart(inputs=inputs, initial_tasks=initial, start=begins, first_min=first_min)

    return Parts(
        tuned=part(_slice(inputs, 0, cut), 0),
        judged=part(judged, cut),
        harder=part(_with_cpu(judged, cpu * HARDER), cut),
        shifted=part(_with_cpu(judged, peaks_moved(cpu)), cut),
    )


def peaks_moved(cpu: F64) -> F64:
    """Return the series with the busiest and the quietest hour of each whole day exchanged, shape (T,).

    Hours are counted from the start of the series; what is left of a day at its end stays.
    """
    moved = cpu.copy()
    for start in range(0, cpu.size - DAY_MIN + 1, DAY_MIN):
        hours = moved[start : start + DAY_MIN].reshape(-1, HOUR_MIN)
        means = hours.mean(axis=1)
        busy, quiet = int(means.argmax()), int(means.argmin())
        hours[[busy, quiet]] = hours[[quiet, busy]]
    return moved


def _with_cpu(inputs: Inputs, cpu_vcpu: F64) -> Inputs:
    """Return the inputs with another demand, the requests that cause it in proportion."""
    load = inputs.load
    requests = load.requests
    if requests is not None:
        ratio = np.divide(cpu_vcpu, load.cpu_vcpu, out=np.ones_like(cpu_vcpu), where=load.cpu_vcpu > 0)
        requests = requests * ratio
    return replace(inputs, load=replace(load, cpu_vcpu=cpu_vcpu, requests=requests))


def _slice(inputs: Inputs, first: int, last: int) -> Inputs:
    load, closed, taken = inputs.load, inputs.no_scale_in, inputs.interruptions

    def cut(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.ascontiguousarray(values[first:last])

    return replace(
        inputs,
        load=replace(
            load,
            cpu_vcpu=cut(load.cpu_vcpu),
            memory_mib=cut(load.memory_mib),
            hottest_ratio=cut(load.hottest_ratio),
            requests=None if load.requests is None else cut(load.requests),
        ),
        no_scale_in=None if closed is None else cut(closed),
        interruptions=None if taken is None else replace(taken, share_percent=cut(taken.share_percent)),
    )
