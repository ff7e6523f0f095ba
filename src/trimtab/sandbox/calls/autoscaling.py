"""Application Auto Scaling: tags, activities, and what real AWS keeps or refuses.

Source: botocore's ``application-autoscaling`` service model (RegisterScalableTarget,
DeregisterScalableTarget, PutScalingPolicy, DescribeScalingActivities, ListTagsForResource).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.applicationautoscaling.models import (
    ApplicationAutoscalingBackend,
    FakeApplicationAutoscalingPolicy,
    FakeScalableTarget,
)
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.exceptions import JsonRESTError

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.sandbox.patching import Patches

_NOT_SUSPENDED = {
    "DynamicScalingInSuspended": False,
    "DynamicScalingOutSuspended": False,
    "ScheduledScalingSuspended": False,
}


def install(patches: Patches) -> None:
    """Extend moto's Application Auto Scaling."""
    answers, backend = ApplicationAutoScalingResponse, ApplicationAutoscalingBackend
    patches.add(answers, "list_tags_for_resource", _list_tags)
    patches.add(answers, "tag_resource", _tag)
    patches.add(answers, "untag_resource", _untag)
    patches.add(answers, "describe_scaling_activities", _describe_activities)
    patches.wrap(answers, "register_scalable_target", _register)
    patches.wrap(backend, "put_scaling_policy", _put_policy)
    patches.wrap(backend, "describe_scaling_policies", _describe_policies)
    patches.wrap(backend, "deregister_scalable_target", _deregister)
    patches.wrap(FakeScalableTarget, "__init__", _target)
    patches.wrap(FakeScalableTarget, "update", _update_target)


def tags_of(target: FakeScalableTarget) -> dict[str, str]:
    """Return the tags of a scalable target, to read or to change."""
    tags: dict[str, str] = vars(target).setdefault("sandbox_tags", {})
    return tags


def activities_of(backend: ApplicationAutoscalingBackend) -> list[dict[str, Any]]:
    """Return the scaling activities of a region, newest last, to read or to add to.

    Each is a ``ScalingActivity`` of the service model; times are seconds since 1970.
    """
    activities: list[dict[str, Any]] = vars(backend).setdefault("sandbox_activities", [])
    return activities


def _register(original: Callable[..., str], self: ApplicationAutoScalingResponse) -> str:
    """Keep the tags, which moto drops; check the bounds."""
    body = json.loads(self.body)
    minimum, maximum = body.get("MinCapacity"), body.get("MaxCapacity")
    if minimum is not None and maximum is not None and minimum > maximum:
        raise JsonRESTError("ValidationException", "Maximum capacity cannot be less than minimum capacity")
    answer = json.loads(original(self))
    target = _find(self, answer["ScalableTargetARN"])
    if tags := body.get("Tags"):
        tags_of(target).update(tags)
    return json.dumps(answer)


def _target(original: Callable[..., None], self: FakeScalableTarget, *args: object, **kwargs: object) -> None:
    original(self, *args, **kwargs)
    _complete_suspension(self)


def _update_target(
    original: Callable[..., None], self: FakeScalableTarget, *args: object, **kwargs: object
) -> None:
    original(self, *args, **kwargs)
    _complete_suspension(self)


def _complete_suspension(target: FakeScalableTarget) -> None:
    """AWS always answers all three switches."""
    given: Any = target.suspended_state or {}
    target.suspended_state = {**_NOT_SUSPENDED, **given}  # type: ignore[assignment]


def _put_policy(
    original: Callable[..., FakeApplicationAutoscalingPolicy],
    self: ApplicationAutoscalingBackend,
    **kwargs: str,
) -> FakeApplicationAutoscalingPolicy:
    """Keep a policy's ARN over an update (alarms name it); refuse one without a target."""
    resource, dimension = kwargs["resource_id"], kwargs["scalable_dimension"]
    if resource not in self.targets.get(dimension, {}):
        raise JsonRESTError(
            "ObjectNotFoundException",
            f"No scalable target registered for service namespace: {kwargs['service_namespace']}, "
            f"resource ID: {resource}, scalable dimension: {dimension}",
        )
    key = FakeApplicationAutoscalingPolicy.formulate_key(
        kwargs["service_namespace"], resource, dimension, kwargs["policy_name"]
    )
    before = self.policies.get(key)
    policy = original(self, **kwargs)
    if before is not None:
        policy.policy_arn = before.policy_arn
        policy.creation_time = before.creation_time
    return policy


def _describe_policies(
    original: Callable[..., tuple[str | None, list[FakeApplicationAutoscalingPolicy]]],
    self: ApplicationAutoscalingBackend,
    *,
    resource_id: str | None,
    **given: Any,  # noqa: ANN401 - the other filters, as moto has them
) -> tuple[str | None, list[FakeApplicationAutoscalingPolicy]]:
    """Tell web from web2: moto looks whether the one's id is within the other's."""
    return original(self, resource_id=[resource_id] if resource_id else None, **given)


def _deregister(
    original: Callable[..., None],
    self: ApplicationAutoscalingBackend,
    namespace: str,
    resource: str,
    dimension: str,
) -> None:
    """Deregistering deletes the target's scaling policies."""
    original(self, namespace, resource, dimension)
    for key, policy in list(self.policies.items()):
        if (policy.resource_id, policy.scalable_dimension) == (resource, dimension):
            policy.delete_alarms(self.account_id, self.region_name)
            del self.policies[key]


def _describe_activities(self: ApplicationAutoScalingResponse) -> str:
    """Answer what happened, newest first; nothing happens unless something adds to the list."""
    body = json.loads(self.body)
    wanted = {
        name: body[name] for name in ("ServiceNamespace", "ResourceId", "ScalableDimension") if body.get(name)
    }
    activities = [
        activity
        for activity in reversed(activities_of(self.applicationautoscaling_backend))
        if all(activity.get(name) == value for name, value in wanted.items())
        and (body.get("IncludeNotScaledActivities") or not activity.get("NotScaledReasons"))
    ]
    start = int(body.get("NextToken") or 0)
    end = start + int(body.get("MaxResults") or 50)
    answer: dict[str, Any] = {"ScalingActivities": activities[start:end]}
    if end < len(activities):
        answer["NextToken"] = str(end)
    return json.dumps(answer)


def _list_tags(self: ApplicationAutoScalingResponse) -> str:
    target = _find(self, json.loads(self.body)["ResourceARN"])
    return json.dumps({"Tags": tags_of(target)})


def _tag(self: ApplicationAutoScalingResponse) -> str:
    body = json.loads(self.body)
    tags_of(_find(self, body["ResourceARN"])).update(body["Tags"])
    return "{}"


def _untag(self: ApplicationAutoScalingResponse) -> str:
    body = json.loads(self.body)
    tags = tags_of(_find(self, body["ResourceARN"]))
    for key in body["TagKeys"]:
        tags.pop(key, None)
    return "{}"


def _find(self: ApplicationAutoScalingResponse, arn: str) -> FakeScalableTarget:
    """Return the scalable target of an ARN."""
    for targets in self.applicationautoscaling_backend.targets.values():
        for target in targets.values():
            if target.arn == arn:
                return target
    raise JsonRESTError("ResourceNotFoundException", f"Resource not found: {arn}")
