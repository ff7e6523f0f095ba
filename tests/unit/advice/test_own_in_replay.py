"""CPU of a task's own, once told: in the work, the sizes, the replay and the bound."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from advice import made as made_choice
from fleet import made

from trimtab.advice.case.case import as_deployed, workload_of
from trimtab.advice.case.objective import DEFAULT
from trimtab.advice.choice.admissible import admissible, has_room
from trimtab.advice.choice.choose import asked
from trimtab.advice.choice.sizes import inputs_at
from trimtab.demand.fill import TOO_MUCH, recorded
from trimtab.demand.terms import OwnCpu, Term
from trimtab.errors import ReplayError
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.replay.bound import required_tasks
from trimtab.replay.inputs import Task
from trimtab.replay.run import replay
from trimtab.sizing.tasks import work_cpu
from trimtab.snapshot.folder import snapshot_of

if TYPE_CHECKING:
    from trimtab.demand.series import Demand

IDLE, BOOT = 0.05, 30.0
TOLD = OwnCpu(idle=Term(value=IDLE, most=0.06), boot=Term(value=BOOT, most=35.0))


def day(own: OwnCpu = TOLD, *, rises: int = 0) -> Demand:
    tasks = np.full(made.DAY, 8.0)
    tasks[made.DAY // 2 :] += rises
    return replace(made.demand(np.full(made.DAY, 4.0), tasks=tasks), own=own)


def test_work_is_what_is_left_without_idle_tasks_and_starts() -> None:
    assert work_cpu(day()) == pytest.approx(np.full(made.DAY, 4.0 - 8 * IDLE))
    risen, at = work_cpu(day(rises=2)), made.DAY // 2
    assert risen[at - 1] == pytest.approx(4.0 - 8 * IDLE)
    assert risen[at : at + 2] == pytest.approx(4.0 - 10 * IDLE - 2 * BOOT / 2 / 60)
    assert risen[at + 2] == pytest.approx(4.0 - 10 * IDLE)
    assert work_cpu(day(replace(TOLD, idle=Term(value=9.0)))).min() == 0


def test_the_replay_gives_back_the_cpu_that_was_recorded() -> None:
    service = made.service(start_samples=made.starts(20))
    case = as_deployed(workload_of(service, day()), made_choice.PRICES)
    assert case.inputs.task.idle_vcpu == IDLE
    # Between RUNNING and serving lie 19 s: 30 vCPU-seconds do not fit on one vCPU, and are cut to it.
    assert case.inputs.task.boot_vcpu == pytest.approx(1 - IDLE)
    minutes = replay(case.inputs, replace(case.policy, min_tasks=8, initial_tasks=8)).minutes
    assert minutes.cpu_average_percent[0] == pytest.approx(100 * 4.0 / 8)


def test_a_start_spreads_its_cpu_over_the_time_until_it_serves() -> None:
    service = made.service(start_samples=made.starts(61))
    assert as_deployed(
        workload_of(service, day()), made_choice.PRICES
    ).inputs.task.boot_vcpu == pytest.approx(BOOT / 60)


def test_more_smaller_tasks_pay_for_their_own_cpu_again() -> None:
    question, _ = made_choice.asked(made.service(), day())
    blind_question, _ = made_choice.asked(made.service(), day(OwnCpu(idle=Term(), boot=Term())))

    def needed(asking: object, size: object) -> int:
        _, sizing = made_choice.asked(made.service(), asking.demand)  # type: ignore[attr-defined]
        return int(required_tasks(inputs_at(asking, sizing, size), floor=1).tasks[0])  # type: ignore[arg-type]

    quarter = made.size(256, 1024)
    # 3.6 vCPU of work on tasks of which 0.8 * 0.21875 - 0.05 vCPU are left; blind, 4 on 0.8 * 0.21875.
    assert needed(question, quarter) == 29
    assert needed(blind_question, quarter) == 23
    _, aware = made_choice.asked(made.service(), day())
    _, blind = made_choice.asked(made.service(), day(OwnCpu(idle=Term(), boot=Term())))
    tasks = [next(c.tasks_mean for c in s.candidates if c.size == quarter) for s in (aware, blind)]
    assert tasks[0] > 1.1 * tasks[1]


def test_a_size_that_waiting_alone_would_fill_is_not_tried() -> None:
    heavy = day(replace(TOLD, idle=Term(value=0.2, most=0.2)))
    sizes, _ = admissible(workload_of(made.service(), heavy), DEFAULT)
    assert min(size.cpu_units for size in sizes) == 512
    assert not has_room(made.size(256, 512), workload_of(made.service(), heavy), DEFAULT)
    full = day(replace(TOLD, idle=Term(value=0.9, most=0.9)))
    found = asked(made.service(), full, made_choice.PRICES, DEFAULT)
    assert isinstance(found, LeftOut)
    assert found.reason is LeftOutReason.CANNOT_TELL
    assert "0.9 vCPU without work" in found.detail


def test_more_than_two_fifths_of_a_task_without_work_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    service = made.service()
    snapshot = snapshot_of(made.fleet(service), made.metrics(service))
    monkeypatch.setattr("trimtab.demand.fill.own_cpu", lambda _: replace(TOLD, idle=Term(value=0.41)))
    assert recorded(service, snapshot.metrics[service.name]).own.idle == Term(why=TOO_MUCH)
    monkeypatch.setattr("trimtab.demand.fill.own_cpu", lambda _: TOLD)
    assert recorded(service, snapshot.metrics[service.name]).own == TOLD


def test_a_task_that_uses_more_than_it_has_is_refused() -> None:
    with pytest.raises(ReplayError, match="leave nothing"):
        Task(vcpu=0.25, memory_mib=512, price_usd_hour=0.01, overhead_vcpu=0.1, idle_vcpu=0.15)
    with pytest.raises(ReplayError, match=r"task\.boot_vcpu"):
        Task(vcpu=0.25, memory_mib=512, price_usd_hour=0.01, idle_vcpu=0.1, boot_vcpu=0.2)
