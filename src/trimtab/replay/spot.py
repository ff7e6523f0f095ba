"""When Spot takes tasks away: made events for a replay, since AWS publishes no rates.

``docs/replay.md``, 10, says what is known and what is assumed. All figures are the user's to set.
"""

from __future__ import annotations

import math

import numpy as np

from trimtab.replay.checks import number, whole
from trimtab.replay.inputs import Interruptions
from trimtab.units import DAY_MIN

EVENTS_PER_DAY = 1.0
"""Assumption, without a source: a pool of capacity runs dry once a day."""
SHARE_PERCENT = 33
"""Assumption: the pool is one zone of three, and ECS spreads tasks over them evenly."""
CAPACITY_WAIT_S = 300
"""Assumption, without a source: five minutes until there is capacity again."""


def spot_interruptions(
    minutes: int,
    *,
    events_per_day: float = EVENTS_PER_DAY,
    share_percent: int = SHARE_PERCENT,
    capacity_wait_s: int = CAPACITY_WAIT_S,
    seed: int = 0,
) -> Interruptions:
    """Return events for a recording of so many minutes, at most one a minute.

    Interruptions come together: each event takes ``share_percent`` of the tasks that run then,
    rounded up, and for ``capacity_wait_s`` seconds nothing starts. So a task is interrupted
    ``events_per_day * share_percent / 100`` times a day. The same seed gives the same events,
    and a longer recording begins with those of a shorter one.
    """
    whole("interruptions.minutes", minutes, least=1)
    number("interruptions.events_per_day", events_per_day)
    whole("interruptions.share_percent", share_percent, least=1, most=100)
    whole("interruptions.seed", seed)
    arrives = -math.expm1(-events_per_day / DAY_MIN)
    events = np.random.default_rng(seed).random(minutes) < arrives
    return Interruptions(
        share_percent=np.where(events, share_percent, 0).astype(np.int64), capacity_wait_s=capacity_wait_s
    )
