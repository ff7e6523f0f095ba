"""The guard on hundreds of edits, several to a plan, planned by real Terraform and provider.

What runs is several copies of one service with all that carries it. Each plan edits each copy, by up to
three kinds at once; what is true of a copy follows from what is true of each kind by itself.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from guard_edits import cut
from guard_kinds import HURTS, KINDS, SAFE

from amount import some
from trimtab.engine.engine import Workspace
from trimtab.engine.plan import parse_plan
from trimtab.guard.judge import judge
from trimtab.guard.model import Impact, gravest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from guard_kinds import Kind

    from trimtab.engine.engine import Engine

COPIES = 2 + some(6)
ALARMS_ALLOWED_PERCENT = 10
BASE = (Path(__file__).parent / "guarded" / "edited" / "main.tf").read_text(encoding="utf-8")
HEAD = """
provider "aws" {}

variable "vpc_id" {}
variable "subnet_ids" {}
variable "balancer_arn" {}
"""
CALL = """
module "c{0}" {{
  source       = "./c{0}"
  vpc_id       = var.vpc_id
  subnet_ids   = var.subnet_ids
  balancer_arn = var.balancer_arn
}}
"""


# One process of the provider stays for all commands: two configurations of it, or tags of its own, are
# at times those of the other command.
TEMPLATE = cut('provider "aws"')(cut('provider "aws"')(BASE))


def named(text: str, copy: int) -> str:
    """Return the text with names of this copy's own."""
    text = text.replace("orders", f"orders{copy}").replace("= 80\n", f"= {8000 + copy}\n", 1)
    text = text.replace('main" {\n  name = "edited"', f'main" {{\n  name = "edited{copy}"')
    return re.sub(r'(name\s+= )"(ops|stopped)"', rf'\1"\g<2>{copy}"', text)


@dataclass(frozen=True, slots=True)
class Edited:
    """What is done to one copy."""

    kinds: tuple[Kind, ...]
    text: str

    @property
    def truth(self) -> str:
        deploys = any(kind.deploys for kind in self.kinds)
        hurts = any(kind.truth == HURTS or (kind.with_deployment and deploys) for kind in self.kinds)
        return HURTS if hurts else SAFE


def edit(dice: random.Random) -> Edited:
    """Return up to three edits that do not touch each other."""
    chosen: list[Kind] = []
    for _ in range(dice.choices((1, 2, 3), (5, 3, 2))[0]):
        truth = dice.choices((SAFE, HURTS), (2, 1))[0]
        free = [
            kind
            for kind in KINDS
            if kind.truth == truth
            and kind not in chosen
            and not any(kind.touches & other.touches for other in chosen)
        ]
        chosen.append(dice.choice(free))
    text = TEMPLATE
    for kind in chosen:
        for step in kind.make(dice):
            text = step(text)
    return Edited(tuple(chosen), text)


@pytest.fixture(scope="module")
def plan(
    engine: Engine,
    surroundings: dict[str, str],
    given_to_edits: Path,
) -> Callable[[list[Edited]], bytes]:
    """Apply the copies, and return what plans an edit of each."""
    folder = given_to_edits
    versions = BASE[BASE.index("terraform {") : BASE.index('provider "aws"')]
    calls = "".join(CALL.format(copy) for copy in range(COPIES))
    (folder / "main.tf").write_text(versions + HEAD + calls, encoding="utf-8")
    for copy in range(COPIES):
        (folder / f"c{copy}").mkdir()
        (folder / f"c{copy}" / "main.tf").write_text(named(TEMPLATE, copy), encoding="utf-8")
    workspace = Workspace(engine, folder, surroundings)
    workspace.init()

    def run(*arguments: str) -> bytes:
        environment = {**os.environ, **workspace.environment, "CHECKPOINT_DISABLE": "1"}
        done = subprocess.run(
            [engine.path, *arguments], cwd=folder, env=environment, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    run("apply", "-input=false", "-auto-approve", "-no-color", "-parallelism=4")
    shutil.copy(folder / "terraform.tfstate", folder / "applied.json")
    state = json.loads((folder / "applied.json").read_text(encoding="utf-8"))
    arns = {
        one["module"]: instance["attributes"]["arn"]
        for one in state["resources"]
        if (one["type"], one["name"]) == ("aws_appautoscaling_policy", "out")
        for instance in one["instances"]
    }

    def planned(edits: list[Edited]) -> bytes:
        for copy, one in enumerate(edits):
            text = named(one.text, copy).replace("OLD_ARN", arns[f"module.c{copy}"])
            (folder / f"c{copy}" / "main.tf").write_text(text, encoding="utf-8")
        # Nothing else happened since the apply: no need to look.
        run("plan", "-input=false", "-refresh=false", "-out=edit.tfplan", "-no-color")
        return run("show", "-json", "edit.tfplan")

    return planned


def judged(document: bytes) -> Iterator[tuple[int, Impact, list[str]]]:
    """Yield what the guard says of each copy."""
    findings = judge(parse_plan(document)).findings
    for copy in range(COPIES):
        own = [one for one in findings if one.address.startswith(f"module.c{copy}.")]
        reasons = [f"{one.address}: {reason.verdict}: {reason.text}" for one in own for reason in one.reasons]
        yield copy, gravest(tuple(one.verdict for one in own)), reasons
    assert [one.address for one in findings if not one.address.startswith("module.c")] == []


def measure(plan: Callable[[list[Edited]], bytes], seed: int, wanted: int) -> None:
    """Judge at least as many edits as are wanted, and hold the bars."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    made = 0
    found: Counter[str] = Counter()
    wrong: dict[str, list[str]] = {"false safe": [], "false alarm": []}
    while made < wanted:
        edits = [edit(dice) for _ in range(COPIES)]
        made += sum(len(one.kinds) for one in edits)
        for copy, verdict, reasons in judged(plan(edits)):
            one = edits[copy]
            passes = verdict in {Impact.SAFE, Impact.REDEPLOYS}
            found[one.truth] += 1
            if passes is not (one.truth == SAFE):
                names = " + ".join(kind.name for kind in one.kinds)
                wrong["false safe" if passes else "false alarm"].append(f"{names}: {reasons}")
                sys.stdout.write(f"{'false safe' if passes else 'false alarm'}: {names}: {reasons}\n")
    figures = {what: len(which) for what, which in wrong.items()}
    sys.stdout.write(f"{made} edits in {found.total()} copies, {dict(found)}: {figures}\n")
    assert wrong["false safe"] == []
    assert len(wrong["false alarm"]) * 100 < ALARMS_ALLOWED_PERCENT * found[SAFE], wrong["false alarm"]


def test_no_edit_of_a_few_that_hurts_passes(plan: Callable[[list[Edited]], bytes]) -> None:
    measure(plan, seed=20261128, wanted=some(20))


@pytest.mark.slow
def test_no_edit_of_five_hundred_that_hurts_passes_and_few_that_are_safe_are_held_up(
    plan: Callable[[list[Edited]], bytes],
) -> None:
    measure(plan, seed=500, wanted=500)


def test_every_kind_is_an_edit_that_can_be_made() -> None:
    dice = random.Random(1)  # noqa: S311 - no secret
    for kind in KINDS:
        text = TEMPLATE
        for step in kind.make(dice):
            text = step(text)
        assert (text == TEMPLATE) is (kind.name == "nothing"), kind.name
    assert len({kind.name for kind in KINDS}) == len(KINDS) > 100
