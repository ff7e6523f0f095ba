"""What of a record says that nothing was asked of a service: requests, a queue, a count; never CPU alone."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from trimtab.sizing.tasks import work_cpu

if TYPE_CHECKING:
    from trimtab.demand.series import F64, Demand, Mask
    from trimtab.fleet.model import FurtherMetric, Service

NO_WORK_VCPU: Final = 0.005
"""CPU of a running task up to which it does no work [vCPU]: what a runtime uses to wait. A choice."""
QUEUES: Final = "AWS/SQS"
SENT, DEPTH = "NumberOfMessagesSent", "ApproximateNumberOfMessagesVisible"
COUNTS: Final = frozenset({"Sum", "Maximum", "Average"})
"""Statistics of a queue's metric that are 0 only where all of it was."""


class EmptyBy(enum.Enum):
    """What says it."""

    REQUESTS = "requests"
    QUEUE = "queue"
    COUNT = "recorded count"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedMinutes:
    """In which minutes something was asked; arrays of shape (T,)."""

    evidence: EmptyBy
    busy: Mask
    known: Mask
    """Minutes of which the record tells."""


def asked_of(service: Service, demand: Demand) -> AskedMinutes:
    """Return what the record tells. Of a called service with a queue, both."""
    queue = _queue(service.further, demand)
    if is_called(service):
        busy, known = demand.requests > 0, demand.known
        if queue is not None:
            busy, known = busy | queue[0], known & queue[1]
        return AskedMinutes(evidence=EmptyBy.REQUESTS, busy=busy, known=known)
    if queue is not None:
        return AskedMinutes(evidence=EmptyBy.QUEUE, busy=queue[0], known=queue[1])
    return AskedMinutes(evidence=EmptyBy.COUNT, busy=demand.present, known=demand.known)


def is_called(service: Service) -> bool:
    """Tell whether a load balancer sends it requests."""
    return service.traffic is not None or bool(service.identity and service.identity.attachments)


def _queue(metric: FurtherMetric | None, demand: Demand) -> tuple[Mask, Mask] | None:
    """Return in which minutes a queue had something, and is known; None without a record of one.

    A queue that is empty whenever it is looked at may be emptied as fast as it fills: with its depth the
    tasks must be at rest too.
    """
    values: F64 | None = demand.further
    if values is None or metric is None or metric.namespace != QUEUES or metric.statistic not in COUNTS:
        return None
    told: Mask = ~np.isnan(values)
    filled: Mask = values > 0
    if metric.name == SENT:
        return filled, told
    if metric.name == DEPTH:
        works = work_cpu(demand) > NO_WORK_VCPU * demand.tasks
        return filled | (demand.present & works), told & demand.known
    return None
