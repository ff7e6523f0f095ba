"""How fast a service answered, minute by minute, as its load balancer measured it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from trimtab.demand.series import F64

COLUMNS = ("response_p50_s", "response_p95_s", "response_p99_s", "target_5xx")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """Response times of all targets together. All arrays have shape (T,), NaN where nothing was reported.

    A minute without a request has no response time, which is not one of nothing.
    """

    p50_s: F64
    p95_s: F64
    p99_s: F64
    failed: F64
    """Answers with a 5xx code [1/min]."""

    def part(self, span: slice) -> Answers:
        """Return the minutes of ``span``."""
        return Answers(
            p50_s=self.p50_s[span], p95_s=self.p95_s[span], p99_s=self.p99_s[span], failed=self.failed[span]
        )


def answers_of(metrics: pl.DataFrame) -> Answers | None:
    """Return a service's response times; None where no p95 was ever reported, as in older snapshots."""
    if COLUMNS[1] not in metrics.columns or not metrics[COLUMNS[1]].count():
        return None
    p50, p95, p99, failed = (_or_nan(metrics, name) for name in COLUMNS)
    return Answers(p50_s=p50, p95_s=p95, p99_s=p99, failed=failed)


def _or_nan(metrics: pl.DataFrame, name: str) -> F64:
    if name not in metrics.columns:
        return np.full(metrics.height, np.nan)
    values: F64 = metrics[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return values
