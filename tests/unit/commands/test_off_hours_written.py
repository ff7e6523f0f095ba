"""``optimize --allow-zero`` from a snapshot's folder to what is written, shown and read back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from commands.made import trimtab
from fleet import made

from trimtab.advice.case.objective import Objective
from trimtab.advice.choice.model import COSTS_MORE
from trimtab.advice.model import CautionKind
from trimtab.commands.optimize import optimize
from trimtab.document.read import read_document
from trimtab.snapshot.folder import snapshot_of, write_snapshot
from trimtab.terraform_module import Minimum
from trimtab.values.read import read_proposals
from written import contents

if TYPE_CHECKING:
    from pathlib import Path

DAYS = 8
ZURICH = Objective(allow_zero=True, timezone="Europe/Zurich")
VALUES, DOCUMENT = "services.auto.tfvars", "recommendation.json"


def run(folder: Path, *names: str, objective: Objective = ZURICH, out: str = "out", **more: Any) -> None:
    optimize(
        folder / "in",
        folder / out,
        objective=objective,
        services=names,
        effort=made.LITTLE,
        page=False,
        **more,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a snapshot of two services, of which ``api`` is called from 6:00 to 22:00 in Zurich (UTC + 1)."""
    api, web = made.service("api"), made.service("web", traffic=made.traffic(priority=110), callers=("api",))
    night = pl.col("timestamp").dt.hour().is_in([21, 22, 23, 0, 1, 2, 3, 4]) & (pl.col("service") == "api")
    rows = pl.concat([made.metrics(one, days=DAYS) for one in (api, web)])
    rows = rows.with_columns(requests=pl.when(night).then(None).otherwise(pl.col("requests")))
    found = tmp_path_factory.mktemp("hours")
    whole = snapshot_of(made.fleet(api, web, days=DAYS), rows.sort("service", "timestamp"))
    write_snapshot(whole, found / "in")
    run(found)
    return found


def test_the_values_have_both_actions_and_are_read_back_as_they_were_meant(folder: Path) -> None:
    text = (folder / "out" / VALUES).read_text(encoding="utf-8")
    assert '{ at = "22:00", min = 0, max = 0 }' in text
    assert "a caller gets 503" in " ".join(text.replace("#", "").split())
    proposals = read_proposals(folder / "out" / VALUES)
    schedule = proposals["api"].ladders.schedule
    assert schedule is not None
    assert schedule.timezone == "Europe/Zurich"
    assert schedule.weekdays[1] == Minimum(minute=22 * 60, min_tasks=0, max_tasks=0)
    assert 5 * 60 < schedule.weekdays[0].minute < 6 * 60
    assert proposals["web"].ladders.schedule is None


def test_the_document_has_the_hours_the_dollars_and_the_caution(folder: Path) -> None:
    document = read_document(folder / "out" / DOCUMENT)
    api, web = document.services
    hours = api.off_hours
    assert hours
    assert hours.closed[0].from_minute == 22 * 60
    assert hours.saving_usd_month > 1
    (caution,) = (one for one in api.cautions if one.kind is CautionKind.OFF_HOURS)
    assert caution.text == hours.text
    assert not web.off_hours
    assert api.replay_after.tasks_least == 0
    # What was not chosen is replayed with the same hours: what passes the same trials costs no less.
    assert all(one.scaling.schedule for one in api.choice.alternatives)
    assert all(
        one.usd_month >= api.replay_after.usd_month
        for one in api.choice.alternatives
        if one.against == COSTS_MORE and one.size == f"{api.cpu_units}/{api.memory_mib}"
    )


def test_the_page_of_the_service_says_it_by_the_clock_and_in_the_cost(folder: Path) -> None:
    api, _ = read_document(folder / "out" / DOCUMENT).services
    done = trimtab("report", folder / "out", "api")
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "no task from 22:00 (every day, Europe/Zurich)" in said
    assert "by hours without a task" in said
    assert "and none in some hours" in said
    table = trimtab("report", folder / "out").stdout
    assert f" 0, {api.scaling.min_tasks}-{api.scaling.max_tasks} " in table


def test_a_service_searched_again_leaves_the_hours_of_the_other_as_they_are(folder: Path) -> None:
    before = contents(folder / "out")
    run(folder, "web", fresh=True)
    assert contents(folder / "out") == before


def test_a_replay_of_the_values_is_the_replay_of_the_recommendation(folder: Path) -> None:
    done = trimtab(
        "replay", folder / "in", "--policy", folder / "out" / VALUES, "--service", "api", "--format", "json"
    )
    assert done.returncode == 0, done.stderr
    after = read_document(folder / "out" / DOCUMENT).services[0].replay_after
    assert str(round(after.usd_month, 2)) in json.dumps(json.loads(done.stdout))


def test_without_the_flag_no_byte_speaks_of_it(folder: Path) -> None:
    run(folder, objective=Objective(), out="plain")
    for name, content in contents(folder / "plain").items():
        for word in (b"off_hours", b"allow_zero", b"timezone", b'max_tasks": null', b"schedule ="):
            assert word not in content, (name, word)


def test_a_clock_that_is_none_is_refused_in_one_line(folder: Path, tmp_path: Path) -> None:
    done = trimtab("optimize", folder / "in", "-o", tmp_path / "x", "--timezone", "Zurich/Europe")
    assert done.returncode == 2
    assert "none that is known here" in done.stderr
    assert not (tmp_path / "x").exists()
