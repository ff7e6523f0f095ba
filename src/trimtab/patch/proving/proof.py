"""The proof: a plan of the tree as it is and one with the patch, whose difference is the proposal."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trimtab.engine.engine import Workspace
from trimtab.engine.provider import ready_engine
from trimtab.errors import TrimtabError
from trimtab.patch.model import dotted
from trimtab.patch.proving.compare import EXACT, Difference, counted, differing, leaves
from trimtab.patch.proving.shadow import Shadow, top_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from trimtab.engine.plan import Change, Plan
    from trimtab.patch.model import Patch
    from trimtab.patch.proving.compare import Key
    from trimtab.progress import Progress

_OWN = re.compile(r"TF_(DATA_DIR|WORKSPACE|VAR_\w+|CLI_ARGS(_\w+)?)$")
"""What the user has set for this folder, which the engine's own runs leave out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoPlans:
    """What two plans say."""

    unproven: str = ""
    """Why there are none; empty where there are."""
    difference: Difference = EXACT
    pending: tuple[str, ...] = ()
    """What the plan before already changes, with how."""
    drift: tuple[str, ...] = ()
    """What was changed outside Terraform."""
    outputs: tuple[str, ...] = ()
    """Outputs that differ."""
    replaced: tuple[str, ...] = ()
    """What the patch has Terraform replace."""

    @property
    def is_proven(self) -> bool:
        """Tell whether the difference is exactly the proposal."""
        return not self.unproven and self.difference.is_exact


def prove(  # noqa: PLR0913 - what a plan is made of
    patch: Patch,
    folders: Iterable[Path],
    var_files: Sequence[Path],
    working: Path,
    progress: Progress,
    *,
    refresh: bool = True,
) -> TwoPlans:
    """Plan twice in a shadow of the tree; nothing is written to the tree itself."""
    top = top_of(patch.root, folders)
    shadow = Shadow(working / "shadow", patch.root, top, patch.contents)
    try:
        engine = ready_engine(working / "provider", os.environ)
        workspace = Workspace(engine=engine, directory=shadow.root, environment=_environment(refresh=refresh))
        if not (shadow.root / ".terraform").exists():
            progress(f"{engine.name} init, beside {patch.root}")
            workspace.init()
        given = [_shadowed(one, shadow) for one in var_files]
        progress(f"{engine.name} plan of {patch.root} as it is")
        before = workspace.plan(working / "before.tfplan", given)
        shadow.put(patch.contents)
        progress(f"{engine.name} plan with the patch")
        after = workspace.plan(working / "after.tfplan", given)
    except TrimtabError as error:
        return TwoPlans(unproven=error.one_line())
    except OSError as error:
        return TwoPlans(unproven=f"the tree cannot be mirrored ({error.strerror or error})")
    return compared(before, after, patch)


def compared(before: Plan, after: Plan, patch: Patch) -> TwoPlans:
    """Return what the two plans say."""
    unknown = frozenset(_unknown(after)) - frozenset(_unknown(before))
    difference = differing(counted(_known(before)), counted(_known(after)), patch.edits, unknown)
    was = {one.address for one in before.replaced}
    return TwoPlans(
        unproven="" if before.complete and after.complete else "a plan was not complete",
        difference=difference,
        pending=tuple(f"{one.address} ({_what(one)})" for one in before.changed),
        drift=tuple(_drifted(before.drift)),
        outputs=tuple(sorted(set(after.outputs_changed) - set(before.outputs_changed))),
        replaced=tuple(one.address for one in after.replaced if one.address not in was),
    )


def _drifted(drift: Iterable[Change]) -> Iterator[str]:
    """Yield what is otherwise than Terraform left it. Nothing that became an empty list is listed too."""
    for one in drift:
        was = set(leaves(one.address, dict(one.before or {})))
        is_now = set(leaves(one.address, dict(one.after or {})))
        names = sorted({dotted(where) for (_, where), _ in was ^ is_now})
        if names or one.after is None:
            yield f"{one.address} ({', '.join(names) if one.after is not None else 'gone'})"


def _what(change: Change) -> str:
    return "replace" if change.is_replacement else "/".join(change.actions)


def _known(plan: Plan) -> Iterator[tuple[Key, str]]:
    for one in (*plan.changes, *plan.beside):
        if one.mode == "managed":
            yield from leaves(one.address, dict(one.after or {}))
            yield (one.address, ("(what becomes of it)",)), "gone" if one.after is None else "there"


def _unknown(plan: Plan) -> Iterator[Key]:
    for one in plan.changes:
        yield from _paths(one.address, one.after_unknown, ())


def _paths(address: str, value: Any, where: tuple[str, ...]) -> Iterator[Key]:  # noqa: ANN401 - JSON
    if value is True:
        yield address, where
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _paths(address, one, (*where, str(name)))
    elif isinstance(value, list):
        for one in value:
            yield from _paths(address, one, (*where, "*"))


def _environment(*, refresh: bool) -> Mapping[str, str]:
    own = {name: value for name, value in os.environ.items() if _OWN.match(name) and value}
    flags = [own.get("TF_CLI_ARGS_plan", ""), "-lock=false", "" if refresh else "-refresh=false"]
    return {**own, "TF_CLI_ARGS_plan": " ".join(one for one in flags if one)}


def _shadowed(path: Path, shadow: Shadow) -> Path:
    real = path.resolve()
    return shadow.folder / real.relative_to(shadow.top) if real.is_relative_to(shadow.top) else real
