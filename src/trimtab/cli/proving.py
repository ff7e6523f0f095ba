"""``demo`` and ``sandbox``: what runs without an AWS account."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import time
from pathlib import Path  # typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated

import typer

from trimtab.cli.screen import say, show
from trimtab.errors import EngineMissing, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

    from trimtab.fleet.source import Snapshot
    from trimtab.sandbox.server import Sandbox

REGION = "us-east-1"
"""Of a sandbox without a fleet."""


def demo(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Write the values and the proof here.")
    ] = Path("trimtab-demo"),
) -> None:
    """Optimise the example fleet, then prove the result with real Terraform on a sandbox.

    Needs no AWS account. Without terraform or tofu it does the rest and says what was not proven.
    """
    from trimtab import pipeline  # noqa: PLC0415
    from trimtab.adoption.engine import find_engine  # noqa: PLC0415
    from trimtab.assets import assets_folder  # noqa: PLC0415
    from trimtab.report import terminal  # noqa: PLC0415

    outcome = pipeline.optimize(assets_folder() / "examples" / "fleet", output, progress=say)
    show(terminal.render(outcome.report))
    try:
        engine = find_engine()
    except EngineMissing as missing:
        say(f"not proven: that these values apply and plan clean ({missing.one_line()})")
        return
    from trimtab.demo import PROOF_FILE, prove  # noqa: PLC0415
    from trimtab.report.progress import stages  # noqa: PLC0415

    say(f"\nThe proof: {engine} and the AWS provider against a sandbox on this machine, a few minutes.")
    values = output / "services.auto.tfvars"
    with stages() as stage:
        proof = prove(values, output, engine, stage)
    show(terminal.render(outcome.report))
    typer.echo(
        f"\nProven in {proof.seconds:.0f} s with {proof.engine}: the fleet as found "
        f"({proof.resources_before} resources) and as proposed ({proof.resources_after})\n"
        f"apply, and a second plan of the proposal changes nothing. Counted in {output / PROOF_FILE}."
    )


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
    from trimtab.sandbox.server import Sandbox, check_moto  # noqa: PLC0415

    check_moto()
    _set_aside_configuration()
    snapshot = _snapshot(fleet, fail or [])
    # Set here because a shell starts background jobs with Ctrl-C ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        with Sandbox.start(port, snapshot.fleet.region if snapshot else REGION) as running:
            environment = {**running.environment, **_begin(running, snapshot, fail or [])}
            for name, value in environment.items():
                typer.echo(f"export {name}={shlex.quote(value)}")
            sys.stdout.flush()
            say(f"the sandbox answers at {running.endpoint}; Ctrl-C stops it and forgets everything")
            while True:
                time.sleep(1)
    except KeyboardInterrupt:
        say("the sandbox has stopped")


def _set_aside_configuration() -> None:
    """Keep the user's own AWS configuration out of this process: moto reads it as it is imported."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        os.environ.pop(name, None)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        os.environ[name] = os.devnull


def _snapshot(fleet: Path | None, fail: list[str]) -> Snapshot | None:
    """Read the snapshot and refuse what cannot be rehearsed, before the sandbox starts."""
    if fleet is None:
        if fail:
            raise UsageError("--fail names a service of a fleet", advice="name its snapshot with --fleet")
        return None
    from trimtab.fleet.snapshot import read_snapshot  # noqa: PLC0415
    from trimtab.rehearsal import run  # noqa: PLC0415

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
