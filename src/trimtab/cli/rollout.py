"""``trimtab rollout``: each service moved to its new revision."""

from __future__ import annotations

from pathlib import Path  # typer reads the annotations when it runs
from typing import Annotated

import typer

from trimtab.cli.options import (  # typer reads the annotations when it runs
    Profile,
    Region,
    Services,
)
from trimtab.cli.screen import say, show


def rollout(  # noqa: PLR0913 - one parameter a flag
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder that optimize -o wrote; the journal goes there.")
    ],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the calls that would be made; make none that write.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Go back to the revisions that ran before, the last first.")
    ] = False,
    service: Services = None,
    wave: Annotated[int, typer.Option("--wave", min=1, metavar="N", help="Services at a time.")] = 1,
    task_definitions: Annotated[
        Path | None,
        typer.Option(
            "--task-definitions", metavar="FILE", help="terraform output -json: which revisions to move to."
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=1, metavar="MINUTES", help="Wait this long for a service.")
    ] = 40,
    bake: Annotated[
        str,
        typer.Option(
            "--bake", metavar="MINUTES|peak", help="Watch each move so long, and take back what is worse."
        ),
    ] = "30",
    no_bake: Annotated[bool, typer.Option("--no-bake", help="Do not watch moves.")] = False,
    suspend_scale_out: Annotated[
        bool, typer.Option("--suspend-scale-out", help="No scaling out while a deployment goes on.")
    ] = False,
    journal: Annotated[
        str | None,
        typer.Option("--journal", metavar="s3://BUCKET/KEY", help="Keep the journal there, not in DIR."),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option("--account", metavar="ID", help="The account, where the recommendation knows none."),
    ] = None,
    region: Region = None,
    profile: Profile = None,
) -> None:
    """Move each service to its new revision, the least critical first, and watch it get there.

    Stops at the first deployment that fails. Run again to go on; nothing is done twice.
    Exits with 20 to 27 for what it found; docs/rollout.md says which.
    """
    from trimtab.aws.connection import Connection  # noqa: PLC0415
    from trimtab.report.rollout import terminal as rollout_terminal  # noqa: PLC0415
    from trimtab.rollout.clock import MachineClock  # noqa: PLC0415
    from trimtab.rollout.run import run_rollout  # noqa: PLC0415
    from trimtab.rollout.scope import Options, bake_of  # noqa: PLC0415

    options = Options(
        folder=folder,
        services=tuple(service or ()),
        wave=wave,
        task_definitions=task_definitions,
        undo=undo,
        dry_run=dry_run,
        journal=journal,
        suspend_out=suspend_scale_out,
        bake=0.0 if no_bake else bake_of(bake),
        region=region,
        account=account,
        timeout_s=timeout * 60,
    )
    done = run_rollout(
        options,
        lambda where: Connection.open(region=where, profile=profile, reads_only=dry_run),
        MachineClock(),
        tell=say,
    )
    show(rollout_terminal.render(done))
    if done.exit_code:
        raise typer.Exit(done.exit_code)
