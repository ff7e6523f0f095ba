"""Flags to pipeline to screen: the only package that prints or exits.

What a command needs is imported inside it, so that ``--help`` does not wait for numpy.
"""

from __future__ import annotations

from typing import Annotated

import typer

from trimtab.cli.common import register
from trimtab.cli.demo import demo
from trimtab.cli.guard import guard
from trimtab.cli.init import init
from trimtab.cli.optimize import optimize
from trimtab.cli.replay import replay
from trimtab.cli.report import report
from trimtab.cli.rollout import rollout
from trimtab.cli.sandbox import sandbox
from trimtab.cli.screen import fail
from trimtab.cli.snapshot import snapshot
from trimtab.cli.write import write
from trimtab.errors import EXIT_OK, TrimtabError

app = typer.Typer(
    name="trimtab",
    help="Right-size an ECS Fargate fleet and write the Terraform values that adopt it.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> int:
    """Run the command. What a user can mend is one line on stderr; anything else a traceback."""
    try:
        app()
    except TrimtabError as error:
        fail(error.one_line())
        return error.exit_code
    return EXIT_OK


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415

        typer.echo(f"trimtab {version('trimtab')}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Hold the options that belong to no command."""
    del version  # the callback has acted on it


for _command in (
    snapshot,
    optimize,
    report,
    write,
    init,
    replay,
    guard,
    rollout,
    demo,
    sandbox,
):
    register(app, _command)
