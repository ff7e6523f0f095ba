"""How one deployment is doing, judged from what AWS says of its own id. Pure.

    own id PRIMARY  COMPLETED, every running task on the revision and healthy: moved
                    FAILED: failed
                    else: wait
    own id not PRIMARY, or gone: rolled back where AWS says so, else superseded
    no service, or not ACTIVE: deleted

A rollback is told by AWS's words: the failed deployment's state, the new PRIMARY's reason
("... circuit breaker: rolling back to deploymentId ..."), or, when both are over, the service's
events since. The new PRIMARY may carry a new id or the old one, so ids do not tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.rollout.model import Outcome, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from trimtab.rollout.model import Deployment, RunningTask, ServiceState, Target

_ROLLS_BACK = re.compile(r"roll(?:ing|ed) back", re.IGNORECASE)
_FAILED = re.compile(r"deployment failed|roll(?:ing|ed) back", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a deployment ended."""

    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Not ended; in words for a person."""

    words: str


def gone(state: ServiceState | None) -> Ending:
    """Return the end of a deployment whose service is not ACTIVE any more."""
    status = "is gone" if state is None else f"is {state.status}"
    return Ending(outcome=Outcome.DELETED, reason=f"the service {status}")


def is_from_before(state: ServiceState, own: str, previous: str) -> bool:
    """Tell whether AWS may have answered from before the update: ours is not listed, nor is anything new."""
    primary = state.primary
    unchanged = primary is not None and primary.id == previous and not _ROLLS_BACK.search(primary.reason)
    return unchanged and state.deployment(own) is None


def judge(state: ServiceState, own: str, last_event: str) -> Ending | Waiting | None:
    """Judge the deployment ``own`` of an ACTIVE service; None: COMPLETED, now look at tasks and targets.

    ``last_event`` is the id of the newest service event from before the deployment.
    """
    mine = state.deployment(own)
    if mine is not None and mine.rollout_state == "FAILED":
        rolls_back = any(_ROLLS_BACK.search(said) for said in _said_since(state, last_event))
        outcome = Outcome.ROLLED_BACK if rolls_back else Outcome.FAILED
        return Ending(outcome=outcome, reason=mine.reason or "AWS gives no reason")
    if mine is None or not mine.primary:
        return _replaced(state, own, last_event)
    if mine.rollout_state == "COMPLETED":
        return None
    return Waiting(words=_progress(state, mine))


def _replaced(state: ServiceState, own: str, last_event: str) -> Ending:
    if said := rollback_said(state, last_event, own):
        return Ending(outcome=Outcome.ROLLED_BACK, reason=said)
    primary = state.primary
    other = f"{primary.id} to {short(primary.task_definition)}" if primary else "none"
    return Ending(
        outcome=Outcome.SUPERSEDED,
        reason=f"another deployment took its place: {other}; somebody else deployed",
    )


def rollback_said(state: ServiceState, last_event: str, own: str | None = None) -> str | None:
    """Return AWS's words for a rollback since ``last_event``, or None if there are none.

    Where ``own`` is known, a failure that names another deployment alone is not counted.
    """
    primary = state.primary
    if primary is not None and primary.id != own and _ROLLS_BACK.search(primary.reason):
        return primary.reason
    for event in since(state, last_event):
        if _FAILED.search(event) and (own is None or own in event):
            return event
    return None


def _said_since(state: ServiceState, last_event: str) -> Iterator[str]:
    if state.primary is not None:
        yield state.primary.reason
    yield from since(state, last_event)


def since(state: ServiceState, last_event: str) -> Iterator[str]:
    """Yield the service's events that are newer than one, newest first."""
    for event in state.events:
        if event.id == last_event:
            return
        yield event.message


def _progress(state: ServiceState, mine: Deployment) -> str:
    failed = f", {mine.failed_tasks} failed" if mine.failed_tasks else ""
    return f"{mine.running} of {state.desired} tasks on {short(mine.task_definition)}{failed}"


def not_yet(
    state: ServiceState, to: str, tasks: Sequence[RunningTask], targets: Mapping[str, Iterable[Target]]
) -> Waiting | None:
    """Return what a COMPLETED deployment still lacks: all tasks on ``to``, all of them healthy."""
    old = [task for task in tasks if task.task_definition != to]
    if old:
        return Waiting(words=f"{len(old)} of {len(tasks)} tasks still on {short(old[0].task_definition)}")
    running = [task for task in tasks if task.last_status == "RUNNING"]
    if len(running) != len(tasks) or len(running) != state.desired:
        return Waiting(words=f"{len(running)} of {state.desired} tasks run")
    addresses = {address for task in running for address in task.addresses}
    for group, members in targets.items():
        healthy = {one.address for one in members if one.state == "healthy"}
        if sick := addresses - healthy:
            name = group.rsplit("/", maxsplit=2)[-2] if "/" in group else group
            return Waiting(words=f"{len(sick)} of {len(addresses)} targets not healthy in {name}")
        if len(healthy) < len(running):
            return Waiting(words=f"{len(healthy)} of {len(running)} targets healthy")
    return None
