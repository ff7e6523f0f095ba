"""What to write instead, so that a change does not happen: where the plan shows what would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.guard.read import number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimtab.engine.plan import Change
    from trimtab.guard.links import Links
    from trimtab.guard.model import Changed

MOVED = "If it is the same under a new address, a moved block destroys nothing: from = {}, to = {}"
COUNT = "Scaling sets the count: leave it to that with lifecycle { ignore_changes = [desired_count] }."
REVISION = (
    "It goes back from revision {} to {}: where something else deploys, leave it to that with"
    " lifecycle {{ ignore_changes = [task_definition] }}."
)
RETYPED = (
    "AWS knows rules, not their Terraform types: take this one out of the state with a removed block"
    " (destroy = false), and import it as {}."
)
_RULE = "aws_security_group_rule"
_RULES = ("aws_vpc_security_group_egress_rule", "aws_vpc_security_group_ingress_rule")


def of_update(change: Change, attributes: Iterable[Changed], links: Links) -> tuple[str, ...]:
    """Return how to leave to others what is theirs: the count of a service, and its revision."""
    if change.type != "aws_ecs_service":
        return ()
    paths = {one.path for one in attributes if not one.sensitive}
    before, after = change.before or {}, change.after or {}
    was, now = number(before.get("desired_count")), number(after.get("desired_count"))
    said = []
    if (
        "desired_count" in paths
        and was is not None
        and now is not None
        and now < was
        and links.scaling_of(change)
    ):
        said.append(COUNT)
    old, new = (str(values.get("task_definition") or "").rpartition(":") for values in (before, after))
    if "task_definition" in paths and old[0] == new[0] and old[2].isdigit() and new[2].isdigit():
        said += [REVISION.format(old[2], new[2])] if int(new[2]) < int(old[2]) else []
    return tuple(said)


def of_destruction(change: Change, twin: Change | None, links: Links) -> tuple[str, ...]:
    """Return how to keep what is only called otherwise now: by another address, or by another type."""
    if twin:
        return (MOVED.format(change.address, twin.address),)
    if change.type != _RULE:
        return ()
    made = [one for kind in _RULES for one in links.new(kind) if _is_rule_of(change, one)]
    return (RETYPED.format(made[0].address),) if made else ()


def _is_rule_of(old: Change, new: Change) -> bool:
    """Tell whether a new rule may be the old one: same group, same direction, same ports."""
    before, after = old.before or {}, new.after or {}
    if str(before.get("type")) not in new.type:
        return False
    group = new.after_unknown.get("security_group_id") or after.get("security_group_id") == before.get(
        "security_group_id"
    )
    return bool(group) and all(
        after.get(name) in (None, before.get(name)) for name in ("from_port", "to_port")
    )
