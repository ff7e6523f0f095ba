"""What is said of a service that is scaled by a metric no ladder stands in for: its cost, and its size.

Its scaling stays as it is, so the counts are those recorded, and no saving from scaling is claimed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimtab.advice.cost import cents, dollars, recorded_usd_month, tasks_recorded
from trimtab.catalog.load import fargate_sizes
from trimtab.sizing.constants import CPU_TARGET
from trimtab.sizing.memory import margin_of, memory_need_mib
from trimtab.snapshot.understand.causes import memory_kills

if TYPE_CHECKING:
    from trimtab.catalog.load import Prices
    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Service

BUSY_QUANTILE = 0.999
"""Of the hottest task's minutes: what it used in nearly all of them [ratio]."""


def foreign(service: Service, demand: Demand, prices: Prices) -> str:
    """Return why no ladder can take the place of what scales the service, and what is known all the same."""
    told = "; ".join(f"{one.what} {one.why}" for one in service.scaling.foreign)
    today = recorded_usd_month(service, service.size, demand, prices)
    return (
        f"{told}. What a task waits for does not show in its CPU, so its scaling stays as it is: "
        f"{tasks_recorded(demand):.1f} tasks ran on average, for {dollars(cents(today))} a month. "
        f"{_size(service, demand, prices, today)}"
    )


def _size(service: Service, demand: Demand, prices: Prices, today: float) -> str:
    """Say which size would hold each task as it was, at the same counts."""
    busy = float(np.quantile(demand.hottest_cpu_vcpu[demand.present], BUSY_QUANTILE))
    peak = float(demand.hottest_memory_mib[demand.present].max())
    memory = memory_need_mib(peak, margin_of(demand, service.size))
    if memory_kills(service.failures):
        memory = max(memory, service.size.memory_mib)
    used = f"A task used up to {busy:.2f} vCPU and {peak:.0f} MiB"
    holding = [
        size
        for size in fargate_sizes()
        if size.vcpu * CPU_TARGET >= busy and size.memory_mib >= memory and size != service.size
    ]
    costs = {size: recorded_usd_month(service, size, demand, prices) for size in holding}
    best = min(costs, key=lambda size: costs[size], default=None)
    if best is None or costs[best] >= today:
        return f"{used}: no cheaper size holds that"
    return f"{used}: {best} would hold that, for {dollars(cents(costs[best]))} a month if as many tasks run"
