"""Values of a plan, whatever they are: no schema holds them to their shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def block(value: Any) -> Mapping[str, Any]:  # noqa: ANN401 - the values of a plan
    """Return the one block of a list of them, or nothing in it."""
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, dict) else {}


def listed(value: object) -> list[Any]:
    """Return a list, or nothing in it where there is something else."""
    return value if isinstance(value, list) else []


def blocks(value: object) -> list[Mapping[str, Any]]:
    """Return the blocks of a list of them."""
    return [one for one in listed(value) if isinstance(one, dict)]


def number(value: object) -> float | None:
    """Return a number that may be written as a string, as bounds and delays are."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None
