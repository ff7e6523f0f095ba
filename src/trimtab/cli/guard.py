"""``trimtab guard``: what a Terraform plan does to what runs, or what a folder of Terraform has."""

from __future__ import annotations

from pathlib import Path  # typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated

import typer

from trimtab.cli.screen import say, show, write_out
from trimtab.errors import UsageError
from trimtab.report.guard.formats import GuardForm  # typer reads the annotations when it runs

if TYPE_CHECKING:
    from rich.console import Group


def guard(
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN.JSON|DIR",
            allow_dash=True,
            help="Output of terraform show -json, or - to read it; or a folder of Terraform.",
        ),
    ],
    form: Annotated[
        GuardForm,
        typer.Option("--format", help="For a person, a program, a pull request or code scanning."),
    ] = GuardForm.TABLE,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the answer here instead."),
    ] = None,
    var_file: Annotated[
        list[Path] | None,
        typer.Option(
            "--var-file", metavar="FILE", help="Values of variables, for a folder; may be repeated."
        ),
    ] = None,
) -> None:
    """Say what a plan would interrupt, or what in a folder of Terraform costs, flaps or fails.

    Of a plan: exits with 10 when something interrupts: traffic or data would be lost. With 11 when nothing
    is known to, but something cannot be judged. Redeploying tasks is no interruption: 0.

    Of a folder: exits with 10 when something of severity error is found, with 11 when none is, but an
    expression that a rule needs could not be worked out. Nothing is run or asked for it.
    """
    if plan.is_dir():
        from trimtab.commands import lint as linting  # noqa: PLC0415

        linted = linting.lint(plan, form, output, var_file or ())
        _answer(linted.headline, linted.shown, linted.exit_code, output)
        return
    if var_file:
        raise UsageError("--var-file is for a folder of Terraform", advice="a plan has its values in it")
    from trimtab.commands import guard as guarding  # noqa: PLC0415

    guarded = guarding.guard(plan, form, output)
    _answer(guarded.report.headline, guarded.shown, guarded.exit_code, output)


def _answer(headline: str, shown: Group | str, exit_code: int, output: Path | None) -> None:
    """Print the answer, or say where it was written, and exit as it asks for."""
    if output is not None:
        say(f"{headline} Written: {output}")
    elif isinstance(shown, str):
        write_out(shown)
    else:
        show(shown)
    if exit_code:
        raise typer.Exit(exit_code)
