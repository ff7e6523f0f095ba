"""What a Fargate task is billed by: its size and its architecture.

They live here, below the fleet, because the catalog of facts needs them and may not look up.
``trimtab.fleet.model`` offers both under the same names.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

Architecture: TypeAlias = Literal["X86_64", "ARM64"]
Positive = Annotated[int, Meta(ge=1)]


UNITS_A_VCPU: Final = 1024
MIB_A_GB: Final = 1024
_AMOUNT = re.compile(r"\s*(?P<number>\d+(?:\.\d+)?|\.\d+)\s*(?P<unit>vcpu|gb)?\s*", re.IGNORECASE)


def amount(given: object, scale: int) -> int | None:
    """Return ``1024``, ``1 vCPU``, ``.5 vCPU`` or ``2 GB`` in CPU units or MiB, as AWS takes each.

    ``scale`` is what one vCPU or GB is. None for anything else.
    """
    matched = _AMOUNT.fullmatch(str(given)) if given is not None else None
    if matched is None:
        return None
    return round(float(matched["number"]) * (scale if matched["unit"] else 1))


class TaskSize(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, order=True):
    """CPU and memory of one Fargate task, as its task definition states them."""

    cpu_units: Positive
    memory_mib: Positive

    @property
    def vcpu(self) -> float:
        """Virtual CPUs [vCPU]."""
        return self.cpu_units / 1024

    @property
    def memory_gib(self) -> float:
        """Memory [GiB], the unit Fargate is billed in."""
        return self.memory_mib / 1024

    def __str__(self) -> str:
        return f"{self.cpu_units}/{self.memory_mib}"
