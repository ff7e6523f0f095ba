"""Time as a rollout sees it, so that a test can move it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

FIRST_POLL_S = 5.0
POLL_GROWTH = 1.5
LONGEST_POLL_S = 30.0


class Clock(Protocol):
    """A clock and the only way to wait."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class MachineClock:
    """The machine's own."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class Polling:
    """Pauses between looks, each longer than the last, until the time is up."""

    def __init__(self, clock: Clock, limit_s: float) -> None:
        self._clock = clock
        self._end = clock.monotonic() + limit_s
        self._pause_s = FIRST_POLL_S

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return self._clock.monotonic() >= self._end

    def pause(self) -> None:
        """Wait until the next look, at most until the time is up."""
        left_s = max(0.0, self._end - self._clock.monotonic())
        self._clock.sleep(min(self._pause_s, left_s))
        self._pause_s = min(LONGEST_POLL_S, self._pause_s * POLL_GROWTH)
