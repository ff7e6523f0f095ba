"""The nouns of a measured saving. Renderers add layout only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

NONE = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one service saves, Fargate alone [USD/month of 730 h]."""

    old_usd_month: Decimal
    """The old configuration, replayed on the new demand."""
    now_usd_month: Decimal
    """The tasks that were recorded since, with what their starts and drains cost in replay."""
    error_usd_month: Decimal
    """What replay and record differ by: of the old configuration then, and of the new one now."""
    days: float
    """Counted."""
    demand: float
    """Mean CPU of the work now over then [ratio]."""

    @property
    def saving_usd_month(self) -> Decimal:
        """Measured."""
        return self.old_usd_month - self.now_usd_month


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceRow:
    """One service."""

    service: str
    promised_usd_month: Decimal | None
    """Of Fargate; None: nothing was promised."""
    told: Measured | None
    """None: cannot tell."""
    why: str = ""
    """Why it cannot be told."""
    note: str = ""
    """What to know of what was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceReport:
    """The whole of it."""

    cluster: str
    region: str
    promised_from: str
    """First minute of the record that the promise rests on."""
    promised_days: float
    since: str
    """From here on the new sizes run, and minutes are counted."""
    until: str
    """Where the new record ends."""
    price_basis: str
    rows: tuple[SinceRow, ...]
    notes: tuple[str, ...]

    @property
    def told(self) -> tuple[SinceRow, ...]:
        """The services that could be measured."""
        return tuple(row for row in self.rows if row.told is not None)

    @property
    def untold(self) -> tuple[SinceRow, ...]:
        """The others."""
        return tuple(row for row in self.rows if row.told is None)

    @property
    def promised_usd_month(self) -> Decimal:
        """Of the services that could be measured."""
        return sum((row.promised_usd_month or NONE for row in self.told), NONE)

    @property
    def open_usd_month(self) -> Decimal:
        """Promised of the services that could not be measured."""
        return sum((row.promised_usd_month or NONE for row in self.untold), NONE)

    @property
    def measured_usd_month(self) -> Decimal:
        """Of the services that could be measured."""
        return sum((row.told.saving_usd_month for row in self.rows if row.told), NONE)

    @property
    def error_usd_month(self) -> Decimal:
        """At the most: errors are added up."""
        return sum((row.told.error_usd_month for row in self.rows if row.told), NONE)

    @property
    def headline(self) -> str:
        """The answer in a sentence."""
        if not self.told:
            return "Cannot tell of any service what it saves."
        kept = f"${self.measured_usd_month:,} a month, give or take ${self.error_usd_month:,}"
        rest = f"; of {len(self.untold)} more nobody can tell" if self.untold else ""
        of = "1 service" if len(self.told) == 1 else f"{len(self.told)} services"
        return f"Measured: {kept}. Promised: ${self.promised_usd_month:,}, of the same {of}{rest}."
