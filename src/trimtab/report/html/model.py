"""The nouns of the page: plain data, so that templates decide nothing but layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimtab.report.html.frontier import Point
    from trimtab.report.html.money import Bar, Sure
    from trimtab.report.html.series import ChartSeries
    from trimtab.report.html.words import Word
    from trimtab.report.service.model import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One kind of caution, and whom it is about."""

    kind: str
    services: tuple[str, ...]
    text: str
    """What is said of the first of them."""
    severity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueChange:
    """One value that changes."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of a service, for the table behind its chart."""

    date: str
    demand_most: float
    tasks_before: str
    tasks_after: str
    cpu_before: str
    cpu_after: str
    memory_before: str
    memory_after: str
    short_before: int
    short_after: int
    held_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePage:
    """One service."""

    anchor: str
    file: str
    """Of its own page, where it has one."""
    name: str
    verdict: Word
    risk: Word
    size_before: str
    size_after: str
    tasks_before: float
    tasks_after: float
    bounds_before: str
    bounds_after: str
    before_usd_month: float
    after_usd_month: float
    saving_usd_month: float
    minutes: int
    short_before: int
    short_after: int
    recorded: bool
    lead: str
    series: ChartSeries | None
    chart: dict[str, object] | None
    """What the script draws."""
    days: tuple[Day, ...]
    points: tuple[Point, ...]
    allowed_minutes: float
    cautions: tuple[ValueChange | Risk, ...]
    failures: tuple[tuple[str, str], ...]
    """Why tasks died: (when, AWS's words)."""
    levers: tuple[tuple[str, str], ...]
    changes: tuple[ValueChange, ...]
    sections: tuple[Section, ...]
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutRow:
    """A service without an answer."""

    name: str
    why: str
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The whole report."""

    title: str
    cluster: str
    region: str
    environment: str
    start: str
    days: float
    trimtab: str
    provenance: str
    price_basis: str
    before_usd_month: float
    after_usd_month: float
    recorded_usd_month: float
    """Of the tasks that were recorded."""
    saving_usd_month: float
    saving_percent: float
    sure: Sure
    risks: tuple[Risk, ...]
    left_out: tuple[LeftOutRow, ...]
    waterfall: tuple[Bar, ...]
    services: tuple[ServicePage, ...]
    levers: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    objective: str
    commands: tuple[tuple[str, str], ...]
    """(what it does, the line)."""
    glossary: tuple[Word, ...]
    has_series: bool
