"""Whatever a plan holds: it is judged, nothing is left out, and nothing sensitive is shown."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from amount import some
from trimtab.engine.plan import parse_plan
from trimtab.guard.facts.load import facts
from trimtab.guard.judge import judge
from trimtab.report.guard import json as guard_json
from trimtab.report.guard import markdown as guard_markdown
from trimtab.report.guard import terminal as guard_terminal
from trimtab.report.guard.data import guard_report_of

SECRET = "hunter2"  # noqa: S105 - what must not appear
KNOWN = facts()
ATTRIBUTES = sorted({name for known in KNOWN.values() for rule in known.in_place for name in rule.attributes})
NAMES = st.sampled_from(
    sorted(
        {part for name in ATTRIBUTES for part in name.split(".")} | {"arn", "id", "name", "cluster", "family"}
    )
)
PLAIN = st.none() | st.booleans() | st.integers(-5, 5000) | st.text(max_size=12) | st.just('[{"name": "a"}]')
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=6)
ACTIONS = st.sampled_from(
    [["create"], ["update"], ["delete"], ["delete", "create"], ["create", "delete"], ["forget"], ["no-op"]]
)


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from([*KNOWN, "aws_unheard_of", "null_resource"]))
    actions = draw(ACTIONS)
    return {
        "address": f"{kind}.{draw(st.sampled_from('abc'))}[{draw(st.integers(0, 3))}]",
        "mode": "managed",
        "type": kind,
        "name": "a",
        "change": {
            "actions": actions,
            "before": None if actions == ["create"] else draw(OBJECTS),
            "after": None if actions == ["delete"] else draw(OBJECTS),
            "after_unknown": draw(st.dictionaries(NAMES, st.just(value=True), max_size=2)),
            "replace_paths": draw(st.lists(st.lists(NAMES | st.just(0), min_size=1, max_size=2), max_size=2)),
        },
    }


def shown(document: dict[str, Any]) -> str:
    assessment = judge(parse_plan(json.dumps({"format_version": "1.2", **document})))
    report = guard_report_of(assessment, "plan.json")
    return "".join(
        (
            guard_terminal.as_text(report),
            guard_markdown.render(report),
            guard_json.render(assessment, "plan.json"),
        )
    )


def rule(**values: Any) -> list[dict[str, Any]]:
    """A listener rule that is made of whatever: no schema holds a plan's values to their shapes."""
    change = {"actions": ["create"], "before": None, "after": values, "after_unknown": {}}
    kind = "aws_lb_listener_rule"
    return [{"address": f"{kind}.a", "mode": "managed", "type": kind, "name": "a", "change": change}]


@settings(max_examples=some(60), deadline=None)
@given(st.lists(changes(), max_size=5))
@example(rule(action=1))
@example(rule(action=[1], condition="x"))
@example(rule(action=[{"type": "redirect"}], condition=[{"path_pattern": [{"values": [[], {}]}]}]))
def test_any_plan_is_judged_and_every_change_has_its_finding(made: list[dict[str, Any]]) -> None:
    plan = parse_plan(json.dumps({"format_version": "1.2", "resource_changes": made}))
    touched = [one["address"] for one in made if one["change"]["actions"] != ["no-op"]]
    assessment = judge(plan)
    assert [finding.address for finding in assessment.findings] == touched
    assert all(finding.reasons for finding in assessment.findings)
    shown({"resource_changes": made, "resource_drift": made})


@settings(max_examples=some(60), deadline=None)
@given(st.lists(changes(), min_size=2, max_size=4), st.lists(st.booleans(), min_size=20, max_size=40))
def test_what_is_marked_as_sensitive_once_is_shown_nowhere(
    made: list[dict[str, Any]], places: list[bool]
) -> None:
    for one in made:
        for side in ("before", "after"):
            one["change"][side] = one["change"][side] and with_secrets(one["change"][side], places)
    marks = {"address": "aws_x.y", "mode": "managed", "type": "aws_x", "name": "y"}
    made.append(
        marks | {"change": {"actions": ["no-op"], "after": {"z": SECRET}, "after_sensitive": {"z": True}}}
    )
    assert SECRET not in shown({"resource_changes": made})


def marked(tree: Any) -> Any:
    """Return the marks of a tree: true where the secret is."""
    if isinstance(tree, dict):
        return {key: marked(inner) for key, inner in tree.items() if marked(inner)}
    if isinstance(tree, list):
        return [marked(inner) for inner in tree]
    return isinstance(tree, str) and SECRET in tree


def with_secrets(tree: Any, places: list[bool]) -> Any:
    """Put the secret in some of the places where a value is."""
    if isinstance(tree, dict):
        return {key: with_secrets(inner, places) for key, inner in tree.items()}
    if isinstance(tree, list):
        return [with_secrets(inner, places) for inner in tree]
    return SECRET if places and places.pop() else tree


@settings(max_examples=some(60), deadline=None)
@given(st.lists(changes(), min_size=1, max_size=3), st.lists(st.booleans(), min_size=20, max_size=40))
def test_nothing_marked_as_sensitive_is_ever_shown(made: list[dict[str, Any]], places: list[bool]) -> None:
    for one in made:
        for side in ("before", "after"):
            values = one["change"][side] and with_secrets(one["change"][side], places)
            one["change"] |= {side: values, f"{side}_sensitive": marked(values or {})}
    assert SECRET not in shown({"resource_changes": made, "resource_drift": made})
