"""Small pictures as SVG: no script draws them, so they are there in print and without JavaScript.

Colours are classes, so that light, dark and print are a matter of the style sheet. Every text is escaped.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimtab.demand.series import F64
    from trimtab.report.html.frontier import Point
    from trimtab.report.html.money import Bar

WATERFALL_WIDTH, ROW, LABEL, FIGURE = 620, 36, 180, 90
SPARK_WIDTH, SPARK_HEIGHT, SPARK_POINTS = 132, 26, 66
SCATTER_WIDTH, SCATTER_HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 560, 300, 62, 16, 14, 44
MINUS = "\u2212"
NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
TICKS = 5


def money(amount: float) -> str:
    """Return whole dollars, with the sign before them."""
    return f"{MINUS if round(amount) < 0 else ''}${abs(round(amount)):,}"


def cents(amount: float) -> str:
    """Return dollars and cents, with the sign before them."""
    return f"{MINUS if amount < 0 else ''}${abs(amount):,.2f}"


def signed(amount: float) -> str:
    """Return what is added or taken, in whole dollars."""
    return money(amount) if round(amount) <= 0 else f"+{money(amount)}"


def ticks(most: float, least: float = 0.0) -> list[float]:
    """Return round values from ``least`` to above ``most``."""
    span = max(most - least, 1e-9)
    raw = span / TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * nice for nice in NICE if power * nice >= raw * (1 - 1e-9))
    first, last = math.floor(least / step), math.ceil(most / step)
    return [number * step for number in range(first, last + 1)]


def waterfall(bars: Sequence[Bar]) -> Markup:
    """Return the way from today's bill to the proposed one."""
    most = max((*_levels(bars), 1.0))
    scale = (WATERFALL_WIDTH - LABEL - FIGURE) / most
    height = ROW * len(bars) + 8
    body = Markup("").join(_bars(bars, scale))
    return Markup(
        '<svg class="waterfall" viewBox="0 0 {} {}" role="img" aria-label="From today to the proposal">'
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="6" class="hatch"/></pattern></defs>'
        "{}</svg>"
    ).format(WATERFALL_WIDTH, height, body)


def _levels(bars: Sequence[Bar]) -> Iterator[float]:
    level = 0.0
    for bar in bars:
        level = bar.usd_month if bar.end else level + bar.usd_month
        yield level


def _bars(bars: Sequence[Bar], scale: float) -> Iterator[Markup]:
    level = 0.0
    for number, bar in enumerate(bars):
        top = number * ROW + 4
        start, end = (0.0, bar.usd_month) if bar.end else (level, level + bar.usd_month)
        level = end
        left, width = LABEL + min(start, end) * scale, max(abs(end - start) * scale, 1.5)
        kind = "end" if bar.end else ("less" if bar.usd_month <= 0 else "more")
        unknown = Markup("")
        if bar.unknown:
            wide = max(width, 26)
            unknown = Markup('<rect x="{:.1f}" y="{}" width="{:.1f}" height="24" class="unknown"/>').format(
                left, top, wide
            )
            width = max(width, 1.5)
        text = money(bar.usd_month) if bar.end else signed(bar.usd_month)
        if bar.unknown:
            text = f"{text} ?" if round(bar.usd_month) else "not known"
        told = f"{bar.label}: {text}{'; ' + bar.unknown if bar.unknown else ''}"
        yield Markup(
            '<g><title>{}</title><text x="{}" y="{}" class="label">{}</text>'
            '<rect x="{:.1f}" y="{}" width="{:.1f}" height="24" class="{}"/>{}'
            '<text x="{:.1f}" y="{}" class="figure">{}</text></g>'
        ).format(
            told,
            LABEL - 10,
            top + 18,
            bar.label,
            left,
            top,
            width,
            kind,
            unknown,
            left + max(width, 26 if bar.unknown else 0) + 8,
            top + 18,
            text,
        )


def sparkline(values: F64) -> Markup:
    """Return demand over the whole record, as its peaks. NaN is no value."""
    known = values[~np.isnan(values)]
    if not known.size:
        return Markup("")
    parts = np.array_split(values, min(SPARK_POINTS, values.size))
    peaks = [0.0 if np.isnan(part).all() else float(np.nanmax(part)) for part in parts]
    most = max(*peaks, 1e-9)
    step = SPARK_WIDTH / max(1, len(peaks) - 1)
    points = [
        (number * step, SPARK_HEIGHT - 2 - peak / most * (SPARK_HEIGHT - 4))
        for number, peak in enumerate(peaks)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return Markup(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true">'
        '<polygon points="0,{} {} {},{}" class="fill"/><polyline points="{}" class="line"/></svg>'
    ).format(
        SPARK_WIDTH,
        SPARK_HEIGHT,
        SPARK_WIDTH,
        SPARK_HEIGHT,
        SPARK_HEIGHT,
        line,
        SPARK_WIDTH,
        SPARK_HEIGHT,
        line,
    )


def saving_bar(amount: float, most: float) -> Markup:
    """Return the saving as a bar; what costs more goes the other way, in another colour."""
    width = 0.0 if most <= 0 else abs(amount) / most * 96
    kind = "less" if amount >= 0 else "more"
    return Markup(
        '<svg class="bar" viewBox="0 0 96 12" width="96" height="12" aria-hidden="true">'
        '<rect x="0" y="0" width="96" height="12" class="track"/>'
        '<rect x="0" y="0" width="{:.1f}" height="12" class="{}"/></svg>'
    ).format(width, kind)


def scatter(points: Sequence[Point], allowed: float) -> Markup:
    """Return cost against minutes short of CPU. ``allowed``: what the objective allows [minutes]."""
    across, up = (
        ticks(max([one.minutes for one in points] + [allowed])),
        ticks(max(one.usd_month for one in points)),
    )
    wide, high = SCATTER_WIDTH - LEFT - RIGHT, SCATTER_HEIGHT - TOP - BOTTOM

    def x(minutes: float) -> float:
        return LEFT + minutes / across[-1] * wide

    def y(usd: float) -> float:
        return TOP + high - usd / up[-1] * high

    grid = [
        Markup('<line x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}" class="grid"/>').format(
            LEFT, SCATTER_WIDTH - RIGHT, y(tick), y(tick)
        )
        + Markup('<text x="{}" y="{:.1f}" class="tick end">{}</text>').format(
            LEFT - 8, y(tick) + 4, money(tick)
        )
        for tick in up
    ]
    foot = [
        Markup('<text x="{:.1f}" y="{}" class="tick middle">{:,g}</text>').format(
            x(tick), SCATTER_HEIGHT - BOTTOM + 18, tick
        )
        for tick in across
    ]
    limit = Markup(
        '<rect x="{:.1f}" y="{}" width="{:.1f}" height="{}" class="beyond"/>'
        '<line x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}" class="limit"/>'
    ).format(
        x(allowed), TOP, SCATTER_WIDTH - RIGHT - x(allowed), high, x(allowed), x(allowed), TOP, TOP + high
    )
    places = [(x(one.minutes), y(one.usd_month)) for one in points]
    marks = [
        _point(one, place, label, number)
        for number, (one, place, label) in enumerate(zip(points, places, labels(places), strict=True), 1)
    ]
    # The choice is drawn last: it is the one to be seen where several lie on each other.
    marks = marks[1:] + marks[:1]
    return Markup(
        '<svg class="scatter" viewBox="0 0 {} {}" role="img" aria-label="Cost against minutes short of CPU">'
        '{}{}{}{}<text x="{:.0f}" y="{}" class="tick middle">minutes short of CPU, whole record</text></svg>'
    ).format(
        SCATTER_WIDTH,
        SCATTER_HEIGHT,
        limit,
        Markup("").join(grid),
        Markup("").join(foot),
        Markup("").join(marks),
        LEFT + wide / 2,
        SCATTER_HEIGHT - 6,
    )


OFFSETS = tuple(
    (round(reach * math.cos(turn * math.pi / 4)), round(reach * math.sin(turn * math.pi / 4)))
    for reach in (15, 24, 33, 42)
    for turn in (0, -1, 1, 4, -2, 2, -3, 3)
)
"""Where a number may stand beside its mark, the best place first."""
APART = 12.5


def labels(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return a place for the number of each mark, where it hides neither a mark nor another number."""
    taken = list(places)
    found = []
    for x, y in places:
        free = [
            (x + right, y + down)
            for right, down in OFFSETS
            if LEFT < x + right < SCATTER_WIDTH - 6
            and TOP - 6 < y + down < SCATTER_HEIGHT - BOTTOM
            and all(math.hypot(x + right - a, y + down - b) > APART for a, b in taken)
        ]
        place = free[0] if free else (x + OFFSETS[0][0], y)
        found.append(place)
        taken.append(place)
    return found


def _point(point: Point, place: tuple[float, float], label: tuple[float, float], number: int) -> Markup:
    """Return a numbered mark: its shape says what it is too, for who cannot tell colours apart."""
    x, y = place
    shapes = {
        "today": f'<rect x="{x - 7:.1f}" y="{y - 7:.1f}" width="14" height="14" rx="2" class="today"/>',
        "choice": f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8" class="choice"/>',
        "bound": f'<path d="M{x:.1f},{y - 8:.1f} l8,8 l-8,8 l-8,-8 z" class="bound"/>',
        "tracking": f'<path d="M{x:.1f},{y - 7:.1f} l7,12 h-14 z" class="tracking"/>',
    }
    other = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5.5" class="other"/>'
    shape = Markup(shapes.get(point.kind, other))  # noqa: S704  # numbers alone
    told = f"{number}. {point.label}: ${point.usd_month:,.2f} a month, {point.minutes:,} minutes short of CPU"
    return Markup(
        '<g><title>{}</title>{}<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" class="lead"/>'
        '<text x="{:.1f}" y="{:.1f}" class="number">{}</text></g>'
    ).format(told, shape, x, y, label[0], label[1], label[0], label[1] + 4, number)
