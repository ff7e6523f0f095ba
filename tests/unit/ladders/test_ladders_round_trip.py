"""Ladders written somewhere and read back: as a snapshot's policies, and as Terraform values."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import msgspec
import pytest
from advice import made as asking
from fleet import made
from hypothesis import given, settings
from hypothesis import strategies as st

from module_rules import refusals
from trimtab.fleet.model import Scaling, StepPolicy
from trimtab.ladders.convert import ladders_of_scaling, policy_of_ladders, policy_of_service
from trimtab.pipeline import recommend
from trimtab.terraform_module import InStep, Ladder, Ladders, OutStep
from trimtab.values.read import read_proposals
from trimtab.values.write import render

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.advice.model import Recommendation


@st.composite
def out_steps(draw: st.DrawFn) -> tuple[OutStep, ...]:
    count = draw(st.integers(1, 20))
    aboves = draw(st.sets(st.floats(0.01, 60), min_size=count - 1, max_size=count - 1).map(sorted))
    adds = draw(st.sets(st.integers(1, 5000), min_size=count, max_size=count).map(sorted))
    return tuple(OutStep(above=above, add=add) for above, add in zip((0, *aboves), adds, strict=True))


@st.composite
def in_steps(draw: st.DrawFn, most: int) -> tuple[InStep, ...]:
    count = draw(st.integers(1, 20))
    ten_thousandths = st.integers(1, 9999).map(lambda whole: whole / 10_000)
    belows = draw(st.sets(ten_thousandths, min_size=count - 1, max_size=count - 1).map(sorted))
    removes = draw(st.sets(st.integers(1, most), min_size=count, max_size=count).map(sorted))
    return tuple(
        InStep(below=below, remove=remove)
        for below, remove in zip((1.0, *reversed(belows)), removes, strict=True)
    )


@st.composite
def windows(draw: st.DrawFn, least: int, most: int) -> tuple[int, int]:
    periods = draw(st.integers(least, most))
    return draw(st.integers(1, periods)), periods


@st.composite
def ladders(draw: st.DrawFn) -> Ladders:
    """Any ladders that the module takes, few of which a search would draw."""
    least = draw(st.integers(1, 4999))
    share = draw(st.none() | st.integers(1, 300))
    scale_in = draw(in_steps(5000 if share is None else 99))
    high = draw(st.floats(2, 99.9))
    # Below what would flap.
    rises = [(least + step.remove) / least for step in scale_in]
    if share is not None:
        rises = [max((least + share) / least, 100 / (100 - step.remove)) for step in scale_in]
    highest = min(high, *(high / (rise * step.below) for rise, step in zip(rises, scale_in, strict=True)))
    low = draw(st.floats(0.01, 0.99)) * highest
    memory_high = draw(st.floats(1, 99.9))
    period = draw(st.sampled_from((60, 120, 180, 240, 300)))
    out_window = draw(windows(1, 30))
    in_cooldown = draw(st.integers(60, 7200))
    found = Ladders(
        min_tasks=least,
        max_tasks=draw(st.integers(least, 5000)),
        cpu=Ladder(high=high, low=low, steps=draw(out_steps())),
        memory=Ladder(
            high=memory_high, low=draw(st.floats(0.01, 0.99)) * memory_high, steps=draw(out_steps())
        ),
        scale_in=scale_in,
        in_percent=share,
        out_cooldown_s=draw(st.integers(1, in_cooldown - 1)),
        in_cooldown_s=in_cooldown,
        period_s=period,
        out_datapoints=out_window,
        in_datapoints=draw(windows(out_window[1], 86400 // period)),
    )
    assert refusals(found) == []
    return found


# As a snapshot has them


@pytest.mark.not_fast
@given(ladders())
def test_policies_that_the_module_wrote_are_read_as_the_ladders_they_came_from(one: Ladders) -> None:
    found = ladders_of_scaling(asking.scaling_of(one))
    assert found == one


@pytest.mark.not_fast
@given(ladders())
def test_and_they_are_replayed_alike(one: Ladders) -> None:
    proposed = policy_of_ladders(one, initial_tasks=one.min_tasks)
    deployed = policy_of_service(
        asking.scaling_of(one), initial_tasks=one.min_tasks, start=made.START, minutes=1
    )
    for mine, theirs in zip(proposed.policies, deployed.policies, strict=True):
        assert (mine.cooldown_s, mine.adjustment_type) == (theirs.cooldown_s, theirs.adjustment_type)
        # AWS changes one task at least by itself.
        assert (mine.min_magnitude or 1) == (theirs.min_magnitude or 1)
        for step, other in zip(mine.steps, theirs.steps, strict=True):
            assert step.adjustment == other.adjustment
            assert (step.lower, step.upper) == pytest.approx((other.lower, other.upper))
    for mine, theirs in zip(proposed.alarms, deployed.alarms, strict=True):
        assert (mine.threshold, mine.periods, mine.datapoints) == (
            theirs.threshold,
            theirs.periods,
            theirs.datapoints,
        )


BASE = asking.scaling_of(asking.TODAY)
CPU, MEMORY, JOINT = BASE.policies


def changed(policy: StepPolicy, **values: object) -> StepPolicy:
    return msgspec.structs.replace(policy, **values)


FAST = changed(CPU, period_s=20, evaluation_periods=3, datapoints_to_alarm=3)


def test_the_alarm_of_20_s_beside_cpus_is_read_as_fast_signals_and_replayed_as_one() -> None:
    both = msgspec.structs.replace(BASE, policies=(*BASE.policies, FAST))
    assert ladders_of_scaling(both) == replace(asking.TODAY, fast_signals=True)
    alarms = policy_of_service(both, initial_tasks=2, start=made.START, minutes=1).alarms
    proposed = policy_of_ladders(replace(asking.TODAY, fast_signals=True), initial_tasks=2).alarms
    assert [(one.fast, one.periods, one.threshold) for one in alarms] == [
        (one.fast, one.periods, one.threshold) for one in proposed
    ]
    assert [one.fast for one in alarms] == [False, False, False, True]


OTHERS: dict[str, tuple[StepPolicy, ...]] = {
    "no policies": (),
    "no way in": (CPU, MEMORY),
    "one more": (CPU, MEMORY, JOINT, changed(CPU, name="second", comparison="less")),
    "the same metric twice": (CPU, CPU, JOINT),
    "two ways in": (CPU, MEMORY, changed(CPU, name="in", comparison="less")),
    "a joint metric of parts not told": (CPU, MEMORY, changed(JOINT, cpu_low=None)),
    "a joint threshold of its own": (CPU, MEMORY, changed(JOINT, threshold=0.9)),
    "percent of capacity": (changed(CPU, adjustment_type="PercentChangeInCapacity"), MEMORY, JOINT),
    "an exact count in": (CPU, MEMORY, changed(JOINT, adjustment_type="ExactCapacity")),
    "other windows out": (changed(CPU, evaluation_periods=4), MEMORY, JOINT),
    "other cooldowns out": (changed(CPU, cooldown_s=61), MEMORY, JOINT),
    "an alarm of 20 s at another threshold": (CPU, MEMORY, JOINT, changed(FAST, threshold=51.5)),
    "an alarm of 20 s with other steps": (CPU, MEMORY, JOINT, changed(FAST, steps=CPU.steps[:1])),
    "an alarm of 20 s of one point": (
        CPU,
        MEMORY,
        JOINT,
        changed(FAST, evaluation_periods=1, datapoints_to_alarm=1),
    ),
    "two alarms of 20 s": (CPU, MEMORY, JOINT, FAST, FAST),
    "an alarm of 20 s alone": (FAST, MEMORY, JOINT),
    "other periods": (CPU, MEMORY, changed(JOINT, period_s=300)),
}


@pytest.mark.parametrize("policies", OTHERS.values(), ids=OTHERS)
def test_what_the_module_would_not_have_written_is_no_ladders_of_it(policies: tuple[StepPolicy, ...]) -> None:
    assert ladders_of_scaling(Scaling(min_tasks=2, max_tasks=9, policies=policies)) is None


def test_policies_and_steps_in_another_order_are_the_same_ladders() -> None:
    shuffled = Scaling(
        min_tasks=2,
        max_tasks=14,
        policies=tuple(changed(one, steps=tuple(reversed(one.steps))) for one in (JOINT, MEMORY, CPU)),
    )
    assert ladders_of_scaling(shuffled) == asking.TODAY


# As Terraform values


@cache
def recommendation() -> Recommendation:
    return recommend(made.snapshot(made.service("jobs", traffic=None)), effort=made.LITTLE)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("values") / "services.auto.tfvars"


@pytest.mark.not_fast
@settings(max_examples=60, deadline=None)  # the first reading loads the parser
@given(one=ladders())
def test_values_are_read_back_as_exactly_the_ladders_they_were_written_from(one: Ladders, file: Path) -> None:
    (advice,) = recommendation().services
    other = replace(advice, choice=replace(advice.choice, ladders=one))
    file.write_text(render(replace(recommendation(), services=(other,))), encoding="utf-8")
    assert read_proposals(file)["jobs"].ladders == one
