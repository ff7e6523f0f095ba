"""The guard against plans written to get past it, and against ordinary ones that look like them."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from guard import hostile_plans as hostile
from guard.made import assess, document

from trimtab.engine.plan import parse_plan
from trimtab.guard.judge import judge

if TYPE_CHECKING:
    from trimtab.guard.model import Assessment

CASES = hostile.cases()


def judged(changes: tuple[dict[str, Any], ...], members: dict[str, Any]) -> Assessment:
    return assess(*changes, **members)


@pytest.mark.parametrize(
    ("changes", "members"),
    [
        pytest.param(changes, members, id=name)
        for name, truth, changes, members in CASES
        if truth == hostile.HURTS
    ],
)
def test_what_hurts_or_cannot_be_known_is_never_let_pass(
    changes: tuple[dict[str, Any], ...], members: dict[str, Any]
) -> None:
    assert judged(changes, members).exit_code in {10, 11}


@pytest.mark.parametrize(
    ("changes", "members"),
    [
        pytest.param(changes, members, id=name)
        for name, truth, changes, members in CASES
        if truth == hostile.SAFE
    ],
)
def test_what_is_safe_or_only_redeploys_is_let_pass(
    changes: tuple[dict[str, Any], ...], members: dict[str, Any]
) -> None:
    found = judged(changes, members)
    assert found.exit_code == 0, [reason.text for one in found.findings for reason in one.reasons]


def test_there_are_many_of_both() -> None:
    truths = [truth for _, truth, _, _ in CASES]
    assert len({name for name, _, _, _ in CASES}) == len(CASES) > 120
    assert truths.count(hostile.SAFE) > 40


@pytest.mark.not_fast
def test_values_of_any_shape_are_judged() -> None:
    shapes: list[Any] = [None, True, 7, "x", [], {}, [None], [{}], [[1]], {"a": 1}]
    seeded = random.Random(20261128)  # noqa: S311 - no secret
    for _, _, changes, members in CASES:
        for _ in range(8):
            plan = json.loads(document(*changes, **members))
            sides = [
                side
                for one in plan["resource_changes"]
                for side in (one["change"]["before"], one["change"]["after"])
                if side
            ]
            for side in sides:
                side[seeded.choice(list(side))] = seeded.choice(shapes)
            judge(parse_plan(json.dumps(plan)))
