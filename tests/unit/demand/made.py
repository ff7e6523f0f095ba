"""A task under a CFS quota, millisecond by millisecond: the truth that the latency model is held against.

It shares nothing with the model. Requests come at random (Poisson, evenly over a minute or in bursts), each
needs some CPU and waits besides for something that is no CPU. Up to ``CORES`` of them run at once, first
come, first served, until the quota of the 100 ms is used up; then nothing runs until the next 100 ms begin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numba
import numpy as np

if TYPE_CHECKING:
    from trimtab.demand.series import F64
    from trimtab.replay.inputs import I64

PERIOD_MS = 100
MINUTE_MS = 60_000
CORES = 2
"""That a task sees at least, whatever its quota."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a load balancer and ECS would have reported, by the minute, shape (T,)."""

    busy: F64
    """Utilisation of the task's size [ratio]."""
    p50_s: F64
    p95_s: F64
    p99_s: F64
    requests: F64


def run(  # noqa: PLR0913  # what comes, what it needs, and what it runs on
    busy: F64,
    vcpu: float,
    *,
    cpu_ms: float,
    wait_ms: float = 0.0,
    law: Literal["exponential", "fixed", "lognormal"] = "exponential",
    bursts: bool = False,
    seed: int = 7,
) -> Answered:
    """Let one task answer for ``busy.size`` minutes, offered the utilisation ``busy`` in each.

    With ``bursts`` half the seconds of a minute, drawn at random, have three quarters of its requests.
    """
    rng = np.random.default_rng(seed)
    counts = rng.poisson(busy * vcpu * MINUTE_MS / cpu_ms)
    minute = np.repeat(np.arange(busy.size), counts)
    within = _in_bursts(rng, minute, busy.size) if bursts else rng.uniform(0, MINUTE_MS, minute.size)
    at = np.sort(minute * MINUTE_MS + within)
    need = _drawn(rng, law, minute.size) * cpu_ms
    wait = rng.exponential(wait_ms, minute.size) if wait_ms else np.zeros(minute.size)
    ends, used = _serve(at, need, vcpu * PERIOD_MS, max(CORES, int(vcpu)), busy.size * MINUTE_MS)
    took = (ends - at + wait) / 1000
    parts = np.split(took, np.cumsum(counts)[:-1])
    shares = (0.5, 0.95, 0.99)
    p50, p95, p99 = np.transpose(
        [np.quantile(part, shares) if part.size else np.full(len(shares), np.nan) for part in parts]
    )
    return Answered(
        busy=used / (vcpu * MINUTE_MS), p50_s=p50, p95_s=p95, p99_s=p99, requests=counts.astype(np.float64)
    )


def _in_bursts(rng: np.random.Generator, minute: I64, minutes: int) -> F64:
    """Return when within its minute each request comes [ms]."""
    quiet = rng.permuted(np.tile(np.arange(60) % 2, (minutes, 1)), axis=1).astype(np.bool_)
    busy_s, quiet_s = (np.nonzero(one)[1].reshape(minutes, 30) for one in (~quiet, quiet))
    drawn = rng.integers(0, 30, minute.size)
    second = np.where(rng.uniform(size=minute.size) < 0.75, busy_s[minute, drawn], quiet_s[minute, drawn])
    within: F64 = 1000.0 * second + rng.uniform(0, 1000, minute.size)
    return within


def _drawn(rng: np.random.Generator, law: str, count: int) -> F64:
    if law == "fixed":
        return np.ones(count)
    if law == "lognormal":
        return rng.lognormal(-0.5, 1.0, count)
    return rng.exponential(1.0, count)


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _serve(at: F64, need: F64, quota_ms: float, cores: int, span_ms: int) -> tuple[F64, F64]:
    """Return when each request has its CPU [ms], and the CPU used in each minute [ms]."""
    ends = np.zeros(at.size)
    left = need.copy()
    used = np.zeros(span_ms // 60_000)
    first, come, budget, now, period = 0, 0, quota_ms, 0, 0
    while first < at.size:
        if first == come:
            now = max(now, int(at[first]))
        if now // 100 != period:
            budget, period = quota_ms, now // 100
        while come < at.size and at[come] < now + 1:
            come += 1
        running = 0
        for one in range(first, come):
            if left[one] <= 0:
                continue
            if running == cores or budget <= 0:
                break
            running += 1
            begins = max(float(now), at[one])
            gets = min(left[one], now + 1 - begins, budget)
            left[one] -= gets
            budget -= gets
            used[min(now // 60_000, used.size - 1)] += gets
            if left[one] <= 1e-9:
                left[one] = 0.0
                ends[one] = begins + gets
        while first < come and left[first] <= 0:
            first += 1
        now += 1
    return ends, used
