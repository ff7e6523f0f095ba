"""``recommendation.json`` and the files of its services: the recommendation for other programs, versioned.

Every field that holds an estimate says so in its name; money before and after is replayed.
``docs/recommendation.schema.json`` is made from these classes and their docstrings.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from trimtab.advice.case.objective import Objective  # noqa: TC001
from trimtab.advice.choice.model import Decision, Rank  # noqa: TC001  # msgspec reads these when it runs
from trimtab.advice.choice.trials import Test  # noqa: TC001
from trimtab.advice.lever import LeverKind  # noqa: TC001
from trimtab.advice.model import CautionKind  # noqa: TC001
from trimtab.document.name import PART_FILE
from trimtab.document.parts import (
    MOST,
    Amount,
    CostPart,
    Count,
    Difference,
    OffHoursPart,
    P95Part,
    Part,
    ReplayPart,
    ScalingPart,
    Size,
    TimingPart,
    WorkPart,
)
from trimtab.fleet.left_out import LeftOutReason  # noqa: TC001
from trimtab.sizing.model import SizeReason  # noqa: TC001

AccountId: TypeAlias = Annotated[str, Meta(pattern="^[0-9]{12}$")]
Digest: TypeAlias = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


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
    hottest_ratio: Annotated[float, Meta(ge=1, le=MOST)]
    cpu_percent: Amount
    """Average CPU above which a minute counts as over."""
    response: ResponsePart
    trials: tuple[TrialPart, ...]
    tuned_usd_month: Amount
    """On the part it was tuned on."""
    judged_minutes: Annotated[int, Meta(ge=1, le=MOST)]
    judged_usd_month: Amount
    judged_over_bound: Amount | None
    """Cost over the clairvoyant bound [ratio]; null: no bound."""
    fixed_tasks: Count | None
    """Least fixed count that stands the same trials; null: none does."""
    fixed_judged_usd_month: Amount | None
    captured_share: Difference | None
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
    off_hours: OffHoursPart | UnsetType = UNSET
    """Where the objective allows hours without a task, and the service has some."""


class Head(Part, frozen=True, kw_only=True):
    """What a recommendation says of the whole fleet."""

    document_version: Literal[7]
    """Another where a field was added, taken away, or has another meaning."""
    trimtab: str
    """The version that wrote it."""
    cluster: str
    region: str
    account: AccountId | None = None
    """The AWS account that the snapshot is of; null: it does not know, and ``rollout`` asks for it."""
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
    levers: tuple[LeverPart, ...]
    """Of at least a dollar a month, or without dollars; not to be added up."""
    left_out: tuple[LeftOutPart, ...]


class Document(Head, frozen=True, kw_only=True):
    """A recommendation for a whole fleet, or what was read of it: the head, and services."""

    services: tuple[ServicePart, ...]


class EntryCostPart(Part, frozen=True, kw_only=True):
    """A service's cost a month in all; its parts are in the service's own file."""

    before_usd_month: Amount
    after_usd_month: Amount


class EntryPart(Part, frozen=True, kw_only=True):
    """What the index says of a service, and where the rest is."""

    name: str
    file: Annotated[str, Meta(pattern=PART_FILE)]
    """Beside ``recommendation.json``: a ``ServicePart``."""
    sha256: Digest
    """Of that file."""
    verdict: Decision
    cpu_units: Count
    memory_mib: Count
    cost: EntryCostPart


class DocumentIndex(Head, frozen=True, kw_only=True):
    """``recommendation.json``: the fleet, and where each service's advice is.

    Written last. A file whose digest is not the one here is of another run, or was edited.
    """

    services: tuple[EntryPart, ...]
    files: dict[str, Digest]
    """The other files that the same run wrote beside it, and the SHA-256 of each."""
