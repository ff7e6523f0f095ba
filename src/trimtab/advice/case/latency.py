"""The objective on the p95 response time, in the terms of a replay: how busy a task of a size may be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from trimtab.advice.case.zones import left_share, zones_of
from trimtab.demand.latency import Latency, latency_of
from trimtab.sizing.rightsizing import reached

if TYPE_CHECKING:
    from trimtab.advice.case.case import Workload
    from trimtab.advice.case.objective import Objective
    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Service
    from trimtab.replay.inputs import ReplayLimits

UNMEASURED: Final = "no load balancer measures how fast it answers"


def latency_at(service: Service, demand: Demand, hottest_ratio: float) -> Latency | None:
    """Return what is known of a service's response time; None where nobody connects to it."""
    if service.traffic is not None:
        return latency_of(demand, service.size.vcpu, hottest_ratio)
    return Latency(vcpu=service.size.vcpu, why=UNMEASURED) if reached(service) else None


def share_at(
    workload: Workload, objective: Objective, vcpu: float, overhead_vcpu: float = 0.0
) -> float | None:
    """Return the share of the application's CPU up to which the limit is kept at a size [ratio].

    1 where none is asked for, or nobody connects. None where it is kept at no utilisation, or where that is
    less than a task uses without work. Without a model only less CPU than today's is ruled out: how busy a
    task may be for the limit nobody can tell.
    """
    limit_s, latency = objective.p95_limit_s, workload.latency
    if limit_s is None or latency is None:
        return 1.0
    if latency.fit is None:
        return 1.0 if vcpu >= latency.vcpu else None
    busy = latency.most_busy(limit_s, vcpu)
    if busy is None:
        return None
    # The sidecar makes a task busy too; the share is of what it leaves.
    left = left_share(zones_of(workload.service)) if objective.zone_loss else 1.0
    share = min(1.0, (busy * vcpu - overhead_vcpu) / (vcpu - overhead_vcpu)) * left
    return share if share * (vcpu - overhead_vcpu) > workload.demand.own.idle.value else None


def limits_of(
    workload: Workload, objective: Objective, vcpu: float, overhead_vcpu: float = 0.0
) -> ReplayLimits:
    """Return what a minute is judged by at a size: the objective's shares, and what keeps the p95.

    A size that keeps no p95 is no candidate. It is judged by CPU and memory alone where it runs today, or
    is laid down; a caution says so.
    """
    limits = objective.replayed(workload.use.hottest_ratio, zones_of(workload.service))
    share = share_at(workload, objective, vcpu, overhead_vcpu)
    return limits if share is None else replace(limits, cpu_share=min(limits.cpu_share, share))
