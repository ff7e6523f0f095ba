"""Values that know which literal they come from: whoever patches one follows them there.

They go through variables, locals, modules, loops, functions that hand on what they are given, and JSON.
What is reckoned or joined of them is a plain value again: no single literal says it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from trimtab.lint.hcl.syntax import SourcePlace


_Made = TypeVar("_Made")


class Traced:
    """A value with the place of its literal."""

    origin: SourcePlace


class TracedInt(int, Traced):
    """A whole number."""


class TracedFloat(float, Traced):
    """Another number."""


class TracedStr(str, Traced):  # noqa: SLOT000 - its base has a dictionary
    """A string."""


def traced(value: Any, origin: SourcePlace) -> Any:  # noqa: ANN401 - HCL is dynamically typed
    """Return the value with its place; a truth value and null as they are."""
    made: Any
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        made = TracedInt(value)
    elif isinstance(value, float):
        made = TracedFloat(value)
    elif isinstance(value, str):
        made = TracedStr(value)
    else:
        return value
    made.origin = origin
    return made


def like(value: Any, converted: _Made) -> _Made:  # noqa: ANN401 - HCL is dynamically typed
    """Return what a value was converted to, of the literal that the value is of."""
    made: _Made = traced(converted, value.origin) if isinstance(value, Traced) else converted
    return made
