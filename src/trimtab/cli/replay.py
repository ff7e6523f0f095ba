"""``trimtab replay``: the recorded demand through the policies."""

from __future__ import annotations

from pathlib import Path  # typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated

import typer

from trimtab.cli.options import (  # typer reads the annotations when it runs
    ObjectiveFile,
    Prices,
    Services,
)
from trimtab.cli.screen import replaying, show, write_out
from trimtab.errors import EXIT_PARTIAL, UsageError
from trimtab.report.formats import Form  # typer reads the annotations when it runs

if TYPE_CHECKING:
    from trimtab.snapshot.place.named import Place


def replay(  # noqa: PLR0913, PLR0917  # one a flag
    snapshot: Annotated[
        str,
        typer.Argument(
            metavar="SNAPSHOT", help="Folder with fleet.json and metrics.parquet; s3://BUCKET/FOLDER too."
        ),
    ],
    service: Services = None,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", metavar="FILE", help="Values as optimize writes them, to replay instead."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write every minute here, as parquet."),
    ] = None,
    objective: ObjectiveFile = None,
    prices: Prices = None,
    calibrate: Annotated[
        bool,
        typer.Option("--calibrate", help="Tell how far the replay is from what happened."),
    ] = False,
    form: Annotated[
        Form, typer.Option("--format", help="For a person, a change request or a program.")
    ] = Form.TABLE,
) -> None:
    """Replay the recorded demand through the scaling policies, minute by minute.

    Through those that are configured, or through the sizes and policies of a services.auto.tfvars.
    Exits with 3 when a service could not be replayed; the others are shown all the same.
    """
    from trimtab.snapshot.place.named import place_of  # noqa: PLC0415

    place = place_of(snapshot)
    if calibrate:
        if form is not Form.TABLE:
            raise UsageError("--calibrate is a table", advice="leave --format out")
        _calibrate(place, tuple(service or ()), others=(policy, output, objective))
        return
    from trimtab.advice.case.objective import objective_of  # noqa: PLC0415
    from trimtab.commands.replay import replay as replayed  # noqa: PLC0415
    from trimtab.report.replay import formats  # noqa: PLC0415

    with replaying() as told:
        done = replayed(
            place,
            services=tuple(service or ()),
            values=policy,
            objective=objective_of(objective),
            prices_file=prices,
            output=output,
            progress=told,
        )
    shown = formats.rendered(form, done.report)
    if isinstance(shown, str):
        write_out(shown)
    else:
        show(shown)
    if done.partial:
        raise typer.Exit(EXIT_PARTIAL)


def _calibrate(place: Place, services: tuple[str, ...], *, others: tuple[object, ...]) -> None:
    """Show how far the replay of what is deployed is from what happened."""
    if any(one is not None for one in others):
        raise UsageError(
            "--calibrate is of what is deployed", advice="leave --policy, --output and --objective out"
        )
    from trimtab.commands.calibrate import calibrated  # noqa: PLC0415
    from trimtab.report.replay import calibration  # noqa: PLC0415

    with replaying() as told:
        done = calibrated(place, services=services, progress=told)
    show(calibration.render(done.found, done.written))
    if done.partial:
        raise typer.Exit(EXIT_PARTIAL)
