"""Numbers of Terraform as they are written: 512, "512", "0.5 vCPU", "1 GB"."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimtab.lint.evaluation.values import Value

_UNITS = {"": 1, "vcpu": 1024, "gb": 1024}
"""ECS takes both for a task's size (RegisterTaskDefinition, cpu and memory)."""
_WRITTEN = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(vcpu|gb)?\s*", re.IGNORECASE)


def amount(value: Value) -> float | None:
    """Return the number that a value says, or ``None``."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value)
    found = _WRITTEN.fullmatch(value) if isinstance(value, str) else None
    return None if found is None else float(found[1]) * _UNITS[(found[2] or "").lower()]


def same_number(one: Value, other: Value) -> bool:
    """Tell whether two values say the same number, or are the same text."""
    first, second = amount(one), amount(other)
    return first == second if first is not None and second is not None else one == other


def written(value: float | str) -> str:
    """Return a value as HCL without an exponent."""
    if isinstance(value, str):
        return value
    number = Decimal(repr(int(value) if value == int(value) else float(value)))
    return format(number, "f")
