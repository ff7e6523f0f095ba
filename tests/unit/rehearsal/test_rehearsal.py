"""``trimtab sandbox --fleet``: a snapshot's fleet runs in the sandbox, and a snapshot of it is the same."""

from __future__ import annotations

import dataclasses
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import polars as pl
import pytest
from fleet import made as made_fleet
from rehearsal.full_fleet import full
from rehearsal.made import read, rehearsed
from takeover import made

from made_client import client
from trimtab.commands.snapshot import SnapshotRequest, take_snapshot
from trimtab.errors import SnapshotError, UsageError
from trimtab.fleet.account import ScalingTarget, SecurityGroup
from trimtab.fleet.identity import SubnetZone
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.fleet.model import Egress, Failure, Scaling, ScalingActivity
from trimtab.rehearsal.run import check
from trimtab.sandbox.server import Sandbox
from trimtab.snapshot.contract import UTILISATION_COLUMNS
from trimtab.snapshot.folder import read_snapshot, snapshot_of

sys.path.append(str(Path(__file__).parents[2] / "terraform"))

import awkward
from snapshot.made import Made

if TYPE_CHECKING:
    from trimtab.fleet.model import Fleet, Service
    from trimtab.snapshot.contract import Snapshot

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 29, 15, 7, 31, tzinfo=UTC)


def shortened(snapshot: Snapshot, days: int = 2) -> Snapshot:
    """Return the last days of a snapshot."""
    fleet = snapshot.fleet
    begin = datetime.fromisoformat(fleet.start) + timedelta(days=fleet.days - days)
    start = begin.strftime("%Y-%m-%dT%H:%M:00Z")
    kept = [
        table.select(pl.lit(name).alias("service"), pl.all()).filter(pl.col("timestamp") >= begin)
        for name, table in sorted(snapshot.metrics.items())
    ]
    return snapshot_of(msgspec.structs.replace(fleet, start=start, days=float(days)), pl.concat(kept))


def measured(fleet: Fleet) -> Snapshot:
    """Return a fleet with two days of metrics."""
    tables = [made_fleet.metrics(service) for service in fleet.services]
    return snapshot_of(fleet, pl.concat(tables).sort("service", "timestamp"))


def without_requests(snapshot: Snapshot) -> Snapshot:
    none = pl.lit(None, dtype=pl.Float32).alias("requests")
    metrics = {name: table.with_columns(none) for name, table in snapshot.metrics.items()}
    return dataclasses.replace(snapshot, metrics=metrics)


def attached(service: Service, **changes: object) -> Fleet:
    """A fleet of one service with a scaling target as AWS has them today; ``changes`` are of the account."""
    resource = f"service/{made.CLUSTER}/{service.name}"
    target = ScalingTarget(resource_id=resource, arn=made.arn("application-autoscaling", "scalable-target/1"))
    return made.fleet(service, scaling_targets=(target,), load_balancers=(), **changes)


@pytest.fixture(scope="module")
def example() -> Snapshot:
    return shortened(read_snapshot(ROOT / "examples" / "fleet"))


@dataclasses.dataclass(frozen=True)
class FirstReading:
    """The example as it was rehearsed, and as a snapshot of that has it."""

    taken: Snapshot
    differences: list[str]
    said: list[str]


@pytest.fixture(scope="module")
def first(example: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> FirstReading:
    with rehearsed(example, NOW) as running:
        taken = running.read(tmp_path_factory.mktemp("first") / "s")
        return FirstReading(taken, running.differences(taken), list(running.rehearsal.lines))


def test_the_example_is_read_back_as_it_is_written(first: FirstReading) -> None:
    assert not first.differences, "\n".join(first.differences)
    said = first.said
    assert len(said) == 3
    assert said[0].startswith("made up, for the snapshot does not say: 1 VPC, 9 target groups, 2 load bal")
    assert said[1].startswith("left out: starts of scheduler, starts of notifications, starts of statements:")
    assert (
        said[2] == "fin-prod-cluster: 12 services, 84 tasks; 2 days of metrics, moved by 13 days to end now"
    )


@pytest.mark.slow  # so it does for generated fleets (test_rehearsal_generated); this one is twelve services
def test_a_snapshot_of_the_sandbox_gives_the_same_sandbox(first: FirstReading, tmp_path: Path) -> None:
    with rehearsed(first.taken, NOW) as running:
        second = running.read(tmp_path / "second")
        running.is_the_same(second)
        assert not any("made up" in line and "target group" in line for line in running.rehearsal.lines)
    for name, table in first.taken.metrics.items():
        assert table.equals(second.metrics[name])


@pytest.mark.slow
def test_names_tags_rules_policies_and_the_past_come_back(tmp_path: Path) -> None:
    with rehearsed(measured(full()), NOW) as running:
        taken = running.read(tmp_path / "s")
        running.is_the_same(taken)
        worker = next(one for one in taken.fleet.services if one.name == "worker")
        assert worker.identity is not None
        assert worker.identity.task_definition.arn.endswith(":task-definition/worker:417")


@pytest.mark.slow  # test_rehearsal_generated draws the like; this one is made by hand
def test_the_awkward_fleet_comes_back(tmp_path: Path) -> None:
    with Sandbox.start() as sandbox:
        source = Made(sandbox)
        network = {
            "vpc_id": source.vpc,
            "private_subnet_ids": source.subnets,
            "public_subnet_ids": source.subnets,
        }
        awkward.Awkward(source.client, network).make()
        first = read(sandbox, awkward.CLUSTER, tmp_path / "first", NOW, days=1)
    with rehearsed(first, NOW) as running:
        taken = running.read(tmp_path / "second")
        running.is_the_same(taken)
        left = [line for line in running.rehearsal.lines if line.startswith("left out: tasks")]
    assert left == [
        "left out: tasks of by-codedeploy: its deployments belong to CODE_DEPLOY, which the sandbox has not"
    ]


@pytest.mark.slow
def test_a_state_without_metrics_runs_at_its_minimum(tmp_path: Path) -> None:
    state = Path(__file__).parents[1] / "recorded_state.json"
    take_snapshot(SnapshotRequest(terraform=state), tmp_path / "state", now=NOW)
    snapshot = read_snapshot(tmp_path / "state")
    with rehearsed(snapshot, NOW) as running:
        running.is_the_same(running.read(tmp_path / "s"))
        least = sum(service.scaling.min_tasks for service in snapshot.fleet.services)
        said = f"fin-prod-cluster: 2 services, {least} tasks; no metrics, for the snapshot has none"
        assert running.rehearsal.lines[-1] == said


@pytest.mark.slow
def test_minutes_without_a_task_come_from_container_insights(tmp_path: Path) -> None:
    service = made_fleet.service("night", scaling=Scaling(min_tasks=0, max_tasks=6), traffic=None)
    asleep = pl.col("timestamp").dt.hour() >= 12
    silent = [pl.when(asleep).then(None).otherwise(pl.col(name)).alias(name) for name in UTILISATION_COLUMNS]
    table = made_fleet.metrics(service).with_columns(
        *silent,
        pl.when(asleep).then(0).otherwise(pl.col("running_tasks")).alias("running_tasks"),
        pl.lit(None, dtype=pl.Float32).alias("requests"),
    )
    with rehearsed(snapshot_of(made_fleet.fleet(service), table), NOW) as running:
        taken = running.read(tmp_path / "s")
        running.is_the_same(taken)
        assert running.rehearsal.lines[-1].startswith("made-cluster: 1 services, 0 tasks;")


def test_a_network_load_balancer_is_made_from_its_name(tmp_path: Path) -> None:
    arn = made.arn("elasticloadbalancing", "loadbalancer/net/lines/5")
    line = made.group("mqtt", protocol="TCP", health_protocol="TCP", load_balancer_arns=(arn,))
    service = msgspec.structs.replace(made.service("mqtt", platform_version="LATEST"), traffic=None)
    fleet = attached(service, target_groups=(line,))
    snapshot = without_requests(measured(fleet))
    with rehearsed(snapshot, NOW) as running:
        taken = running.read(tmp_path / "s")
        running.is_the_same(taken)
        (found,) = taken.fleet.identity.target_groups  # type: ignore[union-attr]
    assert ":loadbalancer/net/lines/" in found.load_balancer_arns[0]


@pytest.mark.slow
def test_a_target_group_that_nothing_leads_to_is_attached_all_the_same(tmp_path: Path) -> None:
    service = msgspec.structs.replace(made.service("api", platform_version="LATEST"), traffic=None)
    fleet = attached(service, target_groups=(made.group("api", load_balancer_arns=()),))
    with rehearsed(without_requests(measured(fleet)), NOW) as running:
        running.is_the_same(running.read(tmp_path / "s"))


def test_subnets_are_in_the_zones_that_the_snapshot_says(tmp_path: Path) -> None:
    zones = (("subnet-1", "us-east-1b"), ("subnet-2", "us-east-1b"), ("subnet-3", "us-east-1f"))
    service = made.service(
        "api",
        platform_version="LATEST",
        subnet_ids=tuple(name for name, _ in zones),
        subnet_zones=tuple(SubnetZone(subnet_id=name, zone=zone) for name, zone in zones),
    )
    with rehearsed(
        measured(attached(service, target_groups=(made.group("api", health_path="/health"),))), NOW
    ) as running:
        taken = running.read(tmp_path / "s")
        running.is_the_same(taken)
    (found,) = taken.fleet.services
    assert found.identity is not None
    assert found.identity.zones == ("us-east-1b", "us-east-1f")


def test_the_region_is_the_snapshots(tmp_path: Path) -> None:
    snapshot = made_fleet.snapshot(made_fleet.service("api"), region="ap-northeast-1")
    with rehearsed(snapshot, NOW) as running:
        taken = running.read(tmp_path / "s")
        running.is_the_same(taken)
        assert running.rehearsal.environment["TF_VAR_region"] == "ap-northeast-1"
    assert taken.fleet.region == "ap-northeast-1"


@pytest.mark.slow
def test_services_that_share_a_group_connect_to_what_each_of_them_did(tmp_path: Path) -> None:
    cache = Egress(name="cache", port=6379, cidr="10.0.0.0/8")
    database = Egress(name="database", port=5432, security_group_id="sg-web")
    peers = {"api": (cache, database), "web": (cache,), "free": None}
    found = [
        msgspec.structs.replace(
            made.service(
                name,
                number,
                security_group_ids=(f"sg-{name}", *(["sg-both"] if peers[name] else [])),
                platform_version="LATEST",
            ),
            egress=peers[name],
            callers=("api",) if name == "web" else (),
            traffic=None,
        )
        for number, name in enumerate(sorted(peers), start=1)
    ]
    groups = tuple(SecurityGroup(id=f"sg-{one}", name=one, description="g") for one in ("both", *peers))
    fleet = made.fleet(
        *(msgspec.structs.replace(one, scaling=Scaling(min_tasks=2, max_tasks=2)) for one in found),
        security_groups=groups,
        scaling_targets=(),
        load_balancers=(),
        target_groups=tuple(made.group(name, load_balancer_arns=()) for name in peers),
    )
    with rehearsed(without_requests(measured(fleet)), NOW) as running:
        running.is_the_same(running.read(tmp_path / "s"))


def test_what_the_sandbox_refuses_is_left_out_by_name_with_its_reason() -> None:
    groups = (made.group("api"), made.group("much-too-long-for-a-target-group-of-aws"))
    fleet = made.fleet(made.service("api"), target_groups=groups)
    skipped = LeftOut(service="daemon", reason=LeftOutReason.NOT_FARGATE, detail="it runs on EC2")
    with rehearsed(measured(msgspec.structs.replace(fleet, skipped=(skipped,))), NOW) as running:
        said = running.rehearsal.lines
    assert "left out: daemon: the snapshot left it out too: not Fargate" in said
    (refused,) = [line for line in said if "much-too-long" in line]
    assert refused.startswith("left out: target group much-too-long-for-a-target-group-of-aws: elbv2 CreateT")


@pytest.mark.slow
def test_what_a_person_wrote_otherwise_than_aws_is_no_traceback() -> None:
    odd = made.definition("api", container_names=("other",), arn="api", execution_role_arn="mine")
    service = msgspec.structs.replace(
        made.service("api", task_definition=odd, launch_type=None),
        failures=(
            Failure(at="yesterday", kind="service event", text="it failed"),
            Failure(at="2026-11-02", kind="stopped task", text="it stopped"),
        ),
        scaling_activities=(ScalingActivity(start="then", status="Failed", description="no luck"),),
    )
    group = made.group("api", load_balancer_arns=("balancer",), vpc_id="")
    with rehearsed(measured(attached(service, target_groups=(group,), vpc_id=None)), NOW) as running:
        said = running.rehearsal.lines
    assert "left out: something that happened to api: 'yesterday' is no time" in said
    assert "left out: something that happened to api: 'then' is no time" in said
    assert "left out: a stopped task of api: no stop code of ECS begins its text" in said
    assert said[-1].startswith("prod: 1 services, 4 tasks;")


@pytest.mark.slow
def test_a_rollout_can_be_made_to_fail_once() -> None:
    snapshot = made_fleet.snapshot(made_fleet.service("api"), made_fleet.service("web"))
    with rehearsed(snapshot, NOW, failing=("web",)) as running:
        ecs = client(running.sandbox.environment, "ecs")
        for name in ("api", "web"):
            ecs.update_service(cluster="made-cluster", service=name, forceNewDeployment=True)
        running.sandbox.clock.advance(60)
        found = ecs.describe_services(cluster="made-cluster", services=["api", "web"])["services"]
    events = {one["serviceName"]: " ".join(event["message"] for event in one["events"]) for one in found}
    assert "rolling back" in events["web"]
    assert "rolling back" not in events["api"]


@pytest.mark.slow
def test_minutes_repeat_while_the_sandbox_stays_up(tmp_path: Path) -> None:
    snapshot = made_fleet.snapshot(made_fleet.service("api"))
    with rehearsed(snapshot, NOW) as running:
        later = NOW + timedelta(hours=3)
        taken = read(running.sandbox, "made-cluster", tmp_path / "s", later, days=2)
    table = taken.metrics["api"]
    assert table["cpu_average_percent"].null_count() == 0
    source = snapshot.metrics["api"]["cpu_average_percent"].cast(pl.Float32).sort()
    assert table["cpu_average_percent"].sort().equals(source)


@pytest.mark.parametrize(
    "clock",
    [
        "12:00:30",
        *(pytest.param(one, marks=pytest.mark.slow) for one in ("00:05:00", "00:04:59", "23:59:59")),
    ],
)
def test_each_recorded_minute_is_there_once_at_its_time_of_day(clock: str, tmp_path: Path) -> None:
    now = datetime.fromisoformat(f"2026-12-03T{clock}+00:00")
    snapshot = made_fleet.snapshot(made_fleet.service("api"))
    with rehearsed(snapshot, now) as running:
        taken = running.read(tmp_path / "s")
    kept = taken.metrics["api"].drop_nulls("cpu_average_percent")
    source = snapshot.metrics["api"]
    on = ["cpu_average_percent", "memory_average_percent", "requests"]
    both = kept.join(source.with_columns(pl.col(on).cast(pl.Float32)), on=on)
    moved = (both["timestamp"] - both["timestamp_right"]).dt.total_minutes().unique()
    assert kept.height == both.height == source.height == 2880
    assert all(minutes % 1440 == 0 for minutes in moved)
    assert timedelta(minutes=5) < now - kept["timestamp"].max() <= timedelta(minutes=7)  # type: ignore[operator]


def test_a_region_that_aws_does_not_have_is_refused() -> None:
    with pytest.raises(SnapshotError, match="region is 'mars-1'"):
        check(made_fleet.snapshot(made_fleet.service("api"), region="mars-1"), ())


def test_a_service_that_is_not_there_cannot_fail() -> None:
    with pytest.raises(UsageError, match=r"--fail names db, .*; name one of: api"):
        check(made_fleet.snapshot(made_fleet.service("api")), ("db",))


def test_recorded_response_times_and_failed_answers_come_back(tmp_path: Path) -> None:
    made = made_fleet.snapshot(made_fleet.service("api"))
    minute = pl.int_range(pl.len())
    asleep = minute % 50 == 7
    answered = made.metrics["api"].with_columns(
        requests=pl.when(asleep).then(None).otherwise(pl.col("requests").round()),
        response_p50_s=pl.when(asleep).then(None).otherwise(0.02 + minute / 1e5),
        response_p95_s=pl.when(asleep).then(None).otherwise(0.05 + minute / 1e5),
        response_p99_s=pl.when(asleep).then(None).otherwise(0.09 + minute / 1e5),
        target_5xx=pl.when(asleep).then(None).otherwise(minute % 3),
    )
    with rehearsed(dataclasses.replace(made, metrics={"api": answered}), NOW) as running:
        taken = running.read(tmp_path / "taken")
        assert [one for one in running.differences(taken) if "minutes became" in one] == []
    read = taken.metrics["api"]
    assert read["response_p95_s"].count() == read["target_5xx"].count() > 2800
