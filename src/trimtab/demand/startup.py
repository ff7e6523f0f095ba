"""How long a task takes from being asked for to serving, from recorded starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.fleet.model import StartSample

MIN_SAMPLES = 20
"""Below this the 95th percentile is the largest sample by another name: 1 / (1 - 0.95)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantiles:
    """Quantiles of a duration [s], interpolated linearly between samples (numpy's default)."""

    p50_s: float
    p90_s: float
    p95_s: float
    p99_s: float
    max_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StartUp:
    """Start-up of one service, from at least ``MIN_SAMPLES`` recorded starts."""

    samples: int
    launch: Quantiles
    """Launch delay [s]: placement + pull + boot, from createdAt to startedAt. Billing begins
    with the pull; serving has not begun yet."""
    start_up: Quantiles
    """Start-up [s]: boot + ready, from the image's arrival to the first passing check. This is
    what health checks and grace periods have to wait for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEnoughSamples:
    """Too few starts for quantiles. The largest values seen are all that can be said."""

    samples: int
    needed: int
    launch_max_s: float | None
    """Largest launch delay [s]; ``None`` without any sample."""
    start_up_max_s: float | None
    """Largest start-up [s]; ``None`` without any sample."""


StartUpAnswer: TypeAlias = StartUp | NotEnoughSamples


def start_up_of(samples: Sequence[StartSample]) -> StartUpAnswer:
    """Return quantiles of launch delay and start-up, or why there are none."""
    launch = [sample.placement_s + sample.pull_s + sample.boot_s for sample in samples]
    start_up = [sample.boot_s + sample.ready_s for sample in samples]
    if len(samples) < MIN_SAMPLES:
        return NotEnoughSamples(
            samples=len(samples),
            needed=MIN_SAMPLES,
            launch_max_s=max(launch, default=None),
            start_up_max_s=max(start_up, default=None),
        )
    return StartUp(samples=len(samples), launch=_quantiles(launch), start_up=_quantiles(start_up))


def _quantiles(seconds: Sequence[float]) -> Quantiles:
    p50, p90, p95, p99, largest = (float(q) for q in np.quantile(seconds, (0.50, 0.90, 0.95, 0.99, 1.0)))
    return Quantiles(p50_s=p50, p90_s=p90, p95_s=p95, p99_s=p99, max_s=largest)
