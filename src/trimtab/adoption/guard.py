"""Judge every change of a plan: safe, redeploys tasks, interrupts, or not known.

That an attribute forces a replacement is the provider's to say, and the plan says it
(``replace_paths``). What a replacement, a destruction or a change in place then does to running
tasks is AWS's, and lies in ``guard_facts``. What neither tells is ``unknown``, never safe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.adoption import guard_service
from trimtab.adoption.guard_changes import changed_attributes
from trimtab.adoption.guard_creation import reason_of_creation
from trimtab.adoption.guard_facts.load import Effect, facts
from trimtab.adoption.guard_links import Links
from trimtab.adoption.guard_model import FOLLOWS, Assessment, Deed, Finding, Reason, Verdict, gravest
from trimtab.adoption.guard_rules import advice_of, merged, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trimtab.adoption.guard_facts.load import Facts
    from trimtab.adoption.guard_model import Changed
    from trimtab.adoption.plan import Change, Plan

PARTIAL = "This plan is partial (-target, or changes that are deferred): what it leaves out is not judged."
_NO_FACTS = "Trimtab knows nothing of this type."
_ELSEWHERE = (
    "Nothing here uses what it belongs to; something outside this state might, and AWS does not refuse."
)
_WHY = {
    "replace_because_tainted": "It is marked as tainted: an earlier apply left it half made.",
    "replace_by_request": "Replaced because -replace asks for it.",
    "replace_by_triggers": "Replaced because replace_triggered_by asks for it.",
    "delete_because_no_resource_config": "It is no longer in the configuration.",
    "delete_because_no_module": "Its module is no longer in the configuration.",
    "delete_because_no_move_target": "It was moved to an address that is not in the configuration.",
    "delete_because_wrong_repetition": "It has gained or lost count or for_each: a moved block keeps it.",
    "delete_because_count_index": "Its count is lower now.",
    "delete_because_each_key": "Its key is no longer in for_each.",
}
"""What Terraform gives as reason, beyond the attributes ("JSON output format", action_reason)."""


def judge(plan: Plan) -> Assessment:
    """Return what the plan does to the fleet."""
    links = Links(plan)
    judge_one = _Judge(links, facts(), {drift.address: drift for drift in plan.drift})
    findings = [judge_one.finding(change) for change in plan.changes if _is_touched(change)]
    findings += [_deferred(one.change, one.reason) for one in plan.deferred if one.change.mode == "managed"]
    return Assessment(
        findings=tuple(findings),
        outputs_changed=plan.outputs_changed,
        drifted=tuple(
            drift.address
            for drift in plan.drift
            if drift.actions == ("delete",) or changed_attributes(drift, show=False)
        ),
        cautions=() if plan.complete else (PARTIAL,),
        engine_version=plan.engine_version,
    )


def _is_touched(change: Change) -> bool:
    moved = change.previous_address is not None
    return change.mode == "managed" and (change.is_change or change.importing is not None or moved)


def _deferred(change: Change, reason: str) -> Finding:
    text = f"Deferred ({reason or 'no reason given'}): it can be planned only after this plan is applied."
    return _finding(change, Deed.DEFERRED, (Reason(verdict=Verdict.UNKNOWN, text=text),))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """What is said besides the reasons; see ``Finding``."""

    cautions: Iterable[str] = ()
    advice: Iterable[str] = ()
    notes: Iterable[str] = ()


def _finding(change: Change, deed: Deed, reasons: Iterable[Reason], beside: _Beside | None = None) -> Finding:
    beside = beside or _Beside()
    said = merged(reasons)
    return Finding(
        address=change.address,
        type=change.type,
        name=change.name,
        index=change.index,
        module=change.module,
        deed=deed,
        imported=change.importing is not None,
        verdict=gravest(tuple(reason.verdict for reason in said)),
        reasons=said,
        cautions=tuple(dict.fromkeys(beside.cautions)),
        advice=tuple(dict.fromkeys(beside.advice)),
        notes=tuple(dict.fromkeys(beside.notes)),
    )


def deed_of(change: Change) -> Deed:
    """Return what is done to it."""
    actions = set(change.actions)
    if {"create", "delete"} <= actions:
        return Deed.REPLACE_CREATE_FIRST if change.actions[0] == "create" else Deed.REPLACE
    if {"create", "forget"} <= actions:
        return Deed.FORGET_AND_CREATE
    single: dict[str, Deed] = {
        "create": Deed.CREATE,
        "update": Deed.UPDATE,
        "delete": Deed.DESTROY,
        "forget": Deed.FORGET,
    }
    for action in change.actions:
        if action in single:
            return single[action]
    return Deed.IMPORT if change.importing is not None else Deed.MOVE


class _Judge:
    """One plan's judge: the links, the facts, and what was changed outside Terraform."""

    def __init__(self, links: Links, known: Mapping[str, Facts], drift: Mapping[str, Change]) -> None:
        self._links, self._facts, self._drift = links, known, drift

    def finding(self, change: Change) -> Finding:
        """Judge one change."""
        deed = deed_of(change)
        match deed:
            case Deed.UPDATE:
                return self._update(change)
            case Deed.DESTROY:
                return self._destroy(change)
            case Deed.REPLACE | Deed.REPLACE_CREATE_FIRST:
                return self._replace(change, deed)
            case Deed.CREATE:
                return self._create(change)
            case _:
                return _finding(change, deed, (_kept(deed),))

    def _create(self, change: Change) -> Finding:
        reason = reason_of_creation(change, self._facts.get(change.type), self._links)
        drift = self._drift.get(change.address)
        gone = drift is not None and drift.actions == ("delete",)
        cautions = ["It was deleted outside Terraform, and is made again."] if gone else []
        return _finding(change, Deed.CREATE, (reason,), _Beside(cautions=cautions))

    def _update(self, change: Change) -> Finding:
        known = self._facts.get(change.type)
        attributes = changed_attributes(change, show=known is not None)
        judged = [self._in_place(one, change, known) for one in attributes]
        reasons = [reason for reason, _ in judged]
        cautions = [caution for _, caution in judged if caution]
        if change.type == "aws_ecs_service":
            reasons += guard_service.reasons_of_update(attributes, change)
            if any(reason.verdict is Verdict.REDEPLOYS for reason in reasons):
                reasons += guard_service.reasons_of_deployment(change)
                cautions += guard_service.cautions_of_deployment(change)
        if not attributes:
            reasons.append(Reason(verdict=Verdict.SAFE, text="Nothing but how Terraform keeps it."))
        cautions += self._undone(change, attributes)
        beside = _Beside(cautions=cautions, notes=self._because(change, attributes))
        return _finding(change, Deed.UPDATE, reasons, beside)

    def _in_place(self, changed: Changed, change: Change, known: Facts | None) -> tuple[Reason, str]:
        reason, caution = reason_of(changed, change, known)
        if change.type == "aws_appautoscaling_target" and changed.path == "max_capacity":
            better = guard_service.reason_of_lowered_maximum(change, self._links, changed)
            return (better if better and reason.verdict is Verdict.UNKNOWN else reason), caution
        return reason, caution

    def _undone(self, change: Change, attributes: Iterable[Changed]) -> list[str]:
        """Say which values somebody else set that this plan sets back."""
        drift = self._drift.get(change.address)
        if drift is None:
            return []
        elsewhere = {one.path for one in changed_attributes(drift, show=False)}
        both = sorted(elsewhere & {one.path for one in attributes} - {"tags_all"})
        return [f"Changed outside Terraform, and set back by this plan: {', '.join(both)}."] if both else []

    def _destroy(self, change: Change) -> Finding:
        known = self._facts.get(change.type)
        reasons = [self._loss(change, known, known.destroy if known else None)]
        reasons += self._unsaid(change, reasons[0])
        cautions: tuple[str, ...] = ()
        if change.type == "aws_ecs_task_definition":
            cautions = guard_service.cautions_of_revision(change, self._links)
        return _finding(change, Deed.DESTROY, reasons, _Beside(cautions=cautions, notes=_told(change)))

    def _replace(self, change: Change, deed: Deed) -> Finding:
        known = self._facts.get(change.type)
        attributes = changed_attributes(change, show=known is not None)
        forcing = tuple(one for one in attributes if one.forces_replacement)
        effect = (known.replace or known.destroy) if known else None
        loss = self._loss(change, known, effect, deed)
        reasons = [Reason(verdict=loss.verdict, text=loss.text, attributes=forcing)]
        reasons += self._unsaid(change, loss)
        if deed is Deed.REPLACE_CREATE_FIRST and known:
            reasons += _twice(change, known)
        cautions: tuple[str, ...] = ()
        if change.type == "aws_ecs_task_definition":
            shown = tuple(one for one in attributes if not one.after_apply)
            reasons = [Reason(verdict=loss.verdict, text=loss.text, attributes=shown)]
            cautions = guard_service.cautions_of_revision(change, self._links)
        advice = advice_of(forcing, change, known) if known and loss.verdict is not Verdict.SAFE else ()
        notes = (*_told(change), *self._because(change, forcing))
        return _finding(change, deed, reasons, _Beside(cautions=cautions, advice=advice, notes=notes))

    def _loss(
        self, change: Change, known: Facts | None, effect: Effect | None, deed: Deed = Deed.DESTROY
    ) -> Reason:
        """Return what it means that the thing goes."""
        if known is None or effect is None:
            return Reason(verdict=Verdict.UNKNOWN, text=f"{_NO_FACTS} Look at what it carries or holds.")
        values = change.before or {}
        if known.kept_by and values.get(known.kept_by) is True:
            return Reason(verdict=Verdict.SAFE, text=f"It stays in AWS: {known.kept_by} is true.")
        if change.type == "aws_appautoscaling_policy" and guard_service.still_scaled(change, self._links):
            return Reason(verdict=Verdict.SAFE, text="Other policies of this plan scale the service.")
        free = self._unused(change, known)
        if free and not (known.forced_by and values.get(known.forced_by) is True):
            return Reason(verdict=free.verdict, text=free.why)
        first = deed is Deed.REPLACE_CREATE_FIRST and effect.why_create_first
        return Reason(verdict=effect.verdict, text=first or effect.why)

    def _unused(self, change: Change, known: Facts) -> Effect | None:
        """Return what it means to lose it where nothing uses it, or nothing where something does."""
        if known.carrier:
            bearer = self._links.carrier(change, known.carrier)
            effect = self._unused(bearer, self._facts[bearer.type]) if bearer else None
            if bearer and effect and effect.verdict is Verdict.SAFE and "delete" not in bearer.actions:
                # That AWS refuses to delete what is in use protects the whole, not a part of it.
                return Effect(verdict=Verdict.UNKNOWN, why=_ELSEWHERE)
            return effect
        return None if self._links.users(change, known) else known.unused

    def _unsaid(self, change: Change, loss: Reason) -> tuple[Reason, ...]:
        """Return what goes with it that the plan does not say."""
        if loss.verdict is not Verdict.INTERRUPTS:
            return ()
        if change.type == "aws_ecs_service":
            return guard_service.reasons_of_lost_service(change, self._links)
        if change.type == "aws_appautoscaling_target":
            return guard_service.reasons_of_lost_target(change, self._links)
        return ()

    def _because(self, change: Change, attributes: Iterable[Changed]) -> list[str]:
        """Say which replacement or destruction this change follows from."""
        causes = [cause.address for one in attributes for cause in self._links.causes(change, one.path)]
        return [f"{FOLLOWS} {cause}" for cause in dict.fromkeys(causes)]


def _kept(deed: Deed) -> Reason:
    match deed:
        case Deed.IMPORT:
            return Reason(verdict=Verdict.SAFE, text="Taken over as it is.")
        case Deed.MOVE:
            return Reason(verdict=Verdict.SAFE, text="Only its address changes.")
        case Deed.FORGET:
            return Reason(verdict=Verdict.SAFE, text="It stays in AWS; Terraform lets go of it.")
        case _:
            text = "A new one is made beside the old one, which stays in AWS on its own."
            return Reason(verdict=Verdict.UNKNOWN, text=text)


def _told(change: Change) -> list[str]:
    """Return what Terraform itself gives as reason."""
    said = _WHY.get(change.action_reason)
    return [said] if said else []


def _twice(change: Change, known: Facts) -> list[Reason]:
    """Say where the new thing cannot be made beside the old one."""
    before, after = change.before or {}, change.after or {}
    same = known.unique and all(
        before.get(name) and before.get(name) == after.get(name) for name in known.unique
    )
    if not same:
        return []
    text = f"AWS refuses a second one with the same {' and '.join(known.unique)}: the apply stops there."
    return [Reason(verdict=Verdict.INTERRUPTS, text=text)]
