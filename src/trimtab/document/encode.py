"""A recommendation as the bytes of ``recommendation.json`` and of a file for each service.

Nothing depends on when or where the command ran, so the same snapshot gives the same bytes. Money
is in whole cents, and no number has more than six places: beyond lies the order of a sum.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET

from trimtab.advice.case.case import model_of
from trimtab.advice.case.response import response_of
from trimtab.advice.cost import cents
from trimtab.document.files import files_of
from trimtab.document.name import DOCUMENT_VERSION
from trimtab.document.parts import (
    CostPart,
    ElasticityPart,
    OffHoursPart,
    P95Part,
    ReplayPart,
    ScalingPart,
    TimingPart,
    WorkPart,
    part_of,
)
from trimtab.document.schema import (
    AlternativePart,
    CandidatePart,
    CautionPart,
    ChoicePart,
    DeployedPart,
    Document,
    LeftOutPart,
    LeverPart,
    ResponsePart,
    ServicePart,
    TrialPart,
    UnsearchedPart,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimtab.advice.case.outcome import Verdict
    from trimtab.advice.case.p95 import P95
    from trimtab.advice.choice.model import Alternative, Choice
    from trimtab.advice.choice.trials import Mark
    from trimtab.advice.model import Advice, Recommendation
    from trimtab.fleet.model import Service, TaskSize
    from trimtab.sizing.model import Candidate, Sizing
    from trimtab.timing.slower import Slower

PLACES = 6


def encode(recommendation: Recommendation, beside: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """Return each file by its path in the folder, as indented JSON with a final newline; the index last.

    The index has the digest of each, and of those ``beside`` them that the same run writes.
    """
    return files_of(published(recommendation), beside or {})


def published(recommendation: Recommendation) -> Document:
    """Return the recommendation as it is read back."""
    return msgspec.convert(rounded(msgspec.to_builtins(document_of(recommendation))), type=Document)


def document_of(recommendation: Recommendation) -> Document:
    """Return the recommendation as it is published, not yet rounded to ``PLACES``."""
    return Document(
        document_version=DOCUMENT_VERSION,
        trimtab=version("trimtab"),
        cluster=recommendation.cluster,
        region=recommendation.region,
        account=recommendation.account,
        environment=recommendation.environment,
        start=recommendation.start,
        days=recommendation.days,
        provenance=recommendation.provenance,
        notes=recommendation.notes,
        price_basis=recommendation.price_basis,
        objective=recommendation.objective,
        cost=part_of(CostPart, recommendation.cost),
        shared_cost=part_of(CostPart, recommendation.shared),
        services=tuple(_service(advice) for advice in recommendation.services),
        levers=tuple(part_of(LeverPart, lever) for lever in recommendation.levers),
        left_out=tuple(part_of(LeftOutPart, left) for left in recommendation.left_out),
    )


def rounded(value: Any) -> Any:  # noqa: ANN401  # whatever JSON holds
    """Return the same with every number rounded to ``PLACES``, and no minus before a zero."""
    if isinstance(value, float):
        return round(value, PLACES) + 0.0
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(one) for one in value]
    return value


def shortlist(sizing: Sizing, present: TaskSize) -> tuple[Candidate, ...]:
    """Return the sizes that tell something: the least memory of each CPU value, the chosen, the present."""
    wanted = {*sizing.least_memory(), sizing.size, present}
    return tuple(candidate for candidate in sizing.candidates if candidate.size in wanted)


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
        work=part_of(WorkPart, sizing.work),
        scaling=part_of(ScalingPart, advice.ladders),
        choice=_choice(advice.choice, advice.service, advice.timing.slower),
        timing=part_of(TimingPart, advice.timing),
        cost=part_of(CostPart, advice.cost),
        cautions=tuple(part_of(CautionPart, caution) for caution in advice.cautions),
        candidates=tuple(_candidate(one) for one in shortlist(sizing, advice.service.size)),
        p95=UNSET if advice.p95 is None else _p95(advice.p95),
        off_hours=UNSET if advice.off_hours is None else part_of(OffHoursPart, advice.off_hours),
    )


def _p95(p95: P95) -> P95Part:
    """Return the figures to a tenth of a millisecond or percent: a model has no more."""
    known = {
        name: round(value, 1) if isinstance(value, float) else value for name, value in asdict(p95).items()
    }
    return msgspec.convert(known, type=P95Part)


def _choice(choice: Choice, service: Service, slower: Slower) -> ChoicePart:
    return ChoicePart(
        verdict=choice.decision,
        why=choice.why,
        hottest_ratio=choice.hottest_ratio,
        cpu_percent=round(100 * choice.cpu_share, 4),
        response=part_of(
            ResponsePart, response_of(choice.ladders, service.start_samples, model_of(service), slower)
        ),
        trials=tuple(_trial(mark) for mark in choice.marks),
        tuned_usd_month=_usd(choice.tuned_usd_month),
        judged_minutes=choice.judged_minutes,
        judged_usd_month=_usd(choice.judged_usd_month),
        judged_over_bound=_finite(choice.over_bound),
        fixed_tasks=choice.fixed_tasks,
        fixed_judged_usd_month=_usd_or_none(choice.fixed_judged_usd_month),
        captured_share=_finite(choice.captured_share),
        replays=choice.tried,
        alternatives=tuple(_alternative(one) for one in choice.alternatives),
        unsearched=tuple(
            UnsearchedPart(size=str(one.size), bound_usd_month=_usd_or_none(one.bound_usd_month))
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


def _alternative(alternative: Alternative) -> AlternativePart:
    return AlternativePart(
        rank=alternative.rank,
        size=str(alternative.size),
        scaling=part_of(ScalingPart, alternative.ladders),
        usd_month=_usd(alternative.replay.usd_month),
        minutes_over_cpu=alternative.replay.over_cpu_min,
        minutes_over_memory=alternative.replay.over_memory_min,
        direction_changes_day=round(alternative.replay.direction_changes_day, 2),
        against=alternative.against,
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
        memory_need_mib=round(candidate.memory_need_mib, 3),
        estimated_tasks_mean=round(candidate.tasks_mean, 4),
        estimated_tasks_peak=candidate.tasks_peak,
        estimated_cost_usd_month=_usd(candidate.cost_usd_month),
    )


def _replay(verdict: Verdict) -> ReplayPart:
    return ReplayPart(
        basis=verdict.basis,
        minutes=verdict.minutes,
        filled_share=verdict.filled_share,
        tasks_mean=round(verdict.tasks_mean, 4),
        tasks_least=verdict.tasks_least,
        tasks_most=verdict.tasks_most,
        usd_month=_usd(verdict.usd_month),
        minutes_over_cpu=verdict.over_cpu_min,
        minutes_over_memory=verdict.over_memory_min,
        minutes_out_of_memory=verdict.oom_min,
        minutes_saturated=verdict.saturated_min,
        direction_changes_day=round(verdict.direction_changes_day, 2),
        tasks_launched=verdict.launched,
        elasticity=ElasticityPart(
            **{name: round(value, 4) for name, value in asdict(verdict.elasticity).items()}
        ),
        cost_over_bound=_finite(verdict.over_bound),
    )


def _usd(amount: float) -> float:
    """Return an amount in whole cents."""
    return float(cents(amount))


def _usd_or_none(amount: float | None) -> float | None:
    """Return an amount in whole cents; None where there is none, or no end to it."""
    return None if amount is None or not math.isfinite(amount) else _usd(amount)


def _finite(ratio: float | None) -> float | None:
    """Return a ratio to four places; None where there is none, or no end to it: JSON has no infinity."""
    return None if ratio is None or not math.isfinite(ratio) else round(ratio, 4)
