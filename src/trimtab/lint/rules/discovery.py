"""Rules about Cloud Map: names that lead nowhere, or to what is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.lint.model import Hit, LintRule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.lint.resource import Resource
    from trimtab.lint.world import World

_MAP = "https://docs.aws.amazon.com/cloud-map/latest/dg"
TTL_S = 60
"""Names that are kept longer than this point at tasks that are gone [s]."""


def _unhealthy_names(service: Resource, world: World) -> Iterator[Hit]:
    del world
    if (
        service.blocks("dns_config")
        and not service.blocks("health_check_custom_config")
        and not service.blocks("health_check_config")
    ):
        yield Hit("names keep pointing at tasks that ECS knows to be unhealthy", service.place)


def _ttl(service: Resource, world: World) -> Iterator[Hit]:
    del world
    for config in service.blocks("dns_config"):
        for record in config.blocks("dns_records"):
            ttl = record.number("ttl")
            if ttl is not None and ttl >= TTL_S:
                yield Hit(f"callers keep the address of a task {ttl:g} s after it is gone", record.at("ttl"))


def _empty_namespace(namespace: Resource, world: World) -> Iterator[Hit]:
    if not world.mentioned(namespace):
        yield Hit("nothing here is in it", namespace.place)


RULES = (
    LintRule(
        id="discovery-without-health",
        severity=Severity.WARNING,
        title="Names that point at unhealthy tasks",
        why="Without health_check_custom_config Cloud Map answers with every task that is registered, "
        "whatever ECS knows of it.",
        fix="health_check_custom_config { failure_threshold = 1 } when it is made; it cannot be added later.",
        source=f"{_MAP}/services-health-checks.html",
        kinds=("aws_service_discovery_service",),
        check=_unhealthy_names,
    ),
    LintRule(
        id="discovery-ttl",
        severity=Severity.NOTE,
        title="Names that are kept too long",
        why="A caller keeps an address for as long as the record's TTL, and calls a task that is gone.",
        fix="ttl = 10",
        source=f"{_MAP}/services-values.html",
        kinds=("aws_service_discovery_service",),
        check=_ttl,
    ),
    LintRule(
        id="unused-namespace",
        severity=Severity.NOTE,
        title="A Cloud Map namespace with nothing in it",
        why="A second place to look names up, and none of them is there.",
        fix="Take it away.",
        source=f"{_MAP}/working-with-namespaces.html",
        kinds=(
            "aws_service_discovery_http_namespace",
            "aws_service_discovery_private_dns_namespace",
            "aws_service_discovery_public_dns_namespace",
        ),
        check=_empty_namespace,
    ),
)
