"""Less CPU: how slow starts get, what health checks then allow for, and which sizes are not tried."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from advice import made as made_choice
from fleet import made
from hypothesis import given
from hypothesis import strategies as st

from trimtab.advice.case.case import as_deployed, as_proposed, workload_of
from trimtab.advice.case.objective import DEFAULT, LaidDown, Objective
from trimtab.advice.case.proposal import proposal_of
from trimtab.advice.cautions import cautions_of
from trimtab.advice.choice.admissible import admissible, startup_at, timing_at
from trimtab.advice.choice.choose import Asked, asked
from trimtab.advice.model import CautionKind
from trimtab.advice.promises import cautions_of_latency
from trimtab.catalog.load import fargate_sizes
from trimtab.demand.terms import NO_REQUESTS, OwnCpu, Term
from trimtab.ladders.ladders import default_ladders
from trimtab.sizing.rightsizing import right_size
from trimtab.timing.ground import Setting
from trimtab.timing.slower import Slower
from trimtab.timing.startup import timing_of

if TYPE_CHECKING:
    from trimtab.demand.series import Demand
    from trimtab.fleet.model import TaskSize

QUARTER, HALF, ONE = made.size(256, 512), made.size(512, 1024), made.size(1024, 2048)
BOOTS = OwnCpu(idle=Term(why=NO_REQUESTS), boot=Term(value=8.0, most=10.0))


SHARES = st.sampled_from((0.25, 0.5, 0.9))


def week(own: OwnCpu | None = None) -> Demand:
    demand = made.demand(0.5 + 0.2 * np.sin(np.arange(7 * 1440) * 2 * np.pi / 1440))
    return demand if own is None else replace(demand, own=own)


def test_a_start_whose_cpu_is_not_known_is_slower_by_the_ratio_and_a_known_one_by_what_it_uses() -> None:
    assert Slower(recorded_vcpu=1.0, vcpu=0.25).seconds(20) == 80
    assert Slower(recorded_vcpu=1.0, vcpu=0.25, boot_vcpu_s=4.0).seconds(20) == 20 + 4 * (4 - 1)
    assert Slower(recorded_vcpu=1.0, vcpu=0.25, boot_vcpu_s=400.0).seconds(20) == 80
    assert Slower(recorded_vcpu=1.0, vcpu=2.0, boot_vcpu_s=4.0).seconds(20) == 20


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.25, 4.0), SHARES)
def test_however_a_start_spreads_its_cpu_it_is_no_slower_than_said(
    use: list[float], recorded: float, share: float
) -> None:
    """Second by second: what was used at up to the old quota, done at the new one."""
    used = [recorded * one for one in use]
    quota = share * recorded
    took = sum(max(1.0, one / quota) for one in used)
    slower = Slower(recorded_vcpu=recorded, vcpu=quota, boot_vcpu_s=sum(used))
    assert took <= slower.seconds(float(len(use))) + 1e-6


def test_timing_allows_for_the_slower_start_and_says_what_it_rests_on() -> None:
    service, unknown, known = made.service(start_samples=made.starts(20)), week(), week(BOOTS)
    recorded = timing_of(service)
    quarter = timing_at(service, unknown, QUARTER, DEFAULT)
    assert (recorded.startup.seconds, quarter.startup.seconds) == (20, 80)
    assert quarter.container.start_period_s == 120
    assert "may take 80 s at 0.25, if CPU is all they wait for" in quarter.startup.slower
    assert NO_REQUESTS in quarter.startup.slower
    less = timing_at(service, known, QUARTER, DEFAULT).startup
    assert less.seconds == 50  # 20, and 10 vCPU-seconds at a quarter of the speed
    assert "10.0 vCPU-seconds at most" in less.slower
    grounds = {one.setting: one.sentence for one in quarter.grounds}
    assert "up to 80 s at the new size" in grounds[Setting.STARTUP]
    assert timing_at(service, unknown, ONE, DEFAULT).grounds == recorded.grounds
    assert timing_at(service, unknown, made.size(2048, 4096), DEFAULT).startup.seconds == 20


def test_nothing_gets_less_cpu_and_a_shorter_grace_period_at_once() -> None:
    patient = made.service(traffic=made.traffic(grace_period_s=600), start_samples=made.starts(20))
    for size, grace_s in ((ONE, 60), (QUARTER, 600), (HALF, 600)):
        target = timing_at(patient, week(), size, DEFAULT).target
        assert target is not None
        assert target.grace_period_s == grace_s


def test_where_no_start_was_recorded_the_assumed_one_gets_slower_too() -> None:
    assumed = timing_at(made.service(start_samples=()), week(), HALF, DEFAULT)
    assert assumed.startup.seconds == 120
    assert "120 s" in assumed.startup.slower


def test_the_replay_of_a_smaller_task_starts_it_as_slowly() -> None:
    service, demand = made.service(start_samples=made.starts(20)), week()
    sizing = right_size(service, demand, made_choice.PRICES, fargate_sizes(), floor=2)
    before = as_deployed(workload_of(service, demand), made_choice.PRICES).inputs.starts

    def serving(own: OwnCpu | None, size: object) -> int:
        at_size = replace(sizing, size=size)
        proposal = proposal_of(service, at_size, default_ladders(at_size, demand), timing_of(service))
        starts = as_proposed(workload_of(service, week(own)), proposal, made_choice.PRICES).inputs.starts
        assert starts.pull_s[0] == before.pull_s[0] == 10
        return int(starts.serving_s[0])

    assert before.serving_s[0] == serving(None, ONE) == 22 + 20
    assert serving(None, QUARTER) == 22 + 80
    assert serving(BOOTS, QUARTER) == 22 + 50


def test_sizes_whose_measured_start_health_checks_cannot_allow_for_are_not_tried() -> None:
    slow = made.service(start_samples=made.starts(90))
    sizes, why = admissible(workload_of(slow, week()), DEFAULT)
    assert {size.cpu_units for size in sizes} == {512, 1024, 2048, 4096, 8192, 16384, 32768}
    assert "256 CPU units and fewer are not tried: a start would take up to 360 s there" in why
    laid = Objective(services={"api": LaidDown(cpu_units=256, memory_mib=512)})
    kept, unsaid = admissible(workload_of(slow, week()), laid)
    assert made.size(256, 512) in kept
    assert unsaid == ""
    assert "360 s" in startup_at(slow, week(), QUARTER).warning
    unmeasured, _ = admissible(workload_of(made.service(start_samples=()), week()), DEFAULT)
    assert QUARTER in unmeasured
    today, _ = admissible(workload_of(made.service(start_samples=made.starts(230)), week()), DEFAULT)
    assert ONE in today
    assert HALF not in today


def test_what_is_not_tried_reaches_the_advice_as_a_caution() -> None:
    slow, demand = made.service(start_samples=made.starts(90)), week()
    found = asked(slow, demand, made_choice.PRICES, DEFAULT)
    assert isinstance(found, Asked)
    assert found.sizing.size.cpu_units >= 512
    texts = [one.text for one in cautions_of(slow, demand, found.sizing, found.question.timing)]
    assert any("256 CPU units and fewer are not tried" in text for text in texts)


def test_least_cpu_units_rules_out_smaller_tasks_but_nothing_that_is_laid_down() -> None:
    service, least = made.service(), Objective(least_cpu_units=1024)
    assert min(size.cpu_units for size in admissible(workload_of(service, week()), DEFAULT)[0]) == 256
    assert min(size.cpu_units for size in admissible(workload_of(service, week()), least)[0]) == 1024
    laid = Objective(least_cpu_units=1024, services={"api": LaidDown(cpu_units=256, memory_mib=512)})
    found = asked(service, week(), made_choice.PRICES, laid)
    assert isinstance(found, Asked)
    assert found.sizing.size == QUARTER


@pytest.mark.parametrize(
    ("today", "proposed", "factor"),
    # A quota of half a vCPU may not have held a request back that a quarter does: twice is no limit. What
    # ran on four vCPU at once may have used them all.
    [(ONE, QUARTER, "4 times"), (made.size(4096, 8192), HALF, "8 times"), (HALF, QUARTER, "4 times")],
)
def test_less_than_one_vcpu_behind_a_load_balancer_is_cautioned_with_its_factor(
    today: TaskSize, proposed: TaskSize, factor: str
) -> None:
    def said(size: TaskSize, **changes: object) -> list[str]:
        workload = workload_of(made.service(size=today, **changes), week())
        return [
            one.text
            for one in cautions_of_latency(workload, DEFAULT, size, 1 / 32)
            if one.kind is CautionKind.LATENCY
        ]

    assert f"{factor} as long in an idle task" in said(proposed)[0]
    assert f"{2 * int(factor[0])} times at 50 % CPU, more above" in said(proposed)[0]
    assert said(today) == said(made.size(8192, 16384)) == []
    assert said(proposed, traffic=None) == []
