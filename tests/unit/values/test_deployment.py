"""How a service is deployed is said in the values, where it is not the module's default."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import hcl2
import pytest
from commands.made import trimtab
from fleet import made as plain
from takeover import made
from takeover.test_takeover_command import _optimised
from values.test_write import recommended, with_ladders

from trimtab.fleet.model import Scaling
from trimtab.pipeline import recommend
from trimtab.values.write import render

if TYPE_CHECKING:
    from pathlib import Path


def written(**changes: object) -> Any:  # parsed HCL
    recommendation = recommend(plain.snapshot(made.service("api", **changes)), effort=plain.LITTLE)
    return hcl2.loads(render(recommendation))["services"]["api"].get("deployment")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ((0, 100), {"minimum_percent": 0, "maximum_percent": 100}),
        ((50, None), {"minimum_percent": 50}),
        ((100, 200), None),
        ((None, None), None),
    ],
)
def test_how_many_tasks_run_during_a_deployment_is_kept(found: Any, said: Any) -> None:
    assert written(minimum_percent=found[0], maximum_percent=found[1]) == said


def test_alarms_that_fail_a_deployment_are_kept() -> None:
    names = {"names": ['"a-5xx"', '"b"']}
    alarms = written(deployment_alarms=("a-5xx", "b"), alarms_roll_back=True)["alarms"]
    assert alarms == names
    assert written(deployment_alarms=("a-5xx", "b"))["alarms"] == {**names, "rollback": False}


def test_of_one_copy_it_is_said_that_a_deployment_runs_two() -> None:
    single = Scaling(min_tasks=1, max_tasks=1)
    recommendation = recommended(plain.service("job", scaling=single, traffic=None), plain.service("web"))
    one = replace(recommendation.services[0].ladders, min_tasks=1, max_tasks=1)
    assert render(with_ladders(recommendation, one)).count("minimum_percent = 0") == 2
    two = replace(one, max_tasks=2)
    assert "minimum_percent" not in render(with_ladders(recommendation, two))


@pytest.mark.not_fast
def test_write_says_of_which_deployments_the_values_say_nothing(tmp_path: Path) -> None:
    fleet = made.fleet(made.service("api", minimum_percent=50), made.service("web", 200))
    folder = _optimised(fleet, tmp_path)
    assert "is deployed" not in trimtab("write", folder).stderr
    values = folder / "services.auto.tfvars"
    text = values.read_text(encoding="utf-8")
    begin = text.index("    deployment = {")
    end = text.index("    }\n", begin) + len("    }\n")
    values.write_text(text[:begin] + text[end:], encoding="utf-8")
    told = [line for line in trimtab("write", folder).stderr.splitlines() if "is deployed" in line]
    assert len(told) == 1
    assert "api is deployed otherwise" in told[0]
    assert told[0].endswith("deployment = { minimum_percent = 50 }")
