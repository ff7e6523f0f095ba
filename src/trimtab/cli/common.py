"""What every command has: ``-v``, ``-q`` and ``--config``, and how it is registered."""

from __future__ import annotations

import functools
import inspect
from pathlib import Path  # typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated, Any, Final, get_type_hints

import typer

from trimtab.cli.options import settable
from trimtab.cli.screen import listen
from trimtab.cli.settings import FILE, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable


def typed(context: typer.Context, name: str) -> bool:
    """Tell whether a flag stands on the command line, not in the environment or the file."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _configured(context: typer.Context, named: Path | None) -> None:
    """Take the file's values as the defaults of the flags that are read after this one."""
    if not context.resilient_parsing:  # completion asks for names, not for values
        context.default_map = {**(context.default_map or {}), **read_settings(named)}


_VERBOSE = Annotated[
    bool, typer.Option("--verbose", "-v", help="Say also which calls and commands are made.")
]
_QUIET = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but warnings and errors.")]
_CONFIG = Annotated[
    Path | None,
    settable(
        "--config", "FILE", f"Defaults of flags, instead of ./{FILE}.", is_eager=True, callback=_configured
    ),
]
_COMMON: Final[dict[str, tuple[Any, Any]]] = {
    "config": (_CONFIG, None),
    "verbose": (_VERBOSE, False),
    "quiet": (_QUIET, False),
}


def register(app: typer.Typer, command: Callable[..., None]) -> None:
    """Add a command to the app, with the flags that every command has."""

    @functools.wraps(command)
    def run(*, verbose: bool, quiet: bool, config: Path | None, **own: object) -> None:
        del config  # its callback has acted on it
        listen(verbose - quiet)
        command(**own)

    hints = get_type_hints(command, include_extras=True) | {name: kind for name, (kind, _) in _COMMON.items()}
    own = inspect.signature(command).parameters.values()
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in _COMMON.items()
    ]
    # typer reads both, and passes every argument by name.
    parameters = [one.replace(kind=one.KEYWORD_ONLY, annotation=hints[one.name]) for one in own]
    run.__signature__ = inspect.Signature([*parameters, *added])  # type: ignore[attr-defined]
    run.__annotations__ = hints
    summary = inspect.getdoc(command) or ""
    app.command(short_help=summary.partition("\n\n")[0].replace("\n", " "))(run)
