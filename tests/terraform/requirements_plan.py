"""What the requirement tests ask of a plan: services by name, and the configuration's references."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from trimtab.engine.plan import Plan, PlannedResource

CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/0f0f0f0f-0000-4000-8000-000000000000"
BOUNDARY = "arn:aws:iam::111122223333:policy/boundary"
WEB_ACL = "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/shop/0"
LOAD_BALANCED = {"api", "worker", "accounts", "auth", "cards", "fraud", "ledger", "payments", "quotes"}
ALL = LOAD_BALANCED | {"scheduler", "notifications", "statements"}
SERVICE_MODULE = re.compile(r'^module\.fleet\.module\.service\["([^"]+)"\]')


@dataclass(frozen=True)
class Platform:
    """A plan of ``terraform/platform``."""

    plan: Plan
    private_subnet_ids: list[str]
    """Of the network it was planned in."""

    def service_names(self) -> set[str]:
        """Return the services that the plan makes."""
        return {one.values["name"] for one in self.plan.planned_of_type("aws_ecs_service")}

    def retention_days(self) -> dict[str, int]:
        """Return how long each log group keeps what it has [days], by name."""
        return {
            one.values["name"]: one.values["retention_in_days"]
            for one in self.plan.planned_of_type("aws_cloudwatch_log_group")
        }

    def of(self, service: str, kind: str, index: str | int | None = None) -> Mapping[str, Any]:
        """Return the one resource of a type in a service's module."""
        found = self.all_of(service, kind, index)
        assert len(found) == 1, f"{service} has {len(found)} {kind}"
        return found[0].values

    def all_of(self, service: str, kind: str, index: str | int | None = None) -> list[PlannedResource]:
        """Return a service's resources of a type."""
        return [
            one
            for one in self.plan.planned_of_type(kind)
            if (match := SERVICE_MODULE.match(one.module))
            and match[1] == service
            and (index is None or one.index == index)
        ]

    def containers(self, service: str) -> dict[str, Any]:
        """Return a service's containers by name."""
        definition = self.of(service, "aws_ecs_task_definition")
        return {one["name"]: one for one in json.loads(definition["container_definitions"])}

    def references(self, module: str, address: str, attribute: str) -> list[str]:
        """Return what an attribute refers to in the plan's configuration; ``a.b``: the fleet's b in a."""
        inside = self.plan.configuration["root_module"]
        for name in f"fleet.{module}".split("."):
            inside = inside["module_calls"][name]["module"]
        resource = next(one for one in inside["resources"] if one["address"] == address)
        return list(resource["expressions"][attribute]["references"])

    def policies(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield each IAM or resource policy's statements with the address it comes from."""
        attributes = {
            "aws_iam_role_policy": "policy",
            "aws_iam_policy": "policy",
            "aws_sns_topic_policy": "policy",
            "aws_sqs_queue_policy": "policy",
            "aws_cloudwatch_log_resource_policy": "policy_document",
        }
        for one in self.plan.planned:
            if one.type in attributes:
                # A policy the plan cannot show is one nobody can review.
                text = one.values.get(attributes[one.type])
                assert text, f"{one.address} is not known at plan"
                for statement in json.loads(text)["Statement"]:
                    yield one.address, statement


def with_lines(values: str, *changes: tuple[str, str, str]) -> str:
    """Return the values with lines (service, line, what it becomes) changed, as a person would."""
    for service, line, becomes in changes:
        start = values.index(f"\n  {service} = {{")
        at = values.index(line, start, values.index("\n  }", start))
        values = values[:at] + becomes + values[at + len(line) :]
    return values


def only(values: str, services: Collection[str]) -> str:
    """Return the values of some services, each as it is but for callers and calls that are none of them."""
    block = re.compile(r"(?:^  #.*\n)*^  (\w+) = \{\n(?:(?!  \}).*\n)*  \}\n", re.MULTILINE)
    kept = block.sub(lambda match: match[0] if match[1] in services else "", values)
    calls = r' +\w+ += \{ service = "(\w+)".*\n'
    kept = re.sub(calls, lambda match: match[0] if match[1] in services else "", kept)
    return re.sub(
        r"(callers +)= \[(.*)\]",
        lambda match: (
            match[1] + "= " + json.dumps([one for one in sorted(services) if json.dumps(one) in match[2]])
        ),
        kept,
    )
