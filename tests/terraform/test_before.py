"""The network of the example and the fleet in it, made and taken down: real Terraform against the sandbox.

What the fleet is like is looked at in ``test_adopt``, which takes it over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from inventory import inventory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trimtab.engine.engine import Workspace

NETWORK = ("vpc_id", "private_subnet_ids", "public_subnet_ids")


@pytest.fixture(scope="module")
def empty(client: Callable[[str], Any]) -> dict[str, set[str]]:
    return inventory(client)


@pytest.fixture(scope="module")
def applied(
    workspaces: Callable[[str], Workspace], empty: dict[str, set[str]]
) -> tuple[Workspace, dict[str, Any]]:
    del empty  # listed before anything is made
    made = workspaces("examples/network")
    made.apply()
    outputs = made.outputs()
    given = {name: outputs[name] for name in NETWORK}
    before = workspaces("examples/before")
    before.apply(variables=given)
    return before, given


@pytest.mark.slow
def test_second_plan_is_clean(applied: tuple[Workspace, dict[str, Any]], tmp_path: Path) -> None:
    before, given = applied
    plan = before.plan(tmp_path / "a.tfplan", (), given)
    assert [change.address for change in plan.changed] == []
    assert plan.is_clean


@pytest.mark.slow
def test_destroy_leaves_nothing(
    applied: tuple[Workspace, dict[str, Any]],
    workspaces: Callable[[str], Workspace],
    client: Callable[[str], Any],
    empty: dict[str, set[str]],
) -> None:
    before, given = applied
    before.destroy(variables=given)
    workspaces("examples/network").destroy()
    assert inventory(client) == empty
