"""The objective on the p95 response time, in the terms of a replay: how busy a task of a size may be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimtab.advice.case.objective import Objective
    from trimtab.demand.latency import Latency
    from trimtab.replay.inputs import ReplayLimits


def share_at(
    latency: Latency | None, objective: Objective, vcpu: float, overhead_vcpu: float = 0.0
) -> float | None:
    """Return the share of the application's CPU up to which the limit is kept at a size [ratio].

    1 where none is asked for, or none can be: without a load balancer there is no response time. None:
    at no utilisation. Without a model it is what the record has, at no less CPU than today's.
    """
    limit_s = objective.p95_limit_s
    if limit_s is None or latency is None:
        return 1.0
    busy = latency.most_busy(limit_s, vcpu)
    if busy is None:
        return None
    # The sidecar makes a task busy too; the share is of what it leaves.
    share = (min(busy, 1.0) * vcpu - overhead_vcpu) / (vcpu - overhead_vcpu)
    return share if share > 0 else None


def limited(limits: ReplayLimits, share: float | None) -> ReplayLimits:
    """Return the limits of a replay under a share of CPU; unchanged where the size keeps none.

    Such a size is no candidate; it is replayed as what runs today, or because it is laid down.
    """
    return limits if share is None else replace(limits, cpu_share=min(limits.cpu_share, share))
