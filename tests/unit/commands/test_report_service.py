from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from commands.made import trimtab
from document import made
from document.made import advice_of, grid, page, section, shown, words

from trimtab.advice.choice.model import Decision
from trimtab.document.encode import document_of
from trimtab.errors import UsageError
from trimtab.fleet.left_out import LeftOutReason
from trimtab.report.optimize.data import report_of
from trimtab.report.service import markdown as service_markdown
from trimtab.report.service.data import MEND, explanation_of
from trimtab.report.service.model import Command, Fact, Grid


@pytest.fixture(scope="module")
def optimized() -> made.Optimized:
    return made.optimized()


def test_the_command_to_try_an_edit_works_as_it_stands(optimized: made.Optimized) -> None:
    (command,) = (b for one in page(optimized, "api").sections for b in one.blocks if isinstance(b, Command))
    program, *arguments = shlex.split(command.line.replace("SNAPSHOT", shlex.quote(str(optimized.snapshot))))
    assert program == "trimtab"
    run = trimtab(*arguments)
    assert run.returncode == 0, run.stderr
    assert grid(page(optimized, "api"), "Alternatives").rows[0][3] in run.stdout


def test_another_objective_and_other_prices_are_asked_for_again(optimized: made.Optimized) -> None:
    document = msgspec.structs.replace(
        optimized.document,
        price_basis="prices of acme.json",
        objective=msgspec.structs.replace(optimized.document.objective, over_percent=2.0),
    )
    assert words(explanation_of(document, "api", optimized.values)).endswith(
        " --objective FILE --prices FILE"
    )


def test_list_prices_that_came_with_the_snapshot_are_not_asked_for(optimized: made.Optimized) -> None:
    document = msgspec.structs.replace(optimized.document, price_basis="list price of 2026-11-28")
    shown = words(explanation_of(document, "api", optimized.values))
    assert "list price of 2026-11-28" in shown
    assert "--prices" not in shown


@pytest.mark.parametrize("reason", LeftOutReason)
def test_a_service_left_out_is_told_why_and_what_to_do(
    optimized: made.Optimized, reason: LeftOutReason
) -> None:
    (left,) = optimized.document.left_out
    document = msgspec.structs.replace(
        optimized.document, left_out=(msgspec.structs.replace(left, reason=reason),)
    )
    explanation = explanation_of(document, "idle", optimized.values)
    assert "LEFT OUT" in explanation.title
    facts = section(explanation, "Reason")
    assert facts["why"] == f"{reason.value}: {left.detail}"
    assert facts["to mend it"] == MEND[reason]


def test_markdown_has_the_same_facts_in_tables_and_lists(optimized: made.Optimized) -> None:
    explanation = page(optimized, "bursts")
    text = service_markdown.render(explanation)
    assert text.startswith("## bursts (made-cluster): scale with headroom\n")
    assert text.count("### ") == len(explanation.sections)
    facts = [b for one in explanation.sections for b in one.blocks if isinstance(b, Fact)]
    assert sum(line.startswith("- **") for line in text.splitlines()) == len(facts)
    tables = [b for one in explanation.sections for b in one.blocks if isinstance(b, Grid)]
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == sum(2 + len(table.rows) for table in tables)
    assert all(line.count("|") in {len(table.heads) + 1 for table in tables} for line in rows)
    assert "**deregistration_delay**" in text
    lines = text.splitlines()
    first = lines.index("### Scaling steps") + 2
    assert all(line.startswith("- **") for line in lines[first : first + 6])


def test_what_a_name_holds_neither_moves_the_cursor_nor_marks_up(optimized: made.Optimized) -> None:
    document = msgspec.structs.replace(optimized.document, cluster="a\x1b[2J|*b*\n# <i>")
    explanation = explanation_of(document, "api", optimized.values)
    assert "\x1b" not in shown(explanation)
    title = service_markdown.render(explanation).splitlines()[0]
    assert title == r"## api (a \[2J\|\*b\* # &lt;i>): trim"


def test_the_report_says_of_headroom_and_fixed_counts_what_the_other_would_cost(
    optimized: made.Optimized,
) -> None:
    report = report_of(document_of(optimized.recommendation))
    assert {row.service: row.why for row in report.rows} == {
        "api": "trim, CPU", "heavy": "trim, memory", "bursts": "headroom", "small": "fixed count",
    }  # fmt: skip
    lines = {note.service: note.text for note in report.verdicts}
    assert set(lines) == {"bursts", "small"}
    rows = {row[0]: row[3] for row in grid(page(optimized, "bursts"), "Alternatives").rows}
    assert f"would cost ${rows['fixed count']}, this scaling ${rows['the choice']}" in lines["bursts"]
    rows = {row[0]: row[3] for row in grid(page(optimized, "small"), "Alternatives").rows}
    assert lines["small"] == (
        f"a fixed count of 1 costs ${rows['the choice']}, the best scaling would cost ${rows['best steps']}"
    )


def test_the_report_says_why_something_is_kept_and_why_no_ladders_are_better(
    optimized: made.Optimized,
) -> None:
    advice = advice_of(optimized, "small")
    kept = replace(advice, choice=replace(advice.choice, decision=Decision.KEEP, why="others save $0.10"))
    bare = replace(advice, choice=replace(advice.choice, alternatives=(), why="none stood the trials"))
    changed = replace(optimized.recommendation, services=(kept, bare))
    report = report_of(document_of(changed))
    assert [row.why for row in report.rows] == ["keep", "fixed count"]
    assert [note.text for note in report.verdicts] == [
        "keep: others save $0.10",
        f"a fixed count of 1 costs ${advice.cost.after.compute_usd_month:,}; none stood the trials",
    ]


def test_what_was_written_is_followed_by_how_to_ask_why(optimized: made.Optimized) -> None:
    report = report_of(document_of(optimized.recommendation), Path("my out"))
    assert report.more == "trimtab report 'my out' SERVICE"
    assert not report_of(document_of(optimized.recommendation)).more


def test_the_command_shows_the_page_or_its_markdown(optimized: made.Optimized) -> None:
    run = trimtab("report", optimized.folder, "api")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == shown(page(optimized, "api"))
    run = trimtab("report", optimized.folder, "idle", "--format", "markdown")
    assert (run.returncode, run.stderr) == (3, ""), "it was left out"
    assert run.stdout == service_markdown.render(page(optimized, "idle"))


@pytest.mark.parametrize("fault", ["unknown service", "no folder", "older", "foreign", "broken"])
def test_a_service_that_cannot_be_shown_is_one_line_and_exit_two(
    optimized: made.Optimized, tmp_path: Path, fault: str
) -> None:
    document = json.loads(optimized.document_file.read_bytes())
    content = {
        "older": json.dumps(document | {"document_version": 2}),
        "foreign": '{"services": []}',
        "broken": json.dumps(document)[:-100],
    }.get(fault)
    if content is not None:
        (tmp_path / "recommendation.json").write_text(content, encoding="utf-8")
    folder = optimized.folder if fault == "unknown service" else tmp_path
    run = trimtab("report", folder, "apo")
    assert (run.returncode, run.stdout) == (2, "")
    (line,) = run.stderr.splitlines()
    assert line.startswith("error: ")
    assert {
        "unknown service": "there is no service 'apo' in the recommendation for made-cluster; known: api",
        "no folder": f"{tmp_path / 'recommendation.json'}: cannot be read",
        "older": "has document_version 2, and this trimtab reads 7",
        "foreign": "is no recommendation of trimtab optimize",
        "broken": "is not JSON",
    }[fault] in line


def test_an_unknown_service_is_told_who_is_known_also_those_left_out(optimized: made.Optimized) -> None:
    with pytest.raises(UsageError, match=r"known: api, heavy, bursts, small, idle$"):
        page(optimized, "nobody")
