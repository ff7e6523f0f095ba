"""The steps, in order. Start reading here.

    snapshot -> demand -> size -> policies, timing -> cost -> recommendation -> files, report

Each step is a function of the ones before it; nothing here prints, and nothing reads a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from trimtab.adoption.write import write_recommendation
from trimtab.catalog.load import fargate_sizes, prices
from trimtab.demand.free import demand_of
from trimtab.evidence.cautions import cautions_of
from trimtab.evidence.cost import cost_of, tasks_before, total
from trimtab.evidence.model import Advice, LeftOut, LeftOutReason, Recommendation
from trimtab.fleet.snapshot import read_snapshot
from trimtab.report.data import report_of
from trimtab.scaling.policy import default_ladders
from trimtab.sizing.model import Sizing, Unsizable
from trimtab.sizing.rightsizing import floor_of, right_size
from trimtab.timing.startup import timing_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Service
    from trimtab.fleet.source import Snapshot
    from trimtab.report.data import Report
    from trimtab.sizing.model import TaskPrices

    Progress: TypeAlias = Callable[[str], None]
    """Told what is being done, in words for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run found, and what is shown of it."""

    recommendation: Recommendation
    report: Report

    @property
    def partial(self) -> bool:
        """Whether a service got no advice."""
        return bool(self.recommendation.left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sized:
    """One service between the two passes: who is left out is known only after the first."""

    service: Service
    demand: Demand
    sizing: Sizing


def optimize(snapshot_path: Path, output: Path | None, *, progress: Progress = lambda _: None) -> Outcome:
    """Read the snapshot folder, advise on every service, and write into ``output`` if given.

    Raises:
        SnapshotError: the snapshot cannot be read or believed.
        UsageError: there are no prices for its region, or ``output`` cannot be written.

    """
    progress(f"reading {snapshot_path}")
    snapshot = read_snapshot(snapshot_path)
    progress(f"sizing {len(snapshot.usable)} of {len(snapshot.fleet.services)} services")
    recommendation = recommend(snapshot)
    if output is None:
        return Outcome(recommendation=recommendation, report=report_of(recommendation))
    progress(f"writing {output}")
    written = write_recommendation(recommendation, output)
    files = (written.values, written.document)
    return Outcome(recommendation=recommendation, report=report_of(recommendation, files))


def recommend(snapshot: Snapshot) -> Recommendation:
    """Return the advice for every service of the snapshot, and who is left out."""
    fleet = snapshot.fleet
    price_list = prices(fleet.region)
    left_out = [
        LeftOut(service=skip.service, reason=LeftOutReason(skip.reason), detail=skip.detail)
        for skip in snapshot.skipped
    ]
    sized: list[_Sized] = []
    for service in snapshot.usable:
        demand = demand_of(service, snapshot.metrics[service.name])
        sizing = right_size(service, demand, price_list, fargate_sizes(), floor=floor_of(service))
        if isinstance(sizing, Unsizable):
            reason = LeftOutReason.NO_SIZE
            left_out.append(LeftOut(service=service.name, reason=reason, detail=sizing.sentence))
        else:
            sized.append(_Sized(service=service, demand=demand, sizing=sizing))
    names = frozenset(left.service for left in left_out)
    services = tuple(_advise(one, price_list, names) for one in sized)
    return Recommendation(
        cluster=fleet.cluster,
        region=fleet.region,
        environment=fleet.environment,
        start=fleet.start,
        days=fleet.days,
        provenance=fleet.provenance,
        services=services,
        left_out=tuple(left_out),
        cost=total(advice.cost for advice in services),
    )


def _advise(sized: _Sized, price_list: TaskPrices, left_out: frozenset[str]) -> Advice:
    service, demand, sizing = sized.service, sized.demand, sized.sizing
    timing = timing_of(service)
    return Advice(
        service=service,
        sizing=sizing,
        ladders=default_ladders(sizing, demand),
        timing=timing,
        tasks_before=tasks_before(demand),
        cost=cost_of(service, demand, sizing, price_list),
        cautions=cautions_of(service, demand, sizing, timing, left_out),
    )
