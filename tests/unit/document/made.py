"""A small fleet that was optimised with little effort: the snapshot, what was advised, and the document."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from fleet import made

from trimtab.commands.optimize import optimize
from trimtab.document.name import DOCUMENT_FILE
from trimtab.document.parts import P95Part
from trimtab.document.read import read_document
from trimtab.fleet.model import Scaling
from trimtab.ladders.search import Effort
from trimtab.report import layout
from trimtab.report.service import terminal as service_terminal
from trimtab.report.service.data import explanation_of
from trimtab.report.service.model import Fact, Grid
from trimtab.snapshot.folder import snapshot_of, write_snapshot
from trimtab.values.folder import VALUES_FILE

if TYPE_CHECKING:
    from trimtab.advice.model import Advice, Recommendation
    from trimtab.document.schema import Document, ServicePart
    from trimtab.report.service.model import Explanation

SMALL = Effort(drawn=60, rounds=1, varied=20)
DAYS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimized:
    snapshot: Path
    folder: Path
    recommendation: Recommendation
    document: Document
    keep: TemporaryDirectory[str] = field(repr=False)

    @property
    def values(self) -> Path:
        return self.folder / VALUES_FILE

    @property
    def document_file(self) -> Path:
        return self.folder / DOCUMENT_FILE

    def part(self, name: str) -> ServicePart:
        return next(one for one in self.document.services if one.name == name)


def p95(**changes: object) -> P95Part:
    """What a model may say of a service."""
    values: dict[str, Any] = {
        "why": "", "recorded_ms": 90.0, "today_ms": 110.0, "proposed_ms": 240.0, "cpu_percent": 50.0,
        "busy_percent": 45.0, "seen_percent": 60.0, "minutes": 4000, "held_error_percent": 5.0,
        "held_above_percent": 4.0,
    }  # fmt: skip
    return P95Part(**(values | changes))


def with_bursts(table: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The same with twenty minutes of six times the CPU now and then, more often in the last day."""
    rng = np.random.default_rng(seed)
    factor = np.ones(table.height)
    often = rng.choice(table.height, 3 * DAYS, replace=False)
    for start in (*often, *rng.integers(table.height - made.DAY, table.height, 4)):
        factor[start : start + 20] = 6.0
    cpu = np.minimum(96.0, table["cpu_average_percent"].to_numpy() * factor)
    return table.with_columns(
        cpu_average_percent=pl.Series(cpu), cpu_maximum_percent=pl.Series(np.minimum(99.0, cpu * 1.1))
    )


@cache
def optimized() -> Optimized:
    """Optimise four services: a wave, a wave of memory, bursts, and nearly nothing; one is silent.

    Once for every test of a run that asks; the folder goes with the run.
    """
    keep = TemporaryDirectory(prefix="trimtab-optimized-")
    folder = Path(keep.name)
    api, heavy = made.service("api"), made.service("heavy", size=made.size(1024, 4096))
    bursts = made.service("bursts", start_samples=made.starts(40))
    one = Scaling(min_tasks=1, max_tasks=12)
    small = made.service("small", traffic=None, port=None, start_samples=(), scaling=one)
    idle = made.service("idle")
    tables = [
        made.metrics(api, cpu_percent=40.0, days=DAYS),
        made.metrics(heavy, cpu_percent=30.0, memory_percent=45.0, days=DAYS),
        with_bursts(made.metrics(bursts, cpu_percent=8.0, days=DAYS), seed=3),
        made.metrics(small, cpu_percent=0.5, days=DAYS),
    ]
    fleet = made.fleet(api, heavy, bursts, small, idle, days=DAYS)
    table = pl.concat(tables).sort("service", "timestamp")
    write_snapshot(snapshot_of(fleet, table), folder / "in")
    outcome = optimize(folder / "in", folder / "out", effort=SMALL, page=False)
    return Optimized(
        snapshot=folder / "in",
        folder=folder / "out",
        recommendation=outcome.recommendation,
        document=read_document(folder / "out" / DOCUMENT_FILE),
        keep=keep,
    )


def advice_of(optimized: Optimized, name: str) -> Advice:
    return next(one for one in optimized.recommendation.services if one.service.name == name)


def page(optimized: Optimized, name: str) -> Explanation:
    return explanation_of(optimized.document, name, optimized.values)


def shown(explanation: Explanation, width: int = 100) -> str:
    return "".join(f"{line}\n" for line in layout.lines(service_terminal.render(explanation), width=width))


def words(explanation: Explanation) -> str:
    return " ".join(shown(explanation, 1000).split())


def section(explanation: Explanation, begins: str) -> dict[str, str]:
    """The facts of the section whose title begins so, by label."""
    found = next(one for one in explanation.sections if one.title.startswith(begins))
    return {block.label: block.text for block in found.blocks if isinstance(block, Fact)}


def grid(explanation: Explanation, begins: str) -> Grid:
    found = next(one for one in explanation.sections if one.title.startswith(begins))
    return next(block for block in found.blocks if isinstance(block, Grid))
