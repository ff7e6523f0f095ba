"""Services replayed as they are configured, or under the values of a file: what ``trimtab replay`` shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from trimtab.advice.before import Before, before_of
from trimtab.advice.case.case import as_proposed, workload_of
from trimtab.advice.case.objective import DEFAULT
from trimtab.advice.case.outcome import judge
from trimtab.advice.choice.trials import failures_of
from trimtab.advice.names import known_services, refuse_unfit, refuse_unknown
from trimtab.advice.promises import untold
from trimtab.catalog.own_prices import prices_for
from trimtab.demand.fill import recorded
from trimtab.files import write_whole
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.progress import silent
from trimtab.report.optimize.data import Note
from trimtab.report.replay.data import replay_report_of
from trimtab.report.replay.minutes import encode as encode_minutes
from trimtab.snapshot.place.opened import snapshot_at
from trimtab.values.read import read_proposals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from trimtab.advice.case.objective import Objective
    from trimtab.advice.case.outcome import Judged
    from trimtab.advice.case.proposal import Proposal
    from trimtab.catalog.load import Prices
    from trimtab.fleet.model import Service
    from trimtab.progress import Progress
    from trimtab.report.replay.data import ReplayReport
    from trimtab.snapshot.contract import Snapshot
    from trimtab.snapshot.place.named import Place

LINE_EVERY = 20
"""Services between two words about a replay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a replay found, and what is shown of it."""

    judged: tuple[Judged, ...]
    report: ReplayReport

    @property
    def partial(self) -> bool:
        """Whether a service could not be replayed."""
        return bool(self.report.skipped)


def replay(  # noqa: PLR0913  # one for each flag
    place: Place,
    *,
    services: tuple[str, ...] = (),
    values: Path | None = None,
    objective: Objective = DEFAULT,
    prices_file: Path | None = None,
    output: Path | None = None,
    progress: Progress = silent,
) -> Replayed:
    """Replay the snapshot's services as they are configured, or under the ``values`` of a file.

    ``services`` names the only ones wanted. ``output`` gets the minutes as parquet, whole or not at all.
    ``prices_file`` holds the user's own prices; without it list prices are taken: the snapshot's,
    else the catalog's.

    Raises:
        SnapshotError: the snapshot cannot be read or believed.
        UsageError: there is no such service, the values or prices cannot be, or ``output`` cannot be written.

    """
    progress(f"reading {place}")
    with snapshot_at(place) as snapshot:
        refuse_unfit(snapshot, objective)
        names = set(services or known_services(snapshot))
        refuse_unknown(snapshot, names, "--service")
        proposals = None
        if values is not None:
            progress(f"reading {values}")
            proposals = read_proposals(values, objective)
            refuse_unknown(snapshot, proposals, str(values))
        price_list = prices_for(snapshot.fleet.region, prices_file, snapshot.prices)
        wanted = [one for one in snapshot.fleet.services if one.name in names]
        left_out = {left.service: left for left in snapshot.skipped if left.service in names}
        asked = [one for one in wanted if one.name not in left_out]
        progress(f"replaying {len(asked)} of {len(snapshot.fleet.services)} services")
        run = partial(_replayed, snapshot, proposals, price_list, objective)
        replayed = [*_with_progress(run, asked, progress), *left_out.values()]
        runs = [one for one in replayed if isinstance(one, Before)]
        judged = tuple(one.judged for one in runs)
        if output is not None and judged:
            progress(f"writing {output}")
            content = encode_minutes(judged)
            write_whole({output: content}, output, advice="name a file you may write")
        report = replay_report_of(
            snapshot.fleet,
            "as configured" if values is None else f"under {values}",
            verdicts=[one.verdict for one in judged],
            skipped=[_note(one) for one in replayed if isinstance(one, LeftOut)],
            failures=[note for one in runs for note in _failures(snapshot, one, objective)],
            objective=objective,
            files=(output,) if output is not None and judged else (),
            price_basis=price_list.basis,
        )
        return Replayed(judged=judged, report=report)


def _with_progress(
    run: Callable[[Service], Before | LeftOut], services: Sequence[Service], progress: Progress
) -> Iterator[Before | LeftOut]:
    """Replay one after the other; of many, say now and then how far it is."""
    for number, service in enumerate(services, 1):
        yield run(service)
        if number % LINE_EVERY == 0:
            progress(f"  {number} of {len(services)}", number, len(services))


def _failures(snapshot: Snapshot, run: Before, objective: Objective) -> Iterator[Note]:
    """Say why the record stands for a replay, or which trials what was replayed does not pass.

    And where the p95 that is asked for is not kept at the size, or nobody can tell: no minute counts it then.
    """
    name = run.verdict.service
    if run.recorded:
        yield Note(service=name, text=f"as recorded, not replayed: {run.why}")
    for failure in failures_of(run.case, objective) if run.case else ():
        yield Note(service=name, text=f"does not keep the objective: {failure}")
    if objective.p95_limit_s is None:
        return
    service = next(one for one in snapshot.fleet.services if one.name == name)
    overhead = run.case.inputs.task.overhead_vcpu if run.case else 0.0
    workload = workload_of(service, recorded(service, snapshot.metrics[name]))
    why = untold(workload, objective, run.verdict.size, overhead)
    if why:
        yield Note(service=name, text=why)


def _note(left: LeftOut) -> Note:
    text = left.detail if left.reason is LeftOutReason.NO_VALUES else str(left)
    return Note(service=left.service, text=text)


def _replayed(
    snapshot: Snapshot,
    proposals: Mapping[str, Proposal] | None,
    price_list: Prices,
    objective: Objective,
    service: Service,
) -> Before | LeftOut:
    """Return the service replayed, as recorded where today's cannot be, or why it is left out."""
    workload = workload_of(service, recorded(service, snapshot.metrics[service.name]))
    if proposals is None:
        return before_of(workload, price_list, objective)
    proposal = proposals.get(service.name)
    if proposal is None:
        detail = "the values have no entry for it"
        return LeftOut(service=service.name, reason=LeftOutReason.NO_VALUES, detail=detail)
    case = as_proposed(workload, proposal, price_list, objective)
    return Before(judged=judge(case), case=case)
