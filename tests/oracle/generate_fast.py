"""Seeded cases with alarms of 20 s, beside alarms of minutes on the same policies and alone, and phases."""

from __future__ import annotations

import random
from dataclasses import replace

import generate
import generate_spot
import generate_tracked
import oracle_case as oc

PHASES_S = (0, 0, 20, 40)
MOST_ALARMS = 8


def fast(seed: int) -> oc.Case:
    """Return a case of the other generators, some of whose alarms got a fast twin, became fast or a phase."""
    rng = random.Random(seed)  # noqa: S311 - test data, not secrets
    others = (generate.dyadic, generate_tracked.tracked, generate_spot.spot)
    draw = rng.choice((generate.wild, generate.wild, *others))
    case = draw(seed)
    together = _lows_together(case)
    alarms: list[oc.Alarm] = []
    for alarm in case.alarms:
        low = isinstance(case.policies[alarm.policy], oc.Tracking) and alarm.comparison in ("<", "<=")
        fit = alarm.metric != oc.REQUESTS and not low
        kept = alarm if low and together else replace(alarm, phase_s=rng.choice(PHASES_S))
        if not fit or rng.random() < 0.3:
            alarms.append(kept)
        elif rng.random() < 0.25:
            alarms.append(_of_thirds(rng, alarm))
        else:
            alarms += rng.sample((kept, _of_thirds(rng, alarm)), 2)
    delay = rng.choice((0, 1, 20, 20, 35, 60, 200))
    choices = replace(
        case.choices,
        fast_delay_s=delay,
        publication_delay_s=rng.choice((0, 53, 60, 61, 90, 120, 120, case.choices.publication_delay_s)),
    )
    return replace(case, alarms=tuple(alarms[:MOST_ALARMS]), choices=choices)


def _lows_together(case: oc.Case) -> bool:
    """Tell whether several target-tracking policies scale in: theirs is one tick."""
    return sum(isinstance(one, oc.Tracking) and one.scale_in_enabled for one in case.policies) > 1


def _of_thirds(rng: random.Random, alarm: oc.Alarm) -> oc.Alarm:
    n = rng.choice((1, 2, 3, 3, 3, 5, 9))
    return replace(alarm, fast=True, period=1, phase_s=0, n=n, m=rng.choice((n, rng.randint(1, n))))
