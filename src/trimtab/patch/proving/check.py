"""The patch worked out without a plan: an edit that changes more than was wished is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.errors import TrimtabError
from trimtab.lint.evaluation.values import Text, Unknown, Value
from trimtab.patch.proving.compare import Difference, counted, differing, said
from trimtab.patch.proving.shadow import Shadow, top_of
from trimtab.patch.rewrite import changed
from trimtab.patch.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from trimtab.patch.model import Edit
    from trimtab.patch.proving.compare import Key


def harmful(
    edits: Sequence[Edit],
    tree: Tree,
    var_files: Sequence[Path],
    environment: Mapping[str, str],
    working: Path,
) -> tuple[tuple[Edit, Key], ...]:
    """Return the edits that change more than they should, each with what else it changes."""
    whole = _difference(edits, tree, var_files, environment, working / "all")
    if whole.is_exact:
        return ()
    found = []
    for number, edit in enumerate(edits):
        alone = _difference([edit], tree, var_files, environment, working / str(number))
        if not alone.is_exact:
            found.append((edit, (*alone.unwished, *alone.missed)[0]))
    return tuple(found)


def _difference(
    edits: Sequence[Edit], tree: Tree, var_files: Sequence[Path], environment: Mapping[str, str], folder: Path
) -> Difference:
    top = top_of(tree.root, tree.folders)
    contents = changed(edits)
    shadow = Shadow(folder, tree.root, top, contents)
    shadow.put(contents)
    given = [
        shadow.folder / one.resolve().relative_to(top) if one.resolve().is_relative_to(top) else one
        for one in var_files
    ]
    try:
        after = Tree(shadow.root, given, environment)
    except TrimtabError:
        return Difference(unwished=(("the configuration", ("cannot be read any more",)),))
    return differing(counted(_leaves(tree)), counted(_leaves(after)), edits)


def _leaves(tree: Tree) -> Iterator[tuple[Key, str]]:
    for address, where, value in tree.leaves():
        yield (address, where), _said(value)


def _said(value: Value) -> str:
    """Return a value as text; what is not known says only that, for what it is called has paths in it."""
    if isinstance(value, Text):
        return "".join("?" if isinstance(one, Unknown) else str(one) for one in value.parts)
    return "?" if isinstance(value, Unknown) else said(value)
