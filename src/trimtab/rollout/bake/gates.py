"""What a bake holds against the record: five gates, each with its figure before and now. Pure.

A gate that has nothing to go by says so and passes: it cannot tell. "Clearly worse" is a factor and an
amount above the record's own spread, so that a quiet record does not make a gate of every flutter.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

Points: TypeAlias = "Sequence[tuple[datetime, float]]"

LEAST_MIN: Final = 5
"""Minutes below which nothing is judged."""
LEAST_ERRORS: Final = 10
"""Failed requests below which no rate is judged."""
ERROR_FACTOR, ERROR_MORE = 3.0, 0.005
"""Share of failed requests: times the record's busy level, and this much above."""
P95_FACTOR, P95_MORE_S = 1.5, 0.05
SHORT_FACTOR, SHORT_MORE = 2.0, 0.10
"""Share of minutes short of CPU, likewise."""
AT_MOST_SHARE: Final = 1 / 3
"""Share of minutes at the maximum from which a service that was not there before is worse."""


class RecordBefore(msgspec.Struct, frozen=True, kw_only=True):
    """What the record had before a move; None: it cannot be told."""

    errors_share: float | None = None
    """95th percentile, over windows of half an hour, of 5xx per request."""
    p95_s: float | None = None
    """95th percentile of the minutes' p95 response times [s]."""
    at_most: bool = False
    """Whether the count was at its maximum when the move began."""
    short_share: float | None = None
    """Share of minutes above the limit of CPU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What has been seen since a move: series of minutes, oldest first."""

    requests: Points = ()
    errors: Points = ()
    p95_s: Points = ()
    cpu_percent: Points = ()
    out_of_memory: int = 0
    looks: int = 0
    looks_at_most: int = 0
    """Looks, one a minute, and those that found the count at its maximum."""


def before_of(seen: Seen, cpu_limit_percent: float, *, at_most: bool) -> RecordBefore:
    """Return the record's own level from what was seen before the move."""
    failed = dict(seen.errors)
    windows: dict[int, list[float]] = {}
    for at, count in seen.requests:
        window = windows.setdefault(int(at.timestamp() // 1800), [0.0, 0.0])
        window[0] += failed.get(at, 0.0)
        window[1] += count
    shares = [errors / count for errors, count in windows.values() if count > 0]
    return RecordBefore(
        errors_share=_quantile(shares),
        p95_s=_quantile([value for _, value in seen.p95_s]),
        at_most=at_most,
        short_share=_short(seen.cpu_percent, cpu_limit_percent),
    )


def worse(before: RecordBefore, seen: Seen, cpu_limit_percent: float) -> Iterator[str]:
    """Yield what is clearly worse than before, with both figures."""
    if seen.out_of_memory:
        yield f"out-of-memory kills: {seen.out_of_memory} tasks of the new revision"
    requests, errors = _sum(seen.requests), _sum(seen.errors)
    if before.errors_share is not None and requests and errors >= LEAST_ERRORS:
        share = errors / requests
        if share > ERROR_FACTOR * before.errors_share + ERROR_MORE:
            yield f"target 5xx: {share:.2%} of requests, {before.errors_share:.2%} before"
    if before.p95_s is not None and len(seen.p95_s) >= LEAST_MIN:
        now = median(value for _, value in seen.p95_s)
        if now > P95_FACTOR * before.p95_s + P95_MORE_S:
            yield f"p95: {1000 * now:.0f} ms, at most {1000 * before.p95_s:.0f} ms in 95 % of minutes before"
    if not before.at_most and seen.looks_at_most >= LEAST_MIN:
        share = seen.looks_at_most / seen.looks
        if share >= AT_MOST_SHARE:
            yield f"count at its maximum: {seen.looks_at_most} of {seen.looks} minutes, not before"
    short = _short(seen.cpu_percent, cpu_limit_percent)
    if before.short_share is not None and short is not None and len(seen.cpu_percent) >= LEAST_MIN:
        minutes = short * len(seen.cpu_percent)
        if minutes >= LEAST_MIN and short > SHORT_FACTOR * before.short_share + SHORT_MORE:
            yield (
                f"minutes short of CPU (above {cpu_limit_percent:g} %): {short:.0%}, "
                f"{before.short_share:.0%} before"
            )


def cannot_tell(before: RecordBefore, seen: Seen) -> Iterator[str]:
    """Yield the gates that have nothing to go by."""
    gates: Mapping[str, bool] = {
        "target 5xx": before.errors_share is not None and bool(seen.requests),
        "p95": before.p95_s is not None and bool(seen.p95_s),
        "minutes short of CPU": before.short_share is not None and bool(seen.cpu_percent),
    }
    yield from (name for name, known in gates.items() if not known)


def _short(cpu: Points, limit_percent: float) -> float | None:
    return sum(value > limit_percent for _, value in cpu) / len(cpu) if cpu else None


def _sum(points: Points) -> float:
    return sum(value for _, value in points)


def _quantile(values: Sequence[float], share: float = 0.95) -> float | None:
    """Return the smallest value that ``share`` of them do not exceed; None of none."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
