"""The nouns of a rollout: what AWS says of a service, and what became of it. Frozen; nothing here calls.

Sizes are Fargate's: ``cpu_units`` (1024 = 1 vCPU) and ``memory_mib``. Times are aware datetimes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from trimtab.catalog.size import TaskSize

Kind: TypeAlias = Literal["rollout", "undo"]
Definition: TypeAlias = "Mapping[str, Any]"
"""A task definition as DescribeTaskDefinition answers it: JSON, for its fields are the user's."""


class Exposure(IntEnum):
    """Who reaches a service through a load balancer, least critical first."""

    NONE = 0
    INTERNAL = 1
    PUBLIC = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRevision:
    """What the recommendation says of one service."""

    name: str
    size: TaskSize
    today: TaskSize
    """What ran when the snapshot was taken."""
    cpu_limit_percent: float = 80.0
    """Average CPU above which a minute counts as short of it."""
    busy_hours: tuple[int, ...] = ()
    """Of the week, 0 from Monday midnight UTC: when the recorded work was at its peak."""
    fast_signals: bool = False
    """Whether its steps are made for CPU published every 20 s."""
    cost_usd_month: float
    """What it costs today, replayed: how much there is of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One deployment of a service, as DescribeServices lists it."""

    id: str
    primary: bool
    task_definition: str
    rollout_state: str
    """IN_PROGRESS, COMPLETED or FAILED; empty for controllers that do not tell."""
    reason: str
    running: int
    failed_tasks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of a service's own log."""

    id: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balanced:
    """A container that a target group sends traffic to."""

    target_group: str
    container: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """A service as it is now."""

    name: str
    status: str
    """ACTIVE, DRAINING or INACTIVE."""
    desired: int
    running: int
    pending: int
    task_definition: str
    deployments: tuple[Deployment, ...]
    controller: str = "ECS"
    breaker: bool = False
    rollback: bool = False
    strategy: str = "ROLLING"
    """ROLLING; or BLUE_GREEN, LINEAR, CANARY, which ECS makes itself too."""
    threshold: tuple[str, int] | None = None
    """The breaker's type and value, where they are stated."""
    early_percent: int | None = None
    """Share of healthy tasks at which ECS calls a deployment COMPLETED, where it is not all."""
    minimum_percent: int = 100
    maximum_percent: int = 200
    balanced: tuple[Balanced, ...] = ()
    events: tuple[Event, ...] = ()
    """Newest first, at most 100."""

    @property
    def primary(self) -> Deployment | None:
        """The deployment that the service moves to, or has moved to."""
        return next((one for one in self.deployments if one.primary), None)

    def deployment(self, own: str) -> Deployment | None:
        """Return the deployment of that id, or None when AWS no longer lists it."""
        return next((one for one in self.deployments if one.id == own), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A registered task definition."""

    arn: str
    family: str
    number: int
    active: bool
    cpu_units: int
    memory_mib: int
    registered_at: datetime | None
    definition: Definition
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def containers(self) -> tuple[Definition, ...]:
        """The container definitions."""
        return tuple(self.definition.get("containerDefinitions") or ())

    @property
    def short(self) -> str:
        """``family:revision``."""
        return short(self.arn)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningTask:
    """A task of a service."""

    id: str
    task_definition: str
    last_status: str
    addresses: tuple[str, ...] = ()
    stopped: str = ""
    """Why it stopped, in AWS's words, containers included."""
    started_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A target of a target group."""

    address: str
    state: str
    """healthy, initial, unhealthy, draining, unused or unavailable."""
    reason: str = ""


class Outcome(StrEnum):
    """What became of a service."""

    MOVED = "moved"
    ALREADY = "already there"
    WOULD_MOVE = "would move"
    NOT_REACHED = "not reached"
    REFUSED = "left alone"
    UNSTEADY = "not steady"
    FAILED = "failed"
    ROLLED_BACK = "rolled back"
    SUPERSEDED = "superseded"
    UNSETTLED = "not settled"
    DELETED = "deleted"
    TAKEN_BACK = "taken back"

    @property
    def stops(self) -> bool:
        """Whether nothing more is started after it: something moved that should not have."""
        return self in _STOPS


_STOPS = frozenset(
    {
        Outcome.UNSTEADY,
        Outcome.FAILED,
        Outcome.ROLLED_BACK,
        Outcome.SUPERSEDED,
        Outcome.UNSETTLED,
        Outcome.DELETED,
        Outcome.TAKEN_BACK,
    }
)


EXIT_CODES: Final = (
    (21, frozenset({Outcome.FAILED, Outcome.ROLLED_BACK})),
    (27, frozenset({Outcome.TAKEN_BACK})),
    (24, frozenset({Outcome.DELETED})),
    (22, frozenset({Outcome.SUPERSEDED})),
    (23, frozenset({Outcome.UNSETTLED})),
    (25, frozenset({Outcome.UNSTEADY})),
    (20, frozenset({Outcome.REFUSED})),
)
"""Exit codes of findings, the gravest first: it decides where there are several."""

UNDO_INCOMPLETE: Final = 26
"""Exit code of an undo that went well as far as its journal knows, which is not everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One service at the end of a run."""

    service: str
    outcome: Outcome
    before: str = ""
    """``family:revision`` that ran, where known."""
    after: str = ""
    detail: str = ""
    """Why, in one line."""
    said: tuple[str, ...] = ()
    """What AWS said: reasons, events, stopped tasks."""
    calls: tuple[str, ...] = ()
    """Calls that write, made or (dry run) to be made."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """A whole run."""

    kind: Kind
    cluster: str
    dry_run: bool
    results: tuple[Result, ...]
    """In the order of the rollout."""
    unknown: tuple[str, ...] = ()
    """What an undo cannot know, or leaves, in sentences."""

    @property
    def exit_code(self) -> int:
        """0, or the code of the gravest finding."""
        seen = {result.outcome for result in self.results}
        incomplete = UNDO_INCOMPLETE if self.unknown else 0
        return next((code for code, outcomes in EXIT_CODES if outcomes & seen), incomplete)


def short(arn: str) -> str:
    """Return ``family:revision`` of a task definition's ARN."""
    return arn.rsplit("/", maxsplit=1)[-1]


def family_of(arn: str) -> str:
    """Return the family of a task definition's ARN."""
    return short(arn).rsplit(":", maxsplit=1)[0]
