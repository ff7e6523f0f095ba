"""Make the fleet of a snapshot run in a sandbox: every part in its turn."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.errors import SnapshotError, UsageError
from trimtab.rehearsal.build import Build, known
from trimtab.rehearsal.completed import completed
from trimtab.rehearsal.layout import Layout
from trimtab.rehearsal.parts.access import make_rules
from trimtab.rehearsal.parts.balancers import make_balancers
from trimtab.rehearsal.parts.groups import make_target_groups
from trimtab.rehearsal.parts.metrics import newest_tasks, series_of, without_tasks
from trimtab.rehearsal.parts.network import make_groups, make_network
from trimtab.rehearsal.parts.past import make_past
from trimtab.rehearsal.parts.routes import VPC
from trimtab.rehearsal.parts.scaling import ScalingMaker
from trimtab.rehearsal.parts.services import make_services
from trimtab.rehearsal.parts.surroundings import (
    make_cluster,
    make_discovery,
    make_leftovers,
    make_log_groups,
    make_roles,
)
from trimtab.rehearsal.told import Told
from trimtab.sandbox.client import ApiCalls, regions
from trimtab.sandbox.faults import Fault
from trimtab.snapshot.files import FLEET_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from trimtab.fleet.model import Fleet
    from trimtab.sandbox.server import Sandbox
    from trimtab.snapshot.contract import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A fleet that runs in a sandbox."""

    fleet: Fleet
    """With everything that was made up."""
    ids: Mapping[str, str]
    """What the sandbox calls a thing, by the id or ARN in ``fleet``."""
    environment: Mapping[str, str]
    """What ``terraform/platform`` asks for, as Terraform reads it from the environment."""
    lines: tuple[str, ...]
    """What a person is told."""


def check(snapshot: Snapshot, failing: Iterable[str]) -> None:
    """Refuse what cannot be rehearsed, before anything is started.

    Raises:
        SnapshotError: AWS has no such region.
        UsageError: no service is called as one that is to fail.

    """
    if snapshot.fleet.region not in regions():
        raise SnapshotError(
            f"region is {snapshot.fleet.region!r}, which AWS does not have",
            where=FLEET_FILE,
            advice="correct it, as in us-east-1",
        )
    names = {service.name for service in snapshot.fleet.services}
    for name in failing:
        if name not in names:
            raise UsageError(
                f"--fail names {name}, which the snapshot does not have",
                advice=f"name one of: {', '.join(sorted(names))}",
            )


def rehearse(sandbox: Sandbox, snapshot: Snapshot, now: datetime, failing: Iterable[str] = ()) -> Rehearsal:
    """Make the snapshot's fleet run in the sandbox, its record ending ``now``.

    ``failing``: services whose next deployment is to fail.
    """
    told, layout = Told(), Layout.of(snapshot.fleet, now)
    fleet = completed(snapshot.fleet, told, insights=without_tasks(snapshot))
    tasks = _tasks(fleet, snapshot, layout)
    build = Build(sandbox=sandbox, call=ApiCalls(sandbox), told=told, fleet=fleet, layout=layout, tasks=tasks)
    make_network(build)
    make_discovery(build)
    make_cluster(build)
    make_groups(build)
    make_rules(build)
    make_target_groups(build)
    make_balancers(build)
    make_roles(build)
    make_log_groups(build)
    make_services(build)
    ScalingMaker(build).make()
    make_leftovers(build)
    make_past(build)
    _make_metrics(build, snapshot)
    for skip in snapshot.fleet.skipped:
        told.left_out(skip.service, f"the snapshot left it out too: {skip.reason.value}")
    for name in failing:
        sandbox.inject.deployment_failure(f"{build.identity.cluster.name}/{name}", Fault.EXITS)
    return Rehearsal(fleet=fleet, ids=build.ids, environment=_variables(build), lines=_lines(build, snapshot))


def _tasks(fleet: Fleet, snapshot: Snapshot, layout: Layout) -> dict[str, int]:
    """Return how many tasks ran in the newest minute, within the bounds; the minimum where none says.

    A service without a scaling target has the count that its bounds were read from.
    """
    scaled = {one.resource_id.rsplit("/", 1)[-1] for one in known(fleet.identity).scaling_targets}
    tasks: dict[str, int] = {}
    for service in fleet.services:
        bounds, ran = service.scaling, newest_tasks(snapshot.metrics.get(service.name), layout)
        tasks[service.name] = bounds.min_tasks
        if ran is not None and service.name in scaled:
            tasks[service.name] = min(max(ran, bounds.min_tasks), bounds.max_tasks)
    return tasks


def _make_metrics(build: Build, snapshot: Snapshot) -> None:
    cluster = build.identity.cluster
    insights = cluster.container_insights != "disabled"
    answer = build.call("elbv2", "DescribeTargetGroups")
    hanging = {one["TargetGroupArn"]: one.get("LoadBalancerArns") or [] for one in answer["TargetGroups"]}
    groups: dict[str, tuple[str, str]] = {}
    for service, identity in build.services():
        for attachment in identity.attachments:
            arn = build.new(attachment.target_group_arn)
            balancers = [each for each in hanging.get(arn, ()) if ":loadbalancer/app/" in each]
            if balancers and service.name not in groups:
                groups[service.name] = balancers[0], arn
    series = series_of(snapshot, cluster.name, groups, build.layout.places, insights=insights)
    build.sandbox.record(series)
    for name, table in snapshot.metrics.items():
        if name not in groups and table["requests"].null_count() < table.height:
            build.told.left_out(f"requests of {name}", "no application load balancer counts them")


def _variables(build: Build) -> dict[str, str]:
    identity = build.identity
    certificates = [
        build.ids[one.certificate_arn]
        for balancer in identity.load_balancers
        for one in balancer.listeners
        if one.certificate_arn in build.ids
    ]
    variables = {
        "TF_VAR_region": build.sandbox.region,
        "TF_VAR_vpc_id": build.new(identity.vpc_id or VPC),
        "TF_VAR_private_subnet_ids": json.dumps(build.private),
        "TF_VAR_public_subnet_ids": json.dumps(build.public),
    }
    return {**variables, **({"TF_VAR_certificate_arn": certificates[0]} if certificates else {})}


def _lines(build: Build, snapshot: Snapshot) -> tuple[str, ...]:
    fleet, layout = build.fleet, build.layout
    tasks = sum(build.tasks[name] for name in build.made)
    measured = (
        f"{fleet.days:g} days of metrics, moved by {layout.shift_days} days to end now"
        if snapshot.metrics
        else "no metrics, for the snapshot has none"
    )
    return (*build.told.lines(), f"{fleet.cluster}: {len(build.made)} services, {tasks} tasks; {measured}")
