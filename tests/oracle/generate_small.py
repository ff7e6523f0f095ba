"""Hypothesis strategies: small cases of round numbers, which shrink to the smallest that departs."""

from __future__ import annotations

import itertools
from math import inf

import oracle_case as oc
from hypothesis import strategies as st

LOADS = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0)
THRESHOLDS = (12.5, 25.0, 50.0, 75.0, 100.0)


def alarms(policies: int) -> st.SearchStrategy[oc.Alarm]:
    """Return alarms that invoke one of so many policies."""
    return st.integers(1, 4).flatmap(
        lambda n: st.builds(
            oc.Alarm,
            metric=st.sampled_from(oc.METRICS),
            comparison=st.sampled_from(oc.COMPARISONS),
            threshold=st.sampled_from((*THRESHOLDS, 1.0)),
            period=st.integers(1, 3),
            n=st.just(n),
            m=st.integers(1, n),
            missing=st.sampled_from(oc.MISSING_RULES),
            policy=st.integers(0, policies - 1),
            cpu_low=st.sampled_from((25.0, 50.0)),
            memory_low=st.sampled_from((25.0, 50.0)),
        )
    )


@st.composite
def step_policies(draw: st.DrawFn) -> oc.StepPolicy:
    """Return a ladder of steps without gaps, on both sides of the threshold or on one."""
    kind = draw(st.sampled_from(oc.ADJUSTMENTS))
    sides = draw(st.sampled_from(((0.0, 25.0, inf), (-inf, -25.0, 0.0), (-inf, -12.5, 0.0, 12.5, inf))))
    sizes = {
        "CHANGE": st.integers(-3, 3),
        "PERCENT": st.sampled_from((-100, -50, -10, 0, 10, 50, 100)),
        "EXACT": st.integers(0, 8),
    }
    steps = tuple(
        oc.Step(lower=lower, upper=upper, adjustment=draw(sizes[kind]))
        for lower, upper in itertools.pairwise(sides)
    )
    return oc.StepPolicy(
        adjustment_type=kind,
        min_magnitude=draw(st.integers(0, 3)) if kind == "PERCENT" else 0,
        cooldown_s=draw(st.sampled_from((0, 30, 60, 150, 600))),
        aggregation=draw(st.sampled_from(oc.AGGREGATIONS)),
        steps=steps,
    )


starts = st.tuples(*[st.sampled_from((0, 20, 60, 100, 250))] * 3).map(
    lambda gaps: (gaps[0], gaps[0] + gaps[1], sum(gaps))
)
choices = st.builds(
    oc.Choices,
    publication_delay_s=st.sampled_from((0, 60, 61, 120)),
    evaluation_extra=st.integers(0, 3),
    aggregate=st.sampled_from(("alarm", "latest")),
    in_activity_s=st.sampled_from((0, 90)),
    launch_rate_per_min=st.sampled_from((1, 2, 7, 500)),
    cooldown_blocks_in=st.booleans(),
    queue_limit_vcpu_min=st.sampled_from((0.0, 1.0, 50.0)),
)


@st.composite
def small(draw: st.DrawFn) -> oc.Case:
    """Return a case of at most 30 minutes and 8 tasks."""
    stretches = draw(st.lists(st.tuples(st.sampled_from(LOADS), st.integers(1, 8)), min_size=1, max_size=6))
    load = [level for level, span in stretches for _ in range(span)][:30]
    count = len(load)
    policies = tuple(draw(st.lists(step_policies(), min_size=1, max_size=3)))
    low, high = sorted((draw(st.integers(0, 2)), draw(st.integers(1, 8))))
    held = draw(st.sampled_from((0.0, 512.0, 1024.0, 3000.0)))
    barred = draw(st.integers(0, count))
    events = draw(st.dictionaries(st.integers(0, count - 1), st.sampled_from((1, 34, 50, 100)), max_size=3))
    return oc.Case(
        cpu_vcpu=tuple(load),
        memory_mib=(held,) * count,
        hottest_ratio=(draw(st.sampled_from((1.0, 1.5))),) * count,
        no_scale_in=tuple(k < barred for k in range(count)),
        memory_slope_mib_per_vcpu=draw(st.sampled_from((0.0, 512.0))),
        overhead_vcpu=draw(st.sampled_from((0.0, 0.25))),
        overhead_mib=draw(st.sampled_from((0.0, 64.0))),
        idle_vcpu=draw(st.sampled_from((0.0, 0.125))),
        boot_vcpu=draw(st.sampled_from((0.0, 0.5))),
        starts=tuple(draw(st.lists(starts, min_size=1, max_size=3))),
        seed=draw(st.integers(0, 9)),
        min_tasks=low,
        max_tasks=high,
        initial_tasks=draw(st.integers(low, high)),
        deregistration_delay_s=draw(st.sampled_from((0, 10, 300))),
        shutdown_s=draw(st.sampled_from((0, 30))),
        alarms=tuple(draw(st.lists(alarms(len(policies)), min_size=1, max_size=3))),
        policies=policies,
        choices=draw(choices),
        cpu_share=draw(st.sampled_from((0.5, 1.0))),
        memory_share=draw(st.sampled_from((0.5, 1.0))),
        share_percent=tuple(events.get(k, 0) for k in range(count)) if events else (),
        capacity_wait_s=draw(st.sampled_from((0, 45, 300))) if events else 0,
    )
