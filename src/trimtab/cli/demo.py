"""``trimtab demo``: the example fleet optimised and proven, without an AWS account."""

from __future__ import annotations

import os
from pathlib import Path  # typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated

import typer

from trimtab.cli.screen import replaying, say, show, stages, tell

if TYPE_CHECKING:
    from trimtab.engine.engine import Engine


def demo(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Write the values and the proof here.")
    ] = Path("trimtab-demo"),
) -> None:
    """Optimise the example fleet, then prove the result with real Terraform on a sandbox.

    Needs no AWS account. Without terraform or tofu, or without a way to the AWS provider, it does the
    rest and says what was not proven; with TRIMTAB_REQUIRE_TERRAFORM=1 it exits with 1 instead.
    """
    from trimtab.advice.case.objective import read_objective  # noqa: PLC0415
    from trimtab.assets import assets_folder  # noqa: PLC0415
    from trimtab.commands import optimize as optimizing  # noqa: PLC0415
    from trimtab.commands.demo import NoProof, ready_to_prove  # noqa: PLC0415
    from trimtab.folders.working import working_folder  # noqa: PLC0415
    from trimtab.report.optimize import terminal  # noqa: PLC0415
    from trimtab.workers.spread import cores  # noqa: PLC0415

    with working_folder() as kept:
        say("looking for terraform and its AWS provider")
        ready = ready_to_prove(kept / "provider", os.environ)
        if isinstance(ready, NoProof):
            say("there will be a table and no proof: what that needs is missing, see below")
        examples = assets_folder() / "examples"
        objective = read_objective(examples / "objective.json")
        with replaying() as told:
            outcome = optimizing.optimize(
                examples / "fleet", output, objective=objective, jobs=cores(), progress=told
            )
        show(terminal.render(outcome.report))
        tell(f"\nTo open in a browser, or to forward: {output / 'report.html'}")
        if isinstance(ready, NoProof):
            tell(f"\n{ready.paragraph()}")
        else:
            _prove(ready, output)


def _prove(engine: Engine, output: Path) -> None:
    from trimtab.commands.demo import PROOF_FILE, prove  # noqa: PLC0415

    say(f"\nThe proof: {engine} and the AWS provider against a sandbox on this machine, a few minutes.")
    with stages() as stage:
        proof = prove(output / "services.auto.tfvars", output, engine, stage)
    tell(
        f"\nProven in {proof.seconds:.0f} s with {proof.engine}: the fleet as found "
        f"({proof.resources_before} resources) and as proposed ({proof.resources_after}) "
        f"apply, and a second plan of the proposal changes nothing. Counted in {output / PROOF_FILE}."
    )
