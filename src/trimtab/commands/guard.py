"""``trimtab guard``: a plan file to what it does to the fleet, in the form that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trimtab.engine.plan_file import read_plan_file
from trimtab.files import write_whole
from trimtab.guard.judge import judge
from trimtab.guard.written import Written
from trimtab.report.guard import json as guard_json
from trimtab.report.guard import markdown as guard_markdown
from trimtab.report.guard import sarif as guard_sarif
from trimtab.report.guard import terminal as guard_terminal
from trimtab.report.guard.data import guard_report_of
from trimtab.report.guard.words import Form

if TYPE_CHECKING:
    from rich.console import Group

    from trimtab.report.guard.data import GuardReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """What the guard found, and how it is shown."""

    report: GuardReport
    exit_code: int
    shown: Group | str
    """A table for ``rich`` to lay out, or text as it is."""


def guard(plan_file: Path, form: Form, output: Path | None) -> Guarded:
    """Judge the plan, and write the answer into ``output`` if given, whole or not at all.

    Raises:
        UsageError: the file is no plan, the form is not for plans, or ``output`` cannot be written.

    """
    plan = read_plan_file(plan_file)
    assessment = judge(plan)
    report = guard_report_of(assessment, plan_file.name)
    shown: Group | str
    match form:
        case Form.TABLE:
            shown = guard_terminal.render(report) if output is None else guard_terminal.as_text(report)
        case Form.MARKDOWN:
            shown = guard_markdown.render(report)
        case Form.JSON:
            shown = guard_json.render(assessment, report.source)
        case Form.SARIF:
            written = Written(plan.configuration, (plan_file.absolute().parent, Path.cwd()))
            shown = guard_sarif.render(assessment, written.of)
    if output is not None:
        write_whole({output: str(shown).encode()}, output, advice="name a file you may write")
    return Guarded(report=report, exit_code=assessment.exit_code, shown=shown)
