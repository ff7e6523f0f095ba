"""What the charts of one service are drawn from: bands of least and most, and single minutes.

A band is a quarter of an hour, or longer where the record has more than ``MOST_BANDS`` of them, so that
a page's size does not grow with the record. Minutes short of CPU are kept one by one: they are what is
promised. Plain values that go into a file and into a page.
"""

from __future__ import annotations

import base64
import math
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimtab.demand.series import F64, Mask

BAND_MIN: Final = 15
MOST_BANDS: Final = 1500
"""Quarters of an hour in two weeks and a bit: CloudWatch keeps minutes for 15 days."""
NONE: Final = 65_535
"""Stands for a band without a value."""
REPLACED: Final = "tasks replaced"
"""Kind of an event that is no failure."""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One value a band, in whole steps of ``scale``."""

    scale: float
    values: str
    """uint16, little-endian, base64; ``NONE``: no value."""


class ChartEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened at a minute."""

    minute: int
    kind: str
    text: str


class Tracked(msgspec.Struct, frozen=True, kw_only=True):
    """Target tracking on average CPU at the proposed size, replayed on the whole record."""

    target_percent: float
    usd_month: float
    minutes_short: int


class ChartSeries(msgspec.Struct, frozen=True, kw_only=True):
    """One service."""

    service: str
    start: str
    """First minute, ISO 8601 UTC."""
    minutes: int
    band_min: int
    held_out_from: int
    """First minute of the days that nothing was tuned on."""
    columns: dict[str, Column]
    short_before: tuple[tuple[int, int], ...]
    """Minutes short of CPU today: (first, how many) of each run."""
    short_after: tuple[tuple[int, int], ...]
    marks: tuple[ChartEvent, ...]
    held_out_before_usd_month: float
    """Fargate alone, on the held-out days."""
    held_out_after_usd_month: float
    tracked: tuple[Tracked, ...]
    today: dict[str, str]
    """What is configured, by the name of the value."""
    same: bool
    """Whether these minutes count up to what the recommendation says."""


def band_of(minutes: int) -> int:
    """Return the length of a band [min]: whole quarters of an hour."""
    return BAND_MIN * max(1, math.ceil(minutes / (BAND_MIN * MOST_BANDS)))


def bands(values: Mapping[str, F64], band_min: int) -> dict[str, Column]:
    """Return the least and the most of each band of each series, under ``NAME_lo`` and ``NAME_hi``.

    Arrays have shape (T,); NaN is no value.
    """
    columns = {}
    for name, minutes in values.items():
        padded = np.full(math.ceil(minutes.size / band_min) * band_min, np.nan)
        padded[: minutes.size] = minutes
        rows = padded.reshape(-1, band_min)
        known = ~np.isnan(rows).all(axis=1)
        most = float(np.nanmax(minutes)) if known.any() else 0.0
        scale = float(f"{max(most, 1e-6) / 60_000:.3g}")
        least_of, most_of = np.full(rows.shape[0], np.nan), np.full(rows.shape[0], np.nan)
        least_of[known], most_of[known] = np.nanmin(rows[known], axis=1), np.nanmax(rows[known], axis=1)
        columns[f"{name}_lo"], columns[f"{name}_hi"] = _column(least_of, scale), _column(most_of, scale)
    return columns


def _column(values: F64, scale: float) -> Column:
    steps = np.where(np.isnan(values), NONE, np.clip(np.rint(values / scale), 0, NONE - 1))
    return Column(scale=scale, values=base64.b64encode(steps.astype("<u2").tobytes()).decode())


def unpacked(column: Column) -> F64:
    """Return the values of a column, NaN where there is none."""
    steps = np.frombuffer(base64.b64decode(column.values), dtype="<u2").astype(np.float64)
    return np.where(steps == NONE, np.nan, steps * column.scale)


def runs(mask: Mask) -> tuple[tuple[int, int], ...]:
    """Return (first, how many) of each run of true minutes."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return tuple((int(first), int(end - first)) for first, end in edges.reshape(-1, 2))


def counted(spans: Sequence[tuple[int, int]], first: int = 0, end: int | None = None) -> int:
    """Return how many minutes of these runs lie from ``first`` to before ``end``."""
    last = math.inf if end is None else end
    return sum(max(0, int(min(start + length, last)) - max(start, first)) for start, length in spans)
