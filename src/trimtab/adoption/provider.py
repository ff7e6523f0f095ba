"""Ask once, and cheaply, whether the engine can get the AWS provider: by one ``init`` of nothing else.

Whoever needs the provider for minutes of work asks here first. What gets installed on the way
serves every later ``init`` as a mirror, so nothing is downloaded twice.
"""

from __future__ import annotations

import dataclasses
import logging
import re
import shutil
from typing import TYPE_CHECKING

from trimtab.adoption.diagnostics import EngineFailure
from trimtab.adoption.engine import Workspace, find_engine
from trimtab.adoption.mirror import REGISTRY, ROOTS, implied_mirrors, mirrors, user_installation
from trimtab.assets import assets_folder
from trimtab.errors import ProviderMissing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trimtab.adoption.engine import Engine

LOG = logging.getLogger(__name__)

_NOT_TO_BE_HAD = re.compile(
    r"^\W*Error: (Failed to query available provider packages|Failed to install provider"
    r"|Invalid provider registry host|Incompatible provider version)",
    re.MULTILINE,
)
"""How ``init`` says that a provider is nowhere to be had. Its other failures are faults."""


def ready_engine(folder: Path, environment: Mapping[str, str]) -> Engine:
    """Return an engine that can install the AWS provider.

    ``folder`` is made, and holds what was installed: it has to stay while the engine is used.
    ``environment`` is that of this process, or a test's.

    Raises:
        EngineMissing: there is no terraform or tofu that can be used.
        ProviderMissing: neither a mirror nor the registry has a version that fits.
        EngineFailure: ``init`` failed at something else.

    """
    engine = find_engine(environment)
    said = user_installation(environment)
    implied = () if said else implied_mirrors(engine.name, environment)
    found = () if said else mirrors(engine.name)
    # A mirror comes first: where packets vanish, the registry costs half a minute of silence.
    ways = (None, *found) if implied else (*found, None)
    refusals: dict[Path | None, EngineFailure] = {}
    for way in ways:
        try:
            return _installed(dataclasses.replace(engine, mirror=way), folder, environment)
        except EngineFailure as failure:
            if not _NOT_TO_BE_HAD.search(failure.detail):
                raise
            LOG.debug("no provider from %s: %s", way or REGISTRY[engine.name], failure.message)
            refusals[way] = failure
    asked = f"what {said} says" if said else REGISTRY[engine.name]
    tried = (
        ", ".join(map(str, (*implied, *found))) or f"none found one level below {' '.join(map(str, ROOTS))}"
    )
    raise ProviderMissing(
        f"{engine} cannot get the AWS provider: {refusals[None].message}"
        f" (tried: {asked}{'' if said else f'; mirrors: {tried}'})",
        advice="reach the registry, or lay a mirror there (terraform providers mirror) and run this again",
    ) from refusals[None]


def _installed(engine: Engine, folder: Path, environment: Mapping[str, str]) -> Engine:
    """Install the provider into ``folder``; return the engine with that as its mirror."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # The platform's own constraint, and nothing else of it.
    shutil.copy(assets_folder() / "terraform" / "platform" / "versions.tf", folder)
    Workspace(engine=engine, directory=folder, inherited=environment).init()
    return dataclasses.replace(engine, mirror=(folder / ".terraform" / "providers").resolve())
