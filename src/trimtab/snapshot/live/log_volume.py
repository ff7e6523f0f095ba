"""What each service writes to CloudWatch Logs a day, where its log groups are its own.

``AWS/Logs`` counts the bytes that a group takes in, not who wrote them: of a group that two
services write to nobody can say whose they are, so it stays unknown.

Source: CloudWatch Logs user guide, "CloudWatch metrics": IncomingBytes, Sum, by LogGroupName; an
hour without log events has no point.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from trimtab.aws.api import CallFailed, batches
from trimtab.redaction import redact
from trimtab.snapshot.live.metric_data import batch_size, not_shared, results, series_query
from trimtab.snapshot.parse import log_groups_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimtab.aws.api import Api, Json
    from trimtab.fleet.model import Fleet
    from trimtab.snapshot.answers import Raw
    from trimtab.snapshot.window import Window

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
LEAST_HOURS: Final = 24
"""A day has its own course: from less of one no volume a day is told."""


def with_log_volume(api: Api, raw: Raw, fleet: Fleet, window: Window) -> Fleet:
    """Return the fleet with ``log_bytes_day`` where it can be told, and a note where it cannot."""
    writers = _writers(raw)
    asked = {
        service.name: groups
        for service in fleet.services
        if (groups := sorted(group for group, names in writers.items() if service.name in names))
    }
    shared = {name for name, groups in asked.items() if any(len(writers[one]) > 1 for one in groups)}
    notes = []
    if shared:
        names = ", ".join(sorted(shared))
        notes.append(f"log volume is not known of services that share a log group: {names}")
    wanted = sorted({one for name, groups in asked.items() if name not in shared for one in groups})
    try:
        volumes = _read(api, raw, wanted, window)
    except CallFailed as failed:
        volumes = {}
        notes.append(f"log volume could not be read ({failed.call}: {failed.code})")
    else:
        missing = sorted(set(wanted) - set(volumes))
        if missing:
            notes.append(
                "log volume is not known: CloudWatch has no IncomingBytes, or less than a day of it, for "
                + ", ".join(missing)
            )
    known = {
        name: round(sum(volumes[one] for one in groups))
        for name, groups in asked.items()
        if name not in shared and all(one in volumes for one in groups)
    }
    services = tuple(
        msgspec.structs.replace(one, log_bytes_day=known.get(one.name)) for one in fleet.services
    )
    told = (*fleet.notes, *map(redact, notes))
    return msgspec.structs.replace(fleet, services=services, notes=tuple(dict.fromkeys(told)))


def _writers(raw: Raw) -> dict[str, set[str]]:
    """Return who writes to each log group: every service, those left out too, and sessions of ECS Exec."""
    writers: defaultdict[str, set[str]] = defaultdict(set)
    for service in raw.services:
        definition = raw.definitions.get(service.get("taskDefinition") or "") or {}
        for container in definition.get("containerDefinitions") or ():
            for group in log_groups_of(container):
                writers[group].add(service["serviceName"])
    command: Json = (raw.cluster.get("configuration") or {}).get("executeCommandConfiguration") or {}
    sessions = (command.get("logConfiguration") or {}).get("cloudWatchLogGroupName")
    if sessions and str(sessions) in writers:
        writers[str(sessions)].add("sessions of ECS Exec")
    return writers


def _read(api: Api, raw: Raw, groups: list[str], window: Window) -> dict[str, float]:
    """Return what each group takes in a day [bytes]; without those that too little is recorded of."""
    start, end = _whole(window.start), window.end.replace(minute=0, second=0, microsecond=0)
    hours = (end - start) // HOUR
    if hours < LEAST_HOURS:
        return {}
    made = {one["logGroupName"]: one.get("creationTime") for one in raw.log_groups}
    volumes: dict[str, float] = {}
    for batch in batches(groups, batch_size(hours)):
        names = {f"q{number}": group for number, group in enumerate(batch)}
        for group, sums in _sums(api, names, start, end).items():
            if not sums:
                continue
            # A group made within the span has fewer days. One made anew has points from before.
            since = min(*sums, _whole(datetime.fromtimestamp((made.get(group) or 0) / 1000, UTC)))
            days = (end - max(start, since)) / DAY
            if days * 24 >= LEAST_HOURS:
                volumes[group] = sum(sums.values()) / days
    return volumes


def _whole(at: datetime) -> datetime:
    """Return the hour that begins at a time or next after it."""
    floor = at.replace(minute=0, second=0, microsecond=0)
    return floor if floor == at else floor + HOUR


def _sums(
    api: Api, names: Mapping[str, str], start: datetime, end: datetime
) -> dict[str, dict[datetime, float]]:
    """Return the bytes of each hour of each group, without groups that CloudWatch failed at."""
    sums: dict[str, dict[datetime, float]] = {group: {} for group in names.values()}
    queries = [_asked(name, group) for name, group in names.items()]
    for result in results(api, queries, start, end):
        group, state = names[result["Id"]], result.get("StatusCode", "Complete")
        if state == "Forbidden":
            raise not_shared()
        if state == "InternalError":
            sums.pop(group, None)
        elif group in sums:
            sums[group].update(zip(result["Timestamps"], map(float, result["Values"]), strict=True))
    return sums


def _asked(name: str, group: str) -> Json:
    return series_query(name, "AWS/Logs", "IncomingBytes", [("LogGroupName", group)], 3600, "Sum")
