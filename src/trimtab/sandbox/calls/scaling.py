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
    """Set a desired count, and open the activity that says why.

    Within the bounds of its scalable target. Where they leave nothing to change, the activity is one that
    was not scaled, and says so.
    """
    service = state.service
    target = _target(state)
    wanted = desired_count
    if target is not None:
        desired_count = min(max(wanted, int(target.min_capacity)), int(target.max_capacity))
        if desired_count == state.desired:
            _not_scaled(scheduler, state, target, wanted, cause)
            return
    activity = {
        **_begun(scheduler, state, cause),
        "Description": f"Setting desired count to {desired_count}.",
        "StatusCode": "InProgress",
        "StatusMessage": f"Successfully set desired count to {desired_count}. "
        "Waiting for change to be fulfilled by ecs.",
    }
    activities_of(_backend(state)).append(activity)
    state.activities.append(activity)
    service.desired_count = desired_count
    scheduler.changed(service)


def _not_scaled(
    scheduler: Scheduler,
    state: SandboxService,
    target: Any,  # noqa: ANN401 - moto's target
    wanted: int,
    cause: str,
) -> None:
    """Record an activity that changes nothing, with AWS's own reason (NotScaledReason)."""
    if wanted > state.desired:
        reason = {"Code": "AlreadyAtMaxCapacity", "MaxCapacity": int(target.max_capacity)}
    elif wanted < state.desired:
        reason = {"Code": "AlreadyAtMinCapacity", "MinCapacity": int(target.min_capacity)}
    else:
        reason = {"Code": "AlreadyAtDesiredCapacity", "CurrentCapacity": state.desired}
    activities_of(_backend(state)).append(
        {
            **_begun(scheduler, state, cause),
            "Description": "Attempting to scale due to alarm triggered",
            "StatusCode": "Failed",
            "NotScaledReasons": [reason],
        }
    )


def _begun(scheduler: Scheduler, state: SandboxService, cause: str) -> dict[str, Any]:
    return {
        "ActivityId": str(mock_random.uuid4()),
        "ServiceNamespace": "ecs",
        "ResourceId": _resource(state),
        "ScalableDimension": _DIMENSION,
        "Cause": cause,
        "StartTime": scheduler.clock.now(),
    }


def _backend(state: SandboxService) -> Any:  # noqa: ANN401 - moto's
    return applicationautoscaling_backends[state.backend.account_id][state.backend.region_name]


def _resource(state: SandboxService) -> str:
    return f"service/{state.service.cluster_name}/{state.service.name}"


def _target(state: SandboxService) -> Any:  # noqa: ANN401 - moto's
    return _backend(state).targets.get(_DIMENSION, {}).get(_resource(state))


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
