"""Prices that move or hang on a contract: Spot rates and a Savings Plan. For levers, never for a cost.

A list price stands until AWS changes it, and a bill can be checked against it. These differ by the day
or by what is signed, so they say their day wherever they are used, and a user's own come first.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Annotated

import msgspec
from msgspec import Meta

from trimtab.catalog.load import Price  # noqa: TC001 - msgspec reads it when the file is decoded


class SavingsPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a Compute Savings Plan takes off Fargate's vCPU and memory."""

    percent: Annotated[float, Meta(gt=0.0, lt=100.0)]
    """The least of its rates [percent]."""
    term: Annotated[str, Meta(min_length=1)]
    note: str = ""
    vintage: Annotated[str, Meta(min_length=1)]
    source: Annotated[str, Meta(min_length=1)]


class Offers(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``offers-REGION.json``. The Spot rates have the names they have among ``Prices``."""

    region: str
    note: str
    fargate_spot_x86_vcpu_hour: Price
    fargate_spot_x86_gb_hour: Price
    fargate_spot_arm_vcpu_hour: Price
    fargate_spot_arm_gb_hour: Price
    savings_plan: SavingsPlan


@cache
def offers(region: str) -> Offers | None:
    """Return what the catalog has of a region; ``None`` where it has nothing."""
    file = resources.files("trimtab.catalog") / f"offers-{region}.json"
    return msgspec.json.decode(file.read_bytes(), type=Offers) if file.is_file() else None
