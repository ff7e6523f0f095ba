"""The cheapest Fargate size that carries a service's demand, and why it is that one.

Every valid size is tried on every minute. A size holds the work when its memory holds the
largest task seen, with a margin that is wider the shorter the history, what a climb at the end of a
short one may add, the trace collector, and what a bigger share of the load would add. A leak is not
sized to: what tasks older than a typical life piled up is left out, and a caution says so. Among
those the cheapest task-hours win.
Nothing depends on a service's name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from trimtab.catalog.load import HOURS_PER_MONTH
from trimtab.demand.memory.follow import load_memory
from trimtab.demand.memory.growth import growth_of, within_typical_life
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.sizing import sentence
from trimtab.sizing.busy import busy_hours
from trimtab.sizing.constants import (
    FLOOR_SHARE,
    FLOOR_WITH_TRAFFIC,
    FLOOR_WITHOUT_TRAFFIC,
    SPARE_WITHOUT_TRAFFIC,
)
from trimtab.sizing.memory import hottest_memory, margin_of, memory_need_mib, still_holds
from trimtab.sizing.model import Candidate, SizeReason, Sizing, TaskUse, Work
from trimtab.sizing.tasks import hottest_ratio, tasks_needed, work_cpu
from trimtab.snapshot.understand.causes import memory_kills

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Service, TaskSize
    from trimtab.sizing.model import TaskPrices


def floor_of(service: Service, demand: Demand | None = None) -> int:
    """Return the least number of tasks that the service must keep.

    Behind a load balancer two; reached in another way two as well, unless ``demand`` says that never
    more than one ran. Elsewhere as many as today's minimum, at most two: a spare that always ran is not
    taken away in silence.
    """
    if service.traffic is not None:
        return FLOOR_WITH_TRAFFIC
    if reached(service) and not _always_one(service, demand):
        return FLOOR_WITH_TRAFFIC
    return min(SPARE_WITHOUT_TRAFFIC, max(FLOOR_WITHOUT_TRAFFIC, service.scaling.min_tasks))


def reached(service: Service) -> bool:
    """Tell whether others connect to the service, by whatever balances or names its tasks.

    That is a target group of any protocol, Cloud Map, Service Connect or VPC Lattice; where the account
    was not read, a port.
    """
    told = service.identity
    if told is None:
        return service.port is not None
    return bool(told.attachments or told.registrations or told.service_connect or told.lattice)


def _always_one(service: Service, demand: Demand | None) -> bool:
    if service.scaling.max_tasks == 1:
        return True
    return demand is not None and float(demand.tasks.max()) <= 1


def right_size(  # noqa: PLR0913 - the work, what it may run on, and what is known of it
    service: Service,
    demand: Demand,
    prices: TaskPrices,
    sizes: Sequence[TaskSize],
    *,
    floor: int,
    use: TaskUse | None = None,
) -> Sizing | LeftOut:
    """Choose the cheapest of ``sizes`` that carries ``demand`` with at least ``floor`` tasks.

    ``use`` is how tasks share the work, where that is known already.

    The demand must have reported minutes; a snapshot's usable services do.
    """
    work = _work(service, demand, floor, use or task_use_of(demand))
    candidates = tuple(
        _candidate(load, size, prices.task_hour_usd(size, service.architecture))
        for load in _loads(demand, work, sorted({size.cpu_units for size in sizes}))
        for size in sorted(size for size in sizes if size.cpu_units == load.cpu_units)
    )
    holding = [candidate for candidate in candidates if candidate.holds]
    if not holding:
        return LeftOut(
            service=service.name,
            reason=LeftOutReason.NO_SIZE,
            detail=sentence.unsizable(work, candidates),
        )
    chosen = min(holding, key=_cheapest)
    reason = _reason(service, chosen, candidates)
    return Sizing(
        service=service.name,
        size=chosen.size,
        reason=reason,
        sentence=sentence.chosen(reason, chosen, work),
        tasks_mean=chosen.tasks_mean,
        tasks_peak=chosen.tasks_peak,
        cost_usd_month=chosen.cost_usd_month,
        work=work,
        candidates=candidates,
    )


def laid_down(sizing: Sizing, size: TaskSize, present: TaskSize) -> Sizing | LeftOut:
    """Return the sizing with ``size`` as its only candidate, whatever the data would choose.

    It must hold the work; where it is the ``present`` size already, up to a fuller task.
    """
    candidate = next(one for one in sizing.candidates if one.size == size)
    kept = size == present and still_holds(size, sizing.work.memory_peak_mib)
    if not candidate.holds and not kept:
        return LeftOut(
            service=sizing.service,
            reason=LeftOutReason.NO_SIZE,
            detail=sentence.too_small(candidate, sizing.work),
        )
    if size == sizing.size:
        said = f"{sizing.sentence}; set by the objective too"
        return replace(sizing, sentence=said, candidates=(candidate,))
    return replace(
        sizing,
        size=size,
        reason=SizeReason.LAID_DOWN,
        sentence=sentence.laid_down(candidate, sizing),
        tasks_mean=candidate.tasks_mean,
        tasks_peak=candidate.tasks_peak,
        cost_usd_month=candidate.cost_usd_month,
        candidates=(candidate,),
    )


def _cheapest(candidate: Candidate) -> tuple[float, TaskSize]:
    """Order by cost to the hundredth of a cent, then by size: a tie goes to the smaller."""
    return round(candidate.cost_usd_month, 4), candidate.size


def task_use_of(demand: Demand) -> TaskUse:
    """Return how tasks shared the work."""
    return TaskUse(hottest_ratio=hottest_ratio(demand), memory=load_memory(demand))


def _work(service: Service, demand: Demand, floor: int, use: TaskUse) -> Work:
    reported = demand.present
    cpu = demand.cpu_vcpu[reported]
    growth, kills = growth_of(demand), memory_kills(service.failures)
    counted = within_typical_life(demand, growth)
    return Work(
        cpu_mean_vcpu=float(cpu.mean()),
        cpu_peak_vcpu=float(cpu.max()),
        memory_peak_mib=float(demand.hottest_memory_mib[counted].max()),
        memory_margin=margin_of(demand, service.size, growth.climb_mib),
        growth=growth,
        hottest_ratio=use.hottest_ratio,
        load_memory=use.memory,
        censored_share=float(demand.censored[reported].mean()),
        floor=floor,
        own=demand.own,
        busy_hours=busy_hours(demand),
        memory_kills=kills,
        memory_least_mib=service.size.memory_mib if kills else 0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Load:
    """The demand seen by tasks of one CPU size. All memories of that CPU share it."""

    cpu_units: int
    memory_need_mib: float
    tasks_mean: float
    tasks_peak: int
    floor_share: float


def _loads(demand: Demand, work: Work, cpu_sizes: Sequence[int]) -> Iterator[_Load]:
    cpu, counted = work_cpu(demand), within_typical_life(demand, work.growth)
    idle = demand.own.idle.value
    for cpu_units in cpu_sizes:
        tasks = tasks_needed(
            cpu,
            cpu_units=cpu_units,
            ratio=work.hottest_ratio,
            floor=work.floor,
            step_s=demand.step_s,
            idle_vcpu=idle,
        )
        memory = hottest_memory(demand, cpu + idle * tasks, tasks, work.load_memory, work.hottest_ratio)
        reported = tasks[demand.known]
        yield _Load(
            cpu_units=cpu_units,
            # A minute's statistic may miss what killed a task: less than today's never held.
            memory_need_mib=max(
                memory_need_mib(float(memory[counted].max()), work.memory_margin), work.memory_least_mib
            ),
            tasks_mean=float(reported.mean()),
            tasks_peak=int(reported.max()),
            floor_share=float(np.mean(reported <= work.floor)),
        )


def _candidate(load: _Load, size: TaskSize, task_hour_usd: float) -> Candidate:
    return Candidate(
        size=size,
        holds=size.memory_mib >= load.memory_need_mib,
        memory_need_mib=load.memory_need_mib,
        tasks_mean=load.tasks_mean,
        tasks_peak=load.tasks_peak,
        floor_share=load.floor_share,
        cost_usd_month=task_hour_usd * load.tasks_mean * HOURS_PER_MONTH,
    )


def _reason(service: Service, chosen: Candidate, candidates: tuple[Candidate, ...]) -> SizeReason:
    """Say what decided: ask which size would have won without the memory's demand."""
    if chosen.size == service.size:
        return SizeReason.ALREADY_RIGHT
    if min(candidates, key=_cheapest).size != chosen.size:
        return SizeReason.MEMORY_BOUND
    return SizeReason.FLOOR_BOUND if chosen.floor_share >= FLOOR_SHARE else SizeReason.CPU_BOUND
