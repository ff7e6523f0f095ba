"""The last look at a fleet before it is kept: no name, id or word of it is of a credential's form.

Names are kept as they are, for nothing is taken over without them, and CloudFormation's are as varied as
keys. One that has the form of a credential is somebody's mistake, or is one: what is called so stays out.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import msgspec

from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.redaction import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimtab.fleet.identity import FleetIdentity
    from trimtab.fleet.model import Service

_PARTS: Final = re.compile("[:/]")
_LISTS: Final = {
    "namespaces": "Cloud Map namespaces",
    "discovery_services": "Cloud Map services",
    "load_balancers": "load balancers",
    "target_groups": "target groups",
    "log_groups": "log groups",
    "scaling_targets": "scaling targets",
    "alarms": "alarms",
    "security_groups": "security groups",
    "nat_gateways": "NAT gateways",
    "leftovers": "things that belong to nothing",
}
"""What is around the services, and its plural for a note."""


def without_named(services: Iterable[Service]) -> tuple[list[Service], list[LeftOut]]:
    """Return the services of which nothing has the form of a credential, and the others as left out."""
    kept, left = [], []
    for service in services:
        if not holds(msgspec.to_builtins(service)):
            kept.append(service)
            continue
        detail = "a name, an image or an id of it has the form of a credential, and is not kept"
        left.append(LeftOut(service=shown(service.name), reason=LeftOutReason.NOT_UNDERSTOOD, detail=detail))
    return kept, left


def without_things(identity: FleetIdentity) -> tuple[FleetIdentity, list[str]]:
    """Return what is around the services, less what has the form of a credential, and notes that say so."""
    changed: dict[str, Any] = {}
    gone: Counter[str] = Counter()
    for field, words in _LISTS.items():
        every = getattr(identity, field)
        kept = tuple(one for one in every if not holds(msgspec.to_builtins(one)))
        if len(kept) < len(every):
            changed[field] = kept
            gone[words] = len(every) - len(kept)
    notes = [
        f"{many} of the {words} left out: a name or an id has the form of a credential"
        for words, many in gone.items()
    ]
    return (msgspec.structs.replace(identity, **changed) if changed else identity), notes


def holds(value: object) -> bool:
    """Tell whether a text in a tree of values has the form of a credential, or the place of one."""
    if isinstance(value, dict):
        return any(holds(key) or holds(inner) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return any(map(holds, value))
    if not isinstance(value, str):
        return False
    # The net passes ARNs over, for what AWS gives is in them; here a name in one counts.
    parts = _PARTS.split(value) if value.startswith("arn:") else (value,)
    return any(shown(part) != part for part in parts)
