"""What it means that a thing goes, for good or to be made again: the facts, held against who uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.guard.model import Deed, Impact, Reason
from trimtab.guard.rules import alarms as guard_alarms
from trimtab.guard.rules import scaling as guard_scaling
from trimtab.guard.rules import service as guard_service
from trimtab.guard.rules.said import by_fact, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimtab.engine.plan import Change
    from trimtab.guard.facts.model import Facts
    from trimtab.guard.links import Links
    from trimtab.guard.names import Names

_NO_FACTS = "lost-without-fact"
_ELSEWHERE = "lost-part-of-unused"
PROVISIONED = "lost-with-provisioner"
KEPT, REFUSED, OVER = "lost-but-kept", "replaced-refused-twice", "replaced-written-over"
TWIN = "lost-beside-its-twin"


class Losses:
    """What a plan loses."""

    def __init__(self, links: Links, known: Mapping[str, Facts], names: Names) -> None:
        self._links, self._facts, self._names = links, known, names

    def reasons(self, change: Change, deed: Deed) -> tuple[list[Reason], tuple[str, ...]]:
        """Return what follows from its end, the end itself first, and cautions."""
        known = self._facts.get(change.type)
        loss, cautions = self._loss(change, known, deed)
        reasons = [loss, *self._unsaid(change, loss)]
        if self._links.configured.provisions(change):
            reasons.append(said(PROVISIONED))
        if change.type in guard_alarms.ALARMS:
            reasons += guard_alarms.reasons_of_alarm(change, self._links)
        if change.type == guard_scaling.POLICY and deed is not Deed.DESTROY:
            reasons += filter(None, [guard_scaling.reason_of_replaced_policy(change, self._links)])
        if change.type == "aws_ecs_task_definition" and known:
            reasons += guard_service.reasons_of_revision(change, self._links, known)
            cautions += guard_service.cautions_of_revision(change, self._links)
        if known and deed is Deed.REPLACE_CREATE_FIRST:
            reasons += _twice(change, known)
        twin = self._names.twin(change)
        if twin and known and known.written_over and deed is Deed.DESTROY:
            reasons.append(said(TWIN, twin.address))
        return reasons, cautions

    def _loss(self, change: Change, known: Facts | None, deed: Deed) -> tuple[Reason, tuple[str, ...]]:
        """Return what it means that the thing goes."""
        effect = (
            (known.destroy if deed is Deed.DESTROY else known.replace or known.destroy) if known else None
        )
        if known is None or effect is None:
            return said(_NO_FACTS), ()
        if change.type == guard_scaling.POLICY and (deed is Deed.DESTROY or guard_scaling.moves(change)):
            left = guard_scaling.reason_of_lost_policy(change, self._links)
            return left or (by_fact(known.destroy), ())
        harmless = self._harmless(change, known, deed)
        first = deed is Deed.REPLACE_CREATE_FIRST and effect.why_create_first
        return harmless or by_fact(effect, text=first or effect.why), ()

    def _harmless(self, change: Change, known: Facts, deed: Deed) -> Reason | None:
        """Return why its end is not what an end is by itself, or nothing."""
        values = change.before or {}
        if known.kept_by and values.get(known.kept_by) is True:
            return said(KEPT, known.kept_by)
        alone = change.type == guard_scaling.ALARM and deed is Deed.DESTROY
        if alone and guard_alarms.calls_only_what_goes(change, self._links):
            return said(guard_alarms.FOLLOWS)
        free = self._unused(change, known)
        if free and not (known.forced_by and values.get(known.forced_by) is True):
            return free
        return None

    def _unused(self, change: Change, known: Facts) -> Reason | None:
        """Return what it means to lose it where nothing uses it, or nothing where something does."""
        if known.carrier:
            bearer = self._links.carrier(change, known.carrier)
            free = self._unused(bearer, self._facts[bearer.type]) if bearer else None
            if free and free.verdict is Impact.SAFE:
                # That AWS refuses to delete what is in use protects the whole, not a part of it, which
                # goes first where both go.
                return said(_ELSEWHERE)
            return free
        unused = known.unused
        return by_fact(unused) if unused and not self._links.users(change, known) else None

    def _unsaid(self, change: Change, loss: Reason) -> tuple[Reason, ...]:
        """Return what goes with it that the plan does not say."""
        if loss.verdict is not Impact.INTERRUPTS:
            return ()
        if change.type == "aws_ecs_service":
            return guard_service.reasons_of_lost_service(change, self._links)
        if change.type == guard_scaling.TARGET:
            return guard_scaling.reasons_of_lost_target(change, self._links)
        return ()


def _twice(change: Change, known: Facts) -> list[Reason]:
    """Say where the new thing cannot be made beside the old one, or goes with it."""
    if _is_same(change, known.unique):
        return [said(REFUSED, " and ".join(known.unique))]
    if _is_same(change, known.written_over):
        return [said(OVER)]
    return []


def _is_same(change: Change, names: tuple[str, ...]) -> bool:
    before, after = change.before or {}, change.after or {}
    return bool(names) and all(before.get(name) and before.get(name) == after.get(name) for name in names)
