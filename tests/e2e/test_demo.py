"""`trimtab demo` as a stranger runs it: a process of its own, in an empty folder."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from commands.made import trimtab

from trimtab.commands.demo import REQUIRED_VARIABLE as REQUIRED

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from example_run import ExampleRun
    from trimtab.engine.engine import Engine

WITHOUT_MOTO = """
import sys
sys.modules["flask_cors"] = None
from trimtab import cli
sys.exit(cli.main())
"""


def _demo(folder: Path, code: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return trimtab("demo", "-o", "out", folder=folder, code=code, timeout_s=900, **environment)


def _answered(example: ExampleRun, folder: Path) -> None:
    """Put there what was found for the README: the same fleet and objective, so that nothing is searched."""
    shutil.copytree(example.out / ".trimtab", folder / "out" / ".trimtab")


def _lacking(tmp_path: Path, what: str) -> dict[str, str]:
    """Return the environment of a machine that lacks it."""
    if what == "engine":
        (tmp_path / "bin").mkdir()
        return {"PATH": str(tmp_path / "bin"), "TRIMTAB_ENGINE": ""}
    if what == "named engine":
        return {"TRIMTAB_ENGINE": str(tmp_path / "nothing")}
    rc = tmp_path / "none.tfrc"
    rc.write_text(f'provider_installation {{\n  filesystem_mirror {{ path = "{tmp_path}" }}\n}}\n', "utf-8")
    return {"TF_CLI_CONFIG_FILE": str(rc)}


WORDS = {
    "engine": "neither terraform nor tofu",
    "named engine": "TRIMTAB_ENGINE names",
    "provider": "cannot get the AWS provider",
}


@pytest.fixture(params=WORDS)
def lacking(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, dict[str, str]]:
    """Give what is said of a machine that lacks something, and its environment."""
    if request.param == "provider":
        request.getfixturevalue("engine_alone")
    return WORDS[request.param], _lacking(tmp_path, request.param)


def test_what_the_machine_lacks_costs_the_proof_alone_and_is_said(
    tmp_path: Path, lacking: tuple[str, dict[str, str]], example: ExampleRun
) -> None:
    words, environment = lacking
    _answered(example, tmp_path)
    finished = _demo(tmp_path, **environment, **{REQUIRED: ""})
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.count("Saving in replay") == 1
    paragraph = " ".join(finished.stdout.partition("Not proven: ")[2].split())
    assert words.lower() in paragraph.lower()
    assert "no proof" in finished.stderr.partition("searching")[0]  # before anything long
    assert "Traceback" not in finished.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        ".trimtab",
        "recommendation",
        "recommendation.json",
        "report.html",
        "services.auto.tfvars",
    ]


def test_where_a_proof_is_required_its_lack_is_a_failure_before_the_search(
    tmp_path: Path, lacking: tuple[str, dict[str, str]]
) -> None:
    words, environment = lacking
    finished = _demo(tmp_path, **environment, **{REQUIRED: "1"})
    assert finished.returncode == 1
    assert finished.stdout == ""
    _, line = finished.stderr.splitlines()
    assert words in line
    assert not (tmp_path / "out").exists()


def test_without_motos_server_it_is_said_before_the_search(tmp_path: Path, example: ExampleRun) -> None:
    _answered(example, tmp_path)
    finished = _demo(tmp_path, WITHOUT_MOTO, **{REQUIRED: ""})
    assert finished.returncode == 0, finished.stderr
    assert "no proof" in finished.stderr.partition("searching")[0]
    assert "pip install 'trimtab[sandbox]'" in " ".join(finished.stdout.split())


@pytest.mark.terraform
def test_another_failure_of_init_is_exit_one_before_the_search(engine_alone: Engine, tmp_path: Path) -> None:
    assert engine_alone.path
    finished = _demo(tmp_path, TF_CLI_ARGS_init="-no-such-flag")
    assert finished.returncode == 1
    assert "searching" not in finished.stderr
    assert "flag provided but not defined" in finished.stderr


@pytest.mark.slow
@pytest.mark.terraform
def test_with_terraform_both_fleets_apply_and_the_second_plan_is_clean(
    engine: Engine, tmp_path: Path
) -> None:
    assert engine.mirror
    finished = _demo(tmp_path)
    assert finished.returncode == 0, finished.stderr
    proof = json.loads((tmp_path / "out" / "proof.json").read_text(encoding="utf-8"))
    assert proof["changes_in_second_plan"] == 0
    assert proof["unanswered_calls"] == []
    assert proof["types_after"]["aws_ecs_service"] == 12
    assert finished.stdout.count("Saving in replay") == 1
    assert finished.stdout.index("Proven in") > finished.stdout.rindex("Saving in replay")
