"""``trimtab write``: what takes the running fleet over, beside the values."""

from __future__ import annotations

from pathlib import Path  # typer reads the annotations when it runs
from typing import Annotated

import typer

from trimtab.cli.screen import progress, say, warn, write_out
from trimtab.errors import EXIT_PARTIAL


def write(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder that optimize -o wrote, from a snapshot.")
    ],
) -> None:
    """Write what adopts the running fleet, replacing nothing, beside the values in DIR.

    imports.tf imports what exists, adopt.auto.tfvars keeps what must stay as it is, and not-owned.md
    lists the rest. Exits with 3 when a service cannot be taken over and is left as it is.
    """
    from trimtab.commands import write as adopting  # noqa: PLC0415

    with progress() as told:
        done = adopting.write(folder, progress=told)
    for path in (done.written.imports, done.written.adopt, done.written.not_owned):
        write_out(f"{path}\n")
    say(f"{len(done.takeover.services)} services taken over by {done.imports} imports")
    say("they are for terraform/platform; trimtab init DIR writes it where there is no checkout")
    for left in done.takeover.left:
        warn(f"left as it is: {left.service}: {left.detail}")
    for cut in done.cuts:
        warn(f"once adopt's security groups and load_balancer go: {cut.caller}: {cut.what}; {cut.fix}")
    for name, said in done.undeployed:
        warn(f"{name} is deployed otherwise than the values have it: to keep that, give it {said}")
    if done.unseen:
        say(f"cannot tell whom {done.unseen} variables call: the snapshot has no values (--with-environment)")
    if done.partial:
        raise typer.Exit(EXIT_PARTIAL)
