"""Health-check timing computed from measured start-up, by the rules the service module uses.

The module is given ``startup_seconds`` alone and derives the same numbers; they are computed
here as well so that the recommendation states them. Limits: ECS HealthCheck (interval 5 to
300 s, timeout 2 to 60, retries 1 to 10, startPeriod 0 to 300), ALB target groups (interval
5 to 300, timeout 2 to 120, threshold 2 to 10).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.demand.startup import NotEnoughSamples, start_up_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.fleet.model import Exposure, Service, StartSample

LONGEST_S = 200
"""Start-up beyond which 1.5 times it no longer fits into ECS's start period of 300 s."""
ASSUMED_S = 60
"""Where no start was recorded. Slower than most: a check that waits too long only delays."""

TARGET_INTERVAL_S = 15
TARGET_TIMEOUT_S = 10
TARGET_HEALTHY = 2
"""For recovery only: a new target is healthy after one passing check."""
TARGET_UNHEALTHY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Startup:
    """How long a task takes from its image being there to its first passing check [s]."""

    seconds: int
    samples: int
    warning: str
    """Empty, or why the number is less certain than it looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerTiming:
    """The container's own health check [s]."""

    start_period_s: int
    interval_s: int
    timeout_s: int
    retries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetTiming:
    """The target group's health check, and the drain [s]."""

    interval_s: int
    timeout_s: int
    healthy_threshold: int
    unhealthy_threshold: int
    grace_period_s: int
    deregistration_delay_s: int
    deregistration_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """All timing of one service. ``target`` is None where no load balancer sends traffic."""

    startup: Startup
    container: ContainerTiming
    target: TargetTiming | None
    stop_timeout_s: int


def timing_of(service: Service) -> Timing:
    """Return the timing of a service from its recorded starts."""
    startup = startup_of(service.start_samples)
    container = container_timing(startup.seconds)
    target = None
    if service.traffic is not None:
        target = target_timing(container.start_period_s, service.traffic.exposure)
    return Timing(startup=startup, container=container, target=target, stop_timeout_s=service.stop_timeout_s)


def startup_of(samples: Sequence[StartSample]) -> Startup:
    """Return p95 of boot and ready together, whole seconds; of few samples the maximum.

    Placement and pull come before the container exists, so no health check sees them.
    """
    answer, warning = start_up_of(samples), ""
    if isinstance(answer, NotEnoughSamples):
        if answer.start_up_max_s is None:
            warning = f"no start was recorded: {ASSUMED_S} s are assumed"
            return Startup(seconds=ASSUMED_S, samples=0, warning=warning)
        measured = answer.start_up_max_s
        warning = f"only {answer.samples} starts were recorded: the slowest counts"
    else:
        measured = answer.start_up.p95_s
    whole = max(1, math.ceil(measured))
    if whole > LONGEST_S:
        warning = f"start-up takes {whole} s; health checks can allow for {LONGEST_S} s at most"
    return Startup(seconds=min(whole, LONGEST_S), samples=answer.samples, warning=warning)


def container_timing(startup_s: int) -> ContainerTiming:
    """Return the container check for a start-up of at most ``LONGEST_S`` seconds.

    Half again the start-up before failures count, then a third of it between checks.
    """
    interval = min(30, max(10, math.ceil(startup_s / 15) * 5))
    return ContainerTiming(
        start_period_s=max(10, math.ceil(startup_s * 3 / 10) * 5),
        interval_s=interval,
        timeout_s=interval // 2,
        retries=min(5, max(3, math.ceil(startup_s / interval))),
    )


def target_timing(start_period_s: int, exposure: Exposure) -> TargetTiming:
    """Return the target check. The grace period outlasts the start period by two checks."""
    delay, reason = _deregistration(exposure)
    return TargetTiming(
        interval_s=TARGET_INTERVAL_S,
        timeout_s=TARGET_TIMEOUT_S,
        healthy_threshold=TARGET_HEALTHY,
        unhealthy_threshold=TARGET_UNHEALTHY,
        grace_period_s=start_period_s + 2 * TARGET_INTERVAL_S,
        deregistration_delay_s=delay,
        deregistration_reason=reason,
    )


def _deregistration(exposure: Exposure) -> tuple[int, str]:
    """Return the deregistration delay [s] and why. The whole of it is billed at each scale-in.

    The snapshot records no request durations yet, so who calls stands in for how long.
    """
    if exposure == "internal":
        return 60, "internal callers send longer requests; no durations were recorded"
    return 30, "public requests are short; no durations were recorded"
