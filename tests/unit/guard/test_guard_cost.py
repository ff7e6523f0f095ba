"""The dollars of a plan: what tasks, alarms and load balancers cost otherwise, and what is not known."""

from __future__ import annotations

import json
from typing import Any

import pytest
from guard.made import ALARM, TARGET, assess, change, service

from trimtab.catalog.load import HOURS_PER_MONTH, prices
from trimtab.guard.model import ChangeCost, Span
from trimtab.report.guard import json as guard_json
from trimtab.report.guard import markdown, terminal
from trimtab.report.guard.data import guard_report_of

BOOK = prices("us-east-1")
ARN = "arn:aws:ecs:us-east-1:111122223333:task-definition/api:{}"
HOUR = 0.25 * 0.04048 + 0.5 * 0.004445
"""One task of 256 units and 512 MiB, by hand from the price list."""
MONTH = HOUR * HOURS_PER_MONTH
TASKS = "aws_ecs_task_definition.api"
SMALL = {"family": "api", "arn": ARN.format(7), "cpu": "256", "memory": "512"}
LARGE = {"cpu": "512", "memory": "1024"}
REFERS = {
    "root_module": {
        "resources": [
            {
                "type": "aws_ecs_service",
                "name": "api",
                "expressions": {"task_definition": {"references": [f"{TASKS}.arn", TASKS]}},
            }
        ]
    }
}


def costs(*changes: dict[str, Any], **members: Any) -> dict[str, ChangeCost]:
    return {one.address: one for one in assess(*changes, **members).costs}


def bounds(action: str = "none", **values: Any) -> dict[str, Any]:
    return change("aws_appautoscaling_target.api", action, TARGET, values)


def moved(**values: Any) -> dict[str, Any]:
    """A service that takes the new revision."""
    return change("aws_ecs_service.api", "update", service(**values), {}, unknown={"task_definition": True})


def near(span: Span, least: float, most: float) -> bool:
    return (span.least, span.most) == (pytest.approx(least), pytest.approx(most))


def test_a_larger_task_costs_more_at_its_fewest_and_at_its_most() -> None:
    revision = change(TASKS, "replace", SMALL, LARGE, unknown={"arn": True}, forced=("cpu",))
    (found,) = costs(moved(), revision, bounds(), configuration=REFERS).values()
    assert found.address == "aws_ecs_service.api"
    assert near(found.before, 2 * MONTH, 8 * MONTH)
    assert near(found.after, 4 * MONTH, 16 * MONTH)
    assert near(found.change, 2 * MONTH, 8 * MONTH)
    assert not found.not_priced


def test_without_scaling_the_count_is_what_costs() -> None:
    revision = change(TASKS, "none", SMALL)
    api = change("aws_ecs_service.api", "update", service(), {"desired_count": 6})
    (found,) = costs(api, revision).values()
    assert near(found.before, 4 * MONTH, 4 * MONTH)
    assert near(found.after, 6 * MONTH, 6 * MONTH)


def test_with_scaling_the_count_costs_nothing_of_its_own() -> None:
    api = change("aws_ecs_service.api", "update", service(), {"desired_count": 6})
    assert costs(api, change(TASKS, "none", SMALL), bounds()) == {}


def test_other_bounds_cost_under_their_own_address() -> None:
    stays = change("aws_ecs_service.api", "none", service())
    found = costs(stays, change(TASKS, "none", SMALL), bounds("update", max_capacity=20))
    assert near(found["aws_appautoscaling_target.api"].after, 2 * MONTH, 20 * MONTH)


def test_a_service_that_goes_costs_nothing_any_more() -> None:
    (found,) = costs(
        change("aws_ecs_service.api", "destroy", service()), change(TASKS, "none", SMALL)
    ).values()
    assert near(found.change, -4 * MONTH, -4 * MONTH)


def test_a_revision_that_reaches_no_task_costs_nothing_yet() -> None:
    revision = change(TASKS, "replace", SMALL, LARGE, unknown={"arn": True}, forced=("cpu",))
    found = costs(change("aws_ecs_service.api", "none", service()), revision, configuration=REFERS)
    assert found == {TASKS: ChangeCost(address=TASKS, not_priced="nothing until its tasks run")}


def test_arm_and_storage_have_their_own_prices() -> None:
    values = SMALL | {
        "runtime_platform": [{"cpu_architecture": "ARM64"}],
        "ephemeral_storage": [{"size_in_gib": 30}],
    }
    api = change("aws_ecs_service.api", "update", service(), {"desired_count": 5})
    (found,) = costs(api, change(TASKS, "none", values)).values()
    hour = 0.25 * 0.03238 + 0.5 * 0.00356 + 10 * 0.000111
    assert near(found.change, hour * HOURS_PER_MONTH, hour * HOURS_PER_MONTH)


def test_words_for_sizes_are_read_as_ecs_does() -> None:
    values = SMALL | {"cpu": ".25 vCPU", "memory": "0.5 GB"}
    api = change("aws_ecs_service.api", "update", service(), {"desired_count": 5})
    (found,) = costs(api, change(TASKS, "none", values)).values()
    assert near(found.change, MONTH, MONTH)


@pytest.mark.parametrize(
    ("values", "task", "said"),
    [
        ({"launch_type": "EC2"}, SMALL, "do not run on Fargate"),
        (
            {"launch_type": "", "capacity_provider_strategy": [{"capacity_provider": "FARGATE_SPOT"}]},
            SMALL,
            "Spot, which has no list price",
        ),
        ({}, {"family": "other", "arn": "arn:x"}, "size of its tasks is not in the plan"),
        (
            {},
            SMALL | {"runtime_platform": [{"operating_system_family": "WINDOWS_SERVER_2022_CORE"}]},
            "Windows",
        ),
    ],
)
def test_what_is_not_known_is_named_and_not_guessed(
    values: dict[str, Any], task: dict[str, Any], said: str
) -> None:
    api = change("aws_ecs_service.api", "update", service(**values), {"desired_count": 5})
    (found,) = costs(api, change(TASKS, "none", task)).values()
    assert said in found.not_priced
    assert found.before == found.after == Span()


def test_another_region_has_no_prices_here() -> None:
    arns = {"id": service()["id"].replace("us-east-1", "eu-west-3"), "cluster": "main"}
    elsewhere = SMALL | {"arn": ARN.format(7).replace("us-east-1", "eu-west-3")}
    arns["task_definition"] = elsewhere["arn"]
    api = change("aws_ecs_service.api", "update", service(**arns), {"desired_count": 5})
    (found,) = costs(api, change(TASKS, "none", elsewhere)).values()
    assert found.not_priced == "there are no prices of eu-west-3"


def test_a_sensitive_size_gives_no_figure_to_count_back_from() -> None:
    api = change(
        "aws_ecs_service.api", "update", service(), {"desired_count": 5}, sensitive={"desired_count": True}
    )
    (found,) = costs(api, change(TASKS, "none", SMALL)).values()
    assert found.not_priced == "its size or its count is sensitive"
    assert found.after == Span()


HERE = {"arn": "arn:aws:cloudwatch:us-east-1:111122223333:alarm:high"}


def test_alarms_cost_by_their_metrics_and_their_resolution() -> None:
    query = [{"metric": [{"period": 60}]}, {"metric": [{"period": 60}]}, {"expression": "a/b"}]
    found = costs(
        change("aws_cloudwatch_metric_alarm.a", "destroy", ALARM | HERE),
        change("aws_cloudwatch_metric_alarm.b", "destroy", ALARM | HERE | {"period": 10}),
        change("aws_cloudwatch_metric_alarm.c", "destroy", ALARM | HERE | {"metric_query": query}),
        change("aws_cloudwatch_composite_alarm.d", "destroy", {"alarm_name": "d"} | HERE),
    )
    assert [round(one.change.least, 2) for one in found.values()] == [-0.1, -0.3, -0.2, -0.5]


def test_a_load_balancer_costs_by_the_hour_and_more_by_requests() -> None:
    arn = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/a/1"
    found = costs(
        change("aws_lb.a", "destroy", {"arn": arn, "load_balancer_type": "application"}),
        change("aws_lb.n", "destroy", {"arn": arn, "load_balancer_type": "network"}),
    )
    assert near(found["aws_lb.a"].change, -0.0225 * 730, -0.0225 * 730)
    assert found["aws_lb.a"].not_priced == "and by requests"
    assert found["aws_lb.n"].not_priced == "there is no price of this type"


def test_what_use_decides_is_named_and_what_is_free_is_not() -> None:
    group = {"name": "/ecs/api", "retention_in_days": 30}
    found = costs(
        change("aws_nat_gateway.a", "create", {}, {"subnet_id": "subnet-1"}),
        change("aws_cloudwatch_log_group.a", "update", group, {"retention_in_days": 7}),
        change("aws_cloudwatch_log_group.b", "update", group, {"kms_key_id": "k"}),
        change("aws_iam_role.a", "create", {}, {"name": "a"}),
        change("aws_db_instance.a", "create", {}, {"identifier": "a"}),
    )
    assert {address: one.not_priced for address, one in found.items()} == {
        "aws_nat_gateway.a": "an hour and a GB",
        "aws_cloudwatch_log_group.a": "what is written to it and kept",
        "aws_db_instance.a": "there is no price of this type",
    }


def test_the_sum_is_in_every_form() -> None:
    revision = change(TASKS, "replace", SMALL, LARGE, unknown={"arn": True}, forced=("cpu",))
    found = assess(
        moved(), revision, bounds(), change("aws_nat_gateway.a", "destroy", {}), configuration=REFERS
    )
    report = guard_report_of(found, "plan.json")
    texts = (terminal.as_text(report), markdown.render(report))
    low, high = f"{2 * MONTH:.2f}", f"{8 * MONTH:.2f}"
    for text in texts:
        plain = " ".join(text.replace("\\", "").split())
        assert f"at least +${low}, at most +${high}" in plain
        assert "1 aws_nat_gateway (an hour and a GB)" in plain
    bill = json.loads(guard_json.render(found, "plan.json"))["cost_usd_month"]
    assert bill["before"] == {"least": round(2 * MONTH, 2), "most": round(8 * MONTH, 2)}
    assert bill["after"] == {"least": round(4 * MONTH, 2), "most": round(16 * MONTH, 2)}
    assert [one["address"] for one in bill["things"]] == ["aws_ecs_service.api", "aws_nat_gateway.a"]
    assert bill["things"][1]["after"] is None  # nothing would be a figure


def test_a_plan_that_costs_the_same_says_nothing_of_costs() -> None:
    found = assess(change("aws_ecs_service.api", "update", service(), {"enable_execute_command": True}))
    assert guard_report_of(found, "plan.json").bill == ()
    assert json.loads(guard_json.render(found, "plan.json"))["cost_usd_month"] is None
