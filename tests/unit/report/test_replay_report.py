from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fleet import made

from trimtab.advice.case.case import as_deployed, workload_of
from trimtab.advice.case.objective import DEFAULT
from trimtab.advice.case.outcome import judge
from trimtab.catalog.load import prices
from trimtab.commands.replay import Replayed, replay
from trimtab.fleet.model import Scaling, Step, StepPolicy
from trimtab.replay.result import AlarmState
from trimtab.report import layout
from trimtab.report.replay import terminal as replay_terminal
from trimtab.report.replay.data import replay_report_of
from trimtab.report.replay.minutes import encode
from trimtab.snapshot.folder import write_snapshot

if TYPE_CHECKING:
    from pathlib import Path


def replayed(tmp_path: Path, output: Path | None = None) -> Replayed:
    services = (
        made.service("api"),
        made.service("a-service-with-quite-a-long-name", size=made.size(4096, 16384)),
        made.service("gappy"),
        made.service("idle"),
    )
    tables = [made.metrics(one, cpu_percent=61.0 if one.name == "api" else 20.0) for one in services[:3]]
    tables[2] = made.pl.concat([tables[2].slice(0, 1120), tables[2].slice(2000)])
    table = made.pl.concat(tables).sort("service", "timestamp")
    write_snapshot(made.snapshot_of(made.fleet(*services), table), tmp_path / "in")
    return replay(tmp_path / "in", output=output)


def shown(done: Replayed, width: int = layout.WIDTH) -> str:
    return "".join(f"{line}\n" for line in layout.lines(replay_terminal.render(done.report), width=width))


def test_a_row_holds_what_the_replay_found_and_the_totals_are_the_sum_of_rows(tmp_path: Path) -> None:
    done = replayed(tmp_path)
    report = done.report
    for row, judged in zip(report.rows, done.judged, strict=True):
        verdict, minutes = judged.verdict, judged.replay.minutes
        assert row.service == verdict.service
        assert row.tasks_seen == f"{minutes.desired.min()}-{minutes.desired.max()}"
        assert row.over_cpu_min == minutes.over_cpu.sum() == round(row.over_cpu_share * verdict.minutes)
        assert row.direction_changes_day == judged.replay.summary.direction_changes / 2
    assert report.usd_month == sum((row.usd_month for row in report.rows), Decimal(0))
    assert report.over_cpu_min == sum(row.over_cpu_min for row in report.rows) > 0
    assert report.over_cpu_share == pytest.approx(report.over_cpu_min / (3 * 2 * 1440))


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_every_figure_is_on_the_screen_unbroken(tmp_path: Path, width: int) -> None:
    done = replayed(tmp_path)
    text = shown(done, width)
    for row in done.report.rows:
        assert f"{row.usd_month:,.2f}" in text
        assert row.size in text
        assert f"{row.over_cpu_min:,}" in text
    assert f"{done.report.usd_month:,.2f}" in text


def test_no_line_is_wider_than_a_hundred_columns(tmp_path: Path) -> None:
    assert max(len(line) for line in shown(replayed(tmp_path)).splitlines()) <= 100


def test_what_was_filled_lost_or_skipped_is_said_of_its_service(tmp_path: Path) -> None:
    done = replayed(tmp_path)
    text = " ".join(shown(done).split())
    assert f"gappy: {100 * 880 / 2880:.1f} % of minutes were not reported" in text
    saturated = done.judged[0].verdict.saturated_min
    assert saturated > 0
    assert f"api: in {saturated:,} minutes the work wanted more CPU than there was" in text
    assert "idle: no metrics" in text.split("SKIPPED")[1]


@pytest.mark.parametrize(("count", "said"), [(1, "in 1 minute the"), (1234, "in 1,234 minutes the")])
def test_one_minute_is_no_plural(tmp_path: Path, count: int, said: str) -> None:
    verdict = replace(replayed(tmp_path).judged[0].verdict, saturated_min=count, oom_min=count)
    report = replay_report_of(
        made.fleet(made.service("api")), "", verdicts=[verdict], skipped=[], failures=[], objective=DEFAULT
    )
    assert [said in note.text for note in report.notes[:2]] == [True, True]


def test_in_the_file_a_point_that_is_missing_is_null_and_alarms_are_listed() -> None:
    away = StepPolicy(
        name="away", metric="cpu", comparison="less", threshold=90.0, evaluation_periods=1,
        datapoints_to_alarm=1, adjustment_type="ExactCapacity", cooldown_s=60,
        steps=(Step(upper=0.0, adjustment=0),),
    )  # fmt: skip
    service = made.service(scaling=Scaling(min_tasks=0, max_tasks=4, policies=(away,)))
    judged = judge(as_deployed(workload_of(service, made.demand(np.ones(60))), prices("us-east-1")))
    table = made.pl.read_parquet(io.BytesIO(encode([judged])))
    assert table["running_tasks"].to_list()[-1] == 0
    nothing = table["running_tasks"] == 0
    assert (table["cpu_average_percent"].is_null() == nothing).all()
    assert (table["memory_average_percent"].is_null() == nothing).all()
    assert set(table["alarm_states"].list.len()) == {1}
    assert table["alarm_states"].list.first().to_list() == judged.replay.minutes.alarm_state[0].tolist()
    assert AlarmState.ALARM in table["alarm_states"].list.first()


def test_a_file_that_was_written_is_named_whole(tmp_path: Path) -> None:
    path = tmp_path / ("deep-" * 20) / "minutes.parquet"
    assert f"  {path}\n" in shown(replayed(tmp_path, path))


def test_where_no_service_can_be_replayed_there_is_no_table_and_no_file(tmp_path: Path) -> None:
    snapshot = made.snapshot(made.service("api"), made.service("idle"), silent=("idle",))
    write_snapshot(snapshot, tmp_path / "in")
    done = replay(tmp_path / "in", services=("idle",), output=tmp_path / "minutes.parquet")
    assert "total" not in shown(done)
    assert "idle: no metrics" in shown(done)
    assert done.partial
    assert not (tmp_path / "minutes.parquet").exists()
