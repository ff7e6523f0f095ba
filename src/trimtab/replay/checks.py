"""What a replay's input must hold, checked before the kernel: the kernel itself checks nothing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trimtab.errors import ReplayError

if TYPE_CHECKING:
    import numpy.typing as npt

LARGEST = 2**31 - 1
"""Of any count or duration. The kernel counts in 64 bits; this keeps products of two exact."""


def whole(field: str, value: object, least: int = 0, most: int = LARGEST) -> None:
    """Refuse what is not a whole number in [least, most]. ``bool`` is not a number."""
    # Its plain type first: a search asks of a million, and `isinstance` of a union is slow.
    if type(value) is not int and (isinstance(value, bool) or not isinstance(value, int | np.integer)):
        raise ReplayError(f"must be a whole number, not {value!r}", where=field)
    if not least <= value <= most:
        raise ReplayError(f"must lie in {least} to {most}, not {value}", where=field)


def number(field: str, value: object, *, least: float = 0.0, above: bool = False) -> None:
    """Refuse what is not a finite number of at least ``least``, or above it."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.floating | np.integer):
        raise ReplayError(f"must be a number, not {value!r}", where=field)
    if not math.isfinite(value):
        raise ReplayError(f"must be finite, not {value}", where=field)
    if value < least or (above and value == least):
        raise ReplayError(f"must be {'above' if above else 'at least'} {least:g}, not {value}", where=field)


def series(field: str, values: npt.NDArray[np.float64], minutes: int, *, least: float = 0.0) -> None:
    """Refuse all but float64 of shape (minutes,), finite and at least ``least``."""
    vector(field, values, np.dtype(np.float64), minutes)
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise ReplayError(
            f"minute {bad[0]} is {values[bad[0]]}, {bad.size} of {minutes} are not finite",
            where=field,
            advice="a gap must be filled or cut out before the replay, and the choice stated",
        )
    bad = np.flatnonzero(values < least)
    if bad.size:
        raise ReplayError(f"minute {bad[0]} is {values[bad[0]]}, below {least:g}", where=field)


def vector(field: str, values: object, dtype: np.dtype[np.generic], length: int) -> None:
    """Refuse all but an array of this dtype and shape (length,)."""
    if not isinstance(values, np.ndarray):
        raise ReplayError(f"must be a numpy array, not {type(values).__name__}", where=field)
    if values.dtype != dtype:
        raise ReplayError(f"must be {dtype}, not {values.dtype}", where=field)
    if values.shape != (length,):
        raise ReplayError(f"must have shape ({length},), not {values.shape}", where=field)
