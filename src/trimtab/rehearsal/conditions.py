"""Conditions of listener rules, and values for those of which a snapshot has the kind only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from trimtab.fleet.account import ListenerRule
    from trimtab.rehearsal.told import Told

_MADE_UP: Final[dict[str, dict[str, Any]]] = {
    "http-header": {"HttpHeaderConfig": {"HttpHeaderName": "X-Made-Up", "Values": ["yes"]}},
    "http-request-method": {"HttpRequestMethodConfig": {"Values": ["GET"]}},
    "query-string": {"QueryStringConfig": {"Values": [{"Key": "made-up", "Value": "yes"}]}},
    "source-ip": {"SourceIpConfig": {"Values": ["192.0.2.0/24"]}},
}


def conditions_of(rule: ListenerRule, told: Told) -> list[dict[str, Any]]:
    """Return a rule's conditions."""
    conditions: list[dict[str, Any]] = []
    if rule.hosts:
        conditions.append({"Field": "host-header", "HostHeaderConfig": {"Values": list(rule.hosts)}})
    if rule.paths:
        conditions.append({"Field": "path-pattern", "PathPatternConfig": {"Values": list(rule.paths)}})
    for field in rule.other_conditions:
        if field in _MADE_UP:
            told.made_up("condition of a rule")
            conditions.append({"Field": field, **_MADE_UP[field]})
    if not conditions:
        # A rule without a condition cannot be.
        told.made_up("condition of a rule")
        conditions.append({"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}})
    return conditions
