"""The steps, in order. Start reading here.

    optimize: snapshot -> demand -> size -> policies, timing -> replay, cost -> files, report
    write:    fleet, values -> what is taken over -> import blocks, values, list of what is not
    replay:   snapshot -> demand -> replay as configured, or under given values (replaying.py)

Each step is a function of the ones before it; nothing here prints, and nothing reads a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from trimtab.adoption.earlier import read_earlier, scope_beside
from trimtab.adoption.write import refuse_unwritable, write_recommendation
from trimtab.catalog.own_prices import prices_for
from trimtab.demand.fill import recorded
from trimtab.evidence.advise import Chosen, choose
from trimtab.evidence.calls import calls_of
from trimtab.evidence.cautions import (
    cautions_of,
    cautions_of_calls,
    cautions_of_capacity,
    cautions_of_cost,
    cautions_of_replay,
)
from trimtab.evidence.cost import Cost, cost_of, shared_cost, tasks_recorded, total
from trimtab.evidence.document import decode
from trimtab.evidence.document_encode import encode
from trimtab.evidence.kept import EVERY, Scope
from trimtab.evidence.model import Advice, LeftOut, LeftOutReason, Recommendation
from trimtab.evidence.names import refuse_unfit, refuse_unknown
from trimtab.evidence.objective import DEFAULT
from trimtab.evidence.proposal import proposal_of
from trimtab.evidence.replayed import as_proposed
from trimtab.evidence.verdict import judge
from trimtab.fleet.snapshot import read_snapshot
from trimtab.progress import silent
from trimtab.report.data import report_of
from trimtab.scaling.search import FULL

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from trimtab.catalog.load import Prices
    from trimtab.evidence.calls import Calls
    from trimtab.evidence.objective import Objective
    from trimtab.fleet.model import Fleet
    from trimtab.fleet.source import Snapshot
    from trimtab.progress import Progress
    from trimtab.report.data import Report
    from trimtab.scaling.search import Effort


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run found, and what is shown of it."""

    recommendation: Recommendation
    report: Report

    @property
    def partial(self) -> bool:
        """Whether a service got no advice."""
        return bool(self.recommendation.left_out)


def optimize(  # noqa: PLR0913  # one a flag, and how hard to search
    snapshot_path: Path,
    output: Path | None,
    *,
    objective: Objective = DEFAULT,
    services: Collection[str] = (),
    prices_file: Path | None = None,
    effort: Effort = FULL,
    progress: Progress = silent,
) -> Outcome:
    """Read the snapshot folder, advise on every service, and write into ``output`` if given.

    ``services`` names the only ones to search: in ``output`` the others stay as an earlier run left them.
    ``prices_file`` holds the user's own prices; without it list prices are taken: the snapshot's,
    else the catalog's.

    Raises:
        SnapshotError: the snapshot cannot be read or believed.
        UsageError: there are no prices for its region, no such service, or ``output`` cannot be written.

    """
    if output is not None:
        refuse_unwritable(output)
    progress(f"reading {snapshot_path}")
    snapshot = read_snapshot(snapshot_path)
    price_list = prices_for(snapshot.fleet.region, prices_file, snapshot.prices)
    refuse_unknown(snapshot, services, "--service")
    scope = Scope(names=frozenset(services))
    if services and output is not None:
        again = partial(recommend, snapshot, price_list)
        scope = scope_beside(read_earlier(output), snapshot, price_list, objective, scope.names, again)
    recommendation = recommend(snapshot, price_list, objective, scope, effort=effort, progress=progress)
    document = decode(encode(recommendation))
    if output is None:
        return Outcome(recommendation=recommendation, report=report_of(document))
    progress(f"writing {output}")
    written = write_recommendation(recommendation, output, snapshot.fleet)
    files = (written.values, written.document)
    return Outcome(recommendation=recommendation, report=report_of(document, output, files))


def recommend(  # noqa: PLR0913  # what is asked, of whom, and how hard to search
    snapshot: Snapshot,
    price_list: Prices | None = None,
    objective: Objective = DEFAULT,
    scope: Scope = EVERY,
    *,
    effort: Effort = FULL,
    progress: Progress = silent,
) -> Recommendation:
    """Return the advice for every service of the snapshot, and who is left out; at list price if not told."""
    fleet = snapshot.fleet
    refuse_unfit(snapshot, objective)
    price_list = price_list or prices_for(fleet.region, None, snapshot.prices)
    for service in snapshot.usable:  # a rate that is missing is missed now, not after half of the search
        runs_on = objective.architecture or service.architecture
        price_list.task_hour_usd(service.size, runs_on, spot=objective.spot is not None)
    left_out = [
        LeftOut(service=skip.service, reason=LeftOutReason(skip.reason), detail=skip.detail)
        for skip in snapshot.skipped
        if scope.has(skip.service)
    ]
    found = []
    for service in (one for one in snapshot.usable if scope.has(one.name)):
        if (known := scope.known.get(service.name)) is not None:
            found.append(known)
            continue
        number, of = scope.place(service.name, snapshot)
        progress(f"searching size and ladders of {service.name} ({number} of {of})", number - 1, of)
        found.append(choose(service, recorded(snapshot, service), price_list, objective, effort))
    left_out += [one for one in found if isinstance(one, LeftOut)]
    names = frozenset(left.service for left in left_out)
    calls = calls_of(fleet, names)
    services = tuple(
        _advise(one, fleet, price_list, objective, names, calls[one.service.name])
        for one in found
        if isinstance(one, Chosen)
    )
    shared = shared_cost(fleet, price_list) if services else Cost()
    return Recommendation(
        cluster=fleet.cluster,
        region=fleet.region,
        environment=fleet.environment,
        start=fleet.start,
        days=fleet.days,
        provenance=fleet.provenance,
        notes=fleet.notes,
        price_basis=price_list.basis,
        services=services,
        left_out=tuple(left_out),
        objective=objective,
        shared=shared,
        cost=total((*(advice.cost for advice in services), shared)),
    )


def _advise(  # noqa: PLR0913, PLR0917  # what is advised on, and what it is judged by
    chosen: Chosen,
    fleet: Fleet,
    price_list: Prices,
    objective: Objective,
    left_out: frozenset[str],
    calls: Calls,
) -> Advice:
    """Replay before and after on the whole recording, and say what a reviewer should know."""
    service, demand, sizing, timing = chosen.service, chosen.demand, chosen.sizing, chosen.timing
    proposal = proposal_of(service, sizing, chosen.choice.ladders, timing, objective)
    deployed = chosen.before.verdict
    proposed = judge(as_proposed(service, demand, proposal, price_list, objective)).verdict
    recorded = tasks_recorded(demand)
    cost = cost_of(
        service,
        demand,
        price_list,
        deployed=deployed,
        proposed=proposed,
        insights=fleet.container_insights,
        environment=fleet.environment,
    )
    return Advice(
        service=service,
        sizing=sizing,
        choice=chosen.choice,
        proposal=proposal,
        timing=timing,
        tasks_recorded=recorded,
        deployed=deployed,
        proposed=proposed,
        cost=cost,
        cautions=(
            *cautions_of(service, demand, sizing, timing, left_out),
            *cautions_of_calls(calls),
            *cautions_of_capacity(service, proposal, demand),
            *cautions_of_cost(service, cost, chosen.before, proposal, objective),
            *cautions_of_replay(proposed, objective),
        ),
        calls=calls,
    )
