"""Fleets that nobody thought of: whatever a snapshot may say comes back, and nothing is a traceback."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl
import pytest
from fleet import made as made_fleet
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rehearsal.made import rehearsed
from takeover import made

from trimtab.fleet.account import CapacityProvider, LogGroup, ScalingPolicy, ScalingTarget, SecurityGroup
from trimtab.fleet.model import (
    ContainerHealthCheck,
    Egress,
    Scaling,
    ScheduledAction,
    Step,
    StepPolicy,
    TrackingPolicy,
)
from trimtab.rehearsal.parts.routes import NOBODY
from trimtab.snapshot.folder import snapshot_of

if TYPE_CHECKING:
    from trimtab.fleet.model import Fleet, Service

NOW = datetime(2026, 11, 29, 3, 20, 1, tzinfo=UTC)
NAMES = st.sampled_from(["a", "Web_Front", "orders-v2", "x" * 200, "0", "A-b_C", "internal-api", "Z9"])
AMOUNTS = st.floats(0.5, 95, allow_nan=False).map(lambda value: round(value, 3))
ADJUSTMENTS: Any = ("ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity")
UPWARDS: Any = ("greater", "greater_or_equal")
DOWNWARDS: Any = ("less", "less_or_equal")
MISSING: Any = ("missing", "ignore", "breaching", "notBreaching")
AGGREGATIONS: Any = ("Average", "Minimum", "Maximum")
TRACKING = "TargetTrackingScaling"
SIZES = ((256, 512), (1024, 2048), (16384, 32768))


@st.composite
def policies(draw: st.DrawFn) -> StepPolicy:
    metric = draw(st.sampled_from(["cpu", "cpu_maximum", "memory", "joint"]))
    adjustment = draw(st.sampled_from(ADJUSTMENTS))
    greater = draw(st.booleans())
    middle = draw(AMOUNTS)
    steps = (Step(lower=0.0, upper=middle, adjustment=1), Step(lower=middle, adjustment=4))
    down = (Step(upper=0.0, adjustment=-1),)
    periods = draw(st.integers(1, 15))
    return StepPolicy(
        name=draw(st.sampled_from(["out", "in", "both ways", "n/a"])),
        metric=metric,
        comparison=draw(st.sampled_from(UPWARDS if greater else DOWNWARDS)),
        threshold=draw(AMOUNTS),
        period_s=draw(st.sampled_from([60, 300])),
        evaluation_periods=periods,
        datapoints_to_alarm=draw(st.integers(1, periods)),
        adjustment_type=adjustment,
        cooldown_s=draw(st.integers(0, 600)),
        steps=steps if greater else down,
        cpu_low=draw(AMOUNTS) if metric == "joint" else None,
        memory_low=draw(AMOUNTS) if metric == "joint" else None,
        missing=draw(st.sampled_from(MISSING)),
        aggregation=draw(st.sampled_from(AGGREGATIONS)),
        min_magnitude=draw(st.integers(0, 3)) if adjustment == "PercentChangeInCapacity" else 0,
    )


TRACKED = st.builds(
    TrackingPolicy,
    name=st.sampled_from(["track", "follow"]),
    metric=st.sampled_from(["cpu", "memory", "requests"]),
    target=AMOUNTS,
    out_cooldown_s=st.integers(0, 600),
    in_cooldown_s=st.integers(0, 600),
    scale_in=st.booleans(),
)
SCHEDULED = st.builds(
    ScheduledAction,
    name=st.sampled_from(["up", "down"]),
    schedule=st.sampled_from(["cron(0 8 ? * MON-FRI *)", "at(2026-12-24T18:00:00)"]),
    timezone=st.sampled_from(["UTC", "Europe/Berlin"]),
    min_tasks=st.none() | st.integers(0, 2),
    max_tasks=st.integers(2, 5),
)


def _sorted(named: list[Any]) -> tuple[Any, ...]:
    return tuple(sorted(named, key=lambda one: str(one.name)))


@st.composite
def services(draw: st.DrawFn, name: str, priority: int) -> Service:
    least = draw(st.integers(0, 3))
    found = draw(st.lists(policies(), max_size=3, unique_by=lambda one: one.name))
    traffic = draw(st.none() | st.sampled_from(["public", "internal"]))
    check = ContainerHealthCheck(
        command=("CMD", "check"), interval_s=10, timeout_s=3, retries=2, start_period_s=0
    )
    peers = st.builds(
        lambda port, cidr: Egress(name="any", port=port, cidr=cidr),
        st.sampled_from([53, 5432, 8443]),
        st.sampled_from(["10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32"]),
    )
    listed = st.lists(peers, max_size=2, unique_by=lambda one: (one.port, one.cidr)).map(tuple)
    return made_fleet.service(
        name,
        size=made_fleet.size(*draw(st.sampled_from(SIZES))),
        architecture=draw(st.sampled_from(["X86_64", "ARM64"])),
        port=draw(st.integers(1, 65535)) if traffic else draw(st.none() | st.integers(1, 65535)),
        cost_center=draw(st.sampled_from(["", "retail"])),
        scaling=Scaling(
            min_tasks=least,
            max_tasks=draw(st.integers(max(1, least), 9)),
            policies=tuple(found),
            tracking=_sorted(draw(st.lists(TRACKED, max_size=2, unique_by=lambda one: one.name))),
            scheduled=_sorted(draw(st.lists(SCHEDULED, max_size=2, unique_by=lambda one: one.name))),
            suspended=draw(st.sampled_from([(), ("in",), ("in", "out"), ("scheduled",)])),
        ),
        traffic=made_fleet.traffic(exposure=traffic, priority=priority) if traffic else None,
        health_check=draw(st.none() | st.just(check)),
        stop_timeout_s=draw(st.integers(2, 120)),
        log_retention_days=draw(st.none() | st.sampled_from([1, 30, 3653])),
        environment=draw(st.dictionaries(st.sampled_from(["A", "LEVEL"]), st.sampled_from(["x", "1"]))),
        secrets=draw(st.dictionaries(st.sampled_from(["KEY"]), st.just("/kept/there"))),
        egress=draw(st.none() | listed),
        start_samples=made_fleet.starts(draw(st.integers(1, 40)), draw(st.integers(0, 5))),
    )


@st.composite
def fleets(draw: st.DrawFn) -> Fleet:
    """A fleet without a word about what it is called."""
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    made_ones = [draw(services(name, number)) for number, name in enumerate(names, start=1)]
    called = [
        msgspec.structs.replace(
            one, callers=tuple(sorted(draw(st.sets(st.sampled_from(names))) - {one.name}))
        )
        for one in made_ones
    ]
    region = draw(st.sampled_from(["us-east-1", "us-west-1", "eu-central-1"]))
    fleet = made_fleet.fleet(*called, days=1, region=region)
    return msgspec.structs.replace(fleet, environment=draw(st.sampled_from(["production", "staging"])))


@st.composite
def identified(draw: st.DrawFn) -> Fleet:
    """A fleet of an account in which services share what they may share, or have nothing."""
    names = draw(st.lists(st.sampled_from(["api", "web", "jobs"]), min_size=1, max_size=3, unique=True))
    alone: list[Service] = []
    for number, name in enumerate(names, start=1):
        spot = (CapacityProvider(name="FARGATE_SPOT", weight=draw(st.integers(0, 5))),)
        strategy = draw(st.sampled_from([(), spot]))
        revision = draw(st.integers(1, 5000))
        definition = made.definition(
            name,
            arn=made.arn("ecs", f"task-definition/{name}:{revision}"),
            container_names=draw(st.sampled_from([(name,), ("side", name), (name, "side", "third")])),
            log_group=draw(st.sampled_from([f"/ecs/{name}", "/shared"])),
        )
        identity = made.identity(
            name,
            task_definition=definition,
            capacity_providers=strategy,
            launch_type=None if strategy else "FARGATE",
            platform_version="LATEST",
            assign_public_ip=draw(st.booleans()),
            execute_command=draw(st.booleans()),
            registrations=draw(st.sampled_from([(), made.identity(name).registrations])),
            security_group_ids=draw(st.sampled_from([("sg-own",), ("sg-own", "sg-more")])),
            tags=draw(st.dictionaries(st.sampled_from(["Team", "CostCenter"]), st.just("retail"))),
        )
        one = made.service(name, priority=number)
        # One security group for all tells nothing of who connects to what.
        alone.append(msgspec.structs.replace(one, identity=identity, egress=None))
    groups = tuple(SecurityGroup(id=f"sg-{one}", name=one, description=one) for one in ("own", "more", "2"))
    targets = tuple(
        ScalingTarget(
            resource_id=f"service/{made.CLUSTER}/{name}",
            arn=made.arn("application-autoscaling", f"scalable-target/{name}"),
            policies=draw(st.sampled_from([(), (ScalingPolicy(name="t", arn=f"of {name}", type=TRACKING),)])),
        )
        for name in names
    )
    rules = [made.rule(name, number) for number, name in enumerate(names, start=1)]
    logs = {str(one.identity.task_definition.log_group) for one in alone if one.identity is not None}
    fleet = made.fleet(
        *alone,
        security_groups=groups,
        scaling_targets=targets,
        target_groups=tuple(made.group(name, health_path="/health") for name in names),
        log_groups=tuple(LogGroup(name=name, arn=made.arn("logs", f"log-group:{name}")) for name in logs),
        load_balancers=(made.balancer(made.listener(80, *rules, default_response=NOBODY)),),
    )
    return msgspec.structs.replace(fleet, days=1.0)


def comes_back(fleet: Fleet) -> None:
    """Rehearse a fleet with a day of metrics, where it may have them, and read it again."""
    tables = [
        made_fleet.metrics(one, days=1).with_columns(requests if one.traffic else none)
        for one in fleet.services
        for none, requests in [(pl.lit(None, dtype=pl.Float64).alias("requests"), pl.col("requests"))]
    ]
    snapshot = snapshot_of(fleet, pl.concat(tables).sort("service", "timestamp"))
    with tempfile.TemporaryDirectory() as folder, rehearsed(snapshot, NOW) as running:
        running.is_the_same(running.read(Path(folder) / "s", days=1))


def _times(examples: int) -> Any:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        # An example takes seconds: a hundred simpler ones of a failure would take many minutes.
        phases=(Phase.generate,),
    )


@pytest.mark.slow
@_times(15)
@given(fleets() | identified())
def test_a_fleet_with_names_or_without_comes_back(fleet: Fleet) -> None:
    comes_back(fleet)
