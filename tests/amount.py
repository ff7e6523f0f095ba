"""How much is drawn: all of it, or a fifth where slow tests are left out, as `make test` leaves them.

What is drawn anew in each run, or goes on in a slow test, is as true of a fifth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
_LESS = 5
_taken = [1]


def draw_less() -> None:
    """Draw a fifth from here on; before the modules of tests are read."""
    _taken[0] = _LESS


def each(things: Sequence[T]) -> Sequence[T]:
    """Return those of ``things`` that are tried, of what is alike one by one."""
    return things[:: _taken[0]]


def some(count: int) -> int:
    """Return how many of ``count`` are drawn."""
    return -(-count // _taken[0])


def drawing_less() -> bool:
    """Tell whether slow tests are left out."""
    return _taken[0] > 1
