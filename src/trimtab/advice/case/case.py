"""A service as it is deployed, or as it is proposed, in the words of a replay.

Both are asked to carry the same work: the recorded demand with its gaps held closed and its
minutes at the ceiling lifted, as sizing lifts them. What is assumed is listed in
``docs/replay-command.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from trimtab.advice.case.asked import asked_of
from trimtab.advice.case.latency import latency_at, limits_of
from trimtab.advice.case.objective import DEFAULT as DEFAULT_OBJECTIVE
from trimtab.advice.case.zones import zones_of
from trimtab.demand.fill import held
from trimtab.demand.quality import quality_of
from trimtab.errors import UsageError
from trimtab.fleet.model import StartSample
from trimtab.ladders.convert import policy_of_ladders, policy_of_service
from trimtab.replay.bound import required_tasks
from trimtab.replay.inputs import Inputs, Load, Model, Starts, Task
from trimtab.replay.spot import spot_interruptions
from trimtab.sizing.rightsizing import task_use_of
from trimtab.sizing.tasks import work_cpu
from trimtab.timing.slower import AS_RECORDED, slower_at
from trimtab.timing.startup import ASSUMED_S

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from trimtab.advice.case.objective import Objective
    from trimtab.advice.case.proposal import Proposal
    from trimtab.catalog.load import Prices
    from trimtab.demand.latency import Latency
    from trimtab.demand.series import Demand, Mask
    from trimtab.fleet.model import Service, TaskSize
    from trimtab.replay.policy import Policy
    from trimtab.sizing.model import TaskUse
    from trimtab.timing.slower import Slower

ASSUMED_START = StartSample(placement_s=10.0, pull_s=20.0, boot_s=10.0, ready_s=ASSUMED_S - 10.0)
"""Where no start was recorded: the start-up that health checks then allow for too, after the
placement and pull of an image of some hundred MB. Not measured; a caution says so."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Workload:
    """What every case of one service carries: the same at every size and under every policy."""

    service: Service
    demand: Demand
    use: TaskUse
    load: Load
    filled_share: float
    """Share of minutes that nobody reported and the last report stands for, 0 to 1."""
    first_tasks: int
    """Tasks that ran in the first minute."""
    latency: Latency | None = None
    """How fast its tasks answer; None: nobody connects to them."""


def workload_of(service: Service, demand: Demand) -> Workload:
    """Return what every case of the service carries; it takes some ten milliseconds, so once a service."""
    full, use = held(demand), task_use_of(demand)
    return Workload(
        service=service,
        demand=demand,
        use=use,
        load=load_of(use, full),
        filled_share=quality_of(demand).share_missing,
        first_tasks=round(float(full.tasks[0])),
        latency=latency_at(service, demand, use.hottest_ratio),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One service ready to be replayed."""

    service: str
    start: datetime
    """First minute, UTC."""
    size: TaskSize
    inputs: Inputs
    policy: Policy
    filled_share: float
    """Share of minutes that nobody reported and the last report stands for, 0 to 1."""


def as_deployed(workload: Workload, prices: Prices, objective: Objective = DEFAULT_OBJECTIVE) -> Case:
    """Return the service as it is configured today: no trace collector, its own policies and drain.

    Raises:
        ReplayError: its scaling is none that can be replayed.

    """
    service, start = workload.service, workload.demand.start
    inputs = deployed_inputs(workload, prices, objective)
    policy = policy_of_service(
        service.scaling,
        initial_tasks=workload.first_tasks,
        start=start,
        minutes=inputs.load.minutes,
    )
    return Case(
        service=service.name,
        start=start,
        size=service.size,
        inputs=inputs,
        policy=policy,
        filled_share=workload.filled_share,
    )


def deployed_inputs(workload: Workload, prices: Prices, objective: Objective) -> Inputs:
    """Return all of a replay of today's configuration but its policies."""
    service = workload.service
    size, traffic = service.size, service.traffic
    task = Task(
        vcpu=size.vcpu,
        memory_mib=float(size.memory_mib),
        price_usd_hour=prices.task_hour_usd(size, service.architecture),
    )
    delay = traffic.deregistration_delay_s if traffic else 0
    return _inputs(workload, task, (delay, service.stop_timeout_s), objective)


def as_proposed(
    workload: Workload,
    proposal: Proposal,
    prices: Prices,
    objective: Objective = DEFAULT_OBJECTIVE,
) -> Case:
    """Return the service as ``proposal`` would run it, the trace collector inside the task's size."""
    size, ladders = proposal.size, proposal.ladders
    inputs = proposed_inputs(workload, proposal, prices, objective)
    needed = required_tasks(inputs, floor=ladders.min_tasks).tasks[0]
    policy = policy_of_ladders(
        ladders,
        initial_tasks=min(int(needed), ladders.max_tasks),
        over=(workload.demand.start, inputs.load.minutes),
    )
    if ladders.closes:
        asked = asked_of(workload.service, workload.demand)
        inputs = replace(inputs, load=_unasked(inputs.load, policy, asked.busy))
    return Case(
        service=workload.service.name,
        start=workload.demand.start,
        size=size,
        inputs=inputs,
        policy=policy,
        filled_share=workload.filled_share,
    )


def _unasked(load: Load, policy: Policy, asked: Mask) -> Load:
    """Return the load without what tasks do of their own while none is allowed, and until something is asked.

    Of a minute in which something was, all work stays: nothing is served then, and it counts. So does all
    work where nothing was ever seen to be asked.
    """
    if not asked.any():
        return load
    most = np.full(load.minutes, policy.max_tasks)
    for bounds in policy.changes:
        most[bounds.minute :] = bounds.max_tasks
    # By the last minute that was closed and the last in which something was asked: which of them was later.
    minutes = np.arange(load.minutes)
    closed_at = np.maximum.accumulate(np.where(most == 0, minutes, -1))
    asked_at = np.maximum.accumulate(np.where(asked & (most > 0), minutes, -1))
    own = ~asked & (closed_at > asked_at)
    return replace(load, cpu_vcpu=np.where(own, 0.0, load.cpu_vcpu))


def proposed_inputs(workload: Workload, proposal: Proposal, prices: Prices, objective: Objective) -> Inputs:
    """Return all of a replay of ``proposal`` but its ladders."""
    size = proposal.size
    task = Task(
        vcpu=size.vcpu,
        memory_mib=float(size.memory_mib),
        price_usd_hour=proposal.task_usd_hour(prices),
        overhead_vcpu=proposal.collector_cpu_units / 1024,
        overhead_mib=float(proposal.collector_memory_mib),
    )
    drain = (proposal.deregistration_delay_s, proposal.stop_timeout_s)
    slower = slower_at(size, workload.service.size, workload.demand.own)
    inputs = _inputs(workload, task, drain, objective, slower)
    if proposal.spot is None:
        return inputs
    spot = proposal.spot
    return replace(
        inputs,
        interruptions=spot_interruptions(
            inputs.load.minutes,
            events_per_day=spot.events_per_day,
            share_percent=spot.share_percent,
            capacity_wait_s=spot.capacity_wait_s,
            seed=objective.seed,
        ),
    )


def starts_of(samples: Sequence[StartSample], slower: Slower = AS_RECORDED) -> Starts:
    """Return the starts as ``slower`` has them, counted from the decision in whole seconds, rounded up."""
    rows = slower.samples(samples or (ASSUMED_START,))
    parts = np.array([(row.placement_s, row.pull_s, row.boot_s, row.ready_s) for row in rows])
    # A sum this little above a whole second is that second: the rest is binary fractions.
    seconds = np.ceil(np.cumsum(parts, axis=1) - 1e-6).astype(np.int64)
    placed, _, running, serving = (np.ascontiguousarray(column) for column in seconds.T)
    return Starts(pull_s=placed, running_s=running, serving_s=serving)


def load_of(use: TaskUse, full: Demand) -> Load:
    """Return the work; the fit of memory on CPU is made on what was reported, not on what was filled."""
    slope = use.memory.slope_mib_per_vcpu
    share = full.cpu_vcpu_a_task
    hottest = np.divide(full.hottest_cpu_vcpu, share, out=np.ones_like(share), where=share > 0)
    work = work_cpu(full)
    # Only the work's share moves from task to task: what they use of their own is in the base.
    moves = np.minimum(share, full.a_task(work))
    return Load(
        cpu_vcpu=work,
        memory_mib=np.maximum(0.0, full.memory_mib - slope * moves),
        hottest_ratio=np.maximum(1.0, hottest),
        requests=full.requests,
        memory_slope_mib_per_vcpu=slope,
    )


def _inputs(
    workload: Workload,
    task: Task,
    drain: tuple[int, int],
    objective: Objective,
    slower: Slower = AS_RECORDED,
) -> Inputs:
    deregistration_delay_s, shutdown_s = drain
    zones = zones_of(workload.service)
    if objective.zone_loss and zones == 1:
        raise UsageError(
            f"zone_loss cannot be kept by {workload.service.name!r}: its tasks run in one zone",
            advice="give it a subnet in another, or leave zone_loss out",
        )
    starts = starts_of(workload.service.start_samples, slower)
    return Inputs(
        load=workload.load,
        task=_with_own(task, workload.demand, starts),
        starts=starts,
        objective=limits_of(workload, objective, task.vcpu, task.overhead_vcpu),
        deregistration_delay_s=deregistration_delay_s,
        # A task that stops sooner is billed less; how soon is not recorded.
        shutdown_s=shutdown_s,
        model=model_of(workload.service),
    )


def model_of(service: Service) -> Model:
    """Return what AWS leaves open as calibration found it nearer to what happened; else the defaults."""
    found = service.fitted
    if found is None or not found.used:
        return Model()
    return Model(publication_delay_s=found.delay_s, in_activity_s=found.in_activity_s)


def _with_own(task: Task, demand: Demand, starts: Starts) -> Task:
    """Return the task with the CPU of its own. A start's is spread evenly from RUNNING to serving.

    What it would use beyond the task's CPU is left out: that goes on after the first passing check.
    """
    own, ready_s = demand.own, float(np.mean(starts.serving_s - starts.running_s))
    boot = own.boot.value / ready_s if ready_s > 0 else 0.0
    idle = own.idle.value
    return replace(task, idle_vcpu=idle, boot_vcpu=min(boot, max(0.0, task.vcpu - idle)))
