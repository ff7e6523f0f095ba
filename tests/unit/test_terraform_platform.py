"""The company's root says again what ``modules/fleet`` says, as ``tools/terraform_platform.py`` writes it."""

from __future__ import annotations

import importlib
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TERRAFORM = REPOSITORY / "terraform"
FLEET, PLATFORM = TERRAFORM / "modules" / "fleet", TERRAFORM / "platform"


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(REPOSITORY / "tools"))
    return importlib.import_module("terraform_platform")


@pytest.fixture
def copies(tool: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give copies of module and root, which the tool takes for them."""
    for name in ("modules/fleet", "platform"):
        shutil.copytree(TERRAFORM / name, tmp_path / name, ignore=shutil.ignore_patterns(".terraform*"))
    monkeypatch.setattr(tool, "MODULE", tmp_path / "modules/fleet")
    monkeypatch.setattr(tool, "PLATFORM", tmp_path / "platform")
    return tmp_path


def test_the_root_is_as_it_would_be_written(tool: Any) -> None:
    assert tool.main(check=True) == 0


def test_types_are_the_modules_and_every_variable_is_handed_on(tool: Any) -> None:
    types = importlib.import_module("terraform_types")
    module, root = types.variables(FLEET), types.variables(PLATFORM)
    assert set(root) - set(module) == {"region"}
    for name, kind in module.items():
        own = {"ignore_tags"} if name == "adopt" else set()
        here = [(one.path, one.kind, one.default) for one in types.fields(root[name]) if one.path not in own]
        assert here == [(one.path, one.kind, one.default) for one in types.fields(kind)], name
    (called,) = types.blocks(PLATFORM, "module").values()
    assert {
        name: text for name, text in called.items() if name != "source" and not name.startswith("__")
    } == {name: f"${{var.{name}}}" for name in module}
    del tool  # it is where types come from


def test_the_module_has_no_provider_no_backend_and_nobodys_values(tool: Any) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in FLEET.rglob("*.tf"))
    assert not re.search(r'^\s*(?:provider|backend|cloud) (?:"\w+" )?\{', text, re.MULTILINE)
    assert not [path.name for path in FLEET.glob("*.tfvars*")]
    required = {
        name
        for path in FLEET.glob("variables*.tf")
        for name, body in tool.blocks(path, "variable")
        if not re.search(r"^  default ", body, re.MULTILINE)
    }
    asked = {"services", "vpc_id", "private_subnet_ids", "public_subnet_ids"}
    assert required == set(tool.DEFAULTS) | asked


@pytest.mark.parametrize(
    ("file", "edit"),
    [
        ("variables.tf", ('"platform"', '"shop"')),
        ("variables_services.tf", ("    startup_seconds          = number\n", "")),
        ("variables_adoption.tf", ("    ignore_tags = optional(set(string), [])\n", "")),
        ("main.tf", ("  logs               = var.logs\n", "")),
        ("outputs.tf", ("module.fleet.timing", "{}")),
    ],
)
def test_what_differs_is_told_and_mended(
    tool: Any, copies: Path, file: str, edit: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    there, instead = edit
    path = copies / "platform" / file
    good = path.read_text(encoding="utf-8")
    assert there in good
    path.write_text(good.replace(there, instead), encoding="utf-8")
    assert tool.main(check=True) == 1
    assert f"platform/{file}: not what modules/fleet says" in capsys.readouterr().err
    assert tool.main(check=False) == 0
    assert path.read_text(encoding="utf-8") == good


def test_a_variable_that_the_module_gets_is_declared_and_handed_on(tool: Any, copies: Path) -> None:
    with (copies / "modules/fleet/variables_more.tf").open("w", encoding="utf-8") as file:
        file.write('variable "more" {\n  description = "More."\n  type        = string\n')
        file.write('\n  validation {\n    condition = true\n    error_message = "No."\n  }\n}\n')
    assert tool.main(check=True) == 1
    assert tool.main(check=False) == 0
    declared = (copies / "platform/variables_more.tf").read_text(encoding="utf-8")
    assert declared.endswith('variable "more" {\n  description = "More."\n  type        = string\n}\n')
    assert "  more = var.more\n" in (copies / "platform/main.tf").read_text(encoding="utf-8")


def test_a_file_that_the_module_has_no_more_is_told(tool: Any, copies: Path) -> None:
    (copies / "platform/variables_gone.tf").write_text("", encoding="utf-8")
    assert tool.main(check=True) == 1


STOOD = {
    "module.cluster",
    "module.load_balancer",
    "module.service",
    "aws_ce_cost_allocation_tag.this",
    "aws_iam_role_policy.adopted",
    "aws_vpc_security_group_egress_rule.call",
    "aws_vpc_security_group_ingress_rule.call",
}
"""In the root, before there was the module: commit 80f208a."""


def test_everything_that_stood_in_the_root_is_moved_to_where_it_is(tool: Any) -> None:
    types = importlib.import_module("terraform_types")
    text = (PLATFORM / "moved.tf").read_text(encoding="utf-8")
    moves = re.findall(r"^moved \{\n  from = (\S+)\n  to   = (\S+)\n\}", text, re.MULTILINE)
    assert dict(moves) == {source: f"module.fleet.{source}" for source in STOOD}
    assert {
        *types.blocks(FLEET, "resource"),
        *(f"module.{name}" for name in types.blocks(FLEET, "module")),
    } >= STOOD
    assert set(types.blocks(PLATFORM, "module")) == {"fleet"}
    del tool  # it is where types come from
