"""ECS as Terraform sees it: what moto forgets about a service, and what real ECS refuses.

Sources: botocore's ``ecs`` service model (members of ``Service`` and their defaults) and the
ECS API reference, CreateService, UpdateService, DeleteCluster and DescribeTaskDefinition.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn, cast

from moto.core.utils import camelcase_to_underscores
from moto.ecs.exceptions import (
    ClusterNotFoundException,
    EcsClientException,
    ECSException,
    InvalidParameterException,
    ServiceNotFoundException,
)
from moto.ecs.models import Cluster, EC2ContainerServiceBackend, Service, TaskDefinition, ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elbv2.models import elbv2_backends

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.core.responses import ActionResult

    from trimtab.sandbox.patching import Patches

_REMEMBERED: dict[str, Any] = {
    "enableECSManagedTags": False,
    "enableExecuteCommand": False,
    "healthCheckGracePeriodSeconds": None,
    "availabilityZoneRebalancing": "ENABLED",
    "capacityProviderStrategy": None,
    "placementConstraints": [],
    "placementStrategy": [],
    "serviceConnectConfiguration": None,
    "volumeConfigurations": None,
    "vpcLatticeConfigurations": None,
}
"""Parameters of CreateService that moto drops, with what ECS answers when they are absent."""

_DEPLOYMENT_DEFAULTS: dict[str, Any] = {
    "deploymentCircuitBreaker": {"enable": False, "rollback": False},
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
}


def install(patches: Patches) -> None:
    """Extend moto's ECS."""
    answers, backend = EC2ContainerServiceResponse, EC2ContainerServiceBackend
    patches.wrap(answers, "__init__", _own_transformers)
    patches.wrap(answers, "create_service", _create_service)
    patches.wrap(answers, "update_service", _update_service)
    patches.wrap(backend, "describe_task_definition", _describe_task_definition)
    patches.wrap(backend, "list_services", _list_services)
    patches.wrap(backend, "list_clusters", _list_clusters)
    patches.wrap(backend, "delete_cluster", _delete_cluster)
    patches.wrap(backend, "_get_last_task_definition_revision_id", _last_revision)
    patches.wrap(TaskDefinition, "__init__", _task_definition)


def _own_transformers(original: Callable[..., None], self: EC2ContainerServiceResponse) -> None:
    """Give each request its own table of what to leave out.

    moto keeps one for all, so that a request without tags takes them out of another
    request's answer that is being written at the same moment.
    """
    original(self)
    self.RESPONSE_KEY_PATH_TO_TRANSFORMER = dict(self.RESPONSE_KEY_PATH_TO_TRANSFORMER)


def _create_service(original: Callable[..., ActionResult], self: EC2ContainerServiceResponse) -> ActionResult:
    """Keep what moto drops; refuse what ECS refuses."""
    backend = self.ecs_backend
    given: dict[str, Any] = self._get_params()
    _refuse_second_service(backend, given)
    _refuse_inactive(backend, given)
    _require_listener(self, given.get("loadBalancers") or [])
    if given.get("taskDefinition"):
        _require_ports(backend, given["taskDefinition"], given.get("loadBalancers") or [])
    result = original(self)
    service = _service_of(result)
    for name, default in _REMEMBERED.items():
        value = given.get(name)
        _set(service, name, default if value is None else value)
    service.deployment_configuration = {
        **_DEPLOYMENT_DEFAULTS,
        **(given.get("deploymentConfiguration") or {}),
    }
    _choose_capacity(backend, service, given)
    if service.launch_type == "FARGATE" or service.capacity_provider_strategy:
        service.platform_version = given.get("platformVersion") or "LATEST"
        service.platform_family = "Linux"
    return result


def _update_service(original: Callable[..., ActionResult], self: EC2ContainerServiceResponse) -> ActionResult:
    """Merge the deployment configuration and resolve the revision."""
    backend = self.ecs_backend
    given: dict[str, Any] = self._get_params()
    cluster = _cluster(backend, given.get("cluster"))
    service = _active_service(backend, cluster, given["service"])
    _refuse_inactive(backend, given)
    _require_listener(self, given.get("loadBalancers") or [])
    balancers = given.get("loadBalancers") or service.load_balancers or []
    _require_ports(backend, given.get("taskDefinition") or service.task_definition, balancers)
    configuration = {**service.deployment_configuration, **(given.get("deploymentConfiguration") or {})}
    counts = (service.running_count, service.pending_count)
    cluster_counts = (cluster.running_tasks_count, cluster.pending_tasks_count)
    result = original(self)
    # moto takes every task asked for as running at once; counting them is the scheduler's.
    service.running_count, service.pending_count = counts
    cluster.running_tasks_count, cluster.pending_tasks_count = cluster_counts
    service.deployment_configuration = configuration
    if task_definition := given.get("taskDefinition"):
        service.task_definition = backend.describe_task_definition(task_definition).arn
    if given.get("capacityProviderStrategy"):
        service.launch_type = None
    return result


def _choose_capacity(
    backend: EC2ContainerServiceBackend,
    service: Any,  # noqa: ANN401 - moto's Service with more members
    given: dict[str, Any],
) -> None:
    """Launch type and strategy exclude each other; without both the cluster's default counts."""
    if given.get("launchType"):
        return
    cluster = _cluster(backend, service.cluster_name)
    strategy = given.get("capacityProviderStrategy") or cluster.default_capacity_provider_strategy
    if strategy:
        service.capacity_provider_strategy = [{"base": 0, "weight": 0, **item} for item in strategy]
        service.launch_type = None
        for deployment in service.deployments:
            deployment["launchType"] = None
            deployment["capacityProviderStrategy"] = service.capacity_provider_strategy


def _refuse_second_service(backend: EC2ContainerServiceBackend, given: dict[str, Any]) -> None:
    cluster = _cluster(backend, given.get("cluster"))
    present = backend.services.get(f"{cluster.name}:{given['serviceName']}")
    if present is not None and present.status == "ACTIVE":
        raise InvalidParameterException("Creation of service was not idempotent.")
    if present is not None and present.status == "DRAINING":
        raise InvalidParameterException("Unable to Start a service that is still Draining.")


def _refuse_inactive(backend: EC2ContainerServiceBackend, given: dict[str, Any]) -> None:
    """Refuse to deploy a revision that was deregistered."""
    asked = given.get("taskDefinition")
    if asked and backend.describe_task_definition(asked).status != "ACTIVE":
        raise EcsClientException("TaskDefinition is inactive")


def _require_listener(self: EC2ContainerServiceResponse, balancers: list[dict[str, Any]]) -> None:
    """Refuse a target group that no listener or rule sends anything to, as ECS does."""
    backend = elbv2_backends[self.current_account][self.region]
    # moto's own list of a group's load balancers forgets nothing when a rule is deleted.
    used = json.dumps(
        [
            action.data
            for balancer in backend.load_balancers.values()
            for listener in balancer.listeners.values()
            for rule in listener.rules.values()
            for action in rule.actions
        ]
    )
    for arn in filter(None, (balancer.get("targetGroupArn") for balancer in balancers)):
        if arn not in backend.target_groups:
            raise InvalidParameterException(f"The specified target group does not exist. ({arn})")
        if f'"{arn}"' not in used:
            raise InvalidParameterException(
                f"The target group with targetGroupArn {arn} does not have an associated load balancer."
            )


def _require_ports(
    backend: EC2ContainerServiceBackend, revision: str, balancers: list[dict[str, Any]]
) -> None:
    """Refuse a revision in which a load balancer's container, or that port of it, is not there."""
    definitions: list[dict[str, Any]] = vars(backend.describe_task_definition(revision))[
        "container_definitions"
    ]
    containers = {one["name"]: one for one in definitions}
    for balancer in balancers:
        name, port = balancer.get("containerName"), balancer.get("containerPort")
        if name is None:
            continue
        if name not in containers:
            raise InvalidParameterException(f"The container {name} does not exist in the task definition.")
        ports = {mapping.get("containerPort") for mapping in containers[name].get("portMappings") or ()}
        if port not in ports:
            raise InvalidParameterException(
                f"The container {name} did not have a container port {port} defined."
            )


def _describe_task_definition(
    original: Callable[..., TaskDefinition], self: EC2ContainerServiceBackend, task_definition_str: str
) -> TaskDefinition:
    """Resolve a bare family to its newest active revision; moto takes deregistered ones too."""
    family = task_definition_str.rsplit("/", maxsplit=1)[-1]
    if ":" in family:
        return original(self, task_definition_str)
    active = [d for d in self.task_definitions.get(family, {}).values() if d.status == "ACTIVE"]
    if not active:
        raise EcsClientException("Unable to describe task definition.")
    return max(active, key=lambda definition: definition.revision)


def next_revision(account: str, region: str, family: str, revision: int) -> None:
    """Let a family's next revision have this number, unless it is beyond it already."""
    backend = ecs_backends[account][region]
    backend.task_definitions.setdefault(family, {})
    _revisions(backend)[family] = revision - 1


def _revisions(backend: EC2ContainerServiceBackend) -> dict[str, int]:
    """Return the revisions that families are taken to have had, to read or to change."""
    revisions: dict[str, int] = vars(backend).setdefault("sandbox_revisions", {})
    return revisions


def _last_revision(original: Callable[..., int | None], self: EC2ContainerServiceBackend, family: str) -> int:
    """Return the highest revision there is or is taken to have been."""
    return max(original(self, family) or 0, _revisions(self).get(family, 0))


def _list_services(
    original: Callable[..., list[str]], self: EC2ContainerServiceBackend, *args: object, **kwargs: object
) -> list[str]:
    """Leave out deleted services, which moto keeps as INACTIVE; one that is DRAINING is not listed either."""
    gone = {service.arn for service in self.services.values() if service.status != "ACTIVE"}
    return [arn for arn in original(self, *args, **kwargs) if arn not in gone]


def _list_clusters(original: Callable[..., list[str]], self: EC2ContainerServiceBackend) -> list[str]:
    """Leave out deleted clusters."""
    gone = {cluster.arn for cluster in self.clusters.values() if cluster.status == "INACTIVE"}
    return [arn for arn in original(self) if arn not in gone]


def _delete_cluster(
    original: Callable[..., Cluster], self: EC2ContainerServiceBackend, cluster_str: str
) -> Cluster:
    """Refuse to delete a cluster with services."""
    cluster = _cluster(self, cluster_str)
    if any(s.cluster_name == cluster.name and s.status != "INACTIVE" for s in self.services.values()):
        _raise(
            "ClusterContainsServicesException",
            "The Cluster cannot be deleted while Services are active.",
        )
    return original(self, cluster_str)


def _task_definition(
    original: Callable[..., None], self: TaskDefinition, *args: object, **kwargs: object
) -> None:
    """Complete port mappings and lists the way ECS answers them."""
    original(self, *args, **kwargs)
    for container in cast("list[dict[str, Any]]", self.container_definitions):
        container.setdefault("systemControls", [])
        for port in container["portMappings"]:
            port.setdefault("protocol", "tcp")
            if self.network_mode == "awsvpc":
                port.setdefault("hostPort", port.get("containerPort"))


def _cluster(backend: EC2ContainerServiceBackend, name: str | None) -> Cluster:
    """Return a cluster by name or ARN; moto keeps deleted ones, ECS refuses them here."""
    cluster = backend.clusters.get((name or "default").rsplit("/", maxsplit=1)[-1])
    if cluster is None or cluster.status != "ACTIVE":
        raise ClusterNotFoundException
    return cluster


def _active_service(backend: EC2ContainerServiceBackend, cluster: Cluster, name: str) -> Any:  # noqa: ANN401 - moto's Service with more members
    service = backend.services.get(f"{cluster.name}:{name.rsplit('/', maxsplit=1)[-1]}")
    if service is None:
        raise ServiceNotFoundException
    if service.status != "ACTIVE":
        _raise("ServiceNotActiveException", "Service was not ACTIVE.")
    return service


def _service_of(result: ActionResult) -> Any:  # noqa: ANN401 - moto's Service with more members
    return cast("dict[str, Any]", result.result)["service"]


def _set(service: Service, name: str, value: object) -> None:
    """Set a member under the name moto's serializer looks for."""
    setattr(service, camelcase_to_underscores(name), value)


def _raise(code: str, message: str) -> NoReturn:
    raise ECSException(code, message)
