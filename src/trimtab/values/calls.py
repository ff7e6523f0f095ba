"""The fleet as the values have it call: what a person edited counts, and what runs where they say nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import ValidationError, convert
from msgspec.structs import replace

from trimtab.fleet.model import Egress, Exposure
from trimtab.values.read import parsed

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.fleet.model import Fleet, Service


def as_called(fleet: Fleet, values: Path) -> Fleet:
    """Return the fleet with the environment, callers, egress and exposure of the values.

    A service without an entry stays as it is, and so does a part that is no plain text.

    Raises:
        UsageError: the file cannot be read or is no HCL.

    """
    entries = parsed(values).get("services") or {}
    known = [_service(one, entries.get(one.name) or {}, entries) for one in fleet.services]
    return replace(fleet, services=tuple(known))


def unseen(fleet: Fleet) -> int:
    """Return how many variables of the services have a name in the snapshot and no value."""
    return sum(
        len(set(one.identity.task_definition.environment_names) - set(one.environment))
        for one in fleet.services
        if one.identity is not None
    )


def _service(service: Service, entry: dict[str, Any], entries: dict[str, Any]) -> Service:
    if not entry:
        return service
    called_by = {name for name, one in entries.items() if service.name in _called(one)}
    exposure = _typed((entry.get("traffic") or {}).get("exposure"), Exposure)
    traffic = service.traffic
    if traffic is not None and exposure is not None:
        traffic = replace(traffic, exposure=exposure)
    # What calls names is an address that the module makes.
    given = {**service.environment, **(_typed(entry.get("environment"), dict[str, str]) or {})}
    made = set(entry.get("calls") or {})
    return replace(
        service,
        environment={name: text for name, text in given.items() if name not in made},
        callers=tuple(sorted({*(_typed(entry.get("callers"), list[str]) or ()), *called_by})),
        egress=tuple(_egress(entry.get("egress") or {})),
        port=_typed(entry.get("port"), int) or service.port,
        traffic=traffic,
    )


def _called(entry: Any) -> set[str]:  # noqa: ANN401  # parsed HCL
    calls = entry.get("calls") if isinstance(entry, dict) else None
    return {str(one.get("service")) for one in (calls or {}).values() if isinstance(one, dict)}


def _egress(rules: dict[str, Any]) -> list[Egress]:
    found = [_typed({"name": "rule", **one}, Egress) for one in rules.values() if isinstance(one, dict)]
    return [one for one in found if one is not None]


def _typed(value: Any, kind: Any) -> Any:  # noqa: ANN401  # parsed HCL, and what it is taken for
    try:
        return None if value is None else convert(value, type=kind)
    except ValidationError:
        return None
