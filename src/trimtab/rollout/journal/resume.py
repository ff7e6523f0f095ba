"""What became of an update that a killed run meant: judged from what AWS has, not from the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.rollout.context import Started
from trimtab.rollout.deployment import Ending, gone, judge, rollback_said
from trimtab.rollout.journal.lines import Updated
from trimtab.rollout.model import Outcome
from trimtab.rollout.watch import settled

if TYPE_CHECKING:
    from trimtab.rollout.context import Run
    from trimtab.rollout.journal.journal import Pending
    from trimtab.rollout.journal.lines import Updating
    from trimtab.rollout.model import Result, ServiceState


def resume(run: Run, pending: Pending) -> Started | Result | None:
    """Return the deployment that goes on, or its bad end; None where there is neither.

    None is also for a deployment that another one followed: ours may have been well long before,
    so what runs now is looked at afresh.
    """
    meant = pending.updating
    state = run.look(meant.service)
    if state is None:
        return settled(run, _started(meant, pending.deployment or ""), gone(state))
    own = pending.deployment or _started_id(state, meant)
    if own is None:
        said = rollback_said(state, meant.last_event)
        if said is None:
            return None
        return settled(run, _started(meant, ""), Ending(outcome=Outcome.ROLLED_BACK, reason=said))
    started = _started(meant, own)
    verdict = judge(state, own, meant.last_event)
    if isinstance(verdict, Ending):
        return None if verdict.outcome is Outcome.SUPERSEDED else settled(run, started, verdict)
    if pending.deployment is None:
        run.journal.write(Updated(at=run.at, service=meant.service, deployment=own))
    run.tell(f"{meant.service}: going on with deployment {own}")
    return started


def _started(meant: Updating, own: str) -> Started:
    return Started(
        service=meant.service,
        own=own,
        before=meant.before,
        to=meant.to,
        previous=meant.primary,
        last_event=meant.last_event,
    )


def _started_id(state: ServiceState, meant: Updating) -> str | None:
    """Return the id of the deployment that an update whose answer was lost has started."""
    for one in state.deployments:
        if one.task_definition == meant.to and one.id != meant.primary:
            return one.id
    return None
