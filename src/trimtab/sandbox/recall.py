"""Puts what happened before the sandbox began where the APIs look for it. Needs moto.

AWS forgets a stopped task after about an hour. One of these stays as long as the sandbox runs:
whoever told of it wants it to be seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.moto_api._internal import mock_random

from trimtab.sandbox.calls.autoscaling import activities_of
from trimtab.sandbox.calls.metrics import Points, series_of
from trimtab.sandbox.ecs.service_state import EVENTS_KEPT
from trimtab.sandbox.ecs.tasks import ServiceTask, moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimtab.sandbox.ecs.service_state import SandboxService
    from trimtab.sandbox.past import Past, PastTask, Series


def record(account: str, region: str, recording: Iterable[Series]) -> int:
    """Put metrics into the store, in place of what a series held. Returns the points."""
    backend = cloudwatch_backends[account][region]
    store, points = series_of(backend), 0
    for recorded in recording:
        if not recorded.at.size:
            continue
        # One point by the call, so that ListMetrics knows the metric.
        dimensions = [{"Name": name, "Value": value} for name, value in recorded.dimensions]
        datum = {"MetricName": recorded.metric, "Value": 0.0, "Dimensions": dimensions}
        backend.put_metric_data(recorded.namespace, [datum])
        kept = Points()
        columns = (kept.at, recorded.at), (kept.total, recorded.total), (kept.count, recorded.count)
        for column, values in (*columns, (kept.least, recorded.least), (kept.most, recorded.most)):
            column.frombytes(np.ascontiguousarray(values, dtype=np.float64).tobytes())
        kept.percentiles = dict(recorded.percentiles)
        store[recorded.namespace, recorded.metric, frozenset(recorded.dimensions)] = kept
        points += recorded.at.size
    return points


def remember(state: SandboxService, past: Past) -> None:
    """Give a service its past."""
    events = [
        {"id": str(mock_random.uuid4()), "createdAt": moment(at), "message": message}
        for at, message in past.events
    ]
    service = state.service
    service.events = sorted((*service.events, *events), key=lambda one: one["createdAt"], reverse=True)
    del service.events[EVENTS_KEPT:]
    for task in past.tasks:
        _stopped(state, task)
    backend = applicationautoscaling_backends[state.backend.account_id][state.backend.region_name]
    activities = activities_of(backend)
    resource = f"service/{service.cluster_name}/{service.name}"
    activities += [
        {
            "ActivityId": str(mock_random.uuid4()),
            "ServiceNamespace": "ecs",
            "ResourceId": resource,
            "ScalableDimension": "ecs:service:DesiredCount",
            "Cause": "recorded before the sandbox began",
            **one,
        }
        for one in past.activities
    ]
    activities.sort(key=lambda one: float(one["StartTime"]))


def _stopped(state: SandboxService, told: PastTask) -> None:
    """Make a task that has stopped. The scheduler never hears of it."""
    backend, service = state.backend, state.service
    shown = state.primary.shown
    definition = backend.describe_task_definition(shown["taskDefinition"])
    task: Any = ServiceTask(backend, service, shown, definition, subnet=0, failure=None, at=told.created_at)
    task.connectivity, task.connectivity_at = "CONNECTED", moment(told.pull_started_at)
    task.pull_started_at = moment(told.pull_started_at)
    task.pull_stopped_at = moment(told.pull_stopped_at)
    task.started_at = moment(told.started_at)
    task.stopping_at = moment(told.stopped_at)
    task.stop_code, task.stopped_reason = told.stop_code, told.stopped_reason
    task.end(told.stopped_at, 0)
    for container in task.parts:
        container["exitCode"] = told.exit_codes.get(container["name"], 0)
        if container["name"] in told.reasons:
            container["reason"] = told.reasons[container["name"]]
    backend.tasks.setdefault(service.cluster_name, {})[task.task_arn] = task
