"""Minutes as the bits of words: bit i of a word is its i-th minute, the least significant the first.

Every number here is a ``numpy.uint64``: numba makes a float of one that meets a signed number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba.extending import register_jitable

if TYPE_CHECKING:
    import numpy.typing as npt

    U64 = npt.NDArray[np.uint64]

WORD = 64
"""Minutes in a word."""
NONE, ONE, ALL = np.uint64(0), np.uint64(1), np.uint64(2**64 - 1)
_2, _4, _56, _63, _64 = np.uint64(2), np.uint64(4), np.uint64(56), np.uint64(63), np.uint64(64)
_ODD, _PAIRS = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333)
_NIBBLES, _BYTES = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x0101010101010101)


@register_jitable
def counted(word: np.uint64) -> int:
    """Return how many bits are set. LLVM knows this form as one instruction."""
    word -= (word >> ONE) & _ODD
    word = (word & _PAIRS) + ((word >> _2) & _PAIRS)
    word = (word + (word >> _4)) & _NIBBLES
    return int(np.int64((word * _BYTES) >> _56))


@register_jitable
def first_of(word: np.uint64) -> int:
    """Return the number of the first bit that is set; ``WORD`` for none."""
    return counted((word & (~word + ONE)) - ONE)


@register_jitable
def below(count: int) -> np.uint64:
    """Return a word with the first ``count`` bits set, 0 to ``WORD``."""
    return ALL if count >= WORD else (ONE << np.uint64(count)) - ONE


@register_jitable
def joined(early: np.uint64, late: np.uint64, skipped: int) -> np.uint64:
    """Return the word that begins ``skipped`` bits, 0 to ``WORD``, after ``early`` does."""
    if skipped == 0:
        return early
    if skipped >= WORD:
        return late
    shift = np.uint64(skipped)
    return (early >> shift) | (late << (_64 - shift))


@register_jitable
def all_of(past: np.uint64, word: np.uint64, length: int, ago: int) -> np.uint64:
    """Return, for each bit of ``word``, whether the ``length`` bits up to ``ago`` before it are set.

    ``past`` is the word before it: ``length + ago`` may be ``WORD`` at most.
    """
    low, high, covered = past, word, 1
    while covered < length:
        step = min(covered, length - covered)
        shift = np.uint64(step)
        high &= (high << shift) | (low >> (_64 - shift))
        low &= low << shift
        covered += step
    return joined(low, high, WORD - ago)


@register_jitable
def at_least(past: np.uint64, word: np.uint64, least: int, length: int, ago: int) -> np.uint64:
    """Return, for each bit, whether ``least`` of the ``length`` bits that end ``ago`` before it are set.

    Counts all bits of the word at once: each of seven words holds one binary digit of the counts.
    """
    if least == length:
        return all_of(past, word, length, ago)
    d0 = d1 = d2 = d3 = d4 = d5 = d6 = NONE
    for back in range(ago, ago + length):
        carry = joined(past, word, WORD - back)
        d0, carry = d0 ^ carry, d0 & carry
        d1, carry = d1 ^ carry, d1 & carry
        if carry == NONE:
            continue
        d2, carry = d2 ^ carry, d2 & carry
        d3, carry = d3 ^ carry, d3 & carry
        d4, carry = d4 ^ carry, d4 & carry
        d5, carry = d5 ^ carry, d5 & carry
        d6 ^= carry
    # From the lowest digit: a greater one decides, an equal one leaves it to those below.
    reached = ALL
    for place, digit in enumerate((d0, d1, d2, d3, d4, d5, d6)):
        reached = digit & reached if (least >> place) & 1 else digit | reached
    return reached
