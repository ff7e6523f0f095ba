"""What a plan says besides its changes: actions, conditions that failed, what it leaves out.

Source: HashiCorp, "JSON output format" (action_invocations, deferred_changes, checks, complete), and
what Terraform 1.11 and 1.14 print. What is there and cannot be judged is not known, never nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.guard.model import Deed, Finding, Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.engine.plan import Change, Plan
    from trimtab.engine.plan_json import CheckInstance, Invocation

INVOKED = "An action of the provider is invoked{}: what it does to what runs, a plan does not say."
INVOKED_LATER = "An action that waits ({}): it can be planned only after this plan is applied."
FAILED = "This condition does not hold: what was held to be so when it was written, is not."
LATER = "Whether this condition holds is known only during the apply, which changes what it looks at."
NOT_JUDGED = "The plan has a member that Trimtab does not know: what it does, cannot be told."
CONTRADICTED = (
    "The state in this plan has other values of it than its change starts from: which hold, cannot be told."
)
PARTIAL = "This plan is partial (-target): what it leaves out is not judged, nor whether the rest needs it."
MAY_STOP = "Conditions known only during the apply: {}. Where one does not hold, the apply stops there."
_PASSED, _OPEN = "pass", "unknown"
_ACTION = "action"
_THE_PLAN = "plan"


def findings_of_plan(plan: Plan) -> Iterator[Finding]:
    """Yield a finding for each thing the plan says that is no change of a resource."""
    for action in plan.invocations:
        yield _of_action(action, INVOKED.format(_trigger(action)))
    for waiting in plan.deferred_invocations:
        reason = waiting.reason or "no reason given"
        yield _of_action(waiting.invocation, INVOKED_LATER.format(reason))
    made = _made(plan.changes)
    for check in plan.checks:
        at = check.address.to_display
        for one in check.instances:
            text = _unmet(check.address.kind, one, made)
            if text:
                yield _finding(one.address.to_display or at, "check", Deed.CONDITION, text)
        if not check.instances and check.status not in {_PASSED, _OPEN}:
            yield _finding(at, "check", Deed.CONDITION, FAILED)
    for address in plan.contradicted:
        yield _finding(address, _THE_PLAN, Deed.NOT_READ, CONTRADICTED)
    for member in plan.unread:
        yield _finding(member, _THE_PLAN, Deed.NOT_READ, NOT_JUDGED)
    if not plan.complete and not (plan.deferred or plan.deferred_invocations):
        yield _finding("the rest of the configuration", _THE_PLAN, Deed.NOT_READ, PARTIAL)


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


def _unmet(kind: str, one: CheckInstance, made: set[str]) -> str:
    """Return why a condition is not known to hold, or nothing."""
    if one.status == _PASSED:
        return ""
    if one.status != _OPEN:
        return FAILED
    return LATER if _matters(kind, one, made) else ""


def _matters(kind: str, one: CheckInstance, made: set[str]) -> bool:
    """Tell whether a condition that is decided during the apply is about what is there now.

    Those of variables and outputs, and of things that are new, are about what the plan makes: many a
    first plan has them, and one that does not hold stops the apply.
    """
    return kind not in {"var", "output_value"} and not (kind == "resource" and one.address.to_display in made)


def _trigger(action: Invocation) -> str:
    by = action.lifecycle_action_trigger
    return f" with {by.triggering_resource_address}" if by and by.triggering_resource_address else ""


def _of_action(action: Invocation, text: str) -> Finding:
    return _finding(action.address or action.type, action.type or _ACTION, Deed.INVOKE, text)


def _finding(address: str, kind: str, deed: Deed, text: str) -> Finding:
    return Finding(
        address=address,
        type=kind,
        name="",
        index=None,
        module="",
        deed=deed,
        imported=False,
        verdict=Verdict.UNKNOWN,
        reasons=(Reason(verdict=Verdict.UNKNOWN, text=text),),
    )
