"""The steps, in order. Start reading here.

    optimize: snapshot -> demand -> size -> policies, timing -> replay, cost -> files, report
    write:    fleet, values -> what is taken over -> import blocks, values, list of what is not
    replay:   snapshot -> demand -> replay as configured, or under given values (replaying.py)

Each step is a function of the ones before it; nothing here prints, and nothing reads a clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.advice.calls import calls_of
from trimtab.advice.case.case import as_proposed
from trimtab.advice.case.objective import DEFAULT
from trimtab.advice.case.outcome import judge
from trimtab.advice.case.proposal import proposal_of
from trimtab.advice.cautions import (
    cautions_of,
    cautions_of_calls,
    cautions_of_capacity,
    cautions_of_cost,
    cautions_of_replay,
)
from trimtab.advice.choice.choose import Chosen, choose
from trimtab.advice.cost import Cost, cost_of, shared_cost, tasks_recorded, total
from trimtab.advice.log_level import cautions_of_log_level
from trimtab.advice.model import Advice, Recommendation
from trimtab.advice.names import refuse_unfit
from trimtab.catalog.own_prices import prices_for
from trimtab.demand.fill import recorded
from trimtab.document.kept import EVERY, Scope
from trimtab.fleet.left_out import LeftOut
from trimtab.ladders.search import FULL
from trimtab.progress import silent

if TYPE_CHECKING:
    from trimtab.advice.calls import Calls
    from trimtab.advice.case.objective import Objective
    from trimtab.catalog.load import Prices
    from trimtab.fleet.model import Fleet
    from trimtab.ladders.search import Effort
    from trimtab.progress import Progress
    from trimtab.snapshot.contract import Snapshot


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
    left_out = [skip for skip in snapshot.skipped if scope.has(skip.service)]
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
            *cautions_of_log_level(service, cost, fleet.environment),
        ),
        calls=calls,
    )
