from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fleet import made

from trimtab.document.encode import document_of
from trimtab.pipeline import recommend
from trimtab.report import layout
from trimtab.report.optimize import terminal
from trimtab.report.optimize.data import Report, report_of

if TYPE_CHECKING:
    from trimtab.advice.model import Recommendation


@cache
def recommended() -> Recommendation:
    services = (
        made.service("api"),
        made.service("a-service-with-quite-a-long-name", size=made.size(4096, 16384)),
        made.service("jobs", traffic=None, start_samples=made.starts(30, 3)),
        made.service("idle"),
    )
    return recommend(made.snapshot(*services, silent=("idle",)), effort=made.LITTLE)


def shown(report: Report, width: int = layout.WIDTH) -> str:
    return "".join(f"{line}\n" for line in layout.lines(terminal.render(report), width=width))


def test_the_report_has_a_row_a_service_and_totals_that_are_their_sum() -> None:
    report = report_of(document_of(recommended()))
    assert [row.service for row in report.rows] == ["api", "a-service-with-quite-a-long-name", "jobs"]
    assert report.shared is not None
    for rows in ((*report.rows, report.shared), report.split):
        assert sum(row.before_usd_month or 0 for row in rows) == report.before_usd_month
        assert sum(row.after_usd_month or 0 for row in rows) == report.after_usd_month
        assert sum(row.saving_usd_month for row in rows) == report.saving_usd_month


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_every_figure_of_the_data_is_on_the_screen_unbroken(width: int) -> None:
    report = report_of(document_of(recommended()))
    text = shown(report, width)
    for row in report.rows:
        for figure in (row.before_usd_month, row.after_usd_month, row.saving_usd_month):
            assert f"{figure:,.2f}" in text
        assert row.size_before in text
        assert row.size_after in text
    assert f"{report.saving_usd_month:,.2f}" in text


def test_no_line_is_wider_than_a_hundred_columns() -> None:
    assert max(len(line) for line in shown(report_of(document_of(recommended()))).splitlines()) <= 100


def test_who_is_left_out_is_named_with_the_reason() -> None:
    text = shown(report_of(document_of(recommended())))
    assert "LEFT OUT" in text
    assert "idle: no metrics" in text


def test_the_saving_is_said_to_be_replayed_with_what_it_is_checked_by_and_how_the_objective_is_kept() -> None:
    (first, *others) = recommended().services
    missed = replace(first, proposed=replace(first.proposed, over_cpu_min=first.proposed.over_cpu_min + 17))
    recommendation = replace(recommended(), services=(missed, *others))
    text = " ".join(shown(report_of(document_of(recommendation))).split())
    assert "Saving in replay: $" in text
    assert f"Recorded tasks: ${recommendation.cost.recorded_usd_month:,}." in text
    over = sum(advice.proposed.over_cpu_min for advice in recommendation.services)
    assert over > 0
    assert f"replay: ${recommendation.cost.saving_usd_month:,} a month" in text
    assert (
        f"before 0.00 %, after {100 * over / (3 * 2 * 1440):.2f} %; 1 % is allowed, and each service" in text
    )
    assert "on the last 30 % of its history, held out from tuning" in text
    assert "stimate" not in text


def test_cautions_name_their_service() -> None:
    assert "jobs: only 3 starts were recorded" in shown(report_of(document_of(recommended())))


def test_cautions_in_the_same_words_are_one_line_that_names_the_services() -> None:
    debug = {"LOG_LEVEL": "DEBUG"}
    services = (made.service("api", environment=debug), made.service("web", environment=debug))
    recommendation = recommend(made.snapshot(*services, made.service("calm")), effort=made.LITTLE)
    document = document_of(recommendation)
    text = shown(report_of(document))
    assert text.count("LOG_LEVEL=DEBUG") == 1
    assert "api, web: runs LOG_LEVEL=DEBUG" in text
    # Each service keeps its own in the document.
    kept = [one.name for one in document.services for said in one.cautions if "DEBUG" in said.text]
    assert kept == ["api", "web"]


def test_the_path_of_a_file_is_shown_whole_however_long() -> None:
    path = Path("/") / ("deep/" * 40) / "services.auto.tfvars"
    assert f"  {path}\n" in shown(report_of(document_of(recommended()), files=[path]))


def test_without_any_advice_there_is_no_table_but_still_a_word() -> None:
    snapshot = made.snapshot(made.service("api"), made.service("idle"), silent=("idle",))
    empty = recommend(
        type(snapshot)(fleet=made.fleet(made.service("idle")), metrics={}, skipped=snapshot.skipped)
    )
    text = shown(report_of(document_of(empty)))
    assert "Saving" not in text
    assert "idle: no metrics" in text
