"""Task definitions: the revision each service runs, under its family and number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from trimtab.rehearsal.build import small_tags, some
from trimtab.snapshot.answers import DEFAULT_TAGS, find_tag

if TYPE_CHECKING:
    from trimtab.fleet.identity import ServiceIdentity
    from trimtab.fleet.model import Service
    from trimtab.rehearsal.build import Build

SIDECAR_IMAGE: Final = "made-up:latest"


def make_definition(build: Build, service: Service, identity: ServiceIdentity) -> str:
    """Register a service's revision, unless another service runs the same, and return its ARN.

    Raises:
        Refused: ECS does not take it.

    """
    told = identity.task_definition
    body = _body(build, service, identity)
    key = f"{told.arn} {body}"
    if key in build.ids:
        return build.ids[key]
    number = told.arn.rsplit(":", 1)[-1]
    if number.isdigit() and int(number) > 0:
        build.sandbox.next_revision(told.family, int(number))
    made = build.call("ecs", "RegisterTaskDefinition", **body)["taskDefinition"]["taskDefinitionArn"]
    build.ids[key] = build.ids[told.arn] = made
    names = set(told.environment_names) - set(service.environment)
    build.told.made_up("value of an environment variable", len(names))
    build.told.made_up("image of a sidecar", len(set(told.container_names) - {told.container_name}))
    return str(made)


def _body(build: Build, service: Service, identity: ServiceIdentity) -> dict[str, Any]:
    told = identity.task_definition
    names = told.container_names
    if told.container_name not in names:
        names = (*names, told.container_name)
    containers = [
        _application(build, service, identity)
        if name == told.container_name
        else {"name": name, "image": SIDECAR_IMAGE, "essential": False}
        for name in names
    ]
    volumes: list[dict[str, Any]] = [{"name": name} for name in told.volumes]
    if identity.task_volumes:
        volumes = [{**one, "configuredAtLaunch": True} for one in volumes]
    return {
        "family": told.family,
        "cpu": str(service.size.cpu_units),
        "memory": str(service.size.memory_mib),
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "runtimePlatform": {"cpuArchitecture": service.architecture, "operatingSystemFamily": "LINUX"},
        "executionRoleArn": build.new(told.execution_role_arn) if told.execution_role_arn else None,
        "taskRoleArn": build.new(told.task_role_arn) if told.task_role_arn else None,
        "containerDefinitions": containers,
        "volumes": some(volumes),
        "tags": small_tags(_tags(service, identity)),
    }


def _tags(service: Service, identity: ServiceIdentity) -> dict[str, str]:
    """Return what says the cost center where the service's own tags do not."""
    said = find_tag(identity.tags, DEFAULT_TAGS.cost_center) is not None
    return {"CostCenter": service.cost_center} if service.cost_center and not said else {}


def _application(build: Build, service: Service, identity: ServiceIdentity) -> dict[str, Any]:
    told = identity.task_definition
    values = dict.fromkeys(told.environment_names, "") | service.environment
    # Where a secret is kept that the snapshot only names, its name stands in.
    kept = {name: f"/made-up/{name}" for name in told.secret_names} | service.secrets
    check = service.health_check
    return {
        "name": told.container_name,
        "image": service.image,
        "essential": True,
        "portMappings": some(_ports(service, identity)),
        "environment": some([{"name": name, "value": value} for name, value in sorted(values.items())]),
        "secrets": some([{"name": name, "valueFrom": place} for name, place in kept.items()]),
        "stopTimeout": service.stop_timeout_s,
        "logConfiguration": _logs(build, identity),
        "healthCheck": {
            "command": list(check.command),
            "interval": check.interval_s,
            "timeout": check.timeout_s,
            "retries": check.retries,
            "startPeriod": check.start_period_s,
        }
        if check
        else None,
    }


def _ports(service: Service, identity: ServiceIdentity) -> list[dict[str, Any]]:
    """Return the application's ports, the service's own first: a snapshot takes that one."""
    mine = identity.task_definition.container_name
    ports = [service.port] if service.port else []
    ports += [one.container_port for one in identity.attachments if one.container_name == mine]
    ports += [one.container_port for one in identity.registrations if one.container_port]
    return [{"containerPort": port, "protocol": "tcp"} for port in dict.fromkeys(ports)]


def _logs(build: Build, identity: ServiceIdentity) -> dict[str, Any] | None:
    told = identity.task_definition
    if told.log_driver is None and told.log_group is None:
        return None
    options: dict[str, str] = {}
    if told.log_group:
        options = {
            "awslogs-group": told.log_group,
            "awslogs-region": build.fleet.region,
            "awslogs-stream-prefix": told.container_name,
        }
    return {"logDriver": told.log_driver or "awslogs", "options": options}
