"""The variable ``services`` of ``terraform/platform``, as it stands in a file of values.

Every attribute is named, those that no replay looks at too: Terraform drops one that it does not
know, and its typo with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from trimtab.catalog.load import is_valid, nearest_sizes
from trimtab.fleet.model import Architecture, TaskSize
from trimtab.ladders.entries import Values, Whole
from trimtab.ladders.kinds.schedule import clock
from trimtab.ladders.traits import TRAITS
from trimtab.terraform_module import PERCENT, PERIODS_S, SHARE, Ladders, Schedule
from trimtab.units import DAY_S


class _Given(Values, frozen=True, kw_only=True):
    """What is checked of ``scaling`` over all the traits."""

    if TYPE_CHECKING:
        in_min_adjustment_magnitude: int | None

    def __post_init__(self) -> None:
        ladders = self.ladders()
        if ladders.max_tasks < ladders.min_tasks:
            msg = f"max ({ladders.max_tasks}) is below min ({ladders.min_tasks})"
            raise ValueError(msg)
        if ladders.schedule is not None:
            self._check_pieces(ladders.schedule, ladders)
        if ladders.period_s not in PERIODS_S:
            msg = f"period is {ladders.period_s} s, must be one of {', '.join(map(str, PERIODS_S))}"
            raise ValueError(msg)
        self._check_shares(ladders)
        for way, (points, periods) in (("out", ladders.out_datapoints), ("in", ladders.in_datapoints)):
            if points > periods:
                msg = f"{way}_datapoints ({points}) is above {way}_periods ({periods})"
                raise ValueError(msg)
            if periods * ladders.period_s > DAY_S:
                msg = f"{way}_periods ({periods}) of {ladders.period_s} s are more than a day"
                raise ValueError(msg)

    @staticmethod
    def _check_pieces(schedule: Schedule, ladders: Ladders) -> None:
        most = max(max(piece.min_tasks, piece.max_tasks or 0) for piece in schedule.pieces)
        if most > ladders.max_tasks:
            msg = f"schedule: {most} tasks are above max ({ladders.max_tasks})"
            raise ValueError(msg)
        for piece in schedule.pieces:
            if piece.max_tasks is not None and piece.min_tasks > piece.max_tasks:
                msg = f"schedule: at {clock(piece)} max ({piece.max_tasks}) is below min ({piece.min_tasks})"
                raise ValueError(msg)
        minima = [piece.min_tasks for piece in schedule.pieces if piece.min_tasks]
        if not minima:
            msg = "schedule: no piece has a task, so none would ever run"
            raise ValueError(msg)
        if min(minima) != ladders.min_tasks:
            msg = f"schedule: the least of them is {min(minima)}, and min is {ladders.min_tasks}"
            raise ValueError(msg)

    def _check_shares(self, ladders: Ladders) -> None:
        if ladders.in_percent is None and (self.in_min_adjustment_magnitude or 1) > 1:
            msg = f"in_min_adjustment_magnitude goes with in_adjustment_type = {SHARE} alone"
            raise ValueError(msg)
        most = max(step.remove for step in ladders.scale_in)
        if ladders.in_percent is not None and most >= PERCENT:
            msg = f"scale_in.steps remove {most} percent: they must stay below {PERCENT}"
            raise ValueError(msg)

    def ladders(self) -> Ladders:
        """Return the policies, what is left out as the module has it."""
        said = {key: getattr(self, key) for trait in TRAITS for key in trait.keys}
        return Ladders(**{name: value for trait in TRAITS for name, value in trait.read(said).items()})


BOUNDS = ("min", "max")


def _scaling() -> type[msgspec.Struct]:
    """Return the struct of ``scaling``: a field for each key of each trait, the bounds required."""
    keys = {key: kind for trait in TRAITS for key, kind in trait.keys.items()}
    fields = [(key, kind) if key in BOUNDS else (key, kind | None, None) for key, kind in keys.items()]
    return msgspec.defstruct(
        "Scaling", fields, bases=(_Given,), frozen=True, kw_only=True, forbid_unknown_fields=True
    )


if TYPE_CHECKING:
    _Scaling = _Given
else:
    _Scaling = _scaling()


class _Traffic(Values, frozen=True, kw_only=True):
    exposure: str
    priority: int
    deregistration_delay: Annotated[int, Meta(ge=1, le=3600)] | None = None
    # Not replayed.
    paths: Any = None
    hosts: Any = None
    grace_period: Any = None
    protocol_version: Any = None
    slow_start: Any = None
    health_path: Any = None
    health_matcher: Any = None
    health_interval: Any = None
    health_timeout: Any = None
    healthy_threshold: Any = None
    unhealthy_threshold: Any = None


class _Call(Values, frozen=True, kw_only=True):
    service: str
    path: Any = None
    scheme: Any = None


class _Rule(Values, frozen=True, kw_only=True):
    port: Any
    cidr: Any = None
    security_group_id: Any = None


class _Condition(Values, frozen=True, kw_only=True):
    test: Any
    variable: Any
    values: Any


class _Statement(Values, frozen=True, kw_only=True):
    sid: Any
    actions: Any
    resources: Any
    conditions: tuple[_Condition, ...] = ()


class _OnDemand(Values, frozen=True, kw_only=True):
    base: Any = None
    percent: Any = None


class _Capabilities(Values, frozen=True, kw_only=True):
    add: Any = None
    drop: Any = None


class _Limit(Values, frozen=True, kw_only=True):
    soft: Any
    hard: Any


class _Mount(Values, frozen=True, kw_only=True):
    volume: Any
    path: Any
    read_only: Any = None


class _Efs(Values, frozen=True, kw_only=True):
    file_system_id: Any
    access_point_id: Any = None
    root_directory: Any = None
    iam: Any = None
    root_access: Any = None


class _Volume(Values, frozen=True, kw_only=True):
    efs: _Efs | None = None


class _Firelens(Values, frozen=True, kw_only=True):
    type: Any = None
    options: Any = None
    log_options: Any = None
    log_secrets: Any = None


class _Container(Values, frozen=True, kw_only=True):
    image: Any
    memory: Any
    cpu: Any = None
    essential: Any = None
    restart: Any = None
    command: Any = None
    entry_point: Any = None
    environment: Any = None
    secrets: Any = None
    health_command: Any = None
    depends_on: Any = None
    mounts: tuple[_Mount, ...] = ()
    ports: Any = None
    user: Any = None
    readonly_root_filesystem: Any = None
    stop_timeout: Any = None
    repository_credentials: Any = None
    firelens: _Firelens | None = None


class _Alarms(Values, frozen=True, kw_only=True):
    names: Any
    rollback: Any = None


class _Deployment(Values, frozen=True, kw_only=True):
    minimum_percent: Any = None
    maximum_percent: Any = None
    wait_for_steady_state: Any = None
    alarms: _Alarms | None = None


class ServiceEntry(Values, frozen=True, kw_only=True):
    """One service of the map."""

    cpu: int
    memory: int
    scaling: _Scaling | None = None
    desired_count: Any = None
    traffic: _Traffic | None = None
    architecture: Architecture | None = None
    stop_timeout: Annotated[int, Meta(ge=2, le=120)] | None = None
    ephemeral_storage: Annotated[int, Meta(ge=21, le=200)] | None = None
    tracing: bool | None = None
    spot: bool | None = None
    on_demand: _OnDemand | None = None
    # Not replayed.
    image: Any = None
    startup_seconds: Any = None
    port: Any = None
    cost_center: Any = None
    command: Any = None
    environment: Any = None
    secrets: Any = None
    health_command: Any = None
    live_path: Any = None
    longest_request: Any = None
    readonly_root_filesystem: Any = None
    writable: Any = None
    init_process: Any = None
    former_port: Any = None
    user: Any = None
    capabilities: _Capabilities | None = None
    ulimits: dict[str, _Limit] | None = None
    repository_credentials: Any = None
    depends_on: Any = None
    mounts: tuple[_Mount, ...] = ()
    volumes: dict[str, _Volume] | None = None
    containers: dict[str, _Container] | None = None
    execute_command: Any = None
    tags: Any = None
    callers: Any = None
    calls: dict[str, _Call] | None = None
    egress: dict[str, _Rule] | None = None
    deployment: _Deployment | None = None
    secret_kms_key_arns: Any = None
    task_policy_statements: tuple[_Statement, ...] = ()

    def __post_init__(self) -> None:
        size = TaskSize(cpu_units=self.cpu, memory_mib=self.memory)
        if not is_valid(size):
            near = nearest_sizes(TaskSize(cpu_units=max(1, self.cpu), memory_mib=max(1, self.memory)))
            msg = f"Fargate has no task of {size}; nearest are {', '.join(map(str, near))}"
            raise ValueError(msg)


class TracingEntry(Values, frozen=True, kw_only=True):
    """The root's variable of that name: what the collector takes of each task."""

    enabled: bool | None = None
    cpu: Whole | None = None
    memory: Annotated[int, Meta(ge=64)] | None = None
    sampling_rate: Any = None
    seed: Any = None
    sampler: Any = None
    reservoir: Any = None
    protocol: Any = None
    propagators: Any = None
    image: Any = None


def given(value: int | None, default: int) -> int:
    """Return ``value``, or ``default`` where it is left out."""
    return default if value is None else value
