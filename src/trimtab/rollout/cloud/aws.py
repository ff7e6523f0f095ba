"""A live AWS account: the one implementation of ``Cloud``, over ``trimtab.aws.api.Api``.

``CALLS`` is all it calls; ``docs/iam-rollout-policy.json`` allows these and no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from trimtab.aws.api import CallFailed, batches
from trimtab.errors import AccountError
from trimtab.rollout.cloud.answers import exposures_of, revision_of, service_of, target_of, task_of
from trimtab.rollout.cloud.contract import CallRefused, CloudUnreachable
from trimtab.rollout.cloud.observing import above, out_alarm, queries_of, scales_out, target_state
from trimtab.rollout.cloud.signals import monitoring_of, newest_in_force
from trimtab.rollout.model import family_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from trimtab.aws.api import Api, Json
    from trimtab.rollout.cloud.observed import Figure, OutAlarm, ScalableTarget
    from trimtab.rollout.cloud.signals import Monitoring, SignalChange
    from trimtab.rollout.model import Definition, Exposure, Revision, RunningTask, ServiceState, Target

CALLS: Final = frozenset(
    {
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
        "application-autoscaling:RegisterScalableTarget",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:GetMetricData",
        "ecs:DescribeClusters",
        "ecs:DescribeServiceRevisions",
        "ecs:DescribeServices",
        "ecs:DescribeTaskDefinition",
        "ecs:DescribeTasks",
        "ecs:ListServiceDeployments",
        "ecs:ListTaskDefinitions",
        "ecs:ListTasks",
        "ecs:RegisterTaskDefinition",
        "ecs:UpdateService",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
        "s3:GetObject",
        "s3:PutObject",
        "sts:GetCallerIdentity",
    }
)
"""Every call a rollout makes, as ``service:Operation``: IAM's names."""
WRITES: Final = frozenset(
    {"application-autoscaling:RegisterScalableTarget", "ecs:RegisterTaskDefinition", "ecs:UpdateService"}
)
"""Those that change a service or make something; ``s3:PutObject`` writes the journal alone."""

# The most that one call takes (API reference of each).
_SERVICES, _TASKS, _GROUPS, _BALANCERS = 10, 100, 20, 20

_PASSING: Final = frozenset(
    {"InternalFailure", "InternalServerError", "ServerException", "ServiceUnavailable"}
)
"""Answers that say: a fault of AWS's own. They were repeated already, as throttled ones were."""

_ECS: Final = "ecs"
_COUNT: Final = {"ScalableDimension": "ecs:service:DesiredCount"}


def _resource(cluster: str, service: str) -> str:
    """Return what Application Auto Scaling calls a service."""
    return f"service/{cluster}/{service}"


class Aws:
    """``Cloud`` over one account and region."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def account(self) -> str:
        """Return the id of the account that the credentials are of."""
        return str(self._call("sts", "GetCallerIdentity", {})["Account"])

    def cluster_arn(self, cluster: str) -> str | None:
        """Return the ARN of an active cluster, or None."""
        found = self._ecs("DescribeClusters", clusters=[cluster])["clusters"]
        return next((one["clusterArn"] for one in found if one.get("status") == "ACTIVE"), None)

    def services(self, cluster: str, names: Iterable[str]) -> Mapping[str, ServiceState]:
        """Return the services that exist (deleted ones may still be listed as INACTIVE)."""
        states: dict[str, ServiceState] = {}
        for batch in batches(list(names), _SERVICES):
            answer = self._ecs("DescribeServices", cluster=cluster, services=batch)
            states |= {one["serviceName"]: service_of(one) for one in answer["services"]}
        return states

    def exposures(self, target_groups: Iterable[str]) -> Mapping[str, Exposure]:
        """Return who reaches each target group."""
        groups: list[Json] = []
        for batch in batches(sorted(set(target_groups)), _GROUPS):
            groups += self._elb("DescribeTargetGroups", TargetGroupArns=batch)["TargetGroups"]
        arns = sorted({arn for one in groups for arn in one.get("LoadBalancerArns") or ()})
        balancers: list[Json] = []
        for batch in batches(arns, _BALANCERS):
            balancers += self._elb("DescribeLoadBalancers", LoadBalancerArns=batch)["LoadBalancers"]
        return exposures_of(groups, balancers)

    def revision(self, arn: str) -> Revision:
        """Return a task definition with its tags."""
        return revision_of(self._ecs("DescribeTaskDefinition", taskDefinition=arn, include=["TAGS"]))

    def newest(self, family: str) -> Iterator[str]:
        """Yield the ARNs of a family's ACTIVE revisions, newest first."""
        given = {"familyPrefix": family, "status": "ACTIVE", "sort": "DESC"}
        for arn in self._listed("ListTaskDefinitions", "taskDefinitionArns", **given):
            # AWS calls the parameter a prefix; other families are none of ours.
            if family_of(arn) == family:
                yield arn

    def running_tasks(self, cluster: str, service: str) -> tuple[RunningTask, ...]:
        """Return the tasks that are meant to run."""
        return self._tasks(cluster, service, "RUNNING")

    def stopped_tasks(self, cluster: str, service: str) -> tuple[RunningTask, ...]:
        """Return the tasks that stopped in the last hour or so."""
        return self._tasks(cluster, service, "STOPPED")

    def _tasks(self, cluster: str, service: str, desired: str) -> tuple[RunningTask, ...]:
        given = {"cluster": cluster, "serviceName": service, "desiredStatus": desired}
        arns = list(self._listed("ListTasks", "taskArns", **given))
        tasks: list[RunningTask] = []
        for batch in batches(arns, _TASKS):
            tasks += [
                task_of(one) for one in self._ecs("DescribeTasks", cluster=cluster, tasks=batch)["tasks"]
            ]
        return tuple(tasks)

    def targets(self, target_group: str) -> tuple[Target, ...]:
        """Return the health of a target group's targets."""
        answer = self._elb("DescribeTargetHealth", TargetGroupArn=target_group)
        return tuple(target_of(one) for one in answer["TargetHealthDescriptions"])

    def scalable_target(self, cluster: str, service: str) -> ScalableTarget | None:
        """Return the service's scalable target, or None where nothing scales it."""
        given = {"ServiceNamespace": _ECS, "ResourceIds": [_resource(cluster, service)]}
        answer = self._call("application-autoscaling", "DescribeScalableTargets", {**given, **_COUNT})
        found = answer.get("ScalableTargets") or ()
        return target_state(found[0]) if found else None

    def out_alarms(self, cluster: str, service: str) -> tuple[OutAlarm, ...]:
        """Return the alarms that scale the service out."""
        given = {"ServiceNamespace": _ECS, "ResourceId": _resource(cluster, service), **_COUNT}
        alarms: dict[str, OutAlarm] = {}
        policies = self._paged("application-autoscaling", "DescribeScalingPolicies", "ScalingPolicies", given)
        for policy in filter(scales_out, policies):
            prefix = {"ActionPrefix": policy["PolicyARN"], "AlarmTypes": ["MetricAlarm"]}
            found = self._paged("cloudwatch", "DescribeAlarms", "MetricAlarms", prefix)
            alarms |= {one["AlarmName"]: out_alarm(one) for one in found if above(one, policy["PolicyARN"])}
        return tuple(alarms.values())

    def balancer(self, target_group: str) -> str | None:
        """Return what CloudWatch calls the load balancer of a target group, or None without one."""
        groups = self._elb("DescribeTargetGroups", TargetGroupArns=[target_group])["TargetGroups"]
        arns = [arn for one in groups for arn in one.get("LoadBalancerArns") or ()]
        return arns[0].partition(":loadbalancer/")[2] if arns else None

    def figures(
        self, figures: Sequence[Figure], start: datetime, end: datetime
    ) -> tuple[tuple[tuple[datetime, float], ...], ...]:
        """Return the points of each figure in [start, end), oldest first."""
        points: list[list[tuple[datetime, float]]] = [[] for _ in figures]
        given = {"MetricDataQueries": queries_of(figures), "StartTime": start, "EndTime": end}
        for result in self._paged("cloudwatch", "GetMetricData", "MetricDataResults", given):
            points[int(result["Id"][1:])] += zip(result["Timestamps"], result["Values"], strict=True)
        return tuple(tuple(sorted(one)) for one in points)

    def suspend(self, cluster: str, service: str, state: Mapping[str, bool]) -> None:
        """Set the three switches of a service's scalable target. Writes."""
        given = {"ServiceNamespace": _ECS, "ResourceId": _resource(cluster, service), **_COUNT}
        self._call(
            "application-autoscaling", "RegisterScalableTarget", {**given, "SuspendedState": dict(state)}
        )

    def register(self, definition: Definition, tags: Mapping[str, str]) -> str:
        """Register a revision of ``definition`` and return its ARN. Writes."""
        listed = [{"key": key, "value": value} for key, value in tags.items()]
        answer = self._ecs("RegisterTaskDefinition", **definition, tags=listed)
        arn: str = answer["taskDefinition"]["taskDefinitionArn"]
        return arn

    def monitoring(self, cluster: str, service: str) -> Monitoring | None:
        """Return how often the service publishes which metrics; None where AWS shows no revision of it."""
        listed = self._listed(
            "ListServiceDeployments", "serviceDeployments", cluster=cluster, service=service
        )
        arn = newest_in_force(listed)
        if arn is None:
            return None
        found = self._ecs("DescribeServiceRevisions", serviceRevisionArns=[arn]).get("serviceRevisions")
        return monitoring_of(found[0]) if found else None

    def update(
        self, cluster: str, service: str, task_definition: str, signals: SignalChange | None = None
    ) -> ServiceState:
        """Point the service at a revision, by its full ARN, and return what AWS answers. Writes."""
        given: dict[str, object] = {"cluster": cluster, "service": service, "taskDefinition": task_definition}
        if signals is not None:
            given["monitoring"] = signals.parameter
        return service_of(self._ecs("UpdateService", **given)["service"])

    def _ecs(self, operation: str, **parameters: object) -> Json:
        return self._call("ecs", operation, parameters)

    def _elb(self, operation: str, **parameters: object) -> Json:
        return self._call("elasticloadbalancing", operation, parameters)

    def _call(self, service: str, operation: str, parameters: Mapping[str, object]) -> Json:
        try:
            return self._api.call(service, operation, **parameters)
        except CallFailed as failed:
            raise _in_our_words(failed) from failed

    def _paged(self, service: str, operation: str, items: str, given: Mapping[str, object]) -> Iterator[Json]:
        page: dict[str, object] = {}
        while True:
            answer = self._call(service, operation, {**given, **page})
            yield from answer.get(items) or ()
            if not answer.get("NextToken"):
                return
            page = {"NextToken": answer["NextToken"]}

    def _listed(self, operation: str, items: str, **parameters: object) -> Iterator[Any]:
        page: dict[str, object] = {}
        while True:
            answer = self._ecs(operation, **parameters, **page)
            yield from answer.get(items) or ()
            if not answer.get("nextToken"):
                return
            page = {"nextToken": answer["nextToken"]}


def _in_our_words(failed: CallFailed) -> AccountError | CloudUnreachable | CallRefused:
    """Say of a failed call what it means for a rollout."""
    if failed.denied:
        advice = f"allow {failed.call}: docs/iam-rollout-policy.json is the whole policy"
        return AccountError(failed.message, where=failed.call, advice=advice)
    if failed.throttled or failed.code in _PASSING:
        return CloudUnreachable(failed.message, where=failed.call, advice="run it again to go on")
    return CallRefused(failed.message, code=failed.code, where=failed.call)
