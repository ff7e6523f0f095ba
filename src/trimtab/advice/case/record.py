"""What was recorded of a service, in the numbers and minutes of a replay, though no policy was replayed.

Only running tasks are recorded: what their starts and drains cost, and what was asked for before it
ran, is not in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimtab.advice.case.outcome import Basis, Judged, verdict_of
from trimtab.demand.fill import held
from trimtab.replay.result import Minutes, Replay, Summary
from trimtab.sizing.tasks import lifted_cpu
from trimtab.units import MINUTE_S

if TYPE_CHECKING:
    from trimtab.advice.case.case import Workload
    from trimtab.demand.series import F64, Demand
    from trimtab.replay.inputs import Inputs


def judge_record(workload: Workload, inputs: Inputs) -> Judged:
    """Return the record of a service's demand as a replay at today's size would be told.

    Minutes of which nothing is known are in no number; in the minutes the last report stands in.
    """
    service, demand = workload.service, workload.demand
    full, known = held(demand), demand.known
    minutes = _minutes(full, inputs)
    tasks = full.tasks
    running_s = round(float(tasks[known].sum()) * MINUTE_S)
    over_cpu, over_memory = minutes.over_cpu & known, minutes.over_memory & known
    steps = np.diff(tasks[known])
    summary = Summary(
        billed_s=running_s,
        cost_usd=running_s / 3600 * inputs.task.price_usd_hour,
        over_cpu_min=int(over_cpu.sum()),
        over_memory_min=int(over_memory.sum()),
        over_min=int((over_cpu | over_memory).sum()),
        oom_min=0,
        saturated_min=int((demand.censored & known).sum()),
        activities=int((steps != 0).sum()),
        direction_changes=_direction_changes(steps),
        launched=int(np.maximum(steps, 0).sum()),
        interrupted=0,
    )
    done = Replay(summary=summary, minutes=minutes, activities=())
    return Judged(
        replay=done,
        start=demand.start,
        verdict=verdict_of(
            done,
            inputs,
            known,
            service=service.name,
            size=service.size,
            bounds=(service.scaling.min_tasks, service.scaling.max_tasks),
            floor=0,
            filled_share=workload.filled_share,
            basis=Basis.RECORD,
        ),
    )


def _minutes(full: Demand, inputs: Inputs) -> Minutes:
    """Return the minutes: those that ran also served, for nothing else is recorded."""
    load, task, tasks = inputs.load, inputs.task, full.tasks
    capacity, used = tasks * task.vcpu, lifted_cpu(full)
    served = np.minimum(used, capacity)
    cpu = _where_run(100 * served, capacity)
    memory = np.where(tasks > 0, 100 * full.memory_mib / task.memory_mib, np.nan)
    nothing = np.zeros(tasks.size, dtype=np.bool_)
    return Minutes(
        demand_vcpu=load.cpu_vcpu,
        served_vcpu=served,
        backlog_vcpu_min=np.zeros_like(served),
        running=tasks,
        serving=tasks,
        desired=np.rint(tasks).astype(np.int64),
        cpu_average_percent=cpu,
        cpu_maximum_percent=np.minimum(100.0, cpu * load.hottest_ratio),
        memory_average_percent=memory,
        billed_s=np.rint(tasks * MINUTE_S).astype(np.int64),
        alarm_state=np.zeros((0, tasks.size), dtype=np.int8),
        over_cpu=used > inputs.objective.cpu_share * capacity,
        over_memory=(tasks > 0) & (full.memory_mib > inputs.objective.memory_share * task.memory_mib),
        oom=nothing,
    )


def _where_run(values: F64, tasks: F64) -> F64:
    return np.divide(values, tasks, out=np.full_like(values, np.nan), where=tasks > 0)


def _direction_changes(steps: F64) -> int:
    """Return how often a change of the count turns the one before around."""
    ways = np.sign(steps[steps != 0])
    return int((ways[1:] != ways[:-1]).sum())
