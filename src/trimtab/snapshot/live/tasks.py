"""Recent tasks: how they started, and why they stopped.

ECS remembers stopped tasks for about an hour, so starts are those of the tasks that run now
and of the last hour.

No API tells when a target or a container passed its first check. ``ready_s`` is therefore an
upper bound: from ``startedAt`` to the earlier of

- the next "has reached a steady state" event, which ECS sends when all tasks are healthy;
- the reading itself, for a task that is healthy now and started less than ``READY_WINDOW_S`` ago.

A start without such a bound within ``READY_WINDOW_S``, or of a service that nothing checks, is no
sample: a missing sample makes the health checks more patient, an invented one less.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from trimtab.aws.api import batches, pages
from trimtab.fleet.model import Failure, StartSample
from trimtab.snapshot.parse import when
from trimtab.snapshot.understand.messages import UNKNOWN, kept_message, kept_words

if TYPE_CHECKING:
    from trimtab.aws.api import Api, Json
    from trimtab.snapshot.answers import Raw

TASKS_A_CALL: Final = 100
"""DescribeTasks takes no more, ListTasks gives no more."""
SAMPLES: Final = 100
"""Starts kept of a service: enough for a 95th percentile."""
FAILURES: Final = 500
"""Failures kept of a service, the newest: a day of a task that dies every three minutes."""
READY_WINDOW_S: Final = 900.0
"""A first passing check later than this after the start is something else."""

_STAMPS = ("createdAt", "pullStartedAt", "pullStoppedAt", "startedAt")
_FAILED_CODES = frozenset(
    {"TaskFailedToStart", "EssentialContainerExited", "SpotInterruption", "TerminationNotice"}
)
"""``stopCode`` of tasks that nobody asked to stop (the reference's section on EventBridge)."""
_CODES = _FAILED_CODES | {"ServiceSchedulerInitiated", "UserInitiated"}
"""Every ``stopCode`` that the API reference has."""
_FAILED_REASON = "Task failed "
"""How a stopped reason begins that a scale-in does not have, though both share a stop code."""
_FAILED_EVENT = re.compile(r"(?i)unable|fail|unhealthy|error|exceed|impaired|throttl|rolling back|could not")
_STEADY = "steady state"


def read_tasks(api: Api, raw: Raw, now: datetime) -> None:
    """Read the cluster's tasks in hundreds; keep only their durations and reasons."""
    services = {service["serviceName"]: service for service in raw.services}
    steady = {name: _steady(service, raw) for name, service in services.items()}
    healthy: dict[str, frozenset[str]] = {}
    for status in ("RUNNING", "STOPPED"):
        arns = pages(
            api,
            "ecs",
            "ListTasks",
            "taskArns",
            cursor="nextToken",
            cluster=raw.name,
            desiredStatus=status,
            maxResults=TASKS_A_CALL,
        )
        for batch in batches(arns, TASKS_A_CALL):
            answer = api.call("ecs", "DescribeTasks", cluster=raw.name, tasks=batch)
            for task in answer.get("tasks", ()):
                name = str(task.get("group", "")).removeprefix("service:")
                if name not in services:
                    continue
                _note_stop(raw, name, task)
                if len(raw.starts.setdefault(name, [])) < SAMPLES:
                    bounds = [*steady[name], *_healthy_now(api, services[name], task, now, healthy)]
                    sample = start_of(task, bounds)
                    if sample is not None:
                        raw.starts[name].append(sample)


def read_events(raw: Raw) -> None:
    """Take failures from the services' events and scaling activities, which were read before."""
    for service in raw.services:
        name = service["serviceName"]
        failures = raw.failures.setdefault(name, [])
        failures += [
            Failure(at=when(event["createdAt"]), kind="service event", text=kept_message(event["message"]))
            for event in service.get("events") or ()
            if _FAILED_EVENT.search(event["message"])
        ]
        failures += [
            Failure(at=one.start, kind="scaling activity", text=f"{one.status}: {one.description}")
            for one in raw.activities.get(name, ())
            if one.status in ("Failed", "Unfulfilled")
        ]
        failures.sort(key=lambda one: (one.at, one.text), reverse=True)
        del failures[FAILURES:]


def start_of(task: Json, bounds: list[datetime]) -> StartSample | None:
    """Return a task's start; ``None`` where a time is missing or nothing says when it was ready.

    ``bounds`` are times at which it was ready for certain, if it had started by then.
    """
    stamps = [task.get(name) for name in _STAMPS]
    if any(stamp is None for stamp in stamps):
        return None
    created, pulling, pulled, started = (stamp.timestamp() for stamp in stamps if stamp is not None)
    later = [bound.timestamp() - started for bound in bounds]
    ready = min((one for one in later if 0 <= one <= READY_WINDOW_S), default=None)
    durations = (pulling - created, pulled - pulling, started - pulled)
    # All at once is what a simulator says, not Fargate.
    if ready is None or min(durations) < 0 or not any(durations):
        return None
    placement, pull, boot = (round(one, 1) for one in durations)
    return StartSample(placement_s=placement, pull_s=pull, boot_s=boot, ready_s=round(ready, 1))


def _steady(service: Json, raw: Raw) -> list[datetime]:
    """Return when everything of a service was healthy, if anything checks it."""
    containers = raw.definitions.get(service.get("taskDefinition", ""), {}).get("containerDefinitions") or ()
    if not service.get("loadBalancers") and not any(one.get("healthCheck") for one in containers):
        return []
    return [event["createdAt"] for event in service.get("events") or () if _STEADY in event["message"]]


def _healthy_now(
    api: Api, service: Json, task: Json, now: datetime, known: dict[str, frozenset[str]]
) -> list[datetime]:
    """Return ``now`` if the task started lately and passes its checks."""
    started = task.get("startedAt")
    if (
        started is None
        or task.get("lastStatus") != "RUNNING"
        or now - started > timedelta(seconds=READY_WINDOW_S)
    ):
        return []
    groups = [
        one["targetGroupArn"] for one in service.get("loadBalancers") or () if one.get("targetGroupArn")
    ]
    if not groups:
        return [now] if task.get("healthStatus") == "HEALTHY" else []
    for arn in groups:
        if arn not in known:
            known[arn] = _healthy_targets(api, arn)
        if not known[arn] & _addresses(task):
            return []
    return [now]


def _healthy_targets(api: Api, group: str) -> frozenset[str]:
    answer = api.call("elasticloadbalancing", "DescribeTargetHealth", TargetGroupArn=group)
    return frozenset(
        one["Target"]["Id"]
        for one in answer.get("TargetHealthDescriptions", ())
        if one.get("TargetHealth", {}).get("State") == "healthy"
    )


def _addresses(task: Json) -> frozenset[str]:
    return frozenset(
        detail["value"]
        for attachment in task.get("attachments") or ()
        for detail in attachment.get("details") or ()
        if detail.get("name") == "privateIPv4Address"
    )


def _note_stop(raw: Raw, name: str, task: Json) -> None:
    """Remember a task that nobody asked to stop."""
    failure = failure_of(task)
    if failure is not None:
        raw.failures.setdefault(name, []).append(failure)


def failure_of(task: Json) -> Failure | None:
    """Return why a task stopped that nobody asked to stop; ``None`` for any other."""
    reason, code = str(task.get("stoppedReason") or ""), task.get("stopCode")
    if not task.get("stoppedAt") or not (code in _FAILED_CODES or reason.startswith(_FAILED_REASON)):
        return None
    said = [
        f"{one['name']}: {kept_words(one['reason']) or UNKNOWN}"
        for one in task.get("containers") or ()
        if one.get("reason")
    ]
    exits = [
        f"{one['name']} exited with {one['exitCode']}"
        for one in task.get("containers") or ()
        if one.get("exitCode")
    ]
    why = kept_message(reason) if reason else ""
    text = "; ".join(filter(None, (f"{code if code in _CODES else ''}: {why}".strip(": "), *exits, *said)))
    return Failure(at=when(task["stoppedAt"]), kind="stopped task", text=text)
