"""Rules about what containers are told: secrets, addresses, log levels. No value is ever repeated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trimtab.lint.containers import listed, name_of
from trimtab.lint.model import Hit, LintRule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.lint.evaluation.values import Value
    from trimtab.lint.resource import Resource
    from trimtab.lint.world import World

DEFINITION = ("aws_ecs_task_definition",)
_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide"
_SECRET = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|SECRET_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?)$",
    re.IGNORECASE,
)
_LEVEL = re.compile(r"LOG_?LEVEL$|^LOGLEVEL|^DEBUG$|VERBOSITY$", re.IGNORECASE)
_CHATTY = {"debug", "trace", "all", "verbose", "true", "1"}


def _plain_secret(definition: Resource, world: World) -> Iterator[Hit]:
    for one in world.containers(definition):
        for entry in listed(one, "environment"):
            name, value = entry.get("name"), entry.get("value")
            points = isinstance(value, str) and (not value or value.startswith("arn:"))
            if isinstance(name, str) and _SECRET.search(name) and not points:
                text = f"{name} of {name_of(one)} stands in the environment, in clear"
                yield Hit(text, definition.at("container_definitions"))


def _plain_http(definition: Resource, world: World) -> Iterator[Hit]:
    for one in world.containers(definition):
        names = [
            str(entry["name"])
            for entry in listed(one, "environment")
            if isinstance(entry.get("name"), str) and _public_http(entry.get("value"))
        ]
        if names:
            text = f"{name_of(one)} calls by plain HTTP and a public name: {', '.join(sorted(names))}"
            yield Hit(text, definition.at("container_definitions"))


def _public_http(value: Value) -> bool:
    found = re.match(r"http://(?:[^/@]*@)?([^/:]+)", value) if isinstance(value, str) else None
    if found is None:
        return False
    host = found[1].lower()
    private = host.endswith((".local", ".internal", ".svc")) or re.fullmatch(r"[\d.]+|\[.*", host)
    return "." in host and not private


def _debug_logging(definition: Resource, world: World) -> Iterator[Hit]:
    for one in world.containers(definition):
        for entry in listed(one, "environment"):
            name, value = entry.get("name"), entry.get("value")
            if isinstance(name, str) and _LEVEL.search(name) and str(value).lower() in _CHATTY:
                text = f"{name} of {name_of(one)} asks for the most that the application can log"
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
