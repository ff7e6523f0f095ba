"""Somebody's Terraform worked out as far as it can be without a plan, each value with its literal."""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from trimtab.lint.configuration import Module, Workings, installed_modules
from trimtab.lint.evaluation.evaluate import evaluate
from trimtab.lint.evaluation.traced import Traced, traced
from trimtab.lint.evaluation.values import Encoded, Unknown, Value
from trimtab.lint.folder import Code, read_values
from trimtab.lint.hcl.parse import parse
from trimtab.lint.hcl.syntax import Call, Literal, SourcePlace, Unary
from trimtab.lint.resource import CannotTell
from trimtab.lint.world import World
from trimtab.patch.containers import decoded_containers
from trimtab.patch.rewrite import FALLBACK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from trimtab.lint.hcl.syntax import Node
    from trimtab.lint.resource import Piece, Resource
    from trimtab.patch.model import Where

_GIVEN = re.compile(r"TF_VAR_(\w+)")
_FALLBACKS = frozenset({"optional", "lookup", "try", "coalesce"})
_META = frozenset({"count", "for_each", "provider", "depends_on", "lifecycle"})


class _Marked(Workings):
    """Code whose literals know their places."""

    def code(self, folder: Path) -> Code:
        key = folder.resolve()
        fresh = key not in self.codes
        code = Workings.code(self, folder)
        if not fresh:
            return code
        self.codes[key] = Code(
            folder,
            **{
                one.name: marked(getattr(code, one.name))
                for one in dataclasses.fields(Code)
                if one.name != "folder"
            },
        )
        return self.codes[key]


def _fallback(argument: Node) -> Node:
    """Return an argument that, if it is a literal, is no one service's: what others get that give none."""
    if not isinstance(argument, Literal):
        return argument
    return Literal(dataclasses.replace(argument.place, span=FALLBACK), argument.value)


def marked(value: Any) -> Any:  # noqa: ANN401, PLR0911 - any piece of syntax, a line for each kind
    """Return syntax in which every literal's value has its place."""
    if isinstance(value, Literal):
        return Literal(value.place, traced(value.value, value.place))
    if isinstance(value, Unary) and value.operator == "-" and isinstance(value.operand, Literal):
        number = value.operand.value
        if isinstance(number, (int, float)) and not isinstance(number, bool):
            return Literal(value.place, traced(-number, value.place))
    if isinstance(value, SourcePlace):
        return value
    if isinstance(value, Call) and value.name in _FALLBACKS:
        value = dataclasses.replace(value, arguments=tuple(map(_fallback, value.arguments)))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {one.name: marked(getattr(value, one.name)) for one in dataclasses.fields(value)}
        return dataclasses.replace(value, **fields)
    if isinstance(value, tuple):
        return tuple(marked(one) for one in value)
    if isinstance(value, list):
        return [marked(one) for one in value]
    if isinstance(value, dict):
        return {key: marked(one) for key, one in value.items()}
    return value


class Tree:
    """The resources of a root, and where every value of theirs is said."""

    def __init__(self, root: Path, var_files: Iterable[Path], environment: Mapping[str, str]) -> None:
        """Read it.

        Raises:
            UsageError: it holds no Terraform, or some that cannot be read; says the file and the line.

        """
        self.root = root
        work = _Marked(root, installed=installed_modules(root))
        code = work.code(root)
        given: dict[str, Node | Value] = dict(_of_environment(code, environment))
        given |= read_values(root, var_files)
        empty = Module(work, Code(root), "", "", {})
        values = {name: _later(name, one, empty) for name, one in given.items() if name in code.variables}
        self.work = work
        self.world = World(Module(work, code, "", "", values))

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders of its modules."""
        return tuple(self.work.codes)

    def leaves(self) -> Iterator[tuple[str, Where, Value]]:
        """Yield every value of every resource, with its address and path."""
        for resource in self.world.resources:
            if not resource.kind.startswith("data."):
                for where, value in leaves_of(resource):
                    yield resource.address, where, value

    def uses(self) -> dict[tuple[SourcePlace, tuple[int, int] | None], set[tuple[str, Where]]]:
        """Return what each literal says, of all resources."""
        found: dict[Any, set[tuple[str, Where]]] = defaultdict(set)
        for address, where, value in self.leaves():
            if isinstance(value, Traced):
                found[key_of(value.origin)].add((address, where))
        return found


def key_of(origin: SourcePlace) -> tuple[SourcePlace, tuple[int, int] | None]:
    """Return what tells a literal from every other: two on one line have the same place but for the span."""
    return origin, origin.span


def _later(name: str, given: Node | Value, empty: Module) -> Callable[[], Value]:
    if dataclasses.is_dataclass(given) and not isinstance(given, type):
        node = marked(given)
        return lambda: evaluate(node, empty.env)
    place = SourcePlace(f"the JSON that gives {name}", 1)
    value = _placed(given, place)
    return lambda: value


def _placed(value: Value, place: SourcePlace) -> Value:
    if isinstance(value, dict):
        return {key: _placed(one, place) for key, one in value.items()}
    if isinstance(value, list):
        return [_placed(one, place) for one in value]
    return value if isinstance(value, Traced) else traced(value, place)


def _of_environment(code: Code, environment: Mapping[str, str]) -> Iterator[tuple[str, Value]]:
    """Yield what TF_VAR_… gives: a string as it is where one is wanted, else an expression."""
    for variable, text in environment.items():
        matched = _GIVEN.fullmatch(variable)
        block = code.variables.get(matched[1]) if matched else None
        if matched is None or block is None:
            continue
        place = SourcePlace(f"the environment variable {variable}", 1)
        kind = block.body.attributes.get("type")
        if kind is None or getattr(kind, "name", getattr(kind, "value", "")) in {"string", "number", "bool"}:
            yield matched[1], traced(text, place)
        else:
            yield matched[1], _unplaced(parse(f"x = {text}\n", place.file).attributes["x"])


def _unplaced(node: Any) -> Any:  # noqa: ANN401 - any piece of syntax
    """Return syntax without spans: it stands in no file."""
    if isinstance(node, SourcePlace):
        return dataclasses.replace(node, span=None)
    if dataclasses.is_dataclass(node) and not isinstance(node, type):
        return dataclasses.replace(
            node, **{one.name: _unplaced(getattr(node, one.name)) for one in dataclasses.fields(node)}
        )
    return tuple(_unplaced(one) for one in node) if isinstance(node, tuple) else node


def leaves_of(resource: Resource) -> Iterator[tuple[Where, Value]]:
    """Yield every value of a resource, those inside its blocks and its JSON too."""
    yield from _of_piece(resource, ())


def _of_piece(piece: Piece, above: Where) -> Iterator[tuple[Where, Value]]:
    for name in piece.body.attributes:
        if name not in _META:
            value = piece.get(name)
            if name == "container_definitions" and not above:
                value = decoded_containers(value)
            yield from _of_value(value, (*above, name))
    kinds = {
        block.labels[0] if block.kind == "dynamic" and block.labels else block.kind
        for block in piece.body.blocks
    }
    for kind in sorted(kinds - _META):
        try:
            inner = piece.blocks(kind)
        except CannotTell as gap:
            yield (*above, kind), gap.what
            continue
        for one in inner:
            yield from _of_piece(one, (*above, kind, "*"))


def _of_value(value: Value, where: Where) -> Iterator[tuple[Where, Value]]:
    if isinstance(value, Encoded):
        yield from _of_value(value.content, where)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _of_value(one, (*where, str(key)))
    elif isinstance(value, list):
        for one in value:
            yield from _of_value(one, (*where, "*"))
    elif isinstance(value, (int, float, str, Unknown)):
        yield where, value
