"""How far a service's demand can be believed: gaps, censoring, length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trimtab.demand.series import Demand, Mask

MIN_DAYS = 1.0
"""Least span with data [days]: one whole day and night. Compute Optimizer asks the same 24 h."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What a reader of the recommendation should know about the data beneath it."""

    service: str
    days: float
    """Span with data [days]: minutes that are known, not calendar."""
    share_missing: float
    """Of the recorded span, the share of which nothing is known, 0 to 1."""
    longest_gap_s: int
    """Longest run of steps of which nothing is known [s]."""
    share_idle: float
    """Of the recorded span, the share in which no task ran, 0 to 1."""
    share_censored: float
    """Of the reported steps, the share at the CPU ceiling, 0 to 1."""
    long_enough: bool
    """Whether the data covers ``MIN_DAYS``."""


def quality_of(demand: Demand) -> Quality:
    """Summarise gaps, censoring and length of ``demand``."""
    steps, present = demand.present.size, int(demand.present.sum())
    return Quality(
        service=demand.service,
        days=demand.days,
        share_missing=1.0 - int(demand.known.sum()) / steps if steps else 1.0,
        longest_gap_s=longest_run(~demand.known) * demand.step_s,
        share_idle=float(demand.idle.mean()) if steps else 0.0,
        share_censored=float(demand.censored.sum()) / present if present else 0.0,
        long_enough=demand.days >= MIN_DAYS,
    )


def longest_run(mask: Mask) -> int:
    """Return the length of the longest run of true in ``mask``, shape (T,)."""
    edges = np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return int((ends - starts).max(initial=0))
