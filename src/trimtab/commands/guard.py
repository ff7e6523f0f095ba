"""``trimtab guard``: a plan file to what it does to the fleet, in the form that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.engine.plan_file import read_plan_file
from trimtab.files import write_whole
from trimtab.guard.judge import judge
from trimtab.redaction import shown_whole
from trimtab.report.guard.data import guard_report_of
from trimtab.report.guard.formats import GuardAnswer, rendered
from trimtab.report.guard.terminal import as_text

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Group

    from trimtab.report.guard.data import GuardReport
    from trimtab.report.guard.formats import GuardForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """What the guard found, and how it is shown."""

    report: GuardReport
    exit_code: int
    shown: Group | str
    """A table for ``rich`` to lay out, or text as it is."""


def guard(plan_file: Path, form: GuardForm, output: Path | None) -> Guarded:
    """Judge the plan, and write the answer into ``output`` if given, whole or not at all.

    Raises:
        UsageError: the file is no plan, the form is not for plans, or ``output`` cannot be written.

    """
    plan = read_plan_file(plan_file)
    assessment = judge(plan)
    report = guard_report_of(assessment, plan_file.name)
    answer = GuardAnswer(plan=plan, plan_file=plan_file, assessment=assessment, report=report)
    shown = rendered(form, answer)
    if output is not None:
        text = shown if isinstance(shown, str) else as_text(report)
        write_whole({output: shown_whole(text).encode()}, output, advice="name a file you may write")
    return Guarded(report=report, exit_code=assessment.exit_code, shown=shown)
