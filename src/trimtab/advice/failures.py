"""Failures that AWS recorded, as cautions: how often, when last, and what each means for the advice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trimtab.advice.model import Caution, CautionKind
from trimtab.snapshot.understand.causes import Cause, deaths_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.fleet.model import Service
    from trimtab.snapshot.understand.causes import Deaths

MEANS: Final[Mapping[Cause, str]] = {
    Cause.OUT_OF_MEMORY: "no less memory than today's is advised, though the minute's metric is lower",
    Cause.PULL: "no size mends that: see the image, the execution role and the way to the registry",
    Cause.START: "no size mends that: see secrets, volumes and the execution role",
    Cause.PLACEMENT: "no size mends that: see the quota of vCPU and the subnets' free addresses",
    Cause.SPOT: "expected on Spot; a second task carries the load meanwhile",
    Cause.EXIT: "the application ends by itself: see its log at that minute",
    Cause.SCALING: "the count did not follow: see quotas, and whether the service could start tasks",
    Cause.OTHER: "see fleet.json for AWS's words",
}
SPAN: Final = (
    "AWS keeps the newest 100 events of a service, and stopped tasks for about an hour; "
    "the cluster's event log, where it has one, for its retention"
)


def cautions_of_failures(service: Service) -> Iterator[Caution]:
    """Yield a caution for each cause that AWS named."""
    for deaths in deaths_of(service.failures):
        times = f"between {_minute(deaths.first)} and {_minute(deaths.last)}" if deaths.count > 1 else ""
        when = times or f"at {_minute(deaths.last)}"
        noun = "" if deaths.cause is Cause.SCALING else "task " if deaths.count == 1 else "tasks "
        text = f"{deaths.count} {noun}{deaths.cause.value}, {when} UTC ({SPAN}): {_means(service, deaths)}"
        yield Caution(kind=CautionKind.FAILURES, text=text)


def _means(service: Service, deaths: Deaths) -> str:
    """Return what a cause means; of a health check, with the settings that did it."""
    traffic, check = service.traffic, service.health_check
    if deaths.cause is Cause.TARGET_CHECK:
        if traffic is None:
            return "its load balancer is not modelled: see its check and the grace period"
        target = traffic.health_check
        return (
            f"its check fails {target.unhealthy_threshold} times {target.interval_s} s apart, and a start is "
            f"spared for {traffic.grace_period_s} s: a task that starts slower than that never lives"
        )
    if deaths.cause is Cause.CONTAINER_CHECK:
        if check is None:
            return "see the container's check"
        return (
            f"its check fails {check.retries} times {check.interval_s} s apart, after a start period of "
            f"{check.start_period_s} s: a task that starts slower than that never lives"
        )
    return MEANS[deaths.cause]


def _minute(stamp: str) -> str:
    return stamp[:16].replace("T", " ")
