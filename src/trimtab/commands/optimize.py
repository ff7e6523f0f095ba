"""``trimtab optimize``: a snapshot folder to the values, the recommendation and the report."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from trimtab.advice.case.objective import DEFAULT
from trimtab.advice.names import refuse_unfit, refuse_unknown
from trimtab.catalog.own_prices import prices_for
from trimtab.commands.adoption import AdoptionBeside, adoption_beside
from trimtab.commands.earlier import read_earlier, refuse_none, scope_beside
from trimtab.commands.report import remove_report, write_report
from trimtab.document.encode import published
from trimtab.document.kept import Scope
from trimtab.files import refuse_unwritable
from trimtab.folders.output import OWN, only_one
from trimtab.ladders.search import FULL
from trimtab.pipeline import recommend
from trimtab.progress import silent
from trimtab.report.optimize.data import report_of
from trimtab.snapshot.place.opened import snapshot_at
from trimtab.store import Store
from trimtab.takeover.write import FILES
from trimtab.values.folder import write_recommendation

if TYPE_CHECKING:
    from collections.abc import Collection

    from trimtab.advice.case.objective import Objective
    from trimtab.advice.model import Recommendation
    from trimtab.document.schema import Document
    from trimtab.ladders.search import Effort
    from trimtab.progress import Progress
    from trimtab.report.optimize.data import Report
    from trimtab.snapshot.place.named import Place
    from trimtab.workers.cluster import DaskScheduler


KEPT = Path(OWN, "services")
"""Where answers are kept in the output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimized:
    """What a run found, and what is shown of it."""

    recommendation: Recommendation
    document: Document
    report: Report
    adoption: AdoptionBeside = field(default_factory=AdoptionBeside)

    @property
    def partial(self) -> bool:
        """Whether a service got no advice."""
        return bool(self.recommendation.left_out)


def optimize(  # noqa: PLR0913  # one a flag, and how hard to search
    place: Place,
    output: Path | None,
    *,
    objective: Objective = DEFAULT,
    services: Collection[str] = (),
    prices_file: Path | None = None,
    effort: Effort = FULL,
    jobs: int = 1,
    scheduler: DaskScheduler | None = None,
    fresh: bool = False,
    page: bool = True,
    progress: Progress = silent,
) -> Optimized:
    """Read the snapshot, advise on every service, and write into ``output`` if given.

    ``services`` names the only ones to search: in ``output`` the others stay as an earlier run left them.
    ``jobs`` processes share the search, or the workers of a Dask ``scheduler``. Each answer is kept in
    ``output`` as it is found, so that a run that was killed goes on; ``fresh`` searches all the same.
    ``page``: whether the report is written as a page too. ``prices_file`` holds the user's own prices;
    without it list prices are taken: the snapshot's, else the catalog's.

    Raises:
        SnapshotError: the snapshot cannot be read or believed.
        UsageError: there are no prices for its region, no such service, or ``output`` cannot be written
            or is being written by another run.

    """
    if output is not None:
        refuse_unwritable(output)
    progress(f"reading {place}")
    if scheduler is not None and isinstance(place, Path):  # workers read it too, from where it lies
        place = place.absolute()
    with snapshot_at(place) as snapshot:
        price_list = prices_for(snapshot.fleet.region, prices_file, snapshot.prices)
        refuse_unknown(snapshot, services, "--service")
        refuse_unfit(snapshot, objective)  # before the lock makes the folder
        if services and output is not None:
            refuse_none(output)
        with nullcontext() if output is None else only_one(output):
            scope = Scope(names=frozenset(services))
            if services and output is not None:
                again = partial(recommend, snapshot, price_list)
                scope = scope_beside(
                    read_earlier(output), snapshot, price_list, objective, scope.names, again
                )
            recommendation = recommend(
                snapshot,
                price_list,
                objective,
                scope,
                effort=effort,
                jobs=jobs,
                scheduler=scheduler,
                store=None if output is None else Store(output / KEPT),
                fresh=fresh,
                progress=progress,
            )
            document = published(recommendation)
            if output is None:
                return Optimized(recommendation=recommendation, document=document, report=report_of(document))
            progress(f"writing {output}")
            remove_report(output)  # before the switch: a page never stands beside another result's values
            adoption = adoption_beside(recommendation, snapshot.fleet, output)
            written = write_recommendation(
                recommendation, output, snapshot.fleet, also=adoption.contents, removed=adoption.gone
            )
            files = [written.values, written.document]
            files += [output / name for name in FILES if name in adoption.contents]
            if page:
                files.append(write_report(document, snapshot, price_list, output))
        report = report_of(document, output, files)
        return Optimized(recommendation=recommendation, document=document, report=report, adoption=adoption)
