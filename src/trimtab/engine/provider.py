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

from trimtab.assets import assets_folder
from trimtab.engine.diagnostics import EngineFailure
from trimtab.engine.engine import Workspace, find_engine
from trimtab.engine.mirror import REGISTRY, ROOTS, implied_mirrors, mirrors, user_installation
from trimtab.errors import ProviderMissing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trimtab.engine.engine import Engine

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
    folders = () if said else mirrors(engine.name)
    # A mirror comes first: where packets vanish, the registry costs half a minute of silence.
    ways = (None, *folders) if implied else (*folders, None)
    refusals: dict[Path | None, EngineFailure] = {}
    for way in ways:
        try:
            return _installed(dataclasses.replace(engine, mirror=way), folder, environment)
        except EngineFailure as failure:
            if not _NOT_TO_BE_HAD.search(failure.detail):
                raise
            LOG.debug("no provider from %s: %s", way or REGISTRY[engine.name], failure.message)
            refusals[way] = failure
    raise _missing(engine, refusals[None], said, (*implied, *folders)) from refusals[None]


def _missing(
    engine: Engine, refused: EngineFailure, said: Path | None, looked: tuple[Path, ...]
) -> ProviderMissing:
    """Say what was tried, and what to do."""
    if said:
        tried = f"only what {said} says, for it has a provider_installation"
        advice = "put a version that fits where it says, or take provider_installation out of it"
    else:
        roots = ", ".join(map(str, ROOTS))
        mirrored = ", ".join(map(str, looked)) or f"none was found one level below {roots}"
        tried = f"{REGISTRY[engine.name]}, and local mirrors: {mirrored}"
        advice = (
            f"make the registry reachable, or fill a mirror ({engine.name} providers mirror {ROOTS[0]}/NAME)"
        )
    return ProviderMissing(
        f"{engine} cannot get the AWS provider: {refused.message} (tried: {tried})", advice=advice
    )


def _installed(engine: Engine, folder: Path, environment: Mapping[str, str]) -> Engine:
    """Install the provider into ``folder``; return the engine with that as its mirror."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # The platform's own constraint, and nothing else of it.
    shutil.copy(assets_folder() / "terraform" / "platform" / "versions.tf", folder)
    Workspace(engine=engine, directory=folder, inherited=environment).init()
    return dataclasses.replace(engine, mirror=(folder / ".terraform" / "providers").resolve())
