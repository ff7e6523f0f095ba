"""All rules, in the order in which the page lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.lint.rules import (
    access,
    alarms,
    bounds,
    discovery,
    environment,
    ladders,
    logs,
    services,
    tasks,
    traffic,
)

if TYPE_CHECKING:
    from trimtab.lint.model import LintRule

GROUPS: tuple[tuple[str, tuple[LintRule, ...]], ...] = (
    ("Tasks", tasks.RULES),
    ("What containers are told", environment.RULES),
    ("Number of tasks", bounds.RULES),
    ("Step scaling", ladders.RULES),
    ("Alarms and events", alarms.RULES),
    ("Services", services.RULES),
    ("Load balancing", traffic.RULES),
    ("Service discovery", discovery.RULES),
    ("Logs", logs.RULES),
    ("Permissions and security groups", access.RULES),
)
RULES: tuple[LintRule, ...] = tuple(rule for _, rules in GROUPS for rule in rules)
