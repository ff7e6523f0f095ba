"""What must hold before a service is touched. Pure: over what AWS said.

``unsteady`` passes by itself (a deployment ends, a task starts), so it is waited for. What
``refusals`` find does not: somebody has to mend it, and the service is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trimtab.redaction import redact
from trimtab.rollout.model import short

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.catalog.size import TaskSize
    from trimtab.rollout.model import Definition, Revision, ServiceState


MOST_FAILURES: Final = 200
"""Failed tasks after which ECS's own bounded breaker ends any deployment."""


def unsteady(state: ServiceState) -> str | None:
    """Return why the service is not in a steady state, or None."""
    primary = state.primary
    if primary is None:
        return "it has no deployment"
    if len(state.deployments) > 1:
        return f"{len(state.deployments)} deployments are in progress"
    if primary.rollout_state != "COMPLETED":
        said = f" ({primary.reason})" if primary.reason else ""
        return f"its deployment to {short(primary.task_definition)} is {primary.rollout_state}{said}"
    if state.running != state.desired or state.pending:
        return f"{state.running} of {state.desired} tasks run, {state.pending} pending"
    return None


def refusals(state: ServiceState) -> Iterator[str]:
    """Yield why this service cannot be moved safely as it is configured, with what to do."""
    if state.controller != "ECS":
        yield f"its deployments are made by {state.controller}: move it there"
        return
    if why := not_rolling(state):
        yield why
        return
    if not (state.breaker and state.rollback):
        missing = "has no deployment circuit breaker" if not state.breaker else "does not roll back by itself"
        yield f"it {missing}: apply the configuration, or switch it on"
    elif (failures := failures_allowed(state)) is None or failures > MOST_FAILURES:
        stated = " ".join(map(str, state.threshold or ()))
        known = "is not known to this trimtab" if failures is None else f"lets {failures} tasks fail"
        yield f"its breaker's threshold ({stated}) {known}: lower it, or move the service by hand"
    if why := cannot_move(state):
        yield why


def not_rolling(state: ServiceState) -> str | None:
    """Return why the way it is deployed is not understood here, or None.

    A blue/green, linear or canary deployment shifts traffic in steps, and its newest deployment is PRIMARY
    long before it has any: what is judged here would not be true of it.
    """
    if state.strategy == "ROLLING":
        return None
    return (
        f"its deployments are {state.strategy}, of which rollout understands ROLLING alone: move it by those"
    )


def failures_allowed(state: ServiceState) -> int | None:
    """Return how many tasks may fail before the breaker ends a deployment; None: a type that is not known.

    Sources: ECS service model, DeploymentCircuitBreaker; Developer Guide, "Deployment circuit breaker":
    bounded is at least 3, at most 200.
    """
    kind, value = state.threshold or ("BOUNDED_PERCENT", 50)
    share = -(-state.desired * value // 100)
    if kind == "COUNT":
        return value
    if kind == "BOUNDED_PERCENT":
        return sorted((3, share, MOST_FAILURES))[1]
    return share if kind == "UNBOUNDED_PERCENT" else None


def deployment_notes(state: ServiceState) -> Iterator[str]:
    """Yield what is set about its deployments that a reader should know."""
    if state.threshold is not None:
        yield f"its breaker ends the deployment after {failures_allowed(state)} failed tasks"
    if state.early_percent is not None:
        yield f"AWS says COMPLETED at {state.early_percent} % healthy tasks; it is watched until all run"


def cannot_move(state: ServiceState) -> str | None:
    """Return why no task could be replaced (reference: deployment arithmetic), or None.

    A deployment starts tasks up to the maximum and stops tasks down to the minimum; where
    neither leaves room for one task it never moves.
    """
    floor = -(-state.desired * state.minimum_percent // 100)
    ceiling = state.desired * state.maximum_percent // 100
    if state.desired == 0 or ceiling > state.desired or floor < state.desired:
        return None
    return (
        f"with {state.desired} tasks, minimum {state.minimum_percent} % and maximum "
        f"{state.maximum_percent} % no task can be replaced: raise the maximum"
    )


def unusable(source: Revision, size: TaskSize | None) -> Iterator[str]:
    """Yield why a revision is not the one to move to. ``size`` is None where any will do."""
    if size is not None and (source.cpu_units, source.memory_mib) != (size.cpu_units, size.memory_mib):
        yield (
            f"{source.short} has {source.cpu_units}/{source.memory_mib}, the recommendation {size}: "
            "apply the values first"
        )
    mode = source.definition.get("networkMode")
    if mode != "awsvpc":
        yield f"{source.short} has network mode {mode}: Fargate takes awsvpc only"


def not_its_own(running: Revision, other: Revision, families: Mapping[str, str]) -> str | None:
    """Return why a revision is not the service's own, or None.

    A family of its own has the running revision's name. Terraform may have given it another, once: then
    nobody else runs that family (``families``: the service by family), and it has the same application.
    """
    if other.family == running.family:
        return None
    owner = families.get(other.family)
    if owner is not None:
        return f"{other.short} is the task definition of service {owner}"
    names = {one["name"] for one in running.containers if one.get("essential", True)}
    if names.isdisjoint(one["name"] for one in other.containers):
        return f"{other.short} is of another family than {running.short}, and has none of its containers"
    return None


def balancer_misses(state: ServiceState, definition: Definition, name: str) -> Iterator[str]:
    """Yield which container of the service's load balancers the definition lacks."""
    ports = {
        (container["name"], mapping.get("containerPort"))
        for container in definition.get("containerDefinitions") or ()
        for mapping in container.get("portMappings") or ()
    }
    for one in state.balanced:
        if (one.container, one.port) not in ports:
            yield f"its load balancer sends to container {one.container}, port {one.port}, which {name} lacks"


def moving_image(definition: Definition) -> Iterator[str]:
    """Yield the containers whose image may be another one by now although its name is the same.

    ECS resolves a tag anew for each deployment (reference: what starts a deployment).
    """
    for container in definition.get("containerDefinitions") or ():
        image = str(container.get("image", ""))
        name = image.rsplit("/", maxsplit=1)[-1]
        if "@" not in name and name.partition(":")[2] in {"", "latest"}:
            yield f"container {container['name']}: {redact(image)} is resolved anew by this deployment"
