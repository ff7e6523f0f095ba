"""Tags that decide: most only split a bill, some say who is let in, what is found, or what is kept.

A tag that a policy of the same plan asks for decides surely. What policies of other states ask for, a
plan does not show: a tag that goes from a type that such policies speak of is not known to be safe.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from trimtab.guard.documents import strings
from trimtab.guard.facts.load import tag_facts
from trimtab.guard.rules.said import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trimtab.engine.plan import Change
    from trimtab.guard.facts.model import Facts
    from trimtab.guard.links import Links
    from trimtab.guard.model import Changed, Reason

ASKED = "tag-asked-for"
FOUND = "tag-things-are-found-by"
MAY_DECIDE = "tag-may-decide"
NOT_COST = "tag-of-another-provider"
UNKNOWN = "tag-after-apply"
TAGS = ("tags", "tags_all")
_CONDITION = re.compile(r"(?:resource|principal|request)tag/([^\"'\s}$]+)", re.IGNORECASE)


def is_tag(path: str) -> bool:
    """Tell whether a path lies in the tags of a thing."""
    return path.split(".", maxsplit=1)[0] in TAGS


def asked_for(links: Links) -> frozenset[str]:
    """Return the keys of tags that policies of the plan ask for, before it or after, in small letters."""
    keys = (
        key.lower()
        for change in links.everything
        if change.type.startswith("aws_")
        for tree in (change.before, change.after)
        for text in _policies(tree)
        for key in _CONDITION.findall(text)
    )
    return frozenset(keys)


def _policies(values: Mapping[str, Any] | None) -> Iterable[str]:
    """Return the documents of a thing that may hold conditions."""
    return (
        text
        for name, value in (values or {}).items()
        if "policy" in name or name in {"policies", "inline_policy", "statement"}
        for text in strings(value, keys=True)
        if "ag/" in text
    )


def reason_of_tag(
    changed: Changed, change: Change, known: Facts | None, asked: frozenset[str]
) -> Reason | None:
    """Return why a changed tag is not known to be safe, or nothing."""
    rule = _why(changed, change, known, asked)
    return said(rule, attributes=(changed,)) if rule else None


def _why(changed: Changed, change: Change, known: Facts | None, asked: frozenset[str]) -> str:
    if not change.type.startswith("aws_"):
        return NOT_COST
    attribute, _, key = changed.path.partition(".")
    decides = known is None or change.type in tag_facts().deciding_types
    was, now = ((values or {}).get(attribute) or {} for values in (change.before, change.after))
    if not isinstance(was, dict) or not isinstance(now, dict):
        return MAY_DECIDE
    if not key:
        # Of all tags together only the provider's defaults are unknown where those of the thing are not.
        settled = attribute == "tags_all" and not change.after_unknown.get("tags")
        return UNKNOWN if decides and changed.after_apply and not settled else ""
    if key.lower() in asked:
        return ASKED
    if any(part in key.lower() for part in tag_facts().deciding_keys):
        return FOUND
    gone = key not in now and not changed.after_apply
    return MAY_DECIDE if decides and key in was and (gone or not _is_for_the_bill(key)) else ""


def _is_for_the_bill(key: str) -> bool:
    return re.sub(r"[^a-z0-9]", "", key.lower()) in tag_facts().cost_keys
