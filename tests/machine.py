"""What this machine has, asked once for all workers of a session: an engine, and a way to the provider."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from trimtab.adoption.engine import Engine
from trimtab.adoption.provider import ready_engine
from trimtab.demo import proof_required
from trimtab.errors import EngineMissing, ProviderMissing

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
    told = shared / "machine.json"
    with FileLock(shared / "machine.lock"):
        if not told.exists():
            answer = asked(shared / "provider")
            told.write_text(json.dumps(asdict(answer), default=str), encoding="utf-8")
    found = json.loads(told.read_text(encoding="utf-8"))
    if found["engine"] is None:
        return Machine(engine=None, lacks=found["lacks"])
    given = found["engine"]
    given |= {"version": tuple(given["version"]), "mirror": Path(given["mirror"])}
    return Machine(engine=Engine(**given), lacks="")


def asked(folder: Path) -> Machine:
    """Ask this machine, with ``folder`` to install into."""
    try:
        return Machine(engine=ready_engine(folder, os.environ), lacks="")
    except (EngineMissing, ProviderMissing) as missing:
        return Machine(engine=None, lacks=missing.one_line())
