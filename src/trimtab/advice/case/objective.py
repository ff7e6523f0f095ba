"""The user's promise: what the tasks must keep while cost is minimised. A small typed file, or flags."""

from __future__ import annotations

import enum
import json
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trimtab.advice.case.zones import ASSUMED_ZONES, left_share
from trimtab.catalog.load import is_valid, nearest_sizes
from trimtab.catalog.size import Architecture, Positive, TaskSize
from trimtab.decoding import decoded
from trimtab.errors import UsageError
from trimtab.ladders.entries import check_timezone
from trimtab.replay.inputs import ReplayLimits as Replayed
from trimtab.replay.spot import CAPACITY_WAIT_S, EVENTS_PER_DAY, SHARE_PERCENT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


LONGEST_P95_MS = 4_000_000
"""An application load balancer closes what was silent for longer: the most that its idle timeout may be,
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html."""


class Spot(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How often Spot takes tasks away: assumptions, for AWS publishes no rates (``replay/spot.py``)."""

    events_per_day: Annotated[float, Meta(ge=0, le=1440)] = EVENTS_PER_DAY
    share_percent: Annotated[int, Meta(ge=1, le=100)] = SHARE_PERCENT
    """Of the running tasks, what an event takes [percent]."""
    capacity_wait_s: Annotated[int, Meta(ge=0, le=86_400)] = CAPACITY_WAIT_S
    """How long nothing starts after it [s]."""


class PolicyKind(enum.Enum):
    """How a service may be told to scale."""

    STEP = "step"
    """Step policies on CPU and memory."""
    TRACKING = "tracking"
    """Target tracking, whose alarms and steps are AWS's own."""
    REQUESTS = "requests"
    """Step policies on CPU and memory, and on requests a target besides."""


class LaidDown(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a company lays down for one service. Data does not move it; what is left out follows from them."""

    deregistration_delay_s: Annotated[int, Meta(ge=1, le=3600)] | None = None
    """Of its target group [s]. 0 is none: it would cut every request in flight, and the module refuses it."""
    cpu_units: Positive | None = None
    memory_mib: Positive | None = None
    """With ``cpu_units`` the only size that is a candidate; both, or neither."""
    min_tasks: Annotated[int, Meta(ge=1, le=5000)] | None = None
    """Least tasks, over the objective's own."""

    def __post_init__(self) -> None:
        if (self.cpu_units is None) != (self.memory_mib is None):
            missing = "memory_mib" if self.memory_mib is None else "cpu_units"
            msg = f"half a size: {missing} is missing"
            raise ValueError(msg)
        if self.size is not None and not is_valid(self.size):
            near = ", ".join(map(str, nearest_sizes(self.size)))
            msg = f"Fargate has no task of {self.size}; nearest are {near}"
            raise ValueError(msg)

    @property
    def size(self) -> TaskSize | None:
        """The size, where one is laid down."""
        if self.cpu_units is None or self.memory_mib is None:
            return None
        return TaskSize(cpu_units=self.cpu_units, memory_mib=self.memory_mib)


NOTHING = LaidDown()


class Objective(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Cost is minimised under this, never traded against it."""

    over_percent: Annotated[float, Meta(ge=0, lt=100)] = 1.0
    """At most so many of the minutes may be above ``cpu_percent`` [percent of minutes]."""
    cpu_percent: Annotated[float, Meta(gt=0, le=100)] = 80.0
    """Of the serving tasks' CPU that the work may fill [percent]."""
    memory_percent: Annotated[float, Meta(gt=0, le=100)] = 90.0
    """Of its size that a task may hold, in any minute [percent]."""
    min_tasks: Annotated[int, Meta(ge=1, le=5000)] | None = None
    """Least tasks of every service; None: 2 behind a load balancer, else today's minimum, 1 or 2."""
    least_cpu_units: Annotated[int, Meta(ge=256, le=16384)] | None = None
    """Least CPU of a task, of every service whose size is not laid down [CPU units]; None: Fargate's own."""
    p95_ms: Annotated[float, Meta(gt=0, le=LONGEST_P95_MS)] | UnsetType = UNSET
    """What the p95 response time of a minute may be at most, behind an application load balancer [ms]."""
    zone_loss: bool = False
    """Whether what is left when one zone is lost must keep ``cpu_percent`` too, at any time."""
    direction_changes_day: Annotated[float, Meta(ge=0)] = 24.0
    """Scaling activities that turn back, at most [1/day]."""
    judged_percent: Annotated[float, Meta(ge=10, le=50)] = 30.0
    """Last part of the history, which nothing is tuned on [percent]."""
    over_bound: Annotated[float, Meta(ge=1)] = 1.5
    """Cost over the clairvoyant bound up to which ladders are said to trim [ratio]. Above, the demand
    moves faster than tasks start, and the verdict says that part of the cost is idle headroom."""
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    """Of the search."""
    architecture: Architecture | None = None
    """What the tasks are to run on; None: what each runs on today. Its vCPU are taken to be as fast."""
    spot: Spot | None = None
    """Run on Fargate Spot, with its interruptions replayed; None: On-Demand."""
    fast_signals: bool = False
    """Whether CPU may be watched every 20 s, where that saves more than CloudWatch asks for it."""
    policies: Annotated[tuple[PolicyKind, ...], Meta(min_length=1)] = (PolicyKind.STEP, PolicyKind.TRACKING)
    """Kinds that may be recommended; of those that stand the same trials the cheapest is."""
    services: dict[str, LaidDown] = {}
    """What is laid down for single services, by name."""
    allow_zero: bool | UnsetType = UNSET
    """Whether a service may have no task in the hours of the day that were empty on every recorded day, by
    its requests or its recorded count; never by CPU alone."""
    timezone: str | UnsetType = UNSET
    """The clock that the users of the services live by, an IANA name. Where it is given, minima by the time
    of day are searched too. Hours without a task follow it; left out, they follow UTC."""

    def __post_init__(self) -> None:
        if self.timezone is not UNSET:
            check_timezone(self.timezone)

    def laid_down(self, service: str) -> LaidDown:
        """Return what is laid down for one service."""
        return self.services.get(service, NOTHING)

    def least_tasks(self, service: str) -> int | None:
        """Return the least tasks asked for of one service; None: nobody asks."""
        return self.laid_down(service).min_tasks or self.min_tasks

    @property
    def p95_limit_s(self) -> float | None:
        """Return what the p95 response time may be [s]; None: nobody asks."""
        return None if self.p95_ms is UNSET else self.p95_ms / 1000

    @property
    def over_share(self) -> float:
        """Minutes that may be over [ratio]."""
        return self.over_percent / 100

    def replayed(self, hottest_ratio: float = 1.0, zones: int = ASSUMED_ZONES) -> Replayed:
        """Return the shares a replay judges by.

        Where the work is spread unevenly, the hottest task is full before the average one is at
        ``cpu_percent``: a minute counts as over from then on. With ``zone_loss`` it does from where those
        left of ``zones``, at least 2, would be that full.
        """
        left = left_share(zones) if self.zone_loss else 1.0
        return Replayed(
            cpu_share=min(self.cpu_percent / 100, 1 / hottest_ratio) * left,
            memory_share=self.memory_percent / 100,
        )


DEFAULT = Objective()


def on_metrics(objective: Objective, metrics: Sequence[str]) -> Objective:
    """Return the objective with ladders on further metrics among the kinds that may be recommended.

    Raises:
        UsageError: one of them cannot be replayed.

    """
    for name in metrics:
        if name != PolicyKind.REQUESTS.value:
            raise UsageError(
                f"a ladder on {name} cannot be replayed: how it follows the number of tasks no record says",
                where="--metric",
                advice="name requests, of a target; trimtab snapshot --metric records others",
            )
    kinds = (*objective.policies, *(PolicyKind(name) for name in metrics))
    return msgspec.structs.replace(objective, policies=tuple(dict.fromkeys(kinds)))


def read_objective(path: Path) -> Objective:
    """Return the objective of a JSON file; what it leaves out has its default.

    Raises:
        UsageError: the file cannot be read, or asks for something that cannot be.

    """
    known = ", ".join(Objective.__struct_fields__)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from error
    try:
        objective = decoded(content, Objective)
        # Of two entries with one name the reader takes the last, and says nothing of the first.
        json.loads(content, object_pairs_hook=_once)
    except msgspec.DecodeError as error:
        raise UsageError(_fault(error, content), where=str(path), advice=f"known: {known}") from error
    except _TwiceError as error:
        raise UsageError(f"has {error.name!r} twice", where=str(path), advice="keep one of them") from error
    return objective


class _TwiceError(ValueError):
    """A name that stands twice in one JSON object."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members: dict[str, object] = {}
    for name, value in pairs:
        if name in members:
            raise _TwiceError(name)
        members[name] = value
    return members


def _fault(error: Exception, content: bytes) -> str:
    """Return what is wrong, with the name of the service for which msgspec writes ``[...]``."""
    said = str(error)
    if "[...]" not in said:
        return said
    try:
        services = decoded(content)["services"]
    except msgspec.DecodeError:  # a number that no reader of any kind takes
        return said
    for name, entry in services.items():
        try:
            msgspec.convert(entry, type=LaidDown)
        except msgspec.ValidationError:
            return said.replace("[...]", f"[{name!r}]", 1)
    return said


def objective_of(path: Path | None, **flags: float | str | None) -> Objective:
    """Return the objective of a file, if there is one, with the flags that were given over it.

    Raises:
        UsageError: the file cannot be read, or a value cannot be.

    """
    base = DEFAULT if path is None else read_objective(path)
    given = {name: value for name, value in flags.items() if value is not None}
    set_before = {name: value for name, value in msgspec.structs.asdict(base).items() if value is not UNSET}
    try:
        return msgspec.convert({**set_before, **given}, type=Objective)
    except msgspec.ValidationError as error:
        raise UsageError(str(error), where="objective", advice="see trimtab optimize --help") from error
