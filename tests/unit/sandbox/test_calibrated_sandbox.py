"""The proof of calibration: a service of the sandbox with known fields, its snapshot, and they are found."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
import numpy as np
import pytest
from sandbox.made import CLUSTER
from sandbox.scaled import NAME, Known, scaled

from trimtab.advice.calibration.fit import Calibration
from trimtab.aws.connection import Connection
from trimtab.commands.calibrate import calibrated
from trimtab.progress import silent
from trimtab.report.layout import lines
from trimtab.report.replay.calibration import render
from trimtab.sandbox.clock import SandboxTime
from trimtab.sandbox.server import Sandbox
from trimtab.sandbox.timing import TaskTiming
from trimtab.snapshot.folder import read_fleet
from trimtab.snapshot.live.read import Wish, read_live

if TYPE_CHECKING:
    from pathlib import Path

BEGAN = datetime(2026, 11, 20, 12, tzinfo=UTC)
TIMING = TaskTiming(place_s=10, pull_s=10, boot_s=20, ready_s=20, counted_s=20, stop_s=10)
MINUTES = 2 * 1440 + 8
TIMES = np.arange(MINUTES)
WORK = 3.0 * (1.3 + np.sin(2 * np.pi * TIMES / 180)) + np.random.default_rng(5).normal(0, 0.15, MINUTES)


@pytest.mark.slow
@pytest.mark.parametrize(
    "known",
    [
        Known(delay_s=180, phase_s=23.4, in_activity_s=120),
        Known(delay_s=60, phase_s=10.9, in_activity_s=0),
    ],
)
def test_known_fields_of_a_service_in_the_sandbox_are_found(
    known: Known, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SandboxTime(speed=0, start=BEGAN.timestamp())
    with Sandbox.start(clock=clock, timing=TIMING) as sandbox:
        for name, value in sandbox.environment.items():
            monkeypatch.setenv(name, value)
        scaled(sandbox, known, WORK.tolist())
        account = Connection.open(region="us-east-1", session=boto3.Session())
        now = datetime.fromtimestamp(clock.now(), UTC)
        read_live(account, Wish(cluster=CLUSTER, days=2), tmp_path / "in", now, silent)
        assert sandbox.faults == ()
        assert sandbox.calls_not_implemented == ()
    (service,) = read_fleet(tmp_path / "in" / "fleet.json").services

    starts = {(one.placement_s, one.pull_s, one.boot_s) for one in service.start_samples}
    assert starts == {(10, 10, 20)}
    (found,) = calibrated(tmp_path / "in", services=(NAME,)).found
    assert isinstance(found, Calibration)
    assert len(found.seen_s) == sum(one.after == "ALARM" for one in service.alarm_changes) > 20
    wait_s = known.delay_s + known.phase_s
    assert found.seen_s == pytest.approx([wait_s] * len(found.seen_s), abs=0.01)
    assert f"asked {known.delay_s + known.phase_s:.1f} s after a period's end" in " ".join(
        lines(render([found]))
    )
    assert (found.fields.delay_s, found.fields.in_activity_s) == (known.delay_s, known.in_activity_s)
    assert found.fields.phase_s == pytest.approx(known.phase_s, abs=1)
    judged = found.judged
    assert judged.matched.happened > 50
    assert judged.matched.share > 0.99
    assert judged.matched.error_s(0.5) < 2
    assert judged.count_error < min(0.01, found.default.count_error)
    assert abs(judged.bill_error) < 0.01
