from __future__ import annotations

from typing import TYPE_CHECKING

import made_fleet as made
import pytest

from trimtab.errors import SnapshotError, UsageError
from trimtab.evidence.model import LeftOutReason
from trimtab.fleet.snapshot import write_snapshot
from trimtab.pipeline import optimize, recommend

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_in_gives_advice_files_and_a_report_out(tmp_path: Path) -> None:
    write_snapshot(made.snapshot(made.service("api"), made.service("jobs", traffic=None)), tmp_path / "in")
    words: list[str] = []
    outcome = optimize(tmp_path / "in", tmp_path / "out", progress=words.append)
    assert not outcome.partial
    assert [advice.service.name for advice in outcome.recommendation.services] == ["api", "jobs"]
    assert [path.parent for path in outcome.report.files] == [tmp_path / "out"] * 2
    assert all(path.is_file() for path in outcome.report.files)
    assert [word.split()[0] for word in words] == ["reading", "sizing", "writing"]


def test_without_a_folder_to_write_to_nothing_is_written(tmp_path: Path) -> None:
    write_snapshot(made.snapshot(made.service("api")), tmp_path / "in")
    outcome = optimize(tmp_path / "in", None)
    assert outcome.report.files == ()
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_every_service_is_either_advised_or_left_out_with_a_reason() -> None:
    huge = made.service("huge", size=made.size(32768, 249856))
    table = made.pl.concat([made.metrics(made.service("api")), made.metrics(huge, memory_percent=97.0)])
    services = (made.service("api"), huge, made.service("idle"))
    recommendation = recommend(made.snapshot_of(made.fleet(*services), table.sort("service", "timestamp")))
    assert [advice.service.name for advice in recommendation.services] == ["api"]
    assert {left.service: left.reason for left in recommendation.left_out} == {
        "idle": LeftOutReason.NO_METRICS,
        "huge": LeftOutReason.NO_SIZE,
    }


def test_a_service_left_out_for_its_size_is_a_caller_no_more() -> None:
    huge = made.service("huge", size=made.size(32768, 249856))
    api = made.service("api", callers=("huge",))
    table = made.pl.concat([made.metrics(api), made.metrics(huge, memory_percent=97.0)])
    recommendation = recommend(made.snapshot_of(made.fleet(api, huge), table))
    assert "huge" in " ".join(caution.text for caution in recommendation.services[0].cautions)


def test_a_region_without_prices_is_refused_in_one_line() -> None:
    with pytest.raises(UsageError) as caught:
        recommend(made.snapshot(made.service("api"), region="mars-north-1"))
    assert "mars-north-1" in caught.value.one_line()


def test_a_snapshot_that_cannot_be_read_leaves_the_output_alone(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError):
        optimize(tmp_path / "missing", tmp_path / "out")
    assert not (tmp_path / "out").exists()
