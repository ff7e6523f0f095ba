"""Words of what AWS answers, read in one place: alarms, ARNs, networks, log groups, times. Pure."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from trimtab.aws.api import Json


def actions_of(alarm: Json) -> list[str]:
    """Return every action of an alarm, whatever state calls it."""
    kinds = ("AlarmActions", "OKActions", "InsufficientDataActions")
    return sorted({action for kind in kinds for action in alarm.get(kind) or ()})


def groups_of(services: Iterable[Json]) -> set[str]:
    """Return the ARNs of the services' target groups."""
    return {
        balancer["targetGroupArn"]
        for service in services
        for balancer in service.get("loadBalancers") or ()
        if balancer.get("targetGroupArn")
    }


def watched_groups(services: Iterable[Json]) -> set[str]:
    """Return the services' target groups as the dimensions of metrics name them."""
    return {arn.rsplit(":", maxsplit=1)[-1] for arn in groups_of(services)}


def watches(alarm: Json, cluster: str, groups: Collection[str]) -> bool:
    """Tell whether an alarm looks at a metric of the cluster or of a group (``watched_groups``)."""
    return any(
        dimensions.get("ClusterName") == cluster or dimensions.get("TargetGroup") in groups
        for dimensions in dimensions_of(alarm)
    )


def dimensions_of(alarm: Json) -> Iterator[dict[str, str]]:
    """Give the dimensions of the alarm's metric, or of each metric of its math."""
    lists = [alarm.get("Dimensions") or ()]
    lists += [
        ((query.get("MetricStat") or {}).get("Metric") or {}).get("Dimensions") or ()
        for query in alarm.get("Metrics") or ()
    ]
    for one in lists:
        yield {dimension["Name"]: dimension["Value"] for dimension in one}


def when(stamp: datetime) -> str:
    """Word a time the way a snapshot does: UTC, whole seconds."""
    return stamp.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def moment(stamp: datetime) -> str:
    """Word a time to the millisecond: a scaling activity's is compared with a replay's."""
    told = stamp.astimezone(UTC).replace(microsecond=stamp.microsecond // 1000 * 1000)
    return told.isoformat(timespec="milliseconds" if told.microsecond else "seconds").replace("+00:00", "Z")


def without_values(definition: Json) -> Json:
    """Empty every environment value of every container. Names stay, and so do ARNs of secrets."""
    for container in definition.get("containerDefinitions", ()):
        for variable in container.get("environment") or ():
            variable["value"] = ""
    return definition


def name_of(arn: str) -> str:
    """Return the last part of an ARN: a service's or cluster's name."""
    return arn.rsplit("/", maxsplit=1)[-1]


def log_group_of(container: Json) -> str | None:
    """Return the log group a container writes to."""
    options = (container.get("logConfiguration") or {}).get("options") or {}
    name = options.get("awslogs-group")
    return str(name) if name else None


def log_groups_of(container: Json) -> Iterator[str]:
    """Give every log group that a container names, to whichever driver."""
    options = (container.get("logConfiguration") or {}).get("options") or {}
    yield from (str(options[key]) for key in ("awslogs-group", "log_group_name") if options.get(key))


def network_of(service: Json) -> Json:
    """Return a service's subnets and security groups."""
    found: Json = (service.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
    return found


def subnets_of(services: Iterable[Json]) -> set[str]:
    """Return the subnets that tasks of any of the services may be in."""
    return {subnet for service in services for subnet in network_of(service).get("subnets") or ()}
