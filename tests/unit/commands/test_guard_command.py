"""``trimtab guard`` as a user runs it: files that are plans, and files that are not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from commands.made import trimtab
from guard.made import change, document, service

from trimtab.engine.plan_file import read_plan_file
from trimtab.errors import UsageError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

ROOT = Path(__file__).parents[3]
GONE = document(change("aws_ecs_service.a", "destroy", service()))


def guard(*arguments: str | Path, given: str | None = None) -> subprocess.CompletedProcess[str]:
    return trimtab("guard", *arguments, given=given)


@pytest.fixture
def plan(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "plan.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_an_interrupting_plan_exits_with_ten_and_the_answer_is_on_stdout(
    plan: Callable[[str | bytes], Path],
) -> None:
    run = guard(plan(GONE))
    assert run.returncode == 10
    assert "1 change would interrupt" in run.stdout
    assert run.stderr == ""
    assert "\x1b" not in run.stdout


def test_a_plan_is_read_from_a_pipe() -> None:
    run = guard("-", given=GONE)
    assert run.returncode == 10
    assert "aws_ecs_service.a" in run.stdout


@pytest.mark.parametrize("form", ["table", "json", "markdown"])
def test_o_writes_what_would_have_been_printed_and_says_so(
    plan: Callable[[str | bytes], Path], tmp_path: Path, form: str
) -> None:
    source = plan(GONE)
    printed = guard(source, "--format", form)
    run = guard(source, "--format", form, "-o", tmp_path / "new" / "answer")
    assert run.returncode == printed.returncode == 10
    assert run.stdout == ""
    assert "1 change would interrupt" in run.stderr
    written = (tmp_path / "new" / "answer").read_text(encoding="utf-8")
    assert [line.rstrip() for line in printed.stdout.splitlines()] == written.splitlines()


def test_an_output_that_cannot_be_written_is_one_line(
    plan: Callable[[str | bytes], Path], tmp_path: Path
) -> None:
    run = guard(plan(GONE), "-o", tmp_path)
    assert run.returncode == 2
    assert run.stderr.startswith(f"error: {tmp_path}: the output cannot be written")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"PK\x03\x04 and so on",
            "this is a binary plan, which only Terraform can read; run: terraform show -json",
        ),
        (b"", "it is empty; write it with: terraform show -json"),
        (b"\xff\xfe\xff", "this is no text"),
        (b"\x80\x81", "this is no text"),
        (b"{", "this is not a Terraform plan in JSON"),
        (b"[]", "this is not a Terraform plan in JSON"),
        (b'{"format_version": "1.2"}', "this is not a Terraform plan in JSON"),
        (b'{"format_version": "2.0", "resource_changes": []}', "format version 2.0"),
        (b'{"format_version": "1.0", "values": {"root_module": {}}}', "without a plan file"),
        (
            b'{"version": 4, "serial": 3, "lineage": "x", "resources": []}',
            "this is a Terraform state, not a plan",
        ),
        (
            b'{"@level":"info","type":"version"}\n{"@level":"info"}\n',
            "this is the log of terraform plan -json",
        ),
        (b'{"format_version": "1.2", "resource_changes": [], "errored": true}', "planning ended in an error"),
        (b'{"format_version": "1.2", "resource_changes": [{}]}', "missing required field"),
        (
            json.dumps(json.loads(GONE)).replace('"delete"', '"explode"').encode(),
            "a value that it cannot have - at `$.resource_changes[0].change.actions[0]`",
        ),
    ],
)
def test_what_is_no_plan_is_refused_in_one_line_that_says_what_it_is(
    plan: Callable[[str | bytes], Path], content: bytes, said: str
) -> None:
    path = plan(content)
    with pytest.raises(UsageError) as caught:
        read_plan_file(path)
    line = str(caught.value)
    assert line.startswith(f"{path}: ")
    assert said in line
    assert "\n" not in line
    assert caught.value.exit_code == 2


def test_a_missing_file_is_refused_and_the_command_exits_with_two(tmp_path: Path) -> None:
    run = guard(tmp_path / "nowhere.json")
    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr.startswith(f"error: {tmp_path / 'nowhere.json'}: it cannot be read")
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_plan_as_any_shell_redirects_it_is_read(plan: Callable[[str | bytes], Path], encoding: str) -> None:
    assert len(read_plan_file(plan(GONE.encode(encoding))).changes) == 1


def test_a_plan_of_opentofu_is_read(plan: Callable[[str | bytes], Path]) -> None:
    tofu = json.loads(GONE) | {
        "terraform_version": "1.10.6",
        "timestamp": "2026-11-23T00:00:00Z",
        "errored": False,
    }
    assert read_plan_file(plan(json.dumps(tofu))).engine_version == "1.10.6"


def test_the_documentation_shows_the_help_as_it_is() -> None:
    shown = guard("--help").stdout.replace("python -m trimtab", "trimtab")
    documented = (ROOT / "docs" / "guard.md").read_text(encoding="utf-8")
    assert f"```text\n{shown.strip()}\n```" in documented
