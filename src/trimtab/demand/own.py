"""CPU of a task's own: what it uses without work, and what its start costs, told apart from the work's.

The work is what requests ask for. What a request costs drifts, and a policy answers to that drift: more
tasks run *because* CPU was high. So it is changes from minute to minute that are compared: what a change
of the count does to CPU at once, beyond what the change of requests does, is the tasks' own. Where the
record cannot tell, a term is zero and the reason is said.

Drift comes back to its middle, and a task leaves when CPU was low: what comes back in that minute would
count as the task's, and make it too cheap. So a minute is compared with as much of the one before as
lasts (Cochrane and Orcutt, 1949).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from trimtab.demand.robust import HUBER, huber, upper_99
from trimtab.demand.terms import NO_REQUESTS, OwnCpu, Term
from trimtab.units import DAY_S

if TYPE_CHECKING:
    from trimtab.demand.series import F64, Demand, Mask

BLOCK_S = 7200
"""So long what a request costs counts as the same [s]; and what depends on each other is in one block."""
SHARE_KNOWN = 0.5
"""Of a block's minutes, the least that must be usable [ratio]."""
LEAST_BLOCKS = 36
"""Three days of blocks: their spread is what the confidence rests on."""
LEAST_STARTS = 20
"""Starts, and changes of the count, as many as quantiles of start-up ask for
(``demand.startup.MIN_SAMPLES``)."""
LEAST_IDLE_VCPU = 1e-3
LEAST_BOOT_VCPU_S = 1.0
"""What is less than this is none: no runtime waits, or starts, on less."""
BOOT_STEPS = 4
"""Minutes from the one in which the count rose on, in which a start's CPU is looked for."""
DRIFT_BLOCK_S = DAY_S
"""Over so long it is seen how fast drift comes back [s]: within two hours hardly any of it does."""
LEAST_DRIFT = 0.2
"""Of what is unexplained, the least that must last into the next minute to be called drift [ratio]."""
JUDGED_SHARE = 0.3
"""Last blocks, which the terms are not fitted on: they must foretell those better than no terms do."""

TOO_SHORT: Final = "less than three days of minutes in which requests and CPU are both known"
STILL: Final = f"the count of tasks changed fewer than {LEAST_STARTS} times"
FEW_STARTS: Final = f"fewer than {LEAST_STARTS} starts are in the record"
NOT_SEEN: Final = "in what CPU does as tasks come and go nothing of theirs stands out"
NOT_HELD: Final = "what the first 70 % of the record says does not hold on the rest"


def _untold(why: str) -> OwnCpu:
    return OwnCpu(idle=Term(why=why), boot=Term(why=why))


def own_cpu(demand: Demand) -> OwnCpu:
    """Return the terms that the record tells."""
    usable = _usable(demand)
    if not (demand.requests[usable] > 0).any():
        return _untold(NO_REQUESTS)
    seen = _partialled(demand, usable)
    if seen is None or seen.blocks < LEAST_BLOCKS:
        return _untold(TOO_SHORT)
    moves, starts = moves_of(demand)
    if moves < LEAST_STARTS:
        return OwnCpu(idle=Term(why=STILL), boot=Term(why=FEW_STARTS))
    seen = _partialled(demand, usable, _lasting(demand, usable, _fit(seen).slopes)) or seen
    if not _holds(seen):
        return _untold(NOT_HELD)
    fit = _fit(seen)
    idle = _term(fit, np.eye(1 + BOOT_STEPS)[0], LEAST_IDLE_VCPU)
    if idle.told:  # no minute's work is less than none
        least = float(np.quantile(demand.cpu_vcpu[usable] / demand.tasks[usable], 0.01))
        idle = Term(value=min(idle.value, least), most=min(idle.most, least))
    steps = np.concatenate([[0.0], np.full(BOOT_STEPS, float(demand.step_s))])
    boot = _term(fit, steps, LEAST_BOOT_VCPU_S) if starts >= LEAST_STARTS else Term(why=FEW_STARTS)
    return OwnCpu(idle=idle, boot=boot)


def moves_of(demand: Demand) -> tuple[int, int]:
    """Return how often the count of tasks changed, and how many tasks started, where CPU is known."""
    usable = _usable(demand)
    changed = np.diff(demand.tasks)[usable[1:] & usable[:-1]] != 0
    return int(changed.sum()), int(_starts(demand)[usable].sum())


def unexplained(demand: Demand, cpu_vcpu: F64) -> F64:
    """Return how far changes of ``cpu_vcpu``, shape (T,), are from what the requests of their block say.

    Of the minutes in which tasks came or went, and of those in which a start's CPU is looked for, in order
    [vCPU]; without a sign.
    """
    near = np.zeros(demand.tasks.size, dtype=np.bool_)
    moved = np.diff(demand.tasks, prepend=demand.tasks[:1]) != 0
    for lag in range(BOOT_STEPS):
        near[lag:] |= moved[: moved.size - lag]
    seen = _partialled(replace(demand, cpu_vcpu=cpu_vcpu), _usable(demand))
    return np.zeros(0) if seen is None else np.abs(seen.cpu[near[seen.minute]])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Seen:
    """What is left of each usable minute's changes once what its block's requests explain is taken out."""

    cpu: F64
    """Change from the minute before, or from what of it lasts, shape (N,) [vCPU]."""
    own: F64
    """Changes of the tasks, of starts in this minute, in the one before, ...; shape (N, 1 + BOOT_STEPS)."""
    block: np.ndarray[tuple[int], np.dtype[np.int64]]
    """Number of each minute's block from 0 on, in order, shape (N,)."""
    minute: np.ndarray[tuple[int], np.dtype[np.int64]]
    """Which minute of the record, shape (N,)."""

    @property
    def blocks(self) -> int:
        return int(self.block[-1]) + 1 if self.block.size else 0

    def of(self, kept: Mask) -> _Seen:
        """Return some of the minutes; blocks are numbered anew."""
        numbers = np.unique(self.block[kept], return_inverse=True)[1].astype(np.int64)
        return _Seen(cpu=self.cpu[kept], own=self.own[kept], block=numbers, minute=self.minute[kept])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    slopes: F64
    covariance: F64
    freedom: int


def _usable(demand: Demand) -> Mask:
    return demand.present & ~demand.censored & (demand.tasks > 0)


def _starts(demand: Demand) -> F64:
    """Return by how much the count rose, shape (T,); over a gap nothing is known to have."""
    rose = np.maximum(0.0, np.diff(demand.tasks, prepend=demand.tasks[:1]))
    both = demand.present & np.concatenate([[False], demand.present[:-1]])
    return np.where(both, rose, 0.0)


def _owns(demand: Demand) -> F64:
    """Return tasks, starts in this minute, in the one before, ...; shape (T, 1 + BOOT_STEPS)."""
    starts = _starts(demand)
    lagged = [np.concatenate([np.zeros(lag), starts[: starts.size - lag]]) for lag in range(BOOT_STEPS)]
    return np.column_stack([demand.tasks, *lagged])


def _lasting(demand: Demand, usable: Mask, slopes: F64) -> float:
    """Return how much of a minute's drift is there in the next [ratio], 1 where none is seen to come back.

    By what minutes two apart have in common over what neighbours have: noise of a single minute is in
    neither (Yule and Walker's second equation).
    """
    length = DRIFT_BLOCK_S // demand.step_s
    left = demand.cpu_vcpu - _owns(demand) @ slopes
    sums = np.zeros(3)
    for first in range(0, left.size - length + 1, length):
        known = usable[first : first + length]
        if known.mean() < SHARE_KNOWN:
            continue
        block = np.zeros(length)
        at = np.flatnonzero(known) + first
        base, _ = np.linalg.qr(np.column_stack([np.ones(at.size), demand.requests[at]]))
        block[known] = left[at] - base @ (base.T @ left[at])
        for lag in range(3):
            sums[lag] += float(block[lag:] @ block[: length - lag])
    if sums[0] <= 0 or sums[1] < LEAST_DRIFT * sums[0]:
        return 1.0
    return float(np.clip(sums[2] / sums[1], 0.0, 1.0))


def _partialled(demand: Demand, usable: Mask, lasting: float = 1.0) -> _Seen | None:
    length = BLOCK_S // demand.step_s
    values = np.column_stack([demand.cpu_vcpu, _owns(demand), demand.requests])
    changes = values[1:] - lasting * values[:-1]
    # One constant for the whole record: a block's own would know the drift that its policy has yet to see.
    every = np.column_stack([changes[:, :-1], np.ones(changes.shape[0])])
    requests, usable = changes[:, -1], usable[1:] & usable[:-1]
    rest: list[F64] = []
    numbers: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
    minutes: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
    for first in range(0, every.shape[0] - length + 1, length):
        known = np.flatnonzero(usable[first : first + length]) + first
        if known.size < SHARE_KNOWN * length:
            continue
        like = requests[known][:, None]
        base, _ = np.linalg.qr(like)
        found = every[known]
        rest.append(found - base @ (base.T @ found))
        numbers.append(np.full(known.size, len(numbers), dtype=np.int64))
        minutes.append((known + 1).astype(np.int64))
    if not rest:
        return None
    whole = _without_last(np.concatenate(rest))
    return _Seen(
        cpu=whole[:, 0], own=whole[:, 1:], block=np.concatenate(numbers), minute=np.concatenate(minutes)
    )


def _without_last(values: F64) -> F64:
    """Return columns less what their last one explains of them, and without it."""
    last = values[:, -1]
    size = float(last @ last)
    return values[:, :-1] - np.outer(last, values[:, :-1].T @ last / size) if size > 0 else values[:, :-1]


def _fit(seen: _Seen) -> _Fit:
    """Fit the terms; minutes of a block depend on each other, so blocks are what is counted."""
    slopes, weight = huber(seen.own, seen.cpu)
    weighted = seen.own * weight[:, None]
    bread = np.linalg.pinv(weighted.T @ seen.own)
    score = weighted * (seen.cpu - seen.own @ slopes)[:, None]
    sums = np.zeros((seen.blocks, seen.own.shape[1]))
    np.add.at(sums, seen.block, score)
    blocks = seen.blocks
    covariance = bread @ (sums.T @ sums) @ bread * (blocks / max(1, blocks - 1))
    return _Fit(slopes=slopes, covariance=covariance, freedom=max(1, blocks - 1))


def _term(fit: _Fit, parts: F64, least: float) -> Term:
    value = float(parts @ fit.slopes)
    variance = max(0.0, float(parts @ fit.covariance @ parts))
    error = upper_99(fit.freedom) * math.sqrt(variance)
    if value - error <= 0 or value < least:
        return Term(why=NOT_SEEN)
    return Term(value=value, most=value + error)


def _holds(seen: _Seen) -> bool:
    """Tell whether terms of the first blocks foretell the last ones better than none do.

    By Huber's loss at the scale of the last blocks themselves: a wild minute decides nothing.
    """
    first = seen.block < round((1 - JUDGED_SHARE) * seen.blocks)
    tuned, judged = seen.of(first), seen.of(~first)
    slopes, _ = huber(tuned.own, tuned.cpu)
    scale = max(float(np.median(np.abs(judged.cpu))) / 0.6745, 1e-12)

    def loss(left: F64) -> float:
        size = np.abs(left) / scale
        inside = np.minimum(size, HUBER)
        return float((inside * size - inside**2 / 2).sum())

    return loss(judged.cpu - judged.own @ slopes) < loss(judged.cpu)
