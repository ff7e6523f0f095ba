"""Python's own random numbers, to be compiled: the state and the draws of ``random.Random``.

So a search's draws can be made in compiled code and are those that its seed gives in Python. M. Matsumoto
and T. Nishimura, "Mersenne Twister", 1998; the methods are CPython's ``Lib/random.py``.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import numpy as np
from numba.extending import register_jitable

if TYPE_CHECKING:
    from trimtab.replay.inputs import I64

WORDS, MIDDLE = 624, 397
UPPER, LOWER, MASK, MATRIX = 0x80000000, 0x7FFFFFFF, 0xFFFFFFFF, 0x9908B0DF
POOLED = 21
"""Of so many or fewer, ``sample`` keeps those that are left; of more, it draws again what it has."""


def state_of(seed: str) -> I64:
    """Return the state that ``Random(seed)`` begins with, shape (WORDS + 1,): the last is the next word."""
    return np.array(Random(seed).getstate()[1], dtype=np.int64)  # noqa: S311  # a search, not a secret


@register_jitable
def next_word(state: I64) -> int:
    """Return 32 random bits."""
    place = state[WORDS]
    if place >= WORDS:
        for i in range(WORDS):
            mixed = (state[i] & UPPER) | (state[(i + 1) % WORDS] & LOWER)
            state[i] = state[(i + MIDDLE) % WORDS] ^ (mixed >> 1) ^ (MATRIX if mixed & 1 else 0)
        place = 0
    word = state[place]
    state[WORDS] = place + 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C5680
    word ^= (word << 15) & 0xEFC60000
    return int((word ^ (word >> 18)) & MASK)


@register_jitable
def share(state: I64) -> float:
    """Return a number from 0 to below 1, as ``random()``."""
    high, low = next_word(state) >> 5, next_word(state) >> 6
    return (high * 67108864.0 + low) / 9007199254740992.0


@register_jitable
def below(state: I64, count: int) -> int:
    """Return a number from 0 to ``count`` - 1, at most 2**32: the index that ``choice`` takes."""
    bits = 0
    while count >> bits:
        bits += 1
    drawn = next_word(state) >> (32 - bits)
    while drawn >= count:
        drawn = next_word(state) >> (32 - bits)
    return drawn


@register_jitable
def sample(state: I64, count: int, size: int, taken: I64) -> None:
    """Write ``size`` different numbers from 0 to ``count`` - 1 to the head of ``taken``.

    As ``sample`` draws up to five; ``taken`` needs room for ``size`` and for ``POOLED`` more.
    """
    if count <= POOLED:
        for i in range(count):
            taken[size + i] = i
        for i in range(size):
            place = size + below(state, count - i)
            taken[i] = taken[place]
            taken[place] = taken[size + count - i - 1]
        return
    for i in range(size):
        drawn, known = 0, True
        while known:
            drawn, known = below(state, count), False
            for j in range(i):
                known |= taken[j] == drawn
        taken[i] = drawn
