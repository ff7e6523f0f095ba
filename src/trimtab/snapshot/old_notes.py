"""What snapshots said in a note before ``Scaling`` could say it.

A snapshot taken before target tracking and policies on other metrics were read has their names in a
note alone. Without it such a service would look as if nothing moved its count.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from trimtab.fleet.model import Unmodelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.fleet.model import Fleet, Service

_KIND: Final = re.compile(r"^(?P<what>policy .+) is (?P<kind>\w+), which is not replayed$")
_ALARM: Final = re.compile(r"^alarm (?P<alarm>.+) of (?P<what>policy .+) is not replayed$")
_TRACKING: Final = "TargetTrackingScaling"


def with_told(fleet: Fleet) -> Fleet:
    """Return the fleet with the scaling that only its notes name."""
    services = tuple(_service(service, fleet.notes) for service in fleet.services)
    return fleet if services == fleet.services else msgspec.structs.replace(fleet, services=services)


def _service(service: Service, notes: tuple[str, ...]) -> Service:
    scaling = service.scaling
    known = {one.what for one in scaling.unmodelled} | {f"policy {one.name}" for one in scaling.tracking}
    start = f"{service.name}: "
    told = [
        one
        for note in notes
        if note.startswith(start)
        for one in _told(note.removeprefix(start))
        if one.what not in known
    ]
    if not told:
        return service
    more = msgspec.structs.replace(scaling, unmodelled=(*scaling.unmodelled, *dict.fromkeys(told)))
    return msgspec.structs.replace(service, scaling=more)


def _told(note: str) -> Iterator[Unmodelled]:
    if matched := _KIND.match(note):
        why = f"is {matched['kind']}, of which this older snapshot has no numbers"
        yield Unmodelled(what=matched["what"], why=why, foreign=matched["kind"] != _TRACKING)
    elif matched := _ALARM.match(note):
        why = f"is called by alarm {matched['alarm']}, which watches neither CPU nor memory of the service"
        yield Unmodelled(what=matched["what"], why=why, foreign=True)
