"""How the p95 response time follows a task's utilisation, and what another size would make of it.

The size of the recording is one, so the size's own effect is not in it. It is bounded, not estimated
(``docs/latency.md`` has the reasons, and what a simulation of quotas found):

- All of the response time is taken to be CPU: what of it is wait cannot be told. So it takes c1 / c2 times as
  long on less CPU.
- Recorded tasks may hide a queue: several requests run at once until the quota of the 100 ms is used up,
  and a smaller quota is used up sooner. So the queue of one processor that runs evenly, 1 / (1 - u), is put
  on top, u being the hottest task's, and a recorded quota of less than one vCPU counts as one.
- Tasks busier than was recorded: by the same queue, for seconds that are half again as busy as their minute.
  What was recorded has its own such seconds in it.
- More CPU for the same load makes nothing slower. At the same utilisation it may: the load is larger.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from trimtab.units import DAY_MIN

if TYPE_CHECKING:
    from trimtab.demand.answers import Answers
    from trimtab.demand.series import F64, Demand, Mask

LEAST_REQUESTS: Final = 60
"""A minute, below which its p95 is but one of its three slowest requests."""
LEAST_MINUTES: Final = DAY_MIN
"""Minutes that can be used, from which a model is tried: one day, as for an answer at all."""
FAILED_SHARE: Final = 0.01
"""Of a minute's requests. Where more failed the p95 is that of failing, which is quick or a timeout."""
FITTED_SHARE: Final = 0.7
"""Of the minutes, the first part: fitted on. The rest is what the model must foretell."""
SEEN_MINUTES: Final = 30
"""A utilisation is seen where so many minutes had it or a higher one."""
BINS: Final = 20
"""Of equally many minutes each, by utilisation. Their medians are fitted: no wild minute turns them."""
KNEES: Final = (1, 2, 4)
"""Exponents k of u^k / (1 - u). 1 is a queue before one processor; above, it begins to form later, as before
several, or where a quota is seldom used up."""
SPREAD_QUANTILE: Final = 0.95
"""Of the fitted minutes, the share below the bound."""
HELD_ERROR: Final = 0.20
"""Of the median, in the held-out minutes, up to which the model is believed [ratio]."""
HELD_ABOVE: Final = 0.10
"""Of the held-out minutes above the bound, up to which it is believed [ratio]: twice what was fitted."""
GRID: Final = 2001
"""Utilisations that a limit is looked for at: to 0.05 percent points."""
HELD_ABOVE_BUSY: Final = 0.20
"""The same of their busiest fifth, and of their ``SEEN_MINUTES`` busiest, where an objective is decided
[ratio]."""
BURST: Final = 1.5
"""How much busier a second may be than its minute, where the record does not tell [ratio]. Assumed."""
ONE_VCPU: Final = 1.0
"""A request of one thread gets no quicker by more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The p95 at the recorded size: ``rest_s + queue_s * u^knee / (1 - u)`` at the utilisation u."""

    rest_s: float
    queue_s: float
    knee: int
    spread: float
    """Bound over the fitted line [ratio]: 95 % of the fitted minutes are below."""
    least: float
    """Least utilisation that is fitted; below, the p95 there stands [ratio]."""
    minutes: int
    """Fitted and held out."""
    held_error: float
    """Median of what the line misses of the held-out minutes [ratio]."""
    held_above: float
    """Share of them above the bound [ratio]."""

    def line_s(self, utilisation: F64) -> F64:
        """Return the p95 of a common minute [s], shape of ``utilisation``."""
        return self.rest_s + self.queue_s * _queue(np.maximum(utilisation, self.least), self.knee)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """What is known of a service's p95 response time."""

    vcpu: float
    """Of the recorded tasks."""
    seen: float = 0.0
    """The highest utilisation that the record has often enough [ratio]; of more only assumptions tell."""
    fit: Fit | None = None
    hottest_ratio: float = 1.0
    """The hottest task's utilisation over the average one's [ratio]."""
    why: str = ""
    """Why there is no fit; empty where there is one."""

    def bound_s(self, utilisation: F64, vcpu: float) -> F64:
        """Return what the p95 of a minute stays below at a size [s], infinite where nothing is known.

        ``utilisation`` is of a task's whole CPU, whoever uses it [ratio], any shape.
        """
        # No request is known to get quicker by more than one vCPU, or than it had: the same load, no more.
        most = max(ONE_VCPU, self.vcpu)
        if vcpu > most:
            return self.bound_s(utilisation * (vcpu / most), most)
        if vcpu == self.vcpu:
            return self._recorded(utilisation)
        idle = np.maximum(1 - self.hottest_ratio * utilisation, 1e-9)
        moved: F64 = self._recorded(utilisation) * slower(self.vcpu, vcpu) / idle
        if vcpu < self.vcpu:
            return moved
        return np.minimum(moved, self._recorded(utilisation * vcpu / self.vcpu))

    def seen_at(self, vcpu: float) -> float:
        """Return the utilisation at a size up to which the record tells, and no assumption [ratio]."""
        return self.seen * min(1.0, max(ONE_VCPU, self.vcpu) / vcpu)

    def most_busy(self, limit_s: float, vcpu: float) -> float | None:
        """Return the highest utilisation that keeps a limit at a size [ratio]; None: none, or no fit."""
        grid = np.linspace(0.0, 1.0, GRID)
        kept = np.flatnonzero(self.bound_s(grid, vcpu) <= limit_s)
        return float(grid[kept[-1]]) if kept.size else None

    def _recorded(self, utilisation: F64) -> F64:
        """Return the bound at the recorded size [s]."""
        if self.fit is None:
            return np.full_like(utilisation, np.inf)
        told = self.fit.spread * self.fit.line_s(np.minimum(utilisation, self.seen))
        left = 1 - BURST * self.hottest_ratio * utilisation
        beyond = np.divide(slower(self.vcpu, self.vcpu), left, out=np.full_like(left, np.inf), where=left > 0)
        return np.where(utilisation <= self.seen, told, told * beyond)


def slower(recorded_vcpu: float, vcpu: float) -> float:
    """Return how many times as long a request may take at a size, alone in its task [ratio].

    One thread has no use for more than one vCPU. On less it may not have been held back at all: until its
    quota of the 100 ms is used up it runs as on a whole one. A request of several threads had all there was.
    """
    return max(ONE_VCPU, recorded_vcpu) / vcpu


def latency_of(demand: Demand, vcpu: float, hottest_ratio: float = 1.0) -> Latency:
    """Return the model of a service whose tasks had ``vcpu``, or why there is none."""
    answers = demand.answers
    if answers is None:
        return Latency(vcpu=vcpu, why="no response times are recorded")
    busy = demand.cpu_vcpu_a_task / vcpu
    used = _usable(demand, answers)
    if used.sum() < LEAST_MINUTES:
        why = (
            f"{int(used.sum()):,} minutes have {LEAST_REQUESTS} requests or more and few failures; "
            f"{LEAST_MINUTES:,} are needed"
        )
        return Latency(vcpu=vcpu, why=why)
    at, p95 = busy[used], answers.p95_s[used]
    end = int(FITTED_SHARE * at.size)
    fit = _fitted(at[:end], p95[:end])
    error, above, busiest = _held(fit, at[end:], p95[end:])
    why = _refused(error, above, busiest)
    if why:
        return Latency(vcpu=vcpu, why=why)
    held = replace(fit, minutes=at.size, held_error=error, held_above=above)
    return Latency(vcpu=vcpu, seen=_seen(at), fit=held, hottest_ratio=hottest_ratio)


def _usable(demand: Demand, answers: Answers) -> Mask:
    """Return the minutes that tell a p95 of work that was served, shape (T,)."""
    failed = np.nan_to_num(answers.failed)
    timed = np.nan_to_num(answers.p95_s) > 0
    enough = (demand.requests >= LEAST_REQUESTS) & (failed <= FAILED_SHARE * demand.requests)
    used: Mask = demand.present & ~demand.censored & timed & enough
    return used


def _seen(busy: F64) -> float:
    """Return the utilisation that ``SEEN_MINUTES`` minutes reach."""
    return float(np.partition(busy, -SEEN_MINUTES)[-SEEN_MINUTES])


def _queue(busy: F64, knee: int) -> F64:
    kept = np.minimum(busy, 0.99)
    found: F64 = kept**knee / (1 - kept)
    return found


def _fitted(at: F64, p95: F64) -> Fit:
    """Return the knee and line that miss the medians of the bins least, and the spread around it."""
    order = np.argsort(at, kind="stable")
    parts = np.array_split(order, BINS)
    busy = np.array([np.median(at[part]) for part in parts])
    middle = np.array([np.median(p95[part]) for part in parts])
    lines = [(knee, *_line(_queue(busy, knee), middle)) for knee in KNEES]
    knee, rest, queue, _ = min(lines, key=lambda one: one[3])
    least = float(busy[0])
    fit = Fit(
        rest_s=rest,
        queue_s=queue,
        knee=knee,
        spread=1.0,
        least=least,
        minutes=0,
        held_error=0.0,
        held_above=0.0,
    )
    spread = max(1.0, float(np.quantile(p95 / fit.line_s(at), SPREAD_QUANTILE)))
    return replace(fit, spread=spread)


def _line(queue: F64, middle: F64) -> tuple[float, float, float]:
    """Return rest and slope, neither below zero, and the squared relative miss."""
    weight = 1 / middle
    columns = np.column_stack([np.ones_like(queue), queue]) * weight[:, None]
    rest, slope = (float(one) for one in np.linalg.lstsq(columns, np.ones_like(queue), rcond=None)[0])
    through = columns[:, 1]
    if rest < 0 < queue[0]:
        # Through nothing, which is at no utilisation that is fitted.
        rest, slope = 0.0, float(through.sum() / np.square(through).sum())
    elif rest < 0 or slope < 0:
        rest, slope = float(np.median(middle)), 0.0
    miss = (rest + slope * queue) * weight - 1
    return rest, slope, float(np.square(miss).sum())


def _held(fit: Fit, at: F64, p95: F64) -> tuple[float, float, float]:
    """Return the median miss, and the shares above the bound: of all, and of the busiest minutes [ratio].

    Those are the busiest fifth or the few where the bound ends, whichever has more above.
    """
    line = fit.line_s(at)
    above = p95 > fit.spread * line
    busy = max(float(above[at >= start].mean()) for start in (np.quantile(at, 0.8), _seen(at)))
    return float(np.median(np.abs(line / p95 - 1))), float(above.mean()), busy


def _refused(error: float, above: float, busy: float) -> str:
    """Say by how much the model does not hold on what was held out (``_held``); empty where it does."""
    last = f"on the last {100 * (1 - FITTED_SHARE):.0f} % of the record"
    if error > HELD_ERROR:
        return (
            f"the model misses the p95 {last} by {100 * error:.0f} % (median), {100 * HELD_ERROR:.0f} may be"
        )
    if above > HELD_ABOVE:
        return f"{100 * above:.0f} % of minutes {last} are above its bound, {100 * HELD_ABOVE:.0f} may be"
    if busy > HELD_ABOVE_BUSY:
        return (
            f"{100 * busy:.0f} % of the busiest minutes {last} are above its bound, "
            f"{100 * HELD_ABOVE_BUSY:.0f} may be"
        )
    return ""
