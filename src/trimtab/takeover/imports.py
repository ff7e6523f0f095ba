"""The import blocks: one for each thing that exists and that the configuration will own.

Addresses are those of ``terraform/platform``, ids those the AWS provider 5.x parses. What exists
under a name that the configuration would give to something new is imported too: AWS takes some
of these calls (PutScalingPolicy, PutMetricAlarm, CreateLogGroup) as an overwrite or an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.terraform_module import ALARM_ENDINGS, FAST_ALARM_ENDINGS, POLICY_NAMES, TRACKING_NAMES
from trimtab.values.hcl import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.fleet.account import ScalingPolicy
    from trimtab.takeover.ownable import Balancer, Exposure
    from trimtab.takeover.takeover import Adopted, Takeover

DIMENSION = "ecs:service:DesiredCount"
FLEET = "module.fleet"
"""What ``terraform/platform`` calls ``modules/fleet``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import block."""

    to: str
    """Address in terraform/platform."""
    id: str
    """As the provider's importer wants it."""


def imports_of(takeover: Takeover) -> tuple[Import, ...]:
    """Return the imports in the order in which things depend on each other."""
    return (*_of_cluster(takeover), *_of_balancers(takeover), *_of_services(takeover))


def render(imports: tuple[Import, ...]) -> str:
    """Return the text of ``imports.tf``, as ``terraform fmt`` would leave it."""
    header = (
        "# Written by trimtab: what runs already and is taken over, nothing of it replaced. Plan, look for\n"
        '# "0 to destroy", apply, and delete this file: an import happens once.\n'
    )
    blocks = (f"import {{\n  to = {one.to}\n  id = {quoted(one.id)}\n}}\n" for one in imports)
    return "\n".join((header, *blocks))


def _of_cluster(takeover: Takeover) -> Iterator[Import]:
    cluster, at = takeover.identity.cluster, f"{FLEET}.module.cluster"
    yield Import(to=f"{at}.aws_ecs_cluster.this", id=cluster.name)
    if cluster.capacity_providers:
        yield Import(to=f"{at}.aws_ecs_cluster_capacity_providers.this", id=cluster.name)
    if (namespace := takeover.namespace) is not None:
        yield Import(
            to=f"{at}.aws_service_discovery_private_dns_namespace.this",
            id=f"{namespace.id}:{namespace.vpc_id}",
        )
    groups = {
        "aws_cloudwatch_log_group.exec": f"/ecs/{takeover.stem}/exec",
        "aws_cloudwatch_log_group.insights[0]": f"/aws/ecs/containerinsights/{cluster.name}/performance",
        "aws_cloudwatch_log_group.events": f"/aws/events/ecs/{takeover.stem}",
    }
    there = {group.name for group in takeover.identity.log_groups}
    yield from (Import(to=f"{at}.{to}", id=group) for to, group in groups.items() if group in there)


def _of_balancers(takeover: Takeover) -> Iterator[Import]:
    for exposure, balancer in sorted(takeover.balancers.items()):
        if exposure in exposures(takeover):
            yield from _of_balancer(exposure, balancer)


def exposures(takeover: Takeover) -> frozenset[Exposure]:
    """Return the exposures of the load balancers that the configuration will have from these services."""
    return frozenset(one.exposure for one in takeover.services if one.exposure is not None)


def _of_balancer(exposure: Exposure, balancer: Balancer) -> Iterator[Import]:
    at = f'{FLEET}.module.load_balancer["{exposure}"]'
    yield Import(to=f"{at}.aws_lb.this", id=balancer.found.arn)
    if balancer.https is not None:
        yield Import(to=f"{at}.aws_lb_listener.https[0]", id=balancer.https.arn)
    if balancer.http is not None:
        yield Import(to=f"{at}.aws_lb_listener.http", id=balancer.http.arn)


def _of_services(takeover: Takeover) -> Iterator[Import]:
    for adopted in takeover.services:
        yield from _of_service(takeover, adopted)


def _of_service(takeover: Takeover, adopted: Adopted) -> Iterator[Import]:
    at = f"{FLEET}.module.service[{quoted(adopted.service.name)}]"
    if adopted.discovery is not None:
        yield Import(to=f"{at}.aws_service_discovery_service.this[0]", id=adopted.discovery.id)
    yield from _log_groups(takeover, adopted, at)
    if adopted.target_group is not None:
        yield Import(to=f'{at}.aws_lb_target_group.this["this"]', id=adopted.target_group.arn)
    if adopted.rule is not None:
        yield Import(to=f'{at}.aws_lb_listener_rule.this["this"]', id=adopted.rule.arn)
    yield Import(
        to=f"{at}.aws_ecs_service.this", id=f"{takeover.identity.cluster.name}/{adopted.service.name}"
    )
    yield from _scaling(takeover, adopted, at)


def _log_groups(takeover: Takeover, adopted: Adopted, at: str) -> Iterator[Import]:
    """Yield the groups that exist under the names the module will use."""
    there = {group.name for group in takeover.identity.log_groups}
    production = takeover.environment == "production"
    stem = f"/ecs/{takeover.stem}/{adopted.stem}"
    log_group = adopted.log_group.name if adopted.log_group else None
    application = log_group or f"{stem}/application"
    debug = f"{stem}/debug" if production else log_group or f"{stem}/debug"
    if production and application in there:
        yield Import(to=f"{at}.aws_cloudwatch_log_group.application[0]", id=application)
    if debug in there:
        yield Import(to=f"{at}.aws_cloudwatch_log_group.debug", id=debug)


def _scaling(takeover: Takeover, adopted: Adopted, at: str) -> Iterator[Import]:
    at = f"{at}.module.scaling[0]"
    target = adopted.scaling_target
    if target is not None:
        resource = f"ecs/{target.resource_id}/{DIMENSION}"
        yield Import(to=f"{at}.aws_appautoscaling_target.this", id=resource)
        for policy in target.policies:
            if is_ours(policy, tracks=adopted.tracks):
                to = f"{at}.aws_appautoscaling_policy.{_names(tracks=adopted.tracks)[policy.name]}"
                yield Import(to=to, id=f"{resource}/{policy.name}")
    # Those for whoever is on call are written over: what is not made, by these values, could not be imported.
    alarms = {alarm.name for alarm in takeover.identity.alarms}
    for end, to in alarms_of(adopted).items():
        alarm = f"{takeover.stem}-{adopted.stem}-{end}"
        if alarm in alarms:
            yield Import(to=f"{at}.aws_cloudwatch_metric_alarm.{to}", id=alarm)


def alarms_of(adopted: Adopted) -> dict[str, str]:
    """Return the ends of the names of the alarms that the configuration will have, and where they are.

    With target tracking it has none: they are AWS's own.
    """
    if adopted.tracks:
        return {}
    return ALARM_ENDINGS | (FAST_ALARM_ENDINGS if adopted.fast else {})


def is_ours(policy: ScalingPolicy, *, tracks: bool) -> bool:
    """Tell whether a policy has a name and type of the module's: a second adoption finds its own.

    Of the kind that the values ask for: to one of the other there is nothing to import it to.
    """
    kind = "TargetTrackingScaling" if tracks else "StepScaling"
    return policy.name in _names(tracks=tracks) and policy.type == kind


def _names(*, tracks: bool) -> dict[str, str]:
    return TRACKING_NAMES if tracks else POLICY_NAMES
