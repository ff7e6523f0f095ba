"""Watches moved services against their record, and takes back by itself what is clearly worse.

    moved -> Baking (until when, what the record had) -> a look a minute -> Baked
                                                      -> GoingBack -> deployed back -> Baked

Each arrow is in the journal first, so a run that was killed goes on where it was.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from trimtab.errors import NetworkError
from trimtab.rollout.bake.gates import Seen, before_of, cannot_tell, worse
from trimtab.rollout.cloud.contract import CallRefused, CloudUnreachable
from trimtab.rollout.cloud.observed import Figure
from trimtab.rollout.cloud.signals import undone
from trimtab.rollout.context import Started
from trimtab.rollout.journal.lines import Baked, Baking, GoingBack
from trimtab.rollout.model import Outcome, Result, short
from trimtab.rollout.watch import watch
from trimtab.units import DAY_H

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimtab.rollout.context import Run
    from trimtab.rollout.goals import Goal
    from trimtab.rollout.journal.lines import Updating
    from trimtab.rollout.model import ServiceState

PEAK: Final = "peak"
RECORD_DAYS: Final = 7
LOOK_S: Final = 60.0
_LAG: Final = timedelta(minutes=2)
"""CloudWatch has a minute's figures about two minutes later."""
_OUT_OF_MEMORY: Final = re.compile(r"OutOfMemory")
_WITHOUT_PEAK: Final = timedelta(minutes=30)
"""How long is watched where nothing says when the peak is."""


def bake(run: Run, moves: Mapping[str, Updating], goals: Mapping[str, Goal]) -> list[Result]:
    """Watch these services, by the move of each, until their bake is over; return those taken back."""
    going = {name: _begun(run, move, goals[name]) for name, move in moves.items()}
    looks: dict[str, list[bool]] = {name: [] for name in going}
    back: list[Result] = []
    while going and not back:
        for name, began in list(going.items()):
            reasons = _look(run, began, goals[name].cpu_limit_percent, looks[name])
            if reasons is None:
                del going[name]
            elif reasons:
                del going[name]
                back.append(take_back(run, began, "; ".join(reasons)))
        if going and not back:
            run.clock.sleep(LOOK_S)
    return back


def _begun(run: Run, move: Updating, goal: Goal) -> Baking:
    """Return the bake of a move, written down before its first look."""
    known = run.journal.baking(move.service)
    if known is not None:
        run.tell(f"{move.service}: going on to watch it until {known.until}")
        return known
    now = run.clock.now()
    state, target = run.look(move.service), run.cloud.scalable_target(run.cluster, move.service)
    moved_at = datetime.fromisoformat(move.at)
    record = _series(run, state, move.service, moved_at - timedelta(days=RECORD_DAYS), moved_at)
    at_most = target is not None and state is not None and state.desired >= target.most
    before = before_of(record, goal.cpu_limit_percent, at_most=at_most)
    until, whose = _until(run, goal, record, now)
    made = Baking(
        at=run.at,
        service=move.service,
        before=move.before,
        to=move.to,
        until=until.isoformat(timespec="seconds"),
        record=before,
    )
    run.journal.write(made)
    run.tell(f"{move.service}: watched until {made.until} against its record{whose}")
    return made


def _until(run: Run, goal: Goal, record: Seen, now: datetime) -> tuple[datetime, str]:
    """Return the end of a bake, and whose peak it waits for, in words."""
    if run.bake != PEAK:
        return now + timedelta(seconds=float(run.bake or 0)), ""
    if goal.busy_hours:
        return next_peak(goal.busy_hours, now), ", over the next peak of the recording"
    return _peak_end(record, now)


def next_peak(busy_hours: Sequence[int], now: datetime) -> datetime:
    """Return the end of the first whole hour from now on that is one of these hours of the week."""
    begins = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    begins += timedelta(hours=begins < now)
    while begins.weekday() * DAY_H + begins.hour not in busy_hours:
        begins += timedelta(hours=1)
    return begins + timedelta(hours=1)


def _peak_end(record: Seen, now: datetime) -> tuple[datetime, str]:
    """Return the end of the busiest hour of the day in CloudWatch's record: the recommendation has none."""
    series = record.requests or record.cpu_percent
    without = "the recommendation knows none of the recording"
    if not series:
        return now + _WITHOUT_PEAK, f", for no peak is known: {without}, and CloudWatch has no record"
    hours: dict[int, list[float]] = {}
    for at, value in series:
        hours.setdefault(at.hour, []).append(value)
    peak = max(hours, key=lambda hour: sum(hours[hour]) / len(hours[hour]))
    whose = f", over the next peak of CloudWatch's last {RECORD_DAYS} days: {without}"
    return next_peak(range(peak, 7 * DAY_H, DAY_H), now), whose


def _look(run: Run, began: Baking, limit: float, looks: list[bool]) -> list[str] | None:
    """Look once: None when the bake is over and well, else what is worse (often nothing)."""
    name, now = began.service, run.clock.now()
    try:
        state = run.look(name)
        if state is None or state.task_definition != began.to:
            _over(run, name, Outcome.SUPERSEDED, "somebody else deployed while it was watched")
            return None
        target = run.cloud.scalable_target(run.cluster, name)
        looks.append(target is not None and state.desired >= target.most)
        since = datetime.fromisoformat(began.at)
        seen = _series(run, state, name, since, now - _LAG) if now - _LAG > since else Seen()
        stopped = run.cloud.stopped_tasks(run.cluster, name)
    except (CloudUnreachable, NetworkError, CallRefused) as error:
        run.tell(f"{name}: no answer now ({error.message})")
        return []
    killed = sum(
        one.task_definition == began.to and bool(_OUT_OF_MEMORY.search(one.stopped)) for one in stopped
    )
    seen = replace(seen, out_of_memory=killed, looks=len(looks), looks_at_most=sum(looks))
    reasons = list(worse(began.record, seen, limit))
    if reasons or now < datetime.fromisoformat(began.until):
        return reasons
    blind = ", ".join(cannot_tell(began.record, seen))
    _over(
        run,
        name,
        Outcome.MOVED,
        f"as before{f'; cannot tell, for nothing reported: {blind}' if blind else ''}",
    )
    return None


def _over(run: Run, name: str, outcome: Outcome, reason: str) -> None:
    run.journal.write(Baked(at=run.at, service=name, outcome=outcome, reason=reason))
    run.tell(f"{name}: watched: {reason}")


def _series(run: Run, state: ServiceState | None, service: str, start: datetime, end: datetime) -> Seen:
    ecs = (("ClusterName", run.cluster), ("ServiceName", service))
    asked = [Figure(namespace="AWS/ECS", metric="CPUUtilization", dimensions=ecs, statistic="Average")]
    group = state.balanced[0].target_group if state is not None and state.balanced else ""
    balancer = run.cloud.balancer(group) if group else None
    if balancer is not None:
        where = (("TargetGroup", group.rsplit(":", maxsplit=1)[-1]), ("LoadBalancer", balancer))
        asked += [
            Figure(namespace="AWS/ApplicationELB", metric=metric, dimensions=where, statistic=statistic)
            for metric, statistic in (
                ("RequestCount", "Sum"),
                ("HTTPCode_Target_5XX_Count", "Sum"),
                ("TargetResponseTime", "p95"),
            )
        ]
    cpu, *rest = run.cloud.figures(asked, start, end)
    requests, errors, p95 = rest or ((), (), ())
    return Seen(requests=requests, errors=errors, p95_s=p95, cpu_percent=cpu)


def take_back(run: Run, began: Baking, why: str) -> Result:
    """Deploy what ran before, and watch it get there; a run that was killed meanwhile does the same again."""
    name = began.service
    if run.journal.going_back(name) is None:
        run.tell(f"{name}: clearly worse than before: {why}; going back to {short(began.before)}")
        run.journal.write(GoingBack(at=run.at, service=name, reason=why))
    state = run.look(name)
    if state is not None and state.task_definition == began.to:
        meant = run.journal.last_update(name)
        signals = undone(meant.signals) if meant is not None else None
        state = run.cloud.update(run.cluster, name, began.before, signals)
    primary = state.primary if state is not None else None
    if state is None or primary is None or primary.task_definition != began.before:
        ended = Result(service=name, outcome=Outcome.SUPERSEDED, detail="somebody else deployed meanwhile")
    else:
        last = state.events[0].id if state.events else ""
        started = Started(
            service=name, own=primary.id, before=began.to, to=began.before, previous="", last_event=last
        )
        (ended,) = watch(run, [started])
    well = ended.outcome is Outcome.MOVED
    outcome = Outcome.TAKEN_BACK if well else ended.outcome
    if outcome is not Outcome.UNSETTLED:
        run.journal.write(Baked(at=run.at, service=name, outcome=outcome, reason=why))
    detail = f"it was clearly worse: {why}" + ("" if well else f"; going back: {ended.detail}")
    return replace(ended, outcome=outcome, before=short(began.to), after=short(began.before), detail=detail)
