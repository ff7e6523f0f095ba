"""What a minute is with a count of tasks that all serve: worked out once, kept as bits for all candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba.extending import register_jitable

from trimtab.replay.kernel.bits import NONE, ONE, WORD, joined
from trimtab.replay.kernel.rules import (
    CPU_AVERAGE,
    MEMORY_AVERAGE,
    OOM_BIT,
    OVER_CPU_BIT,
    OVER_MEMORY_BIT,
    SATURATED_BIT,
    point_of,
    served_in,
    tracked,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from trimtab.demand.series import F64
    from trimtab.replay.inputs import I64
    from trimtab.replay.kernel.bits import U64
    from trimtab.replay.kernel.tables import Recording, Site

BAD, JUDGED = 0, 6
"""Columns of the bits: a minute with anything wrong, then ``VERDICTS``; from JUDGED on the alarms'."""
VERDICTS = (OVER_CPU_BIT, OVER_MEMORY_BIT, OVER_CPU_BIT | OVER_MEMORY_BIT, OOM_BIT, SATURATED_BIT)


class KnownMinutes(NamedTuple):
    """What is so in each minute with a count of tasks that all serve, worked out when it is first asked.

    R counts, from 0; S columns; W words of minutes, and one more that is empty.
    """

    done: npt.NDArray[np.bool_]
    """(R, S): whether it is worked out."""
    values: F64
    """(R, 2, T): CPU average and memory [percent]."""
    bits: U64
    """(R, S, W + 1)."""
    metric: I64
    """(S,): what each alarm's column watches."""
    level: F64
    """(S, 6): from where to where it breaches, the lows of the joint metric, and a target or 0."""
    closed: U64
    """(W + 1,): minutes in which a deployment is in progress."""


@register_jitable
def settle_count(rec: Recording, site: Site, known: KnownMinutes, count: int) -> None:
    """Work out what ``count`` tasks measure, and what is wrong with it."""
    bits, seconds = known.bits, 60 * count
    cpu_percent, memory_percent = known.values[count, 0], known.values[count, 1]
    bits[count, :JUDGED] = NONE
    for k in range(rec.cpu_vcpu.size):
        _, _, cpu, _, memory, bad = served_in(
            site, seconds, seconds, rec.cpu_vcpu[k], 0.0, rec.memory_mib[k], rec.hottest_ratio[k]
        )
        cpu_percent[k], memory_percent[k] = cpu, memory
        if bad:
            word, bit = k // WORD, ONE << np.uint64(k % WORD)
            bits[count, BAD, word] |= bit
            for which in range(len(VERDICTS)):
                if bad & VERDICTS[which]:
                    bits[count, 1 + which, word] |= bit
    known.done[count, BAD] = True


@register_jitable
def settle_column(rec: Recording, known: KnownMinutes, count: int, column: int) -> None:
    """Work out in which minutes the alarm of ``column`` breaches at ``count`` tasks.

    With a target: in which minutes target tracking would take some of them away.
    """
    words, metric = known.bits[count, column], known.metric[column]
    low, high = known.level[column, 0], known.level[column, 1]
    lows, target = (
        (known.level[column, 2], known.level[column, 3], known.level[column, 4]),
        known.level[column, 5],
    )
    if target > 0.0:
        low, high = -np.inf, spare_below(count, target)
    cpu, memory = known.values[count, 0], known.values[count, 1]
    if metric == CPU_AVERAGE:
        pack(words, cpu, low, high)
    elif metric == MEMORY_AVERAGE:
        pack(words, memory, low, high)
    else:
        points = np.empty(cpu.size)
        for k in range(cpu.size):
            top = min(100.0, cpu[k] * rec.hottest_ratio[k])
            points[k] = point_of(metric, cpu[k], top, memory[k], rec.requests[k] / count, lows)
        pack(words, points, low, high)
    known.done[count, column] = True


@register_jitable
def pack(words: U64, points: F64, low: float, high: float) -> None:
    """Write which points lie in [low, high] as bits, 64 to a word."""
    for word in range(words.size):
        inside, first = NONE, word * WORD
        for k in range(first, min(first + WORD, points.size)):
            inside |= np.uint64((points[k] >= low) & (points[k] <= high)) << np.uint64(k - first)
        words[word] = inside


@register_jitable
def spare_below(count: int, target: float) -> float:
    """Return the largest value at which target tracking asks for fewer than ``count`` tasks."""
    value = target * (count - 1) / count
    while tracked(count, value, target) < count:
        value = np.nextafter(value, np.inf)
    while tracked(count, value, target) >= count:
        value = np.nextafter(value, -np.inf)
    return float(value)


@register_jitable
def from_minute(bits: U64, count: int, column: int, k: int) -> np.uint64:
    """Return the 64 bits of a column from minute ``k`` on."""
    word = k // WORD
    return joined(bits[count, column, word], bits[count, column, word + 1], k % WORD)
