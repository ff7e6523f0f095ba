"""``recommendation.json``: the whole recommendation for other programs, versioned.

Every field that holds an estimate says so in its name; money before and after is replayed.
``docs/recommendation.schema.json`` is made from these classes and their docstrings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trimtab.advice.case.objective import Objective  # noqa: TC001
from trimtab.advice.choice.model import Decision, Rank  # noqa: TC001  # msgspec reads these when it runs
from trimtab.advice.choice.trials import Test  # noqa: TC001
from trimtab.advice.lever import LeverKind  # noqa: TC001
from trimtab.advice.model import CautionKind  # noqa: TC001
from trimtab.decoding import decoded
from trimtab.document.name import DOCUMENT_VERSION
from trimtab.document.parts import (
    Amount,
    CostPart,
    Count,
    P95Part,
    Part,
    ReplayPart,
    ScalingPart,
    Size,
    TimingPart,
    WorkPart,
)
from trimtab.errors import UsageError
from trimtab.fleet.left_out import LeftOutReason  # noqa: TC001
from trimtab.sizing.model import SizeReason  # noqa: TC001

if TYPE_CHECKING:
    from pathlib import Path

AGAIN = "run trimtab optimize again"


class TrialPart(Part, frozen=True, kw_only=True):
    """One trial, passed."""

    test: Test
    over_percent: Amount
    """Minutes above the objective's CPU [percent]; of the tuned part with the spread of its days."""
    allowed_percent: Amount
    direction_changes_day: Amount


class AlternativePart(Part, frozen=True, kw_only=True):
    """What was considered and not chosen, replayed on the whole recording."""

    rank: Rank
    size: Size
    scaling: ScalingPart
    usd_month: Amount
    minutes_over_cpu: Count
    minutes_over_memory: Count
    direction_changes_day: Amount
    against: str
    """Why not: what it breaks, or that it costs more."""


class UnsearchedPart(Part, frozen=True, kw_only=True):
    """A size at which even a schedule that knows the future costs more than the cheapest found."""

    size: Size
    bound_usd_month: Amount | None
    """On the tuned part; null: no schedule keeps the objective."""


class ResponsePart(Part, frozen=True, kw_only=True):
    """From a burst to served traffic [s]."""

    alarm_least_s: Count
    alarm_most_s: Count
    """Until the alarm of a burst that begins within a minute."""
    start_median_s: Count
    """From the decision to the first passing check: placement, pull, boot, ready."""
    start_slowest_s: Count
    starts: Count
    """Recorded; 0: assumed."""


class ChoicePart(Part, frozen=True, kw_only=True):
    """Why this size and these ladders."""

    verdict: Decision
    why: str
    hottest_ratio: Annotated[float, Meta(ge=1)]
    cpu_percent: Amount
    """Average CPU above which a minute counts as over."""
    response: ResponsePart
    trials: tuple[TrialPart, ...]
    tuned_usd_month: Amount
    """On the part it was tuned on."""
    judged_minutes: Annotated[int, Meta(ge=1)]
    judged_usd_month: Amount
    judged_over_bound: Amount | None
    """Cost over the clairvoyant bound [ratio]; null: no bound."""
    fixed_tasks: Count | None
    """Least fixed count that stands the same trials; null: none does."""
    fixed_judged_usd_month: Amount | None
    captured_share: float | None
    """Of what knowing the future would save over the fixed count, what this saves."""
    replays: Count
    """Candidates that were replayed."""
    alternatives: tuple[AlternativePart, ...]
    unsearched: tuple[UnsearchedPart, ...]


class CandidatePart(Part, frozen=True, kw_only=True):
    """One size that was tried: the least memory that holds the work at its CPU, or today's size."""

    size: Size
    holds: bool
    """Whether its memory holds the work."""
    memory_need_mib: Amount
    estimated_tasks_mean: Amount
    estimated_tasks_peak: Count
    estimated_cost_usd_month: Amount


class DeployedPart(Part, frozen=True, kw_only=True):
    """What runs today."""

    cpu_units: Count
    memory_mib: Count
    min_tasks: Count
    max_tasks: Count
    recorded_tasks_mean: Amount


class CautionPart(Part, frozen=True, kw_only=True):
    """One thing a reviewer should know before adopting the advice."""

    kind: CautionKind
    text: str


class LeverPart(Part, frozen=True, kw_only=True):
    """What could be done beside the advice, on its own: two levers together save less than their sum."""

    kind: LeverKind
    service: str
    """Empty: the fleet's."""
    usd_month: Amount | None
    """What it would save; null: nothing says how much."""
    at_most: bool
    """Whether it saves that at the most."""
    basis: str
    """Where the dollars come from, or why there are none."""
    first: str
    """What must hold before it is pulled."""


class LeftOutPart(Part, frozen=True, kw_only=True):
    """A service without advice: it runs on as it is."""

    service: str
    reason: LeftOutReason
    detail: str


class ServicePart(Part, frozen=True, kw_only=True):
    """The advice for one service."""

    name: str
    deployed: DeployedPart
    cpu_units: Count
    memory_mib: Count
    reason: SizeReason
    why: str
    """What decided the size, with its numbers."""
    estimated_tasks_mean: Amount
    estimated_tasks_peak: Count
    replay_before: ReplayPart
    """Of today's configuration, or what was recorded where such a replay departs from it."""
    replay_after: ReplayPart
    """Of the advice, on the same demand."""
    work: WorkPart
    scaling: ScalingPart
    choice: ChoicePart
    timing: TimingPart
    cost: CostPart
    cautions: tuple[CautionPart, ...]
    candidates: Annotated[tuple[CandidatePart, ...], Meta(min_length=1)]
    p95: P95Part | UnsetType = UNSET
    """Where the objective asks for it, or where there is a model of it."""


class Document(Part, frozen=True, kw_only=True):
    """A recommendation for a whole fleet, as ``trimtab optimize -o`` writes it."""

    document_version: Literal[6]
    """Another where a field was added, taken away, or has another meaning."""
    trimtab: str
    """The version that wrote it."""
    cluster: str
    region: str
    environment: str
    start: str
    """First minute of the metrics, ISO 8601 UTC."""
    days: Amount
    provenance: str
    price_basis: str
    """What kind of prices the costs are at, in words."""
    notes: tuple[str, ...]
    """What the snapshot lacks or assumes, a sentence each."""
    objective: Objective
    cost: CostPart
    """The services and what is shared."""
    shared_cost: CostPart
    """The cluster's own, which is in ``cost`` and in no service's."""
    services: tuple[ServicePart, ...]
    levers: tuple[LeverPart, ...]
    """Of at least a dollar a month, or without dollars; not to be added up."""
    left_out: tuple[LeftOutPart, ...]


class _Head(msgspec.Struct):
    """All that is read of a document before its version is known."""

    document_version: int


def read_document(path: Path) -> Document:
    """Return the document of a file.

    Raises:
        UsageError: it cannot be read, or ``decode`` refuses it.

    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"cannot be read ({error.strerror or error})",
            where=str(path),
            advice="name the folder that trimtab optimize -o wrote",
        ) from error
    return decode(content, where=str(path))


def decode(content: bytes, *, where: str = "recommendation.json") -> Document:
    """Return what the bytes hold.

    Raises:
        UsageError: no JSON, no recommendation, one of another version, or a field that cannot be.

    """
    try:
        version = decoded(content, _Head).document_version
    except msgspec.ValidationError as error:
        raise UsageError(
            "is no recommendation of trimtab optimize: it has no document_version", where=where
        ) from error
    except msgspec.DecodeError as error:
        raise UsageError(f"is not JSON: {error}", where=where, advice=AGAIN) from error
    if version != DOCUMENT_VERSION:
        advice = AGAIN if version < DOCUMENT_VERSION else "read it with the trimtab that wrote it"
        raise UsageError(
            f"has document_version {version}, and this trimtab reads {DOCUMENT_VERSION}",
            where=where,
            advice=advice,
        )
    try:
        document = decoded(content, Document)
    except msgspec.DecodeError as error:
        raise UsageError(str(error), where=where, advice=AGAIN) from error
    for service in document.services:
        size = f"{service.cpu_units}/{service.memory_mib}"
        if size not in {one.size for one in service.candidates}:
            raise UsageError(
                f"{service.name} has the size {size}, and none of its candidates has",
                where=where,
                advice=AGAIN,
            )
    return document
