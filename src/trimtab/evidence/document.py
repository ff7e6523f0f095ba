"""``recommendation.json``: the whole recommendation for other programs, versioned.

Every field that holds an estimate says so in its name; money before and after is replayed.
Nothing depends on when or where the command ran, so the same snapshot gives the same bytes.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec

from trimtab.evidence.choice import Decision, Rank  # noqa: TC001  # msgspec reads these when it runs
from trimtab.evidence.cost import cents
from trimtab.evidence.objective import Objective  # noqa: TC001
from trimtab.evidence.trials import Test  # noqa: TC001
from trimtab.scaling.elasticity import Elasticity

if TYPE_CHECKING:
    from trimtab.evidence.choice import Alternative, Choice
    from trimtab.evidence.cost import Cost, Parts
    from trimtab.evidence.model import Advice, Caution, LeftOut, Recommendation
    from trimtab.evidence.trials import Mark
    from trimtab.evidence.verdict import Verdict
    from trimtab.fleet.model import Service, TaskSize
    from trimtab.scaling.policy import Ladders
    from trimtab.sizing.model import Candidate, Reason, Work
    from trimtab.timing.startup import Timing

DOCUMENT_VERSION = 3


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the document's parts."""


class SplitPart(_Part, frozen=True, kw_only=True):
    """What is paid for [USD/month of 730 h]: compute replayed, the others counted."""

    compute_usd_month: float
    logs_usd_month: float
    insights_usd_month: float
    alarms_usd_month: float


class CostPart(_Part, frozen=True, kw_only=True):
    """What it costs [USD/month of 730 h]; the two splits add up to the two totals."""

    recorded_usd_month: float
    """Compute of the tasks that were recorded: a check of the replay, and no part of the saving."""
    before_usd_month: float
    after_usd_month: float
    saving_usd_month: float
    before: SplitPart
    after: SplitPart
    logs_known: bool
    """False: the volume of logs is not recorded, and counts as nothing on both sides."""
    insights_known: bool
    """False: today's Container Insights are not recorded, and count as off."""
    tracing_most_usd_month: float
    """At most, for the proposal's traces to X-Ray; in no total."""


class ReplayPart(_Part, frozen=True, kw_only=True):
    """What a replay of the whole recording found."""

    minutes: int
    filled_share: float
    tasks_mean: float
    tasks_least: int
    tasks_most: int
    usd_month: float
    minutes_over_cpu: int
    minutes_over_memory: int
    minutes_out_of_memory: int
    minutes_saturated: int
    direction_changes_day: float
    tasks_launched: int
    elasticity: Elasticity
    cost_over_bound: float | None


class TrialPart(_Part, frozen=True, kw_only=True):
    """One trial, passed."""

    test: Test
    over_percent: float
    """Minutes above the objective's CPU [percent]; of the tuned part with the spread of its days."""
    allowed_percent: float
    direction_changes_day: float


class AlternativePart(_Part, frozen=True, kw_only=True):
    """What was considered and not chosen, replayed on the whole recording."""

    rank: Rank
    size: str
    scaling: Ladders
    usd_month: float
    minutes_over_cpu: int
    direction_changes_day: float
    against: str


class UnsearchedPart(_Part, frozen=True, kw_only=True):
    """A size whose clairvoyant bound is above the cost of the choice."""

    size: str
    bound_usd_month: float


class ChoicePart(_Part, frozen=True, kw_only=True):
    """Why this size and these ladders."""

    verdict: Decision
    why: str
    hottest_ratio: float
    cpu_percent: float
    """Average CPU above which a minute counts as over."""
    trials: tuple[TrialPart, ...]
    judged_minutes: int
    judged_usd_month: float
    judged_over_bound: float
    fixed_tasks: int | None
    fixed_judged_usd_month: float | None
    captured_share: float | None
    replays: int
    """Candidates that were replayed."""
    alternatives: tuple[AlternativePart, ...]
    unsearched: tuple[UnsearchedPart, ...]


class CandidatePart(_Part, frozen=True, kw_only=True):
    """One size that was tried."""

    size: str
    holds: bool
    memory_need_mib: float
    estimated_tasks_mean: float
    estimated_tasks_peak: int
    estimated_cost_usd_month: float


class DeployedPart(_Part, frozen=True, kw_only=True):
    """What runs today."""

    cpu_units: int
    memory_mib: int
    min_tasks: int
    max_tasks: int
    recorded_tasks_mean: float


class ServicePart(_Part, frozen=True, kw_only=True):
    """The advice for one service."""

    name: str
    deployed: DeployedPart
    cpu_units: int
    memory_mib: int
    reason: Reason
    why: str
    estimated_tasks_mean: float
    estimated_tasks_peak: int
    replay_before: ReplayPart
    replay_after: ReplayPart
    work: Work
    scaling: Ladders
    choice: ChoicePart
    timing: Timing
    cost: CostPart
    cautions: tuple[Caution, ...]
    candidates: tuple[CandidatePart, ...]


class Document(_Part, frozen=True, kw_only=True):
    """The file."""

    document_version: int
    trimtab: str
    cluster: str
    region: str
    environment: str
    start: str
    days: float
    provenance: str
    price_basis: str
    objective: Objective
    cost: CostPart
    shared_cost: CostPart
    """The cluster's own, which is in ``cost`` and in no service's."""
    services: tuple[ServicePart, ...]
    left_out: tuple[LeftOut, ...]


def encode(recommendation: Recommendation) -> bytes:
    """Return the recommendation as indented JSON with a final newline."""
    document = Document(
        document_version=DOCUMENT_VERSION,
        trimtab=version("trimtab"),
        cluster=recommendation.cluster,
        region=recommendation.region,
        environment=recommendation.environment,
        start=recommendation.start,
        days=recommendation.days,
        provenance=recommendation.provenance,
        price_basis=recommendation.price_basis,
        objective=recommendation.objective,
        cost=_cost(recommendation.cost),
        shared_cost=_cost(recommendation.shared),
        services=tuple(_service(advice) for advice in recommendation.services),
        left_out=recommendation.left_out,
    )
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def shortlist(candidates: tuple[Candidate, ...], *keep: TaskSize) -> tuple[Candidate, ...]:
    """Return the least memory that holds the work for each CPU size, and the sizes to ``keep``.

    With more memory at the same CPU a task only costs more, so the others tell nothing.
    """
    least: dict[int, TaskSize] = {}
    for candidate in candidates:
        if candidate.holds:
            least.setdefault(candidate.size.cpu_units, candidate.size)
    wanted = {*least.values(), *keep}
    return tuple(candidate for candidate in candidates if candidate.size in wanted)


def _service(advice: Advice) -> ServicePart:
    sizing = advice.sizing
    return ServicePart(
        name=advice.service.name,
        deployed=_deployed(advice.service, advice.tasks_recorded),
        cpu_units=sizing.size.cpu_units,
        memory_mib=sizing.size.memory_mib,
        reason=sizing.reason,
        why=sizing.sentence,
        estimated_tasks_mean=round(sizing.tasks_mean, 4),
        estimated_tasks_peak=sizing.tasks_peak,
        replay_before=_replay(advice.deployed),
        replay_after=_replay(advice.proposed),
        work=_rounded(sizing.work),
        scaling=advice.ladders,
        choice=_choice(advice.choice),
        timing=advice.timing,
        cost=_cost(advice.cost),
        cautions=advice.cautions,
        candidates=tuple(
            _candidate(one) for one in shortlist(sizing.candidates, sizing.size, advice.service.size)
        ),
    )


def _choice(choice: Choice) -> ChoicePart:
    fixed, captured = choice.fixed_judged_usd_month, choice.captured_share
    return ChoicePart(
        verdict=choice.decision,
        why=choice.why,
        hottest_ratio=round(choice.hottest_ratio, 6),
        cpu_percent=round(100 * choice.cpu_share, 4),
        trials=tuple(_trial(mark) for mark in choice.marks),
        judged_minutes=choice.judged_minutes,
        judged_usd_month=float(cents(choice.judged_usd_month)),
        judged_over_bound=round(choice.over_bound, 4),
        fixed_tasks=choice.fixed_tasks,
        fixed_judged_usd_month=None if fixed is None else float(cents(fixed)),
        captured_share=None if captured is None else round(captured, 4),
        replays=choice.tried,
        alternatives=tuple(_alternative(one) for one in choice.alternatives),
        unsearched=tuple(
            UnsearchedPart(size=str(one.size), bound_usd_month=float(cents(one.bound_usd_month)))
            for one in choice.unsearched
        ),
    )


def _trial(mark: Mark) -> TrialPart:
    return TrialPart(
        test=mark.test,
        over_percent=round(100 * mark.over_share, 4),
        allowed_percent=round(100 * mark.allowed_share, 4),
        direction_changes_day=round(mark.direction_changes_day, 2),
    )


def _alternative(one: Alternative) -> AlternativePart:
    return AlternativePart(
        rank=one.rank,
        size=str(one.size),
        scaling=one.ladders,
        usd_month=float(cents(one.replay.usd_month)),
        minutes_over_cpu=one.replay.over_cpu_min,
        direction_changes_day=round(one.replay.direction_changes_day, 2),
        against=one.against,
    )


def _deployed(service: Service, tasks_mean: float) -> DeployedPart:
    return DeployedPart(
        cpu_units=service.size.cpu_units,
        memory_mib=service.size.memory_mib,
        min_tasks=service.scaling.min_tasks,
        max_tasks=service.scaling.max_tasks,
        recorded_tasks_mean=round(tasks_mean, 4),
    )


def _candidate(candidate: Candidate) -> CandidatePart:
    return CandidatePart(
        size=str(candidate.size),
        holds=candidate.holds,
        memory_need_mib=round(candidate.memory_need_mib, 1),
        estimated_tasks_mean=round(candidate.tasks_mean, 4),
        estimated_tasks_peak=candidate.tasks_peak,
        estimated_cost_usd_month=round(candidate.cost_usd_month, 2),
    )


def _cost(cost: Cost) -> CostPart:
    return CostPart(
        recorded_usd_month=float(cost.recorded_usd_month),
        before_usd_month=float(cost.before_usd_month),
        after_usd_month=float(cost.after_usd_month),
        saving_usd_month=float(cost.saving_usd_month),
        before=_split(cost.before),
        after=_split(cost.after),
        logs_known=cost.logs_known,
        insights_known=cost.insights_known,
        tracing_most_usd_month=float(cost.tracing_most_usd_month),
    )


def _split(parts: Parts) -> SplitPart:
    return SplitPart(**{name: float(amount) for name, amount in asdict(parts).items()})


def _replay(verdict: Verdict) -> ReplayPart:
    over_bound = verdict.over_bound
    return ReplayPart(
        minutes=verdict.minutes,
        filled_share=round(verdict.filled_share, 6),
        tasks_mean=round(verdict.tasks_mean, 4),
        tasks_least=verdict.tasks_least,
        tasks_most=verdict.tasks_most,
        usd_month=float(cents(verdict.usd_month)),
        minutes_over_cpu=verdict.over_cpu_min,
        minutes_over_memory=verdict.over_memory_min,
        minutes_out_of_memory=verdict.oom_min,
        minutes_saturated=verdict.saturated_min,
        direction_changes_day=round(verdict.direction_changes_day, 2),
        tasks_launched=verdict.launched,
        elasticity=Elasticity(
            **{name: round(value, 4) for name, value in asdict(verdict.elasticity).items()}
        ),
        cost_over_bound=None if over_bound is None else round(over_bound, 4),
    )


def _rounded(work: Work) -> Work:
    """Return the same to six places: beyond lies the order in which a sum was taken."""
    fit = work.load_memory
    return replace(
        work,
        cpu_mean_vcpu=round(work.cpu_mean_vcpu, 6),
        cpu_peak_vcpu=round(work.cpu_peak_vcpu, 6),
        memory_peak_mib=round(work.memory_peak_mib, 3),
        hottest_ratio=round(work.hottest_ratio, 6),
        censored_share=round(work.censored_share, 6),
        load_memory=replace(fit, slope_mib_per_vcpu=round(fit.slope_mib_per_vcpu, 3), r2=round(fit.r2, 6)),
    )
