"""``services.auto.tfvars`` read back: what ``optimize`` wrote and a person may have edited.

The schema is the variable ``services`` of ``terraform/platform``, with the defaults of
``terraform/modules/service``. What cannot be (a size Fargate lacks, a minimum above the
maximum) is refused; what the module refuses as unwise (a threshold that flaps) is replayed,
for that is how one sees why.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import hcl2
import msgspec
from lark.exceptions import LarkError
from msgspec import Meta

from trimtab.adoption.values import DEFAULT_ARCHITECTURE, DEFAULT_STOP_TIMEOUT_S
from trimtab.catalog.load import EPHEMERAL_INCLUDED_GIB, is_valid, nearest_sizes
from trimtab.errors import UsageError
from trimtab.evidence.objective import DEFAULT, Spot
from trimtab.evidence.proposal import Proposal
from trimtab.fleet.model import Architecture, TaskSize
from trimtab.scaling.policy import MODULE, InStep, Ladder, Ladders, OutStep
from trimtab.sizing.constants import COLLECTOR_CPU_UNITS, COLLECTOR_MEMORY_MIB

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.evidence.objective import Objective

DEFAULT_DEREGISTRATION_DELAY_S = 30
PERIODS_S = (60, 120, 180, 240, 300)
DAY_S = 86_400

_Whole = Annotated[int, Meta(ge=1, le=2**31 - 1)]
_Seconds = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_Percent = Annotated[float, Meta(gt=0, lt=100)]


class _Values(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the schema: Terraform would drop an attribute it does not know, and its typo with it."""


class _Out(_Values, frozen=True, kw_only=True):
    above: Annotated[float, Meta(ge=0)]
    add: _Whole


class _In(_Values, frozen=True, kw_only=True):
    below: Annotated[float, Meta(gt=0, le=1)]
    remove: _Whole


class _Ladder(_Values, frozen=True, kw_only=True):
    high: _Percent | None = None
    low: _Percent | None = None
    steps: Annotated[tuple[_Out, ...], Meta(min_length=1, max_length=20)] | None = None

    def ladder(self, default: Ladder) -> Ladder:
        """Return the ladder, taking from ``default`` what is left out.

        Raises:
            ValueError: low is not below high, or the steps are no ladder.

        """
        high = default.high if self.high is None else self.high
        low = default.low if self.low is None else self.low
        if not low < high:
            msg = f"low ({low:g}) must be below high ({high:g})"
            raise ValueError(msg)
        if self.steps is None:
            return Ladder(high=high, low=low, steps=default.steps)
        aboves = [step.above for step in self.steps]
        if aboves[0] != 0 or any(one >= other for one, other in pairwise(aboves)):
            msg = f"steps must begin with above = 0 and rise, not {', '.join(f'{one:g}' for one in aboves)}"
            raise ValueError(msg)
        steps = tuple(OutStep(above=step.above, add=step.add) for step in self.steps)
        return Ladder(high=high, low=low, steps=steps)


class _ScaleIn(_Values, frozen=True, kw_only=True):
    steps: Annotated[tuple[_In, ...], Meta(min_length=1, max_length=20)] | None = None

    def __post_init__(self) -> None:
        belows = [step.below for step in self.steps or (_In(below=1.0, remove=1),)]
        if belows[0] != 1 or any(one <= other for one, other in pairwise(belows)):
            msg = f"steps must begin with below = 1 and fall, not {', '.join(f'{one:g}' for one in belows)}"
            raise ValueError(msg)


class _Scaling(_Values, frozen=True, kw_only=True):
    min: Annotated[int, Meta(ge=1, le=5000)]
    max: Annotated[int, Meta(ge=1, le=5000)]
    cpu: _Ladder | None = None
    memory: _Ladder | None = None
    scale_in: _ScaleIn | None = None
    out_cooldown: _Seconds | None = None
    in_cooldown: _Seconds | None = None
    period: int | None = None
    out_periods: _Whole | None = None
    out_datapoints: _Whole | None = None
    in_periods: _Whole | None = None
    in_datapoints: _Whole | None = None

    def __post_init__(self) -> None:
        if self.max < self.min:
            msg = f"max ({self.max}) is below min ({self.min})"
            raise ValueError(msg)
        ladders = self.ladders()
        if ladders.period_s not in PERIODS_S:
            msg = f"period is {ladders.period_s} s, must be one of {', '.join(map(str, PERIODS_S))}"
            raise ValueError(msg)
        for way, (points, periods) in (("out", ladders.out_datapoints), ("in", ladders.in_datapoints)):
            if points > periods:
                msg = f"{way}_datapoints ({points}) is above {way}_periods ({periods})"
                raise ValueError(msg)
            if periods * ladders.period_s > DAY_S:
                msg = f"{way}_periods ({periods}) of {ladders.period_s} s are more than a day"
                raise ValueError(msg)

    def ladders(self) -> Ladders:
        """Return the policies, what is left out as the module has it."""
        steps = self.scale_in.steps if self.scale_in else None
        (out_points, out_periods), (in_points, in_periods) = MODULE.out_datapoints, MODULE.in_datapoints
        return Ladders(
            min_tasks=self.min,
            max_tasks=self.max,
            cpu=(self.cpu or _Ladder()).ladder(MODULE.cpu),
            memory=(self.memory or _Ladder()).ladder(MODULE.memory),
            scale_in=MODULE.scale_in
            if steps is None
            else tuple(InStep(below=s.below, remove=s.remove) for s in steps),
            out_cooldown_s=_given(self.out_cooldown, MODULE.out_cooldown_s),
            in_cooldown_s=_given(self.in_cooldown, MODULE.in_cooldown_s),
            period_s=_given(self.period, MODULE.period_s),
            out_datapoints=(_given(self.out_datapoints, out_points), _given(self.out_periods, out_periods)),
            in_datapoints=(_given(self.in_datapoints, in_points), _given(self.in_periods, in_periods)),
        )


class _Traffic(_Values, frozen=True, kw_only=True):
    exposure: str
    priority: int
    deregistration_delay: Annotated[int, Meta(ge=1, le=3600)] | None = None
    # Not replayed.
    paths: Any = None
    hosts: Any = None
    grace_period: Any = None
    health_path: Any = None
    health_matcher: Any = None
    health_interval: Any = None
    health_timeout: Any = None
    healthy_threshold: Any = None
    unhealthy_threshold: Any = None


class _Service(_Values, frozen=True, kw_only=True):
    cpu: int
    memory: int
    scaling: _Scaling
    traffic: _Traffic | None = None
    architecture: Architecture | None = None
    stop_timeout: Annotated[int, Meta(ge=2, le=120)] | None = None
    ephemeral_storage: Annotated[int, Meta(ge=21, le=200)] | None = None
    tracing: bool | None = None
    spot: bool | None = None
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
    execute_command: Any = None
    tags: Any = None
    callers: Any = None
    calls: Any = None
    egress: Any = None
    deployment: Any = None
    secret_kms_key_arns: Any = None
    task_policy_statements: Any = None

    def __post_init__(self) -> None:
        size = TaskSize(cpu_units=self.cpu, memory_mib=self.memory)
        if not is_valid(size):
            near = nearest_sizes(TaskSize(cpu_units=max(1, self.cpu), memory_mib=max(1, self.memory)))
            msg = f"Fargate has no task of {size}; nearest are {', '.join(map(str, near))}"
            raise ValueError(msg)


class _Tracing(_Values, frozen=True, kw_only=True):
    """The root's variable of that name: what the collector takes of each task."""

    enabled: bool | None = None
    cpu: _Whole | None = None
    memory: Annotated[int, Meta(ge=64)] | None = None
    sampling_rate: Any = None
    seed: Any = None
    sampler: Any = None
    reservoir: Any = None
    protocol: Any = None
    propagators: Any = None
    image: Any = None


_Schema = TypeVar("_Schema", bound=_Values)


def read_proposals(path: Path, objective: Objective = DEFAULT) -> dict[str, Proposal]:
    """Return what the file proposes, by service.

    The values only say that a service is on Spot; ``objective`` says how often Spot is interrupted.

    Raises:
        UsageError: it cannot be read, is no HCL, or holds what cannot be; names the field.

    """
    values = parsed(path)
    services = values.get("services")
    if not isinstance(services, dict) or not services:
        raise UsageError(
            "holds no map `services`",
            where=str(path),
            advice="give a services.auto.tfvars as optimize writes it",
        )
    tracing = _typed(values.get("tracing") or {}, _Tracing, f"{path}: tracing")
    found = {}
    for name, entry in services.items():
        where = f"{path}: services.{name}"
        found[name] = _proposal(_typed(entry, _Service, where), tracing, objective.spot or Spot(), where)
    return found


def parsed(path: Path) -> dict[str, Any]:
    """Return a file of values as it is written, references and all.

    Raises:
        UsageError: it cannot be read, or is no HCL.

    """
    try:
        # Terraform takes a byte order mark, which some editors write.
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot be read ({error.strerror or error})", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise UsageError("is not UTF-8 text", where=str(path)) from error
    try:
        # A line at the end that has no newline is no line to the parser.
        found: dict[str, Any] = _unquoted(hcl2.loads(text + "\n"))
    except (LarkError, RecursionError) as error:
        line = getattr(error, "line", 0)
        place = f" near line {line}" if line and line > 0 else ""
        advice = "terraform fmt says what is wrong there"
        raise UsageError(f"is not HCL{place}", where=str(path), advice=advice) from error
    return found


def _unquoted(value: Any) -> Any:  # noqa: ANN401  # parsed HCL
    """Return the same without the quotes that the parser leaves around strings and keys."""
    if isinstance(value, dict):
        return {_unquoted(key): _unquoted(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_unquoted(one) for one in value]
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1]
    return value


def _typed(entry: object, schema: type[_Schema], where: str) -> _Schema:
    try:
        return msgspec.convert(entry, type=schema)
    except msgspec.ValidationError as error:
        fault, _, place = str(error).partition(" - at `$")
        place = place.rstrip("`")
        found = _at(entry, place)
        if isinstance(found, str) and found.startswith("${"):
            fault, advice = f"{found[2:-1]} is not computed here", "write the value it comes to"
            raise UsageError(fault, where=f"{where}{place}", advice=advice) from error
        raise UsageError(fault, where=f"{where}{place}") from error


def _at(entry: object, place: str) -> object:
    """Return what stands at a place as msgspec names it, such as ``.scaling.cpu.steps[0].add``."""
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", place):
        if isinstance(entry, dict):
            entry = entry.get(name)
        elif isinstance(entry, list) and index:
            entry = entry[int(index)]
    return entry


def _proposal(service: _Service, tracing: _Tracing, interrupted: Spot, where: str) -> Proposal:
    traced = service.tracing if service.tracing is not None else tracing.enabled is not False
    collector_cpu = _given(tracing.cpu, COLLECTOR_CPU_UNITS) if traced else 0
    if collector_cpu >= service.cpu:
        raise UsageError(f"the trace collector's {collector_cpu} CPU units leave nothing of it", where=where)
    delay = 0
    if service.traffic is not None:
        delay = _given(service.traffic.deregistration_delay, DEFAULT_DEREGISTRATION_DELAY_S)
    return Proposal(
        size=TaskSize(cpu_units=service.cpu, memory_mib=service.memory),
        architecture=service.architecture or DEFAULT_ARCHITECTURE,
        ladders=service.scaling.ladders(),
        deregistration_delay_s=delay,
        stop_timeout_s=_given(service.stop_timeout, DEFAULT_STOP_TIMEOUT_S),
        collector_cpu_units=collector_cpu,
        collector_memory_mib=_given(tracing.memory, COLLECTOR_MEMORY_MIB) if traced else 0,
        ephemeral_gib=_given(service.ephemeral_storage, EPHEMERAL_INCLUDED_GIB),
        spot=interrupted if service.spot else None,
    )


def _given(value: int | None, default: int) -> int:
    return default if value is None else value
