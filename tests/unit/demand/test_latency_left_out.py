"""Where no model of the p95 holds it is left out with its reason, and odd numbers in make none out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from demand.made_answers import MINUTES, busy, demand, fitted, recorded
from fleet import made

from trimtab.demand.latency import LEAST_MINUTES, _line, latency_of

if TYPE_CHECKING:
    from trimtab.demand.series import F64


def test_a_p95_that_falls_as_tasks_get_busier_is_flat_and_one_without_a_rest_never_below_zero() -> None:
    at = np.linspace(0.1, 0.7, 20)
    rest, slope, _ = _line(at / (1 - at), 0.2 - 0.1 * at)
    assert (rest, slope) == (pytest.approx(0.16), 0.0)
    queue = at**4 / (1 - at)
    rest, slope, _ = _line(queue - queue[0] + 1e-6, np.maximum(queue - 0.02, 1e-4))
    assert rest >= 0
    assert slope >= 0
    rest, slope, _ = _line(at, 2 * at - 0.05)
    assert rest == 0.0
    assert slope == pytest.approx(1.8, abs=0.2)
    # Nothing goes through nothing at a utilisation of nothing.
    still = np.array([0.0, 0.0, 0.1, 0.2])
    rest, slope, _ = _line(still, np.array([0.01, 0.01, 1.0, 3.0]))
    assert rest >= 0
    assert slope >= 0
    assert rest + slope * still[0] > 0


@pytest.mark.not_fast
@pytest.mark.parametrize("share", [0.0, 0.4])
def test_a_service_that_hardly_works_gets_numbers_and_no_warning(share: float) -> None:
    """CPU that reads as nothing in all minutes or in some, one p95 for all: nothing divides by nothing."""
    idle = np.where(np.arange(MINUTES) % 10 < 10 * share, 0.002, 0.0)
    of = replace(recorded(), busy=idle, p95_s=np.full(MINUTES, 0.05))
    with np.errstate(all="raise"):
        model = latency_of(demand(of), 1.0)
        assert model.fit is not None
        assert model.bound_s(np.array([0.0]), 1.0)[0] == pytest.approx(0.05)
        assert model.bound_s(np.array([0.1]), 1.0)[0] > 0.05


def last_part(minutes: int = MINUTES) -> F64:
    return (np.arange(minutes) >= 0.7 * minutes).astype(np.float64)


def one_in(count: int, of: Any) -> F64:
    """Return one in so many minutes, drawn at random, where there is one."""
    return (np.random.default_rng(2).integers(0, count, of.size) == 0) * of.astype(np.float64)


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        (1 + 0.8 * np.arange(MINUTES) / MINUTES, "on the last 30 % of the record"),
        (1 + 0.5 * last_part(), "misses the p95 on the last 30 % of the record by 3"),
        (1 - 0.4 * last_part(), "misses the p95 on the last 30 % of the record by 6"),
        (
            1 + (busy() > 0.5) * last_part(),
            "% of the busiest minutes on the last 30 % of the record are above",
        ),
        (1 + one_in(3, busy() < 0.4) * last_part(), "% of minutes on the last 30 % of the record are above"),
    ],
)
def test_a_model_that_does_not_hold_on_the_last_part_is_left_out_with_by_how_much(
    factor: F64, said: str
) -> None:
    of = recorded()
    model = latency_of(demand(of, p95_s=of.p95_s * factor), 1.0)
    assert model.fit is None
    assert said in model.why
    assert np.isinf(model.bound_s(np.array([0.1]), 1.0)).all()


def test_a_p95_that_follows_the_hour_widens_the_bound() -> None:
    """Each fourth hour, a backup, say: CPU does not tell it from the others."""
    of = recorded()
    p95 = of.p95_s * np.where(np.arange(MINUTES) // 60 % 4 == 0, 2.5, 1.0)
    plain, model = fitted(of)[1], latency_of(demand(of, p95_s=p95), 1.0)
    assert model.fit is not None
    assert model.fit.spread > 1.5 * plain.spread
    assert float((p95 > model.bound_s(of.busy, 1.0)).mean()) < 0.10


def test_without_a_model_nothing_is_said_of_any_size() -> None:
    model = latency_of(made.demand(busy(), tasks=1), 1.0)
    assert model.why == "no response times are recorded"
    assert model.most_busy(0.3, 0.5) is None
    assert model.most_busy(1e6, 2.0) is None


def test_minutes_with_few_requests_with_failures_or_without_an_answer_are_not_used() -> None:
    of = recorded()
    silent, keep = np.full(MINUTES, np.nan), LEAST_MINUTES - 1
    few = np.where(np.arange(MINUTES) < keep, of.requests, 59.0)
    failed = np.where(np.arange(MINUTES) < keep, 0.0, 0.02 * of.requests)
    p95 = np.where(np.arange(MINUTES) < keep, of.p95_s, silent)
    ceiling = np.arange(MINUTES) >= keep
    model = latency_of(replace(demand(of), censored=ceiling), 1.0)
    assert "1,439 minutes have" in model.why, "what the work wanted at the ceiling is not known"
    for changes in ({"requests": few}, {"failed": failed}, {"p95_s": p95}):
        model = latency_of(demand(of, **changes), 1.0)
        assert model.fit is None
        assert "60 requests or more and few failures; 1,440 are needed" in model.why


def test_a_minute_of_failures_that_answer_at_once_moves_nothing() -> None:
    of = recorded()
    outage = np.arange(MINUTES) % 3 == 0
    quick = np.where(outage, 0.001, of.p95_s)
    _, told = fitted(of)
    model = latency_of(demand(of, p95_s=quick, failed=np.where(outage, of.requests, 0.0)), 1.0)
    assert model.fit is not None
    assert model.fit.line_s(np.array([0.5]))[0] == pytest.approx(told.line_s(np.array([0.5]))[0], rel=0.1)
