"""Reading a plan: what is counted, what is clean, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trimtab.engine.plan import Counts, Plan, parse_plan
from trimtab.errors import EngineError


def change(address: str, *actions: str, **rest: Any) -> dict[str, Any]:
    kind, name = address.split(".")[-2:]
    inner = {"before": {}, "after": {}, "after_unknown": {}} | rest.pop("change", {})
    return {
        "address": address,
        "mode": "data" if "data." in address else "managed",
        "type": kind,
        "name": name,
        "change": {"actions": list(actions), **inner},
        **rest,
    }


def plan_of(*changes: dict[str, Any], **rest: object) -> Plan:
    return parse_plan(json.dumps({"format_version": "1.2", "resource_changes": changes, **rest}))


def test_no_ops_and_reads_leave_a_plan_clean() -> None:
    plan = plan_of(change("aws_lb.a", "no-op"), change("data.aws_vpc.b", "read"))

    assert plan.is_clean
    assert plan.changed == ()
    assert len(plan.changes) == 2


def test_an_import_alone_is_no_change_but_is_not_clean() -> None:
    plan = plan_of(change("aws_lb.a", "no-op", change={"importing": {"id": "arn:lb"}}))

    assert plan.changed == ()
    assert plan.changes[0].importing == "arn:lb"
    assert plan.counts == Counts(imported=1)
    assert not plan.is_clean


def test_a_moved_address_is_not_clean() -> None:
    plan = plan_of(change("aws_lb.a", "no-op", previous_address="aws_lb.old"))

    assert [moved.previous_address for moved in plan.moved] == ["aws_lb.old"]
    assert not plan.is_clean


def test_a_changed_output_is_not_clean() -> None:
    plan = plan_of(output_changes={"url": {"actions": ["update"]}, "same": {"actions": ["no-op"]}})

    assert plan.outputs_changed == ("url",)
    assert not plan.is_clean


@pytest.mark.parametrize("actions", [("delete", "create"), ("create", "delete")])
def test_a_replacement_in_either_order_counts_once_and_takes_two_steps(actions: tuple[str, str]) -> None:
    plan = plan_of(change("aws_lb.a", *actions, change={"replace_paths": [["name"], ["subnets", 0]]}))

    assert plan.counts == Counts(replaced=1)
    assert plan.counts.operations == 2
    assert plan.replaced[0].replace_paths == (("name",), ("subnets", 0))
    assert plan.destroyed == ()


def test_a_plain_deletion_is_destroyed_and_not_replaced() -> None:
    plan = plan_of(change("aws_lb.a", "delete", change={"before": {"name": "x"}, "after": None}))

    assert [gone.address for gone in plan.destroyed] == ["aws_lb.a"]
    assert plan.destroyed[0].after is None
    assert plan.replaced == ()


def test_every_kind_of_action_is_counted() -> None:
    plan = plan_of(
        change("aws_lb.a", "create"),
        change("aws_lb.b", "update"),
        change("aws_lb.c", "update", change={"importing": {"id": "c"}}),
        change("aws_lb.d", "delete"),
        change("aws_lb.e", "forget"),
        change("aws_lb.f", "delete", "create"),
    )

    assert plan.counts == Counts(imported=1, created=1, updated=2, replaced=1, destroyed=1, forgotten=1)
    assert plan.counts.operations == 6


def test_changes_are_found_by_type() -> None:
    plan = plan_of(change("aws_lb.a", "create"), change("aws_ecs_service.b", "no-op"))

    assert [found.name for found in plan.of_type("aws_ecs_service")] == ["b"]


def test_planned_resources_of_nested_modules_are_flattened_without_data_sources() -> None:
    def resource(address: str, index: object = None, mode: str = "managed") -> dict[str, Any]:
        return {
            "address": address,
            "mode": mode,
            "type": "aws_ecs_service",
            "name": "this",
            "index": index,
            "values": {"name": address},
        }

    inner = {"address": 'module.a["x"].module.b', "resources": [resource("deep", "x")]}
    outer = {"address": 'module.a["x"]', "child_modules": [inner]}
    root = {"resources": [resource("top", 0), resource("read", mode="data")], "child_modules": [outer]}
    plan = plan_of(planned_values={"root_module": root})

    assert [(found.address, found.index, found.module) for found in plan.planned] == [
        ("top", 0, ""),
        ("deep", "x", 'module.a["x"].module.b'),
    ]
    assert plan.planned_of_type("aws_ecs_service")[1].values == {"name": "deep"}


def test_unknown_values_are_kept_apart_from_known_ones() -> None:
    plan = plan_of(
        change("aws_lb.a", "create", change={"after": {"name": "x"}, "after_unknown": {"arn": True}}),
        change("aws_lb.b", "delete", change={"after": None, "after_unknown": False}),
    )

    assert plan.changes[0].after_unknown == {"arn": True}
    assert plan.changes[1].after_unknown == {}


def test_the_raw_configuration_is_kept() -> None:
    assert plan_of(configuration={"root_module": {"calls": 1}}).configuration == {"root_module": {"calls": 1}}


def test_a_new_major_format_is_refused_in_one_line_that_names_the_file() -> None:
    with pytest.raises(EngineError) as caught:
        parse_plan('{"format_version": "2.0"}', where="plan.json")

    assert str(caught.value).startswith("plan.json: this plan has format version 2.0;")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("document", ["", "[]", "{}", '{"format_version": "1.2", "resource_changes": [{}]}'])
def test_what_is_not_a_plan_is_refused_in_one_line(document: str) -> None:
    with pytest.raises(EngineError, match="not a Terraform plan") as caught:
        parse_plan(document)

    assert "\n" not in str(caught.value)
