"""``trimtab guard``: what a Terraform plan does to what runs."""

from __future__ import annotations

from pathlib import Path  # typer reads the annotations when it runs
from typing import Annotated

import typer

from trimtab.cli.screen import say, show
from trimtab.report.guard.words import Form  # typer reads the annotations when it runs


def guard(
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN.JSON", allow_dash=True, help="Output of terraform show -json, or - to read it."
        ),
    ],
    form: Annotated[
        Form,
        typer.Option("--format", help="For a person, a program, a pull request or code scanning."),
    ] = Form.TABLE,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the answer here instead."),
    ] = None,
) -> None:
    """Say which changes of a Terraform plan are safe, redeploy tasks or interrupt.

    Exits with 10 when something interrupts: traffic or data would be lost. With 11 when nothing is
    known to, but something cannot be judged. Redeploying tasks is no interruption: 0.
    """
    from trimtab.commands import guard as guarding  # noqa: PLC0415

    found = guarding.guard(plan, form, output)
    if output is not None:
        say(f"{found.report.headline} Written: {output}")
    elif isinstance(found.shown, str):
        typer.echo(found.shown, nl=False)
    else:
        show(found.shown)
    if found.exit_code:
        raise typer.Exit(found.exit_code)
