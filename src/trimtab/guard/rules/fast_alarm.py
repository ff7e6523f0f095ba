"""An alarm of under a minute on a service's CPU or memory that is left alone with its policy.

Sources: ECS developer guide, "target-tracking-faster-auto-scaling" (20 s only where the service's
``monitoring`` asks for it); CloudWatch user guide, "alarms-and-missing-data" (too few points, no alarm).
The AWS provider has no argument for ``monitoring``, so no plan tells whether it is on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.guard.changes import any_true
from trimtab.guard.read import listed, number
from trimtab.guard.rules.said import said
from trimtab.guard.rules.scaling import ALARM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from trimtab.engine.plan import Change
    from trimtab.guard.links import Links
    from trimtab.guard.model import Reason

    Values = Mapping[str, Any]

ALONE = "alarm-fast-alone"
STANDARD_S = 60
_PUBLISHED = frozenset({"CPUUtilization", "MemoryUtilization"})
_WATCHED = ("namespace", "metric_name", "dimensions", "comparison_operator")


def reasons_of_fast_alarm(change: Change, links: Links) -> Iterator[Reason]:
    """Yield that a change leaves a policy to an alarm of under a minute."""
    before, after = change.before or {}, change.after or {}
    if _is_fast(after):
        unchanged = _is_fast(before) and _policies(before) == _policies(after)
        if not unchanged and _scales(change, after) and not _beside(change, after, links):
            yield said(ALONE, _seconds(after))
        return
    for policy in sorted(_policies(before) - _policies(after)):
        left = [
            one.after
            for one in links.keeping(policy, (ALARM,))
            if one.address != change.address and one.after and policy in _policies(one.after)
        ]
        if left and all(map(_is_fast, left)):
            yield said(ALONE, _seconds(left[0]))
            return


def _is_fast(values: Values) -> bool:
    period = number(values.get("period"))
    service = values.get("namespace") == "AWS/ECS" and str(values.get("metric_name")) in _PUBLISHED
    return service and period is not None and period < STANDARD_S


def _seconds(values: Values) -> str:
    return f"{number(values.get('period')):g}"


def _policies(values: Values) -> set[str]:
    if values.get("actions_enabled") is False:
        return set()
    named = (one for one in listed(values.get("alarm_actions")) if isinstance(one, str))
    return {one for one in named if ":scalingPolicy:" in one}


def _scales(change: Change, after: Values) -> bool:
    """Tell whether it calls a policy, or what nobody knows before the apply."""
    return bool(_policies(after)) or any_true(change.after_unknown.get("alarm_actions"))


def _beside(change: Change, after: Values, links: Links) -> bool:
    """Tell whether an alarm of minutes on the same metric calls the same policy, as far as the plan says."""
    for other in links.everything:
        values = other.after
        if other.type != ALARM or other.address == change.address or values is None or _is_fast(values):
            continue
        if any(values.get(name) != after.get(name) for name in _WATCHED) or not _scales(other, values):
            continue
        mine, others = _policies(after), _policies(values)
        if not mine or not others or mine & others:
            return True
    return False
