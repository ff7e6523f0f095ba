"""The calls of ECS that start, stop or list tasks, led to the scheduler.

Sources: ECS API reference, CreateService, UpdateService, DeleteService, ListTasks, StopTask.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from moto.core.utils import camelcase_to_underscores
from moto.ecs.exceptions import ECSException
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse

from trimtab.sandbox.ecs.tasks import ServiceTask, moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.core.responses import ActionResult
    from moto.ecs.models import Cluster, Service, Task

    from trimtab.sandbox.ecs.scheduler import Scheduler
    from trimtab.sandbox.patching import Patches

_DEPLOYED = (
    "capacityProviderStrategy",
    "loadBalancers",
    "monitoring",
    "networkConfiguration",
    "platformVersion",
    "serviceConnectConfiguration",
    "serviceRegistries",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
"""Parameters of UpdateService that start a deployment, besides the task definition and force."""


def install(patches: Patches, scheduler: Scheduler) -> None:
    """Lead the calls to the scheduler."""
    answers, backend = EC2ContainerServiceResponse, EC2ContainerServiceBackend
    patches.wrap(answers, "create_service", partial(_create_service, scheduler))
    patches.wrap(answers, "update_service", partial(_update_service, scheduler))
    patches.wrap(backend, "delete_service", partial(_delete_service, scheduler))
    patches.wrap(backend, "delete_cluster", _delete_cluster)
    patches.wrap(backend, "list_tasks", _list_tasks)
    patches.wrap(backend, "stop_task", partial(_stop_task, scheduler))


def _create_service(
    scheduler: Scheduler, original: Callable[..., ActionResult], self: EC2ContainerServiceResponse
) -> ActionResult:
    result = original(self)
    service: Any = cast("dict[str, Any]", result.result)["service"]
    service.created_at = moment(scheduler.clock.now())
    service.monitoring = self._get_params().get("monitoring")
    # Other controllers make deployments of their own.
    if service.deployment_controller["type"] == "ECS":
        scheduler.created(self.ecs_backend, service)
    return result


def _update_service(
    scheduler: Scheduler, original: Callable[..., ActionResult], self: EC2ContainerServiceResponse
) -> ActionResult:
    given: dict[str, Any] = self._get_params()
    cluster = str(given.get("cluster") or "default").rsplit("/", maxsplit=1)[-1]
    key = f"{cluster}:{given['service'].rsplit('/', maxsplit=1)[-1]}"
    service: Any = self.ecs_backend.services.get(key)
    before = None if service is None else _deployed(service)
    # moto gives the deployment in force another id when a new one is forced.
    shown = None if not (service and service.deployments) else dict(service.deployments[0])
    result = original(self)
    if service is not None and "monitoring" in given:
        service.monitoring = given["monitoring"]
    if shown:
        service.deployments[0].update(shown)
    if scheduler.state_of(service.arn) is None:
        return result
    if given.get("forceNewDeployment") or _deployed(service) != before:
        scheduler.deploy(service)
    else:
        scheduler.changed(service)
    return result


def _deployed(service: Any) -> list[Any]:  # noqa: ANN401 - moto's Service with more members
    """Return what a deployment would deploy."""
    names = [camelcase_to_underscores(name) for name in ("taskDefinition", *_DEPLOYED)]
    return [getattr(service, name, None) for name in names]


def _delete_service(
    scheduler: Scheduler, original: Callable[..., Service], self: EC2ContainerServiceBackend, *given: object
) -> Service:
    service: Any = original(self, *given)
    # moto has taken its tasks out of the cluster's counts.
    service.running_count = service.pending_count = 0
    state = scheduler.state_of(service.arn)
    if state is not None and state.service is service:
        scheduler.deleted(service)
    return cast("Service", service)


def _delete_cluster(
    original: Callable[..., Cluster], self: EC2ContainerServiceBackend, cluster_str: str
) -> Cluster:
    """Refuse to delete a cluster whose tasks have not stopped yet."""
    tasks = self.tasks.get(cluster_str.rsplit("/", maxsplit=1)[-1], {}).values()
    if any(isinstance(task, ServiceTask) and task.is_alive for task in tasks):
        raise ECSException(
            "ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active."
        )
    return original(self, cluster_str)


def _list_tasks(
    original: Callable[..., list[Task]],
    self: EC2ContainerServiceBackend,
    *given: str | None,
) -> list[Task]:
    """List by service and, unless asked otherwise, what is to run; moto lists everything."""
    *others, service_name, desired_status = given
    arns = original(self, *others, None, desired_status or "RUNNING")
    if service_name is None:
        return arns
    group = f"service:{service_name.rsplit('/', maxsplit=1)[-1]}"
    return [task for task in arns if task.group == group]


def _stop_task(
    scheduler: Scheduler, original: Callable[..., Task], self: EC2ContainerServiceBackend, *given: str
) -> Task:
    cluster, wanted, reason = given
    for task in self.tasks.get(cluster.rsplit("/", maxsplit=1)[-1], {}).values():
        if isinstance(task, ServiceTask) and task.id == wanted.rsplit("/", maxsplit=1)[-1]:
            scheduler.stop_task(task, reason)
            return task
    return original(self, *given)
