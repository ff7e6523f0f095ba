"""The sizing rule against an oracle that walks every minute and every size in plain Python."""

from __future__ import annotations

import math
import statistics
from datetime import UTC, datetime

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trimtab.catalog.load import fargate_sizes, prices
from trimtab.demand.series import Demand
from trimtab.fleet.left_out import LeftOut
from trimtab.fleet.model import Scaling, Service, TaskSize
from trimtab.sizing.model import Sizing
from trimtab.sizing.rightsizing import right_size

MINUTES = 150
PRICES = prices("us-east-1")
SERVICE = Service(
    name="made",
    image="made:1",
    size=TaskSize(cpu_units=1024, memory_mib=2048),
    scaling=Scaling(min_tasks=1, max_tasks=4),
)


@st.composite
def demands(draw: st.DrawFn) -> Demand:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.floats(0.01, 40.0))
    cpu = scale * rng.gamma(draw(st.floats(0.3, 20.0)), size=MINUTES)
    tasks = rng.integers(1, draw(st.integers(2, 20)), MINUTES).astype(np.float64)
    follows = draw(st.sampled_from([0.0, 200.0, 3000.0]))
    memory = draw(st.floats(20.0, 60_000.0)) + follows * cpu / tasks + rng.normal(0, 3, MINUTES) ** 2
    present = rng.random(MINUTES) > draw(st.sampled_from([0.0, 0.2]))
    present[0] = True
    censored = present & (rng.random(MINUTES) < draw(st.sampled_from([0.0, 0.05])))
    spread = 1 + draw(st.floats(0.0, 1.5)) * rng.random(MINUTES)
    return Demand(
        service="made",
        start=datetime(2026, 11, 2, tzinfo=UTC),
        step_s=60,
        cpu_vcpu=np.where(present, cpu, 0),
        hottest_cpu_vcpu=np.where(present, cpu / tasks * spread, 0),
        memory_mib=np.where(present, memory, 0),
        hottest_memory_mib=np.where(present, memory * 1.04, 0),
        tasks=np.where(present, tasks, 0),
        requests=np.zeros(MINUTES),
        present=present,
        idle=np.zeros(MINUTES, dtype=np.bool_),
        censored=censored,
    )


class Oracle:
    """The rule as it is written down, one minute at a time."""

    def __init__(self, demand: Demand, floor: int) -> None:
        self.floor = floor
        self.rows = list(
            zip(
                demand.present.tolist(),
                demand.censored.tolist(),
                demand.cpu_vcpu.tolist(),
                demand.tasks.tolist(),
                demand.memory_mib.tolist(),
                demand.hottest_memory_mib.tolist(),
                demand.hottest_cpu_vcpu.tolist(),
                strict=True,
            )
        )
        self.ratio = self._ratio()
        self.slope, self.base = self._line()
        days = sum(row[0] for row in self.rows) / 1440
        self.margin = 1 + 0.15 * min(2.0, 1 + max(0.0, 1 / days - 1 / 14))
        self.limit_mib = 0.97 * SERVICE.size.memory_mib
        if any(row[0] and row[5] >= self.limit_mib for row in self.rows):
            self.margin = max(1.25, self.margin)

    def _ratio(self) -> float:
        usable = [r for r in self.rows if r[0] and not r[1] and r[3] >= 2 and r[2] > 0]
        if not usable:
            return 1.0
        middle = statistics.median(r[2] for r in usable)
        ratios = sorted(r[6] / (r[2] / r[3]) for r in usable if r[2] >= middle)
        place = 0.99 * (len(ratios) - 1)
        low, part = int(place), place - int(place)
        high = min(low + 1, len(ratios) - 1)
        return max(1.0, ratios[low] * (1 - part) + ratios[high] * part)

    def _line(self) -> tuple[float, float]:
        points = [(r[2] / r[3], r[4]) for r in self.rows if r[0] and not r[1]]
        if len(points) < 60:
            return 0.0, 0.0
        first = self._first_slope(sorted(points))
        rest = [memory - first * cpu for cpu, memory in points]
        middle = statistics.median(rest)
        by_distance = sorted(range(len(points)), key=lambda i: abs(rest[i] - middle))
        kept = [points[i] for i in by_distance[: len(points) - len(points) // 100]]
        cpu, memory = [p[0] for p in kept], [p[1] for p in kept]
        slope, _ = statistics.linear_regression(cpu, memory)
        r2 = statistics.correlation(cpu, memory) ** 2
        if slope <= 0 or r2 < 0.3:
            return 0.0, 0.0
        return slope, max(0.0, statistics.median(m - slope * c for c, m in kept))

    @staticmethod
    def _first_slope(points: list[tuple[float, float]]) -> float:
        """The median slope between the medians of 24 groups, the first ones larger by a point."""
        each, larger = divmod(len(points), 24)
        medians, at = [], 0
        for group in range(24):
            part = points[at : at + each + (group < larger)]
            at += len(part)
            medians.append((statistics.median(p[0] for p in part), statistics.median(p[1] for p in part)))
        found = [
            (b[1] - a[1]) / (b[0] - a[0])
            for i, a in enumerate(medians)
            for b in medians[i + 1 :]
            if b[0] != a[0]
        ]
        return statistics.median(found)

    def tasks(self, cpu_units: int) -> list[int]:
        share = (cpu_units - 32) / 1024
        wanted = []
        for _, censored, cpu, *_ in self.rows:
            need = cpu * 1.15 if censored else cpu
            wanted.append(
                max(self.floor, math.ceil(max(1.15 * need / (0.8 * share), self.ratio * need / share) - 1e-9))
            )
        return [max(wanted[max(0, i - 59) : i + 1]) for i in range(len(wanted))]

    def need(self, cpu_units: int) -> float:
        peak = 0.0
        for row, count in zip(self.rows, self.tasks(cpu_units), strict=True):
            if row[0]:
                lifted = row[2] * 1.15 if row[1] else row[2]
                share = row[2] / row[3]
                more = max(0.0, lifted / count - share)
                grown = (row[5] - self.base) * more / share if self.slope else 0.0
                peak = max(peak, row[5] + max(self.slope * self.ratio * more, grown))
        return max(self.margin * peak + 128, (peak + 128) / 0.88)

    def cost(self, size: TaskSize) -> float:
        counts = [n for row, n in zip(self.rows, self.tasks(size.cpu_units), strict=True) if row[0]]
        hour = size.vcpu * 0.04048 + size.memory_gib * 0.004445
        return hour * sum(counts) / len(counts) * 730

    def best(self) -> TaskSize | None:
        holding = [s for s in fargate_sizes() if s.memory_mib >= self.need(s.cpu_units)]
        return min(holding, key=lambda s: (round(self.cost(s), 4), s)) if holding else None


@settings(max_examples=15, deadline=None)
@given(demand=demands(), floor=st.integers(1, 4))
def test_the_chosen_size_is_the_one_the_rule_names(demand: Demand, floor: int) -> None:
    result = right_size(SERVICE, demand, PRICES, fargate_sizes(), floor=floor)
    oracle = Oracle(demand, floor)
    best = oracle.best()
    if best is None:
        assert isinstance(result, LeftOut)
        return
    assert isinstance(result, Sizing)
    assert result.size == best
    assert math.isclose(result.cost_usd_month, oracle.cost(best), rel_tol=1e-9)
    counts = [n for row, n in zip(oracle.rows, oracle.tasks(best.cpu_units), strict=True) if row[0]]
    assert result.tasks_peak == max(counts)


@settings(max_examples=30, deadline=None)
@given(demand=demands(), floor=st.integers(1, 4))
def test_the_chosen_size_holds_the_work_and_nothing_that_holds_it_is_cheaper(
    demand: Demand, floor: int
) -> None:
    result = right_size(SERVICE, demand, PRICES, fargate_sizes(), floor=floor)
    if isinstance(result, LeftOut):
        return
    chosen = next(c for c in result.candidates if c.size == result.size)
    assert chosen.holds
    assert result.size.memory_mib >= 1.15 * result.work.memory_peak_mib + 128 - 1e-6
    assert all(c.cost_usd_month >= chosen.cost_usd_month - 1e-4 for c in result.candidates if c.holds)
    assert chosen.tasks_mean >= floor
    assert chosen.tasks_peak >= chosen.tasks_mean


@settings(max_examples=30, deadline=None)
@given(demand=demands(), factor=st.floats(1.0, 5.0))
def test_more_demand_never_costs_less(demand: Demand, factor: float) -> None:
    more = Demand(
        **{name: getattr(demand, name) for name in Demand.__dataclass_fields__}
        | {"cpu_vcpu": demand.cpu_vcpu * factor, "hottest_cpu_vcpu": demand.hottest_cpu_vcpu * factor}
    )
    less_cost = right_size(SERVICE, demand, PRICES, fargate_sizes(), floor=1)
    more_cost = right_size(SERVICE, more, PRICES, fargate_sizes(), floor=1)
    # Where memory follows load, more CPU beside the same memory is less memory for each unit of load.
    if (
        isinstance(less_cost, Sizing)
        and isinstance(more_cost, Sizing)
        and not less_cost.work.load_memory.slope_mib_per_vcpu
    ):
        assert more_cost.cost_usd_month >= less_cost.cost_usd_month - 1e-6
