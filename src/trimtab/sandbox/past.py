"""What happened before the sandbox began: metrics, events, tasks that stopped, scaling activities.

Times are seconds since 1970. Needs no moto: whoever has a past to tell writes it in these words,
and ``Sandbox.record`` and ``Sandbox.remember`` take it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Series:
    """One metric: a statistic set a point, all arrays of one length."""

    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    at: F64
    total: F64
    count: F64
    least: F64
    most: F64
    percentiles: Mapping[str, F64] = field(default_factory=dict)
    """By statistic (``p95``), a value a point, where they were recorded: no statistic set has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTask:
    """A task that ran once and has stopped."""

    created_at: float
    pull_started_at: float
    pull_stopped_at: float
    started_at: float
    stopped_at: float
    stop_code: str
    stopped_reason: str
    exit_codes: Mapping[str, int] = field(default_factory=dict)
    """By container."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """By container: ``OutOfMemoryError: ...``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a service looks back on."""

    events: tuple[tuple[float, str], ...] = ()
    """When and what, as ECS writes it."""
    tasks: tuple[PastTask, ...] = ()
    activities: tuple[Mapping[str, Any], ...] = ()
    """``ScalingActivity`` of the service model, without ids."""
