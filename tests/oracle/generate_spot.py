"""Seeded cases in which Spot takes tasks away: those of ``generate``, with events on top."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import generate

if TYPE_CHECKING:
    import oracle_case as oc

BASES = (generate.wild, generate.wild, generate.dyadic, generate.crowded)


def spot(seed: int) -> oc.Case:
    """Return a case with rare or constant events, small or large, and capacity at once or late."""
    rng = random.Random(seed)  # noqa: S311 - test data, not secrets
    case = rng.choice(BASES)(seed)
    often = rng.choice((0.002, 0.02, 0.02, 0.1, 0.5))
    shares = rng.choice(((33,), (1,), (100,), (50,), (1, 10, 34, 67, 99, 100)))
    return replace(
        case,
        share_percent=tuple(rng.choice(shares) if rng.random() < often else 0 for _ in case.cpu_vcpu),
        capacity_wait_s=rng.choice((0, 0, 1, 60, 95, 300, 3600)),
    )
