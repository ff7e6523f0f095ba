"""Which sizes may be tried at all: what starts allow, response times, and the objective."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.advice.case.latency import limits_of, share_at
from trimtab.catalog.load import fargate_sizes
from trimtab.sizing.tasks import application_vcpu
from trimtab.terraform_module import COLLECTOR_CPU_UNITS, LONGEST_STARTUP_S
from trimtab.timing.slower import slower_at
from trimtab.timing.startup import startup_of, timing_of

if TYPE_CHECKING:
    from trimtab.advice.case.case import Workload
    from trimtab.advice.case.objective import Objective
    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Service, TaskSize
    from trimtab.timing.startup import Startup, Timing

COLLECTOR_VCPU = COLLECTOR_CPU_UNITS / 1024


def admissible(workload: Workload, objective: Objective) -> tuple[tuple[TaskSize, ...], str]:
    """Return the sizes that may be tried, and what is not tried because its starts would be too slow.

    What the objective lays down stays: it is somebody's word, and the timing cautions. So does today's.
    """
    service, demand = workload.service, workload.demand
    laid = objective.laid_down(service.name).size
    least = objective.least_cpu_units or 0
    allowed = [
        size
        for size in fargate_sizes()
        if size == laid or (size.cpu_units >= least and _answers(size, workload, objective))
        if has_room(size, workload, objective)
    ]
    slow = {
        size.cpu_units: startup
        for size in allowed
        if size.cpu_units < service.size.cpu_units and too_slow(startup := startup_at(service, demand, size))
    }
    kept = tuple(size for size in allowed if size.cpu_units not in slow or size == laid)
    return kept, _not_tried(slow) if laid is None else ""


def has_room(size: TaskSize, workload: Workload, objective: Objective) -> bool:
    """Tell whether the objective leaves a task anything for work beside what it uses without any."""
    share = limits_of(workload, objective, size.vcpu, COLLECTOR_VCPU).cpu_share
    return share * application_vcpu(size.cpu_units) > workload.demand.own.idle.value


def _answers(size: TaskSize, workload: Workload, objective: Objective) -> bool:
    """Tell whether tasks of a size may keep the p95 response time that is asked for, at any utilisation."""
    return share_at(workload, objective, size.vcpu, COLLECTOR_VCPU) is not None


def startup_at(service: Service, demand: Demand, size: TaskSize) -> Startup:
    """Return the start-up to time for at a size."""
    slower = slower_at(size, service.size, demand.own)
    return startup_of(service.start_samples, service.health_check, slower)


def too_slow(startup: Startup) -> bool:
    """Tell whether recorded starts would take longer than the health checks can allow for.

    Where none was recorded, what is scaled is an assumption already: it is cautioned, and rules out nothing.
    """
    return startup.measured_s is not None and startup.needed_s > LONGEST_STARTUP_S


def timing_at(service: Service, demand: Demand, size: TaskSize, objective: Objective) -> Timing:
    """Return the timing of a service at a size."""
    required = objective.laid_down(service.name)
    return timing_of(service, required.deregistration_delay_s, slower_at(size, service.size, demand.own))


def _not_tried(slow: dict[int, Startup]) -> str:
    if not slow:
        return ""
    largest = max(slow)
    return (
        f"tasks of {largest} CPU units and fewer are not tried: a start would take up to "
        f"{slow[largest].needed_s} s there, and health checks can allow for {LONGEST_STARTUP_S} s at most"
    )
