"""What tasks use of CPU besides the work: the nouns. ``own`` fits them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NO_REQUESTS: Final = "no requests are recorded, so the work and a task's own CPU cannot be told apart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term. 0 where it is not told, and then ``why`` says why not."""

    value: float = 0.0
    most: float = 0.0
    """Upper end of the one-sided 99 % interval."""
    why: str = ""

    @property
    def told(self) -> bool:
        """Whether the record tells it."""
        return not self.why


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCpu:
    """What tasks use besides the work."""

    idle: Term
    """Of a running task without work [vCPU]."""
    boot: Term
    """Of a start, from RUNNING on [vCPU-seconds], beside ``idle``."""


NOTHING_TOLD = OwnCpu(idle=Term(why=NO_REQUESTS), boot=Term(why=NO_REQUESTS))
