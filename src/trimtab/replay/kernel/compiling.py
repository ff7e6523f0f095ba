"""Say so when numba compiles: it takes seconds, once an installation, and looks like a program that hangs."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from numba.core import event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.progress import Progress

WORDS = "compiling the replay, once per installation"


class _Once(event.Listener):
    """Hears of the first compilation; what comes out of the cache is none."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._first = threading.Lock()

    def on_start(self, event: event.Event) -> None:  # noqa: ARG002 - numba's name
        """Tell it."""
        if self._first.acquire(blocking=False):
            self._progress(WORDS)

    def on_end(self, event: event.Event) -> None:
        """Pass over the end."""


@contextmanager
def told_when_compiling(progress: Progress) -> Iterator[None]:
    """Tell ``progress``, once, if a function is compiled while this lasts."""
    with event.install_listener("numba:compile", _Once(progress)):
        yield
