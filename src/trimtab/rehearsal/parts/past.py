"""What services look back on: starts, failures and scaling activities, as AWS would show them.

A start is shown as a task that has stopped since, with the steady state event that says when it was
ready. A failure is shown as the event or the stopped task it was read from.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from trimtab.sandbox.past import Past, PastTask

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimtab.fleet.model import Failure, ScalingActivity, Service, StartSample
    from trimtab.rehearsal.build import Build

STEADY_S: Final = 60.0
"""How long before the sandbox began its services were steady."""
READY_MOST_S: Final = 900.0
"""A snapshot takes no longer wait for the first passing check than this."""
ENDS_S: Final = 1.0
_SCHEDULER: Final = "ServiceSchedulerInitiated"
_CODES: Final = frozenset(
    {"TaskFailedToStart", "EssentialContainerExited", "SpotInterruption", "TerminationNotice"}
)
_CHECKED: Final = "Task failed "
"""What a snapshot takes for a failure: these stop codes, or a reason that begins so."""
_EXIT: Final = re.compile(r"^(?P<container>\S+) exited with (?P<code>-?\d+)$")
_SAID: Final = re.compile(r"^(?P<container>[A-Za-z0-9_-]+): (?P<reason>.*)$", re.DOTALL)


def make_past(build: Build) -> None:
    """Give each service its past."""
    cluster = build.identity.cluster.name
    for service in build.fleet.services:
        if service.name not in build.made or not _has_past(service):
            continue
        if not _is_known(service):
            build.told.left_out(f"past of {service.name}", "the sandbox makes no deployments for it")
            continue
        build.sandbox.remember(f"{cluster}/{service.name}", _past(build, service))


def _has_past(service: Service) -> bool:
    return bool(service.start_samples or service.failures or service.scaling_activities)


def _is_known(service: Service) -> bool:
    return service.identity is not None and service.identity.deployment_controller == "ECS"


def _past(build: Build, service: Service) -> Past:
    steady = build.layout.now - STEADY_S
    starts = list(_starts(build, service, steady))
    events = [(at, failure.text) for at, failure in _failures(build, service, "service event")]
    if starts:
        events.append((steady, f"(service {service.name}) has reached a steady state."))
    stops = list(_stops(build, service))
    activities = (_activity(build, service, one) for one in service.scaling_activities)
    kept = tuple(one for one in activities if one is not None)
    return Past(events=tuple(events), tasks=(*starts, *stops), activities=kept)


def _starts(build: Build, service: Service, steady: float) -> Iterator[PastTask]:
    """Give the starts, if a snapshot could tell when they were ready: something has to check the service."""
    identity = service.identity
    if service.health_check is None and not (identity and identity.attachments):
        if service.start_samples:
            build.told.left_out(
                f"starts of {service.name}", "nothing checks it, so no snapshot could have them"
            )
        return
    for sample in service.start_samples:
        if sample.ready_s > READY_MOST_S or not (sample.placement_s + sample.pull_s + sample.boot_s):
            build.told.left_out(f"a start of {service.name}", "no snapshot takes one of that length")
            continue
        yield _start(sample, steady)


def _start(sample: StartSample, steady: float) -> PastTask:
    started = steady - sample.ready_s
    pulled = started - sample.boot_s
    pulling = pulled - sample.pull_s
    return PastTask(
        created_at=pulling - sample.placement_s,
        pull_started_at=pulling,
        pull_stopped_at=pulled,
        started_at=started,
        stopped_at=steady + ENDS_S,
        stop_code=_SCHEDULER,
        stopped_reason="Scaling activity initiated by an earlier deployment",
    )


def _stops(build: Build, service: Service) -> Iterator[PastTask]:
    containers = service.identity.task_definition.container_names if service.identity else ()
    for at, failure in _failures(build, service, "stopped task"):
        task = _stopped(failure, at, containers)
        if task is None:
            build.told.left_out(f"a stopped task of {service.name}", "no stop code of ECS begins its text")
        else:
            yield task


def _failures(build: Build, service: Service, kind: str) -> Iterator[tuple[float, Failure]]:
    """Give the failures of a kind, and when they take place."""
    for failure in service.failures:
        if failure.kind == kind and (at := _time(build, service, failure.at)) is not None:
            yield build.layout.moved(at), failure


def _stopped(failure: Failure, at: float, containers: Sequence[str]) -> PastTask | None:
    """Take a stopped task's text apart as a snapshot put it together; ``None`` if none would be put so."""
    head, *parts = failure.text.split("; ")
    code, _, reason = head.partition(": ")
    exits: dict[str, int] = {}
    reasons: dict[str, str] = {}
    about = ""
    for part in parts:
        exited, said = _EXIT.match(part), _SAID.match(part)
        if exited and exited["container"] in containers:
            exits[exited["container"]] = int(exited["code"])
        elif said and said["container"] in containers:
            about = said["container"]
            reasons[about] = said["reason"]
        elif about:
            reasons[about] += f"; {part}"
        else:
            reason += f"; {part}"
    if code not in _CODES and not reason.startswith(_CHECKED):
        return None
    return PastTask(
        created_at=at,
        pull_started_at=at,
        pull_stopped_at=at,
        started_at=at,
        stopped_at=at,
        stop_code=code,
        stopped_reason=reason,
        exit_codes=exits,
        reasons=reasons,
    )


def _activity(build: Build, service: Service, activity: ScalingActivity) -> dict[str, Any] | None:
    begun = _time(build, service, activity.start)
    if begun is None:
        return None
    at = build.layout.moved(begun)
    made = {"StartTime": at, "StatusCode": activity.status, "Description": activity.description}
    ended = None if activity.end is None else _time(build, service, activity.end)
    if ended is not None:
        made["EndTime"] = at + (ended - begun).total_seconds()
    return made


def _time(build: Build, service: Service, stamp: str) -> datetime | None:
    """Read a time, UTC where it says no zone; say so where it is none."""
    try:
        read = datetime.fromisoformat(stamp)
    except ValueError:
        build.told.left_out(f"something that happened to {service.name}", f"{stamp!r} is no time")
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
