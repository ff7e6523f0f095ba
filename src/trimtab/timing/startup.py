"""Health-check timing computed from measured start-up, by the rules the service module uses.

The module is given ``startup_seconds`` and derives the same numbers; they are computed here as
well so that the recommendation states them, each with its ``Ground``. Limits: ECS HealthCheck
(interval 5 to 300 s, timeout 2 to 60, retries 1 to 10, startPeriod 0 to 300), ALB target groups
(interval 5 to 300, timeout 2 to 120, threshold 2 to 10).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.demand.startup import MIN_SAMPLES, NotEnoughSamples, start_up_of
from trimtab.terraform_module import (
    DEFAULT_CHECK_HEALTHY,
    DEFAULT_CHECK_INTERVAL_S,
    DEFAULT_CHECK_TIMEOUT_S,
    DEFAULT_CHECK_UNHEALTHY,
    LONGEST_STARTUP_S,
)
from trimtab.timing.drain import drain_of
from trimtab.timing.ground import Evidence, Ground, Setting, ground, on_grid, share_of
from trimtab.timing.slower import AS_RECORDED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimtab.fleet.model import ContainerHealthCheck, Service, StartSample
    from trimtab.timing.drain import Drain
    from trimtab.timing.slower import Slower

ASSUMED_S = 60
"""Where no start was recorded. Slower than most: a check that waits too long only delays."""
P95 = 0.95
START_MARGIN = 1.5
"""Start period over start-up [ratio]: the slowest start seen is not the slowest there will be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Startup:
    """How long a task takes from its image being there to its first passing check [s]."""

    seconds: int
    """What the module is told, at most ``LONGEST_STARTUP_S``."""
    samples: int
    quantile: float | None
    """Which quantile of the starts it is, 1.0 the slowest; None without any."""
    measured_s: float | None
    slowest_s: float | None
    """The slowest recorded start [s]."""
    warning: str
    """Empty, or why the number is less certain than it looks."""
    needed_s: int
    """What the starts ask for at the size they are timed for [s], which may be more than the module takes."""
    less_cpu: bool = False
    """Whether that size has less CPU than the one whose starts were recorded."""
    slower: str = ""
    """Where it has: what that does to a start."""


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
    longest_request_s: int | None
    """What the module is told the longest request is; None leaves it its default."""
    grounds: tuple[Ground, ...]
    """Why each value is what it is, in the order of a task's life."""
    warnings: tuple[str, ...]
    """Where requests need more than they are given."""
    slower: Slower = AS_RECORDED
    """What starts are at the size that is timed."""

    @property
    def grace_period_given_s(self) -> int | None:
        """The grace period [s] where the module would not derive the same; else None."""
        if self.target is None or self.target.grace_period_s == derived_grace_s(self.container):
            return None
        return self.target.grace_period_s


def timing_of(service: Service, drain_laid_down_s: int | None = None, slower: Slower = AS_RECORDED) -> Timing:
    """Return the timing of a service from its recorded starts and the longest of its requests.

    ``drain_laid_down_s`` is the deregistration delay that the objective lays down [s]; ``slower`` what
    starts are at the size that is timed.
    """
    startup = startup_of(service.start_samples, service.health_check, slower)
    drain = drain_of(service, drain_laid_down_s)
    container = container_timing(startup.seconds)
    grace_s = service.traffic.grace_period_s if service.traffic is not None else 0
    target = target_timing(startup, container, drain, grace_s)
    grounds = (*_start_grounds(startup, container, target), *drain.grounds)
    return Timing(
        startup=startup,
        container=container,
        target=target,
        stop_timeout_s=drain.stop_timeout_s,
        longest_request_s=drain.longest_request_s,
        grounds=grounds,
        warnings=drain.warnings,
        slower=slower,
    )


def startup_of(
    samples: Sequence[StartSample],
    check: ContainerHealthCheck | None = None,
    slower: Slower = AS_RECORDED,
) -> Startup:
    """Return p95 of boot and ready together, whole seconds; of few samples the maximum.

    Without any start that was recorded, what today's ``check`` waits for: it may be what lets
    tasks start at all.

    Placement and pull come before the container exists, so no health check sees them. Where the
    slowest start would outlast the start period made of p95, a higher quantile is taken.
    """
    answer = start_up_of(samples)
    if isinstance(answer, NotEnoughSamples):
        slowest = answer.start_up_max_s
        if slowest is None:
            patient = _as_patient(check)
            why = ", as patient as the check found" if patient > ASSUMED_S else ""
            warning = f"no start was recorded: {patient} s are assumed{why}"
            return _startup(patient, Evidence(), None, warning, slower)
        warning = f"only {answer.samples} starts were recorded: the slowest counts"
        evidence = Evidence(quantile=1.0, measured_s=slowest, samples=answer.samples)
        return _startup(slowest, evidence, slowest, warning, slower)
    estimate = answer.start_up
    quantiles = ((P95, estimate.p95_s), (0.99, estimate.p99_s), (1.0, estimate.max_s))
    latest = slower.seconds(estimate.max_s)
    quantile, measured = next(
        one for one in quantiles if _start_period_s(_whole(slower.seconds(one[1]))) >= latest
    )
    evidence = Evidence(quantile=quantile, measured_s=measured, samples=answer.samples)
    return _startup(measured, evidence, estimate.max_s, "", slower)


def _as_patient(present: ContainerHealthCheck | None) -> int:
    """Return the least start-up from ``ASSUMED_S`` on whose check waits as long as the one found [s]."""
    if present is None:
        return ASSUMED_S
    until = present.start_period_s + present.retries * present.interval_s
    for seconds in range(ASSUMED_S, LONGEST_STARTUP_S):
        check = container_timing(seconds)
        patient = check.start_period_s + check.retries * check.interval_s
        if check.start_period_s >= present.start_period_s and patient >= until:
            return seconds
    return LONGEST_STARTUP_S


def _whole(seconds: float) -> int:
    return max(1, math.ceil(seconds))


def _start_period_s(startup_s: int) -> int:
    """Return the start period by the module's formula, not yet held to what ECS allows."""
    return max(10, on_grid(START_MARGIN * startup_s))


def _startup(
    recorded_s: float, evidence: Evidence, slowest_s: float | None, warning: str, slower: Slower
) -> Startup:
    whole = _whole(slower.seconds(recorded_s))
    if whole > LONGEST_STARTUP_S:
        check = container_timing(LONGEST_STARTUP_S)
        end = check.start_period_s + check.retries * check.interval_s
        warning = (
            f"start-up takes {whole} s; health checks can allow for {LONGEST_STARTUP_S} s at most, and a "
            f"container that is not healthy after {end} s is given up"
        )
    return Startup(
        seconds=min(whole, LONGEST_STARTUP_S),
        samples=evidence.samples,
        quantile=evidence.quantile,
        measured_s=evidence.measured_s,
        slowest_s=slowest_s,
        warning=warning,
        needed_s=whole,
        less_cpu=slower.ratio > 1,
        slower=_slower_sentence(recorded_s, whole, slower, measured=evidence.measured_s is not None),
    )


def _slower_sentence(recorded_s: float, whole: int, slower: Slower, *, measured: bool) -> str:
    """Say what less CPU does to a start of ``recorded_s``; empty where there is no less."""
    if slower.ratio <= 1:
        return ""
    began = "starts" if measured else "starts, assumed to be"
    took = (
        f"{began} of {recorded_s:.1f} s at {slower.recorded_vcpu:g} vCPU may take {whole} s at "
        f"{slower.vcpu:g}"
    )
    if slower.boot_vcpu_s is not None and slower.seconds(recorded_s) < slower.ratio * recorded_s:
        return f"{took}: they use {slower.boot_vcpu_s:.1f} vCPU-seconds at most"
    why = slower.why or "by the record it may be"
    return f"{took}, if CPU is all they wait for ({why}): measure one"


def container_timing(startup_s: int) -> ContainerTiming:
    """Return the container check for a start-up of at most ``LONGEST_STARTUP_S`` seconds.

    Half again the start-up before failures count, then a third of it between checks.
    """
    interval = min(30, max(10, on_grid(startup_s / 3)))
    return ContainerTiming(
        start_period_s=_start_period_s(startup_s),
        interval_s=interval,
        timeout_s=interval // 2,
        retries=min(5, max(3, math.ceil(startup_s / interval))),
    )


def derived_grace_s(container: ContainerTiming) -> int:
    """Return the grace period the module derives: it outlasts the start period by two checks."""
    return container.start_period_s + 2 * DEFAULT_CHECK_INTERVAL_S


def target_timing(
    startup: Startup, container: ContainerTiming, drain: Drain, found_grace_s: int = 0
) -> TargetTiming | None:
    """Return the target check; None without a load balancer.

    A start too slow for the module's start period still gets its grace period, which ECS does
    not limit: half again what the starts ask for, and two checks. Where no start was recorded, or none at
    so little CPU, the grace period found, ``found_grace_s``, is not shortened: it may be what lets tasks
    start at all.
    """
    if drain.deregistration_delay_s is None:
        return None
    slow = _start_period_s(startup.needed_s) + 2 * DEFAULT_CHECK_INTERVAL_S
    grace_s = found_grace_s if startup.measured_s is None or startup.less_cpu else 0
    return TargetTiming(
        interval_s=DEFAULT_CHECK_INTERVAL_S,
        timeout_s=DEFAULT_CHECK_TIMEOUT_S,
        healthy_threshold=DEFAULT_CHECK_HEALTHY,
        unhealthy_threshold=DEFAULT_CHECK_UNHEALTHY,
        grace_period_s=max(derived_grace_s(container), slow, grace_s),
        deregistration_delay_s=drain.deregistration_delay_s,
        deregistration_reason=drain.reason,
    )


def _start_grounds(
    startup: Startup, container: ContainerTiming, target: TargetTiming | None
) -> Iterator[Ground]:
    """Yield why the values that follow from the start-up are what they are."""
    evidence = Evidence(quantile=startup.quantile, measured_s=startup.measured_s, samples=startup.samples)
    check = container
    rows = [
        (Setting.STARTUP, startup.seconds, _startup_sentence(startup)),
        (
            Setting.START_PERIOD,
            check.start_period_s,
            "half again the start-up, before failures count",
        ),
        (
            Setting.INTERVAL,
            check.interval_s,
            "a third of it, 10 to 30",
        ),
        (Setting.TIMEOUT, check.timeout_s, "half the interval"),
        (
            Setting.RETRIES,
            check.retries,
            "given up no sooner than one could start",
        ),
    ]
    if target is not None:
        period = target.grace_period_s - 2 * DEFAULT_CHECK_INTERVAL_S
        sentence = f"start period, {period} s, and two checks"
        if target.grace_period_s != derived_grace_s(check):
            checks = f"two checks {DEFAULT_CHECK_INTERVAL_S} s apart"
            sentence = f"half again the start-up, {period} s, and {checks}"
            if startup.measured_s is None:
                sentence = "as found: no start was recorded that a shorter one could rest on"
            elif startup.less_cpu and period > _start_period_s(startup.needed_s):
                sentence = "as found: nothing gets less CPU and a shorter grace period at once"
        rows.append((Setting.GRACE_PERIOD, target.grace_period_s, sentence))
    for setting, value, sentence in rows:
        yield ground(setting, value, evidence, sentence)


def _startup_sentence(startup: Startup) -> str:
    if startup.measured_s is None or startup.quantile is None or startup.slowest_s is None:
        more = f", up to {startup.needed_s} s at the new size" if startup.less_cpu else ""
        return f"assumed: no start was recorded{more}"
    said = (
        f"{share_of(startup.quantile)} of {startup.samples} recorded starts took {startup.measured_s:.1f} s "
        "or less from the pulled image to the first passing check"
    )
    if startup.quantile > P95 and startup.samples >= MIN_SAMPLES:
        said += f"; a start period made of {share_of(P95)} would end before the slowest"
    elif startup.quantile == P95 and not startup.less_cpu:
        said += f"; the slowest, {startup.slowest_s:.1f} s, still ends within the start period"
    if startup.less_cpu:
        said += f", up to {startup.needed_s} s at the new size"
    if startup.needed_s > startup.seconds:
        said += f"; the module takes {LONGEST_STARTUP_S} s at most"
    return said
