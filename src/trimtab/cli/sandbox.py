"""``trimtab sandbox``: an AWS on this machine."""

from __future__ import annotations

import shlex
import signal
import sys
import time
from pathlib import Path  # typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated

import typer

from trimtab.cli.screen import say
from trimtab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

    from trimtab.sandbox.server import Sandbox
    from trimtab.snapshot.contract import Snapshot

REGION = "us-east-1"
"""Of a sandbox without a fleet."""


def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    fleet: Annotated[
        Path | None,
        typer.Option("--fleet", metavar="DIR", help="Begin with the fleet of this snapshot running."),
    ] = None,
    fail: Annotated[
        list[str] | None,
        typer.Option(
            "--fail", metavar="NAME", help="The next deployment of this service fails; may be repeated."
        ),
    ] = None,
) -> None:
    """Run an AWS on this machine until Ctrl-C. Prints the environment that leads to it.

    With --fleet the environment comes when the fleet is up, with what terraform/platform asks for.
    """
    from trimtab.sandbox.server import UNSET, Sandbox, check_moto  # noqa: PLC0415

    check_moto()
    snapshot = _snapshot(fleet, fail or [])
    # Set here because a shell starts background jobs with Ctrl-C ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        with Sandbox.start(port, snapshot.fleet.region if snapshot else REGION) as running:
            environment = {**running.environment, **_begin(running, snapshot, fail or [])}
            for name in UNSET:
                typer.echo(f"unset {name}")
            for name, value in environment.items():
                typer.echo(f"export {name}={shlex.quote(value)}")
            sys.stdout.flush()
            say(f"the sandbox answers at {running.endpoint}; Ctrl-C stops it and forgets everything")
            while True:
                time.sleep(1)
    except KeyboardInterrupt:
        say("the sandbox has stopped")


def _snapshot(fleet: Path | None, fail: list[str]) -> Snapshot | None:
    """Read the snapshot and refuse what cannot be rehearsed, before the sandbox starts."""
    if fleet is None:
        if fail:
            raise UsageError("--fail names a service of a fleet", advice="name its snapshot with --fleet")
        return None
    from trimtab.rehearsal import run  # noqa: PLC0415
    from trimtab.snapshot.folder import read_snapshot  # noqa: PLC0415
    from trimtab.snapshot.place.named import refuse_bucket_here  # noqa: PLC0415

    refuse_bucket_here(fleet, "--fleet")
    snapshot = read_snapshot(fleet)
    run.check(snapshot, fail)
    return snapshot


def _begin(running: Sandbox, snapshot: Snapshot | None, fail: list[str]) -> Mapping[str, str]:
    """Make the fleet run; return what Terraform is to know of it."""
    if snapshot is None:
        return {}
    from datetime import UTC, datetime  # noqa: PLC0415

    from trimtab.rehearsal.run import rehearse  # noqa: PLC0415

    say(f"making {snapshot.fleet.cluster} of {len(snapshot.fleet.services)} services run")
    rehearsal = rehearse(running, snapshot, datetime.now(UTC), fail)
    for line in rehearsal.lines:
        say(line)
    return rehearsal.environment


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
