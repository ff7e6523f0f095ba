"""What a plan says besides its changes: actions, conditions that failed, what it leaves out.

Source: HashiCorp, "JSON output format" (action_invocations, deferred_changes, checks, complete), and
what Terraform 1.11 and 1.14 print. What is there and cannot be judged is not known, never nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.guard.model import Deed, Finding, Reason
from trimtab.guard.rules.said import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.engine.plan import Change, Plan
    from trimtab.engine.plan_json import CheckInstance, Invocation

INVOKED = "plan-action-invoked"
INVOKED_LATER = "plan-action-deferred"
FAILED = "plan-condition-failed"
LATER = "plan-condition-open"
NOT_JUDGED = "plan-member-unknown"
CONTRADICTED = "plan-state-contradicts"
PARTIAL = "plan-partial"
MAY_STOP = "Conditions known only during the apply: {}. Where one does not hold, the apply stops there."
_PASSED, _OPEN = "pass", "unknown"
_ACTION = "action"
_THE_PLAN = "plan"


def findings_of_plan(plan: Plan) -> Iterator[Finding]:
    """Yield a finding for each thing the plan says that is no change of a resource."""
    for action in plan.invocations:
        yield _of_action(action, said(INVOKED, _trigger(action)))
    for waiting in plan.deferred_invocations:
        reason = waiting.reason or "no reason given"
        yield _of_action(waiting.invocation, said(INVOKED_LATER, reason))
    made = _made(plan.changes)
    for check in plan.checks:
        at = check.address.to_display
        for one in check.instances:
            rule = _unmet(check.address.kind, one, made)
            if rule:
                yield _finding(one.address.to_display or at, "check", Deed.CONDITION, said(rule))
        if not check.instances and check.status not in {_PASSED, _OPEN}:
            yield _finding(at, "check", Deed.CONDITION, said(FAILED))
    for address in plan.contradicted:
        yield _finding(address, _THE_PLAN, Deed.NOT_READ, said(CONTRADICTED))
    for member in plan.unread:
        yield _finding(member, _THE_PLAN, Deed.NOT_READ, said(NOT_JUDGED))
    if not plan.complete and not (plan.deferred or plan.deferred_invocations):
        yield _finding("the rest of the configuration", _THE_PLAN, Deed.NOT_READ, said(PARTIAL))


def cautions_of_plan(plan: Plan) -> tuple[str, ...]:
    """Return what is to be read of the plan as a whole."""
    made = _made(plan.changes)
    waiting = sum(
        one.status == _OPEN and not _matters(check.address.kind, one, made)
        for check in plan.checks
        for one in check.instances
    )
    return (MAY_STOP.format(waiting),) if waiting else ()


def _made(changes: tuple[Change, ...]) -> set[str]:
    return {change.address for change in changes if change.actions == ("create",)}


def _unmet(kind: str, instance: CheckInstance, made: set[str]) -> str:
    """Return why a condition is not known to hold, or nothing."""
    if instance.status == _PASSED:
        return ""
    if instance.status != _OPEN:
        return FAILED
    return LATER if _matters(kind, instance, made) else ""


def _matters(kind: str, instance: CheckInstance, made: set[str]) -> bool:
    """Tell whether a condition that is decided during the apply is about what is there now.

    Those of variables and outputs, and of things that are new, are about what the plan makes: many a
    first plan has them, and one that does not hold stops the apply.
    """
    return kind not in {"var", "output_value"} and not (
        kind == "resource" and instance.address.to_display in made
    )


def _trigger(action: Invocation) -> str:
    by = action.lifecycle_action_trigger
    return f" with {by.triggering_resource_address}" if by and by.triggering_resource_address else ""


def _of_action(action: Invocation, reason: Reason) -> Finding:
    return _finding(action.address or action.type, action.type or _ACTION, Deed.INVOKE, reason)


def _finding(address: str, kind: str, deed: Deed, reason: Reason) -> Finding:
    return Finding(
        address=address,
        type=kind,
        name="",
        index=None,
        module="",
        deed=deed,
        imported=False,
        verdict=reason.verdict,
        reasons=(reason,),
    )
