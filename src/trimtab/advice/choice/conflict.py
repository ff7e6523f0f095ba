"""An objective that nothing can keep: which of its limits is in the way, and what would be feasible."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trimtab.advice.case.zones import left_share, zones_of
from trimtab.advice.choice.sizes import candidate_sizes, inputs_at
from trimtab.catalog.limits import MAX_TASKS
from trimtab.catalog.load import fargate_sizes
from trimtab.ladders.parts import HARDER
from trimtab.replay.bound import required_tasks

if TYPE_CHECKING:
    from trimtab.advice.choice.question import Question
    from trimtab.demand.latency import Latency
    from trimtab.replay.inputs import Inputs
    from trimtab.sizing.model import Sizing


def conflict(question: Question, sizing: Sizing) -> str:
    """Return which limit no size keeps, and the value that the best of them would."""
    objective = question.objective
    inputs = [inputs_at(question, sizing, size) for size in candidate_sizes(sizing, question.service.size)]
    memory = math.ceil(min(_memory_percent(one) for one in inputs))
    if memory > objective.memory_percent:
        return (
            f"memory_percent = {objective.memory_percent:g} cannot be kept: at every size that holds the "
            f"work a task is up to {memory} % full; {memory} would be feasible"
        )
    tasks = min(int(required_tasks(one, floor=1).tasks.max()) for one in inputs)
    said = f"the peak would need {tasks:,} tasks, and a service has {MAX_TASKS:,} at most"
    limits = objective.replayed(question.workload.use.hottest_ratio, zones_of(question.service))
    if objective.p95_limit_s is not None and all(
        one.objective.cpu_share < limits.cpu_share for one in inputs
    ):
        return f"{too_slow(question.workload.latency, objective.p95_limit_s)}: at what keeps it {said}"
    # The hottest task is full before the average one: no promise of the average goes beyond that.
    highest = 100 / question.workload.use.hottest_ratio
    left = left_share(zones_of(question.service)) if objective.zone_loss else 1.0
    feasible = math.ceil(min(_cpu_percent(one) for one in inputs) / left)
    if feasible > highest:
        return f"{said}, which {highest:.0f} % CPU does not change: share the work between services"
    return f"cpu_percent = {objective.cpu_percent:g} cannot be kept: {said}; {feasible} would be feasible"


def too_slow(latency: Latency | None, limit_s: float) -> str:
    """Say that a limit on the p95 response time is not kept, and what may be asked for instead."""
    said = f"p95_ms = {1000 * limit_s:g} cannot be kept"
    if latency is None or latency.fit is None:
        return said
    rest = min(float(latency.bound_s(np.zeros(1), size.vcpu)[0]) for size in fargate_sizes())
    return f"{said} (idle tasks may take {math.ceil(1000 * rest)} ms already)" if rest > limit_s else said


def _memory_percent(inputs: Inputs) -> float:
    """Return what the average task holds at most when the load is spread over very many [percent]."""
    held = float(np.max(inputs.load.memory_mib)) + inputs.task.overhead_mib
    return 100 * held / inputs.task.memory_mib


def _cpu_percent(inputs: Inputs) -> float:
    """Return how busy the average task is at the peak when there are all that a service has [percent].

    The peak of the harder demand, which what is advised must stand too.
    """
    task = inputs.task
    each_vcpu = HARDER * float(inputs.load.cpu_vcpu.max()) / MAX_TASKS + task.idle_vcpu
    return 100 * each_vcpu / (task.vcpu - task.overhead_vcpu)
