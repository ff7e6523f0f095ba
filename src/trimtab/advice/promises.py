"""What is asked for besides CPU and memory, where it rests on a guess, or nobody can tell: zones, the p95."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trimtab.advice.case.latency import share_at
from trimtab.advice.case.p95 import measured_s
from trimtab.advice.case.zones import zones_known, zones_of
from trimtab.advice.model import Caution, CautionKind
from trimtab.demand.latency import BURST, ONE_VCPU, slower

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.advice.case.case import Workload
    from trimtab.advice.case.objective import Objective
    from trimtab.advice.case.p95 import P95
    from trimtab.fleet.model import Service, TaskSize


def cautions_of_zone_loss(service: Service, objective: Objective) -> Iterator[Caution]:
    """Yield a caution where the spare for a lost zone rests on a guess."""
    if not objective.zone_loss or zones_known(service):
        return
    subnets = service.identity.subnet_ids if service.identity is not None else ()
    have = f"its {len(subnets)} subnets are" if subnets else "its subnets are not known, and it is"
    text = (
        f"{have} taken to be in {zones_of(service)} zones: the snapshot does not say in which. In fewer, the "
        "spare for the loss of one is too small; a new snapshot with ec2:DescribeSubnets says it"
    )
    yield Caution(kind=CautionKind.ZONES, text=text)


def untold(workload: Workload, objective: Objective, size: TaskSize, overhead_vcpu: float = 0.0) -> str:
    """Say that the p95 asked for is not kept at a size, or that nobody can tell; empty where it is kept."""
    limit_s, latency = objective.p95_limit_s, workload.latency
    if limit_s is None or latency is None:
        return ""
    if latency.fit is None:
        return f"cannot tell whether p95 stays within {1000 * limit_s:g} ms, because {latency.why}"
    if share_at(workload, objective, size.vcpu, overhead_vcpu) is not None:
        return ""
    rest = float(latency.bound_s(np.zeros(1), size.vcpu)[0])
    why = (
        f"a task that hardly works may take {math.ceil(1000 * rest)} ms there"
        if rest > limit_s
        else "what a task there uses without work is too much for it"
    )
    return f"p95_ms = {1000 * limit_s:g} is not kept at {size}: {why}"


def cautions_of_latency(
    workload: Workload, objective: Objective, size: TaskSize, overhead_vcpu: float
) -> Iterator[Caution]:
    """Yield what makes answers slower at the proposed size, or leaves open whether they get slower."""
    limit_s, latency = objective.p95_limit_s, workload.latency
    modelled = latency is not None and latency.fit is not None
    if limit_s is None or not modelled:
        yield from _of_quota(workload.service, size)
    why = untold(workload, objective, size, overhead_vcpu)
    if why and not modelled:
        why += (
            "; it has less CPU than today's, as the objective sets it"
            if size.vcpu < workload.service.size.vcpu
            else "; no size with less CPU than today's was tried, and how busy tasks get is not limited by it"
        )
    if why:
        yield Caution(kind=CautionKind.P95, text=why)
        return
    if limit_s is None or not modelled:
        return
    above = float((measured_s(workload.demand) > limit_s).mean())
    if above > objective.over_share:
        text = (
            f"p95 was above {1000 * limit_s:g} ms in {100 * above:.1f} % of the recorded minutes. That it "
            "falls where tasks are less busy is what the model says; where they wait for something else that "
            "the same load makes slow, it does not"
        )
        yield Caution(kind=CautionKind.P95, text=text)


def cautions_of_busier(p95: P95 | None, objective: Objective) -> Iterator[Caution]:
    """Yield that a p95 that is asked for rests on assumptions, for tasks get busier than was recorded."""
    # Without a limit, a model, or a utilisation that keeps the limit there is nothing to rest on.
    if p95 is None or p95.cpu_percent is None or p95.busy_percent is None or p95.seen_percent is None:
        return
    if round(p95.busy_percent) > round(p95.seen_percent):
        text = (
            f"tasks get {p95.busy_percent:.0f} % busy, {p95.seen_percent:.0f} % was recorded often enough: "
            f"beyond, that p95 stays within {objective.p95_ms:g} ms rests on seconds being at most "
            f"{100 * (BURST - 1):.0f} % busier than their minute"
        )
        yield Caution(kind=CautionKind.P95, text=text)


def _of_quota(service: Service, size: TaskSize) -> Iterator[Caution]:
    """Yield what a quota of less than one vCPU does to a request, where that is less than today's.

    Linux's CFS quota gives a task its share of each 100 ms and then stops it. Before that it runs on whole
    CPUs, so today's quota may not hold a request back that a smaller one does: the ratio of the two is no
    limit. One thread has no use for more than one vCPU.
    """
    today, proposed = service.size.vcpu, size.vcpu
    if service.traffic is None or proposed >= min(ONE_VCPU, today):
        return
    least, idle = min(1024, service.size.cpu_units), slower(today, proposed)
    text = (
        f"answers, p95 too, may take up to {idle:.3g} times as long in an idle task, {2 * idle:.3g} times "
        f"at 50 % CPU, more above; least_cpu_units = {least} rules it out"
    )
    yield Caution(kind=CautionKind.LATENCY, text=text)
