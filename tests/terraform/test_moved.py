"""A state of before ``modules/fleet``: the root takes it along, and makes, changes and destroys nothing.

Real Terraform and provider against the sandbox. The root of before had the files of the module itself, so it
is put together from them; the one thing that differs is the address of everything.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from trimtab.engine.engine import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SOMEBODY_ELSES = "theirs"
VALUES = f"""
services = {{
  web = {{
    image           = "registry.example/web:1"
    cpu             = 256
    memory          = 512
    startup_seconds = 20
    port            = 8080
    calls           = {{ TWO_URL = {{ service = "two" }} }}
    traffic         = {{ exposure = "public", priority = 100, paths = ["/*"] }}
    scaling         = {{ min = 2, max = 4 }}
  }}
  two = {{
    image           = "registry.example/two:1"
    cpu             = 256
    memory          = 512
    startup_seconds = 20
    port            = 8080
    traffic         = {{ exposure = "internal", priority = 100, paths = ["/*"] }}
    scaling         = {{ min = 2, max = 4 }}
  }}
}}
adopt                         = {{ roles = ["{SOMEBODY_ELSES}"] }}
activate_cost_allocation_tags = true
allow_plain_http              = true
deletion_protection           = false
"""


def as_before(terraform: Path) -> Path:
    """Write the root of before beside ``platform``: all of the module in it, at its own addresses."""
    module, now, before = terraform / "modules" / "fleet", terraform / "platform", terraform / "before"
    before.mkdir()
    for path in [*now.glob("variables*.tf"), now / "providers.tf", now / "versions.tf"]:
        shutil.copy(path, before)
    for path in module.glob("*.tf"):
        if not (before / path.name).exists():
            text = path.read_text(encoding="utf-8").replace('= "../', '= "../modules/')
            (before / path.name).write_text(text, encoding="utf-8")
    return before


@pytest.mark.slow  # two services are made in full
def test_a_state_of_before_is_moved_and_nothing_else(
    workspaces: Callable[[str], Workspace],
    network: dict[str, Any],
    client: Callable[[str], Any],
    tmp_path: Path,
) -> None:
    client("iam").create_role(RoleName=SOMEBODY_ELSES, AssumeRolePolicyDocument="{}")
    now = workspaces("terraform/platform")
    was = Workspace(engine=now.engine, directory=as_before(now.directory.parent), environment=now.environment)
    for root in (was, now):
        (root.directory / "services.auto.tfvars").write_text(VALUES, encoding="utf-8")
    was.init()
    was.apply(variables=network)
    shutil.copy(was.directory / "terraform.tfstate", now.directory)

    plan = now.plan(tmp_path / "moves.tfplan", (), network)
    assert [change.address for change in plan.changed] == []
    assert not plan.outputs_changed
    moved = {change.previous_address: change.address for change in plan.moved}
    assert all(address == f"module.fleet.{previous}" for previous, address in moved.items())
    # All of it, of every kind that stood in the root.
    assert {change.address for change in plan.changes if change.actions == ("no-op",)} == set(moved.values())
    assert len(moved) > 80
    heads = {str(previous).split("[")[0].split(".aws_")[0] for previous in moved}
    assert heads >= {
        "aws_ce_cost_allocation_tag.this",
        "aws_iam_role_policy.adopted",
        "aws_vpc_security_group_egress_rule.call",
        "aws_vpc_security_group_ingress_rule.call",
        "module.cluster",
        "module.load_balancer",
        "module.service",
    }

    now.apply(tmp_path / "moves.tfplan")
    assert now.plan(tmp_path / "again.tfplan", (), network).is_clean
