"""The steps, in order. Start reading here.

    optimize: snapshot -> demand -> size -> policies, timing -> replay, cost -> files, report
    replay:   snapshot -> demand -> replay as configured, or under given values -> file, report

Each step is a function of the ones before it; nothing here prints, and nothing reads a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from trimtab.adoption.read_values import read_proposals
from trimtab.adoption.write import write_recommendation, write_whole
from trimtab.catalog.load import fargate_sizes, prices
from trimtab.demand.free import demand_of
from trimtab.errors import ReplayError, UsageError
from trimtab.evidence.cautions import cautions_of, cautions_of_replay
from trimtab.evidence.cost import cost_of, tasks_recorded, total
from trimtab.evidence.model import Advice, LeftOut, LeftOutReason, Recommendation
from trimtab.evidence.proposal import proposal_of
from trimtab.evidence.replayed import Case, as_deployed, as_proposed
from trimtab.evidence.verdict import judge
from trimtab.fleet.snapshot import read_snapshot
from trimtab.fleet.source import span_of
from trimtab.report.data import Note, report_of
from trimtab.report.minutes import encode as encode_minutes
from trimtab.report.replay_data import replay_report_of
from trimtab.scaling.policy import default_ladders
from trimtab.sizing.model import Sizing, Unsizable
from trimtab.sizing.rightsizing import floor_of, right_size
from trimtab.timing.startup import timing_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from trimtab.catalog.load import Prices
    from trimtab.demand.series import Demand
    from trimtab.evidence.proposal import Proposal
    from trimtab.evidence.verdict import Judged
    from trimtab.fleet.model import Service
    from trimtab.fleet.source import Snapshot
    from trimtab.report.data import Report
    from trimtab.report.replay_data import ReplayReport

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
class Replayed:
    """What a replay found, and what is shown of it."""

    judged: tuple[Judged, ...]
    report: ReplayReport

    @property
    def partial(self) -> bool:
        """Whether a service could not be replayed."""
        return bool(self.report.skipped)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sized:
    """One service between the two passes: who is left out is known only after the first."""

    service: Service
    demand: Demand
    sizing: Sizing
    deployed: Case


def optimize(snapshot_path: Path, output: Path | None, *, progress: Progress = lambda _: None) -> Outcome:
    """Read the snapshot folder, advise on every service, and write into ``output`` if given.

    Raises:
        SnapshotError: the snapshot cannot be read or believed.
        UsageError: there are no prices for its region, or ``output`` cannot be written.

    """
    progress(f"reading {snapshot_path}")
    snapshot = read_snapshot(snapshot_path)
    progress(f"sizing and replaying {len(snapshot.usable)} of {len(snapshot.fleet.services)} services")
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
    found = [_sized(snapshot, service, price_list) for service in snapshot.usable]
    left_out += [one for one in found if isinstance(one, LeftOut)]
    sized = [one for one in found if isinstance(one, _Sized)]
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


def _sized(snapshot: Snapshot, service: Service, price_list: Prices) -> _Sized | LeftOut:
    """Return the service with its size, or why it gets no advice."""
    demand = demand_of(service, snapshot.metrics[service.name])
    sizing = right_size(service, demand, price_list, fargate_sizes(), floor=floor_of(service))
    if isinstance(sizing, Unsizable):
        return LeftOut(service=service.name, reason=LeftOutReason.NO_SIZE, detail=sizing.sentence)
    try:
        deployed = as_deployed(service, demand, price_list)
    except ReplayError as error:
        return LeftOut(service=service.name, reason=LeftOutReason.NOT_REPLAYED, detail=error.one_line())
    return _Sized(service=service, demand=demand, sizing=sizing, deployed=deployed)


def _advise(sized: _Sized, price_list: Prices, left_out: frozenset[str]) -> Advice:
    service, demand, sizing = sized.service, sized.demand, sized.sizing
    timing, ladders = timing_of(service), default_ladders(sizing, demand)
    proposal = proposal_of(service, sizing, ladders, timing)
    deployed = judge(sized.deployed).verdict
    proposed = judge(as_proposed(service, demand, proposal, price_list)).verdict
    recorded = tasks_recorded(demand)
    cost = cost_of(service, demand, price_list, deployed=deployed, proposed=proposed)
    return Advice(
        service=service,
        sizing=sizing,
        ladders=ladders,
        timing=timing,
        tasks_recorded=recorded,
        deployed=deployed,
        proposed=proposed,
        cost=cost,
        cautions=(
            *cautions_of(service, demand, sizing, timing, left_out),
            *cautions_of_replay(cost, recorded, deployed, proposed),
        ),
    )


def replay(
    snapshot_path: Path,
    *,
    service: str | None = None,
    values: Path | None = None,
    output: Path | None = None,
    progress: Progress = lambda _: None,
) -> Replayed:
    """Replay the snapshot's services as they are configured, or under the ``values`` of a file.

    ``service`` names the only one wanted. ``output`` gets the minutes as parquet, whole or not at all.

    Raises:
        SnapshotError: the snapshot cannot be read or believed.
        UsageError: there is no such service, the values cannot be, or ``output`` cannot be written.

    """
    progress(f"reading {snapshot_path}")
    snapshot = read_snapshot(snapshot_path)
    names = {service} if service is not None else {one.name for one in snapshot.fleet.services}
    _refuse_unknown(snapshot, names, "--service")
    proposals = None
    if values is not None:
        progress(f"reading {values}")
        proposals = read_proposals(values)
        _refuse_unknown(snapshot, proposals, str(values))
    found = [_case(snapshot, one, proposals) for one in snapshot.fleet.services if one.name in names]
    cases = [one for one in found if isinstance(one, Case)]
    progress(f"replaying {len(cases)} of {len(snapshot.fleet.services)} services")
    judged = tuple(judge(case) for case in cases)
    if output is not None and judged:
        progress(f"writing {output}")
        content = encode_minutes(judged, span_of(snapshot.fleet)[0])
        write_whole({output: content}, output, advice="name a file you may write")
    report = replay_report_of(
        snapshot.fleet,
        "as configured" if values is None else f"under {values}",
        [one.verdict for one in judged],
        [one for one in found if isinstance(one, Note)],
        (output,) if output is not None and judged else (),
    )
    return Replayed(judged=judged, report=report)


def _refuse_unknown(snapshot: Snapshot, names: Iterable[str], where: str) -> None:
    known = [service.name for service in snapshot.fleet.services]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(
            f"there is no service {', '.join(map(repr, unknown))} in the snapshot",
            where=where,
            advice=f"known: {', '.join(known)}",
        )


def _case(snapshot: Snapshot, service: Service, proposals: Mapping[str, Proposal] | None) -> Case | Note:
    """Return the service ready to be replayed, or why it cannot be."""
    for skip in snapshot.skipped:
        if skip.service == service.name:
            return Note(service=service.name, text=f"{skip.reason}: {skip.detail}")
    demand = demand_of(service, snapshot.metrics[service.name])
    price_list = prices(snapshot.fleet.region)
    if proposals is not None:
        proposal = proposals.get(service.name)
        if proposal is None:
            return Note(service=service.name, text="the values have no entry for it")
        return as_proposed(service, demand, proposal, price_list)
    try:
        return as_deployed(service, demand, price_list)
    except ReplayError as error:
        return Note(service=service.name, text=error.one_line())
