"""Two plans against the proposal: exactly it, more than it, or less."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from patch_made import patched, service

from trimtab.engine.plan import parse_plan
from trimtab.patch.proving.proof import compared
from trimtab.patch.told import proof_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trimtab.patch.proving.proof import TwoPlans

DEFINITION = "aws_ecs_task_definition.api"
SERVICE = "aws_ecs_service.api"


def _change(
    address: str, actions: list[str], after: dict[str, Any], unknown: dict[str, Any]
) -> dict[str, Any]:
    kind, _, name = address.partition(".")
    change = {"actions": actions, "before": after, "after": after, "after_unknown": unknown}
    return {"address": address, "mode": "managed", "type": kind, "name": name, "change": change}


def _plan(*changes: dict[str, Any], **more: Any) -> Any:
    document = {"format_version": "1.2", "terraform_version": "1.11.0", "resource_changes": changes, **more}
    return parse_plan(json.dumps(document))


CONTAINERS = json.dumps([{"name": "api", "image": "api:1"}])
AS_KEPT = json.dumps([{"name": "api", "image": "api:1", "cpu": 0, "essential": True, "environment": []}])
BEFORE = [
    _change(
        DEFINITION,
        ["no-op"],
        {
            "cpu": "1024",
            "memory": "2048",
            "family": "api",
            "arn": "arn:1",
            "task_role_arn": "",
            "container_definitions": AS_KEPT,
        },
        {},
    ),
    _change(SERVICE, ["no-op"], {"name": "api", "task_definition": "arn:1", "desired_count": 2}, {}),
]
AFTER = [
    _change(
        DEFINITION,
        ["delete", "create"],
        {"cpu": "256", "memory": "512", "family": "api", "container_definitions": CONTAINERS},
        {"arn": True, "id": True},
    ),
    _change(SERVICE, ["update"], {"name": "api", "desired_count": 2}, {"task_definition": True}),
]


@pytest.fixture
def proof(tmp_path: Path) -> Callable[..., TwoPlans]:
    patch = patched(tmp_path, {"main.tf": service()})
    assert len(patch.edits) == 2

    def made(change: Callable[[list[Any]], None], **more: Any) -> TwoPlans:
        after = copy.deepcopy(AFTER)
        change(after)
        return compared(_plan(*BEFORE), _plan(*after, **more), patch)

    return made


def _nothing(after: list[Any]) -> None:
    del after


def test_the_proposal_and_what_follows_of_it_is_proven(proof: Callable[..., TwoPlans]) -> None:
    made = proof(_nothing)
    assert made.is_proven
    assert made.replaced == (DEFINITION,)
    assert made.difference.follows == (
        (SERVICE, ("task_definition",)),
        (DEFINITION, ("arn",)),
    )


def _cpu(after: list[Any]) -> None:
    after[0]["change"]["after"]["cpu"] = "1024"


def _other(after: list[Any]) -> None:
    after[0]["change"]["after"]["cpu"] = "512"


def _count(after: list[Any]) -> None:
    after[1]["change"]["after"]["desired_count"] = 3


def _image(after: list[Any]) -> None:
    after[0]["change"]["after"]["container_definitions"] = CONTAINERS.replace("api:1", "api:2")


def _gone(after: list[Any]) -> None:
    after[1]["change"] |= {"actions": ["delete"], "after": None, "after_unknown": {}}


def _lost(after: list[Any]) -> None:
    del after[1]["change"]["after"]["name"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_cpu, "in the plan, this is not as proposed: aws_ecs_task_definition.api cpu"),
        (_other, "the plan with the patch differs in what is not proposed: aws_ecs_task_definition.api cpu"),
        (
            _count,
            "the plan with the patch differs in what is not proposed: aws_ecs_service.api desired_count",
        ),
        (_image, "differs in what is not proposed: aws_ecs_task_definition.api container_definitions.image"),
        (_gone, "aws_ecs_service.api (what becomes of it)"),
        (_lost, "the plan with the patch differs in what is not proposed: aws_ecs_service.api name"),
    ],
)
def test_anything_else_is_named_and_not_proven(
    proof: Callable[..., TwoPlans], change: Callable[[list[Any]], None], said: str
) -> None:
    made = proof(change)
    assert not made.is_proven
    assert any(said in line for line in proof_lines(made))


def test_a_plan_that_left_something_out_proves_nothing(proof: Callable[..., TwoPlans]) -> None:
    made = proof(_nothing, complete=False)
    assert made.unproven == "a plan was not complete"
    assert not made.is_proven


def test_what_was_to_change_anyway_and_drift_are_named(tmp_path: Path) -> None:
    patch = patched(tmp_path, {"main.tf": service()})
    pending = _change("aws_lb.front", ["update"], {"name": "front"}, {})
    drift = [
        _change("aws_lb.front", ["update"], {"name": "front"}, {}),
        _change("aws_ecs_cluster.shop", ["update"], {"name": "shop", "tags": {}}, {}),
    ]
    drift[0]["change"]["before"] = {"name": "front", "idle_timeout": 60}
    drift[1]["change"]["before"] = {"name": "shop", "tags": None}
    made = compared(_plan(*BEFORE, pending, resource_drift=drift), _plan(*AFTER, pending), patch)
    assert made.is_proven
    said = list(proof_lines(made))
    assert said[0] == "changed outside Terraform before this: aws_lb.front (idle_timeout)"
    assert said[1] == "planned before this already, with or without it: aws_lb.front (update)"
