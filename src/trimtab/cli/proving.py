"""``demo`` and ``sandbox``: what runs without an AWS account."""

from __future__ import annotations

import shlex
import signal
import sys
from pathlib import Path  # typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated

import typer

from trimtab.cli.screen import say, show
from trimtab.errors import EngineMissing

if TYPE_CHECKING:
    from types import FrameType


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
    from trimtab.evidence.objective import read_objective  # noqa: PLC0415
    from trimtab.report import terminal  # noqa: PLC0415

    examples = assets_folder() / "examples"
    objective = read_objective(examples / "objective.json")
    outcome = pipeline.optimize(examples / "fleet", output, objective=objective, progress=say)
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
) -> None:
    """Run an AWS on this machine until Ctrl-C. Prints the environment that leads to it."""
    from trimtab.sandbox.server import Sandbox  # noqa: PLC0415

    # Set here because a shell starts background jobs with Ctrl-C ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        with Sandbox.start(port=port) as running:
            for name, value in running.environment.items():
                typer.echo(f"export {name}={shlex.quote(value)}")
            sys.stdout.flush()
            say(f"the sandbox answers at {running.endpoint}; Ctrl-C stops it and forgets everything")
            while True:
                signal.pause()
    except KeyboardInterrupt:
        say("the sandbox has stopped")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
