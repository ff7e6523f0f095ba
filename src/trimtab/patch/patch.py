"""A recommendation and somebody's Terraform to a patch: read, wish, decide, work out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.lint.folder import label
from trimtab.patch.decide import decide, edits_of, left_of
from trimtab.patch.model import Patch
from trimtab.patch.proving.check import harmful
from trimtab.patch.rewrite import changed
from trimtab.patch.tree import Tree, key_of
from trimtab.patch.wishes import found_for, log_wishes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from trimtab.patch.wishes import WantedService


def patch_of(
    wanted: Sequence[WantedService],
    root: Path,
    var_files: Sequence[Path],
    environment: Mapping[str, str],
    working: Path,
) -> tuple[Patch, tuple[Path, ...]]:
    """Return the patch, and the folders that the tree is made of.

    Raises:
        UsageError: the tree cannot be read.

    """
    tree = Tree(root, var_files, environment)
    found = [found_for(one, tree) for one in wanted]
    wishes = [wish for one in found for wish in (*one.wishes, *log_wishes(one, tree))]
    decision = decide(found, wishes, tree)
    edits = edits_of(decision)
    round_ = 0
    while edits and (more := harmful(edits, tree, var_files, environment, working / f"check{round_}")):
        round_ += 1
        decision = decide(
            found,
            wishes,
            tree,
            {
                key_of(
                    edit.place
                ): f"would change {address} {'.'.join(one for one in where if one != '*')} too"
                for edit, (address, where) in more
            }
            | decision.harmful,
        )
        edits = edits_of(decision)
    left = (*(one for each in found for one in each.left), *left_of(decision))
    already = sum(decision.is_already(one) for one in range(len(decision.wishes)))
    notes = tuple(
        f"{label(edit.path)}:{edit.place.line}: {edit.wishes[0].where[-1]} is one value for "
        f"{', '.join(edit.services)}: it gets the largest, {edit.after.decode()}"
        for edit in edits
        if len(edit.services) > 1 and all(one.longest for one in edit.wishes)
    )
    contents = changed(edits)
    patch = Patch(
        root=root,
        edits=edits,
        left=left,
        contents=contents,
        before={path: path.read_bytes() for path in contents},
        notes=notes,
        already=already,
    )
    return patch, tree.folders
