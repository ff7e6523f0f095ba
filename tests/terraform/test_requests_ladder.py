"""A ladder on requests, as it is written into the values, planned by the real provider."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from trimtab.ladders.traits import told
from trimtab.terraform_module import MODULE, Ladder, OutStep
from trimtab.values.hcl import plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from requirements_plan import Platform

LADDER = Ladder(high=900, low=300, steps=(OutStep(above=0, add=1), OutStep(above=400, add=3)))


@pytest.mark.slow
def test_what_is_written_of_requests_plans_an_alarm_a_policy_and_a_term_of_the_joint_metric(
    planned: Callable[..., Platform], edited: Callable[..., Path]
) -> None:
    said = plain(dict(told(replace(MODULE, requests=LADDER)))["metrics"])
    values = edited(("api", "scaling = {", f"scaling = {{\n      metrics = {said}"))
    platform = planned("requests", values)
    alarm = platform.of("api", "aws_cloudwatch_metric_alarm", "requests")
    assert alarm["threshold"] == 900
    assert alarm["treat_missing_data"] == "notBreaching"
    queries = {query["id"]: query for query in alarm["metric_query"]}
    (source,) = queries["per_target_told"]["metric"]
    assert (source["namespace"], source["metric_name"]) == ("AWS/ApplicationELB", "RequestCountPerTarget")
    assert (source["stat"], source["period"]) == ("Sum", 60)
    assert queries["per_target"]["expression"] == "FILL(per_target_told, 0)"
    policy = platform.of("api", "aws_appautoscaling_policy", "requests")
    (configured,) = policy["step_scaling_policy_configuration"]
    steps = {
        (step["metric_interval_lower_bound"], step["metric_interval_upper_bound"], step["scaling_adjustment"])
        for step in configured["step_adjustment"]
    }
    assert steps == {("0", "400", 1), ("400", "", 3)}
    (joint,) = (
        one.values
        for one in platform.all_of("api", "aws_cloudwatch_metric_alarm")
        if one.values["alarm_name"].endswith("joint-low")
    )
    ratios = {query["id"]: query["expression"] for query in joint["metric_query"]}
    assert "requests_ratio" in ratios["joint"]
    assert "/ 300" in ratios["requests_ratio"]
