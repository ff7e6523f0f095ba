"""How well supply followed demand, in the elasticity metrics of the SPEC Research Group.

Herbst et al., "Ready for Rain? A View from SPEC Research on the Future of Cloud Metrics",
SPEC-RG-2016-01, arXiv 1604.03470. d: the fewest tasks that keep a minute within the objective
(``bound.required_tasks``); s: tasks serving, the mean over the minute. Variants taken where
authors differ:

- accuracy is divided by the demand, at least 1 (others divide by the supply, or by nothing);
- jitter counts changes in units: a change by 3 tasks is 3 changes;
- instability counts a minute in which one of the two moves and the other does not;
- a share is of all T minutes, the first of which has no direction.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimtab.errors import ReplayError

if TYPE_CHECKING:
    from trimtab.demand.series import F64
    from trimtab.replay.inputs import I64


class Per(enum.Enum):
    """What a deviation of a minute is divided by; each at least 1."""

    DEMAND = "demand"
    SUPPLY = "supply"
    ONE = "one"
    """Nothing: the accuracies are then 100 times the mean deviation [tasks]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elasticity:
    """One replay's metrics. Smaller is better; jitter is best at 0."""

    under_accuracy_percent: float
    """theta_U: mean shortfall relative to ``Per``."""
    over_accuracy_percent: float
    """theta_O: mean excess relative to ``Per``."""
    under_time_percent: float
    """tau_U: minutes with d > s."""
    over_time_percent: float
    """tau_O: minutes with s > d."""
    jitter_per_min: float
    """Changes of s less changes of d [tasks/min]: above 0 restless, below 0 sluggish."""
    instability_percent: float
    """Minutes in which s and d move in different directions."""


def elasticity(demand: I64 | F64, supply: I64 | F64, per: Per = Per.DEMAND) -> Elasticity:
    """Return the metrics of ``supply`` against ``demand``, both of shape (T,) [tasks], T >= 1."""
    if demand.shape != supply.shape or demand.ndim != 1 or not demand.size:
        raise ReplayError(
            f"shapes {demand.shape} and {supply.shape} must be the same (T,), T at least 1",
            where="elasticity",
        )
    wanted, given = demand.astype(np.float64), supply.astype(np.float64)
    base = {Per.DEMAND: wanted, Per.SUPPLY: given, Per.ONE: np.ones_like(wanted)}[per]
    gap = wanted - given
    relative = gap / np.maximum(base, 1.0)
    wanted_steps, given_steps = np.diff(wanted), np.diff(given)
    changes = np.abs(given_steps).sum() - np.abs(wanted_steps).sum()
    apart = np.sign(given_steps) != np.sign(wanted_steps)
    minutes = wanted.size
    return Elasticity(
        under_accuracy_percent=100 * float(np.maximum(relative, 0.0).sum()) / minutes,
        over_accuracy_percent=100 * float(np.maximum(-relative, 0.0).sum()) / minutes,
        under_time_percent=100 * int((gap > 0).sum()) / minutes,
        over_time_percent=100 * int((gap < 0).sum()) / minutes,
        jitter_per_min=float(changes) / minutes,
        instability_percent=100 * int(apart.sum()) / minutes,
    )


def elastic_speedup(policy: Elasticity, fixed: Elasticity) -> float:
    """Return how much better ``policy`` follows than the ``fixed`` count does [ratio], above 1: better.

    The geometric mean of four ratios, fixed over policy: both accuracies, both time shares.
    Where both are 0 they are equal and the ratio is 1. A policy without a fault that the fixed
    count has is infinitely better in it; a fixed count sized for the peak is never short, so
    against a policy that is short once the speed-up is 0. Both at once compare nothing: NaN.
    """
    pairs = (
        (fixed.under_accuracy_percent, policy.under_accuracy_percent),
        (fixed.over_accuracy_percent, policy.over_accuracy_percent),
        (fixed.under_time_percent, policy.under_time_percent),
        (fixed.over_time_percent, policy.over_time_percent),
    )
    ratios = [_ratio(other, own) for other, own in pairs]
    if 0.0 in ratios and math.inf in ratios:
        return math.nan
    # One root a ratio: the product of four could leave the range of a float.
    return math.prod(math.sqrt(math.sqrt(ratio)) for ratio in ratios)


def _ratio(numerator: float, denominator: float) -> float:
    if denominator:
        return numerator / denominator
    return math.inf if numerator else 1.0
