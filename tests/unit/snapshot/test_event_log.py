"""What the cluster's own event log group remembers of failures, from the sandbox's log group."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from snapshot.made import CLUSTER, REGION, Made, shop

from trimtab.aws.connection import Connection
from trimtab.progress import silent
from trimtab.sandbox.server import Sandbox
from trimtab.snapshot.live import event_log
from trimtab.snapshot.live.event_log import read_event_log
from trimtab.snapshot.live.read import Wish, read_deployed
from trimtab.snapshot.live.tasks import read_events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.snapshot.answers import Raw

NOW = datetime.now(UTC).replace(microsecond=0)
GROUP = f"/aws/events/ecs/{CLUSTER}"
ARN = f"arn:aws:ecs:{REGION}:123456789012"


def stop(number: int, hours: float, **changes: Any) -> dict[str, Any]:
    at = NOW - timedelta(hours=hours)
    detail = {
        "taskArn": f"{ARN}:task/{CLUSTER}/{number}",
        "group": "service:api",
        "lastStatus": "STOPPED",
        "stopCode": "EssentialContainerExited",
        "stoppedReason": "Essential container in task exited",
        "stoppedAt": at.isoformat(),
        "containers": [{"name": "api", "exitCode": 137, "reason": "OutOfMemoryError: killed"}],
    }
    return {"at": at, "detail-type": "ECS Task State Change", "detail": detail | changes}


def action(hours: float) -> dict[str, Any]:
    at = NOW - timedelta(hours=hours)
    detail = {
        "eventType": "ERROR",
        "eventName": "SERVICE_TASK_PLACEMENT_FAILURE",
        "reason": "RESOURCE:FARGATE",
    }
    return {"at": at, "time": at.isoformat(), "resources": [f"{ARN}:service/{CLUSTER}/api"], "detail": detail}


EVENTS = (
    stop(1, 30),
    stop(1, 30),  # the same task, logged twice
    stop(2, 30),
    stop(3, 2),
    stop(4, 3, stopCode="UserInitiated", stoppedReason="Scaling activity initiated by deployment"),
    stop(5, 3, group="service:of-another-cluster-too", clusterArn=f"{ARN}:cluster/other"),
    stop(6, 3, clusterArn=f"{ARN}:cluster/other"),
    stop(7, 3, lastStatus="RUNNING"),
    stop(8, 24 * 6),  # before the span
    action(40),
)


@pytest.fixture
def world() -> Iterator[tuple[Made, Raw]]:
    with pytest.MonkeyPatch.context() as patch, Sandbox.start() as sandbox:
        for name, value in sandbox.environment.items():
            patch.setenv(name, value)
        made = Made(sandbox)
        shop(made)
        arn = made.ecs.describe_clusters(clusters=[CLUSTER])["clusters"][0]["clusterArn"]
        made.logs.create_log_group(logGroupName=GROUP)
        made.logs.create_log_stream(logGroupName=GROUP, logStreamName="rule")
        lines: list[dict[str, Any]] = [
            {
                "timestamp": int(one["at"].timestamp() * 1000),
                "message": json.dumps({**one, "at": "", "detail": {"clusterArn": arn, **one["detail"]}}),
            }
            for one in sorted(EVENTS, key=lambda one: str(one["at"]))
        ]
        lines.append({"timestamp": int(NOW.timestamp() * 1000), "message": "no JSON"})
        made.logs.put_log_events(logGroupName=GROUP, logStreamName="rule", logEvents=lines)
        raw = read_deployed(account(made), Wish(cluster=CLUSTER), NOW, silent)
        raw.failures.clear()
        yield made, raw


def account(made: Made) -> Connection:
    return Connection.open(region=REGION, session=made.session)


def read(world: tuple[Made, Raw]) -> Raw:
    made, raw = world
    read_event_log(account(made), raw, NOW, NOW - timedelta(days=5))
    read_events(raw)
    return raw


def test_what_the_event_log_remembers_is_counted_once_each(world: tuple[Made, Raw]) -> None:
    raw = read(world)
    assert set(raw.failures) == {"api", "worker"}
    stops = [one for one in raw.failures["api"] if one.kind == "stopped task"]
    hours = [(NOW - datetime.fromisoformat(one.at)).total_seconds() / 3600 for one in stops]
    assert hours == [2, 30, 30]
    assert all("api exited with 137; api: OutOfMemoryError" in one.text for one in stops)
    (placed,) = [one.text for one in raw.failures["api"] if "PLACEMENT" in one.text]
    assert placed == "SERVICE_TASK_PLACEMENT_FAILURE: RESOURCE:FARGATE"
    assert any(GROUP in note and "failures since" in note for note in raw.notes)


def test_what_ecs_still_knows_is_not_counted_again(world: tuple[Made, Raw]) -> None:
    made, raw = world
    once = read((made, raw)).failures["api"].copy()
    assert read((made, raw)).failures["api"] == once


def test_the_calls_are_bounded_and_what_was_not_read_is_said(
    world: tuple[Made, Raw], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "CALLS_AT_MOST", 1)
    raw = read(world)
    assert len([one for one in raw.failures["api"] if one.kind == "stopped task"]) == 1
    assert any("after 1 calls the rest of it" in note for note in raw.notes)
