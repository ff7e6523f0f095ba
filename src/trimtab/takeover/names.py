"""The names that new things get: made of the cluster's and a service's, and none of them taken.

A security group cannot be made under a name that the network has already, and the apply would
stop half way. An alarm would be written over without a word.
"""

from __future__ import annotations

import hashlib
import re
from itertools import count
from typing import TYPE_CHECKING, Final

from trimtab.redaction import redact
from trimtab.terraform_module import (
    ALARM_ENDINGS,
    FAST_ALARM_ENDINGS,
    LONGEST_STEM,
    MODULE_TAGS,
    OPERATOR_ALARM_ENDINGS,
    POLICY_NAMES,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from trimtab.fleet.account import Alarm, SecurityGroup
    from trimtab.fleet.identity import FleetIdentity

HASH: Final = 5
"""Characters that tell names apart that begin alike."""


def slug(name: str, most: int) -> str:
    """Return ``name`` as a stem of other names: lower case, digits and hyphens, at most ``most`` long.

    One that is cut ends in a hash, so that shop-production-eu and shop-production-us stay two.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not re.match(r"[a-z]", plain):
        plain = f"x-{plain}".rstrip("-")
    if len(plain) > most:
        ending = f"-{hashlib.sha256(name.encode()).hexdigest()[:HASH]}"
        plain = plain[: most - len(ending)].rstrip("-") + ending
    return plain if len(plain) > 1 else f"{plain}-x"


def free_stem(stem: str, services: Collection[str], identity: FleetIdentity) -> str:
    """Return ``stem``, numbered where a name made of it and a service's stem is another owner's."""
    for number in count(1):
        ending = "" if number == 1 else f"-{number}"
        name = stem[: LONGEST_STEM - len(ending)].rstrip("-") + ending
        if not any(_taken(name, services, identity)):
            return name
    raise AssertionError  # there are more numbers than names


def _taken(stem: str, services: Collection[str], identity: FleetIdentity) -> Iterator[str]:
    """Yield the names of modules/service and modules/load-balancer that somebody else has."""
    named = _security_groups(stem, services, identity)
    for one in identity.security_groups:
        if named.get(one.name, one.description) != one.description:
            yield one.name
    scales = {f"{stem}-{one}-{end}" for one in services for end in (*ALARM_ENDINGS, *FAST_ALARM_ENDINGS)}
    tells = {f"{stem}-{one}-{end}" for one in services for end in OPERATOR_ALARM_ENDINGS}
    for alarm in identity.alarms:
        scales_for_us = alarm.name in scales and is_our_alarm(alarm)
        tells_for_us = alarm.name in tells and is_our_operator_alarm(alarm, stem)
        if alarm.name in scales | tells and not (scales_for_us or tells_for_us):
            yield alarm.name


def is_our_group(one: SecurityGroup, stem: str, services: Collection[str], identity: FleetIdentity) -> bool:
    """Tell whether a security group is one that an earlier apply made."""
    return _security_groups(stem, services, identity).get(one.name) == one.description


def _security_groups(stem: str, services: Collection[str], identity: FleetIdentity) -> dict[str, str]:
    """Return the security groups' descriptions by name, as a snapshot has them."""
    groups = {f"{stem}-{one}-tasks": f"Tasks of {one} on {identity.cluster.name}" for one in services}
    groups |= {f"{stem}-{one}-alb": f"Load balancer {stem}-{one}" for one in ("public", "private")}
    return {name: redact(said) for name, said in groups.items()}


def is_our_operator_alarm(alarm: Alarm, stem: str) -> bool:
    """Tell whether an alarm is an earlier apply's: it tells the platform's topic, or has our tags."""
    tells = all(action.endswith(f":{stem}-alerts") for action in alarm.actions)
    return (bool(alarm.actions) and tells) or set(MODULE_TAGS) <= set(alarm.tags)


def is_our_alarm(alarm: Alarm) -> bool:
    """Tell whether an alarm does nothing but what one of modules/service does: drive its policies."""
    endings = tuple(f":policyName/{name}" for name in POLICY_NAMES)
    return all(action.endswith(endings) for action in alarm.actions)
