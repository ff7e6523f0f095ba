"""``adopt`` of the fleet has the fields of the modules', as ``tools/terraform_adopt.py`` writes them."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
FLEET = REPOSITORY / "terraform" / "modules" / "fleet"


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(REPOSITORY / "tools"))
    return importlib.import_module("terraform_adopt")


def test_the_fleet_is_as_it_would_be_written(tool: Any) -> None:
    assert tool.main(check=True) == 0


def test_every_field_of_the_modules_is_one_of_the_fleet(tool: Any) -> None:
    types = importlib.import_module("terraform_types")
    fields = {
        folder: {
            one.path for one in types.fields(types.variables(REPOSITORY / "terraform" / folder)["adopt"])
        }
        for folder in ("modules/fleet", "modules/cluster", "modules/load-balancer", "modules/service")
    }
    for folder, where in (
        ("modules/cluster", "cluster."),
        ("modules/load-balancer", "load_balancers[NAME]."),
        ("modules/service", "services[NAME]."),
    ):
        assert len(fields[folder]) >= 4
        assert {f"{where}{path}" for path in fields[folder]} <= fields["modules/fleet"]
    del tool  # it is where types come from


def test_no_field_of_another_object_is_one_of_adopt_in_a_module_too(tool: Any) -> None:
    types = importlib.import_module("terraform_types")
    for module in tool.MODULES:
        variables = types.variables(REPOSITORY / "terraform" / "modules" / module)
        adopt = {one.path for one in types.fields(variables["adopt"])}
        for part in tool.PARTS:
            if part.module == module and part.variable != "adopt":
                elsewhere = {one.path for one in types.fields(variables[part.variable])}
                # A network has two subnets, what runs may have one; a registry asks for one container.
                assert adopt & elsewhere <= {"subnet_ids", "container_name"}


@pytest.fixture
def copy(tool: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give a copy of the fleet's file, which the tool takes for it."""
    for file in {part.file for part in tool.PARTS}:
        shutil.copy(FLEET / file, tmp_path)
    monkeypatch.setattr(tool, "FLEET", tmp_path)
    return tmp_path / "variables_adoption.tf"


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("      family         = optional(string)\n", ""),
        ("      execution_role_arn = optional(string)\n", ""),
        ("optional(bool, true)\n", "optional(bool)\n"),
        (
            "      # End of modules/service\n",
            "      mine = optional(string)\n      # End of modules/service\n",
        ),
    ],
)
def test_a_field_that_differs_is_told_and_mended(tool: Any, copy: Path, there: str, instead: str) -> None:
    good = copy.read_text(encoding="utf-8")
    assert there in good
    copy.write_text(good.replace(there, instead), encoding="utf-8")
    assert tool.main(check=True) == 1
    assert tool.main(check=False) == 0
    assert copy.read_text(encoding="utf-8") == good


def test_marks_that_are_gone_are_told(tool: Any, copy: Path) -> None:
    copy.write_text(copy.read_text("utf-8").replace("# End of modules/service\n", ""), encoding="utf-8")
    with pytest.raises(SystemExit, match="no marks for modules/service"):
        tool.main(check=True)
