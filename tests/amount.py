"""How much is drawn: all of it, or a third where slow tests are left out, as `make test` leaves them.

What is drawn anew in each run, or goes on in a slow test, is as true of a third.
"""

from __future__ import annotations

_LESS = 3
_taken = [1]


def draw_less() -> None:
    """Draw a third from here on; before the modules of tests are read."""
    _taken[0] = _LESS


def some(count: int) -> int:
    """Return how many of ``count`` are drawn."""
    return -(-count // _taken[0])
