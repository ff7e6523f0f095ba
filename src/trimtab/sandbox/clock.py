"""The sandbox's time: the machine's own, a quicker one, or one that stands until it is moved."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class SandboxTime:
    """Time as the sandbox sees it. Safe to move while the sandbox answers."""

    speed: float = 1.0
    """Sandbox seconds in a second; 0 stands still, and only ``advance`` moves it."""
    start: float | None = None
    """Seconds since 1970 at which it begins; None is now."""
    _begun: float = field(init=False)
    _origin: float = field(init=False)
    _skipped: float = field(default=0.0, init=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        """Begin to run."""
        if self.speed < 0:
            raise ValueError(f"speed {self.speed}: time does not run backwards")
        self._begun = time.monotonic()
        self._origin = time.time() if self.start is None else self.start

    def now(self) -> float:
        """Return the time [seconds since 1970]."""
        return self._origin + self._skipped + self.speed * (time.monotonic() - self._begun)

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` of sandbox time pass at once."""
        if seconds < 0:
            raise ValueError(f"{seconds} seconds: time does not run backwards")
        with self._turn:
            self._skipped += seconds
