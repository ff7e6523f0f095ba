"""A lever that the recommendation does not pull: what it would save, and what must hold first."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

LEAST_USD_MONTH: Final = Decimal(1)
"""Below this a lever is not worth a line."""


class LeverKind(enum.Enum):
    """What could be done beside the advice. Told in this order."""

    GRAVITON = "Graviton"
    SPOT = "Spot"
    COMMITMENT = "commitment"
    LOG_LEVEL = "log level"
    SCHEDULED_ZERO = "scheduled zero"
    REDUNDANT = "redundant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One lever of one service, or of the fleet. Each on its own: one changes the others."""

    kind: LeverKind
    service: str = ""
    """Empty: the fleet's."""
    usd_month: Decimal | None
    """What it would save [USD/month of 730 h], in whole cents; None: nothing says how much."""
    at_most: bool = False
    """Whether it saves that at the most."""
    basis: str
    """Where the dollars come from, or why there are none."""
    first: str
    """What must hold before it is pulled."""

    @property
    def counts(self) -> bool:
        """Whether it is worth a line: a dollar a month, or an amount that nobody knows."""
        return self.usd_month is None or self.usd_month >= LEAST_USD_MONTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulls:
    """What the levers of a whole fleet need of one service, found while its proposal was replayed."""

    levers: tuple[Lever, ...] = ()
    """The service's own."""
    first_hour: int = 0
    """Of ``spend_usd_hour``, hours since 1970 (UTC)."""
    spend_usd_hour: tuple[float, ...] = field(default=(), repr=False)
    """What the proposal's tasks cost in each clock hour of the record [USD/h]; empty: no commitment covers
    them."""


NO_PULLS: Final = Pulls()
