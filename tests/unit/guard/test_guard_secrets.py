"""Secrets in a plan that nobody has marked: they are in no form of the answer, and in no error line."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from guard.made import ALARM, GROUP, SCALING, change, document, service

from trimtab.cli import main
from trimtab.guard.judge import judge
from trimtab.report.guard.formats import GuardForm

if TYPE_CHECKING:
    from pathlib import Path

KEY = "AKIAIOSFODNN7EXAMPLE"
HOOK = "https://hooks.slack.com/services/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"
OPAQUE = "Zx9kQ2mV7pL4wT8rB1nC5dF0"
REST = {"action": [{"type": "redirect", "redirect": [{"query": f"api_key={OPAQUE}"}]}]}


def containers(*environment: tuple[str, str], **rest: Any) -> str:
    pairs = [{"name": name, "value": value} for name, value in environment]
    return json.dumps([{"name": "app", "image": "app:1", "environment": pairs, **rest}])


def task(before: str, after: str) -> dict[str, Any]:
    values = {"family": "api", "arn": "arn:aws:ecs:us-east-1:111122223333:task-definition/api:7"}
    return change(
        "aws_ecs_task_definition.api",
        "replace",
        values | {"container_definitions": before},
        {"container_definitions": after},
        forced=("container_definitions",),
    )


def tagged(value: str, key: str = "endpoint") -> dict[str, Any]:
    return change("aws_ecs_service.api", "update", service(tags={key: "a"}), {"tags": {key: value}})


def alarm(text: str) -> dict[str, Any]:
    return change("aws_cloudwatch_metric_alarm.a", "update", ALARM, {"alarm_description": text})


def run(*arguments: object) -> int:
    """Run the command in this process: eighty of its own would take a minute."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["trimtab", *map(str, arguments)])
        try:
            return main()
        except SystemExit as ended:
            return int(ended.code or 0)


# Each a secret, and a plan that holds it.
CASES: dict[str, tuple[str, tuple[dict[str, Any], ...]]] = {
    "an environment value": (
        "hunter2-prod",
        (task(containers(), containers(("DB_PASSWORD", "hunter2-prod"))),),
    ),
    "a connection string in an environment": (
        "hunter2-prod",
        (task(containers(), containers(("DATABASE", "postgres://app:hunter2-prod@db/x"))),),
    ),
    "a flag of a command": (
        "hunter2-prod",
        (task(containers(), containers(command=["--pw", "hunter2-prod"])),),
    ),
    "a label of a container": (
        "hunter2-prod",
        (task(containers(), containers(dockerLabels={"db": "hunter2-prod"})),),
    ),
    "a registry's password in an image": (
        "hunter2-prod",
        (task(containers(), containers(image="https://me:hunter2-prod@registry.example/app:1")),),
    ),
    "a password under a short name": (
        "Sommer2026!",
        (task(containers(), containers(("DB_PASS", "Sommer2026!"))),),
    ),
    "a password that is not escaped in its address": (
        "w0rd/2026",
        (alarm("see postgres://app:p@ss-w0rd/2026@db.internal/app"),),
    ),
    "an account's key in a text": (
        "Sommer2026!",
        (alarm("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Sommer2026!;EndpointSuffix=x"),),
    ),
    "a number as a password": ("73501922", (task(containers(), containers(("PIN", "73501922"))),)),
    "a container named twice": (
        "hunter2-prod",
        (task(containers(), '[{"name": "app", "name": "hunter2-prod", "secret": "hunter2-prod"}]'),),
    ),
    "a tag with a connection string": ("hunter2-prod", (tagged("redis://me:hunter2-prod@cache:6379"),)),
    "a tag with an access key": (KEY, (tagged(KEY),)),
    "a tag called like one": ("hunter2", (tagged("hunter2", "DbPassword"),)),
    "a tag that is opaque": (OPAQUE, (tagged(OPAQUE),)),
    "a tag with what an environment holds as a password": (
        "correct-horse",
        (task(containers(), containers(("DB_PASSWORD", "correct-horse"))), tagged("correct-horse", "note")),
    ),
    "a tag with a part of a connection string of an environment": (
        "hunter2-prod",
        (
            task(containers(), containers(("DATABASE", "postgres://app:hunter2-prod@db/x"))),
            tagged("hunter2-prod", "note"),
        ),
    ),
    "a description": ("Sommer2026!", (alarm("restart with password=Sommer2026!"),)),
    "a description with an authorization": (OPAQUE, (alarm(f"curl -H 'Authorization: Bearer {OPAQUE}'"),)),
    "a redirect": (OPAQUE, (change("aws_lb_listener_rule.a", "update", {"priority": 1}, REST),)),
    "a check's path": (
        OPAQUE,
        (
            change(
                "aws_lb_target_group.a",
                "update",
                GROUP,
                {"health_check": [GROUP["health_check"][0] | {"path": f"/h?token={OPAQUE}"}]},
            ),
        ),
    ),
    "a list of records": (
        OPAQUE,
        (change("aws_route53_record.a", "update", {"records": ["a"]}, {"records": ["a", f"v={OPAQUE}"]}),),
    ),
    "a key of for_each": (
        "aB3dE6fG9hJ2kL5mN8pQ1rS4",
        (change(f'aws_sns_topic_subscription.a["{HOOK}"]', "destroy", {"endpoint": HOOK}, index=HOOK),),
    ),
    "a key of for_each of what a sentence names": (
        "hunter2-prod",
        (
            change(
                "aws_appautoscaling_policy.out",
                "replace",
                {"name": "out", "arn": f"{SCALING}/out", "resource_id": "service/main/api"},
                {"name": "more"},
                forced=("name",),
            ),
            change('aws_cloudwatch_metric_alarm.a["https://me:hunter2-prod@x"]', "none", ALARM),
        ),
    ),
    "a secret's own value": (
        "hunter2-prod",
        (
            change("aws_secretsmanager_secret_version.a", "update", {}, {"secret_string": "hunter2-prod"}),
            tagged("hunter2-prod", "note"),
        ),
    ),
    "user data": (
        "hunter2-prod",
        (change("aws_launch_template.a", "update", {"user_data": "a"}, {"user_data": "hunter2-prod"}),),
    ),
}


@pytest.mark.parametrize("form", GuardForm)
@pytest.mark.parametrize(("secret", "changes"), CASES.values(), ids=CASES)
def test_a_secret_without_a_mark_is_shown_in_no_form(
    secret: str,
    changes: tuple[dict[str, Any], ...],
    form: GuardForm,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(document(*changes), encoding="utf-8")
    assert secret in json.dumps(json.loads(plan.read_text(encoding="utf-8"))).replace("\\", "")
    code = run("guard", plan, "--format", form)
    said = capsys.readouterr()
    assert code in {0, 10, 11}
    assert secret not in said.out + said.err
    assert len(said.out) > 50


BROKEN: dict[str, Any] = {
    "a string where an object is meant": {"change": {"actions": ["update"], "before": "hunter2-prod"}},
    "an action that is none": {"change": {"actions": ["hunter2-prod"]}},
    "a mode that is none": {"mode": "hunter2-prod"},
    "a list where a string is meant": {"address": ["hunter2-prod"]},
    "a path of something else": {"change": {"actions": ["update"], "replace_paths": [{"a": "hunter2-prod"}]}},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_an_error_line_quotes_nothing_of_a_plan(
    broken: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = json.loads(document(change("aws_ecs_service.api", "update", service(), {"desired_count": 5})))
    one = plan["resource_changes"][0]
    plan["resource_changes"][0] = one | broken
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    code = run("guard", path)
    said = capsys.readouterr()
    assert "hunter2-prod" not in said.out + said.err
    assert code in {0, 2, 10, 11}
    path.write_text(json.dumps(plan)[:-9] + '"hunter2-prod', encoding="utf-8")
    assert run("guard", path) == 2
    assert "hunter2-prod" not in "".join(capsys.readouterr())


SHOWN = {
    "an image of a commit": (
        task(
            containers(),
            containers(image="registry.example/app:4f2a9c1d8b7e6f5a4c3b"),
        ),
        "4f2a9c1d8b7e6f5a4c3b",
    ),
    "a policy of ciphers": (
        change(
            "aws_lb_listener.a",
            "update",
            {"ssl_policy": "ELBSecurityPolicy-2016-08"},
            {"ssl_policy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
        ),
        "ELBSecurityPolicy-TLS13-1-2-2021-06",
    ),
    "a metric": (
        change(
            "aws_cloudwatch_metric_alarm.a",
            "update",
            ALARM | {"metric_name": "RequestCount"},
            {"metric_name": "HTTPCode_Target_5XX_Count"},
        ),
        "HTTPCode_Target_5XX_Count",
    ),
    "a target group": (
        change(
            "aws_lb_listener.a",
            "update",
            {"default_action": [{"type": "forward", "target_group_arn": GROUP["arn"]}]},
            {
                "default_action": [
                    {"type": "forward", "target_group_arn": GROUP["arn"].replace("api/", "blue/")}
                ]
            },
        ),
        "targetgroup/blue/0123456789abcdef",
    ),
    "a key of for_each": (
        change('aws_lb_target_group.a["orders-production"]', "destroy", GROUP),
        "orders-production",
    ),
}


@pytest.mark.parametrize(("made", "shown"), SHOWN.values(), ids=SHOWN)
def test_what_is_no_secret_is_shown_all_the_same(
    made: dict[str, Any], shown: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(document(made), encoding="utf-8")
    run("guard", plan, "--format", "json")
    assert shown in capsys.readouterr().out


def test_a_judgement_does_not_depend_on_what_is_hidden() -> None:
    from trimtab.engine.plan import parse_plan  # noqa: PLC0415

    for _, changes in CASES.values():
        assert judge(parse_plan(document(*changes))).findings
