"""Faults on request: what goes wrong in the sandbox because a test asked for it.

A service is named ``cluster/service``, or by its bare name in whatever cluster.
"""

from __future__ import annotations

import enum
import threading
from dataclasses import dataclass, field


class Fault(enum.Enum):
    """How the tasks of a deployment fail."""

    EXITS = "exits"
    """They reach RUNNING, and an essential container exits with code 1."""
    UNHEALTHY = "unhealthy"
    """They run and fail their health checks: the target group's, or else the container's."""
    CANNOT_PULL = "cannot pull"
    """They never reach RUNNING: their image cannot be pulled."""
    NEVER_SETTLES = "never settles"
    """They stay PENDING. Nothing fails, so no circuit breaker sees it."""


@dataclass(slots=True)
class Inject:
    """The faults asked for. ``Sandbox.inject``."""

    _next: dict[str, Fault] = field(default_factory=dict)
    _slow: dict[str, float] = field(default_factory=dict)
    _throttled: dict[str, int] = field(default_factory=dict)
    _dead_paths: dict[str, str] = field(default_factory=dict)
    _out_of_memory: dict[str, int] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def deployment_failure(self, service: str, failure: Fault) -> None:
        """Make the tasks of the service's next deployment fail; its rollback is well again."""
        self._next[service] = failure

    def slow_start(self, service: str, seconds: float) -> None:
        """Add to the boot of every task the service launches from now on; 0 ends it."""
        self._slow[service] = seconds

    def dependency_dies(self, service: str, path: str) -> None:
        """Let what the service's ``path`` asks (a database) be gone: every check of that path fails.

        Like every fault, it holds for whatever has not been worked out yet: look at the service first.
        """
        self._dead_paths[service] = path

    def dependency_is_back(self, service: str) -> None:
        """End it. Tasks that were given up meanwhile are not taken back."""
        self._dead_paths.pop(service, None)

    def out_of_memory(self, service: str, tasks: int = 1) -> None:
        """Kill so many of the service's running tasks because their memory is full; others follow."""
        with self._turn:
            self._out_of_memory[service] = tasks

    def throttling(self, call: str, calls: int) -> None:
        """Refuse the next ``calls`` of ``service:Action`` (``ecs:UpdateService``) as too many."""
        with self._turn:
            self._throttled[call] = calls

    def clear(self) -> None:
        """Take back every fault that has not happened yet."""
        with self._turn:
            self._next.clear()
            self._slow.clear()
            self._throttled.clear()
            self._dead_paths.clear()
            self._out_of_memory.clear()

    def failure_of_next(self, cluster: str, service: str) -> Fault | None:
        """Return, once, how the deployment that starts now is to fail."""
        for name in (f"{cluster}/{service}", service):
            if name in self._next:
                return self._next.pop(name)
        return None

    def extra_boot_s(self, cluster: str, service: str) -> float:
        """Return what ``slow_start`` adds [seconds]."""
        return self._slow.get(f"{cluster}/{service}", self._slow.get(service, 0.0))

    def dead_path(self, cluster: str, service: str) -> str | None:
        """Return the path whose checks fail."""
        return self._dead_paths.get(f"{cluster}/{service}", self._dead_paths.get(service))

    def killed_for_memory(self, cluster: str, service: str, running: int) -> int:
        """Return, once, how many of the running tasks are to be killed now."""
        with self._turn:
            for name in (f"{cluster}/{service}", service):
                if running and name in self._out_of_memory:
                    return min(running, self._out_of_memory.pop(name))
        return 0

    def is_throttled(self, call: str) -> bool:
        """Tell whether this call is one of those to refuse, and count it."""
        with self._turn:
            left = self._throttled.get(call, 0)
            if left > 0:
                self._throttled[call] = left - 1
        return left > 0
