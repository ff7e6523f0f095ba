"""Scaling out while a deployment goes on: warned of, and on request suspended until it has ended.

A scale-out during a deployment starts from old plus new tasks (AWS containers roadmap, issue 525), so
the deployment itself can double a service. The journal says what is suspended, so that the next run
puts back what a killed one could not.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from trimtab.errors import AccountError, RolloutInterrupted, TrimtabError
from trimtab.rollout.cloud.observed import warning
from trimtab.rollout.journal.lines import Resumed, Suspending

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trimtab.rollout.context import Run

OUT: Final = "DynamicScalingOutSuspended"
_RECENT_MIN: Final = 5


def warnings(run: Run, service: str) -> Iterator[str]:
    """Yield what may scale the service out while it is deployed. What cannot be read is said."""
    try:
        target = run.cloud.scalable_target(run.cluster, service)
        if target is None or target.out_suspended:
            return
        for alarm in run.cloud.out_alarms(run.cluster, service):
            latest = None
            if alarm.figure is not None:
                now = run.clock.now()
                since = now - timedelta(minutes=_RECENT_MIN)
                points = run.cloud.figures([alarm.figure], since, now)[0]
                latest = max((value for _, value in points), default=None)
            if why := warning(alarm, latest):
                suspend = "" if run.suspend_out else ", or give --suspend-scale-out"
                yield f"{why}: a scale-out now counts old and new tasks; wait{suspend}"
    except (AccountError, RolloutInterrupted) as error:
        yield f"its alarms could not be read ({error.message}): a scale-out now would count old and new tasks"


def suspend(run: Run, service: str) -> None:
    """Suspend dynamic scaling out, unless it is already or nothing scales the service."""
    target = run.cloud.scalable_target(run.cluster, service)
    if target is None or target.out_suspended:
        return
    run.journal.write(Suspending(at=run.at, service=service, before=dict(target.suspended)))
    run.cloud.suspend(run.cluster, service, {**target.suspended, OUT: True})
    run.tell(f"{service}: scaling out is suspended until its deployment has ended")


def put_back(run: Run, services: Iterable[str] | None = None) -> None:
    """Put back what this journal says is suspended, of these services or of all.

    Raises:
        RolloutInterrupted: it could not be put back; the next run tries again.

    """
    failed: list[str] = []
    for service, before in run.journal.suspended().items():
        if services is not None and service not in services:
            continue
        try:
            target = run.cloud.scalable_target(run.cluster, service)
            # Registering a target that is gone would make one, and what somebody resumed is resumed.
            if target is not None and target.out_suspended:
                run.cloud.suspend(run.cluster, service, {**target.suspended, OUT: before.get(OUT, False)})
            run.journal.write(Resumed(at=run.at, service=service))
            run.tell(f"{service}: scaling out is as it was")
        except TrimtabError as error:
            failed.append(f"{service} ({error.message})")
    if failed:
        raise RolloutInterrupted(
            f"scaling out is still suspended of {', '.join(failed)}",
            where="application-autoscaling:RegisterScalableTarget",
            advice="run it again, which puts it back first",
        )
