"""``trimtab guard DIR`` as a user runs it: exit codes, forms, and what is written."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from commands.made import trimtab
from lint.made import GOOD, changed, look

from trimtab.lint.rules import RULES
from trimtab.report.lint import markdown, sarif
from trimtab.report.lint.data import lint_report_of

ROOT = Path(__file__).parents[3]
FAULTY = changed(("  memory                   = 1024", "  memory = 1025"), ("  retention_in_days = 30\n", ""))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (GOOD, 0),
        (changed(("  retention_in_days = 30\n", "")), 0),
        (FAULTY, 10),
        (changed(("retention_in_days = 30", "retention_in_days = var.days")) + 'variable "days" {}\n', 11),
        (FAULTY + 'variable "x" {}\n' + 'module "m" {\n  source = "a/b/aws"\n}\n', 10),
        ("resource {", 2),
    ],
)
def test_the_exit_code_tells_an_error_from_a_gap_from_what_cannot_be_read(
    tmp_path: Path, text: str, code: int
) -> None:
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    run = trimtab("guard", tmp_path)
    assert run.returncode == code
    if code == 2:
        assert run.stdout == ""
        assert len(run.stderr.splitlines()) == 1
        assert "main.tf:1: is no HCL" in run.stderr
    else:
        assert run.stderr == ""


def test_the_table_says_where_what_why_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(FAULTY, encoding="utf-8")
    run = trimtab("guard", ".", folder=tmp_path)
    assert "1 thing here would fail or harm what runs." in run.stdout
    assert "A task size that Fargate does not have  [fargate-size]" in run.stdout
    line = next(
        n for n, one in enumerate(FAULTY.splitlines(), 1) if one.strip() == "cpu                      = 512"
    )
    assert f"\n  main.tf:{line}\n" in run.stdout
    assert "512/1025 (CPU units/MiB) is no Fargate size; nearest: 512/1024" in run.stdout
    assert "Fix: Take one of the nearest sizes." in run.stdout


def test_values_of_a_file_are_taken(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        changed(("retention_in_days = 30", "retention_in_days = var.days")) + 'variable "days" {}\n',
        encoding="utf-8",
    )
    (tmp_path / "x.tfvars").write_text("days = 7\n", encoding="utf-8")
    assert trimtab("guard", tmp_path, "--var-file", tmp_path / "x.tfvars").returncode == 0
    run = trimtab("guard", tmp_path, "--var-file", tmp_path / "none.tfvars")
    assert run.returncode == 2
    assert "none.tfvars: cannot be read" in run.stderr


def test_values_are_of_no_use_to_a_plan(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{}", encoding="utf-8")
    run = trimtab("guard", tmp_path / "plan.json", "--var-file", "x")
    assert run.returncode == 2
    assert "--var-file is for a folder" in run.stderr


def test_json_has_every_finding_by_itself(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(FAULTY, encoding="utf-8")
    run = trimtab("guard", tmp_path, "--format", "json")
    found = json.loads(run.stdout)
    assert run.returncode == found["exit_code"] == 10
    assert found["counts"] == {"error": 1, "warning": 1, "note": 0}
    assert found["findings"][0]["rule"] == "fargate-size"
    assert found["findings"][0]["address"] == "aws_ecs_task_definition.api"
    assert set(found["rules"]) == {"fargate-size", "logs-kept-for-ever"}


def test_o_writes_the_answer_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(FAULTY, encoding="utf-8")
    for form in ("table", "json", "markdown", "sarif"):
        printed = trimtab("guard", tmp_path, "--format", form)
        run = trimtab("guard", tmp_path, "--format", form, "-o", tmp_path / "out" / form)
        assert run.returncode == 10
        assert run.stdout == ""
        assert "Written:" in run.stderr
        written = (tmp_path / "out" / form).read_text(encoding="utf-8")
        assert [one.rstrip() for one in printed.stdout.splitlines()] == written.splitlines()


def log_of(folder: Path, text: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(sarif.render(lint_report_of(look(folder, text))))
    return made


def test_sarif_has_rules_levels_places_and_help(tmp_path: Path) -> None:
    log = log_of(tmp_path, FAULTY)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [one["id"] for one in rules] == [one.id for one in RULES]
    for one in rules:
        assert one["help"]["text"]
        assert one["help"]["markdown"]
        assert one["helpUri"].startswith("https://")
    for one in run["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
        assert one["level"] in {"error", "warning", "note"}
        (location,) = one["locations"]
        region = location["physicalLocation"]["region"]
        assert 1 <= region["startLine"] <= region["endLine"]
        assert location["physicalLocation"]["artifactLocation"]["uri"].endswith("main.tf")
        assert re.fullmatch("[0-9a-f]{32}", one["partialFingerprints"]["trimtab/v1"])
    assert run["invocations"] == [
        {"executionSuccessful": True, "toolExecutionNotifications": [], "properties": {"complete": True}}
    ]


def test_a_fingerprint_outlives_lines_above_and_services_beside_it(tmp_path: Path) -> None:
    def prints(text: str) -> set[str]:
        return {
            one["partialFingerprints"]["trimtab/v1"] for one in log_of(tmp_path, text)["runs"][0]["results"]
        }

    head = 'resource "aws_cloudwatch_log_group" "more" {\n'
    group = head + '  for_each = toset(%s)\n  name = "/aws/${each.key}"\n}\n'
    one = prints(FAULTY + group % '["a"]')
    assert one == prints("\n# a comment\n\n" + FAULTY + group % '["a", "b"]')
    assert len(one) == 3
    assert one > prints(FAULTY)


def test_sarif_says_what_was_not_worked_out(tmp_path: Path) -> None:
    text = changed(("retention_in_days = 30", "retention_in_days = var.days")) + 'variable "days" {}\n'
    (invocation,) = log_of(tmp_path, text)["runs"][0]["invocations"]
    assert invocation["properties"] == {"complete": False}
    (notice,) = invocation["toolExecutionNotifications"]
    assert notice["message"]["text"].startswith("var.days could not be worked out")


def test_markdown_fits_a_comment_and_counts_what_it_leaves_out(tmp_path: Path) -> None:
    lone = "\n".join(
        f'resource "aws_cloudwatch_log_group" "{"g" * 60}{n}" {{\n  name = "/x|y/{n}"\n}}' for n in range(400)
    )
    shown = markdown.render(lint_report_of(look(tmp_path, GOOD + lone)))
    assert len(shown) <= 65_535
    assert re.search(r"\d+ more are left out here", shown)
    for line in shown.splitlines():
        if line.startswith("| ") and "where" not in line:
            assert len(re.findall(r"(?<!\\)\|", line)) in {4, 5}


def test_no_engine_and_nothing_heavy_is_loaded() -> None:
    code = (
        "import sys; from pathlib import Path; from trimtab.commands.lint import lint;"
        f"lint(Path({str(ROOT / 'examples/before')!r}), 'sarif', None);"
        "print(sorted({'numba', 'numpy', 'polars', 'boto3', 'moto'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_the_page_of_rules_is_as_the_rules_are() -> None:
    subprocess.run([sys.executable, ROOT / "tools/guard_rules.py", "--check"], check=True)
