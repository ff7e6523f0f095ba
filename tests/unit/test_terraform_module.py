"""``terraform_module.py`` against the ``variables.tf`` it repeats: each default and each bound."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from trimtab import terraform_module as module
from trimtab.terraform_module import MODULE, InStep, Ladder, Ladders, OutStep, module_takes

TERRAFORM = Path(__file__).resolve().parents[2] / "terraform"


def variable(folder: str, name: str) -> str:
    """Return the text of a variable, wherever in the module it stands."""
    files = sorted((TERRAFORM / folder).glob("*.tf"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    begin = text.index(f'variable "{name}" {{')
    return text[begin : text.index("\n}\n", begin)]


def within(text: str, *path: str) -> str:
    """Return the inner text of an object of objects."""
    for name in path:
        begin = re.search(rf"^\s*{name}\s*=\s*optional\(object\(\{{", text, re.MULTILINE)
        assert begin is not None, f"no object {name}"
        text = text[begin.end() :]
    return text


def default(text: str, name: str) -> object:
    """Return what an attribute is where it is left out."""
    found = re.search(rf"^\s*{name}\s*=\s*optional\((?:number|string|bool), (.+?)\)", text, re.MULTILINE)
    assert found is not None, f"no attribute {name} with a default"
    return json.loads(found[1])


def steps(text: str) -> list[dict[str, float]]:
    """Return the first list of steps: HCL objects become JSON's."""
    found = re.search(r"steps\s*=\s*optional\(\s*list\(object\(\{.*?\}\)\),\s*(\[.*?\])\s*\)", text)
    assert found is not None
    parsed: list[dict[str, float]] = json.loads(re.sub(r"(\w+) =", r'"\1":', found[1]))
    return parsed


@pytest.mark.parametrize(
    ("folder", "name", "attribute", "here"),
    [
        ("modules/service", "task", "architecture", module.DEFAULT_ARCHITECTURE),
        ("modules/service", "task", "stop_timeout", module.DEFAULT_STOP_TIMEOUT_S),
        ("modules/service", "task", "longest_request", module.DEFAULT_LONGEST_REQUEST_S),
        ("modules/service", "deployment", "minimum_percent", module.DEFAULT_DEPLOYMENT_PERCENT[0]),
        ("modules/service", "deployment", "maximum_percent", module.DEFAULT_DEPLOYMENT_PERCENT[1]),
        ("modules/service", "traffic", "deregistration_delay", module.DEFAULT_DEREGISTRATION_DELAY_S),
        ("modules/service", "traffic", "health_interval", module.DEFAULT_CHECK_INTERVAL_S),
        ("modules/service", "traffic", "health_timeout", module.DEFAULT_CHECK_TIMEOUT_S),
        ("modules/service", "traffic", "healthy_threshold", module.DEFAULT_CHECK_HEALTHY),
        ("modules/service", "traffic", "unhealthy_threshold", module.DEFAULT_CHECK_UNHEALTHY),
        ("modules/service", "tracing", "cpu", module.COLLECTOR_CPU_UNITS),
        ("modules/service", "tracing", "memory", module.COLLECTOR_MEMORY_MIB),
        ("modules/service", "logs", "production_days", module.DEFAULT_LOG_DAYS_PRODUCTION),
        ("modules/service", "logs", "debug_days", module.DEFAULT_LOG_DAYS_ELSEWHERE),
        ("modules/scaling", "scaling", "out_cooldown", MODULE.out_cooldown_s),
        ("modules/scaling", "scaling", "in_cooldown", MODULE.in_cooldown_s),
        ("modules/scaling", "scaling", "period", MODULE.period_s),
        ("modules/scaling", "scaling", "out_datapoints", MODULE.out_datapoints[0]),
        ("modules/scaling", "scaling", "out_periods", MODULE.out_datapoints[1]),
        ("modules/scaling", "scaling", "in_datapoints", MODULE.in_datapoints[0]),
        ("modules/scaling", "scaling", "in_periods", MODULE.in_datapoints[1]),
        ("modules/scaling", "scaling", "in_adjustment_type", module.TASKS),
        ("modules/scaling", "scaling", "in_min_adjustment_magnitude", 1),
        ("modules/cluster", "tracing", "sampling_rate", module.DEFAULT_SAMPLED_SHARE),
        ("modules/fleet", "services", "scheme", module.DEFAULT_SCHEME),
    ],
)
def test_a_default_is_the_modules(folder: str, name: str, attribute: str, here: object) -> None:
    assert default(variable(folder, name), attribute) == here


@pytest.mark.parametrize(("metric", "ladder"), [("cpu", MODULE.cpu), ("memory", MODULE.memory)])
def test_the_default_ladders_are_the_modules(metric: str, ladder: Ladder) -> None:
    text = within(variable("modules/scaling", "scaling"), metric)
    assert (default(text, "high"), default(text, "low")) == (ladder.high, ladder.low)
    assert tuple(OutStep(above=one["above"], add=int(one["add"])) for one in steps(text)) == ladder.steps


def test_the_default_scale_in_is_the_modules() -> None:
    text = within(variable("modules/scaling", "scaling"), "scale_in")
    found = tuple(InStep(below=one["below"], remove=int(one["remove"])) for one in steps(text))
    assert found == MODULE.scale_in


@pytest.mark.parametrize("folder", ["modules/cluster", "platform"])
def test_container_insights_are_what_they_are_unless_told_otherwise(folder: str) -> None:
    assert f'default     = "{module.DEFAULT_INSIGHTS}"' in variable(folder, "container_insights")


def test_bounds_are_the_validations() -> None:
    assert f'regex("^{module.SERVICE_NAME}$", var.name)' in variable("modules/service", "name")
    seconds = f"contains(range(1, {module.LONGEST_STARTUP_S + 1}), var.task.startup_seconds)"
    assert seconds in variable("modules/service", "task")
    scaling = variable("modules/scaling", "scaling")
    assert f"contains({list(module.PERIODS_S)}, var.scaling.period)" in scaling
    counted = json.dumps([module.TASKS, module.SHARE])
    assert f"contains({counted}, var.scaling.in_adjustment_type)" in scaling
    assert f"step.remove < {module.PERCENT}])" in scaling
    assert f"var.scaling.in_cooldown >= {module.LEAST_IN_COOLDOWN_S}\n" in scaling
    assert f"var.scaling.period * var.scaling.in_periods <= {module.DAY_S} " in scaling
    middle = module.LONGEST_STEM - 2
    assert f"^[a-z][a-z0-9-]{{0,{middle}}}[a-z0-9]$" in variable("modules/cluster", "name")


def test_a_check_by_http_takes_the_default_code() -> None:
    text = (TERRAFORM / "modules" / "service" / "target_group.tf").read_text(encoding="utf-8")
    assert f'local.is_grpc ? "0" : "{module.DEFAULT_MATCHER}"' in text


def test_what_scales_has_the_names_that_are_looked_for() -> None:
    files = sorted((TERRAFORM / "modules").rglob("*.tf"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    ladders = {name.removesuffix("-out") for name in module.POLICY_NAMES if name.endswith("-out")}
    assert ladders == {name.removesuffix("-high") for name in module.ALARM_ENDINGS if name.endswith("-high")}
    for line in ('"${each.key}-out"', '"joint-in"', '-${each.key}-high"', '-joint-low"'):
        assert line in text
    assert text.count('resource "aws_cloudwatch_metric_alarm" "out"') == 1
    # Two alarms out on one metric each, one in on two.
    assert len(ladders) * 2 == module.ALARMED_METRICS


def test_what_tells_whoever_is_on_call_has_the_names_that_are_looked_for() -> None:
    text = (TERRAFORM / "modules/service/operator_alarms.tf").read_text(encoding="utf-8")
    made = re.findall(r'resource "aws_cloudwatch_metric_alarm" "(\w+)"', text)
    names = re.findall(r'alarm_name +=  *"\$\{local\.full_name\}-([a-z-]+)"', text)
    assert dict(zip(names, made, strict=True)) == module.OPERATOR_ALARM_ENDINGS
    tags = (TERRAFORM / "modules/service/locals.tf").read_text(encoding="utf-8")
    assert set(re.findall(r"^    (\w+) += var\.", tags, re.MULTILINE)) >= set(module.MODULE_TAGS)


def test_ladders_that_the_module_refuses_are_not_taken() -> None:
    good = Ladders(min_tasks=2, max_tasks=4, cpu=MODULE.cpu, memory=MODULE.memory)
    assert module_takes(good)
    for changes in (
        {"min_tasks": 0},
        {"max_tasks": 1},
        {"out_cooldown_s": 300},
        {"in_cooldown_s": 30, "out_cooldown_s": 10},
        {"period_s": 90},
        {"in_datapoints": (2000, 2000)},
    ):
        assert not module_takes(replace(good, **changes))
