"""One line of ``not-owned.md``."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Advice: TypeAlias = Literal["remove", "look", "keep"]
HEADINGS: Final[dict[Advice, str]] = {
    "remove": "Remove right after the apply",
    "look": "Look at, then remove or keep",
    "keep": "Keep, for now",
}
"""``remove``: works against the configuration. ``look``: nothing of the fleet uses it, but something
that was not read may. ``keep``: in use, until the step of docs/adopt.md that sets it free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A thing that the configuration does not own."""

    advice: Advice
    kind: str
    """As Terraform calls it."""
    name: str
    why: str
    command: str = ""
    """What removes it, for a shell; empty where there is nothing to run."""


def aws(*words: str) -> str:
    """Return a command for a shell."""
    return shlex.join(("aws", *words))
