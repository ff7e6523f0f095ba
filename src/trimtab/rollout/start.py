"""One service up to its deployment, each call written down before and after it is made.

    pending in the journal? then go on with that
    look -> steady? -> guards -> which revision -> register it if need be -> look again -> update

A kill between any two of these is mended by the next run's look: a revision already registered
is known by its tag, a deployment already started by its revision, one rolled back meanwhile by
what AWS says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trimtab.rollout.clock import Polling
from trimtab.rollout.cloud.contract import CallRefused
from trimtab.rollout.cloud.signals import CPU, SignalChange, change_of, cpu_every_s
from trimtab.rollout.context import Started
from trimtab.rollout.deployment import Ending
from trimtab.rollout.goals import misses
from trimtab.rollout.journal.lines import Registered, Registering, Settled, Updated, Updating
from trimtab.rollout.journal.resume import resume
from trimtab.rollout.model import Outcome, Result, short
from trimtab.rollout.plan import TAG, Cannot, Register, Stay, Use, registered_before
from trimtab.rollout.refusals import deployment_notes, moving_image, unsteady
from trimtab.rollout.scaleout import suspend, warnings
from trimtab.rollout.watch import settled

if TYPE_CHECKING:
    from trimtab.rollout.context import Run
    from trimtab.rollout.goals import Goal
    from trimtab.rollout.model import Deployment, Revision, ServiceState

_NO_SERVICE: Final = frozenset({"ServiceNotFoundException", "ServiceNotActiveException"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A service that may be moved, and how."""

    state: ServiceState
    running: Revision
    step: Use | Register
    signals: SignalChange | None = None
    """What of its metrics goes with the same deployment."""
    untold: str = ""
    """Why nothing can be said of them, where they are wanted."""
    warnings: tuple[str, ...] = ()
    """What may disturb its deployment."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know about it."""
        since = self.step.why if isinstance(self.step, Register) else ()
        signals = [self.signals.words] if self.signals is not None else [self.untold] * bool(self.untold)
        deployment = deployment_notes(self.state)
        return (*self.warnings, *deployment, *since, *signals, *moving_image(self.step.definition))


def start(run: Run, goal: Goal) -> Started | Result:
    """Start the service's deployment, or find the one that a killed run started."""
    pending = run.journal.pending(run.begin, goal.name)
    if pending is not None:
        if run.suspend_out:
            suspend(run, goal.name)
        resumed = resume(run, pending)
        if resumed is not None:
            return resumed
    polling = Polling(run.clock, run.timeout_s)
    while True:
        ready = prepare(run, goal, polling)
        if isinstance(ready, Result):
            return ready
        started = _move(run, goal, ready)
        if started is not None:
            return started
        run.tell(f"{goal.name}: it changed while it was prepared; looking again")


def prepare(run: Run, goal: Goal, polling: Polling) -> Ready | Result:
    """Return how the service is to be moved, or why it is not. Only reads."""
    state = _steady(run, goal, polling)
    if isinstance(state, Result):
        return state
    refusal = "; ".join(goal.refusals(state))
    if refusal:
        return Result(
            service=goal.name,
            outcome=Outcome.REFUSED,
            before=short(state.task_definition),
            detail=refusal,
        )
    running = run.cloud.revision(state.task_definition)
    step = goal.step(run.cloud, running)
    signals = None if isinstance(step, Cannot) else _signals(run, goal, moves=not isinstance(step, Stay))
    if isinstance(step, Stay):
        if signals is None:
            return Result(
                service=goal.name, outcome=Outcome.ALREADY, before=running.short, after=running.short
            )
        step = _as_it_is(running, signals)
    refusal = step.why if isinstance(step, Cannot) else misses(state, step) or goal.unproven(state)
    if isinstance(step, Cannot) or refusal:
        return Result(service=goal.name, outcome=Outcome.REFUSED, before=running.short, detail=refusal)
    return Ready(
        state=state,
        running=running,
        step=step,
        signals=signals if isinstance(signals, SignalChange) else None,
        untold=signals if isinstance(signals, str) else "",
        warnings=tuple(warnings(run, goal.name)),
    )


def _signals(run: Run, goal: Goal, *, moves: bool) -> SignalChange | str | None:
    """Return what of its metrics is to change, or why that cannot be told."""
    if goal.signals is None:
        return None
    return change_of(run.cloud.monitoring(run.cluster, goal.name), goal.signals, moves=moves)


def _as_it_is(running: Revision, signals: SignalChange | str) -> Use | Cannot:
    """Return the move of a service whose metrics alone change: to the revision that runs."""
    if isinstance(signals, str):
        return Cannot(why=signals)
    if not running.active:
        return Cannot(why=f"{running.short} is deregistered, and its metrics are set by a deployment of it")
    return Use(arn=running.arn, definition=running.definition)


def _steady(run: Run, goal: Goal, polling: Polling) -> ServiceState | Result:
    """Wait until the service is in a steady state."""
    told = ""
    while True:
        state = run.look(goal.name)
        if state is None:
            return Result(service=goal.name, outcome=Outcome.DELETED, detail="the service is gone")
        why = unsteady(state)
        # What is refused anyhow is not waited for: CodeDeploy's services have no deployments at all.
        if why is None or goal.may_replace(state) or any(goal.refusals(state)):
            return state
        if polling.over:
            said = tuple(event.message for event in state.events[:3])
            return Result(
                service=goal.name,
                outcome=Outcome.UNSTEADY,
                before=short(state.task_definition),
                detail=f"not in a steady state: {why}",
                said=said,
            )
        if why != told:
            run.tell(f"{goal.name}: waiting for a steady state: {why}")
            told = why
        polling.pause()


def _move(run: Run, goal: Goal, ready: Ready) -> Started | Result | None:
    """Register if need be, and update. None: it is no longer what it was when it was looked at."""
    calls = calls_of(run.cluster, goal.name, ready.step, ready.signals)
    for words in ready.warnings:
        run.tell(f"{goal.name}: {words}")
    try:
        if run.suspend_out:
            suspend(run, goal.name)
        to = _registered(run, goal, ready.step)
        state = run.look(goal.name)
        if state is None or _newest_id(state) != _newest_id(ready.state):
            return None
        answer = _update(run, state, to, ready.signals)
        own = _own_id(answer, state, to)
        run.journal.write(Updated(at=run.at, service=goal.name, deployment=own))
        run.tell(f"{goal.name}: {short(state.task_definition)} to {short(to)}, deployment {own}")
    except CallRefused as error:
        return _refused(run, goal, ready, error)
    started = Started(
        service=goal.name,
        own=own,
        before=ready.running.arn,
        to=to,
        previous=_newest_id(state),
        last_event=_last_event(state),
        calls=calls,
        notes=ready.notes,
    )
    # Between the look and the call: ECS has no way to say "only if nothing changed".
    overtaken = [one for one in answer.deployments if one.id != own and state.deployment(one.id) is None]
    return settled(run, started, _overtook(overtaken[0])) if overtaken else started


def _overtook(other: Deployment) -> Ending:
    reason = (
        f"it took the place of somebody else's {other.id}, begun in the same moment: "
        f"deploy {other.task_definition} again, and then run this again"
    )
    return Ending(outcome=Outcome.SUPERSEDED, reason=reason)


def _registered(run: Run, goal: Goal, step: Use | Register) -> str:
    """Return the ARN of the revision to move to."""
    if isinstance(step, Use):
        return step.arn
    revision = registered_before(run.cloud, step)
    if revision is not None:
        return revision.arn
    run.journal.write(Registering(at=run.at, service=goal.name, base=step.base.arn, digest=step.digest))
    arn = run.cloud.register(step.definition, step.tags)
    run.journal.write(Registered(at=run.at, service=goal.name, arn=arn))
    run.tell(f"{goal.name}: registered {short(arn)} on top of {step.base.short}")
    return arn


def _update(run: Run, state: ServiceState, to: str, signals: SignalChange | None) -> ServiceState:
    """Point the service at the revision, and return what AWS answers."""
    run.journal.write(
        Updating(
            at=run.at,
            service=state.name,
            before=state.task_definition,
            to=to,
            primary=_newest_id(state),
            last_event=_last_event(state),
            signals=signals,
        )
    )
    return run.cloud.update(run.cluster, state.name, to, signals)


def _own_id(answer: ServiceState, before: ServiceState, to: str) -> str:
    """Return the id of the deployment that the update has started; empty if it is gone already."""
    ours = (one.id for one in answer.deployments if one.task_definition == to)
    return next((own for own in ours if before.deployment(own) is None), "")


def _newest_id(state: ServiceState) -> str:
    return state.primary.id if state.primary is not None else ""


def _last_event(state: ServiceState) -> str:
    return state.events[0].id if state.events else ""


def _refused(run: Run, goal: Goal, ready: Ready, error: CallRefused) -> Result:
    outcome = Outcome.DELETED if error.code in _NO_SERVICE else Outcome.FAILED
    run.journal.write(Settled(at=run.at, service=goal.name, outcome=outcome, reason=error.message))
    return Result(
        service=goal.name,
        outcome=outcome,
        before=ready.running.short,
        detail=f"AWS refused {error.where}",
        said=(error.message,),
    )


def calls_of(
    cluster: str, service: str, step: Use | Register, signals: SignalChange | None
) -> tuple[str, ...]:
    """Return the calls that write, as a person reads them. No value of an environment is among them."""
    update = f"ecs:UpdateService cluster={cluster} service={service} taskDefinition="
    also = "" if signals is None else f" monitoring={CPU}:{cpu_every_s(signals.to)}s"
    if isinstance(step, Use):
        return (f"{update}{step.arn}{also}",)
    made = step.definition
    register = (
        f"ecs:RegisterTaskDefinition family={made['family']} cpu={made['cpu']} memory={made['memory']} "
        f"on top of {step.base.short}, tag {TAG}={step.digest}"
    )
    return (register, f"{update}(the revision that answers){also}")
