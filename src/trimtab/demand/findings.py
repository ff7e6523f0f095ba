"""Why a service's demand cannot carry a recommendation, with the numbers.

What is found here is no error: the snapshot is sound, the demand just does not say enough. The
verdict decides what follows from each kind. Memory above the largest task is sizing's own
finding (``LeftOut``), for only sizing knows the sizes.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimtab.demand.quality import MIN_DAYS, quality_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.demand.series import F64, Demand

CENSORED_SHARE = 0.05
"""Of reported minutes, the share at the CPU ceiling from which on the demand is a guess [ratio]:
five times the share of minutes that the default objective allows above its limit."""

ZERO_VCPU = 1e-3
"""CPU of all tasks together that no minute exceeds where nothing works [vCPU]: less than what a
runtime uses to wait."""

CONSTANT_SHARE = 0.10
"""How far the busiest and the calmest hundredth may lie from the median where nothing varies
[ratio]. Less than the 15 % margin, so no count of tasks would ever follow it."""

SMOOTH_S = 300
"""Over which the demand is averaged before its variation is judged [s]: a scaling policy sees no less."""

SPIKE_LEVEL = 1 / 3
"""Of the peak, what nothing outside a giant spike reaches [ratio]."""

SPIKE_SHARE = 0.01
"""Longest that one burst may be and still be called a spike, of the reported minutes [ratio]."""

SPIKE_GAP_S = 3600
"""Bursts this close are one [s]: a task count is kept an hour, so they are one to scaling too."""


class FindingKind(enum.Enum):
    """What keeps the demand from being believed, or from being scaled to."""

    TOO_LITTLE_DATA = "too little data"
    ZERO = "zero demand"
    CONSTANT = "constant demand"
    ONE_SPIKE = "one giant spike"
    CENSORED = "too often at the CPU ceiling"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandFinding:
    """One reason, and the sentence with its numbers."""

    kind: FindingKind
    text: str


def believable(demand: Demand) -> tuple[DemandFinding, ...]:
    """Return every reason against believing ``demand``, none where it can be believed."""
    return tuple(_findings(demand))


def _findings(demand: Demand) -> Iterator[DemandFinding]:
    quality = quality_of(demand)
    if not quality.long_enough:
        text = f"{demand.days:.2f} days were reported, and {MIN_DAYS:g} is the least"
        yield DemandFinding(kind=FindingKind.TOO_LITTLE_DATA, text=text)
    if not demand.present.any():
        return
    peak = float(demand.cpu_vcpu[demand.present].max())
    if peak <= ZERO_VCPU:
        text = f"all tasks together never used more than {peak:.4f} vCPU"
        yield DemandFinding(kind=FindingKind.ZERO, text=text)
        return
    if (spike := _one_spike(demand, peak)) is not None:
        yield spike
    elif (constant := _constant(demand)) is not None:
        yield constant
    if quality.share_censored > CENSORED_SHARE:
        text = (
            f"{100 * quality.share_censored:.1f} % of minutes were at the CPU ceiling, where "
            f"{100 * CENSORED_SHARE:g} % is the most whose demand may be guessed"
        )
        yield DemandFinding(kind=FindingKind.CENSORED, text=text)


def _constant(demand: Demand) -> DemandFinding | None:
    calm, middle, busy = (float(q) for q in np.quantile(_smooth(demand), (0.01, 0.5, 0.99)))
    if busy > (1 + CONSTANT_SHARE) * middle or calm < (1 - CONSTANT_SHARE) * middle:
        return None
    text = (
        f"98 % of the time the work uses between {calm:.3g} and {busy:.3g} vCPU around {middle:.3g}: "
        "there is nothing to scale with"
    )
    return DemandFinding(kind=FindingKind.CONSTANT, text=text)


def _one_spike(demand: Demand, peak: float) -> DemandFinding | None:
    """Return the finding where all that reaches ``SPIKE_LEVEL`` of the peak is one short burst."""
    high = np.flatnonzero(demand.cpu_vcpu >= SPIKE_LEVEL * peak)
    minutes = (int(high[-1] - high[0]) + 1) * demand.step_s / 60
    together = np.diff(high).max(initial=0) * demand.step_s <= SPIKE_GAP_S
    reported = int(demand.present.sum())
    if not together or minutes * 60 > SPIKE_SHARE * reported * demand.step_s:
        return None
    rest = demand.present.copy()
    rest[high[0] : high[-1] + 1] = False
    others = float(demand.cpu_vcpu[rest].max(initial=0.0))
    text = (
        f"one burst of {minutes:.0f} min reached {peak:.3g} vCPU, and nothing else more than "
        f"{others:.3g}: whether it comes again, one burst cannot say"
    )
    return DemandFinding(kind=FindingKind.ONE_SPIKE, text=text)


def _smooth(demand: Demand) -> F64:
    """Return means over ``SMOOTH_S`` of the reported minutes [vCPU]; what is left over is left out."""
    steps = max(1, SMOOTH_S // demand.step_s)
    known = demand.cpu_vcpu[demand.present]
    whole = known[: known.size // steps * steps]
    means: F64 = whole.reshape(-1, steps).mean(axis=1) if whole.size else known
    return means
