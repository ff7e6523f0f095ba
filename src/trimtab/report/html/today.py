"""What is configured today, in the words of the values: the left side of the diff.

A recommendation holds what is proposed; what runs is in the snapshot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.document.parts import ContainerTimingPart
    from trimtab.fleet.model import ContainerHealthCheck, Scaling, Service, StepPolicy

OUT, IN = "scaling out", "scaling in"
STOP, DRAIN, GRACE, CHECK = (
    "stop_timeout",
    "traffic.deregistration_delay",
    "traffic grace period",
    "container check",
)


def today_of(service: Service) -> dict[str, str]:
    """Return what is configured, by the name of the value."""
    found = {STOP: f"{service.stop_timeout_s} s"}
    check, traffic = service.health_check, service.traffic
    if check is not None:
        found[CHECK] = check_words(check)
    else:
        found[CHECK] = "none"
    if traffic is not None:
        found[DRAIN] = f"{traffic.deregistration_delay_s} s"
        found[GRACE] = f"{traffic.grace_period_s} s"
    for name, out in ((OUT, True), (IN, False)):
        found[name] = "; ".join(_policies(service.scaling, out=out)) or "nothing"
    return found


def check_words(check: ContainerHealthCheck | ContainerTimingPart) -> str:
    """Return a container's health check in words."""
    return (
        f"start {check.start_period_s} s, every {check.interval_s} s, {check.timeout_s} s, "
        f"{check.retries} tries"
    )


def _policies(scaling: Scaling, *, out: bool) -> Iterator[str]:
    if scaling.min_tasks == scaling.max_tasks:
        return
    for policy in scaling.policies:
        if (policy.comparison in {"greater", "greater_or_equal"}) == out:
            yield _policy(policy)
    for tracking in scaling.tracking:
        if out or tracking.scale_in:
            cooldown = tracking.out_cooldown_s if out else tracking.in_cooldown_s
            yield f"target tracking, {tracking.metric} {tracking.target:g}, wait {cooldown} s"
    for action in scaling.scheduled:
        if out:
            yield f"schedule {action.schedule}"
    for other in scaling.unmodelled:
        if out:
            yield other.what


def _policy(policy: StepPolicy) -> str:
    """Return a step policy: its alarm, its steps, its wait."""
    unit = "%" if policy.adjustment_type == "PercentChangeInCapacity" else ""
    steps = ", ".join(
        f"to {step.adjustment}"
        if policy.adjustment_type == "ExactCapacity"
        else f"{step.adjustment:+d}{unit}"
        for step in policy.steps
    )
    sign = ">" if policy.comparison.startswith("greater") else "<"
    minutes = policy.period_s * policy.evaluation_periods / 60
    alarm = f"{policy.metric.removesuffix('_filled')} {sign} {policy.threshold:g} for {minutes:g} min"
    return f"{alarm}: {steps}, wait {policy.cooldown_s} s"
