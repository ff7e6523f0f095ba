"""Slopes and trends that a few wild values cannot turn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.demand.series import F64


def slopes(at: F64, values: F64) -> F64:
    """Return the slope of every pair of points that differ in ``at``, in no order; none if none do.

    Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63 (1968).
    """
    later, earlier = np.tril_indices(at.size, -1)
    run = at[later] - at[earlier]
    apart = run != 0
    rises: F64 = (values[later] - values[earlier])[apart] / run[apart]
    return rises


def theil_sen(at: F64, values: F64) -> float:
    """Return the median slope over all pairs of points; 0 where no two differ in ``at``."""
    found = slopes(at, values)
    return float(np.median(found)) if found.size else 0.0


def rising(blocks: Sequence[F64]) -> float:
    """Return how likely it is that chance alone makes the blocks rise as they do: one-sided, 0 to 1.

    Kendall's test for trend within each block, added up: only what rises *within* a block counts,
    as with the seasons of Hirsch, Slack and Smith (Water Resources Research 18, 1982). The normal
    approximation with its correction for continuity and for ties; 1 where nothing can be compared.
    """
    score = sum(_kendall(block) for block in blocks)
    variance = sum(_variance(block) for block in blocks)
    if variance <= 0:
        return 1.0
    z = (score - np.sign(score)) / math.sqrt(variance)
    return 0.5 * math.erfc(z / math.sqrt(2))


def _kendall(values: F64) -> int:
    """Return the pairs that rise less the pairs that fall."""
    later, earlier = np.tril_indices(values.size, -1)
    return int(np.sign(values[later] - values[earlier]).sum())


def _variance(values: F64) -> float:
    ties = np.unique(values, return_counts=True)[1]
    return float(_weight(values.size) - sum(_weight(int(count)) for count in ties)) / 18


def _weight(count: int) -> int:
    return count * (count - 1) * (2 * count + 5)


HUBER = 1.345
"""In standard deviations, from which on a residual counts as it is and no longer squared: 95 % as
efficient as least squares on normal noise (Huber, "Robust Statistics", 1981)."""
ROUNDS = 20
"""Of reweighting; the slopes no longer move after about ten."""


def huber(columns: F64, values: F64) -> tuple[F64, F64]:
    """Return Huber's slopes of ``values``, shape (N,), on ``columns``, shape (N, K), and each row's weight.

    By iterated reweighting, at the scale of the median absolute residual.
    """
    weight = np.ones(values.size)
    slopes = np.zeros(columns.shape[1])
    for _ in range(ROUNDS):
        root = np.sqrt(weight)
        slopes = np.asarray(
            np.linalg.lstsq(columns * root[:, None], values * root, rcond=None)[0], np.float64
        )
        left = np.abs(values - columns @ slopes)
        limit = HUBER * float(np.median(left)) / 0.6745
        weight = np.where(left <= limit, 1.0, limit / np.maximum(left, 1e-300))
    return slopes, weight


def upper_99(freedom: int) -> float:
    """Return the one-sided 99 % quantile of Student's t, by Cornish and Fisher: within 0.02 from 30 on."""
    normal = 2.3263
    return normal + (normal**3 + normal) / (4 * freedom)
