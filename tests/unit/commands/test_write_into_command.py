"""``trimtab write --into`` as it is typed, on a small tree with services of the example fleet."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from commands.made import trimtab

from example_run import REPOSITORY
from trimtab.commands.into import into
from trimtab.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from example_run import ExampleRun

OTHERS = REPOSITORY / "tests" / "terraform" / "others"


@pytest.fixture
def flat(tmp_path: Path) -> Path:
    shutil.copytree(OTHERS / "flat", tmp_path / "flat")
    return tmp_path / "flat"


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_it_writes_lists_what_stays_and_says_unproven(example: ExampleRun, flat: Path) -> None:
    before = _files(flat)
    done = trimtab("write", example.out, "--into", flat, "--no-plan", "--by-hand", flat.parent / "hand.tf")
    assert done.returncode == 12
    assert "unproven, because no plan was wanted (--no-plan)" in done.stderr
    assert '-  cpu    = "1024"   # was 512 until the incident\n' in done.stdout
    assert '+  cpu    = "256"   # was 512 until the incident\n' in done.stdout
    assert "hunter2" not in done.stdout + done.stderr
    assert "api.tf:112: scaling in, of api: the proposal takes a task only while" in done.stderr
    changed = {name for name, content in _files(flat).items() if content != before.get(name)}
    assert changed == {"api.tf", "scheduler.tf"}
    assert b"hunter2-hunter2" in (flat / "api.tf").read_bytes()
    assert 'resource "aws_cloudwatch_metric_alarm" "api_in"' in (flat.parent / "hand.tf").read_text("utf-8")
    again = into(example.out, flat, plan=False)
    assert (again.exit_code, again.diff, again.patch.edits) == (3, "", ())


def test_a_diff_alone_writes_nothing(example: ExampleRun, flat: Path) -> None:
    before = _files(flat)
    done = into(example.out, flat, plan=False, dry=True)
    assert done.exit_code == 12
    assert "+++ b/api.tf" in done.diff
    assert (done.written, _files(flat)) == ((), before)


def test_an_edit_of_the_values_is_what_is_written(example: ExampleRun, flat: Path, tmp_path: Path) -> None:
    result = tmp_path / "out"
    shutil.copytree(example.out, result)
    values = result / "services.auto.tfvars"
    head, begins, rest = values.read_text(encoding="utf-8").partition("  api = {")
    edited = rest.replace("memory          = 512", "memory          = 1024", 1)
    values.write_text(head + begins + edited, encoding="utf-8")
    into(result, flat, plan=False)
    assert b"memory =   1024" in (flat / "api.tf").read_bytes()


def test_an_engine_that_does_not_run_is_named(
    example: ExampleRun, flat: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIMTAB_ENGINE", "/bin/false")
    done = into(example.out, flat)
    assert done.exit_code == 12
    assert done.proof.unproven.startswith("/bin/false: this is neither terraform nor tofu")
    assert {path.name for path in done.written} == {"api.tf", "scheduler.tf"}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"terragrunt.hcl": ""}, "is of Terragrunt, whose inputs are not patched"),
        ({"cdk.tf.json": "{}"}, "is JSON (*.tf.json), which a program such as CDKTF writes"),
        ({"main.tf": "resource {"}, "main.tf:1: is no HCL that can be read"),
        ({}, "holds no Terraform"),
    ],
)
def test_what_is_no_folder_of_hcl_is_refused_in_a_line(
    example: ExampleRun, tmp_path: Path, files: dict[str, str], said: str
) -> None:
    (tmp_path / "root").mkdir()
    for name, text in files.items():
        (tmp_path / "root" / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        into(example.out, tmp_path / "root")
    assert said in refused.value.one_line()


def test_its_flags_without_it_are_refused(example: ExampleRun) -> None:
    done = trimtab("write", example.out, "--diff")
    assert (done.returncode, done.stdout) == (2, "")
    assert "these flags go with --into" in done.stderr
