"""The example fleet: how long the twelve services take, how the time grows, what is saved."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from trimtab.pipeline import recommend
from trimtab.snapshot.folder import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.advice.case.objective import Objective
    from trimtab.snapshot.contract import Snapshot

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "fleet"
MOST_S, LEAST_SAVING_USD = 60.0, 3000
MOST_GROWTH = 1.25
"""Time for a service in the whole fleet over that in half of it [ratio]."""


def fleet_bars(objective: Objective) -> Iterator[tuple[str, str, bool]]:
    """Yield what is asked of the example fleet, what was measured, whether it holds."""
    snapshot = read_snapshot(EXAMPLE)
    halves = [_some(snapshot, first) for first in (0, 1)]
    recommend(_some(snapshot, 0, 12), objective=objective)  # compiles and warms up
    parts = [_seconds(half, objective) for half in halves]
    began = time.perf_counter()
    found = recommend(snapshot, objective=objective)
    seconds = time.perf_counter() - began
    services = len(found.services)
    yield f"{services} services in under {MOST_S:.0f} s", f"{seconds:.1f} s", seconds < MOST_S
    growth = seconds / sum(parts)
    yield (
        "time grows linearly with services",
        f"two halves took {parts[0]:.1f} s and {parts[1]:.1f} s, the whole {growth:.2f} times their sum",
        growth <= MOST_GROWTH,
    )
    saving = found.cost.compute_saving_usd_month
    yield (
        f"saving of at least ${LEAST_SAVING_USD:,} a month by replay",
        f"${saving:,}",
        saving >= LEAST_SAVING_USD,
    )


def _some(snapshot: Snapshot, first: int, step: int = 2) -> Snapshot:
    """Return a snapshot of every ``step``-th service, from ``first`` on."""
    fleet = msgspec.structs.replace(snapshot.fleet, services=snapshot.fleet.services[first::step])
    return replace(snapshot, fleet=fleet)


def _seconds(snapshot: Snapshot, objective: Objective) -> float:
    began = time.perf_counter()
    recommend(snapshot, objective=objective)
    return time.perf_counter() - began
