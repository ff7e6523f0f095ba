"""Scaling targets, policies, scheduled actions, and the alarms that move them.

Asked for the whole region page by page, since AWS filters these by one service at a time; what
belongs to other clusters is dropped as it comes.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from trimtab.aws.api import pages
from trimtab.fleet.model import ScalingActivity
from trimtab.snapshot.parse import actions_of, moment, watched_groups, watches, when
from trimtab.snapshot.understand.history import not_scaled_of
from trimtab.snapshot.understand.messages import cause_word, kept_message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from trimtab.aws.api import Api, Json
    from trimtab.snapshot.answers import Raw

SERVICE: Final = "application-autoscaling"
DIMENSION: Final = "ecs:service:DesiredCount"
PAGE: Final = 50
"""Items a page of Application Auto Scaling."""
POLICIES_A_PAGE: Final = 10
"""Fewer: what is paged are the targets they belong to (API reference)."""
ALARMS_A_PAGE: Final = 100
ACTIVITIES_A_PAGE: Final = 50
ACTIVITIES: Final = 5000
"""Newest scaling activities kept of a service; AWS keeps them for six weeks."""
NOT_SCALED: Final = 1000
"""Newest reasons kept of a service for which it was not scaled."""


def read_scaling(api: Api, raw: Raw) -> None:
    """Read targets, policies and alarms. Without them a service cannot be understood.

    Raises:
        CallFailed: one of them may not be read.

    """
    mine = raw.resource_id("")
    for target in _all(api, "DescribeScalableTargets", "ScalableTargets"):
        if target["ResourceId"].startswith(mine) and target["ScalableDimension"] == DIMENSION:
            raw.targets[target["ResourceId"]] = target
    policies: defaultdict[str, list[Json]] = defaultdict(list)
    for policy in _all(api, "DescribeScalingPolicies", "ScalingPolicies", POLICIES_A_PAGE):
        if policy["ResourceId"].startswith(mine):
            policies[policy["ResourceId"]].append(policy)
    raw.policies = dict(policies)
    _read_alarms(api, raw)


def _read_alarms(api: Api, raw: Raw) -> None:
    ours = {policy["PolicyARN"] for policies in raw.policies.values() for policy in policies}
    alarms = pages(
        api,
        "cloudwatch",
        "DescribeAlarms",
        "MetricAlarms",
        AlarmTypes=["MetricAlarm"],
        MaxRecords=ALARMS_A_PAGE,
    )
    groups = watched_groups(raw.services)
    for alarm in alarms:
        acts = ours.intersection(actions_of(alarm))
        if acts or watches(alarm, raw.name, groups):
            raw.alarms.append(alarm)


def read_scheduled(api: Api, raw: Raw) -> None:
    """Read scheduled actions."""
    mine = raw.resource_id("")
    for action in _all(api, "DescribeScheduledActions", "ScheduledActions"):
        if action["ResourceId"].startswith(mine):
            raw.scheduled.setdefault(action["ResourceId"], []).append(action)


def read_activities(api: Api, raw: Raw, since: datetime) -> None:
    """Read each scaled service's activities that began after ``since``, newest first, all pages of them."""
    for service in raw.services:
        name = service["serviceName"]
        resource = raw.resource_id(name)
        if resource not in raw.targets:
            continue
        told = _activities(api, resource, considered=True)
        scaled = [one for one in told if not one.get("NotScaledReasons")]
        if (
            len(told) == ACTIVITIES
        ):  # an alarm that stays on is considered each minute: none may be crowded out
            scaled = _activities(api, resource, considered=False)
        raw.activities[name] = [_activity(one) for one in _newest(scaled, since)]
        reasons = [reason for one in _newest(told, since) for reason in not_scaled_of(one)]
        raw.not_scaled[name] = reasons[:NOT_SCALED]


def _activities(api: Api, resource: str, *, considered: bool) -> list[Json]:
    """Return a service's activities, with those that were ``considered`` and not made or without."""
    told = pages(
        api,
        SERVICE,
        "DescribeScalingActivities",
        "ScalingActivities",
        ServiceNamespace="ecs",
        ResourceId=resource,
        ScalableDimension=DIMENSION,
        MaxResults=ACTIVITIES_A_PAGE,
        IncludeNotScaledActivities=considered,
    )
    return list(itertools.islice(told, ACTIVITIES))


def _newest(activities: list[Json], since: datetime) -> list[Json]:
    kept = [one for one in activities if one["StartTime"] >= since]
    return sorted(kept, key=lambda one: one["StartTime"], reverse=True)


def _activity(activity: Json) -> ScalingActivity:
    end = activity.get("EndTime")
    return ScalingActivity(
        start=moment(activity["StartTime"]),
        end=None if end is None else when(end),
        status=activity.get("StatusCode", "Unknown"),
        description=kept_message(
            " ".join(filter(None, (activity.get("Description"), activity.get("StatusMessage"))))
        ),
        cause=cause_word(str(activity.get("Cause") or "")),
    )


def _all(api: Api, operation: str, items: str, size: int = PAGE) -> Iterator[Json]:
    return pages(api, SERVICE, operation, items, ServiceNamespace="ecs", MaxResults=size)
