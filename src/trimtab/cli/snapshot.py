"""``trimtab snapshot``: a running fleet, or a Terraform state of one, read into a folder."""

from __future__ import annotations

from pathlib import Path  # typer reads the annotations when it runs
from typing import Annotated

import typer

from trimtab.cli.common import typed
from trimtab.cli.options import (  # typer reads the annotations when it runs
    CostCenterTag,
    EnvironmentTag,
    KeepTags,
    Profile,
    Region,
)
from trimtab.cli.screen import progress, say, warn
from trimtab.errors import EXIT_PARTIAL


def snapshot(  # noqa: PLR0913 - one parameter a flag
    context: typer.Context,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Write the snapshot here.")],
    cluster: Annotated[
        str | None, typer.Option("--cluster", metavar="NAME", help="Read this cluster as it runs.")
    ] = None,
    region: Region = None,
    profile: Profile = None,
    days: Annotated[int, typer.Option("--days", metavar="N", help="Days of metrics, 1 to 15.")] = 14,
    terraform: Annotated[
        Path | None,
        typer.Option(
            "--terraform", metavar="FILE", help="Read terraform show -json of a state or plan instead."
        ),
    ] = None,
    with_environment: Annotated[
        bool, typer.Option("--with-environment", help="Keep values of environment variables.")
    ] = False,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            "--metric",
            metavar="METRIC",
            help="Read one more: SERVICE=NAMESPACE/NAME/DIMENSION=VALUE,... Repeatable.",
        ),
    ] = None,
    environment_tag: EnvironmentTag = None,
    cost_center_tag: CostCenterTag = None,
    keep_tags: KeepTags = None,
) -> None:
    """Read a running fleet, or a Terraform state of one, into a snapshot folder.

    Only reads; docs/iam-snapshot-policy.json is all it needs. Run again after an interruption to go
    on. Exits with 3 when a service had to be left out; the rest is written all the same.
    """
    from datetime import UTC, datetime  # noqa: PLC0415

    from trimtab.commands import snapshot as snapshotting  # noqa: PLC0415
    from trimtab.snapshot.answers import TagNames  # noqa: PLC0415

    if terraform is not None:  # what is set for every run is no contradiction, what is typed is one
        region = region if typed(context, "region") else None
        profile = profile if typed(context, "profile") else None
    asked = snapshotting.SnapshotRequest(
        cluster=cluster,
        region=region,
        profile=profile,
        days=days,
        terraform=terraform,
        with_environment=with_environment,
        metrics=tuple(metric or ()),
        tag_names=TagNames.called(environment=environment_tag, cost_center=cost_center_tag, kept=keep_tags),
    )
    with progress() as told:
        taken = snapshotting.take_snapshot(asked, output, now=datetime.now(UTC), progress=told)
    for line in taken.missing():
        warn(line)
    for line in taken.lines():
        say(line)
    if taken.partial:
        raise typer.Exit(EXIT_PARTIAL)
