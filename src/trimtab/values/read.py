"""``services.auto.tfvars`` read back: what ``optimize`` wrote and a person may have edited.

The schema is the variable ``services`` of ``terraform/platform``, with the defaults of
``terraform/modules/service``. What cannot be (a size Fargate lacks, a minimum above the
maximum) is refused; what the module refuses as unwise (a threshold that flaps) is replayed,
for that is how one sees why.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

import hcl2
import msgspec
from lark.exceptions import LarkError

from trimtab.advice.case.objective import DEFAULT, Spot
from trimtab.advice.case.proposal import Proposal
from trimtab.catalog.load import EPHEMERAL_INCLUDED_GIB
from trimtab.errors import UsageError
from trimtab.fleet.model import TaskSize
from trimtab.ladders.entries import Values
from trimtab.terraform_module import (
    COLLECTOR_CPU_UNITS,
    COLLECTOR_MEMORY_MIB,
    DEFAULT_ARCHITECTURE,
    DEFAULT_DEREGISTRATION_DELAY_S,
    DEFAULT_STOP_TIMEOUT_S,
)
from trimtab.values.schema import ServiceEntry, TracingEntry, given

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.advice.case.objective import Objective

_Schema = TypeVar("_Schema", bound=Values)


def read_proposals(path: Path, objective: Objective = DEFAULT) -> dict[str, Proposal]:
    """Return what the file proposes, by service.

    The values only say that a service is on Spot; ``objective`` says how often Spot is interrupted.

    Raises:
        UsageError: it cannot be read, is no HCL, or holds what cannot be; names the field.

    """
    values = parsed(path)
    services = values.get("services")
    if services == {}:
        raise UsageError(
            "no service is in it", where=str(path), advice="trimtab report says why each was left out"
        )
    if not isinstance(services, dict) or not services:
        raise UsageError(
            "holds no map `services`",
            where=str(path),
            advice="give a services.auto.tfvars as optimize writes it",
        )
    tracing = _typed(values.get("tracing") or {}, TracingEntry, f"{path}: tracing")
    proposals = {}
    for name, entry in services.items():
        where = f"{path}: services.{name}"
        proposals[name] = _proposal(
            _typed(entry, ServiceEntry, where), tracing, objective.spot or Spot(), where
        )
    return proposals


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
        members: dict[str, Any] = _unquoted(hcl2.loads(text + "\n"))
    except (LarkError, RecursionError, ValueError) as error:
        line = getattr(error, "line", 0)
        place = f" near line {line}" if line and line > 0 else ""
        advice = "terraform fmt says what is wrong there"
        raise UsageError(f"is not HCL{place}", where=str(path), advice=advice) from error
    return members


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
        value = _at(entry, place)
        if isinstance(value, str) and value.startswith("${"):
            fault, advice = f"{value[2:-1]} is not computed here", "write the value it comes to"
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


def _proposal(service: ServiceEntry, tracing: TracingEntry, interrupted: Spot, where: str) -> Proposal:
    traced = service.tracing if service.tracing is not None else tracing.enabled is not False
    collector_cpu = given(tracing.cpu, COLLECTOR_CPU_UNITS) if traced else 0
    if collector_cpu >= service.cpu:
        raise UsageError(f"the trace collector's {collector_cpu} CPU units leave nothing of it", where=where)
    if service.scaling is None:
        advice = "give bounds (scaling = { min, max }), or leave the service out of these values"
        raise UsageError("has no scaling to replay", where=where, advice=advice)
    if service.on_demand is not None:
        raise UsageError(
            "on_demand is not replayed: here all tasks run on Spot, or none",
            where=where,
            advice="leave it out for what all tasks on Spot cost and lose, and spot too for what none do",
        )
    delay = 0
    if service.traffic is not None:
        delay = given(service.traffic.deregistration_delay, DEFAULT_DEREGISTRATION_DELAY_S)
    return Proposal(
        size=TaskSize(cpu_units=service.cpu, memory_mib=service.memory),
        architecture=service.architecture or DEFAULT_ARCHITECTURE,
        ladders=service.scaling.ladders(),
        deregistration_delay_s=delay,
        stop_timeout_s=given(service.stop_timeout, DEFAULT_STOP_TIMEOUT_S),
        collector_cpu_units=collector_cpu,
        collector_memory_mib=given(tracing.memory, COLLECTOR_MEMORY_MIB) if traced else 0,
        ephemeral_gib=given(service.ephemeral_storage, EPHEMERAL_INCLUDED_GIB),
        spot=interrupted if service.spot else None,
    )
