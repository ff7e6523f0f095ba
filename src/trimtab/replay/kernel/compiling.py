"""numba's compilations: kept over processes, and told, for they take seconds and look like a hang."""

from __future__ import annotations

import hashlib
import threading
from contextlib import contextmanager
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeVar, cast

from numba import njit
from numba.core import event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from trimtab.progress import Progress

Function = TypeVar("Function")

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


def compiled(make: Callable[[int], Function], sources: Sequence[str]) -> Function:
    """Return the function that ``make`` makes of a number, compiled.

    The first call of a fresh install compiles, later ones read the cache. numba looks only at the file of
    the function it compiles to see if its cache is stale. So the function is called by the number, a
    fingerprint of ``sources``, modules of ``trimtab``: what was compiled from others is never looked at.
    """
    number = fingerprint(sources)
    function = make(number)
    named = cast("Any", function)
    named.__qualname__ += f"_{number:x}"
    try:
        return cast("Function", njit(nogil=True, cache=True, error_model="numpy")(function))
    except RuntimeError:
        # Neither the package's folder nor the user's can be written to: compile in each process.
        return cast("Function", njit(nogil=True, error_model="numpy")(function))


def fingerprint(sources: Sequence[str]) -> int:
    """Return a number that changes with the source of modules such as ``replay/policy``."""
    digest = hashlib.sha256()
    for name in sources:
        digest.update((resources.files("trimtab") / f"{name}.py").read_bytes())
    return int.from_bytes(digest.digest()[:6], "big")


@contextmanager
def told_when_compiling(progress: Progress) -> Iterator[None]:
    """Tell ``progress``, once, if a function is compiled while this lasts."""
    with event.install_listener("numba:compile", _Once(progress)):
        yield
