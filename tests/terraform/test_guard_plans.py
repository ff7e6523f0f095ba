"""The guard on plans of real Terraform and the real provider, of a service that runs on the sandbox."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from commands.made import trimtab

from trimtab.engine.engine import Workspace
from trimtab.engine.plan import parse_plan
from trimtab.guard.facts.load import covered, facts, tag_facts
from trimtab.guard.judge import judge
from trimtab.guard.model import Deed, Impact

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.engine.engine import Engine
    from trimtab.guard.model import Assessment, Finding

COUNTED = Path(__file__).resolve().parents[2] / "tools" / "provider_attributes.json"
FIRST, SECOND = "first-hunter2", "second-hunter3"
IMPORT = 'import {{\n  to = aws_lb.main\n  id = "{arn}"\n}}\n'


class Guarded:
    """A running service, and plans of what becomes of it when a variable changes."""

    def __init__(self, workspace: Workspace, given: dict[str, Any]) -> None:
        self.workspace, self.given = workspace, given

    def plan(self, name: str, *options: str, **variables: object) -> Path:
        """Return the plan as ``terraform show -json`` prints it; the binary one lies beside it."""
        folder = self.workspace.directory
        (folder / "given.json").write_text(json.dumps(self.given | variables), encoding="utf-8")
        self.run("plan", "-input=false", "-out", f"{name}.tfplan", "-var-file=given.json", *options)
        shown = folder / f"{name}.json"
        shown.write_text(self.run("show", "-json", f"{name}.tfplan"), encoding="utf-8")
        return shown

    def change(self, name: str, **variables: object) -> Path:
        """Return the plan of a change. Nothing else happened since the apply: no need to look."""
        return self.plan(name, "-refresh=false", **variables)

    def run(self, *arguments: str) -> str:
        return subprocess.run(
            [self.workspace.engine.path, *arguments],
            cwd=self.workspace.directory,
            env={**os.environ, **self.workspace.environment, "CHECKPOINT_DISABLE": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout


def assess(plan: Path) -> Assessment:
    return judge(parse_plan(plan.read_bytes()))


def by_address(assessment: Assessment) -> dict[str, Finding]:
    return {finding.address: finding for finding in assessment.findings}


def guard(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return trimtab("guard", *arguments)


@pytest.fixture(scope="module")
def guarded(
    engine: Engine,
    surroundings: dict[str, str],
    network: dict[str, Any],
    client: Callable[[str], Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Guarded:
    folder = tmp_path_factory.mktemp("guarded")
    shutil.copy(Path(__file__).parent / "guarded" / "main.tf", folder)
    subnets = network["private_subnet_ids"]
    group = client("ec2").create_security_group(
        GroupName="balancer", Description="made by hand", VpcId=network["vpc_id"]
    )["GroupId"]
    balancer = client("elbv2").create_load_balancer(
        Name="guarded", Scheme="internal", Subnets=subnets, SecurityGroups=[group]
    )["LoadBalancers"][0]["LoadBalancerArn"]
    client("ecs").create_cluster(clusterName="guarded")
    (folder / "imports.tf").write_text(IMPORT.format(arn=balancer), encoding="utf-8")
    given = {"vpc_id": network["vpc_id"], "subnet_ids": subnets, "balancer_group_id": group}
    made = Guarded(Workspace(engine, folder, surroundings), given)
    made.workspace.init()
    made.plan("first")
    made.workspace.apply(folder / "first.tfplan")
    return made


def test_what_is_new_or_only_imported_is_safe(guarded: Guarded) -> None:
    first = assess(guarded.workspace.directory / "first.json")
    assert first.verdict is Impact.SAFE
    assert first.exit_code == 0
    assert by_address(first)["aws_lb.main"].imported
    assert by_address(first)["aws_ecs_service.main"].deed is Deed.CREATE


def test_what_replaces_a_running_thing_interrupts_and_names_the_attribute_that_forces_it(
    guarded: Guarded,
) -> None:
    plan = guarded.change(
        "interrupting",
        capacity_provider=True,
        group={"name": "orders-b", "port": 9090},
        log_group="/ecs/new",
        scaling=None,
        note="b",
    )
    found = by_address(assess(plan))
    interrupting = {
        address: {one.path for one in finding.attributes if one.forces_replacement}
        for address, finding in found.items()
        if finding.verdict is Impact.INTERRUPTS
    }
    assert interrupting == {
        "aws_ecs_service.main": {"capacity_provider_strategy"},
        "aws_lb_target_group.main": {"name", "port"},
        "aws_cloudwatch_log_group.main": {"name"},
        'aws_appautoscaling_target.main["this"]': set(),
    }
    # The service takes its policies with it, and Terraform does not know.
    assert any("apply twice" in reason.text for reason in found["aws_ecs_service.main"].reasons)
    assert found["terraform_data.note"].verdict is Impact.SAFE  # no provisioner runs
    assert found["aws_lb_listener.http"].notes == ("Follows from aws_lb_target_group.main",)
    run = guard(plan)
    assert run.returncode == 10
    assert run.stdout.index("INTERRUPTS") < run.stdout.index("CANNOT TELL")


def test_what_a_rolling_deployment_does_is_told_from_what_reaches_no_task_and_no_secret_is_shown(
    guarded: Guarded,
) -> None:
    plan = guarded.change("rolling", zones=3, cpu=1024, retention=7, password=SECOND)
    assert FIRST in plan.read_text(encoding="utf-8")  # else the end of this test shows nothing
    found = by_address(assess(plan))
    assert {address: finding.verdict for address, finding in found.items()} == {
        "aws_ecs_service.main": Impact.REDEPLOYS,
        "aws_ecs_task_definition.main": Impact.SAFE,
        "aws_cloudwatch_log_group.main": Impact.SAFE,
    }
    assert "reaches no task" in found["aws_ecs_task_definition.main"].cautions[0]
    assert "deleted for good" in found["aws_cloudwatch_log_group.main"].cautions[0]
    for form in ("table", "markdown", "json"):
        run = guard(plan, "--format", form)
        assert run.returncode == 0
        assert FIRST not in run.stdout + run.stderr
        assert SECOND not in run.stdout + run.stderr


def test_a_binary_plan_and_a_state_are_told_apart_from_a_plan(guarded: Guarded) -> None:
    folder = guarded.workspace.directory
    for path, said in (
        (folder / "first.tfplan", "run: terraform show -json first.tfplan > plan.json"),
        (folder / "terraform.tfstate", "this is a Terraform state, not a plan"),
    ):
        run = guard(path)
        assert run.returncode == 2
        assert said in run.stderr
        assert len(run.stderr.splitlines()) == 1


def test_every_attribute_the_facts_name_is_one_the_provider_has(guarded: Guarded) -> None:
    schemas = json.loads(guarded.run("providers", "schema", "-json"))["provider_schemas"]
    provider = next(schema for name, schema in schemas.items() if name.endswith("hashicorp/aws"))
    types = provider["resource_schemas"]
    for kind, known in facts().items():
        if not kind.startswith("aws_"):
            continue
        named = {known.kept_by, known.forced_by, *known.unique, *known.written_over, *known.defaults} - {""}
        named |= {name for rule in (*known.in_place, *known.keep) for name in rule.attributes}
        named |= {known.carrier.attribute} if known.carrier else set()
        for name in named:
            assert _is_in(types[kind]["block"], name.split(".")), f"{kind}.{name}"
        left = known.left_named.by if known.left_named else ()
        assert {*known.used_by, *known.not_users, *left} <= types.keys() | {"*"}, kind
    assert tag_facts().deciding_types <= types.keys()
    # What the published coverage is counted in is this provider's.
    assert json.loads(COUNTED.read_text(encoding="utf-8")) == {
        kind: _settable(one["block"]) for kind, one in types.items() if covered().has(kind)
    }


def _settable(block: dict[str, Any]) -> list[str]:
    attributes = [
        name for name, one in block["attributes"].items() if one.get("optional") or one.get("required")
    ]
    never = {"id", "region", "tags", "tags_all", "timeouts"}
    return sorted({*attributes, *block.get("block_types", {})} - never)


def _is_in(block: dict[str, Any], steps: list[str]) -> bool:
    if steps[0] in block.get("attributes", {}):
        return len(steps) == 1
    inner = block.get("block_types", {}).get(steps[0])
    return inner is not None and (len(steps) == 1 or _is_in(inner["block"], steps[1:]))
