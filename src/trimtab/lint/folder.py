"""A folder of Terraform as it lies there: its files, what overrides them, and its values."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from trimtab.errors import UsageError
from trimtab.lint.hcl.json_syntax import parse_json, values_json
from trimtab.lint.hcl.parse import parse
from trimtab.lint.hcl.syntax import Block, Body, Literal, Name, Node, TupleOf

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimtab.lint.evaluation.values import Value

LARGEST = 5_000_000
"""No file of a person's Terraform is larger; one that is was made by a program [bytes]."""
_META = frozenset({"count", "for_each", "provider", "depends_on", "source", "version"})


@dataclass(slots=True)
class Code:
    """The blocks of one folder, by what they are called."""

    folder: Path
    variables: dict[str, Block] = field(default_factory=dict)
    locals: dict[str, Node] = field(default_factory=dict)
    outputs: dict[str, Block] = field(default_factory=dict)
    calls: dict[str, Block] = field(default_factory=dict)
    resources: dict[tuple[str, str, str], Block] = field(default_factory=dict)
    """By ``resource`` or ``data``, type and name."""
    providers: list[Block] = field(default_factory=list)


def read_code(folder: Path) -> Code:
    """Return what the folder declares.

    Raises:
        UsageError: it has no Terraform, or a file of it cannot be read.

    """
    files = _files(folder, (".tf", ".tf.json"))
    if not files:
        raise UsageError(
            "holds no Terraform (*.tf, *.tf.json)",
            where=str(folder),
            advice="name the folder that terraform is run in",
        )
    code = Code(folder)
    for path in sorted(files, key=lambda one: (_overrides(one), one.name)):
        body = _body(path)
        for block in body.blocks:
            _take(code, block, override=_overrides(path))
    return code


def read_values(folder: Path, named: Iterable[Path]) -> dict[str, Node | Value]:
    """Return the values of variables as Terraform takes them: later files win.

    Raises:
        UsageError: a file cannot be read.

    """
    values: dict[str, Node | Value] = {}
    there = _files(folder, (".tfvars", ".tfvars.json"))
    first = [
        one for name in ("terraform.tfvars", "terraform.tfvars.json") for one in there if one.name == name
    ]
    automatic = [one for one in there if one.name.endswith((".auto.tfvars", ".auto.tfvars.json"))]
    for path in (*first, *sorted(automatic, key=lambda one: one.name), *named):
        text = _text(path)
        if path.name.endswith(".json"):
            values |= values_json(text, label(path))
        else:
            values |= parse(text, label(path)).attributes
    return values


def label(path: Path) -> str:
    """Return a path as it is shown, and as SARIF takes it: forward slashes, no detours, from here."""
    plain = Path(os.path.normpath(path))
    here = Path.cwd()
    return (plain.relative_to(here) if plain.is_relative_to(here) else plain).as_posix()


def _files(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    try:
        names = sorted(one.name for one in folder.iterdir())
    except OSError as error:
        raise UsageError(f"cannot be read ({error.strerror or error})", where=str(folder)) from error
    # Terraform passes over what editors leave behind, and so do we.
    kept = [name for name in names if name.endswith(endings) and not name.startswith((".", "#"))]
    return [folder / name for name in kept if not (folder / name).is_dir()]


def _overrides(path: Path) -> bool:
    stem = path.name.removesuffix(".json").removesuffix(".tf")
    return stem == "override" or stem.endswith("_override")


def _body(path: Path) -> Body:
    text = _text(path)
    return parse_json(text, label(path)) if path.name.endswith(".json") else parse(text, label(path))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(
                f"is larger than {LARGEST // 1_000_000} MB",
                where=label(path),
                advice="that is no configuration",
            )
        # Terraform takes a byte order mark, which some editors write.
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot be read ({error.strerror or error})", where=label(path)) from error
    except UnicodeDecodeError as error:
        raise UsageError("is not UTF-8 text", where=label(path)) from error


def _take(code: Code, block: Block, *, override: bool) -> None:
    """Put a block in its place; one of an override file goes into the one that is there."""
    name = block.labels[0] if block.labels else ""
    match block.kind, len(block.labels):
        case "locals", 0:
            code.locals |= block.body.attributes
        case "variable", 1:
            code.variables[name] = _over(code.variables.get(name), block, override=override)
        case "output", 1:
            code.outputs[name] = _over(code.outputs.get(name), block, override=override)
        case "module", 1:
            code.calls[name] = _over(code.calls.get(name), block, override=override)
        case (("resource" | "data"), 2):
            key = (block.kind, name, block.labels[1])
            code.resources[key] = _over(code.resources.get(key), block, override=override)
        case "provider", 1:
            code.providers.append(block)


def _over(there: Block | None, block: Block, *, override: bool) -> Block:
    if there is None or not override:
        return block
    kinds = {one.kind for one in block.body.blocks}
    blocks = (*(one for one in there.body.blocks if one.kind not in kinds), *block.body.blocks)
    return replace(there, body=Body({**there.body.attributes, **block.body.attributes}, blocks))


def names_of(node: Node | None) -> set[str]:
    """Return the roots that a list of references names, as ``ignore_changes`` has them."""
    items = node.items if isinstance(node, TupleOf) else () if node is None else (node,)
    return {_root(one) for one in items}


def _root(node: Node) -> str:
    while not isinstance(node, (Name, Literal)):
        inner = getattr(node, "of", None)
        if inner is None:
            return ""
        node = inner
    return node.name if isinstance(node, Name) else str(node.value).partition("[")[0].partition(".")[0]


def argument_nodes(block: Block) -> dict[str, Node]:
    """Return what a module call gives to variables."""
    return {name: node for name, node in block.body.attributes.items() if name not in _META}
