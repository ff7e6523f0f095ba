"""What HCL's operators make of two values."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Final

from trimtab.lint.evaluation.values import COMPUTED, Failed, Ref, Thing, Unknown, Value, same, unknown_in

if TYPE_CHECKING:
    from collections.abc import Callable

_ARITHMETIC: Final[dict[str, Callable[[Value, Value], Value]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def reckoned(sign: str, a: float, b: float) -> Value:
    """Return what two known numbers make."""
    if sign in _ARITHMETIC:
        return _ARITHMETIC[sign](a, b)
    if b == 0:
        msg = "a division by zero"
        raise Failed(msg)
    if sign == "%":
        return abs(a) % abs(b) * (1 if a >= 0 else -1)
    return a // b if isinstance(a, int) and isinstance(b, int) and a % b == 0 else a / b


def equal(left: Value, right: Value) -> bool | Unknown:
    """Compare; what AWS gives is never null."""
    for side, other in ((left, right), (right, left)):
        if isinstance(side, Ref) and side.attribute in COMPUTED and (other is None or other == ""):
            return False
        if other is None and isinstance(side, (Thing, dict, list)):
            return False
    for one in (left, right):
        if (inner := unknown_in(one)) is not None:
            return True if isinstance(one, Unknown) and one == left == right else inner
    return same(left, right)
