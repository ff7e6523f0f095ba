"""The steps, in order. Start reading here; ``docs/architecture.md`` has the picture.

    snapshot -> demand -> sizes that hold it, ladders -> replays -> choice -> advice, cost, cautions

What each command reads and writes is in ``commands/``. Nothing here prints or reads a clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.advice.advise import advice_on, advise, among
from trimtab.advice.calls import calls_of
from trimtab.advice.case.objective import DEFAULT
from trimtab.advice.cost import Cost, shared_cost, total
from trimtab.advice.levers.levers import levers_of
from trimtab.advice.model import Recommendation
from trimtab.advice.names import refuse_unfit
from trimtab.catalog.own_prices import prices_for
from trimtab.demand.fill import recorded
from trimtab.document.kept import EVERY, Scope
from trimtab.fleet.left_out import LeftOut
from trimtab.ladders.search import FULL
from trimtab.progress import silent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.advice.case.objective import Objective
    from trimtab.advice.model import Advice
    from trimtab.catalog.load import Prices
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
    prices = price_list or prices_for(fleet.region, None, snapshot.prices)
    _refuse_unpriced(snapshot, prices, objective)

    answers = tuple(_answers(snapshot, prices, objective, scope, effort, progress))
    unread = tuple(left for left in snapshot.skipped if scope.has(left.service))
    left_out = (*unread, *(answer for answer in answers if isinstance(answer, LeftOut)))
    names = frozenset(left.service for left in left_out)
    calls = calls_of(fleet, names)
    services = tuple(
        among(answer, calls[answer.service.name], names)
        for answer in answers
        if not isinstance(answer, LeftOut)
    )
    shared = shared_cost(fleet, prices) if services else Cost()
    return Recommendation(
        cluster=fleet.cluster,
        region=fleet.region,
        environment=fleet.environment,
        start=fleet.start,
        days=fleet.days,
        provenance=fleet.provenance,
        notes=fleet.notes,
        price_basis=prices.basis,
        services=services,
        left_out=left_out,
        objective=objective,
        shared=shared,
        cost=total((*(advice.cost for advice in services), shared)),
        levers=levers_of(fleet, services, prices),
    )


def _answers(  # noqa: PLR0913, PLR0917  # as above
    snapshot: Snapshot, prices: Prices, objective: Objective, scope: Scope, effort: Effort, progress: Progress
) -> Iterator[Advice | LeftOut]:
    """Give the advice for each service, or why there is none; what an earlier run chose stays."""
    for service in (one for one in snapshot.usable if scope.has(one.name)):
        known = scope.known.get(service.name)
        if known is not None:
            yield known if isinstance(known, LeftOut) else advice_on(known, snapshot.fleet)
            continue
        number, of = scope.place(service.name, snapshot)
        progress(f"searching size and ladders of {service.name} ({number} of {of})", number - 1, of)
        demand = recorded(snapshot, service)
        yield advise(service, demand, snapshot.fleet, prices, objective, effort)


def _refuse_unpriced(snapshot: Snapshot, prices: Prices, objective: Objective) -> None:
    """Miss a rate that is missing now, not after half of the search."""
    for service in snapshot.usable:
        prices.task_hour_usd(
            service.size, objective.architecture or service.architecture, spot=objective.spot is not None
        )
