"""The containers of a task definition with their literals, which ``jsonencode`` keeps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from trimtab.lint.evaluation.values import Encoded

if TYPE_CHECKING:
    from trimtab.lint.evaluation.values import Value


def decoded_containers(value: Value) -> Value:
    """Return what stands in the JSON; the value itself where it cannot be read."""
    if isinstance(value, Encoded):
        return value.content
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
