"""Margins, the two bands that keep a size, and what a task of another share of load would hold."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from trimtab.catalog.load import fargate_sizes, prices
from trimtab.demand.series import Demand
from trimtab.fleet.model import Scaling, Service, TaskSize
from trimtab.sizing.change import Priced, worth_changing
from trimtab.sizing.constants import KEEP_SHARE
from trimtab.sizing.memory import memory_margin, memory_need_mib, still_holds
from trimtab.sizing.model import Sizing
from trimtab.sizing.rightsizing import right_size

PRICES = prices("us-east-1")
DAYS = st.floats(0.05, 400.0)
PEAKS = st.floats(1.0, 200_000.0)
COSTS = st.floats(0.5, 50_000.0)
A, B = TaskSize(cpu_units=512, memory_mib=2048), TaskSize(cpu_units=512, memory_mib=1024)


def demand(memory: np.ndarray[tuple[int], np.dtype[np.float64]], hottest: float = 1.0) -> Demand:
    everywhere, ones = np.ones(memory.size, dtype=np.bool_), np.ones(memory.size)
    return Demand(
        service="made",
        start=datetime(2026, 11, 2, tzinfo=UTC),
        step_s=60,
        cpu_vcpu=0.05 * ones,
        hottest_cpu_vcpu=0.05 * ones,
        memory_mib=memory,
        hottest_memory_mib=memory * hottest,
        tasks=ones,
        requests=0 * ones,
        present=everywhere,
        idle=~everywhere,
        censored=~everywhere,
    )


def sized(given_demand: Demand, deployed: int = 30_720) -> Sizing:
    size = TaskSize(cpu_units=4096, memory_mib=deployed)
    service = Service(name="made", image="made:1", size=size, scaling=Scaling(min_tasks=1, max_tasks=4))
    found = right_size(service, given_demand, PRICES, fargate_sizes(), floor=1)
    assert isinstance(found, Sizing)
    return found


@given(one=DAYS, other=DAYS)
def test_a_longer_history_never_widens_the_margin(one: float, other: float) -> None:
    short, long = sorted((one, other))
    assert 1.30 >= memory_margin(short) >= memory_margin(long) >= 1.15


def test_the_margin_is_fifteen_percent_at_two_weeks_and_nearly_twice_that_at_a_day() -> None:
    assert memory_margin(14.0) == 1.15
    assert round(memory_margin(7.0), 4) == 1.1607
    assert round(memory_margin(3.0), 4) == 1.1893
    assert round(memory_margin(1.0), 4) == 1.2893
    assert round(memory_margin(0.0), 9) == round(memory_margin(0.5), 9) == 1.30


@given(peak=PEAKS, more=st.floats(0.0, 1000.0), days=DAYS)
def test_a_need_holds_the_peak_with_room_and_grows_with_it(peak: float, more: float, days: float) -> None:
    margin = memory_margin(days)
    need = memory_need_mib(peak, margin)
    assert need >= margin * peak + 128
    assert peak + 128 <= 0.88 * need + 1e-6
    assert memory_need_mib(peak + more, margin) >= need


@given(peak=PEAKS, drift=st.floats(1.0, 1.02), days=DAYS)
def test_a_size_just_chosen_is_kept_when_the_peak_is_two_percent_higher(
    peak: float, drift: float, days: float
) -> None:
    need = memory_need_mib(peak, memory_margin(days))
    chosen = next((size for size in fargate_sizes() if size.memory_mib >= need), None)
    assume(chosen is not None)
    assert chosen is not None
    assert still_holds(chosen, peak * drift)


@given(peak=PEAKS)
def test_a_size_is_kept_up_to_the_objectives_line_and_not_beyond(peak: float) -> None:
    for size in fargate_sizes():
        assert still_holds(size, peak) == (peak + 128 <= KEEP_SHARE * size.memory_mib)


@given(a=COSTS, b=COSTS, drift_a=st.floats(0.955, 1.045), drift_b=st.floats(0.955, 1.045))
def test_a_run_a_week_later_does_not_take_a_change_back(
    a: float, b: float, drift_a: float, drift_b: float
) -> None:
    first = worth_changing(
        Priced(size=A, compute_usd_month=a), Priced(size=B, compute_usd_month=b), present_holds=True
    )
    assume(first.worth)
    back = worth_changing(
        Priced(size=B, compute_usd_month=b * drift_b),
        Priced(size=A, compute_usd_month=a * drift_a),
        present_holds=True,
    )
    assert not back.worth


@given(costs=st.lists(COSTS, min_size=2, max_size=6, unique=True))
def test_changing_as_long_as_it_pays_ends_and_visits_no_size_twice(costs: list[float]) -> None:
    sizes = [
        Priced(size=size, compute_usd_month=usd) for size, usd in zip(fargate_sizes(), costs, strict=False)
    ]
    present, seen = sizes[0], [sizes[0].size]
    for _ in range(2 * len(sizes)):
        better = [one for one in sizes if worth_changing(present, one, present_holds=True).worth]
        if not better:
            return
        present = better[-1]
        assert present.size not in seen
        seen.append(present.size)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), hottest=st.floats(1.0, 3.0), at=st.integers(0, 2879))
def test_one_minute_of_one_task_sets_the_need_whatever_the_average_says(
    seed: int, hottest: float, at: int
) -> None:
    memory = np.random.default_rng(seed).uniform(300, 900, 2880)
    memory[at] = 2000.0
    found = sized(demand(memory, hottest))
    assert found.work.memory_peak_mib == 2000.0 * hottest
    assert found.size.memory_mib >= memory_margin(2.0) * 2000.0 * hottest + 128


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), share=st.floats(0.5, 1.0))
def test_a_task_that_ran_into_its_limit_gets_a_quarter_more(seed: int, share: float) -> None:
    memory = np.random.default_rng(seed).uniform(300, 400, 14 * 1440)
    memory[77] = 8192 * share
    found = sized(demand(memory), deployed=8192)
    assert found.work.memory_margin == (1.25 if share >= 0.97 else 1.15)


@settings(max_examples=15, deadline=None)
@given(slope=st.floats(30.0, 90.0), life=st.integers(3, 4), seed=st.integers(0, 2**32 - 1))
def test_a_leak_is_sized_to_a_typical_life_and_never_beyond_what_was_seen(
    slope: float, life: int, seed: int
) -> None:
    day = np.arange(14 * 1440) / 1440
    regular = 300 + slope * np.where(day < 2 * life, day % life, day - 2 * life)
    memory = regular + np.random.default_rng(seed).uniform(0, 5, day.size)
    found = sized(demand(memory))
    assert found.work.growth.slope_mib_per_day > 0
    typical = 300 + slope * life
    assert typical * 0.95 <= found.work.memory_peak_mib <= typical * 1.05 + 5
    assert found.work.memory_peak_mib < memory.max()
