"""Rules about what containers are told: secrets, addresses, log levels. No value is ever repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.addresses import PLAIN_HTTP, addresses_of, is_public_name
from trimtab.environment import quieter
from trimtab.lint.containers import listed, name_of
from trimtab.lint.model import Hit, LintRule, Severity
from trimtab.redaction import holds_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.lint.evaluation.values import Value
    from trimtab.lint.resource import Resource
    from trimtab.lint.world import World

DEFINITION = ("aws_ecs_task_definition",)
_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"


def _plain_secret(definition: Resource, world: World) -> Iterator[Hit]:
    for container in world.containers(definition):
        for entry in listed(container, "environment"):
            name, value = entry.get("name"), entry.get("value")
            if isinstance(name, str) and holds_secret(name, value if isinstance(value, str) else None):
                text = f"{name} of {name_of(container)} stands in the environment, in clear"
                yield Hit(text, definition.at("container_definitions"))


def _plain_http(definition: Resource, world: World) -> Iterator[Hit]:
    for container in world.containers(definition):
        names = [
            str(entry["name"])
            for entry in listed(container, "environment")
            if isinstance(entry.get("name"), str) and _public_http(str(entry["name"]), entry.get("value"))
        ]
        if names:
            text = f"{name_of(container)} calls by plain HTTP and a public name: {', '.join(sorted(names))}"
            yield Hit(text, definition.at("container_definitions"))


def _public_http(name: str, value: Value) -> bool:
    """Tell whether a value names a public host in clear, alone, in a list or within a text."""
    return isinstance(value, str) and any(
        one.scheme in PLAIN_HTTP and is_public_name(one.host) for one in addresses_of({name: value})
    )


def _debug_logging(definition: Resource, world: World) -> Iterator[Hit]:
    for container in world.containers(definition):
        for entry in listed(container, "environment"):
            name, value = entry.get("name"), entry.get("value")
            if isinstance(name, str) and isinstance(value, str | int) and quieter(name, str(value)):
                text = f"{name} of {name_of(container)} asks for the most that the application can log"
                yield Hit(text, definition.at("container_definitions"))


RULES = (
    LintRule(
        id="secret-in-environment",
        severity=Severity.WARNING,
        title="A secret in plain environment",
        why="Whoever may describe the task definition reads it, and so does whoever reads the "
        "Terraform state.",
        fix="Put it into Secrets Manager or Parameter Store, and its ARN into secrets.",
        source=f"{_GUIDE}/security-tasks-containers.html",
        kinds=DEFINITION,
        check=_plain_secret,
    ),
    LintRule(
        id="plain-http-call",
        severity=Severity.WARNING,
        title="Calls by plain HTTP to a public name",
        why="Traffic between services leaves through the NAT gateway, is billed by the gigabyte, and "
        "comes back over the internet in clear.",
        fix="Call by a private name (Cloud Map, Service Connect, an internal load balancer), or by HTTPS.",
        source=f"{_GUIDE}/networking-connecting-services.html",
        kinds=DEFINITION,
        check=_plain_http,
    ),
    LintRule(
        id="debug-logging",
        severity=Severity.WARNING,
        title="Debug logging",
        why="Ingestion is the dearest part of the log bill, and what is logged for debugging is most of it.",
        fix="Log at info; switch debugging on for as long as somebody looks.",
        source="https://aws.amazon.com/cloudwatch/pricing/",
        kinds=DEFINITION,
        check=_debug_logging,
    ),
)
