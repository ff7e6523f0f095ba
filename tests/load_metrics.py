"""A snapshot's metrics in this process's sandbox, their last minute where a test wants it.

``trimtab sandbox --fleet`` does the same for a whole fleet, moved by days (``trimtab.rehearsal``).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from trimtab.rehearsal.parts.metrics import series_of
from trimtab.snapshot.contract import span_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from trimtab.sandbox.server import Sandbox
    from trimtab.snapshot.contract import Snapshot


def load(
    sandbox: Sandbox, snapshot: Snapshot, cluster: str, groups: Mapping[str, tuple[str, str]], end: datetime
) -> int:
    """Put the metrics into the sandbox, the last minute just before ``end``.

    ``groups`` are the ARNs of load balancer and target group, by service. Returns the points.
    """
    start, minutes = span_of(snapshot.fleet)
    shift = (end - (start + timedelta(minutes=minutes))).total_seconds()
    found = series_of(snapshot, cluster, groups, lambda at: (at + shift, np.arange(at.size)))
    return sandbox.record(found)


def groups_of(ecs: Any, elb: Any, cluster: str) -> dict[str, tuple[str, str]]:
    """Return each service's load balancer and target group, as ``load`` takes them."""
    owners = {
        group["TargetGroupArn"]: group["LoadBalancerArns"][0]
        for page in elb.get_paginator("describe_target_groups").paginate()
        for group in page["TargetGroups"]
        if group["LoadBalancerArns"]
    }
    arns = [
        arn
        for page in ecs.get_paginator("list_services").paginate(cluster=cluster)
        for arn in page["serviceArns"]
    ]
    found: dict[str, tuple[str, str]] = {}
    for first in range(0, len(arns), 10):
        for service in ecs.describe_services(cluster=cluster, services=arns[first : first + 10])["services"]:
            for balancer in service["loadBalancers"]:
                group = balancer["targetGroupArn"]
                found[service["serviceName"]] = (owners[group], group)
    return found
