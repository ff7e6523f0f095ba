"""Resource policies, as far as EventBridge's deliveries need them.

Principals, actions and resources are compared; conditions are taken as met, but where AWS takes
none. That finds the mistake people make, a policy that is missing or names another resource or service.
"""

from __future__ import annotations

import fnmatch
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def allows(
    policies: Iterable[str], service: str, action: str, resource: str, *, conditions: bool = True
) -> bool:
    """Tell whether any policy lets ``service`` do ``action`` on ``resource``, and none denies it.

    Without ``conditions`` a statement that has one lets nothing through.
    """
    effects = {
        statement["Effect"]
        for policy in policies
        for statement in _listed(json.loads(policy).get("Statement", []))
        if _names(statement, service, action, resource)
        and (conditions or statement["Effect"] == "Deny" or "Condition" not in statement)
    }
    return effects == {"Allow"}


def _names(statement: dict[str, Any], service: str, action: str, resource: str) -> bool:
    return (
        _meets(statement, service)
        and any(fnmatch.fnmatchcase(action.lower(), p.lower()) for p in _listed(statement.get("Action", [])))
        and any(fnmatch.fnmatchcase(resource, p) for p in _listed(statement.get("Resource", [])))
    )


def _meets(statement: dict[str, Any], service: str) -> bool:
    """Tell whether a statement's principal includes the service.

    Everyone with a condition, the default of a topic, means the owner's account: no service.
    """
    principal = statement.get("Principal", {})
    if principal in ("*", {"AWS": "*"}):
        return "Condition" not in statement
    return service in _listed(principal.get("Service", []))


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - policies write one or many
    return value if isinstance(value, list) else [value]
