"""Which values the guard shows, and which it must not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from guard.made import TARGET, assess, change, only, service

from trimtab.report.guard import json as guard_json
from trimtab.report.guard import markdown as guard_markdown
from trimtab.report.guard import terminal as guard_terminal
from trimtab.report.guard.data import guard_report_of

if TYPE_CHECKING:
    from trimtab.guard.model import Changed

SECRET = "hunter2"  # noqa: S105 - what must not appear


def changed(kind: str, before: dict[str, Any], after: dict[str, Any], **rest: Any) -> dict[str, Changed]:
    finding = only(change(f"{kind}.a", rest.pop("action", "update"), before, after, **rest))
    return {one.path: one for one in finding.attributes}


def test_a_short_plain_value_is_shown_before_and_after() -> None:
    one = changed("aws_appautoscaling_target", {"min_capacity": 1}, {"min_capacity": 2})["min_capacity"]
    assert (one.before, one.after) == ("1", "2")


def test_a_sensitive_value_is_not_shown_wherever_the_mark_is() -> None:
    for mark in ({"name": True}, True):
        one = changed("aws_ecs_service", {"name": SECRET}, {"name": "b"}, sensitive=mark)["name"]
        assert one.sensitive
        assert not one.shown
    for side in ("before_sensitive", "after_sensitive"):
        half = change("aws_ecs_service.a", "update", {"name": SECRET}, {"name": "b"})
        half["change"][side] = {"name": True}
        assert not only(half).attributes[0].shown
    inner = changed(
        "aws_ecs_service",
        {"load_balancer": [{"container_name": SECRET}]},
        {"load_balancer": [{"container_name": "b"}]},
        sensitive={"load_balancer": [{"container_name": True}]},
    )
    assert inner["load_balancer.container_name"].sensitive
    assert not inner["load_balancer.container_name"].shown


def test_a_list_with_one_sensitive_element_is_not_shown_at_all() -> None:
    one = changed("aws_ecs_service", {"x": ["a"]}, {"x": ["a", SECRET]}, sensitive={"x": [False, True]})["x"]
    assert one.sensitive
    assert not one.shown


def test_of_a_type_without_facts_no_value_is_shown() -> None:
    one = changed("aws_something_else", {"password": SECRET}, {"password": "b"})["password"]
    assert not one.shown


def containers(**rest: Any) -> dict[str, str]:
    app = {"name": "app", "image": "app:1", "cpu": 256, "environment": [], **rest}
    return {"container_definitions": json.dumps([app])}


def revised(before: dict[str, str], after: dict[str, str], **rest: Any) -> dict[str, Changed]:
    return changed(
        "aws_ecs_task_definition", before, after, action="replace", forced=("container_definitions",), **rest
    )


def test_of_container_definitions_the_places_are_named_and_environment_values_never_shown() -> None:
    found = revised(
        containers(),
        containers(
            image="app:2", cpu=512, environment=[{"name": "PASSWORD", "value": SECRET}], command=[SECRET]
        ),
    )
    assert set(found) == {
        "container_definitions.app.image",
        "container_definitions.app.cpu",
        "container_definitions.app.environment",
        "container_definitions.app.command",
    }
    assert (found["container_definitions.app.image"].after, found["container_definitions.app.cpu"].after) == (
        "app:2",
        "512",
    )
    assert SECRET not in repr(found)
    one = revised(
        containers(environment=[{"name": "A", "value": "1"}, {"name": "PASSWORD", "value": SECRET}]),
        containers(environment=[{"name": "PASSWORD", "value": "x"}, {"name": "A", "value": "1"}]),
    )
    assert set(one) == {"container_definitions.app.environment.PASSWORD"}
    assert SECRET not in repr(one)


def shown(*changes: dict[str, Any], **rest: Any) -> str:
    assessment = assess(*changes, **rest)
    report = guard_report_of(assessment, "plan.json")
    forms = guard_terminal.as_text(report), guard_markdown.render(report)
    return "".join((*forms, guard_json.render(assessment, "plan.json")))


@pytest.mark.parametrize(
    "leak",
    [
        change("aws_ecs_service.a", "update", {"platform_version": SECRET}, {"platform_version": "x"}),
        change("aws_ecs_service.a", "replace", {"name": f"a-{SECRET}"}, {"name": "b"}, forced=("name",)),
        change("aws_security_group.a", "update", {"ingress": ["a"]}, {"ingress": ["a", SECRET]}),
    ],
)
def test_a_value_that_is_marked_anywhere_is_shown_nowhere(leak: dict[str, Any]) -> None:
    assert SECRET in shown(leak)  # else the end of this test shows nothing
    marked = change("aws_db_instance.a", "none", {"password": SECRET}, sensitive={"password": True})
    assert SECRET not in shown(leak, marked)
    given = {"variables": {"p": {"value": SECRET}}, "configuration": {"root_module": {"variables": {}}}}
    assert SECRET in shown(leak, **given)
    given["configuration"]["root_module"]["variables"] = {"p": {"sensitive": True}}
    assert SECRET not in shown(leak, **given)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("aws_db_instance", "password"),
        ("aws_ssm_parameter", "value"),
        ("aws_cloudwatch_event_target", "input"),
        ("aws_lb_listener", "client_secret"),
        ("aws_iam_role_policy", "policy"),
        ("aws_ecs_task_definition", "container_definitions"),
    ],
)
def test_what_is_often_a_secret_is_not_shown_without_the_mark_either(kind: str, name: str) -> None:
    twice = f'{{"a": "{SECRET}", "a": 1}}' if name in {"policy", "container_definitions"} else SECRET
    for action, forced in (("update", ()), ("replace", (name,))):
        assert SECRET not in shown(change(f"{kind}.a", action, {name: twice}, {name: "x"}, forced=forced))


def test_a_number_in_an_environment_is_not_shown() -> None:
    found = revised(
        containers(environment=[{"name": "PIN", "value": 4711}], memory=512),
        containers(environment=[{"name": "PIN", "value": 4712}], memory=1024),
    )
    assert not found["container_definitions.app.environment.PIN"].shown
    assert found["container_definitions.app.memory"].before == "512"


def test_a_count_that_is_marked_is_in_no_sentence() -> None:
    running = change(
        "aws_ecs_service.a", "none", service(desired_count=4711), sensitive={"desired_count": True}
    )
    lowered = change("aws_appautoscaling_target.a", "update", TARGET, {"max_capacity": 5})
    found = shown(lowered, running)
    assert "4711" not in found
    assert "stopped at once" in found


def test_a_document_that_is_sensitive_is_not_even_looked_into() -> None:
    found = revised(containers(), containers(image="app:2"), sensitive={"container_definitions": True})
    assert set(found) == {"container_definitions"}
    assert found["container_definitions"].sensitive


def test_a_document_that_only_looks_different_is_no_change() -> None:
    spaced = json.dumps(json.loads(containers()["container_definitions"]), indent=4)
    finding = only(
        change(
            "aws_iam_role_policy.a",
            "update",
            {"policy": containers()["container_definitions"]},
            {"policy": spaced},
        )
    )
    assert finding.attributes == ()


def test_what_an_import_does_not_read_is_no_change() -> None:
    before = {"wait_for_steady_state": None, "tags": None, "triggers": {}, "name": "a"}
    after = {"wait_for_steady_state": False, "tags": {}, "triggers": None, "name": "b"}
    assert set(changed("aws_ecs_service", before, after)) == {"name"}


def test_an_attribute_that_forces_comes_first_even_where_its_values_do_not_differ() -> None:
    found = changed(
        "aws_ecs_service",
        {"name": "a", "cluster": "c"},
        {"name": "b"},
        forced=("cluster",),
        action="replace",
    )
    assert [one.forces_replacement for one in found.values()] == [True]
    assert list(found) == ["cluster"]


def test_a_long_list_is_shown_as_what_it_gains_and_loses() -> None:
    many = [f"subnet-{number:017d}" for number in range(4)]
    before = {"network_configuration": [{"subnets": many}]}
    after = {"network_configuration": [{"subnets": [*many[1:], "subnet-new"]}]}
    one = changed("aws_ecs_service", before, after)["network_configuration.subnets"]
    assert one.delta == f"+ subnet-new, - {many[0]}"


def test_a_long_arn_is_shown_by_its_end_and_other_long_values_not() -> None:
    arn = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/api/0123456789abcdef"
    one = changed("aws_ecs_service", {"x": arn}, {"x": "y"})["x"]
    assert one.before == "...targetgroup/api/0123456789abcdef"
    assert not changed("aws_ecs_service", {"x": "long " * 20}, {"x": "y"})["x"].shown
