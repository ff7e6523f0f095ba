"""A fleet of every kind of scaling, from the account that runs it to a rollout, in the sandbox.

What was recorded is made by the policies themselves, so that a replay that reads them rightly must
come to the same.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from commands.made import trimtab
from fleet import made
from rehearsal.made import read, rehearsed

from made_client import client
from trimtab.advice.case.case import as_deployed, workload_of
from trimtab.advice.case.outcome import Basis
from trimtab.catalog.load import prices
from trimtab.commands.optimize import optimize
from trimtab.fleet.left_out import LeftOutReason
from trimtab.fleet.model import Scaling, ScheduledAction, Step, StepPolicy, TrackingPolicy
from trimtab.replay.run import replay
from trimtab.snapshot.folder import snapshot_of

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.fleet.model import Service
    from trimtab.snapshot.contract import Snapshot

pytestmark = pytest.mark.slow

DAYS = 3
NOW = datetime(2026, 11, 29, 0, 5, 1, tzinfo=UTC)
MINUTES = np.arange(DAYS * made.DAY)
WAVE = 2.5 + 1.5 * np.sin(2 * np.pi * (MINUTES / made.DAY - 0.25))
ZERO_AT_NIGHT = (
    ScheduledAction(name="down", schedule="cron(0 20 * * ? *)", min_tasks=0, max_tasks=0),
    ScheduledAction(name="up", schedule="cron(0 6 * * ? *)", min_tasks=2, max_tasks=8),
)


def policy(name: str, threshold: float, adjustment: int, **more: Any) -> StepPolicy:
    step = (
        Step(lower=0.0, adjustment=adjustment) if adjustment > 0 else Step(upper=0.0, adjustment=adjustment)
    )
    given: dict[str, Any] = {
        "metric": "cpu",
        "comparison": "greater" if adjustment > 0 else "less",
        "evaluation_periods": 3,
        "datapoints_to_alarm": 3,
        "adjustment_type": "ChangeInCapacity",
        "cooldown_s": 120,
    }
    return StepPolicy(name=name, threshold=threshold, steps=(step,), **(given | more))


TRACKED = TrackingPolicy(name="track", metric="cpu", target=55.0, out_cooldown_s=60)
MEMORY = TrackingPolicy(name="memory", metric="memory", target=70.0)
FLEET = {
    "tracked": Scaling(min_tasks=2, max_tasks=20, tracking=(TRACKED,)),
    "mixed": Scaling(
        min_tasks=2, max_tasks=20, policies=(policy("out", 80.0, 1),), tracking=(MEMORY, TRACKED)
    ),
    "office": Scaling(min_tasks=2, max_tasks=8, scheduled=ZERO_AT_NIGHT),
    "queue": Scaling(min_tasks=1, max_tasks=20),
}


def ran(service: Service) -> pl.DataFrame:
    """Return what would be recorded of a service that its own policies scale."""
    work = np.where((MINUTES % made.DAY < 6 * 60) | (MINUTES % made.DAY >= 20 * 60), 0.0, 0.4 * WAVE)
    demand = made.demand(work if service.name == "office" else WAVE, tasks=4)
    done = replay(
        as_deployed(workload_of(service, demand), prices("us-east-1")).inputs, _policy(service, demand)
    ).minutes
    there = done.running > 0
    return (
        pl.DataFrame(
            {
                "timestamp": [made.START + timedelta(minutes=int(minute)) for minute in MINUTES],
                "cpu_average_percent": np.where(there, done.cpu_average_percent, np.nan),
                "cpu_maximum_percent": np.where(
                    there, np.minimum(100.0, 1.1 * done.cpu_average_percent), np.nan
                ),
                "memory_average_percent": np.where(there, 30.0, np.nan),
                "memory_maximum_percent": np.where(there, 32.0, np.nan),
                "requests": np.where(there, 600.0, np.nan),
                "running_tasks": np.rint(done.running),
            }
        )
        .fill_nan(None)
        .with_columns(pl.col("running_tasks").cast(pl.Int16))
    )


def _policy(service: Service, demand: Any) -> Any:
    return as_deployed(workload_of(service, demand), prices("us-east-1")).policy


def fleet() -> Snapshot:
    services = [
        made.service(name, scaling=scaling, traffic=made.traffic(priority=100 + at), identity=None)
        for at, (name, scaling) in enumerate(FLEET.items())
    ]
    rows = [ran(one).with_columns(service=pl.lit(one.name)) for one in services]
    return snapshot_of(made.fleet(*services, days=DAYS), pl.concat(rows).sort("service", "timestamp"))


def follow_a_queue(running: Any) -> None:
    """Let ``queue`` be scaled by how deep a queue is, as people do by hand."""
    place = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{running.snapshot.fleet.cluster}/queue",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    made_policy = client(running.sandbox.environment, "application-autoscaling").put_scaling_policy(
        **place,
        PolicyName="deep",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 2}],
        },
    )
    client(running.sandbox.environment, "cloudwatch").put_metric_alarm(
        AlarmName="queue-deep",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": "work"}],
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=100.0,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[made_policy["PolicyARN"]],
    )


def runs(running: Any, name: str) -> Any:
    """Return the revision that a service runs."""
    ecs, cluster = client(running.sandbox.environment, "ecs"), running.snapshot.fleet.cluster
    (found,) = ecs.describe_services(cluster=cluster, services=[name])["services"]
    return ecs.describe_task_definition(taskDefinition=found["taskDefinition"])["taskDefinition"]


def size_of(running: Any, name: str) -> str:
    cpu: str = runs(running, name)["cpu"]
    return cpu


def register(running: Any, advice: Any) -> None:
    """Register the revision that Terraform would: the running one at the recommended size."""
    ecs = client(running.sandbox.environment, "ecs")
    (found,) = ecs.describe_services(cluster=running.snapshot.fleet.cluster, services=[advice.service.name])[
        "services"
    ]
    definition = ecs.describe_task_definition(taskDefinition=found["taskDefinition"])["taskDefinition"]
    kept = (
        "family",
        "containerDefinitions",
        "executionRoleArn",
        "taskRoleArn",
        "networkMode",
        "requiresCompatibilities",
        "volumes",
    )
    ecs.register_task_definition(
        **{key: definition[key] for key in kept if definition.get(key)},
        cpu=str(advice.sizing.size.cpu_units),
        memory=str(advice.sizing.size.memory_mib),
    )


def test_a_fleet_of_every_kind_of_scaling_from_snapshot_to_rollout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = fleet()
    with rehearsed(source, NOW) as running:
        follow_a_queue(running)
        taken = read(running.sandbox, source.fleet.cluster, tmp_path / "taken", NOW, DAYS)
        outcome = optimize(tmp_path / "taken", tmp_path / "out", effort=made.LITTLE)
        found = {one.service.name: one for one in outcome.recommendation.services}
        (left,) = outcome.recommendation.left_out
        assert (left.service, left.reason) == ("queue", LeftOutReason.FOREIGN)
        assert "ApproximateNumberOfMessagesVisible of AWS/SQS" in left.detail
        scaling = {one.name: one.scaling for one in taken.fleet.services}
        assert [one.metric for one in scaling["mixed"].tracking] == ["memory", "cpu"]
        assert scaling["office"].scheduled == FLEET["office"].scheduled
        assert sorted(found) == ["mixed", "office", "tracked"]
        for name, advice in found.items():
            assert advice.deployed.basis is Basis.REPLAY, (name, advice.cautions)
            recorded = float(advice.cost.recorded_usd_month)
            assert advice.deployed.usd_month == pytest.approx(recorded, rel=0.1), name
        assert found["office"].tasks_recorded == pytest.approx(14 / 24 * 2, rel=0.2)
        moved = [one for one in found.values() if one.sizing.size != one.service.size]
        for advice in moved:
            register(running, advice)
        for key, value in running.sandbox.environment.items():
            monkeypatch.setenv(key, value)
        done = trimtab("rollout", str(tmp_path / "out"), "--no-bake")
        assert moved
        assert done.returncode == 0, done.stdout + done.stderr
        for advice in moved:
            assert str(advice.sizing.size.cpu_units) == size_of(running, advice.service.name)
