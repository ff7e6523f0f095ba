"""What each number of the timing rests on: a quantile of something measured, and a margin over it."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

GRID_S = 5
"""Periods lie on whole steps of this [s]: a finer one pretends to know more than the starts tell."""


class Setting(enum.Enum):
    """A setting of the service module that is timed, by its name there."""

    STARTUP = "startup_seconds"
    START_PERIOD = "start_period"
    INTERVAL = "interval"
    TIMEOUT = "timeout"
    RETRIES = "retries"
    GRACE_PERIOD = "grace_period"
    DEREGISTRATION_DELAY = "deregistration_delay"
    STOP_TIMEOUT = "stop_timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Why a setting has its value."""

    setting: Setting
    value: int
    """[s]; ``RETRIES``: tries."""
    quantile: float | None
    """Which quantile of what was measured, 1.0 the largest; None: nothing was measured."""
    measured_s: float | None
    """That quantile: of start-up, or of requests for drain and stop [s]."""
    margin: float | None
    """``value`` over ``measured_s``, all rounding included [ratio]; None without, and for tries."""
    samples: int
    """Starts or requests behind the quantile."""
    sentence: str


def ground(setting: Setting, value: int, evidence: Evidence, sentence: str) -> Ground:
    """Return the ground of one value, its margin worked out."""
    measured = evidence.measured_s
    margin = None
    if measured and setting is not Setting.RETRIES:
        margin = round(value / measured, 2)
    return Ground(
        setting=setting,
        value=value,
        quantile=evidence.quantile,
        measured_s=None if measured is None else round(measured, 3),
        margin=margin,
        samples=evidence.samples,
        sentence=sentence,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A quantile of recorded durations."""

    quantile: float | None = None
    measured_s: float | None = None
    samples: int = 0


NOTHING = Evidence()
"""Where nothing was recorded."""


def on_grid(seconds: float) -> int:
    """Return the seconds rounded up to the grid."""
    # A product this little above a step is that step: the rest is binary fractions.
    return math.ceil(round(seconds / GRID_S, 9)) * GRID_S


def share_of(quantile: float) -> str:
    """Word a quantile: how many starts or requests were no longer than it."""
    return "all" if quantile >= 1 else f"{100 * quantile:g} %"
