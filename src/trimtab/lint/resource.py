"""Resources and their blocks as rules read them: an attribute is known, absent, or cannot be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trimtab.lint.evaluation.evaluate import Env, evaluate
from trimtab.lint.evaluation.steps import pairs_of, unknown
from trimtab.lint.evaluation.values import Failed, Ref, Thing, Unknown, Value, number, text, truth, unknown_in
from trimtab.lint.folder import names_of
from trimtab.lint.hcl.syntax import Body, Literal, SourcePlace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trimtab.lint.hcl.syntax import Block, Node

MOST = 1_000
"""No resource of a fleet has more instances."""


class CannotTell(Exception):  # noqa: N818 - it is the answer of a rule, not a fault
    """A rule needs what cannot be worked out."""

    def __init__(self, what: Unknown) -> None:
        self.what = what
        super().__init__(what.why)


@dataclass(slots=True, eq=False)
class Piece:
    """A block: attributes worked out when they are asked for."""

    body: Body
    env: Env
    place: SourcePlace
    _memo: dict[str, Value] = field(default_factory=dict)

    def get(self, name: str) -> Value:
        """Return an attribute's value, ``None`` where it is not given; it may be ``Unknown``."""
        if name not in self._memo:
            node = self.body.attributes.get(name)
            self._memo[name] = None if node is None else settled(node, self.env)
        return self._memo[name]

    def known(self, name: str) -> Value:
        """Return an attribute that must be known throughout.

        Raises:
            CannotTell: it is not.

        """
        value = self.get(name)
        if (inner := unknown_in(value)) is not None:
            raise CannotTell(inner)
        return value

    def number(self, name: str, default: float | None = None) -> float | None:
        """Return a known number, or ``default`` where it is not given."""
        value = self.known(name)
        return default if value is None or value == "" else self._as(number, value, name)

    def text(self, name: str, default: str = "") -> str:
        """Return a known string, or ``default`` where it is not given."""
        value = self.known(name)
        return default if value is None else self._as(text, value, name)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a known truth value, or ``default`` where it is not given."""
        value = self.known(name)
        return default if value is None else self._as(truth, value, name)

    def _as(self, convert: Callable[[Value], Value], value: Value, name: str) -> Value:
        try:
            return convert(value)
        except Failed as error:
            raise CannotTell(unknown(self.at(name), str(error))) from error

    def several(self, name: str) -> list[Value]:
        """Return a list of known length; its elements may be unknown."""
        value = self.get(name)
        if isinstance(value, Unknown):
            raise CannotTell(value)
        return value if isinstance(value, list) else [] if value is None else [value]

    def blocks(self, name: str) -> list[Piece]:
        """Return the blocks of a kind, those that ``dynamic`` makes included.

        Raises:
            CannotTell: how many a ``dynamic`` makes is not known.

        """
        pieces: list[Piece] = []
        for block in self.body.blocks:
            if block.kind == name:
                pieces.append(Piece(block.body, self.env, block.place))
            elif block.kind == "dynamic" and block.labels == (name,):
                pieces += self._dynamic(block)
        value = self.get(name) if name in self.body.attributes else None
        if isinstance(value, Unknown):
            raise CannotTell(value)
        made = value if isinstance(value, list) else [] if value is None else [value]
        return pieces + [_of_values(one, self.env, self.at(name)) for one in made if isinstance(one, dict)]

    def block(self, name: str) -> Piece | None:
        """Return the one block of a kind, or the first."""
        return next(iter(self.blocks(name)), None)

    def _dynamic(self, block: Block) -> Iterator[Piece]:
        attributes = block.body.attributes
        content = next((one for one in block.body.blocks if one.kind == "content"), None)
        if content is None or "for_each" not in attributes:
            return
        source = settled(attributes["for_each"], self.env)
        if isinstance(source, Unknown):
            raise CannotTell(source)
        iterator = names_of(attributes.get("iterator"))
        name = next(iter(iterator), block.labels[0])
        for key, value in _elements(source, attributes["for_each"].place):
            yield Piece(content.body, self.env.bind(**{name: {"key": key, "value": value}}), content.place)

    def at(self, name: str) -> SourcePlace:
        """Return the place of an attribute, or of the block where it is not given."""
        node = self.body.attributes.get(name)
        return self.place if node is None else node.place


def _of_values(value: dict[str, Value], env: Env, place: SourcePlace) -> Piece:
    made = Piece(Body({name: Literal(place, None) for name in value}), env, place)
    made._memo.update(value)  # noqa: SLF001 - its own kind
    return made


def _elements(source: Value, place: SourcePlace) -> list[tuple[Value, Value]]:
    try:
        return list(pairs_of(source))
    except Failed as error:
        raise CannotTell(unknown(place, str(error))) from error


def settled(node: Node, env: Env) -> Value:
    """Return an expression's value; what Terraform would refuse is not known."""
    try:
        return evaluate(node, env)
    except Failed as error:
        return unknown(node.place, f"Terraform would refuse it: {error}")
    except RecursionError:
        return unknown(node.place, "it is nested too deep")


@dataclass(slots=True, eq=False)
class Resource(Piece, Thing):
    """One instance of a resource or a data source."""

    address: str = ""
    kind: str = ""
    """Its type; the older names of load balancers (``aws_alb``) are those of today."""
    written: str = ""
    """Its type as it is written."""
    name: str = ""
    module: str = ""
    """The address of its module, with a dot at its end."""

    def member(self, name: str, place: SourcePlace) -> Value:
        """Return an attribute as other resources see it: as configured, else as AWS will give it."""
        if name.startswith("["):
            return self
        value = self.get(name) if name in self.body.attributes else None
        if value is not None:
            return value
        return Ref(f"{self.address}.{name}", "AWS gives it when it is made", place, self.address, name)

    @property
    def shape(self) -> Unknown | None:
        """Why it is not known how many there are."""
        each = self.env.bound.get("each", self.env.bound.get("count"))
        why = next(iter(each.values())) if isinstance(each, dict) and self.address.endswith("[?]") else None
        return Unknown(self.address, why.why, why.place) if isinstance(why, Unknown) else None

    def refs(self) -> Iterator[Ref]:
        """Yield itself."""
        yield Ref(self.address, "AWS gives it when it is made", self.place, self.address, "")

    def ignores(self, name: str) -> bool:
        """Tell whether ``ignore_changes`` has the attribute, or all."""
        lifecycle = next((one for one in self.body.blocks if one.kind == "lifecycle"), None)
        node = None if lifecycle is None else lifecycle.body.attributes.get("ignore_changes")
        return bool({name, "all"} & names_of(node))


class Group:
    """A ``resource``, ``data`` or ``module`` block, and the instances that it makes."""

    def __init__(self, block: Block, env: Env, prefix: str, mode: str) -> None:
        self.block = block
        self.env = env
        self.prefix = prefix
        self.mode = mode
        self._value: Value = None
        self._made = False

    def value(self) -> Value:
        """Return an instance, or a list or map of them."""
        if not self._made:
            self._made = True
            self._value = Unknown(".".join(self.block.labels), "it refers to itself", self.block.place)
            self._value = self.shaped(self._resource)
        return self._value

    def instances(self) -> Iterator[Resource]:
        """Yield every instance."""
        value = self.value()
        several = (
            value.values() if isinstance(value, dict) else value if isinstance(value, list) else (value,)
        )
        yield from (one for one in several if isinstance(one, Resource))

    def shaped(self, make: Callable[[str, Env], Value]) -> Value:
        """Make one for each that ``count`` or ``for_each`` asks for; where that is not known, one."""
        attributes = self.block.body.attributes
        if "for_each" in attributes:
            return self._for_each(attributes["for_each"], make)
        if "count" in attributes:
            return self._count(attributes["count"], make)
        return make("", self.env)

    def _for_each(self, node: Node, make: Callable[[str, Env], Value]) -> Value:
        source = settled(node, self.env)
        if isinstance(source, (dict, list)) and len(source) <= MOST:
            made: dict[str, Value] = {}
            for key, value in source.items() if isinstance(source, dict) else ((one, one) for one in source):
                if isinstance(key, str):
                    made[key] = make(f'["{key}"]', self.env.bind(each={"key": key, "value": value}))
            if len(made) == len(source):
                return made
        why = source if isinstance(source, Unknown) else unknown(node.place, "for_each takes no such value")
        key_of = Unknown(f"{why.origin}.key", why.why, why.place)
        return make("[?]", self.env.bind(each={"key": key_of, "value": why}))

    def _count(self, node: Node, make: Callable[[str, Env], Value]) -> Value:
        source = settled(node, self.env)
        if isinstance(source, bool) or not isinstance(source, (int, float)) or not 0 <= source <= MOST:
            why = source if isinstance(source, Unknown) else unknown(node.place, "count takes no such value")
            return make("[?]", self.env.bind(count={"index": why}))
        return [make(f"[{at}]", self.env.bind(count={"index": at})) for at in range(int(source))]

    def _resource(self, suffix: str, env: Env) -> Resource:
        kind, name = self.block.labels
        local = f"{'data.' if self.mode == 'data' else ''}{kind}.{name}"
        return Resource(
            self.block.body,
            env,
            self.block.place,
            address=f"{self.prefix}{local}{suffix}",
            kind=_today(kind) if self.mode == "resource" else f"data.{kind}",
            written=kind,
            name=name,
            module=self.prefix,
        )


def _today(kind: str) -> str:
    return kind.replace("aws_alb", "aws_lb", 1) if kind == "aws_alb" or kind.startswith("aws_alb_") else kind
