"""What the user is shown of a replay, as plain data: renderers add nothing but layout."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from trimtab.advice.cost import cents
from trimtab.report.latency import or_p95
from trimtab.report.optimize.data import Note, snapshot_notes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from trimtab.advice.case.objective import Objective
    from trimtab.advice.case.outcome import Verdict
    from trimtab.fleet.model import Fleet

FILLED_SHARE = 0.001
"""From here on a note says how much was filled: about a minute and a half a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRow:
    """One service, replayed."""

    service: str
    cpu_units: int
    memory_mib: int
    tasks_mean: float
    tasks_least: int
    """Asked for."""
    tasks_most: int
    usd_month: Decimal
    over_cpu_share: float
    over_cpu_min: int
    over_memory_min: int
    direction_changes_day: float
    over_bound: float | None

    @property
    def size(self) -> str:
        """CPU units / MiB."""
        return f"{self.cpu_units}/{self.memory_mib}"

    @property
    def tasks_seen(self) -> str:
        """Least to most tasks that were asked for."""
        return f"{self.tasks_least}-{self.tasks_most}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayReport:
    """The whole of it."""

    cluster: str
    start: str
    days: float
    policy: str
    """What was replayed, in words."""
    basis: str
    rows: tuple[ReplayRow, ...]
    usd_month: Decimal
    """Sum of the rows."""
    over_cpu_share: float
    over_cpu_min: int
    over_memory_min: int
    notes: tuple[Note, ...]
    skipped: tuple[Note, ...]
    snapshot: tuple[Note, ...]
    """What the snapshot lacks or assumes."""
    files: tuple[Path, ...]

    @property
    def title(self) -> str:
        """What was replayed."""
        return f"{self.cluster}, {self.days:g} days from {self.start}, {self.policy}"


def replay_report_of(  # noqa: PLR0913  # what was replayed, at which prices, with what result
    fleet: Fleet,
    policy: str,
    *,
    verdicts: Sequence[Verdict],
    skipped: Sequence[Note],
    failures: Sequence[Note],
    objective: Objective,
    files: Sequence[Path] = (),
    price_basis: str = "list price",
) -> ReplayReport:
    """Return what is shown. ``policy`` says in words what was replayed, ``price_basis`` at which prices."""
    rows = tuple(_row(verdict) for verdict in verdicts)
    over, minutes = sum(row.over_cpu_min for row in rows), sum(one.minutes for one in verdicts)
    return ReplayReport(
        cluster=fleet.cluster,
        start=fleet.start,
        days=fleet.days,
        policy=policy,
        basis=(
            f"Replayed; Fargate {price_basis}, {fleet.region}, a month of 730 h, starts and drains included. "
            f"Short: minutes above {objective.cpu_percent:g} % CPU, or less where the hottest task is full "
            f"before{or_p95(objective)}, and above {objective.memory_percent:g} % memory. "
            "Reversals: changes from scaling out to scaling in, or back. "
            "Foresight: cost over the least that any policy, one that knows the future too, could cost at "
            "this size with as many minutes short."
        ),
        rows=rows,
        usd_month=sum((row.usd_month for row in rows), Decimal("0.00")),
        over_cpu_share=over / minutes if minutes else 0.0,
        over_cpu_min=over,
        over_memory_min=sum(row.over_memory_min for row in rows),
        notes=(*failures, *(note for verdict in verdicts for note in _notes(verdict))),
        skipped=tuple(skipped),
        snapshot=snapshot_notes(fleet.notes),
        files=tuple(files),
    )


def _row(verdict: Verdict) -> ReplayRow:
    return ReplayRow(
        service=verdict.service,
        cpu_units=verdict.size.cpu_units,
        memory_mib=verdict.size.memory_mib,
        tasks_mean=verdict.tasks_mean,
        tasks_least=verdict.tasks_least,
        tasks_most=verdict.tasks_most,
        usd_month=cents(verdict.usd_month),
        over_cpu_share=verdict.over_cpu_share,
        over_cpu_min=verdict.over_cpu_min,
        over_memory_min=verdict.over_memory_min,
        direction_changes_day=verdict.direction_changes_day,
        over_bound=verdict.over_bound,
    )


def _notes(verdict: Verdict) -> list[Note]:
    said = []
    if verdict.saturated_min:
        said.append(f"in {_minutes(verdict.saturated_min)} the work wanted more CPU than there was")
    if verdict.oom_min:
        said.append(f"in {_minutes(verdict.oom_min)} the average task would hold more than its memory")
    if verdict.filled_share >= FILLED_SHARE:
        said.append(
            f"{100 * verdict.filled_share:.1f} % of minutes were not reported; the last report stands in"
        )
    return [Note(service=verdict.service, text=text) for text in said]


def _minutes(count: int) -> str:
    return "1 minute" if count == 1 else f"{count:,} minutes"
