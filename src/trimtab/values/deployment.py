"""How a service is deployed as it runs: what the values say of it, and of which services they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.terraform_module import DEFAULT_DEPLOYMENT_PERCENT
from trimtab.values.hcl import Attribute, listed
from trimtab.values.read import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from trimtab.fleet.identity import ServiceIdentity
    from trimtab.fleet.model import Service


def deployment(mine: ServiceIdentity) -> Iterator[Attribute]:
    """Yield the fields of ``deployment`` that are not the module's defaults."""
    least, most = DEFAULT_DEPLOYMENT_PERCENT
    for name, percent, default in (
        ("minimum_percent", mine.minimum_percent, least),
        ("maximum_percent", mine.maximum_percent, most),
    ):
        if percent not in {None, default}:
            yield Attribute(key=name, value=str(percent))
    if mine.deployment_alarms:
        rollback = "" if mine.alarms_roll_back else ", rollback = false"
        yield Attribute(key="alarms", value=f"{{ names = {listed(mine.deployment_alarms)}{rollback} }}")


def undeployed(services: Iterable[Service], values: Path) -> tuple[tuple[str, str], ...]:
    """Return each service that is deployed otherwise than by default while the values say nothing of it.

    With it what they would have to say. Values of an earlier version said nothing.

    Raises:
        UsageError: the file cannot be read or is no HCL.

    """
    entries = parsed(values).get("services") or {}
    found = (
        (one.name, tuple(deployment(one.identity)))
        for one in services
        if one.identity is not None and "deployment" not in entries.get(one.name, ())
    )
    return tuple((name, _told(fields)) for name, fields in found if fields)


def _told(fields: tuple[Attribute, ...]) -> str:
    return f"deployment = {{ {', '.join(f'{one.key} = {one.value}' for one in fields)} }}"
