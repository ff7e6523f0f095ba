"""Scaling targets, their policies, and the alarms that call them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from trimtab.fleet.account import ScalingPolicy, ScalingTarget
from trimtab.fleet.model import ScheduledAction
from trimtab.rehearsal.build import some
from trimtab.rehearsal.names import MOST_GROUP, MadeNames
from trimtab.rehearsal.parts.alarms import other_alarm, policy_alarm
from trimtab.snapshot.understand.scaling import SUSPENDED
from trimtab.snapshot.understand.tracking import PREDEFINED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.fleet.account import Alarm
    from trimtab.fleet.model import Service, StepPolicy, TrackingPolicy
    from trimtab.rehearsal.build import Build

AAS: Final = "application-autoscaling"
_ONE_MORE: Final = {
    "AdjustmentType": "ChangeInCapacity",
    "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
}
"""Of a step policy that no snapshot has the steps of: nothing calls it that is replayed."""
_TRACKED: Final = {word: name for name, word in PREDEFINED.items()}
"""What the fleet's reader takes them from, the other way round."""
_OWN_METRIC: Final = {
    "TargetValue": 50.0,
    "CustomizedMetricSpecification": {
        "Namespace": "Trimtab/Sandbox",
        "MetricName": "NotInTheSnapshot",
        "Statistic": "Average",
    },
}
"""Of a tracking policy that no snapshot has the metric of: it follows nothing that is replayed."""
SUSPENSIONS: Final[dict[str, str]] = {word: name for name, word in SUSPENDED.items()}
TRACKING: Final = "TargetTrackingScaling"
LABEL: Final = "app/sandbox/0000000000000000/targetgroup/sandbox/0000000000000000"
"""A load balancer and target group whose requests a policy tracks; no snapshot says which."""
FAR: Final = "at(2099-01-01T00:00:00)"


class ScalingMaker:
    """Makes them, and keeps which alarms are there."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._alarms = {alarm.name: alarm for alarm in build.identity.alarms}
        self._names = MadeNames(set(self._alarms))
        self._done: set[str] = set()
        self._tracked: set[str] = set()
        """ARNs, as the snapshot has them, of policies whose alarms Application Auto Scaling makes."""

    def make(self) -> None:
        """Make all of it."""
        build = self._build
        services = {service.name: service for service in build.fleet.services}
        targets = {one.resource_id.rsplit("/", 1)[-1]: one for one in build.identity.scaling_targets}
        for name, target in targets.items():
            if name not in build.made:
                build.told.left_out(f"scaling of {name}", "the service is not there")
            else:
                self._target(services[name], target)
        for name in sorted(build.made - set(targets)):
            bounds = services[name].scaling
            if bounds.policies or bounds.max_tasks != max(1, bounds.min_tasks):
                build.told.made_up("scaling target")
                resource = f"service/{build.identity.cluster.name}/{name}"
                self._target(services[name], ScalingTarget(resource_id=resource))
        for alarm in self._alarms.values():
            if alarm.name not in self._done and not self._is_tracking(alarm):
                self._other(alarm)

    def _target(self, service: Service, target: ScalingTarget) -> None:
        build, bounds = self._build, service.scaling
        place = {
            "ServiceNamespace": "ecs",
            "ResourceId": f"service/{build.identity.cluster.name}/{service.name}",
            "ScalableDimension": "ecs:service:DesiredCount",
        }
        with build.told.or_left_out(f"scaling of {service.name}"):
            made = build.call(
                AAS,
                "RegisterScalableTarget",
                **place,
                MinCapacity=bounds.min_tasks,
                MaxCapacity=bounds.max_tasks,
                SuspendedState=some(dict.fromkeys(_suspended(target, bounds.suspended), True)),
                Tags=some(target.tags),
            )
            if target.arn:
                build.ids[target.arn] = made["ScalableTargetARN"]
            known = {action.name: action for action in bounds.scheduled}
            for name in dict.fromkeys((*target.scheduled_actions, *known)):
                self._scheduled(place, name, known.get(name), service)
            named = {policy.name: policy for policy in target.policies}
            for step in bounds.policies:
                named.setdefault(step.name, ScalingPolicy(name=step.name, arn="", type="StepScaling"))
            for one in bounds.tracking:
                named.setdefault(one.name, ScalingPolicy(name=one.name, arn="", type=TRACKING))
            for policy in named.values():
                with build.told.or_left_out(f"policy {policy.name} of {service.name}"):
                    self._policy(place, service, policy)

    def _scheduled(
        self, place: dict[str, str], name: str, action: ScheduledAction | None, service: Service
    ) -> None:
        """Make a scheduled action; one of which a snapshot has the name alone never fires."""
        if action is None:
            self._build.told.made_up("time of a scheduled action")
            bounds = service.scaling
            action = ScheduledAction(
                name=name, schedule=FAR, min_tasks=bounds.min_tasks, max_tasks=bounds.max_tasks
            )
        capacity = {"MinCapacity": action.min_tasks, "MaxCapacity": action.max_tasks}
        self._build.call(
            AAS,
            "PutScheduledAction",
            **place,
            ScheduledActionName=name,
            Schedule=action.schedule,
            Timezone=action.timezone,
            StartTime=action.start,
            EndTime=action.end,
            ScalableTargetAction={key: value for key, value in capacity.items() if value is not None},
        )

    def _policy(self, place: dict[str, str], service: Service, policy: ScalingPolicy) -> None:
        build = self._build
        steps = [one for one in service.scaling.policies if one.name == policy.name]
        if policy.type == TRACKING:
            told = next((one for one in service.scaling.tracking if one.name == policy.name), None)
            body: dict[str, Any] = {"TargetTrackingScalingPolicyConfiguration": _tracking(told)}
            build.told.made_up("metric of a tracking policy", int(told is None))
            self._tracked.add(policy.arn)
        elif policy.type == "StepScaling":
            body = {"StepScalingPolicyConfiguration": _body(steps[0]) if steps else _ONE_MORE}
            build.told.made_up("step of a policy", int(not steps))
        else:
            build.told.left_out(
                f"policy {policy.name} of {service.name}", f"the sandbox has no {policy.type}"
            )
            return
        made = build.call(
            AAS, "PutScalingPolicy", **place, PolicyName=policy.name, PolicyType=policy.type, **body
        )
        if policy.arn:
            build.ids[policy.arn] = made["PolicyARN"]
        for step, alarm in zip(steps, self._callers(service, policy, len(steps)), strict=True):
            with build.told.or_left_out(f"alarm {alarm}"):
                actions = self._actions(alarm, policy.arn, made["PolicyARN"])
                policy_alarm(build, service.name, step, alarm, actions)
                self._done.add(alarm)

    def _callers(self, service: Service, policy: ScalingPolicy, count: int) -> list[str]:
        """Return the alarms that call a policy, one for each of its steps, in the order a snapshot has them.

        Where there are more than the snapshot replays, those that watch the service come first.
        """
        names = [name for name in policy.alarm_names if name not in self._done]

        def foreign(name: str) -> bool:
            alarm = self._alarms.get(name)
            return alarm is not None and alarm.service != service.name

        chosen = sorted(sorted(names, key=lambda name: (foreign(name), name))[:count])
        while len(chosen) < count:
            self._build.told.made_up("alarm")
            chosen.append(self._names.free(f"{service.name}-{policy.name}", MOST_GROUP))
        return chosen

    def _actions(self, alarm: str, old: str, new: str) -> list[str]:
        """Return an alarm's actions: those the snapshot has, and the policy's."""
        told = self._alarms.get(alarm)
        others = [self._build.new(one) for one in told.actions if one != old] if told else []
        return [new, *(one for one in others if one != new)]

    def _is_tracking(self, alarm: Alarm) -> bool:
        """Tell whether an alarm came with a target-tracking policy: the sandbox made its own."""
        return any(action.startswith(arn) for arn in self._tracked for action in alarm.actions)

    def _other(self, alarm: Alarm) -> None:
        self._build.told.made_up("metric of an alarm")
        with self._build.told.or_left_out(f"alarm {alarm.name}"):
            other_alarm(self._build, alarm, [self._build.new(one) for one in alarm.actions])


def _suspended(target: ScalingTarget, words: Sequence[str]) -> tuple[str, ...]:
    """Return what is suspended by the API's names, whichever of the two places has them."""
    return target.suspended or tuple(SUSPENSIONS[word] for word in words)


def _tracking(policy: TrackingPolicy | None) -> dict[str, Any]:
    if policy is None:
        return _OWN_METRIC
    specification: dict[str, str] = {"PredefinedMetricType": _TRACKED[policy.metric]}
    if policy.metric == "requests":
        specification["ResourceLabel"] = LABEL
    return {
        "TargetValue": policy.target,
        "PredefinedMetricSpecification": specification,
        "ScaleOutCooldown": policy.out_cooldown_s,
        "ScaleInCooldown": policy.in_cooldown_s,
        "DisableScaleIn": not policy.scale_in,
    }


def _body(policy: StepPolicy) -> dict[str, Any]:
    steps = [
        {
            "ScalingAdjustment": step.adjustment,
            "MetricIntervalLowerBound": step.lower,
            "MetricIntervalUpperBound": step.upper,
        }
        for step in policy.steps
    ]
    return {
        "AdjustmentType": policy.adjustment_type,
        "Cooldown": policy.cooldown_s,
        "MetricAggregationType": policy.aggregation,
        "MinAdjustmentMagnitude": policy.min_magnitude or None,
        "StepAdjustments": steps,
    }
