"""The page of the example fleet: figures that agree with the recommendation, size, and words."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from trimtab.catalog.own_prices import prices_for
from trimtab.commands.report import KEPT, MARK, kept_series, remove_report, rendered, write_report
from trimtab.document.name import DOCUMENT_FILE
from trimtab.document.read import read_document
from trimtab.errors import UsageError
from trimtab.report.html.data import page_of, risks_of
from trimtab.report.html.frontier import points_of
from trimtab.report.html.money import sure_of, waterfall
from trimtab.report.html.render import FILE
from trimtab.report.html.replayed import series_of
from trimtab.report.html.series import bands, counted, runs, unpacked
from trimtab.snapshot.folder import read_snapshot

if TYPE_CHECKING:
    from example_run import ExampleRun
    from trimtab.document.schema import Document
    from trimtab.report.html.series import ChartSeries

SNAPSHOT = Path(__file__).resolve().parents[4] / "examples" / "fleet"
MOST_BYTES = 2_000_000
MOST_CPU_S, ONCE_S = 0.1, 3.0
"""What the page may add to a run [CPU s]: a service, and once."""


@pytest.fixture(scope="module")
def document(example: ExampleRun) -> Document:
    return read_document(example.out / DOCUMENT_FILE)


@pytest.fixture(scope="module")
def series(example: ExampleRun, document: Document) -> dict[str, ChartSeries]:
    return {one.service: one for one in kept_series(document, example.out)}


def test_minutes_drawn_are_those_that_the_recommendation_counts(
    document: Document, series: dict[str, ChartSeries]
) -> None:
    assert list(series) == [one.name for one in document.services]
    for service in document.services:
        drawn = series[service.name]
        assert drawn.same
        assert counted(drawn.short_before) == service.replay_before.minutes_over_cpu
        assert counted(drawn.short_after) == service.replay_after.minutes_over_cpu
        assert drawn.held_out_after_usd_month == pytest.approx(service.choice.judged_usd_month, rel=0.05)
        assert unpacked(drawn.columns["demand_hi"]).max() == pytest.approx(
            service.work.cpu_peak_vcpu, rel=0.25
        )


def test_the_steps_of_the_waterfall_add_up_to_the_cent(document: Document) -> None:
    today, *steps, proposed = waterfall(document)
    assert round(today.usd_month + sum(one.usd_month for one in steps), 2) == proposed.usd_month
    assert (today.usd_month, proposed.usd_month) == (
        document.cost.before_usd_month,
        document.cost.after_usd_month,
    )
    # The example's services get smaller sizes, and what is not recorded is hatched.
    sizes = next(one for one in steps if one.label == "Task size")
    assert sizes.usd_month < 0
    # What starts and drains cost is little beside what runs: no more is left over.
    (rest,) = (one.usd_month for one in steps if one.label == "Starts and drains")
    assert abs(rest) < 0.05 * today.usd_month
    assert {one.label for one in steps if one.unknown} >= {"Logs", "Container Insights"}


def test_how_sure_counts_what_replay_and_record_differ_by(
    document: Document, series: dict[str, ChartSeries]
) -> None:
    sure = sure_of(document, series)
    assert sure.recorded == ("accounts", "ledger")
    replayed = [one for one in document.services if one.name not in sure.recorded]
    assert sure.error_usd_month == pytest.approx(
        sum(abs(one.cost.before.compute_usd_month - one.cost.recorded_usd_month) for one in replayed)
    )
    assert sure.held_out_before is not None
    assert sure.held_out_before > sure.held_out_after > 0


def test_the_gravest_risk_comes_first(document: Document) -> None:
    risks = list(risks_of(document))
    assert [one.severity for one in risks] == sorted((one.severity for one in risks), reverse=True)
    assert {one.kind for one in risks} == {
        one.kind.value for service in document.services for one in service.cautions
    }


def test_cost_against_minutes_has_today_the_choice_and_target_tracking(
    document: Document, series: dict[str, ChartSeries]
) -> None:
    for service in document.services:
        points = points_of(document, service, series[service.name])
        kinds = [one.kind for one in points]
        assert kinds[:2] == ["choice", "today"]
        moves = service.scaling.min_tasks != service.scaling.max_tasks
        assert kinds.count("tracking") == (2 if moves else 0)


def test_the_page_is_small_and_the_same_again(example: ExampleRun, document: Document) -> None:
    written = (example.out / "report.html").read_text(encoding="utf-8")
    assert len(written.encode()) < MOST_BYTES
    assert rendered(document, example.out) == {"report.html": written}
    # From the snapshot it is the same as from what was kept.
    assert rendered(document, example.out, snapshot=SNAPSHOT) == {"report.html": written}


def test_the_page_adds_little_to_a_run(document: Document, tmp_path: Path) -> None:
    snapshot = read_snapshot(SNAPSHOT)
    prices = prices_for(snapshot.fleet.region, None, snapshot.prices)
    list(series_of(document, snapshot, prices))  # what is compiled is compiled
    begun = time.process_time()
    write_report(document, snapshot, prices, tmp_path)
    assert time.process_time() - begun < MOST_CPU_S * len(document.services) + ONCE_S


def test_minutes_of_another_result_are_not_drawn(
    example: ExampleRun, document: Document, tmp_path: Path
) -> None:
    kept = json.loads((example.out / KEPT).read_text(encoding="utf-8"))
    (tmp_path / KEPT).parent.mkdir(parents=True)
    (tmp_path / KEPT).write_text(json.dumps(kept), encoding="utf-8")
    assert kept_series(document, tmp_path)
    (tmp_path / KEPT).write_text(json.dumps({**kept, "document": "another"}), encoding="utf-8")
    assert kept_series(document, tmp_path) == ()
    (text,) = rendered(document, tmp_path).values()
    assert "data-series" not in text


def test_one_service_is_a_page_of_its_own(example: ExampleRun, document: Document) -> None:
    (text,) = rendered(document, example.out, service="fraud").values()
    assert text.count("data-series") == 1
    with pytest.raises(UsageError, match="no service 'nobody'"):
        rendered(document, example.out, service="nobody")


def test_the_page_speaks_the_fields_words(example: ExampleRun) -> None:
    text = (example.out / "report.html").read_text(encoding="utf-8")
    text = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    shown = re.sub(r"<[^>]+>", " ", text)
    for word in ("ladder", "clairvoyant", "turns a day", "minutes over", "judged"):
        assert word not in shown.lower(), word


def test_a_page_without_services_is_a_page(document: Document) -> None:
    empty = msgspec.structs.replace(document, services=(), levers=())
    assert page_of(empty, {}).services == ()


def test_bands_keep_the_least_the_most_and_gaps() -> None:
    minutes = np.arange(30, dtype=np.float64)
    minutes[15:] = np.nan
    minutes[3] = np.nan
    columns = bands({"x": minutes}, 15)
    assert unpacked(columns["x_lo"])[0] == pytest.approx(0, abs=0.01)
    assert unpacked(columns["x_hi"])[0] == pytest.approx(14, abs=0.01)
    assert np.isnan(unpacked(columns["x_hi"])[1])


def test_runs_are_counted_within_bounds() -> None:
    mask = np.array([True, True, False, True, False, True])
    assert runs(mask) == ((0, 2), (3, 1), (5, 1))
    assert counted(runs(mask)) == 4
    assert counted(runs(mask), 1, 4) == 2


def test_the_page_of_an_earlier_result_goes_before_the_next_and_anothers_stays(tmp_path: Path) -> None:
    page = tmp_path / FILE
    page.write_bytes(b"<html>" + MARK + b'1.0">')
    remove_report(tmp_path)
    assert not page.exists()
    page.write_text("<html>somebody's own", encoding="utf-8")
    remove_report(tmp_path)
    assert page.exists()
    remove_report(tmp_path / "none")
