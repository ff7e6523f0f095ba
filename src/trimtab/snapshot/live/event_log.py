"""Failures from the log group that keeps the cluster's own events, where there is one.

ECS forgets a stopped task after about an hour. Where an EventBridge rule sends ECS events to a log
group (below ``/aws/events/``, or the one Container Insights makes), it remembers for the group's
retention. The events have the shapes of DescribeTasks and of a service's actions.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from trimtab.fleet.model import Failure
from trimtab.snapshot.live.tasks import failure_of
from trimtab.snapshot.parse import when
from trimtab.snapshot.understand.messages import UNKNOWN, kept_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trimtab.aws.api import Api, Json
    from trimtab.snapshot.answers import Raw

CALLS_AT_MOST: Final = 60
"""Of FilterLogEvents, which an account may send 5 to 25 of a second, by region."""
EVENTS_A_CALL: Final = 10_000
DAY: Final = timedelta(days=1)
_WORTH: Final = (
    '($.detail.lastStatus = "STOPPED") || ($.detail.eventType = "ERROR" || $.detail.eventType = "WARN")'
)


def read_event_log(api: Api, raw: Raw, now: datetime, since: datetime) -> None:
    """Add failures that the cluster's event logs remember, the newest day first, and say how far back."""
    left = CALLS_AT_MOST
    by_task: dict[str, Json] = {}
    for group in _groups(raw):
        name, days = group["logGroupName"], group.get("retentionInDays")
        first = max(since, now - days * DAY) if days else since
        end = now
        while end > first and left > 0:
            start = max(first, end - DAY)
            events, left, whole = _day(api, raw, name, (start, end), left)
            by_task |= events
            if not whole:
                break
            end = start
        if end < now:
            raw.notes.append(f"failures since {when(end)} are also from the cluster's event log {name}")
        if end > first:
            why = f"after {CALLS_AT_MOST} calls the rest of it, back to {when(first)}, was not read"
            raw.notes.append(f"event log {name}: {why}")
    _merge(raw, by_task.values())


def _groups(raw: Raw) -> Iterator[Json]:
    """Yield the groups that may hold the cluster's events. Only the standard class can be searched."""
    insights = f"/aws/ecs/containerinsights/{raw.name}/eventing"
    for group in raw.log_groups:
        name = str(group["logGroupName"])
        searchable = group.get("logGroupClass", "STANDARD") == "STANDARD"
        if searchable and (name == insights or name.startswith("/aws/events/")):
            yield group


def _day(
    api: Api, raw: Raw, name: str, span: tuple[datetime, datetime], left: int
) -> tuple[dict[str, Json], int, bool]:
    """Return a span's events by what they are about, the calls left, and whether that was all of it."""
    start, end = (int(one.timestamp() * 1000) for one in span)
    asked: dict[str, object] = {
        "logGroupName": name,
        "startTime": start,
        "endTime": end,
        "filterPattern": f'{{ ($.detail.clusterArn = "{raw.cluster["clusterArn"]}") && ({_WORTH}) }}',
        "limit": EVENTS_A_CALL,
    }
    by_task: dict[str, Json] = {}
    while left > 0:
        answer = api.call("logs", "FilterLogEvents", **asked)
        left -= 1
        for line in answer.get("events") or ():
            event = _decoded(line["message"])
            if event is not None and event["detail"].get("clusterArn") == raw.cluster["clusterArn"]:
                # One task's stop may be sent, or logged by two rules, more than once.
                by_task[str(event["detail"].get("taskArn") or event.get("id") or line["eventId"])] = event
        if not answer.get("nextToken"):
            return by_task, left, True
        asked["nextToken"] = answer["nextToken"]
    return by_task, left, False


def _decoded(message: str) -> Json | None:
    """Return an ECS event that may say a failure; ``None`` for any other line."""
    try:
        event = json.loads(message)
    except ValueError:
        return None
    detail = event.get("detail") if isinstance(event, dict) else None
    if not isinstance(detail, dict):
        return None
    worth = detail.get("lastStatus") == "STOPPED" or detail.get("eventType") in {"ERROR", "WARN"}
    return event if worth else None


def _merge(raw: Raw, events: Iterable[Json]) -> None:
    """Add what ECS no longer knows. What both know counts once."""
    names = {service["serviceName"]: service for service in raw.services}
    logged: dict[str, Counter[Failure]] = {}
    for event in events:
        name, failure = _failure(event, names)
        if failure is not None:
            logged.setdefault(name, Counter())[failure] += 1
    for name, counted in logged.items():
        known = raw.failures.setdefault(name, [])
        known.extend((counted - Counter(known)).elements())


def _failure(event: Json, services: dict[str, Json]) -> tuple[str, Failure | None]:
    """Return the service of an event and what it says went wrong, if anything."""
    detail = event["detail"]
    if detail.get("lastStatus") == "STOPPED":
        name = str(detail.get("group", "")).removeprefix("service:")
        stopped = _time(detail.get("stoppedAt"))
        return name, failure_of({**detail, "stoppedAt": stopped}) if name in services and stopped else None
    name = str(next(iter(event.get("resources") or ("",)))).rpartition("/")[2]
    at = _time(event.get("time"))
    # The service's own events word the same things otherwise: only what is older than they reach is new.
    reach = min((one["createdAt"] for one in services.get(name, {}).get("events") or ()), default=None)
    if name not in services or at is None or (reach is not None and at >= reach):
        return name, None
    told = (kept_words(str(detail.get(name, ""))) for name in ("eventName", "reason"))
    said = ": ".join(filter(None, told)) or UNKNOWN
    return name, Failure(at=when(at), kind="service event", text=said)


def _time(stamp: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(stamp)).astimezone(UTC)
    except ValueError:
        return None
