"""Expressions to values: what is known is worked out, what is not says why and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trimtab.lint.evaluation.functions import FUNCTIONS, MOST
from trimtab.lint.evaluation.operators import equal, reckoned
from trimtab.lint.evaluation.partial import PARTIAL
from trimtab.lint.evaluation.steps import as_map, collected, member, pairs_of, unknown
from trimtab.lint.evaluation.values import (
    Failed,
    Ref,
    Thing,
    Unknown,
    Value,
    joined,
    number,
    same,
    text,
    truth,
    unknown_in,
)
from trimtab.lint.hcl.syntax import (
    ELEMENT,
    Attr,
    Binary,
    Call,
    Conditional,
    For,
    Index,
    Literal,
    Name,
    Node,
    ObjectOf,
    SourcePlace,
    Splat,
    Template,
    TupleOf,
    Unary,
    Unsupported,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class Scope(Protocol):
        """Where names are looked up."""

        def name(self, name: str, place: SourcePlace) -> Value:
            """Return what a root name stands for."""

        def call(self, call: Call, given: list[Value]) -> Value:
            """Return what a function of files says; ``NotImplemented`` where it is none."""

        def spend(self) -> bool:
            """Count a step; false when there were too many."""


@dataclass(frozen=True, slots=True)
class Env:
    """A scope, and the names that for expressions, ``each`` and dynamic blocks bind."""

    scope: Scope
    bound: dict[str, Value]

    def bind(self, **names: Value) -> Env:
        """Return it with more names."""
        return Env(self.scope, {**self.bound, **names})


def evaluate(node: Node, env: Env) -> Value:
    """Return what an expression is worth.

    Raises:
        Failed: Terraform would refuse it.

    """
    if not env.scope.spend():
        return unknown(node.place, "it takes too many steps to work out")
    return _KINDS[type(node)](node, env)


def _literal(node: Literal, env: Env) -> Value:
    del env
    return node.value


def _template(node: Template, env: Env) -> Value:
    return joined([evaluate(part, env) for part in node.parts], node.place)


def _tuple(node: TupleOf, env: Env) -> Value:
    return [evaluate(one, env) for one in node.items]


def _object(node: ObjectOf, env: Env) -> Value:
    attributes: dict[str, Value] = {}
    for key, value in node.pairs:
        name = evaluate(key, env)
        if isinstance(name, Unknown):
            return name
        attributes[text(name)] = evaluate(value, env)
    return attributes


def _for(node: For, env: Env) -> Value:
    source = collected(evaluate(node.source, env))
    if isinstance(source, Unknown):
        return source
    made: list[tuple[Value, Value]] = []
    for key, value in pairs_of(source):
        names = node.names if len(node.names) > 1 else ("", *node.names)
        inner = env.bind(**{names[0]: key, names[1]: value})
        kept = True if node.condition is None else evaluate(node.condition, inner)
        if isinstance(kept, Unknown):
            return kept
        if truth(kept):
            name = None if node.result_key is None else evaluate(node.result_key, inner)
            made.append((name, evaluate(node.result, inner)))
    return [value for _, value in made] if node.result_key is None else as_map(made, grouped=node.grouped)


def _conditional(node: Conditional, env: Env) -> Value:
    test = evaluate(node.test, env)
    if isinstance(test, Unknown):
        return _either(node, env, test)
    return evaluate(node.yes if truth(test) else node.no, env)


def _either(node: Conditional, env: Env, test: Unknown) -> Value:
    """Return what both sides agree on, whatever the test says."""
    try:
        yes, no = evaluate(node.yes, env), evaluate(node.no, env)
    except Failed:
        return test
    return yes if unknown_in(yes) is None and same(yes, no) else test


def _binary(node: Binary, env: Env) -> Value:
    left = evaluate(node.left, env)
    if node.operator in {"&&", "||"}:
        return _logic(node, left, env)
    right = evaluate(node.right, env)
    if node.operator in {"==", "!="}:
        same = equal(left, right)
        return same if isinstance(same, Unknown) else same is (node.operator == "==")
    for one in (left, right):
        if isinstance(one, Unknown):
            return one
    return reckoned(node.operator, number(left), number(right))


def _logic(node: Binary, left: Value, env: Env) -> Value:
    decides = node.operator == "||"
    if not isinstance(left, Unknown) and truth(left) is decides:
        return decides
    right = evaluate(node.right, env)
    if not isinstance(right, Unknown) and truth(right) is decides:
        return decides
    return left if isinstance(left, Unknown) else right if isinstance(right, Unknown) else truth(right)


def _unary(node: Unary, env: Env) -> Value:
    operand = evaluate(node.operand, env)
    if isinstance(operand, Unknown):
        return operand
    return -number(operand) if node.operator == "-" else not truth(operand)


def _name(node: Name, env: Env) -> Value:
    return env.bound[node.name] if node.name in env.bound else env.scope.name(node.name, node.place)


def _attr(node: Attr, env: Env) -> Value:
    return member(evaluate(node.of, env), node.name, node.place)


def _index(node: Index, env: Env) -> Value:
    of, key = evaluate(node.of, env), evaluate(node.key, env)
    if isinstance(of, Thing):
        return of.member(f"[{key.origin}]" if isinstance(key, Unknown) else f"[{text(key)}]", node.place)
    if isinstance(of, Unknown):
        said = key.origin if isinstance(key, Unknown) else text(key)
        return Unknown(f"{of.origin}[{said}]", of.why, of.place)
    if isinstance(key, Unknown):
        return key
    if isinstance(of, list):
        at = number(key)
        if not isinstance(at, int) or not 0 <= at < len(of):
            msg = "there is no such element"
            raise Failed(msg)
        return of[at]
    return member(of, text(key), node.place)


def _splat(node: Splat, env: Env) -> Value:
    of = collected(evaluate(node.of, env))
    if isinstance(of, Unknown):
        return of
    elements = of if isinstance(of, list) else [] if of is None else [of]
    return [evaluate(node.each, env.bind(**{ELEMENT: one})) for one in elements]


def _call(node: Call, env: Env) -> Value:
    if node.name in {"try", "can"}:
        return _tried(node, env)
    given = [collected(evaluate(one, env)) for one in node.arguments]
    if node.spread and given:
        last = given.pop()
        if isinstance(last, Unknown):
            return last
        given += [value for _, value in pairs_of(last)]
    try:
        return _applied(node, given, env)
    except (TypeError, ValueError, OverflowError, ArithmeticError) as error:
        msg = f"{node.name} is given what it does not take"
        raise Failed(msg) from error


def _applied(node: Call, given: list[Value], env: Env) -> Value:
    if node.name in PARTIAL:
        return PARTIAL[node.name](node.place, *given)
    of_files = env.scope.call(node, given)
    if of_files is not NotImplemented:
        return of_files
    if node.name not in FUNCTIONS:
        return unknown(node.place, f"the function {node.name} is not worked out")
    for one in given:
        if (inner := unknown_in(one)) is not None:
            return inner
    result = FUNCTIONS[node.name](*given)
    return (
        unknown(node.place, "it is too long")
        if isinstance(result, str) and len(result) > MOST * 100
        else result
    )


def _tried(node: Call, env: Env) -> Value:
    for argument in node.arguments:
        try:
            found = evaluate(argument, env)
        except Failed:
            continue
        if node.name == "try":
            return found
        return found if isinstance(found, Unknown) and not isinstance(found, Ref) else True
    if node.name == "can":
        return False
    msg = "nothing of what is tried can be had"
    raise Failed(msg)


def _unsupported(node: Unsupported, env: Env) -> Value:
    del env
    return unknown(node.place, f"{node.why} is not worked out")


_KINDS: Final[dict[type[Node], Callable[..., Value]]] = {
    Literal: _literal,
    Template: _template,
    TupleOf: _tuple,
    ObjectOf: _object,
    For: _for,
    Conditional: _conditional,
    Binary: _binary,
    Unary: _unary,
    Name: _name,
    Attr: _attr,
    Index: _index,
    Splat: _splat,
    Call: _call,
    Unsupported: _unsupported,
}
