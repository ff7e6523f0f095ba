"""The examples that are roots to copy: each plans, applies, is clean, and goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from trimtab.assets import assets_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trimtab.engine.engine import Workspace

FILE_SYSTEM = {
    "file_system_id": "fs-0123456789abcdef0",
    "access_point_id": "fsap-0123456789abcdef0",
}


@pytest.fixture(scope="module")
def file_system(client: Callable[[str], Any], network: dict[str, Any]) -> dict[str, str]:
    """Give somebody else's file system, and the security group of its mount targets."""
    group = client("ec2").create_security_group(GroupName="efs", Description="efs", VpcId=network["vpc_id"])
    return {**FILE_SYSTEM, "file_system_security_group_id": group["GroupId"]}


@pytest.fixture(scope="module")
def besides(listener: dict[str, str], file_system: dict[str, str]) -> dict[str, dict[str, str]]:
    """Give what an example asks for besides a network."""
    return {"existing-load-balancer": listener, "sidecars-and-volumes": file_system}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["minimal", "existing-load-balancer", "spot-mix", "sidecars-and-volumes"])
def test_an_example_plans_applies_is_clean_and_goes(
    example_root: Callable[[str], Workspace],
    given: dict[str, Any],
    besides: dict[str, dict[str, str]],
    tmp_path: Path,
    name: str,
) -> None:
    root, values = example_root(name), {**given, **besides.get(name, {})}
    root.apply(variables=values)
    again = root.plan(tmp_path / "b.tfplan", (), values)
    assert [change.address for change in again.changed] == []
    root.destroy(variables=values)


def test_the_modules_readme_shows_the_minimal_example() -> None:
    shown = (assets_folder() / "terraform/modules/service/README.md").read_text("utf-8")
    main = (assets_folder() / "examples/minimal/main.tf").read_text("utf-8")
    assert f"```hcl\n{main}```" in shown
