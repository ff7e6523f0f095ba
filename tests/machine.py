"""What this machine has, asked once for all workers of a session: an engine, and a way to the provider."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from once import once
from trimtab.commands.demo import proof_required
from trimtab.engine.provider import ready_engine
from trimtab.errors import EngineMissing, ProviderMissing

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.engine.engine import Engine

NOTHING_SKIPPED = proof_required(os.environ)
LACKING = "the AWS provider is needed: "
"""How the reason of every skip begins."""


@dataclass(frozen=True)
class Machine:
    """An engine that can install the AWS provider, or why there is none."""

    engine: Engine | None
    lacks: str


def machine(shared: Path) -> Machine:
    """Ask, or return what the worker that came first was told; the others wait for it."""
    return once(shared, "machine", lambda: asked(shared / "provider"))


def asked(folder: Path) -> Machine:
    """Ask this machine, with ``folder`` to install into."""
    try:
        return Machine(engine=ready_engine(folder, os.environ), lacks="")
    except (EngineMissing, ProviderMissing) as missing:
        return Machine(engine=None, lacks=missing.one_line())
