"""What a deployment did to the readings is undone, whatever was deployed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.catalog.load import fargate_sizes, is_valid, nearest_sizes
from trimtab.catalog.size import TaskSize
from trimtab.demand.free import demand_of
from trimtab.demand.quality import longest_run
from trimtab.demand.startup import MIN_SAMPLES, StartUp, start_up_of
from trimtab.fleet.model import Scaling, Service, StartSample

START = datetime(2026, 11, 2, tzinfo=UTC)
sizes = st.sampled_from(fargate_sizes())
minutes = st.lists(
    st.tuples(
        st.floats(0.001, 0.9),  # share of the CPU that the average task uses
        st.floats(1.0, 1.1),  # hottest over average
        st.floats(0.01, 0.9),  # share of the memory
        st.integers(1, 500),  # tasks
        st.booleans(),  # reported
    ),
    min_size=1,
    max_size=40,
)


@given(size=sizes, work=minutes)
def test_demand_is_recovered_from_readings_made_of_it(
    size: TaskSize, work: list[tuple[float, float, float, int, bool]]
) -> None:
    cpu, hotter, memory, tasks = (np.array([row[i] for row in work], dtype=np.float64) for i in range(4))
    reported = np.array([row[4] for row in work])
    wanted_vcpu = cpu * size.vcpu * tasks
    held_mib = memory * size.memory_mib
    readings = {
        "cpu_average_percent": wanted_vcpu / (tasks * size.vcpu) * 100,
        "cpu_maximum_percent": wanted_vcpu / (tasks * size.vcpu) * 100 * hotter,
        "memory_average_percent": held_mib / size.memory_mib * 100,
        "memory_maximum_percent": held_mib / size.memory_mib * 100 * hotter,
        "requests": tasks * 60,
        "running_tasks": tasks.astype(np.int64),
    }
    table = pl.DataFrame({name: pl.Series(values) for name, values in readings.items()}).select(
        pl.Series("timestamp", [START + timedelta(minutes=i) for i in range(len(work))]),
        pl.when(pl.Series(reported)).then(pl.all()),
    )
    deployed = Service(name="x", image="i", size=size, scaling=Scaling(min_tasks=1, max_tasks=500))
    demand = demand_of(deployed, table)
    assert demand.present.tolist() == reported.tolist()
    assert demand.cpu_vcpu == pytest.approx(np.where(reported, wanted_vcpu, 0))
    assert demand.memory_mib == pytest.approx(np.where(reported, held_mib, 0))
    assert demand.hottest_memory_mib == pytest.approx(np.where(reported, held_mib * hotter, 0))
    # The hottest task carries no less than its even share, and nothing here exceeds 99 %.
    assert (demand.hottest_cpu_vcpu * tasks >= demand.cpu_vcpu * (1 - 1e-9)).all()
    assert not (demand.censored & (cpu * hotter < 0.97)).any()


@given(st.lists(st.booleans(), max_size=60))
def test_the_longest_run_is_that_of_a_plain_count(mask: list[bool]) -> None:
    plain = max((len(list(group)) for value, group in groupby(mask) if value), default=0)
    assert longest_run(np.array(mask, dtype=np.bool_)) == plain


@given(cpu=st.integers(1, 40_000), memory=st.integers(1, 300_000), n=st.integers(1, 6))
def test_nearest_sizes_are_valid_distinct_and_lead_with_the_size_itself_if_it_is_one(
    cpu: int, memory: int, n: int
) -> None:
    asked = TaskSize(cpu_units=cpu, memory_mib=memory)
    nearest = nearest_sizes(asked, n)
    assert len(set(nearest)) == n
    assert all(is_valid(size) for size in nearest)
    assert (nearest[0] == asked) == is_valid(asked)


seconds = st.floats(0, 600)


@given(st.lists(st.builds(StartSample, placement_s=seconds, pull_s=seconds, boot_s=seconds, ready_s=seconds),
                min_size=MIN_SAMPLES, max_size=60))  # fmt: skip
def test_quantiles_rise_and_stay_within_the_samples(samples: list[StartSample]) -> None:
    answer = start_up_of(samples)
    assert isinstance(answer, StartUp)
    for found, values in (
        (answer.launch, [s.placement_s + s.pull_s + s.boot_s for s in samples]),
        (answer.start_up, [s.boot_s + s.ready_s for s in samples]),
    ):
        rising = [min(values), found.p50_s, found.p90_s, found.p95_s, found.p99_s, found.max_s]
        assert all(low <= high + 1e-9 for low, high in pairwise(rising))
        assert found.max_s == max(values)
