"""``optimize --timezone``: minima by the time of day, from a snapshot to what is written and run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import polars as pl
import pytest
from advice.made import scaling_of
from commands.made import trimtab
from fleet import made

from trimtab.advice.case.objective import Objective, PolicyKind
from trimtab.advice.choice.model import Decision, Rank
from trimtab.commands.optimize import optimize
from trimtab.document.read import read_document
from trimtab.fleet.model import StartSample
from trimtab.ladders.kinds.schedule import actions_of
from trimtab.ladders.search import Effort
from trimtab.snapshot.folder import snapshot_of, write_snapshot
from trimtab.values.read import read_proposals
from written import contents

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.document.schema import ServicePart
    from trimtab.fleet.model import Service
    from trimtab.terraform_module import Ladders

DAYS = 8
ZURICH = Objective(timezone="Europe/Zurich")
EFFORT = Effort(drawn=300, rounds=5, varied=60)
VALUES, DOCUMENT = "services.auto.tfvars", "recommendation.json"
SLOW = StartSample(placement_s=60.0, pull_s=120.0, boot_s=60.0, ready_s=60.0)
"""Five minutes: late at what begins at once."""


def rows_of(service: Service) -> pl.DataFrame:
    """Return a service's rows, with three hours a day that begin at once: 8, 13 and 19 in Zurich."""
    minutes = np.arange(DAYS * made.DAY)
    busy = np.isin(minutes // 60 % 24, (7, 12, 18))
    noise = np.random.default_rng(5).uniform(0.95, 1.05, minutes.size)
    return made.metrics(service, days=DAYS).with_columns(
        cpu_average_percent=pl.Series(np.where(busy, 30.0, 4.0) * noise),
        cpu_maximum_percent=pl.Series(np.where(busy, 31.0, 4.2) * noise),
        requests=pl.Series(np.where(busy, 300.0, 40.0) * noise),
        running_tasks=pl.Series(np.full(minutes.size, 40)),
    )


def write(folder: Path, service: Service) -> None:
    """Write a snapshot of this service alone."""
    write_snapshot(snapshot_of(made.fleet(service, days=DAYS), rows_of(service)), folder / "in")


def run(folder: Path, objective: Objective = ZURICH, out: str = "out") -> ServicePart:
    optimize(folder / "in", folder / out, objective=objective, effort=EFFORT, page=False)
    (service,) = read_document(folder / out / DOCUMENT).services
    return service


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("minima")
    write(found, made.service("api", start_samples=(SLOW,)))
    run(found)
    return found


def ladders(folder: Path) -> Ladders:
    return read_proposals(folder / "out" / VALUES)["api"].ladders


def test_the_values_say_when_the_minimum_is_up_on_the_clock_asked_for(folder: Path) -> None:
    schedule = ladders(folder).schedule
    assert schedule is not None
    assert schedule.timezone == "Europe/Zurich"
    assert any(7 * 60 <= piece.minute <= 7 * 60 + 54 for piece in schedule.weekdays)
    assert ladders(folder).min_tasks == min(piece.min_tasks for piece in schedule.pieces)


def test_the_document_says_why_and_what_the_same_minimum_all_day_would_cost(folder: Path) -> None:
    (service,) = read_document(folder / "out" / DOCUMENT).services
    assert "steps with one minimum all day" in service.choice.why or "no scaling steps" in service.choice.why
    plain = run(folder, Objective(), "plain")
    assert plain.scaling.schedule is None
    assert service.cost.after.compute_usd_month < plain.cost.after.compute_usd_month
    shown = trimtab("report", folder / "out", "api")
    assert shown.returncode == 0, shown.stderr
    assert "Europe/Zurich" in shown.stdout


def test_without_a_clock_nothing_speaks_of_it(folder: Path) -> None:
    run(folder, Objective(), "plain")
    for content in contents(folder / "plain").values():
        assert b"timezone" not in content
        assert b"time of day" not in content


def test_what_is_kept_gives_the_same_bytes_and_a_replay_of_the_values_the_same_dollars(folder: Path) -> None:
    before = contents(folder / "out")
    run(folder)
    assert contents(folder / "out") == before
    done = trimtab("replay", folder / "in", "--policy", folder / "out" / VALUES, "--format", "json")
    assert done.returncode == 0, done.stderr
    (service,) = read_document(folder / "out" / DOCUMENT).services
    assert str(round(service.replay_after.usd_month, 2)) in done.stdout


def test_a_service_searched_again_leaves_the_minima_of_the_other_as_they_are(tmp_path: Path) -> None:
    api, web = (
        made.service("api", start_samples=(SLOW,)),
        made.service("web", traffic=made.traffic(priority=110)),
    )
    # One that is as busy at all times is searched in no time.
    even = pl.lit(20.0).alias("cpu_average_percent"), pl.lit(21.0).alias("cpu_maximum_percent")
    rows = pl.concat([rows_of(api), made.metrics(web, days=DAYS).with_columns(*even)])
    rows = rows.sort("service", "timestamp")
    write_snapshot(snapshot_of(made.fleet(api, web, days=DAYS), rows), tmp_path / "in")
    asked = {"objective": ZURICH, "effort": EFFORT, "page": False}
    optimize(tmp_path / "in", tmp_path / "out", **asked)
    assert ladders(tmp_path).schedule is not None
    before = contents(tmp_path / "out")
    optimize(tmp_path / "in", tmp_path / "out", services=("web",), fresh=True, **asked)
    assert contents(tmp_path / "out") == before


def test_what_runs_already_is_kept_where_nothing_saves_enough_whichever_minimum_holds(
    folder: Path, tmp_path: Path
) -> None:
    (found,), chosen = read_document(folder / "out" / DOCUMENT).services, ladders(folder)
    assert chosen.schedule is not None
    actions = actions_of(chosen.schedule, chosen.max_tasks)
    bare = scaling_of(replace(chosen, schedule=None))
    highest = max(piece.min_tasks for piece in chosen.schedule.pieces)
    scaling = msgspec.structs.replace(bare, scheduled=actions, min_tasks=highest)
    size = made.size(found.cpu_units, found.memory_mib)
    write(tmp_path, made.service("api", start_samples=(SLOW,), scaling=scaling, size=size))
    (again,) = (run(tmp_path),)
    assert again.scaling.schedule is not None
    plain = run(tmp_path, Objective(), "plain")
    assert Decision.KEEP in {again.choice.verdict, plain.choice.verdict}


def test_where_they_are_not_chosen_the_reason_says_what_they_would_cost(tmp_path: Path) -> None:
    service = made.service("api")
    whole = snapshot_of(made.fleet(service, days=DAYS), made.metrics(service, days=DAYS))
    write_snapshot(whole, tmp_path / "in")
    found = run(tmp_path)
    assert found.scaling.schedule is None
    assert "minima by the time of day were tried too, and " in found.choice.why
    ranks = {one.rank for one in found.choice.alternatives}
    assert (Rank.MINIMA in ranks) == ("would cost" in found.choice.why)
    tracked = run(tmp_path, Objective(timezone="UTC", policies=(PolicyKind.TRACKING,)), "tracked")
    assert "time of day" not in tracked.choice.why
