"""How long a task takes, phase by phase [seconds of sandbox time]."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TaskTiming:
    """Durations of a task's life. All zero, a service has settled when it is next read."""

    place_s: float = 0.0
    """createdAt to pullStartedAt: placement and network interface."""
    pull_s: float = 0.0
    """pullStartedAt to pullStoppedAt."""
    boot_s: float = 0.0
    """pullStoppedAt to startedAt (RUNNING)."""
    register_s: float = 0.0
    """RUNNING to registered with the target group (``initial``)."""
    ready_s: float = 0.0
    """Registered to ``healthy``, or RUNNING to container HEALTHY."""
    counted_s: float = 0.0
    """RUNNING to counted as healthy where nothing checks the task."""
    stop_s: float = 0.0
    """SIGTERM to STOPPED."""
    deregistration_s: float | None = 0.0
    """Time in ``draining``; None takes each target group's own deregistration delay."""
    broken_s: float = 0.0
    """RUNNING to the end of a task that is to fail."""
    retry_s: float = 1.0
    """From a failed task to the next try. Never 0: a service that cannot start tries for ever."""

    def __post_init__(self) -> None:
        """Refuse what would let time stand still or run backwards."""
        if min(self.place_s, self.pull_s, self.boot_s, self.register_s, self.ready_s, self.counted_s) < 0:
            raise ValueError("a phase cannot take less than no time")
        if self.retry_s <= 0:
            raise ValueError("retry_s must be above 0")

    @classmethod
    def fargate(cls) -> TaskTiming:
        """Return what a task takes on Fargate.

        Launch: the sample of "Amazon ECS task state change events" (10.3 + 9.3 + 0.8 s).
        Counted healthy after 40 s where nothing checks the task: "Rolling update" (deployment-type-ecs).
        The rest are choices: registration takes a few seconds, a check passes within one interval.
        """
        return cls(
            place_s=10.3,
            pull_s=9.3,
            boot_s=0.8,
            register_s=5.0,
            ready_s=15.0,
            counted_s=40.0,
            stop_s=10.0,
            deregistration_s=None,
            broken_s=20.0,
            retry_s=15.0,
        )
