"""What follows from an attribute that changes in place: the facts, held against the values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimtab.guard.documents import document
from trimtab.guard.facts.model import COMMON
from trimtab.guard.model import Impact, Reason
from trimtab.guard.read import listed, number
from trimtab.guard.rules import steps as guard_steps
from trimtab.guard.rules.said import by_fact, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from trimtab.engine.plan import Change
    from trimtab.guard.facts.model import Facts, InPlace, When
    from trimtab.guard.model import Changed

NO_FACTS = "attribute-without-fact"
DEFAULT = "attribute-default-written-out"
NO_VALUE = "attribute-value-after-apply"


def reason_of(changed: Changed, change: Change, known: Facts | None) -> tuple[Reason, str]:
    """Return what follows from one attribute, and a caution or nothing."""
    if known and _is_default(changed, change, known):
        return said(DEFAULT, attributes=(changed,)), ""
    possible = [
        rule
        for rule in (*COMMON, *(known.in_place if known else ()))
        if (name := _covering(rule.attributes, changed.path))
        and _may_hold(rule, name, changed, change, known)
    ]
    if not possible:
        return said(NO_FACTS, attributes=(changed,)), ""
    if changed.after_apply and len({rule.verdict for rule in possible}) > 1:
        return said(NO_VALUE, attributes=(changed,)), ""
    rule = possible[0]
    return by_fact(rule, attributes=(changed,)), rule.caution


def merged(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Say what is the same once, with all its attributes; the gravest first."""
    gravest: dict[tuple[Impact, str, str], Reason] = {}
    for reason in reasons:
        key = (reason.verdict, reason.text, reason.fact)
        before = gravest[key].attributes if key in gravest else ()
        gravest[key] = Reason(
            verdict=reason.verdict,
            text=reason.text,
            fact=reason.fact,
            attributes=tuple(dict.fromkeys((*before, *reason.attributes))),
        )
    return tuple(sorted(gravest.values(), key=lambda reason: -reason.verdict.gravity))


def advice_of(attributes: Sequence[Changed], change: Change, known: Facts) -> tuple[str, ...]:
    """Return what to do so that these attributes force no replacement."""
    same = [_same_thing(one.path, change) for one in attributes]
    if any(same):
        return tuple(dict.fromkeys(filter(None, same)))
    return tuple(
        keep.advice for keep in known.keep if any(_covers(keep.attributes, one.path) for one in attributes)
    )


def _same_thing(path: str, change: Change) -> str:
    """Tell an ARN written as a name, or the reverse: the same thing, yet it replaces."""
    before, after = value_at(change.before, path), value_at(change.after, path)
    if not (isinstance(before, str) and isinstance(after, str)):
        return ""
    for arn, name, kept in ((before, after, "an ARN"), (after, before, "a name")):
        if arn.startswith("arn:") and name and arn.rsplit("/", maxsplit=1)[-1] == name:
            return f"Both name the same {path}: write it as {kept}, as it is now, and nothing is replaced."
    return ""


def _covers(attributes: Sequence[str], path: str) -> bool:
    return bool(_covering(attributes, path))


def _covering(attributes: Sequence[str], path: str) -> str:
    """Return the attribute that a path lies in, or nothing."""
    return next((name for name in attributes if path == name or path.startswith(f"{name}.")), "")


def _is_default(changed: Changed, change: Change, known: Facts) -> bool:
    """Tell whether nothing was set, and now AWS's own default is."""
    unset = value_at(change.before, changed.path) in (None, "") and not changed.after_apply
    return (
        unset
        and changed.path in known.defaults
        and (value_at(change.after, changed.path) == known.defaults[changed.path])
    )


def _may_hold(rule: InPlace, attribute: str, changed: Changed, change: Change, known: Facts | None) -> bool:
    """Hold the rule's condition against the attribute it names, of which the path may be a part."""
    unset = known.defaults.get(attribute) if known else None
    before, after = (
        unset if (value := value_at(values, attribute)) in (None, "") else value
        for values in (change.before, change.after)
    )
    if changed.after_apply:
        # Any condition on what is not known may hold; but what has elements is not empty, what has every
        # old one lost none, and what is known only after the apply names something new.
        if rule.when == "removed" and isinstance(after, list) and before and not _removed(before, after):
            return False
        return not (rule.when in {"emptied", "fewer"} and after) and rule.when not in {
            "redirected",
            "turned_off",
        }
    return _CONDITIONS[rule.when](before, after)


def value_at(values: Mapping[str, Any] | None, path: str) -> Any:  # noqa: ANN401 - any JSON
    """Return what lies at a dotted path, stepping into single blocks."""
    value: Any = values
    for step in path.split("."):
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if not isinstance(value, dict):
            # Inside a document in a string: the condition is about the whole of it.
            return value
        value = value.get(step)
    return value


def _lowered(before: object, after: object) -> bool:
    was, now = number(before), number(after)
    return was is not None and now is not None and now < was


def _shortened(before: object, after: object) -> bool:
    """Days of retention, where 0 and nothing mean for ever."""
    return bool(after) and (not before or _lowered(before, after))


def _removed(before: object, after: object) -> bool:
    """Tell whether an element is gone, and no other lets through all that it did."""
    old, new = (value if isinstance(value, list) else [] for value in (before, after))
    return not all(any(_covers_element(other, one) for other in new) for one in old)


def _covers_element(new: object, old: object) -> bool:
    """Tell whether an element is an old one, or more: of a rule, with more addresses or ports."""
    if not isinstance(new, dict) or not isinstance(old, dict):
        return new == old
    names = (new.keys() | old.keys()) - {"description"}
    return all(_is_as_much(name, new.get(name), old.get(name)) for name in names)


def _is_as_much(name: str, new: Any, old: Any) -> bool:  # noqa: ANN401 - any JSON
    if name in {"cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups"}:
        return all(one in listed(new) for one in listed(old))
    if name in {"from_port", "to_port"} and isinstance(new, int) and isinstance(old, int):
        return new <= old if name == "from_port" else new >= old
    return bool(new == old)


def _widened(before: object, after: object) -> bool:
    """Tell whether a policy keeps every statement, or a wider one, and gains only ones that allow."""
    old, new = statements(before), statements(after)
    gained = [statement for statement in new if statement not in old]
    return (
        bool(old)
        and _version(before) == _version(after)
        and all(one in new or any(_is_wider(other, one) for other in gained) for one in old)
        and all(one.get("Effect") == "Allow" for one in gained)
    )


def _is_wider(statement: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell an allowance of the same and of further actions or resources."""
    wide = ("Action", "Resource")
    rest, others = (
        {key: value for key, value in one.items() if key not in {*wide, "Sid"}} for one in (statement, other)
    )
    return rest == others and all(_listed(statement.get(key)) >= _listed(other.get(key)) for key in wide)


def _listed(value: object) -> set[str]:
    return {str(one) for one in value} if isinstance(value, list) else {str(value)} if value else set()


def _version(policy: object) -> str:
    """Return the policy language; without one, IAM takes the older, which has no variables."""
    found = document(policy)
    return str(found.get("Version") or "2008-10-17") if isinstance(found, dict) else ""


def statements(policy: object) -> list[dict[str, Any]]:
    """Return the statements of a policy document; none where it is not one, or says something twice."""
    parsed = document(policy)
    listed = parsed.get("Statement") if isinstance(parsed, dict) else None
    listed = [listed] if isinstance(listed, dict) else listed
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _is_fewer(before: object, after: object) -> bool:
    """Tell a list of blocks that lost one; which of those that stay is which, does not matter."""
    return isinstance(before, list) and len(before) > len(after if isinstance(after, list) else ())


def _is_redirected(before: object, after: object) -> bool:
    return bool(before) and before != after


_CONDITIONS: dict[When, Callable[[object, object], bool]] = {
    "always": lambda _before, _after: True,
    "emptied": lambda before, after: bool(before) and not after,
    "fewer": _is_fewer,
    "lowered": _lowered,
    "raised": lambda before, after: _lowered(after, before),
    "redirected": _is_redirected,
    "removed": _removed,
    "shortened": _shortened,
    "steps_counted_otherwise": guard_steps.counts_otherwise,
    "steps_delayed": guard_steps.delayed,
    "steps_stilled": guard_steps.stilled,
    "steps_take_all": lambda before, after: (
        guard_steps.takes_all(after) and not guard_steps.takes_all(before)
    ),
    "steps_turned_round": guard_steps.turned_round,
    "to_zero": lambda before, after: bool(number(before)) and number(after) == 0,
    "turned_off": lambda before, after: before not in (False, "false") and after in (False, "false"),
    "turned_on": lambda before, after: not before and after is True,
    "widened": _widened,
}
