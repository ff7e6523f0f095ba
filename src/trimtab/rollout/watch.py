"""Watches deployments until each has ended, and says of a bad end what AWS said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from trimtab.errors import NetworkError
from trimtab.rollout.clock import Polling
from trimtab.rollout.cloud.contract import CallRefused, CloudUnreachable
from trimtab.rollout.deployment import Ending, Waiting, gone, is_from_before, judge, not_yet, since
from trimtab.rollout.journal.lines import Settled
from trimtab.rollout.model import Outcome, Result, short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimtab.rollout.context import Run, Started
    from trimtab.rollout.model import ServiceState

_EVENTS: Final = 5
_TASKS: Final = 3
"""How much of what AWS says is shown."""

_KNOWN_S: Final = 60.0
"""Until then a look may answer from before the update: "The Amazon ECS API follows an eventual
consistency model" (ECS API reference, RunTask)."""

_TROUBLE: Final = re.compile(r"fail|unhealthy|unable|roll(?:ing|ed) back", re.IGNORECASE)


def watch(run: Run, started: Sequence[Started]) -> list[Result]:
    """Watch until every deployment has ended or the time is up; one that fails stops no other's watch."""
    going = {one.service: one for one in started}
    polling = Polling(run.clock, run.timeout_s)
    known = Polling(run.clock, _KNOWN_S)
    words: dict[str, str] = {}
    results: list[Result] = []
    while going:
        for name, seen in _look(run, list(going.values()), early=not known.over).items():
            if isinstance(seen, Ending):
                results.append(settled(run, going.pop(name), seen))
            elif words.get(name) != seen.words:
                run.tell(f"{name}: {seen.words}")
                words[name] = seen.words
        if going and polling.over:
            return [
                *results,
                *(settled(run, one, _late(run, words.get(one.service, ""))) for one in going.values()),
            ]
        if going:
            polling.pause()
    return results


def _late(run: Run, words: str) -> Ending:
    seen = f" ({words})" if words else ""
    reason = f"not settled after {run.timeout_s / 60:g} minutes{seen}: the deployment goes on without us"
    return Ending(outcome=Outcome.UNSETTLED, reason=reason)


def _look(run: Run, going: Sequence[Started], *, early: bool) -> dict[str, Ending | Waiting]:
    """Look once at all of them. What AWS does not answer for now is asked again later."""
    try:
        states = run.cloud.services(run.cluster, [one.service for one in going])
        return {one.service: _judge(run, one, states.get(one.service), early=early) for one in going}
    except (CloudUnreachable, NetworkError) as error:
        return {one.service: Waiting(words=f"no answer now ({error.message})") for one in going}


def _judge(run: Run, started: Started, state: ServiceState | None, *, early: bool) -> Ending | Waiting:
    if state is None or state.status != "ACTIVE":
        return gone(state)
    if early and is_from_before(state, started.own, started.previous):
        return Waiting(words="AWS does not list the deployment yet")
    judged = judge(state, started.own, started.last_event)
    if judged is not None:
        return judged
    try:
        tasks = run.cloud.running_tasks(run.cluster, started.service)
        targets = {each.target_group: run.cloud.targets(each.target_group) for each in state.balanced}
    except CallRefused as error:
        # Deleted between the two looks: the next one tells.
        return Waiting(words=error.message)
    waiting = not_yet(state, started.to, tasks, targets)
    if waiting is not None:
        return waiting
    return Ending(outcome=Outcome.MOVED, reason=f"{len(tasks)} tasks run on {short(started.to)}")


def settled(run: Run, started: Started, verdict: Ending) -> Result:
    """Write down how a deployment ended, and return it with what AWS said if it is bad."""
    bad = verdict.outcome is not Outcome.MOVED
    said = tuple(_said(run, started)) if bad else ()
    run.journal.write(
        Settled(at=run.at, service=started.service, outcome=verdict.outcome, reason=verdict.reason)
    )
    run.tell(f"{started.service}: {verdict.outcome.value}: {verdict.reason}")
    return Result(
        service=started.service,
        outcome=verdict.outcome,
        before=short(started.before),
        after=short(started.to),
        detail=verdict.reason,
        said=said,
        calls=started.calls,
        notes=started.notes,
    )


def _telling(events: Sequence[str]) -> list[str]:
    """Return the events that tell of trouble, or the newest where none does."""
    return ([event for event in events if _TROUBLE.search(event)] or list(events))[:_EVENTS]


def _said(run: Run, started: Started) -> Iterator[str]:
    """Yield the service's events since, and why the new tasks stopped. What cannot be had is left out."""
    try:
        state = run.cloud.services(run.cluster, [started.service]).get(started.service)
        if state is not None:
            yield from _telling(list(since(state, started.last_event)))
        tasks = run.cloud.stopped_tasks(run.cluster, started.service)
    except (CloudUnreachable, NetworkError, CallRefused) as error:
        yield f"(no more could be read: {error.message})"
        return
    reasons = dict.fromkeys(
        task.stopped for task in tasks if task.task_definition == started.to and task.stopped
    )
    for reason in list(reasons)[:_TASKS]:
        yield f"stopped task: {reason}"
