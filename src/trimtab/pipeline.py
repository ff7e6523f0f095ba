"""The steps, in order. Start reading here; ``docs/architecture.md`` has the picture.

    snapshot -> demand -> sizes that hold it, ladders -> replays -> choice -> advice, cost, cautions

What each command reads and writes is in ``commands/``. Nothing here prints or reads a clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.advice.advise import Advising, advice_on, among, answers_of
from trimtab.advice.calls import calls_of
from trimtab.advice.case.objective import DEFAULT
from trimtab.advice.cost import Cost, shared_cost, total
from trimtab.advice.levers.levers import levers_of
from trimtab.advice.model import Recommendation
from trimtab.advice.names import refuse_unfit
from trimtab.catalog.own_prices import prices_for
from trimtab.document.kept import EVERY, Scope
from trimtab.fleet.left_out import LeftOut
from trimtab.ladders.search import FULL
from trimtab.progress import silent

if TYPE_CHECKING:
    from trimtab.advice.case.objective import Objective
    from trimtab.advice.choice.choose import Chosen
    from trimtab.advice.model import Advice
    from trimtab.catalog.load import Prices
    from trimtab.fleet.model import Fleet
    from trimtab.ladders.search import Effort
    from trimtab.progress import Progress
    from trimtab.snapshot.contract import Snapshot
    from trimtab.store import Store
    from trimtab.workers.cluster import DaskScheduler


def recommend(  # noqa: PLR0913  # what is asked, of whom, and how hard to search
    snapshot: Snapshot,
    price_list: Prices | None = None,
    objective: Objective = DEFAULT,
    scope: Scope = EVERY,
    *,
    effort: Effort = FULL,
    jobs: int = 1,
    scheduler: DaskScheduler | None = None,
    store: Store | None = None,
    fresh: bool = False,
    progress: Progress = silent,
) -> Recommendation:
    """Return the advice for every service of the snapshot, and who is left out; at list price if not told.

    ``jobs`` processes share the services, or a Dask ``scheduler`` and its workers; what is found does not
    hang on it. Answers are kept in ``store``, and those of an earlier run on the same input are taken from
    there unless ``fresh``.
    """
    fleet = snapshot.fleet
    refuse_unfit(snapshot, objective)
    prices = price_list or prices_for(fleet.region, None, snapshot.prices)
    _refuse_unpriced(snapshot, prices, objective)

    asked = [service.name for service in snapshot.usable if scope.has(service.name)]
    searched = [name for name in asked if name not in scope.known]
    work = Advising(snapshot, prices, objective, effort, store, fresh)
    found = answers_of(work, searched, jobs, progress, scheduler)
    if store is not None:
        store.keep([service.name for service in fleet.services])
    answers = tuple(found[name] if name in found else _again(scope.known[name], fleet) for name in asked)
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
        account=fleet.account,
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


def _again(known: Chosen | LeftOut, fleet: Fleet) -> Advice | LeftOut:
    """Give the advice on what an earlier run chose: it stays."""
    return known if isinstance(known, LeftOut) else advice_on(known, fleet)


def _refuse_unpriced(snapshot: Snapshot, prices: Prices, objective: Objective) -> None:
    """Miss a rate that is missing now, not after half of the search."""
    for service in snapshot.usable:
        prices.task_hour_usd(
            service.size, objective.architecture or service.architecture, spot=objective.spot is not None
        )
