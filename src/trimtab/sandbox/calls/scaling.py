"""Scaling of services: the desired count follows the bounds of its scalable target, and activities tell why.

Nothing here looks at a metric: a test says when a policy scales.

Source: Application Auto Scaling API reference, RegisterScalableTarget (capacity outside the
bounds is brought inside) and ScalingActivity.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.moto_api._internal import mock_random

from trimtab.sandbox.calls.autoscaling import activities_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.sandbox.ecs.scheduler import Scheduler
    from trimtab.sandbox.ecs.service_state import SandboxService
    from trimtab.sandbox.patching import Patches

_DIMENSION = "ecs:service:DesiredCount"


def install(patches: Patches, scheduler: Scheduler) -> None:
    """Let scalable targets pull their services into their bounds."""
    patches.wrap(ApplicationAutoScalingResponse, "register_scalable_target", partial(_register, scheduler))


def scale(scheduler: Scheduler, state: SandboxService, desired_count: int, cause: str) -> None:
    """Set a desired count, and open the activity that says why."""
    service, now = state.service, scheduler.clock.now()
    activity = {
        "ActivityId": str(mock_random.uuid4()),
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{service.cluster_name}/{service.name}",
        "ScalableDimension": _DIMENSION,
        "Description": f"Setting desired count to {desired_count}.",
        "Cause": cause,
        "StartTime": now,
        "StatusCode": "InProgress",
        "StatusMessage": f"Successfully set desired count to {desired_count}. "
        "Waiting for change to be fulfilled by ecs.",
    }
    backend = applicationautoscaling_backends[state.backend.account_id][state.backend.region_name]
    activities_of(backend).append(activity)
    state.activities.append(activity)
    service.desired_count = desired_count
    scheduler.changed(service)


def _register(
    scheduler: Scheduler, original: Callable[..., str], self: ApplicationAutoScalingResponse
) -> str:
    answer = original(self)
    resource = json.loads(self.body)["ResourceId"]
    target = self.applicationautoscaling_backend.targets.get(_DIMENSION, {}).get(resource)
    state = scheduler.find(resource.removeprefix("service/"))
    if target is not None and state is not None:
        _pull(scheduler, state, target)
    return answer


def _pull(scheduler: Scheduler, state: SandboxService, target: Any) -> None:  # noqa: ANN401 - moto's target
    least, most = int(target.min_capacity), int(target.max_capacity)
    if state.desired < least:
        scale(scheduler, state, least, f"minimum capacity was set to {least}")
    elif state.desired > most:
        scale(scheduler, state, most, f"maximum capacity was set to {most}")
