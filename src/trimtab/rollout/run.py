"""A rollout from end to end. Start reading here.

    rollout: recommendation -> services, order -> wave by wave: start each, watch all -> next wave
    undo:    journal -> what was moved, the last first -> the same

The first bad end stops it: nothing more is started, what was started is watched to its end.
"""

from __future__ import annotations

from contextlib import nullcontext, suppress
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from trimtab.errors import RolloutInterrupted, TrimtabError
from trimtab.rollout.bake.bake import bake, take_back
from trimtab.rollout.clock import Polling
from trimtab.rollout.context import Run, Started
from trimtab.rollout.journal.journal import open_journal, read_journal
from trimtab.rollout.journal.lines import End, Settled
from trimtab.rollout.journal.lock import only_one
from trimtab.rollout.journal.store import S3Store, parse
from trimtab.rollout.model import Outcome, Result, Rollout, short
from trimtab.rollout.plan import Use, waves
from trimtab.rollout.scaleout import put_back
from trimtab.rollout.scope import backward, forward, journal_region
from trimtab.rollout.start import calls_of, prepare, start
from trimtab.rollout.watch import watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.rollout.clock import Clock
    from trimtab.rollout.goals import Goal
    from trimtab.rollout.journal.journal import Journal
    from trimtab.rollout.scope import OpenApi, Options, RunScope


def run_rollout(
    options: Options, open_api: OpenApi, clock: Clock, tell: Callable[[str], None] = lambda _: None
) -> Rollout:
    """Roll out, undo, or with ``dry_run`` say what would be called.

    Raises:
        RolloutError: the folder, its files or the options do not fit together; nothing was called.
        AccountError: the account cannot be asked.
        RolloutInterrupted: AWS did not let it finish; run it again to go on.

    """
    # A dry run writes nothing, so it may look on while another run works.
    with nullcontext() if options.dry_run else only_one(options.folder):
        open_api = _once(open_api)
        journal = _journal(options, open_api)
        at = clock.now().isoformat(timespec="seconds")
        scope = (backward if options.undo else forward)(options, open_api, journal, at)
        run = Run(
            cloud=scope.cloud,
            cluster=scope.cluster,
            clock=clock,
            journal=journal,
            begin=scope.begin,
            timeout_s=options.timeout_s,
            suspend_out=options.suspend_out,
            bake="" if options.undo else options.bake,
            tell=tell,
        )
        if options.dry_run:
            results = tuple(_looked_at(run, goal) for goal in scope.goals)
        else:
            results = _done(run, scope, options.wave)
    return Rollout(
        kind=scope.begin.kind,
        cluster=scope.cluster,
        dry_run=options.dry_run,
        results=(*results, *scope.refused),
        unknown=scope.unknown,
    )


def _once(open_api: OpenApi) -> OpenApi:
    """Open each region once: the journal in S3 and the cluster are asked over the same connection."""
    return cache(open_api)


def _journal(options: Options, open_api: OpenApi) -> Journal:
    if options.journal is None:
        return open_journal(options.folder)
    parse(options.journal)
    return read_journal(S3Store(options.journal, open_api(journal_region(options))))


def _done(run: Run, scope: RunScope, size: int) -> tuple[Result, ...]:
    """Do it, wave by wave."""
    run.journal.write(run.begin)
    put_back(run)  # what a run that was killed left suspended
    results: list[Result] = []
    for wave in waves(scope.goals, size):
        if any(result.outcome.stops for result in results):
            results += [Result(service=goal.name, outcome=Outcome.NOT_REACHED) for goal in wave]
        else:
            results += _staged(run, wave)
    done = Rollout(
        kind=run.begin.kind,
        cluster=run.cluster,
        dry_run=False,
        results=(*results, *scope.refused),
        unknown=scope.unknown,
    )
    run.journal.write(End(at=run.at, exit_code=done.exit_code))
    return done.results[: len(results)]


def _staged(run: Run, wave: tuple[Goal, ...]) -> list[Result]:
    """Do a wave; with a bake do again what moved, for it may have gone half way."""
    results = _baked(run, wave, _undisturbed(run, wave))
    if not run.bake or any(one.outcome.stops for one in results):
        return results
    names = {one.service for one in results if one.outcome is Outcome.MOVED}
    rest = tuple(goal for goal in wave if goal.name in names)
    if not rest:
        return results
    # What had nothing left to do is answered as moved: it was, by the stage before.
    later = {one.service: one for one in _staged(run, rest) if one.outcome is not Outcome.ALREADY}
    return [_joined(one, later.get(one.service)) for one in results]


def _joined(first: Result, then: Result | None) -> Result:
    """Return two stages as one result."""
    if then is None:
        return first
    return replace(
        then, before=first.before, calls=(*first.calls, *then.calls), notes=(*first.notes, *then.notes)
    )


def _baked(run: Run, wave: tuple[Goal, ...], results: list[Result]) -> list[Result]:
    """Watch what this wave moved, or that of a killed run; what is taken back replaces its result."""
    names = [one.service for one in results if one.outcome in {Outcome.MOVED, Outcome.ALREADY}]
    moves = {name: move for name in names if (move := run.journal.unbaked(run.begin, name)) is not None}
    if not moves or not run.bake:
        return results
    goals = {goal.name: goal for goal in wave}
    back = {one.service: one for one in bake(run, moves, goals)}
    return [back.get(one.service, one) for one in results]


def _undisturbed(run: Run, wave: tuple[Goal, ...]) -> list[Result]:
    """Do a wave, and put back what was suspended for it, however it ends."""
    try:
        results = _wave(run, wave)
    except (TrimtabError, KeyboardInterrupt):
        with suppress(RolloutInterrupted):  # the first fault is the one to tell; the next run puts it back
            put_back(run, {goal.name for goal in wave})
        raise
    put_back(run, {goal.name for goal in wave})
    return results


def _wave(run: Run, wave: tuple[Goal, ...]) -> list[Result]:
    """Start the services of a wave, then watch them all; in the wave's order."""
    ended: dict[str, Result] = {}
    going: list[Started] = []
    fault: TrimtabError | None = None
    for goal in wave:
        if any(result.outcome.stops for result in ended.values()):
            ended[goal.name] = Result(service=goal.name, outcome=Outcome.NOT_REACHED)
            continue
        known = run.journal.baking(goal.name)
        why = run.journal.going_back(goal.name)
        if run.begin.kind == "rollout" and known is not None and why is not None:
            ended[goal.name] = take_back(run, known, why)  # a run that was killed meant it
            continue
        try:
            begun = start(run, goal)
        except TrimtabError as error:
            # What was started is watched to its end first: nobody else looks at it.
            fault = error
            break
        if isinstance(begun, Started):
            going.append(begun)
        else:
            ended[goal.name] = begun
            _end(run, begun)
    if fault is not None and going:
        run.tell(f"{fault.one_line()}; what was started is watched to its end")
    ended |= {result.service: result for result in watch(run, going)}
    if fault is not None:
        raise fault
    return [ended[goal.name] for goal in wave]


def _end(run: Run, result: Result) -> None:
    """Tell of a service that needed no deployment, or could have none."""
    if run.begin.kind == "undo" and result.outcome is Outcome.ALREADY:
        # Back already, whoever did it: the next undo need not look.
        run.journal.write(
            Settled(at=run.at, service=result.service, outcome=result.outcome, reason="it ran that already")
        )
    why = f": {result.detail}" if result.detail else ""
    run.tell(f"{result.service}: {result.outcome.value}{why}")


def _looked_at(run: Run, goal: Goal) -> Result:
    """Return what would be done now, without waiting for anything."""
    pending = run.journal.pending(run.begin, goal.name)
    ready = prepare(run, goal, Polling(run.clock, 0.0))
    notes = () if pending is None else (f"a run that was killed meant {short(pending.updating.to)}",)
    if isinstance(ready, Result):
        return ready
    return Result(
        service=goal.name,
        outcome=Outcome.WOULD_MOVE,
        before=ready.running.short,
        after=short(ready.step.arn) if isinstance(ready.step, Use) else f"{ready.step.base.family}:(new)",
        calls=calls_of(run.cluster, goal.name, ready.step, ready.signals),
        notes=(*ready.notes, *notes),
    )
