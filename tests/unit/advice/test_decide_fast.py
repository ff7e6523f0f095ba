"""The verdict where alarms of 20 s and steps on requests are both asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from advice.contested import (
    CHOSEN,
    GROUND,
    MIDDLE,
    QUESTION,
    M,
    decided,
    entrant,
    fixed,
    searched,
)
from advice.test_decide_kinds import ON_REQUESTS, WITH_REQUESTS

from trimtab.advice.watching_cost import fast_signals_usd

if TYPE_CHECKING:
    from trimtab.advice.choice.contest import Entrant
    from trimtab.advice.choice.model import Choice
    from trimtab.advice.choice.sizes import Searched
    from trimtab.terraform_module import Ladders

PRICES = QUESTION.prices


def called(one: Searched) -> Searched:
    """Return the same of a service that had requests."""
    tuned = one.sized.parts.tuned
    load = tuned.inputs.load
    asked = replace(load, requests=np.full_like(load.cpu_vcpu, 100.0))
    parts = replace(one.sized.parts, tuned=replace(tuned, inputs=replace(tuned.inputs, load=asked)))
    return replace(one, sized=replace(one.sized, parts=parts))


def soon(usd: float | None, fast_usd: float | None, both_usd: float | None) -> Choice:
    """Decide between steps for $80, with requests, with an alarm of 20 s, and with both."""
    asked = replace(
        QUESTION,
        objective=msgspec.structs.replace(QUESTION.objective, policies=WITH_REQUESTS, fast_signals=True),
    )
    one = searched(MIDDLE, entrant(M, 80), fixed(M, 100))

    def found(at_usd: float | None, ladders: Ladders) -> Entrant | None:
        return None if at_usd is None else entrant(M, at_usd, ladders=ladders)

    held = replace(
        one.contest,
        requests=found(usd, ON_REQUESTS),
        fast=found(fast_usd, replace(CHOSEN, fast_signals=True)),
        fast_requests=found(both_usd, replace(ON_REQUESTS, fast_signals=True)),
        ground=replace(GROUND, objective=asked.objective),
    )
    return decided(called(replace(one, contest=held)), question=asked)


@pytest.mark.parametrize(
    ("usd", "fast_usd", "both_usd", "fast", "requests"),
    [
        (None, 60, 50, True, True),
        (None, 60, 59.9, True, False),
        (None, None, 50, True, True),
        (None, 60, None, True, False),
        (55, 60, 54.9, False, True),
        (55, 60, 40, True, True),
    ],
)
def test_steps_on_requests_and_an_alarm_of_20_s_are_taken_together_where_that_costs_less(
    usd: float | None, fast_usd: float | None, both_usd: float | None, fast: bool, requests: bool
) -> None:
    ladders = soon(usd, fast_usd, both_usd).ladders
    assert (ladders.fast_signals, ladders.requests is not None) == (fast, requests)


def test_what_becomes_of_steps_on_requests_beside_a_chosen_alarm_of_20_s_is_said() -> None:
    assert soon(None, 60, 59.9).why.endswith(
        "steps on requests were tried too, and would cost $60 on the held-out days"
    )
    usd = fast_signals_usd(PRICES) + 2 * PRICES.alarm_month.usd
    assert f"for ${usd:,.2f} in CloudWatch" in soon(None, None, 50).why, "two metrics more for requests"
    assert f"for ${fast_signals_usd(PRICES):,.2f} in CloudWatch" in soon(55, None, 40).why
