"""One CloudWatch alarm, evaluated anew from its points at every tick (``docs/replay.md``, section 6)."""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import oracle_case as oc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Points: TypeAlias = "Mapping[int, Mapping[str, float]]"
"""Minute, or third, to the metrics that the service published in it; one without tasks has no entry."""
INSUFFICIENT = "INSUFFICIENT_DATA"
ALARM = "ALARM"
OK = "OK"
KEEP = "keep"
COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def verdict(marks: str, n: int, m: int, missing: str) -> str:
    """Return the state that an evaluation range asks for, or ``KEEP``.

    ``marks`` has one letter a point, oldest first: ``X`` breaching, ``0`` not, ``-`` missing,
    as AWS prints its examples. The shortfall is filled by writing letters and reading again.
    """
    real = marks.replace("-", "")
    if len(real) >= n:
        return ALARM if real[len(real) - n :].count("X") >= m else OK
    if not real:
        return {"MISSING": INSUFFICIENT, "IGNORE": KEEP, "BREACHING": ALARM, "NOT_BREACHING": OK}[missing]
    if missing in ("BREACHING", "NOT_BREACHING"):
        filled = real.ljust(n, "X" if missing == "BREACHING" else "0")
        return ALARM if filled.count("X") >= m else OK
    if real.count("X") >= m:
        return ALARM
    if "0" in real:
        return OK
    periods_old = len(marks.lstrip("-"))  # of the oldest real point; the newest of the range is 1 old
    return ALARM if periods_old >= m and missing == "MISSING" else KEEP


def mean(values: list[float]) -> float:
    """Return the mean, summed from the oldest to the newest: ``sum`` of Python 3.12 would compensate."""
    return functools.reduce(operator.add, values) / len(values)


@dataclass
class Watch:
    """An alarm with the state that it remembers."""

    alarm: oc.Alarm
    evaluation_extra: int
    index: int = 0
    """Place in the order of alarms."""
    state: str = INSUFFICIENT
    since: int = 0
    """Second at which it went to ALARM."""
    range: list[float | None] = field(default_factory=list)
    """The points of the last evaluation, oldest first."""

    def point(self, points: Points, q: int) -> float | None:
        """Return the point of the alarm's period that ends with minute q."""
        a = self.alarm
        span = 1 if a.fast else a.period
        minutes = [points[m] for m in range(q - span + 1, q + 1) if m in points]
        # Filled requests are there in every minute that is over, whether a task ran or not.
        filled = [points.get(m, {}).get(oc.REQUESTS, 0.0) for m in range(max(0, q - span + 1), q + 1)]
        if a.metric == oc.REQUESTS_FILLED:
            return mean(filled) if filled else None
        if a.metric == oc.REQUESTS:
            minutes = [minute for minute in minutes if oc.REQUESTS in minute]
        if not minutes:
            return None
        if a.metric == oc.JOINT:
            cpu, memory = (mean([m[one] for m in minutes]) for one in (oc.CPU_AVERAGE, oc.MEMORY_AVERAGE))
            ratios = [cpu / a.cpu_low, memory / a.memory_low]
            return max([*ratios, mean(filled) / a.requests_low] if a.requests_low else ratios)
        if a.metric == oc.CPU_MAXIMUM:
            return max(minute[a.metric] for minute in minutes)
        return mean([minute[a.metric] for minute in minutes])

    def due(self, e: int) -> bool:
        """Tell whether the alarm is evaluated at second e."""
        return self.alarm.fast or e % 60 == self.alarm.phase_s

    def invokes(self, e: int) -> bool:
        """Tell whether the alarm, evaluated at second e, invokes its policy then."""
        return self.state == ALARM and (not self.alarm.fast or (e - self.since) % 60 == 0)

    def evaluate(self, points: Points, newest: int, e: int) -> None:
        """Read the range that ends with minute (or third) ``newest`` and take its state."""
        a = self.alarm
        count, step, before = a.n + self.evaluation_extra, 1 if a.fast else a.period, self.state
        self.range = [self.point(points, newest - back * step) for back in reversed(range(count))]
        breaches = COMPARE[a.comparison]
        marks = ["-" if v is None else "X" if breaches(v, a.threshold) else "0" for v in self.range]
        state = verdict("".join(marks), a.n, a.m, a.missing)
        if state != KEEP:
            self.state = state
        if self.state == ALARM and before != ALARM:
            self.since = e

    def newest_real(self, count: int) -> list[float]:
        """Return at most ``count`` newest real points of the range, oldest first."""
        real = [value for value in self.range if value is not None]
        return real[max(0, len(real) - count) :]
