"""What a new thing does to what is there: the facts, held against its values.

Most new things do nothing until something uses them. Some act at once: a denial, a listener rule, a
route, a policy that takes another's place. So nothing is safe because it is new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimtab.guard.changes import any_true
from trimtab.guard.read import blocks, listed
from trimtab.guard.rules import alarms as guard_alarms
from trimtab.guard.rules import scaling as guard_scaling
from trimtab.guard.rules import service as guard_service
from trimtab.guard.rules.attributes import statements
from trimtab.guard.rules.said import by_fact, said
from trimtab.guard.rules.steps import takes_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.engine.plan import Change
    from trimtab.guard.facts.model import CreateWhen, Creation, Facts
    from trimtab.guard.links import Links
    from trimtab.guard.model import Reason

NO_FACTS = "created-without-fact"
PROVISIONED = "created-with-provisioner"
OWN = frozenset({"null_resource", "terraform_data"})
"""Types that do nothing but what their provisioners do."""
OWN_ONLY = "terraform-own"
_TOLD = frozenset({"sns", "sqs", "logs", "kinesis", "firehose", "ecs"})
"""Services of targets that keep a message, pass it on, or start a task of its own."""
PRIVATE = (".internal", ".local", ".test", ".home.arpa")
"""Endings that no public zone has (RFC 6761, RFC 6762, RFC 8375; ICANN keeps .internal for private use)."""


def reasons_of_creation(change: Change, known: Facts | None, links: Links) -> tuple[Reason, ...]:
    """Return what follows from making it."""
    reasons = [_reason_of_creation(change, known, links)]
    if change.type in guard_alarms.ALARMS:
        reasons += guard_alarms.reasons_of_alarm(change, links)
    if change.type == "aws_ecs_service":
        reasons += guard_service.reasons_of_shared(change, links)
    if change.type == guard_scaling.ACTION:
        reasons += guard_scaling.reasons_of_action(change, links)
    return tuple(reasons)


def _reason_of_creation(change: Change, known: Facts | None, links: Links) -> Reason:
    provisions = links.configured.provisions(change)
    if provisions:
        return said(PROVISIONED)
    if known is None:
        return said(NO_FACTS)
    if change.type == "aws_appautoscaling_target":
        better = guard_scaling.reason_of_new_target(change, links)
        if better is not None:
            return better
    found = next(one for one in known.create if _holds(one, change, links))
    if found.when == "takes_all":
        better = guard_scaling.reason_of_rest(change, links)
        if better is not None:
            return better
    return by_fact(found)


def _holds(fact: Creation, change: Change, links: Links) -> bool:
    if fact.when == "bearer_new":
        return links.makes(change, fact.attribute, fact.type)
    if fact.when == "always":
        return True
    value: Any = change.after or {}
    unknown: Any = change.after_unknown
    if fact.attribute:
        value, unknown = value.get(fact.attribute), unknown.get(fact.attribute)
    # Of a whole rule some id is never known; what it answers and to whom is.
    return (fact.when == "answers_all" or not any_true(unknown)) and _CONDITIONS[fact.when](value)


def _allows(document: object) -> bool:
    found = statements(document)
    return bool(found) and all(one.get("Effect") == "Allow" for one in found)


def _denies(document: object) -> bool:
    return any(one.get("Effect") == "Deny" for one in statements(document))


def _answers_all(rule: Any) -> bool:  # noqa: ANN401 - the values of a plan
    """Tell a rule that forwards nothing and takes every path of every host."""
    actions, conditions = blocks(rule.get("action")), blocks(rule.get("condition"))
    patterns = [
        value
        for condition in conditions
        for kind in ("path_pattern", "host_header")
        for block in blocks(condition.get(kind))
        for value in listed(block.get("values"))
    ]
    forwards = any(action.get("type") == "forward" for action in actions)
    everything = len(conditions) == 1 and any(pattern in ("*", "/*") for pattern in patterns)
    return bool(actions) and not forwards and everything


def _acts(arn: object) -> bool:
    parts = arn.split(":") if isinstance(arn, str) else []
    return parts[:1] == ["arn"] and parts[2:3] != [] and parts[2] not in _TOLD


_CONDITIONS: dict[CreateWhen, Callable[[Any], bool]] = {
    "acts": _acts,
    "allows": _allows,
    "answers_all": _answers_all,
    "denies": _denies,
    "private_name": lambda name: isinstance(name, str) and name.rstrip(".").endswith(PRIVATE),
    "takes_all": takes_all,
    "set": bool,
    "unset": lambda value: not value,
}
