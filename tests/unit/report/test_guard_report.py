"""What a reader of the guard's report sees, and in which order."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from guard.made import GROUP, assess, change, service
from guard.made import POLICY as AWS_POLICY

from trimtab.guard.model import Assessment
from trimtab.report.guard import json as guard_json
from trimtab.report.guard import markdown as guard_markdown
from trimtab.report.guard import terminal as guard_terminal
from trimtab.report.guard.data import guard_report_of

KEYS = ("accounts", "api", "auth")


def table(*changes: dict[str, Any], **rest: Any) -> str:
    return guard_terminal.as_text(guard_report_of(assess(*changes, **rest), "plan.json"))


def markdown(*changes: dict[str, Any], **rest: Any) -> str:
    return guard_markdown.render(guard_report_of(assess(*changes, **rest), "plan.json"))


def fleet(action: str, changed: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        change(
            f'module.service["{key}"].aws_ecs_service.this', action, service(name=key), changed, index=None
        )
        for key in KEYS
    ]


MIXED = (
    change("aws_ecs_service.tagged", "update", service(), {"tags": {"a": "b"}}),
    change("aws_ecs_service.rolling", "update", service(), {"platform_version": "1.4.0"}),
    change("aws_ecs_service.odd", "update", service(), {"odd": 1}),
    change("aws_ecs_service.gone", "destroy", service()),
)


def test_what_interrupts_comes_first_and_what_is_safe_last() -> None:
    for shown in (table(*MIXED), markdown(*MIXED)):
        places = [shown.index(f"aws_ecs_service.{name}") for name in ("gone", "odd", "rolling")]
        assert places == sorted(places)
        assert "aws_ecs_service.tagged" not in shown  # safe: counted by type
        assert "1 changed in place: aws_ecs_service" in shown
        assert "1 interrupts, 1 not known, 1 redeploys tasks, 1 safe" in shown


def test_the_first_line_answers() -> None:
    assert table(*MIXED).startswith("1 change would interrupt traffic or lose data.\n")
    assert table(*MIXED[:3]).startswith("Nothing is known to interrupt, but 1 change cannot be judged")
    assert table(*MIXED[:2]).startswith("Nothing interrupts. 1 change replaces running tasks")
    assert table(MIXED[0]).startswith("Nothing interrupts, and no running task is replaced.")
    assert table() == "This plan changes nothing.\n"


def test_the_same_said_of_many_is_said_once_with_their_keys() -> None:
    shown = table(*fleet("update", {"platform_version": "1.4.0"}))
    assert shown.count("Its tasks are replaced") == 1
    assert "module.service[*].aws_ecs_service.this" in shown
    assert "3: accounts, api, auth" in shown
    assert "`module.service[*].aws_ecs_service.this`<br>3: `accounts`, `api`, `auth`" in markdown(
        *fleet("update", {"platform_version": "1.4.0"})
    )


def test_values_that_differ_in_a_group_are_said_to() -> None:
    first, *others = fleet("update", {"platform_version": "1.4.0"})
    last = fleet("update", {"platform_version": "1.3.0"})[0]
    last["address"] = 'module.service["last"].aws_ecs_service.this'
    assert "platform_version: (various)" in table(first, *others, last)


def test_things_of_which_something_else_is_said_stay_apart() -> None:
    rolling = fleet("update", {"platform_version": "1.4.0"})[:2]
    other = change(
        'module.service["x"].aws_ecs_service.this', "update", service(), {"task_definition": "a:8"}
    )
    shown = table(*rolling, other)
    assert "2: accounts, api" in shown
    assert 'module.service["x"].aws_ecs_service.this' in shown


def test_a_cause_is_shown_before_what_follows_from_it() -> None:
    follower = change(
        "aws_ecs_service.a",
        "replace",
        service(),
        {"load_balancer": [{}]},
        unknown={"load_balancer": [{"target_group_arn": True}]},
        forced=("load_balancer",),
    )
    cause = change("aws_lb_target_group.z", "replace", GROUP, {"port": 1}, forced=("port",))
    shown = table(follower, cause)
    assert shown.index("aws_lb_target_group.z") < shown.index("aws_ecs_service.a")
    assert "Follows from aws_lb_target_group.z" in shown


def test_no_line_of_the_table_is_wider_than_100_and_no_attribute_is_cut() -> None:
    long = f'module.service["{"x" * 30}"].module.deeper["{"y" * 30}"].aws_ecs_service.this'
    moved = {"cluster": "arn:aws:ecs:us-east-1:111122223333:cluster/another-one-with-a-long-name"}
    shown = table(change(long, "replace", service(), moved, forced=("cluster",)))
    assert max(map(len, shown.splitlines())) <= 100
    assert "another-one-with-a-long-name" in shown.replace("\n", "").replace(" ", "")


HOSTILE = 'aws_ecs_service.a["`|<b>@team\\u001b[31m[x](http://y)"]'


def test_a_key_is_no_markup_no_mention_and_no_cell_in_a_pull_request() -> None:
    address = json.loads(f'"{HOSTILE.replace(chr(34), chr(92) + chr(34))}"')
    shown = markdown(change(address, "destroy", service()))
    (row,) = [line for line in shown.splitlines() if "aws_ecs_service.a" in line]
    assert "\x1b" not in shown
    assert row.count("|") - row.count("\\|") == 5
    assert row.startswith("| ``aws_ecs_service.a[")


def test_a_key_does_not_colour_the_terminal() -> None:
    shown = table(change('aws_ecs_service.a["\x1b[31m"]', "destroy", service()))
    assert "\x1b" not in shown
    assert "\\x1b[31m" in shown


def test_a_comment_is_never_longer_than_github_takes_and_keeps_what_interrupts() -> None:
    many = [change(f"aws_ecs_service.name{n}", "update", service(), {f"odd{n}": 1}) for n in range(2000)]
    shown = markdown(*many, MIXED[3])
    assert len(shown) < 65_000
    assert "aws_ecs_service.gone" in shown
    here = shown.count("| `aws_ecs_service.")
    assert f"Not here, but in the table and in the JSON: {2001 - here} of the 2001" in shown


def test_a_comment_that_is_cut_in_what_is_safe_says_so_and_ends_what_it_folded() -> None:
    kinds = [
        change(f"aws_ecs_service.name{n}", "none", importing="x") | {"type": f"aws_{n}"} for n in range(9000)
    ]
    shown = markdown(*kinds, MIXED[3])
    assert len(shown) < 65_000
    assert shown.count("<details>") == shown.count("</details>")
    assert "what is to be read or is safe" in shown


def test_json_has_every_change_by_itself_with_reasons_and_attributes() -> None:
    assessment = assess(
        *fleet("replace", {"launch_type": None}), output_changes={"x": {"actions": ["update"]}}
    )
    document = msgspec.json.decode(guard_json.render(assessment, "plan.json"))
    assert document["verdict"] == "safe" or document["exit_code"] == 10
    assert document["counts"] == {"safe": 0, "redeploys": 0, "unknown": 0, "interrupts": 3}
    assert [one["address"] for one in document["changes"]] == [
        f'module.service["{key}"].aws_ecs_service.this' for key in KEYS
    ]
    assert document["outputs_changed"] == ["x"]


def test_an_empty_assessment_is_said_in_every_form() -> None:
    nothing = Assessment(findings=())
    report = guard_report_of(nothing, "plan.json")
    assert "changes nothing" in guard_terminal.as_text(report)
    assert "changes nothing" in guard_markdown.render(report)
    assert msgspec.json.decode(guard_json.render(nothing, "plan.json"))["exit_code"] == 0


def test_what_is_no_change_is_not_called_one() -> None:
    acting = {"action_invocations": [{"address": "action.aws_x.y", "type": "aws_x"}]}
    shown = table(change("aws_ecs_service.a", "none", service()), **acting)
    assert "1 thing cannot be judged" in shown
    assert "action.aws_x.y" in shown
    assert "invoked" in shown


def test_a_key_in_a_sentence_does_not_colour_the_terminal_and_is_no_markup() -> None:
    alarm = {"alarm_name": "a", "alarm_actions": [AWS_POLICY["arn"]]}
    keyed = change('aws_cloudwatch_metric_alarm.a["\x1b[31m<b>"]', "none", alarm)
    gone = change("aws_appautoscaling_policy.a", "replace", AWS_POLICY, {"name": "b"}, forced=("name",))
    for shown in (table(gone, keyed), markdown(gone, keyed)):
        assert "old ARN" in " ".join(shown.split())
        assert "\x1b" not in shown
    assert "<b>" not in markdown(gone, keyed)


def test_sentences_that_differ_in_a_key_alone_share_a_row() -> None:
    changes = []
    for key in KEYS:
        policy = AWS_POLICY | {"arn": f"{AWS_POLICY['arn']}-{key}"}
        alarm = {"alarm_name": key, "alarm_actions": [policy["arn"]]}
        address = f'aws_appautoscaling_policy.a["{key}"]'
        changes += [
            change(address, "replace", policy, {"name": "b"}, forced=("name",)),
            change(f'aws_cloudwatch_metric_alarm.a["{key}"]', "none", alarm),
        ]
    shown = " ".join(table(*changes).split())
    assert shown.count("old ARN") == 1
    assert "aws_cloudwatch_metric_alarm.a[*] goes on" in shown.replace("- ", "-")
