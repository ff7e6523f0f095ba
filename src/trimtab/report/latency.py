"""The p95 response times of services in words: for the table of all, and for the page of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import UNSET

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimtab.advice.case.objective import Objective
    from trimtab.document.parts import P95Part
    from trimtab.document.schema import ServicePart

TITLE: Final = "Response times (p95 of a minute)"
NOT_KNOWN: Final = "not known"


def or_p95(objective: Objective) -> str:
    """Return what counts as over besides CPU, to go on a sentence; empty where no p95 is asked for."""
    limit_s = objective.p95_limit_s
    return "" if limit_s is None else f" or the p95 may be above {1000 * limit_s:g} ms"


def p95_lines(services: Sequence[ServicePart], objective: Objective) -> Iterator[tuple[str, str]]:
    """Yield (services, words); those of which nobody can tell for one reason are told together."""
    named: dict[str, list[str]] = {}
    for service in services:
        if service.p95 is not UNSET:
            named.setdefault(_words(service.p95, objective), []).append(service.name)
    for words, names in named.items():
        yield ", ".join(names), words


def _words(p95: P95Part, objective: Objective) -> str:
    if p95.why:
        measured = "" if p95.recorded_ms is None else f"; {_recorded(p95)}"
        return f"cannot tell: {p95.why}{measured}"
    limit_s = objective.p95_limit_s
    asked = "" if limit_s is None else f", {1000 * limit_s:g} ms allowed"
    return (
        f"{_recorded(p95)}; by the model at most {milliseconds(p95.today_ms)} today and "
        f"{milliseconds(p95.proposed_ms)} proposed, in all but {objective.over_percent:g} % of the minutes"
        f"{asked}; {missed_by(p95)}"
    )


def _recorded(p95: P95Part) -> str:
    return f"{milliseconds(p95.recorded_ms)} recorded"


def missed_by(p95: P95Part) -> str:
    """Say how good the model is where it was not fitted."""
    return (
        f"on the held-out 30 % of {p95.minutes:,} minutes it misses by {p95.held_error_percent or 0:.0f} %, "
        f"median, and {p95.held_above_percent or 0:.0f} % of them are above its bound"
    )


def milliseconds(value: float | None) -> str:
    """Return a time in whole milliseconds, below ten to a tenth."""
    if value is None:
        return NOT_KNOWN
    return f"{value:,.0f} ms" if value >= 10 else f"{value:.1f} ms"  # noqa: PLR2004
