"""``trimtab replay SNAPSHOT --calibrate`` as a user runs it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from advice import lived
from commands.made import trimtab

from trimtab.commands.calibrate import calibrated
from trimtab.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lived.written(tmp_path_factory.mktemp("lived") / "in")


def test_it_shows_what_was_fitted_and_how_far_off_the_rest_is_beside_two_forecasts(snapshot: Path) -> None:
    run = trimtab("replay", snapshot, "--calibrate", "--service", "web")
    assert run.returncode == 0, run.stderr
    told = " ".join(run.stdout.split())
    assert "on the last 30 % of the recording" in told
    assert (
        "web: fitted on the first 70 %: an alarm sees a minute 180 s after its end, the activity begins "
        "23.4 s later, and a scale-in lasts 120 s"
    ) in told
    # A sentence may be broken before one of these words; a row goes on with a number.
    lines = re.findall(r"^(replay|with defaults|count stays|day before) +(\d.*)$", run.stdout, re.MULTILINE)
    rows = {name: figures.split() for name, figures in lines}
    for title in ("predicted", "false", "p50 s", "p95 s", "count", "bill"):
        assert title in run.stdout
    share, _, false, p50_s, p95_s, count, _, bill, _ = rows["replay"]
    assert (share, false) == ("100.0", "0")
    assert float(p50_s) == float(p95_s) == 0.0
    assert float(count) < 1
    assert abs(float(bill)) < 1
    assert float(rows["with defaults"][5]) > 10, "AWS's benchmark is not this service"
    stays, day_before = rows["count stays"], rows["day before"]
    assert (stays[0], stays[3:5]) == ("0.0", ["-", "-"])
    assert float(stays[5]) > float(day_before[5]) > 1, "the error of the count"
    assert 0 < float(day_before[0]) < 100


def test_a_service_without_activities_is_one_line_and_exit_code_3(snapshot: Path) -> None:
    run = trimtab("replay", snapshot, "--calibrate")
    assert run.returncode == 3
    told = " ".join(run.stdout.split())
    assert "web: fitted on" in told, "the others are shown all the same"
    assert (
        "quiet: cannot tell: 0 scaling activities in the first 70 % of the recording and 0 in the rest; "
        "10 of each are needed kept in"
    ) in told
    assert told.endswith("calibration.json, for optimize and replay of this snapshot")
    assert "Traceback" not in run.stderr


def test_what_cannot_be_asked_is_one_line_and_exit_code_2(snapshot: Path) -> None:
    run = trimtab("replay", snapshot, "--calibrate", "-o", "minutes.parquet")
    assert (run.returncode, run.stdout) == (2, "")
    assert "--calibrate is of what is deployed" in run.stderr
    assert "Traceback" not in run.stderr
    with pytest.raises(UsageError, match="absent"):
        calibrated(snapshot, services=("absent",))
