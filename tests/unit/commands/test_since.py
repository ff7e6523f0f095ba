"""``trimtab report DIR --since SNAPSHOT``: promised against measured, and where nobody can tell."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import jsonschema
import msgspec
import polars as pl
import pytest
from advice.made import TODAY, scaling_of
from commands.made import trimtab
from fleet import made

from trimtab.advice.case.case import as_deployed, workload_of
from trimtab.advice.case.objective import Objective, PolicyKind
from trimtab.advice.case.outcome import judge
from trimtab.catalog.load import prices
from trimtab.commands.optimize import optimize
from trimtab.commands.since import since
from trimtab.demand.fill import recorded
from trimtab.document.name import DOCUMENT_FILE
from trimtab.document.parts import SchedulePart
from trimtab.document.read import read_document
from trimtab.errors import UsageError
from trimtab.fleet.model import Scaling, TrackingPolicy
from trimtab.ladders.kinds.schedule import actions_of
from trimtab.report.since.formats import RENDERERS
from trimtab.report.since.measure import Then, measured, runs
from trimtab.snapshot.folder import snapshot_of, write_snapshot
from trimtab.terraform_module import Ladders, Minimum, Schedule, Tracking

if TYPE_CHECKING:
    from trimtab.document.schema import Document
    from trimtab.fleet.model import Fleet, Service
    from trimtab.report.since.model import SinceReport, SinceRow

ROOT = Path(__file__).parents[3]
REPORT_PAGE = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
DAYS = 8
LATER = made.START + timedelta(days=15)
"""The new record begins here, and the rollout had ended."""
PRICES = prices("us-east-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    snapshot: Path
    folder: Path
    document: Document
    services: tuple[Service, ...]


_KEPT = TemporaryDirectory(prefix="trimtab-since-")


@cache
def promise() -> Promise:
    """Optimise two services: one runs a fixed count of four, one more than it needs of one."""
    folder = Path(_KEPT.name)
    services = (
        made.service("api"),
        made.service("jobs", traffic=None, scaling=Scaling(min_tasks=4, max_tasks=4)),
    )
    tables = [
        made.metrics(services[0], cpu_percent=40.0, days=DAYS),
        made.metrics(services[1], cpu_percent=10.0, days=DAYS),
    ]
    fleet = made.fleet(*services, days=DAYS)
    write_snapshot(snapshot_of(fleet, pl.concat(tables).sort("service", "timestamp")), folder / "then")
    steps = Objective(policies=(PolicyKind.STEP,))
    optimize(folder / "then", folder / "out", objective=steps, effort=made.LITTLE, page=False)
    document = read_document(folder / "out" / DOCUMENT_FILE)
    return Promise(snapshot=folder / "then", folder=folder / "out", document=document, services=services)


def moved(name: str) -> Service:
    """Return a service as it is once the proposal was applied and rolled out."""
    then = promise()
    part = next(one for one in then.document.services if one.name == name)
    old = next(one for one in then.services if one.name == name)
    ladders = msgspec.convert(part.scaling, type=Ladders, from_attributes=True)
    return msgspec.structs.replace(
        old, size=made.size(part.cpu_units, part.memory_mib), scaling=scaling_of(ladders)
    )


def since_then(now: Service, *, times: float = 1.0, days: int = DAYS) -> pl.DataFrame:
    """Return what the moved service would record on the demand of then, so many times as much."""
    then = promise()
    old = next(one for one in then.services if one.name == now.name)
    percent = {"api": 40.0, "jobs": 10.0}[now.name]
    rows = made.metrics(old, cpu_percent=percent * times, days=days)
    demand = recorded(old, rows.drop("service"))
    case = as_deployed(workload_of(now, demand), PRICES, then.document.objective)
    minutes = judge(case).replay.minutes
    count = minutes.running.size
    return pl.DataFrame(
        {
            "service": [now.name] * count,
            "timestamp": [LATER + timedelta(minutes=i) for i in range(count)],
            "cpu_average_percent": minutes.cpu_average_percent,
            "cpu_maximum_percent": minutes.cpu_maximum_percent,
            "memory_average_percent": minutes.memory_average_percent,
            "memory_maximum_percent": minutes.memory_average_percent * 1.03,
            "requests": rows["requests"].to_numpy(),
            "running_tasks": minutes.running.round().astype(int),
        },
        schema_overrides={"timestamp": pl.Datetime("ms", "UTC"), "running_tasks": pl.Int64},
    )


def fleet_of(*services: Service, **changes: object) -> Fleet:
    fleet = made.fleet(*services, days=DAYS)
    return msgspec.structs.replace(fleet, **({"start": LATER.isoformat()} | changes))


def snapshot(folder: Path, fleet: Fleet, *tables: pl.DataFrame) -> Path:
    write_snapshot(snapshot_of(fleet, pl.concat(tables).sort("service", "timestamp")), folder)
    return folder


@cache
def whole(times: float = 1.0) -> Path:
    """Return a new snapshot in which all moved."""
    services = moved("api"), moved("jobs")
    tables = [since_then(one, times=times) for one in services]
    return snapshot(Path(_KEPT.name) / f"new-{times:g}", fleet_of(*services), *tables)


def asked(new: Path, **changes: object) -> SinceReport:
    then = promise()
    given = {"old": then.snapshot, "moved": LATER.isoformat()} | changes
    return since(then.document, then.folder, new, **given)  # type: ignore[arg-type]


def row(report: SinceReport, name: str) -> SinceRow:
    return next(one for one in report.rows if one.service == name)


def test_on_the_same_demand_the_measured_saving_is_the_promised_one() -> None:
    report = asked(whole())
    assert not report.untold, [one.why for one in report.untold]
    for one in report.rows:
        assert one.told is not None
        assert one.promised_usd_month is not None
        assert float(one.told.saving_usd_month) == pytest.approx(
            float(one.promised_usd_month), rel=0.05, abs=1.0
        )
        assert one.told.demand == pytest.approx(1.0, abs=0.05)
        assert one.told.days == DAYS
    assert report.measured_usd_month > 10


def test_more_demand_is_carried_by_the_old_configuration_too_and_no_saving_is_made_up() -> None:
    report = asked(whole(1.5))
    told = row(report, "api").told
    assert told is not None
    assert told.demand == pytest.approx(1.5, abs=0.05)
    fixed = PRICES.task_hour_usd(made.size(1024, 2048), "X86_64") * 4 * 730
    assert float(told.old_usd_month) == pytest.approx(fixed, rel=0.01), "four tasks, whatever they carry"
    same = row(asked(whole()), "api").told
    assert same is not None
    assert told.now_usd_month > same.now_usd_month
    assert told.saving_usd_month == told.old_usd_month - told.now_usd_month < same.saving_usd_month


def test_where_the_old_configuration_would_have_been_short_that_is_said() -> None:
    assert "would have been short of CPU" in row(asked(whole(1.5)), "api").note
    assert row(asked(whole()), "api").note == ""


def test_a_service_at_its_old_size_has_not_moved_and_is_in_no_sum(tmp_path: Path) -> None:
    api, jobs = moved("api"), next(one for one in promise().services if one.name == "jobs")
    old = made.metrics(jobs, cpu_percent=10.0, days=DAYS).with_columns(
        pl.col("timestamp") + timedelta(days=15)
    )
    report = asked(snapshot(tmp_path / "half", fleet_of(api, jobs), since_then(api), old))
    assert row(report, "jobs").why == "it still runs at 1024/2048: it has not moved"
    assert report.measured_usd_month == row(report, "api").told.saving_usd_month  # type: ignore[union-attr]
    assert report.promised_usd_month == row(report, "api").promised_usd_month
    assert report.open_usd_month == row(report, "jobs").promised_usd_month
    assert "of 1 more nobody can tell" in report.headline


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            {"size": made.size(4096, 8192)},
            "it runs at 4096/8192, which is neither the size of then (1024/2048) nor",
        ),
        ({"scaling": Scaling(min_tasks=7, max_tasks=9)}, "it scales from 7 to 9 tasks, and "),
        ({"architecture": "ARM64"}, "it ran on X86_64, and runs on ARM64"),
    ],
)
def test_what_is_not_the_proposal_cannot_be_told(tmp_path: Path, change: dict[str, object], why: str) -> None:
    api = moved("api")
    other = msgspec.structs.replace(api, **change)
    report = asked(snapshot(tmp_path / "new", fleet_of(other), since_then(api)))
    assert row(report, "api").why.startswith(why)
    assert row(report, "jobs").why == "it is not there any more"
    assert report.headline == "Cannot tell of any service what it saves."


def test_other_scaling_steps_within_the_same_bounds_are_not_the_proposal(tmp_path: Path) -> None:
    api = moved("api")
    if api.scaling.min_tasks == api.scaling.max_tasks:
        pytest.fail("this needs a service that scales")
    first, *rest = api.scaling.policies
    scaling = msgspec.structs.replace(
        api.scaling, policies=(msgspec.structs.replace(first, threshold=first.threshold - 7), *rest)
    )
    other = msgspec.structs.replace(api, scaling=scaling)
    report = asked(snapshot(tmp_path / "new", fleet_of(other), since_then(api)))
    assert row(report, "api").why == "its scaling steps are not what was proposed"


def test_a_schedule_that_was_proposed_is_known_by_its_actions_whichever_of_them_holds() -> None:
    then, api = promise(), moved("api")
    part = next(one for one in then.document.services if one.name == "api")
    least, most = part.scaling.min_tasks, part.scaling.max_tasks
    pieces = (Minimum(minute=7 * 60, min_tasks=least + 1), Minimum(minute=20 * 60, min_tasks=least))
    schedule = Schedule(timezone="Europe/Zurich", weekdays=pieces)
    written = msgspec.convert(schedule, type=SchedulePart, from_attributes=True)
    asked_for = msgspec.structs.replace(part.scaling, schedule=written)
    given = Then(
        part=msgspec.structs.replace(part, scaling=asked_for), service=then.services[0], objective=Objective()
    )

    def told(schedule: Schedule | None, min_tasks: int) -> str:
        actions = () if schedule is None else actions_of(schedule, most)
        scaling = msgspec.structs.replace(api.scaling, min_tasks=min_tasks, scheduled=actions)
        now = msgspec.structs.replace(api, scaling=scaling)
        return measured(given, now, since_then(now), LATER, PRICES).why

    assert told(schedule, least) == told(schedule, least + 1)
    assert told(schedule, least) != "its scaling steps are not what was proposed"
    assert told(None, least) == "its scaling steps are not what was proposed"
    other = Schedule(timezone="UTC", weekdays=pieces)
    assert told(other, least) == "its scaling steps are not what was proposed"


def test_target_tracking_that_was_proposed_is_known_by_its_targets_and_cooldowns() -> None:
    wanted = replace(TODAY, tracking=Tracking(cpu=60, memory=80), out_cooldown_s=60, in_cooldown_s=300)
    cpu = TrackingPolicy(name="cpu", metric="cpu", target=60, out_cooldown_s=60)
    memory = TrackingPolicy(name="memory", metric="memory", target=80, out_cooldown_s=60)
    scaling = Scaling(min_tasks=2, max_tasks=14, tracking=(memory, cpu))
    assert runs(scaling, wanted)
    for others in (
        (cpu,),
        (cpu, msgspec.structs.replace(memory, target=70)),
        (cpu, msgspec.structs.replace(memory, in_cooldown_s=60)),
        (cpu, msgspec.structs.replace(memory, scale_in=False)),
    ):
        assert not runs(msgspec.structs.replace(scaling, tracking=others), wanted)
    assert not runs(msgspec.structs.replace(scaling, policies=scaling_of(TODAY).policies), wanted)
    assert not runs(scaling, TODAY)


def test_what_runs_otherwise_than_its_configuration_says_cannot_be_told(tmp_path: Path) -> None:
    api = moved("api")
    rows = since_then(api)
    held = api.scaling.max_tasks  # the same work, on as many tasks as there may be: set by hand
    spread = [
        (pl.col(name) * pl.col("running_tasks") / held).alias(name) for name in rows.columns if "cpu" in name
    ]
    rows = rows.with_columns(spread).with_columns(running_tasks=pl.lit(held, dtype=pl.Int64))
    report = asked(snapshot(tmp_path / "new", fleet_of(api), rows))
    assert row(report, "api").why.startswith("what runs now is not understood: ")


def test_a_service_without_metrics_and_a_new_one_are_named(tmp_path: Path) -> None:
    api, jobs, new = moved("api"), moved("jobs"), made.service("fresh")
    tables = (
        since_then(api),
        made.metrics(new, days=DAYS).with_columns(pl.col("timestamp") + timedelta(days=15)),
    )
    report = asked(snapshot(tmp_path / "new", fleet_of(api, jobs, new), *tables))
    assert row(report, "jobs").why.startswith("no metrics: ")
    assert row(report, "fresh").why == "it is new: no promise"
    assert row(report, "fresh").promised_usd_month is None


def test_only_minutes_after_the_move_count_and_a_week_of_them_is_wanted() -> None:
    report = asked(whole(), moved=(LATER + timedelta(days=2)).isoformat())
    assert row(report, "api").why == "6.0 days are known since it moved, and it takes 7"
    assert any("Minutes before 2026-11-19T00:00Z are not counted" in note for note in report.notes)
    assert asked(whole(), moved=(LATER + timedelta(hours=12)).isoformat()).rows[0].told is not None


def test_each_service_counts_from_its_own_move_by_the_journal(tmp_path: Path) -> None:
    lines = [
        {"event": "settled", "v": 2, "at": at, "service": name, "outcome": "moved", "reason": ""}
        for name, at in (("api", LATER.isoformat()), ("jobs", (LATER + timedelta(days=3)).isoformat()))
    ]
    (tmp_path / "rollout-journal.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
    report = since(promise().document, tmp_path, whole(), old=promise().snapshot)
    assert row(report, "api").told is not None
    assert row(report, "jobs").why == "5.0 days are known since it moved, and it takes 7"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cluster": "another"}, "of cluster 'another', and the recommendation of 'made-cluster'"),
        (
            {"start": made.START.isoformat()},
            "ends at 2026-11-10T00:00Z, before the recommendation's record did",
        ),
        ({"start": (made.START - timedelta(days=30)).isoformat()}, "before the recommendation's record did"),
    ],
)
def test_a_snapshot_of_another_fleet_or_too_early_is_refused(
    tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    fleet = fleet_of(moved("api"), **changes)
    shift = datetime.fromisoformat(fleet.start).astimezone(UTC) - LATER
    rows = since_then(moved("api")).with_columns(pl.col("timestamp") + shift)
    with pytest.raises(UsageError, match=said):
        asked(snapshot(tmp_path / "new", fleet, rows))


def test_a_snapshot_of_another_account_is_refused() -> None:
    from trimtab.report.since.data import _refuse_another  # noqa: PLC0415

    document = msgspec.structs.replace(promise().document, account="111122223333")
    known = msgspec.structs.replace(fleet_of(moved("api")))
    _refuse_another(document, known)  # not known: said in a note

    class Other:
        account, region, cluster = "999999999999", "us-east-1", "made-cluster"

    with pytest.raises(
        UsageError, match="of account '999999999999', and the recommendation of '111122223333'"
    ):
        _refuse_another(document, Other())  # type: ignore[arg-type]
    assert any("account is not known" in note for note in asked(whole()).notes)


def test_a_record_that_overlaps_counts_from_where_the_promise_ends(tmp_path: Path) -> None:
    fleet = fleet_of(moved("api"), start=(made.START + timedelta(days=4)).isoformat())
    rows = since_then(moved("api")).with_columns(pl.col("timestamp") - timedelta(days=11))
    report = asked(snapshot(tmp_path / "new", fleet, rows), moved=made.START.isoformat())
    assert row(report, "api").why == "4.0 days are known since it moved, and it takes 7"


def test_other_prices_than_those_of_the_promise_cannot_be_told(tmp_path: Path) -> None:
    mine = {"fargate_x86_vcpu_hour": {"usd": 0.02, "unit": "vCPU-hour"}}
    mine["fargate_x86_gb_hour"] = {"usd": 0.002, "unit": "GB-hour"}
    (tmp_path / "prices.json").write_text(json.dumps({"region": "us-east-1", "prices": mine}), "utf-8")
    report = asked(whole(), prices_file=tmp_path / "prices.json")
    assert {one.why for one in report.rows} == {
        "the prices are not those of the promise; give the same with --prices"
    }


def test_nothing_is_guessed_of_what_ran_then_or_since_when(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"there is no fleet\.json: nothing says what ran before.*--snapshot"
    ):
        asked(whole(), old=None)
    with pytest.raises(UsageError, match=r"no rollout-journal\.jsonl that says since when.*--from"):
        since(promise().document, tmp_path, whole(), old=promise().snapshot)
    with pytest.raises(UsageError, match="--from yesterday: is no time"):
        asked(whole(), moved="yesterday")
    with pytest.raises(UsageError, match="name the snapshot that it was made from"):
        asked(whole(), old=whole())


def test_every_form_says_the_same_and_names_are_text(tmp_path: Path) -> None:
    report = asked(whole())
    found = json.loads(RENDERERS["json"](report))
    schema = json.loads((ROOT / "docs" / "since.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(found)
    assert found["measured_usd_month"] == float(report.measured_usd_month)
    (line,) = re.findall(r"--since later --format json \| (jq .*)$", REPORT_PAGE, re.MULTILINE)
    if shutil.which("jq"):
        run = subprocess.run(
            shlex.split(line), input=json.dumps(found), capture_output=True, text=True, check=True
        )
        assert json.loads(run.stdout)["measured_usd_month"] == found["measured_usd_month"]
    figure = f"{report.measured_usd_month:,.2f}"
    for form in ("html", "markdown"):
        assert figure in RENDERERS[form](report)
    api = moved("api")
    half = asked(snapshot(tmp_path / "new", fleet_of(api), since_then(api)))
    hostile = replace(half, rows=tuple(replace(one, service="<b>|x") for one in half.rows))
    assert "<b>|x" not in RENDERERS["html"](hostile)
    assert "<b>" not in RENDERERS["markdown"](hostile)


def test_the_command_prints_it_and_exits_with_3_where_it_cannot_tell(tmp_path: Path) -> None:
    then = promise()
    flags = ("--snapshot", then.snapshot, "--from", "2026-11-17T00:00Z")
    run = trimtab("report", then.folder, "api", "--since", whole(), *flags, "-o", tmp_path / "a.md")
    assert (run.returncode, run.stdout) == (0, ""), run.stderr
    assert "jobs" not in (tmp_path / "a.md").read_text(encoding="utf-8")
    run = trimtab(
        "report", then.folder, "--since", whole(), "--snapshot", then.snapshot, "--from", "2026-11-19"
    )
    assert run.returncode == 3
    assert run.stdout.startswith("Cannot tell of any service what it saves.")
    assert "Cannot tell, because (promised: $" in run.stdout
