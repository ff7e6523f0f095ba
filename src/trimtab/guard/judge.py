"""Judge every change of a plan: safe, redeploys tasks, interrupts, or not known.

That an attribute forces a replacement is the provider's to say, and the plan says it
(``replace_paths``). What a replacement, a destruction or a change in place then does to running
tasks is AWS's, and lies in ``guard/facts``. What neither tells is ``unknown``, never safe.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from trimtab.guard import advice as guard_advice
from trimtab.guard.changes import changed_attributes
from trimtab.guard.costs.change import costs_of
from trimtab.guard.facts.load import facts
from trimtab.guard.links import Links
from trimtab.guard.model import FOLLOWS, Assessment, Deed, Finding, Impact, Reason, gravest
from trimtab.guard.names import Names
from trimtab.guard.rules import alarms as guard_alarms
from trimtab.guard.rules import scaling as guard_scaling
from trimtab.guard.rules import service as guard_service
from trimtab.guard.rules.attributes import advice_of, merged, reason_of, value_at
from trimtab.guard.rules.creation import OWN, OWN_ONLY, reasons_of_creation
from trimtab.guard.rules.loss import Losses
from trimtab.guard.rules.said import said
from trimtab.guard.rules.tags import asked_for, is_tag, reason_of_tag
from trimtab.guard.secrets import Veil
from trimtab.guard.whole_plan import cautions_of_plan, findings_of_plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trimtab.engine.plan import Change, Plan
    from trimtab.guard.facts.model import Facts
    from trimtab.guard.model import Changed

WRITTEN_OVER = "created-over-another"
SET_BACK = "drift-set-back"
UNFELT = frozenset(
    {"alarm_description", "description", "enable_ecs_managed_tags", "enable_execute_command", "force_delete"}
    | {"force_destroy", "propagate_tags", "skip_destroy", "timeouts", "wait_for_steady_state"}
)
"""Attributes that nobody sets outside because of traffic."""
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
    findings += [_deferred(one.change, one.reason) for one in plan.deferred]
    findings += findings_of_plan(plan)
    veil = Veil(plan)
    return Assessment(
        findings=tuple(map(veil.over, findings)),
        outputs_changed=plan.outputs_changed,
        drifted=veil.texts(
            drift.address
            for drift in plan.drift
            if drift.actions == ("delete",) or judge_one.attributes(drift, show=False)
        ),
        cautions=veil.texts(cautions_of_plan(plan)),
        engine_version=plan.engine_version,
        costs=tuple(dataclasses.replace(one, address=veil.text(one.address)) for one in costs_of(links)),
    )


def _is_touched(change: Change) -> bool:
    moved = change.previous_address is not None
    return change.mode == "managed" and (change.is_change or change.importing is not None or moved)


def _deferred(change: Change, reason: str) -> Finding:
    return _finding(change, Deed.DEFERRED, (said("deferred", reason or "no reason given"),))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """What is said besides the reasons; see ``Finding``."""

    cautions: Iterable[str] = ()
    advice: Iterable[str] = ()
    notes: Iterable[str] = ()


def _finding(change: Change, deed: Deed, reasons: Iterable[Reason], beside: _Beside | None = None) -> Finding:
    beside = beside or _Beside()
    together = merged(reasons)
    return Finding(
        address=change.address,
        type=change.type,
        name=change.name,
        index=change.index,
        module=change.module,
        deed=deed,
        imported=change.importing is not None,
        verdict=gravest(tuple(reason.verdict for reason in together)),
        reasons=together,
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
        self._names = Names(links, known)
        self._losses = Losses(links, known, self._names)

    def attributes(self, change: Change, *, show: bool = True) -> tuple[Changed, ...]:
        """Return what differs; values only of a type that we know."""
        known = self._facts.get(change.type)
        return changed_attributes(change, show=show and known is not None, known=known)

    def finding(self, change: Change) -> Finding:
        """Judge one change."""
        deed = deed_of(change)
        if change.type in OWN and self._links.configured.provisions(change) is False:
            return _finding(change, deed, (said(OWN_ONLY),))
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
        reasons = list(reasons_of_creation(change, self._facts.get(change.type), self._links))
        taken = self._names.overwritten(change)
        if taken:
            reasons.append(said(WRITTEN_OVER, taken.address))
        drift = self._drift.get(change.address)
        gone = drift is not None and drift.actions == ("delete",)
        cautions = ["It was deleted outside Terraform, and is made again."] if gone else []
        return _finding(change, Deed.CREATE, reasons, _Beside(cautions=cautions))

    def _update(self, change: Change) -> Finding:
        known = self._facts.get(change.type)
        attributes = self.attributes(change)
        reasons, cautions = self._in_place(change, attributes)
        if change.type == "aws_ecs_service":
            reasons += guard_service.reasons_of_update(attributes, change, self._links)
            reasons += guard_service.reasons_of_moved_tasks(change, self._links)
            if guard_service.redeploys(change) or any(one.verdict is Impact.REDEPLOYS for one in reasons):
                reasons += guard_service.reasons_of_deployment(change)
                cautions += guard_service.cautions_of_deployment(change)
        if not attributes:
            reasons.append(said("only-terraforms-own"))
        undone, back = self._undone(change, attributes)
        reasons += undone
        cautions += back
        advice = guard_advice.of_update(change, attributes, self._links) if known else ()
        beside = _Beside(cautions=cautions, advice=advice, notes=self._because(change, attributes))
        return _finding(change, Deed.UPDATE, reasons, beside)

    def _in_place(self, change: Change, attributes: Sequence[Changed]) -> tuple[list[Reason], list[str]]:
        """Return what follows from each attribute that changes in place, and from several together."""
        judged = [self._of_attribute(one, change) for one in attributes]
        reasons = [reason for reason, _ in judged]
        known = self._facts.get(change.type)
        if change.type in guard_alarms.ALARMS:
            reasons += guard_alarms.reasons_of_alarm(change, self._links)
        elif change.type == guard_scaling.TARGET:
            reasons += guard_scaling.reasons_of_bounds(change)
        elif change.type == guard_scaling.POLICY:
            reasons += guard_scaling.reasons_of_policy(change, attributes)
        elif change.type == guard_scaling.ACTION:
            reasons += guard_scaling.reasons_of_action(change, self._links)
        elif change.type == "aws_lb_target_group" and known:
            reasons += guard_service.reasons_of_group(change, self._links, known)
        return reasons, [caution for _, caution in judged if caution]

    def _of_attribute(self, changed: Changed, change: Change) -> tuple[Reason, str]:
        known = self._facts.get(change.type)
        if is_tag(changed.path):
            decides = reason_of_tag(changed, change, known, self._asked)
            if decides:
                return decides, ""
        if change.type in guard_alarms.ALARMS and guard_alarms.follows(change, changed, self._links):
            return said(guard_alarms.FOLLOWS, attributes=(changed,)), ""
        reason, caution = reason_of(changed, change, known)
        if change.type == guard_scaling.TARGET and changed.path == "max_capacity":
            better = guard_scaling.reason_of_lowered_maximum(change, self._links, changed)
            return (better if better and reason.verdict is Impact.UNKNOWN else reason), caution
        if reason.fact in guard_scaling.MANY_TAKEN:
            return guard_scaling.reason_of_rest(change, self._links, changed) or reason, caution
        return reason, caution

    @cached_property
    def _asked(self) -> frozenset[str]:
        return asked_for(self._links)

    def _undone(self, change: Change, attributes: Iterable[Changed]) -> tuple[list[Reason], list[str]]:
        """Say which values somebody else set that this plan sets back, and whether that may be felt."""
        drift = self._drift.get(change.address)
        if drift is None:
            return [], []
        # What was not set before was filled in by the provider's first look, and by nobody else.
        elsewhere = {
            one.path
            for one in self.attributes(drift, show=False)
            if one.path != "tags_all" and (is_tag(one.path) or value_at(drift.before, one.path) is not None)
        }
        both = tuple(one for one in attributes if one.path in elsewhere)
        if not both:
            return [], []
        felt = tuple(one for one in both if not (is_tag(one.path) or set(one.path.split(".")) & UNFELT))
        names = ", ".join(sorted(one.path for one in both))
        return (
            [said(SET_BACK, attributes=felt)] if felt else [],
            [f"Changed outside Terraform, and set back by this plan: {names}."],
        )

    def _destroy(self, change: Change) -> Finding:
        reasons, cautions = self._losses.reasons(change, Deed.DESTROY)
        advice = guard_advice.of_destruction(change, self._names.twin(change), self._links)
        return _finding(
            change, Deed.DESTROY, reasons, _Beside(cautions=cautions, advice=advice, notes=_told(change))
        )

    def _replace(self, change: Change, deed: Deed) -> Finding:
        known = self._facts.get(change.type)
        attributes = self.attributes(change)
        forcing = tuple(one for one in attributes if one.forces_replacement)
        reasons, cautions = self._losses.reasons(change, deed)
        revision = change.type == "aws_ecs_task_definition"
        named = tuple(one for one in attributes if not one.after_apply) if revision else forcing
        loss = reasons[0]
        reasons[0] = dataclasses.replace(loss, attributes=named)
        if loss.verdict is Impact.SAFE and known and not revision:
            rest = [one for one in attributes if known.has(one.path)]
            further, more = self._in_place(change, rest)
            reasons += [reason for reason in further if reason.verdict is not Impact.SAFE]
            cautions += tuple(more)
        advice = advice_of(forcing, change, known) if known and loss.verdict is not Impact.SAFE else ()
        notes = (*_told(change), *self._because(change, forcing))
        return _finding(change, deed, reasons, _Beside(cautions=cautions, advice=advice, notes=notes))

    def _because(self, change: Change, attributes: Iterable[Changed]) -> list[str]:
        """Say which replacement or destruction this change follows from."""
        causes = [cause.address for one in attributes for cause in self._links.causes(change, one.path)]
        return [f"{FOLLOWS} {cause}" for cause in dict.fromkeys(causes)]


def _kept(deed: Deed) -> Reason:
    match deed:
        case Deed.IMPORT:
            return said("imported")
        case Deed.MOVE:
            return said("moved")
        case Deed.FORGET:
            return said("forgotten")
        case _:
            return said("forgotten-and-made-anew")


def _told(change: Change) -> list[str]:
    """Return what Terraform itself gives as reason."""
    why = _WHY.get(change.action_reason)
    leftover = (
        ["What an earlier replacement left over (deposed), not the thing itself."] if change.deposed else []
    )
    return [*leftover, *([why] if why else [])]
