"""A configuration worked out: modules with their values, resources with theirs, one for each instance."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimtab.errors import UsageError
from trimtab.lint.evaluation.constraints import fitted
from trimtab.lint.evaluation.evaluate import Env, evaluate
from trimtab.lint.evaluation.files import of_files
from trimtab.lint.evaluation.steps import unknown
from trimtab.lint.evaluation.values import Failed, Thing, Unknown, Value
from trimtab.lint.folder import Code, argument_nodes, label, read_code
from trimtab.lint.hcl.syntax import Literal, Node, SourcePlace
from trimtab.lint.resource import Group, Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from trimtab.lint.hcl.syntax import Block, Call

STEPS = 600_000
"""A fleet of a hundred services takes less [evaluations]."""
MODULE_STEPS = 100
"""What an instance of a module takes before anything is asked of it [evaluations]."""


@dataclass(slots=True)
class Workings:
    """What all modules of one configuration share."""

    root: Path
    steps: int = STEPS
    codes: dict[Path, Code] = field(default_factory=dict)
    installed: dict[str, Path] = field(default_factory=dict)
    """Folders of modules that ``terraform init`` has fetched, by their key."""
    shapes: dict[str, SourcePlace] = field(default_factory=dict)
    """The calls of modules of which it is not known how many there are, by address."""
    unread: dict[str, SourcePlace] = field(default_factory=dict)
    """Modules that are not here, by address, with the place of their call."""

    def code(self, folder: Path) -> Code:
        """Return a folder's code, read once."""
        key = folder.resolve()
        if key not in self.codes:
            self.codes[key] = read_code(folder)
        return self.codes[key]


def installed_modules(root: Path) -> dict[str, Path]:
    """Return where ``terraform init`` put the modules that it fetched; nothing where it never ran."""
    try:
        listed: Any = json.loads((root / ".terraform/modules/modules.json").read_text(encoding="utf-8"))
        return {str(one["Key"]): root / str(one["Dir"]) for one in listed["Modules"]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


class Module(Thing):
    """One instance of a module: the root, or one that a ``module`` block makes."""

    def __init__(
        self, work: Workings, code: Code, address: str, key: str, given: Mapping[str, Callable[[], Value]]
    ) -> None:
        self.work = work
        self.code = code
        self.address = address
        """With a dot at its end, empty for the root."""
        self.key = key
        self.given = given
        self.above: tuple[Path, ...] = ()
        """The folders of the modules that lead here: one that is among them calls itself."""
        self.env = Env(self, {})
        self._memo: dict[str, Value] = {}
        self._open: set[str] = set()
        self._groups: dict[tuple[str, str, str], Group] = {}
        self._children: dict[str, Value] = {}

    @property
    def shape(self) -> Unknown | None:
        """Why it is not known how many there are."""
        if not self.address.endswith("[?]."):
            return None
        place = self.work.shapes.get(self.address, SourcePlace("", 1))
        return Unknown(self.address, "it is not known how many of the module there are", place)

    def spend(self) -> bool:
        """Count a step."""
        self.work.steps -= 1
        return self.work.steps > 0

    def call(self, call: Call, given: list[Value]) -> Value:
        """Return what a function of files says; ``NotImplemented`` where it is none."""
        return of_files(call, given, self)

    def name(self, name: str, place: SourcePlace) -> Value:
        """Return what a root name stands for."""
        if name in {"var", "local", "path", "module", "data", "terraform"}:
            return _Root(self, name)
        if any(one[:2] == ("resource", name) for one in self.code.resources):
            return _Kind(self, "resource", name)
        return unknown(place, f"{name} stands for nothing in this folder")

    def member(self, name: str, place: SourcePlace) -> Value:
        """Return an output."""
        block = self.code.outputs.get(name)
        if block is None:
            msg = f"the module has no output {name}"
            raise Failed(msg)
        return self._once(f"output.{name}", place, lambda: evaluate(block.body.attributes["value"], self.env))

    def local(self, name: str, place: SourcePlace) -> Value:
        """Return a local value."""
        node = self.code.locals.get(name)
        if node is None:
            return unknown(place, f"there is no local.{name}")
        return self._once(f"local.{name}", place, lambda: evaluate(node, self.env))

    def variable(self, name: str, place: SourcePlace) -> Value:
        """Return a variable's value: what is given, else its default, fitted to its type."""
        block = self.code.variables.get(name)
        if block is None:
            return unknown(place, f"there is no variable {name}")
        return self._once(f"var.{name}", place, lambda: self._variable(name, block, place))

    def _variable(self, name: str, block: Block, place: SourcePlace) -> Value:
        attributes = block.body.attributes
        value = self.given[name]() if name in self.given else None
        nullable = attributes.get("nullable")
        never_null = isinstance(nullable, Literal) and nullable.value is False
        if name not in self.given or (value is None and never_null):
            if "default" not in attributes:
                return Unknown(f"{self.address}var.{name}", f"the variable {name} has no value here", place)
            value = evaluate(attributes["default"], self.env)
        return fitted(value, attributes["type"], self._constant) if "type" in attributes else value

    def _constant(self, node: Node) -> Value:
        return evaluate(node, self.env)

    def _once(self, key: str, place: SourcePlace, make: Callable[[], Value]) -> Value:
        if key not in self._memo:
            if key in self._open:
                return unknown(place, f"{key} refers to itself")
            self._open.add(key)
            try:
                self._memo[key] = make()
            finally:
                self._open.discard(key)
        return self._memo[key]

    def group(self, mode: str, kind: str, name: str) -> Group | None:
        """Return the instances of one resource block."""
        key = (mode, kind, name)
        if key not in self._groups:
            block = self.code.resources.get(key)
            if block is None:
                return None
            self._groups[key] = Group(block, self.env, self.address, mode)
        return self._groups[key]

    def resources(self) -> Iterator[Resource]:
        """Yield the instances of every resource of this module, not of those below."""
        for mode, kind, name in self.code.resources:
            group = self.group(mode, kind, name)
            if group is not None:
                yield from group.instances()

    def child(self, name: str, place: SourcePlace) -> Value:
        """Return what ``module.name`` is: an instance, a map or list of them, or not known."""
        block = self.code.calls.get(name)
        if block is None:
            return unknown(place, f"there is no module {name}")
        if name not in self._children:
            self._children[name] = Unknown(f"{self.address}module.{name}", "it refers to itself", block.place)
            self._children[name] = self._call(name, block)
        return self._children[name]

    def children(self) -> Iterator[Module]:
        """Yield every instance of every module that this one calls."""
        for name, block in self.code.calls.items():
            made = self.child(name, block.place)
            several = made.values() if isinstance(made, dict) else made if isinstance(made, list) else (made,)
            yield from (one for one in several if isinstance(one, Module))

    def _call(self, name: str, block: Block) -> Value:
        address = f"{self.address}module.{name}"
        key = f"{self.key}.{name}".lstrip(".")
        folder = self._folder(block, key)
        above = (*self.above, self.code.folder.resolve())
        if folder is None or folder.resolve() in above or self.work.steps <= 0:
            self.work.unread[address] = block.place
            return Unknown(address, f"the module {name} is not in this folder", block.place)
        code = self.work.code(folder)

        def make(suffix: str, env: Env) -> Module:
            self.work.shapes[f"{address}{suffix}."] = block.place
            given = {one: _later(node, env) for one, node in argument_nodes(block).items()}
            made = Module(self.work, code, f"{address}{suffix}.", key, given)
            made.above = above
            self.work.steps -= MODULE_STEPS
            return made

        return Group(block, self.env, self.address, "module").shaped(make)

    def _folder(self, block: Block, key: str) -> Path | None:
        source = block.body.attributes.get("source")
        if not isinstance(source, Literal) or not isinstance(source.value, str):
            return None
        if source.value.startswith(("./", "../")) or source.value in {".", ".."}:
            folder = self.code.folder / source.value
            if not folder.is_dir():
                raise UsageError(
                    f"the module's folder {label(folder)} is not there",
                    where=f"{block.place.file}:{block.place.line}",
                )
            return folder
        folder = self.work.installed.get(key, Path("/nonexistent"))
        return folder if folder.is_dir() else None


def _later(node: Node, env: Env) -> Callable[[], Value]:
    return lambda: evaluate(node, env)


@dataclass(frozen=True, slots=True)
class _Root(Thing):
    """``var``, ``local``, ``path``, ``module``, ``data`` or ``terraform``."""

    module: Module
    kind: str

    def member(self, name: str, place: SourcePlace) -> Value:
        """Return what stands behind the dot."""
        if self.kind == "data":
            return _Kind(self.module, "data", name)
        if self.kind == "path" and name in {"module", "root"}:
            return label(self.module.code.folder if name == "module" else self.module.work.root)
        look = {"var": self.module.variable, "local": self.module.local, "module": self.module.child}
        if self.kind in look:
            return look[self.kind](name, place)
        return Unknown(f"{self.kind}.{name}", f"{self.kind}.{name} is known when Terraform runs", place)


@dataclass(frozen=True, slots=True)
class _Kind(Thing):
    """``aws_ecs_service``: a type, before the name."""

    module: Module
    mode: str
    kind: str

    def member(self, name: str, place: SourcePlace) -> Value:
        """Return the resource, or all instances of it."""
        group = self.module.group(self.mode, self.kind, name)
        if group is None:
            return unknown(place, f"there is no {self.kind}.{name}")
        return group.value()


def _constantly(value: Value) -> Callable[[], Value]:
    return lambda: value


def root_module(folder: Path, given: Mapping[str, Node | Value]) -> Module:
    """Return the root with the values of its variables.

    Raises:
        UsageError: the folder cannot be read.

    """
    work = Workings(folder, installed=installed_modules(folder))
    code = work.code(folder)
    # Values of files are constants: what they refer to, Terraform refuses.
    empty = Module(work, Code(folder), "", "", {})
    nodes: dict[str, Callable[[], Value]] = {}
    for name, value in given.items():
        nodes[name] = _later(value, empty.env) if isinstance(value, Node) else _constantly(value)
    return Module(work, code, "", "", nodes)
