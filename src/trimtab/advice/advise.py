"""One service from its demand to its advice, in one call; then what only the whole fleet can say of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from trimtab.advice.calibration.claims import cautions_of_calibration
from trimtab.advice.case.case import as_proposed, deployed_inputs
from trimtab.advice.case.outcome import judge
from trimtab.advice.case.p95 import Played, p95_of
from trimtab.advice.case.proposal import proposal_of
from trimtab.advice.cautions import (
    cautions_of,
    cautions_of_calls,
    cautions_of_capacity,
    cautions_of_cost,
    cautions_of_replay,
)
from trimtab.advice.choice.choose import choose
from trimtab.advice.choice.contest import compile_first
from trimtab.advice.cost import cost_of, tasks_recorded
from trimtab.advice.levers.levers import pulls_of
from trimtab.advice.levers.off_hours import Zeroed, beside, callers_said, zeroed
from trimtab.advice.log_level import cautions_of_log_level
from trimtab.advice.model import Advice, Caution, CautionKind, ordered
from trimtab.advice.promises import cautions_of_busier, cautions_of_latency, cautions_of_zone_loss
from trimtab.demand.fill import recorded
from trimtab.errors import SnapshotError
from trimtab.fleet.left_out import LeftOut
from trimtab.ladders.search import FULL
from trimtab.snapshot.rows import Rows
from trimtab.store import version
from trimtab.workers.spread import spread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from trimtab.advice.calls import Calls
    from trimtab.advice.case.objective import Objective
    from trimtab.advice.choice.choose import Chosen
    from trimtab.catalog.load import Prices
    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Fleet, Service
    from trimtab.ladders.search import Effort
    from trimtab.progress import Progress
    from trimtab.snapshot.contract import Snapshot
    from trimtab.store import Store
    from trimtab.workers.cluster import DaskScheduler


def advise(  # noqa: PLR0913, PLR0917  # a service, what it runs among, what is promised, and how hard to search
    service: Service,
    demand: Demand,
    fleet: Fleet,
    prices: Prices,
    objective: Objective,
    effort: Effort = FULL,
) -> Advice | LeftOut:
    """Return the advice for one service, or why there is none. What its callers say is not in it yet."""
    chosen = choose(service, demand, prices, objective, effort)
    return chosen if isinstance(chosen, LeftOut) else advice_on(chosen, fleet)


def advice_on(chosen: Chosen, fleet: Fleet) -> Advice:
    """Replay before and after on the whole recording, and say what a reviewer should know."""
    question, sizing, before = chosen.question, chosen.sizing, chosen.before
    service, demand, objective = question.service, question.demand, question.objective
    proposal = proposal_of(service, sizing, chosen.choice.ladders, chosen.timing, objective)
    case = as_proposed(question.workload, proposal, question.prices, objective)
    judged, task = judge(case), case.inputs.task
    zero, choice = zeroed(question.workload, proposal, judged, question.prices, objective), chosen.choice
    if isinstance(zero, Zeroed):
        proposal, judged = zero.proposal, zero.judged
        others = beside(zero, choice.alternatives, question.workload, question.prices, objective)
        choice = replace(choice, ladders=proposal.ladders, alternatives=others)
    proposed = judged.verdict
    today = (
        before.case.inputs if before.case else deployed_inputs(question.workload, question.prices, objective)
    )
    cost = cost_of(
        service,
        demand,
        question.prices,
        deployed=before.verdict,
        proposed=proposed,
        insights=fleet.container_insights,
        environment=fleet.environment,
        fast_signals=choice.ladders.fast_signals,
        tracking=proposal.ladders.tracking,
        requests=proposal.ladders.requests is not None,
    )
    p95 = p95_of(
        question.workload,
        objective,
        Played(task=today.task, minutes=before.judged.replay.minutes),
        Played(task=task, minutes=judged.replay.minutes),
    )
    return Advice(
        service=service,
        sizing=sizing,
        choice=choice,
        proposal=proposal,
        timing=chosen.timing,
        tasks_recorded=tasks_recorded(demand),
        deployed=before.verdict,
        proposed=proposed,
        cost=cost,
        p95=p95,
        off_hours=zero.hours if isinstance(zero, Zeroed) else None,
        pulls=pulls_of(
            question.workload, proposal, judged, cost, question.prices, objective, fleet.environment
        ),
        cautions=ordered(
            (
                *cautions_of(service, demand, sizing, chosen.timing),
                *cautions_of_latency(question.workload, objective, proposal.size, task.overhead_vcpu),
                *cautions_of_busier(p95, objective),
                *cautions_of_capacity(service, proposal, demand),
                *cautions_of_cost(service, cost, before, proposal, objective),
                *cautions_of_calibration(service, cost, before),
                *cautions_of_replay(proposed, objective),
                *cautions_of_zone_loss(service, objective),
                *cautions_of_log_level(service, cost, fleet.environment),
                *_of_off_hours(zero),
            )
        ),
    )


def _of_off_hours(zero: Zeroed | str | None) -> Iterator[Caution]:
    """Yield what hours without a task mean, or why a service keeps its tasks in empty ones."""
    if zero is not None:
        text = zero.hours.text if isinstance(zero, Zeroed) else zero
        yield Caution(kind=CautionKind.OFF_HOURS, text=text)


def among(advice: Advice, calls: Calls, left_out: frozenset[str]) -> Advice:
    """Return the advice with what the fleet says of it: its calls, and callers that are ``left_out``."""
    said = [*cautions_of_calls(advice.service, calls, left_out)]
    if advice.off_hours is not None and (text := callers_said(advice.service, calls.callers)):
        said.append(Caution(kind=CautionKind.OFF_HOURS, text=text))
    return replace(advice, calls=calls, cautions=ordered((*advice.cautions, *said)))


@dataclass(frozen=True, slots=True)
class Advising:
    """The work on one service; it goes to other processes."""

    snapshot: Snapshot
    prices: Prices
    objective: Objective
    effort: Effort
    store: Store | None = None
    """Where answers are kept; None: nowhere."""
    fresh: bool = False
    """Whether what is kept there does not count."""
    expected: str = ""
    """The digest of the only service, where another machine reads its rows."""
    digests: dict[str, str] = field(default_factory=dict, init=False, compare=False, repr=False)
    """Of each service asked after: to find one takes its rows."""

    def __call__(self, name: str) -> Advice | LeftOut:
        """Return the advice for one, or why there is none: as it is kept, or found and then kept.

        Raises:
            SnapshotError: this machine reads other rows than the one that handed the work out.

        """
        service, metrics = self._of(name)
        if self.expected or self.store is not None:  # of the same rows that are searched
            self.digests[name] = self._digest_of(service, metrics)
        if self.expected and self._digest(name) != self.expected:
            raise SnapshotError(
                "a worker reads other rows than this machine",
                where=name,
                advice="have all of them read one snapshot, at the same path",
            )
        kept = self.kept(name)
        if kept is not None:
            return kept
        found = self._found(service, metrics)
        self.keep(name, found)
        return found

    def kept(self, name: str) -> Advice | LeftOut | None:
        """Return what an earlier run found from the same, if it is kept and counts."""
        if self.store is None or self.fresh:
            return None
        kept = self.store.get(name, self._digest(name))
        return kept if isinstance(kept, Advice | LeftOut) else None

    def keep(self, name: str, found: Advice | LeftOut) -> None:
        """Keep what was found elsewhere."""
        if self.store is not None:
            self.store.put(name, self._digest(name), found)

    def alone(self, name: str) -> Advising:
        """Return the work on one service, for another machine: a few KB, and where its rows lie."""
        kept, rows = self.snapshot.fleet, self.snapshot.metrics
        services = tuple(one for one in kept.services if one.name == name)
        fleet = msgspec.structs.replace(kept, services=services, skipped=(), identity=None)
        only = rows.only(name, fleet) if isinstance(rows, Rows) else {name: rows[name]}
        snapshot = replace(self.snapshot, fleet=fleet, metrics=only, skipped=())
        return replace(self, snapshot=snapshot, store=None, expected=self._digest(name))

    def _of(self, name: str) -> tuple[Service, pl.DataFrame]:
        (service,) = (service for service in self.snapshot.fleet.services if service.name == name)
        return service, self.snapshot.metrics[name]

    def _found(self, service: Service, metrics: pl.DataFrame) -> Advice | LeftOut:
        demand = recorded(service, metrics)
        return advise(service, demand, self.snapshot.fleet, self.prices, self.objective, self.effort)

    def _digest(self, name: str) -> str:
        """Return what stands for all that the answer hangs on."""
        if name not in self.digests:
            self.digests[name] = self._digest_of(*self._of(name))
        return self.digests[name]

    def _digest_of(self, service: Service, metrics: pl.DataFrame) -> str:
        around = msgspec.structs.replace(
            self.snapshot.fleet, services=(), skipped=(), notes=(), identity=None
        )
        digest = hashlib.sha256(version().encode())
        for part in (around, service, self.prices, self.objective, self.effort):
            digest.update(msgspec.json.encode(part, order="deterministic"))
        for column in metrics:
            digest.update(f"{column.name} {column.dtype}".encode())
            digest.update(column.is_null().to_numpy().tobytes())
            digest.update(column.to_physical().fill_null(0).to_numpy().tobytes())
        return digest.hexdigest()


def answers_of(
    work: Advising,
    names: Sequence[str],
    jobs: int,
    progress: Progress,
    scheduler: DaskScheduler | None = None,
) -> dict[str, Advice | LeftOut]:
    """Return the advice for each service, or why there is none; ``progress`` hears of each as it is found."""
    answers: dict[str, Advice | LeftOut] = {}
    saved = Decimal(0)
    if names:
        whose = names[0] if len(names) == 1 else f"{len(names):,} services"
        progress(f"searching size and scaling of {whose}", 0, len(names))
    if jobs > 1 and len(names) > 1 and scheduler is None:
        compile_first()
    found = spread(work, names, jobs) if scheduler is None else _elsewhere(work, names, scheduler)
    for number, (name, answer) in enumerate(found, 1):
        answers[name] = answer
        saved += 0 if isinstance(answer, LeftOut) else answer.cost.compute_saving_usd_month
        words = f"searched {name} ({number} of {len(names)}), ${saved:,.0f} a month less so far"
        progress(words, number, len(names))
    return answers


def _elsewhere(
    work: Advising, names: Sequence[str], scheduler: DaskScheduler
) -> Iterator[tuple[str, Advice | LeftOut]]:
    """Yield what is kept here, then what a cluster finds, which is kept here as it comes."""
    asked: list[str] = []
    for name in names:
        kept = work.kept(name)
        if kept is None:
            asked.append(name)
        else:
            yield name, kept
    from trimtab.workers.cluster import hand_out  # noqa: PLC0415  # Dask takes a second, and is an extra

    for name, found in hand_out(work.alone, asked, scheduler):
        work.keep(name, found)
        yield name, found
