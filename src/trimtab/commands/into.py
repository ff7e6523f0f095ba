"""``trimtab write DIR --into PATH``: the recommendation as a patch to somebody's own Terraform, proven."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.advice.watching_cost import retention_proposed_days
from trimtab.document.name import DOCUMENT_FILE
from trimtab.document.read import read_document
from trimtab.errors import EXIT_OK, EXIT_PARTIAL, UsageError
from trimtab.files import write_whole
from trimtab.folders.working import working_folder
from trimtab.patch.model import EXIT_OTHERWISE, EXIT_UNPROVEN
from trimtab.patch.patch import patch_of
from trimtab.patch.proving.proof import TwoPlans, prove
from trimtab.patch.rewrite import diff_of, masked
from trimtab.patch.told import blocks_of
from trimtab.patch.wishes import WantedService
from trimtab.progress import silent
from trimtab.values.folder import VALUES_FILE
from trimtab.values.read import read_proposals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from trimtab.patch.model import Patch
    from trimtab.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Patched:
    """The patch, what proves it, and whether it was written."""

    patch: Patch
    proof: TwoPlans
    diff: str
    written: tuple[Path, ...]

    @property
    def exit_code(self) -> int:
        """Not as proposed, unproven, in part, or fine."""
        if not self.patch.edits:
            return EXIT_PARTIAL if self.patch.left else EXIT_OK
        if self.proof.unproven:
            return EXIT_UNPROVEN
        if not self.proof.is_proven:
            return EXIT_OTHERWISE
        return EXIT_PARTIAL if self.patch.left else EXIT_OK


def into(  # noqa: PLR0913 - the flags of the command
    folder: Path,
    root: Path,
    *,
    var_files: Sequence[Path] = (),
    plan: bool = True,
    refresh: bool = True,
    dry: bool = False,
    by_hand: Path | None = None,
    progress: Progress = silent,
) -> Patched:
    """Put the values of ``folder`` into the Terraform in ``root``: every file switches, or none.

    Raises:
        UsageError: one of the two cannot be read, or a file cannot be written.

    """
    wanted = _wanted(folder)
    _refuse_foreign_syntax(root)
    progress(f"reading {root}")
    with working_folder() as working:
        patch, folders = patch_of(wanted, root, var_files, os.environ, working)
        diff = masked(diff_of(patch.contents, root))
        if by_hand is not None:
            write_whole({by_hand: blocks_of(patch).encode()}, by_hand, advice="name a file you may write")
        if not patch.edits:
            return Patched(patch=patch, proof=TwoPlans(), diff="", written=())
        _refuse_unwritable(patch)
        proof = (
            prove(patch, folders, var_files, working, progress, refresh=refresh)
            if plan
            else TwoPlans(unproven="no plan was wanted (--no-plan)")
        )
        written: tuple[Path, ...] = ()
        if not dry and (proof.unproven or proof.is_proven):
            _refuse_moved(patch)
            write_whole(patch.contents, root, advice="see that you may write every file, and run it again")
            written = tuple(patch.contents)
    return Patched(patch=patch, proof=proof, diff=diff, written=written)


def _wanted(folder: Path) -> list[WantedService]:
    document = read_document(folder / DOCUMENT_FILE)
    proposals = read_proposals(folder / VALUES_FILE)
    return [
        WantedService(
            service=one.name,
            cluster=document.cluster,
            proposal=proposals[one.name],
            timing=one.timing,
            retention_days=retention_proposed_days(document.environment),
        )
        for one in document.services
        if one.name in proposals
    ]


def _refuse_foreign_syntax(root: Path) -> None:
    """Refuse what is no folder of HCL, with what to do."""
    if not root.is_dir():
        raise UsageError("is no folder", where=str(root), advice="name the folder that terraform is run in")
    try:
        names = {one.name for one in root.iterdir()}
    except OSError as error:
        raise UsageError(f"cannot be read ({error.strerror or error})", where=str(root)) from error
    if any(name.endswith(".tf") for name in names):
        return
    if names & {"terragrunt.hcl", "terragrunt.stack.hcl", "root.hcl"}:
        raise UsageError(
            "is of Terragrunt, whose inputs are not patched",
            where=str(root),
            advice="name the folder of the module itself, or put the values in by hand",
        )
    if any(name.endswith(".tf.json") for name in names):
        raise UsageError(
            "is JSON (*.tf.json), which a program such as CDKTF writes, and is not patched",
            where=str(root),
            advice="change what writes it, or put the values in by hand",
        )


def _refuse_unwritable(patch: Patch) -> None:
    """Refuse a file that may not be written before minutes go into plans."""
    for path in patch.contents:
        if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
            raise UsageError(
                "may not be written, and so no file was",
                where=str(path),
                advice="make it writable, and run it again",
            )


def _refuse_moved(patch: Patch) -> None:
    """Refuse files that were changed by somebody else while the plans were made."""
    for path, content in patch.before.items():
        if path.read_bytes() != content:
            raise UsageError(
                "was changed meanwhile, and so nothing was written", where=str(path), advice="run it again"
            )
