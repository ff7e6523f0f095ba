"""The proof behind the table: the fleet as found and the fleet as proposed, both applied for real.

Real Terraform and the real AWS provider, against the sandbox. What the sandbox is not proves
nothing: see docs/sandbox.md.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from trimtab.assets import copy_configuration
from trimtab.engine.engine import Workspace
from trimtab.engine.provider import ready_engine
from trimtab.errors import EngineMissing, ProofError, ProviderMissing, SandboxMissing
from trimtab.files import write_together
from trimtab.folders.working import working_folder
from trimtab.sandbox.server import UNSET, Sandbox, check_moto

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from trimtab.engine.engine import Engine
    from trimtab.engine.plan import Plan
    from trimtab.engine.progress import OnProgress

    Stages: TypeAlias = Callable[[str], OnProgress]
    """Told that a stage begins, in words; gives back what its steps are reported to."""

PROOF_FILE = "proof.json"

# Nobody has a certificate for a sandbox, and protection would keep it from being taken down.
SANDBOX_VARIABLES: Mapping[str, object] = {"allow_plain_http": True, "deletion_protection": False}


REQUIRED_VARIABLE = "TRIMTAB_REQUIRE_TERRAFORM"
"""Where it is set, as CI does, a proof that cannot be had is a failure."""


def proof_required(environment: Mapping[str, str]) -> bool:
    """Tell whether what a machine lacks is a failure, not a reason to do without."""
    return environment.get(REQUIRED_VARIABLE, "0") not in {"", "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoProof:
    """What keeps this machine from proving anything."""

    why: str

    def paragraph(self) -> str:
        """Return what a person is told after the table."""
        return (
            "Not proven: that these values apply with real Terraform, and that a second plan then changes "
            f"nothing. {self.why[0].upper()}{self.why[1:]}."
        )


def ready_to_prove(folder: Path, environment: Mapping[str, str]) -> Engine | NoProof:
    """Ask, before anything long, for all that the proof needs: moto, an engine, the AWS provider.

    ``folder`` is made, and has to stay while the engine is used.

    Raises:
        ProofError: something is missing, and ``environment`` says that it may not be.
        EngineFailure: the engine is there, and failed at something else than finding the provider.

    """
    try:
        check_moto()
        return ready_engine(folder, environment)
    except (SandboxMissing, EngineMissing, ProviderMissing) as missing:
        if proof_required(environment):
            raise ProofError(
                f"{REQUIRED_VARIABLE} is set, and nothing can be proven: {missing.one_line()}"
            ) from missing
        return NoProof(why=missing.one_line())


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was done, as counted."""

    engine: str
    resources_before: int
    """Resources of the configuration as found."""
    resources_after: int
    """Resources of the proposed configuration."""
    types_after: dict[str, int]
    changes_in_second_plan: int
    unanswered_calls: tuple[str, ...]
    """AWS calls the sandbox could not answer."""
    seconds: float


def prove(values: Path, output: Path, engine: Engine, stages: Stages) -> Proof:
    """Apply the network, the fleet as found and the fleet as proposed, and plan once more.

    Raises:
        EngineError: terraform or tofu failed; its first error is the message.
        ProofError: the second plan would change something, or a call was not answered.
        SandboxError: the sandbox could not be started.

    """
    began = time.monotonic()
    with working_folder() as root, Sandbox.start() as sandbox:
        copy_configuration(root)
        # The values to prove take the place of those that come with the configuration.
        (root / "terraform" / "platform" / "services.auto.tfvars").unlink(missing_ok=True)

        environment = {**dict.fromkeys(UNSET, ""), **sandbox.environment}

        def workspace(name: str) -> Workspace:
            return Workspace(engine=engine, directory=root / name, environment=environment)

        network = workspace("examples/network")
        _applied(network, {}, (), stages("network of the example"))
        given = {key: network.outputs()[key] for key in ("vpc_id", "private_subnet_ids", "public_subnet_ids")}
        before = _applied(workspace("examples/before"), given, (), stages("fleet as found"))
        platform, given = workspace("terraform/platform"), {**given, **SANDBOX_VARIABLES}
        after = _applied(platform, given, (values,), stages("fleet as proposed"))
        stages("second plan of the proposal")
        again = platform.plan(root / "again.tfplan", (values,), given)
        proof = Proof(
            engine=str(engine),
            resources_before=len(before.planned),
            resources_after=len(after.planned),
            types_after=dict(sorted(Counter(resource.type for resource in after.planned).items())),
            changes_in_second_plan=len(again.changed),
            unanswered_calls=sandbox.calls_not_implemented,
            seconds=round(time.monotonic() - began, 1),
        )
    write_together({output / PROOF_FILE: msgspec.json.format(msgspec.json.encode(proof), indent=2) + b"\n"})
    _judge(again, proof)
    return proof


def _applied(
    workspace: Workspace, given: Mapping[str, object], values: tuple[Path, ...], on_progress: OnProgress
) -> Plan:
    workspace.init()
    plan_file = workspace.directory / "first.tfplan"
    plan = workspace.plan(plan_file, values, given)
    workspace.apply(plan_file, on_progress)
    return plan


def _judge(again: Plan, proof: Proof) -> None:
    if not again.is_clean:
        first = again.changed[0].address if again.changed else "an output"
        raise ProofError(
            f"the second plan is not clean: {len(again.changed)} changes, the first to {first}",
            where="fleet as proposed",
        )
    if proof.unanswered_calls:
        raise ProofError(
            f"the sandbox could not answer {', '.join(proof.unanswered_calls)}", where="fleet as proposed"
        )
