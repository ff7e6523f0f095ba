"""Terraform's functions on values that are known. One that is not here is named, never guessed."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from itertools import product
from typing import TYPE_CHECKING, Final

from trimtab.lint.evaluation.values import Encoded, Failed, Value, number, same, text, truth

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 10_000
"""No list that a function makes is longer: no configuration of a fleet needs it [elements]."""


def distinct(values: list[Value]) -> list[Value]:
    """Return each value once, the first of each."""
    kept: list[Value] = []
    for one in values:
        if not any(same(one, other) for other in kept):
            kept.append(one)
    return kept


def as_set(values: Value) -> list[Value]:
    """Return a set, as a list in the order in which Terraform walks it."""
    found = distinct(listed(values))
    return sorted(found) if all(isinstance(one, str) for one in found) else found


def listed(value: Value) -> list[Value]:
    """Return a list, or fail as HCL does."""
    if isinstance(value, list):
        return value
    msg = "a list is needed here"
    raise Failed(msg)


def mapped(value: Value) -> dict[str, Value]:
    """Return a map, or fail as HCL does."""
    if isinstance(value, dict):
        return value
    msg = "a map is needed here"
    raise Failed(msg)


def _element(values: Value, at: Value) -> Value:
    if not listed(values):
        msg = "an element of an empty list"
        raise Failed(msg)
    return values[int(number(at)) % len(values)]


def _index(values: Value, wanted: Value) -> int:
    for at, one in enumerate(listed(values)):
        if same(one, wanted):
            return at
    msg = "no such element"
    raise Failed(msg)


def _length(value: Value) -> int:
    if isinstance(value, (list, dict, str)):
        return len(value)
    msg = "a value without a length"
    raise Failed(msg)


def _range(*bounds: Value) -> list[int | float]:
    given = [number(one) for one in bounds]
    start, stop = (0, given[0]) if len(given) == 1 else (given[0], given[1])
    step = given[2] if len(given) > 2 else 1 if stop >= start else -1  # noqa: PLR2004 - the third argument
    if not all(map(math.isfinite, (start, stop, step))) or step == 0:
        msg = "a range without an end"
        raise Failed(msg)
    count = max(0, math.ceil((stop - start) / step))
    if count > MOST:
        msg = f"a range of more than {MOST:,}"
        raise Failed(msg)
    return [start + step * at for at in range(count)]


def _format(pattern: Value, *values: Value) -> str:
    given = iter(values)

    def one(placeholder: re.Match[str]) -> str:
        flags, verb = placeholder[1], placeholder[2]
        if verb == "%":
            return "%"
        if not verb or verb not in "svdfq":
            msg = f"the format %{flags}{verb}"
            raise Failed(msg)
        value = next(given, None)
        if verb in "sv":
            return f"%{flags}s" % (text(value) if not isinstance(value, (list, dict)) else Encoded.of(value))
        return json.dumps(text(value)) if verb == "q" else f"%{flags}{verb}" % number(value)

    return re.sub(r"%([-+ #0]*\d{0,3}(?:\.\d{1,3})?)([a-zA-Z%]?)", one, text(pattern))


def _python(pattern: str) -> re.Pattern[str]:
    """Return an expression of RE2 as Python's; what differs is refused by either."""
    if len(pattern) > 500 or re.search(r"[+*]\)[+*]", pattern):  # noqa: PLR2004 - RE2 has no runaway, Python has
        msg = "a regular expression that is not tried"
        raise Failed(msg)
    try:
        return re.compile(pattern)
    except re.error as error:
        msg = f"a regular expression that is not known here ({error})"
        raise Failed(msg) from error


def _found(match: re.Match[str]) -> Value:
    named = match.groupdict()
    return named or (list(match.groups()) if match.re.groups else match[0])


def _regex(pattern: Value, given: Value) -> Value:
    match = _python(text(pattern)).search(text(given))
    if match is None:
        msg = "nothing matches"
        raise Failed(msg)
    return _found(match)


def _regexall(pattern: Value, given: Value) -> list[Value]:
    return [_found(match) for match in _python(text(pattern)).finditer(text(given))]


def _replace(given: Value, old: Value, new: Value) -> str:
    pattern = text(old)
    if len(pattern) > 1 and pattern[0] == pattern[-1] == "/":
        return _python(pattern[1:-1]).sub(re.sub(r"\$\{?(\w+)\}?", r"\\g<\1>", text(new)), text(given))
    return text(given).replace(pattern, text(new))


def _jsondecode(given: Value) -> Value:
    if isinstance(given, Encoded):
        return given.content
    try:
        return json.loads(text(given))
    except (ValueError, RecursionError) as error:
        msg = "JSON that cannot be read"
        raise Failed(msg) from error


def _setproduct(*sets: Value) -> list[Value]:
    lists = [listed(one) for one in sets]
    if math.prod(map(len, lists)) > MOST:
        msg = f"a product of more than {MOST:,}"
        raise Failed(msg)
    return [list(one) for one in product(*lists)]


def _one(values: Value) -> Value:
    if len(listed(values)) > 1:
        msg = "more than one element"
        raise Failed(msg)
    return values[0] if values else None


def _substr(given: Value, at: Value, count: Value) -> str:
    whole, start, length = text(given), int(number(at)), int(number(count))
    start = start + len(whole) if start < 0 else start
    return whole[start:] if length < 0 else whole[start : start + length]


def _zipmap(keys: Value, values: Value) -> dict[str, Value]:
    return {text(key): value for key, value in zip(listed(keys), listed(values), strict=False)}


def _hash(name: str) -> Callable[[Value], str]:
    return lambda given: hashlib.new(name, text(given).encode(), usedforsecurity=False).hexdigest()


def _members(wanted: bool) -> Callable[..., list[Value]]:
    def chosen(first: Value, *others: Value) -> list[Value]:
        return as_set(
            [
                one
                for one in listed(first)
                if all(any(same(one, x) for x in listed(other)) is wanted for other in others)
            ]
        )

    return chosen


FUNCTIONS: Final[dict[str, Callable[..., Value]]] = {
    "abs": lambda given: abs(number(given)),
    "alltrue": lambda given: all(truth(one) for one in listed(given)),
    "anytrue": lambda given: any(truth(one) for one in listed(given)),
    "base64encode": lambda given: base64.b64encode(text(given).encode()).decode(),
    "basename": lambda given: text(given).rstrip("/").rpartition("/")[2],
    "ceil": lambda given: math.ceil(number(given)),
    "chomp": lambda given: text(given).rstrip("\r\n"),
    "distinct": lambda given: distinct(listed(given)),
    "element": _element,
    "endswith": lambda given, end: text(given).endswith(text(end)),
    "floor": lambda given: math.floor(number(given)),
    "format": _format,
    "formatlist": lambda pattern, given: [_format(pattern, one) for one in listed(given)],
    "index": _index,
    "jsondecode": _jsondecode,
    "keys": lambda given: sorted(mapped(given)),
    "length": _length,
    "lower": lambda given: text(given).lower(),
    "max": lambda *given: max(number(one) for one in given),
    "md5": _hash("md5"),
    "min": lambda *given: min(number(one) for one in given),
    "one": _one,
    "parseint": lambda given, base: int(text(given), int(number(base))),
    "pow": lambda given, by: number(given) ** min(64, number(by)),
    "range": _range,
    "regex": _regex,
    "regexall": _regexall,
    "replace": _replace,
    "reverse": lambda given: listed(given)[::-1],
    "setintersection": _members(True),
    "setproduct": _setproduct,
    "setsubtract": _members(False),
    "setunion": lambda *given: as_set([one for other in given for one in listed(other)]),
    "sha1": _hash("sha1"),
    "sha256": _hash("sha256"),
    "slice": lambda given, start, end: listed(given)[int(number(start)) : int(number(end))],
    "sort": lambda given: sorted(text(one) for one in listed(given)),
    "split": lambda by, given: text(given).split(text(by)) if text(by) else list(text(given)),
    "startswith": lambda given, start: text(given).startswith(text(start)),
    "strcontains": lambda given, inner: text(inner) in text(given),
    "strrev": lambda given: text(given)[::-1],
    "substr": _substr,
    "sum": lambda given: sum(number(one) for one in listed(given)),
    "title": lambda given: text(given).title(),
    "trim": lambda given, chars: text(given).strip(text(chars)),
    "trimprefix": lambda given, start: text(given).removeprefix(text(start)),
    "trimspace": lambda given: text(given).strip(),
    "trimsuffix": lambda given, end: text(given).removesuffix(text(end)),
    "upper": lambda given: text(given).upper(),
    "zipmap": _zipmap,
}
"""Of values that are known throughout."""
