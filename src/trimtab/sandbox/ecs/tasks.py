"""A task of a service, on moto's own class: what DescribeTasks answers about it.

Sources: botocore's ``ecs`` service model (``Task``, ``Container``) and the developer guide,
"Task lifecycle" and "Task state change events".
"""

from __future__ import annotations

import enum
import hashlib
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from moto.ec2.models import ec2_backends
from moto.ecs.models import Task
from moto.moto_api._internal import mock_random

if TYPE_CHECKING:
    from moto.ecs.models import EC2ContainerServiceBackend, TaskDefinition

    from trimtab.sandbox.faults import Fault

PLATFORM_VERSION = "1.4.0"
"""What LATEST stands for on Fargate Linux."""


class TaskStep(enum.Enum):
    """What happens to a task next."""

    PLACED = enum.auto()
    PULLED = enum.auto()
    STARTED = enum.auto()
    REGISTERED = enum.auto()
    HEALTHY = enum.auto()
    UNHEALTHY = enum.auto()
    CONDEMNED = enum.auto()
    EXITED = enum.auto()
    DRAINED = enum.auto()
    ENDED = enum.auto()
    FORGOTTEN = enum.auto()


def moment(at: float) -> datetime:
    """Return ``at`` [seconds since 1970] the way moto's answers take a time."""
    return datetime.fromtimestamp(at, tz=UTC)


class ServiceTask(Task):
    """A task that a service started. Its state changes only as the scheduler says."""

    def __init__(  # noqa: PLR0913 - a task is of a deployment of a service at a time
        self,
        backend: EC2ContainerServiceBackend,
        service: Any,  # noqa: ANN401 - moto's Service with more members
        deployment: dict[str, Any],
        definition: TaskDefinition,
        *,
        subnet: int,
        failure: Fault | None,
        at: float,
    ) -> None:
        """Make a task that is to be placed in the service's ``subnet``-th subnet."""
        network = _one_subnet(deployment["networkConfiguration"], subnet)
        super().__init__(
            backend.clusters[service.cluster_name],
            definition,
            None,
            {},
            backend,
            f"service:{service.name}",
            launch_type="FARGATE",
            started_by=deployment["id"],
            tags=_tags(service, definition),
            networking_configuration=network,
            platform_version=PLATFORM_VERSION,
            capacity_provider_name=_provider(service),
        )
        self.id = mock_random.get_random_hex(32)
        self.failure, self.extra_boot_s = failure, 0.0
        self.failing: frozenset[str] = frozenset()
        """Which of its checks fail because of a dependency: ``container``, ``target``."""
        self.counted_healthy = False
        """Whether the scheduler counts it as healthy."""
        self.targets: list[str] = []
        """The target groups it is registered in."""
        self.step, self.due = TaskStep.PLACED, math.inf
        self._status_now = "PROVISIONING"
        self.version = 1
        self.created_at = moment(at)
        self.connectivity: str | None = None
        self.connectivity_at: datetime | None = None
        self.pull_started_at: datetime | None = None
        self.pull_stopped_at: datetime | None = None
        self.started_at: datetime | None = None
        self.stopping_at: datetime | None = None
        self.execution_stopped_at: datetime | None = None
        self.stopped_at: datetime | None = None
        self.stop_code: str | None = None
        self.cpu, self.memory = definition.cpu, definition.memory
        self.platform_family = "Linux"
        self.enable_execute_command = service.enable_execute_command
        self.availability_zone = _zone(backend, network)
        self.parts = [_container(self.task_arn, part) for part in definition.container_definitions]
        """Its containers, as DescribeTasks answers them; moto makes one whatever there are."""
        self.containers = cast("Any", self.parts)
        checks = [one.get("healthCheck") for one in cast("list[Any]", definition.container_definitions)]
        self.commands = [" ".join(check["command"]) for check in checks if check]
        """What its containers' checks run."""
        self.has_check = any("healthCheck" in c for c in definition.container_definitions)

    def advance(self) -> None:
        """Do nothing: moto's tasks move on when they are looked at."""

    @property
    def last_status(self) -> str:
        """Where the task is in its life."""
        return self._status_now

    @last_status.setter
    def last_status(self, value: str) -> None:
        self._status_now = value
        self.version += 1
        for container in self.parts:
            container["lastStatus"] = value if value in {"RUNNING", "STOPPED"} else container["lastStatus"]

    @property
    def health_status(self) -> str:
        """Unknown unless every essential container has a check."""
        states = {c["healthStatus"] for c in self.parts if c["essential"]}
        return next((s for s in ("UNHEALTHY", "UNKNOWN") if s in states), "HEALTHY")

    @property
    def address(self) -> str:
        """The private IPv4 address."""
        return self._network()["privateIPv4Address"]

    def _network(self) -> dict[str, str]:
        """Return the details of its network interface."""
        attachments = cast("list[dict[str, Any]]", self.attachments)
        return {d["name"]: d["value"] for attachment in attachments for d in attachment["details"]}

    @property
    def wanted(self) -> bool:
        """Whether it is to run."""
        return bool(self.desired_status == "RUNNING")

    @property
    def is_running(self) -> bool:
        """Whether ECS counts it as running."""
        return self._status_now == "RUNNING"

    @property
    def is_pending(self) -> bool:
        """Whether ECS counts it as pending."""
        return self.wanted and self._status_now in {"PROVISIONING", "PENDING", "ACTIVATING"}

    @property
    def is_alive(self) -> bool:
        """Whether it takes up a place: everything short of STOPPED does."""
        return self._status_now != "STOPPED"

    def next(self, step: TaskStep | None, due: float = math.inf) -> None:
        """Say what happens next, and when."""
        self.due = math.inf if step is None else due
        if step is not None:
            self.step = step

    def set_health(self, state: str) -> None:
        """Give every container that has a check this health."""
        for container in self.parts:
            if container["checked"]:
                container["healthStatus"] = state

    def end(self, at: float, exit_code: int | None) -> None:
        """Stop for good: exit codes, timestamps, and the network interface goes."""
        self.last_status = "STOPPED"
        self.desired_status = "STOPPED"
        self.execution_stopped_at = self.stopped_at = moment(at)
        for container in self.parts:
            container["exitCode"] = exit_code
        interface = self._network().get("networkInterfaceId", "")
        ec2_backends[self._account_id][self.region_name].enis.pop(interface, None)
        for attachment in cast("list[dict[str, Any]]", self.attachments):
            attachment["status"] = "DELETED"


def _container(task_arn: str, definition: dict[str, Any]) -> dict[str, Any]:
    checked = "healthCheck" in definition
    image = definition["image"]
    prefix, name = task_arn.split(":task/")
    return {
        "containerArn": f"{prefix}:container/{name}/{mock_random.uuid4()}",
        "taskArn": task_arn,
        "name": definition["name"],
        "image": image,
        # The same image always has the same digest here: nothing is pushed over a tag.
        "imageDigest": "sha256:" + hashlib.sha256(image.encode()).hexdigest(),
        "lastStatus": "PENDING",
        "healthStatus": "UNKNOWN",
        "cpu": str(definition.get("cpu", 0)),
        "essential": definition.get("essential", True),
        "checked": checked,
    }


def _one_subnet(network: dict[str, Any] | None, number: int) -> dict[str, Any] | None:
    """Return the network configuration with one of its subnets, in turn; moto takes the first."""
    if not network:
        return None
    given = network["awsvpcConfiguration"]
    subnets = given["subnets"]
    settings = {"securityGroups": [], **given, "subnets": [subnets[number % len(subnets)]]}
    return {"awsvpcConfiguration": settings}


def _zone(backend: EC2ContainerServiceBackend, network: dict[str, Any] | None) -> str | None:
    if network is None:
        return None
    subnet = network["awsvpcConfiguration"]["subnets"][0]
    zone: str = ec2_backends[backend.account_id][backend.region_name].get_subnet(subnet).availability_zone
    return zone


def _provider(service: Any) -> str | None:  # noqa: ANN401 - moto's Service with more members
    strategy = service.capacity_provider_strategy
    return max(strategy, key=lambda item: item.get("weight", 0))["capacityProvider"] if strategy else None


def _tags(service: Any, definition: TaskDefinition) -> list[dict[str, str]]:  # noqa: ANN401 - as above
    """Return the tags a task is launched with ("Tagging your resources")."""
    tags: list[dict[str, str]] = []
    if service.propagate_tags == "SERVICE":
        tags += service.tags
    elif service.propagate_tags == "TASK_DEFINITION":
        tags += definition.tags or []
    if service.enable_ecs_managed_tags:
        tags += [
            {"key": "aws:ecs:clusterName", "value": service.cluster_name},
            {"key": "aws:ecs:serviceName", "value": service.name},
        ]
    return tags
