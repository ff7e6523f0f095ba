from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest
from fleet import made
from report.made import Told

from trimtab.advice.case import case
from trimtab.advice.case.objective import LaidDown, Objective, Spot
from trimtab.advice.case.outcome import Basis
from trimtab.advice.cost import cents
from trimtab.advice.model import CautionKind
from trimtab.commands.optimize import optimize
from trimtab.commands.replay import replay
from trimtab.document.read import read_document
from trimtab.errors import SnapshotError, UsageError
from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.fleet.model import Scaling, Step, StepPolicy
from trimtab.ladders.search import Effort
from trimtab.pipeline import recommend
from trimtab.snapshot.folder import write_snapshot
from trimtab.values.read import read_proposals
from written import contents

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.fleet.model import Service


def test_a_folder_in_gives_advice_files_and_a_report_out(tmp_path: Path) -> None:
    write_snapshot(made.snapshot(made.service("api"), made.service("jobs", traffic=None)), tmp_path / "in")
    words = Told()
    outcome = optimize(tmp_path / "in", tmp_path / "out", progress=words, effort=made.LITTLE)
    assert not outcome.partial
    assert [advice.service.name for advice in outcome.recommendation.services] == ["api", "jobs"]
    assert [path.parent for path in outcome.report.files] == [tmp_path / "out"] * 3
    assert all(path.is_file() for path in outcome.report.files)
    assert [word.split()[0] for word in words] == ["reading", "searching", "searched", "searched", "writing"]


def test_without_a_folder_to_write_to_nothing_is_written(tmp_path: Path) -> None:
    write_snapshot(made.snapshot(made.service("api")), tmp_path / "in")
    outcome = optimize(tmp_path / "in", None, effort=made.LITTLE)
    assert outcome.report.files == ()
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_every_service_is_either_advised_or_left_out_with_a_reason() -> None:
    huge = made.service("huge", size=made.size(32768, 249856))
    table = made.pl.concat([made.metrics(made.service("api")), made.metrics(huge, memory_percent=97.0)])
    services = (made.service("api"), huge, made.service("idle"))
    recommendation = recommend(
        made.snapshot_of(made.fleet(*services), table.sort("service", "timestamp")), effort=made.LITTLE
    )
    assert [advice.service.name for advice in recommendation.services] == ["api"]
    assert {left.service: left.reason for left in recommendation.left_out} == {
        "idle": LeftOutReason.NO_METRICS,
        "huge": LeftOutReason.NO_SIZE,
    }


def test_a_service_left_out_for_its_size_is_a_caller_no_more() -> None:
    huge = made.service("huge", size=made.size(32768, 249856))
    api = made.service("api", callers=("huge",))
    table = made.pl.concat([made.metrics(api), made.metrics(huge, memory_percent=97.0)])
    recommendation = recommend(made.snapshot_of(made.fleet(api, huge), table), effort=made.LITTLE)
    assert "huge" in " ".join(caution.text for caution in recommendation.services[0].cautions)


def test_a_region_without_prices_is_refused_in_one_line() -> None:
    with pytest.raises(UsageError) as caught:
        recommend(made.snapshot(made.service("api"), region="mars-north-1"))
    assert "mars-north-1" in caught.value.one_line()


@pytest.mark.parametrize("name", ["web", "API", "", "a b", "two\nlines", "${var.x}"])
def test_an_objective_for_a_service_the_snapshot_has_not_is_refused_with_the_known_ones(
    tmp_path: Path, name: str
) -> None:
    unread = LeftOut(service="jobs", reason=LeftOutReason.ACCESS_DENIED, detail="ecs:DescribeTasks")
    fleet = msgspec.structs.replace(made.fleet(made.service("api")), skipped=(unread,))
    write_snapshot(made.snapshot_of(fleet, made.metrics(made.service("api"))), tmp_path / "in")
    objective = Objective(services={"api": LaidDown(), "jobs": LaidDown(), name: LaidDown(min_tasks=3)})
    for run in (optimize, replay):
        with pytest.raises(UsageError) as caught:
            run(tmp_path / "in", output=tmp_path / "out", objective=objective)
        assert caught.value.one_line() == (
            f"objective: services: there is no service {name!r} in the snapshot; known: api, jobs"
        )
        assert not (tmp_path / "out").exists()


def test_a_drain_laid_down_where_no_load_balancer_drains_is_refused() -> None:
    objective = Objective(services={"jobs": LaidDown(deregistration_delay_s=30)})
    with pytest.raises(UsageError, match=r"^objective: services\.jobs: no load balancer .*; take dereg"):
        recommend(made.snapshot(made.service("api"), made.service("jobs", traffic=None)), objective=objective)


def test_what_is_laid_down_reaches_the_values_and_the_document(tmp_path: Path) -> None:
    write_snapshot(made.snapshot(made.service("api"), made.service("worker")), tmp_path / "in")
    laid = LaidDown(cpu_units=1024, memory_mib=3072, deregistration_delay_s=45, min_tasks=5)
    objective = Objective(services={"api": laid})
    optimize(tmp_path / "in", tmp_path / "out", objective=objective, effort=made.LITTLE)
    proposals = read_proposals(tmp_path / "out" / "services.auto.tfvars")
    assert (str(proposals["api"].size), proposals["api"].deregistration_delay_s) == ("1024/3072", 45)
    assert proposals["api"].ladders.min_tasks >= 5
    assert (proposals["worker"].size, proposals["worker"].deregistration_delay_s) != (laid.size, 45)
    assert read_document(tmp_path / "out" / "recommendation.json").objective == objective


def test_a_snapshot_that_cannot_be_read_leaves_the_output_alone(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError):
        optimize(tmp_path / "missing", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_output_that_cannot_be_made_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    for output in (tmp_path / "taken", tmp_path / "taken" / "under" / "it"):
        said = Told()
        with pytest.raises(UsageError, match="taken is a file"):
            optimize(tmp_path / "missing", output, progress=said)
        assert said == []


def test_the_figures_of_optimize_are_those_replay_finds_for_the_fleet_and_for_the_values(
    tmp_path: Path,
) -> None:
    write_snapshot(made.snapshot(made.service("api"), made.service("jobs", traffic=None)), tmp_path / "in")
    advised = optimize(tmp_path / "in", tmp_path / "out", effort=made.LITTLE).recommendation.services
    before = replay(tmp_path / "in").judged
    after = replay(tmp_path / "in", values=tmp_path / "out" / "services.auto.tfvars").judged
    assert [one.verdict for one in before] == [advice.deployed for advice in advised]
    assert [one.verdict for one in after] == [advice.proposed for advice in advised]
    assert [advice.cost.after.compute_usd_month for advice in advised] == [
        cents(one.verdict.usd_month) for one in after
    ]


def test_an_edited_policy_changes_what_it_should(tmp_path: Path) -> None:
    write_snapshot(made.snapshot(made.service("api")), tmp_path / "in")
    optimize(tmp_path / "in", tmp_path / "out", effort=made.LITTLE)
    values = tmp_path / "out" / "services.auto.tfvars"
    (as_written,) = replay(tmp_path / "in", values=values).judged
    edited = re.sub(r"\bmin +=.*\n.*", "min = 9\nmax = 40", values.read_text(encoding="utf-8"))
    values.write_text(edited, encoding="utf-8")
    (more,) = replay(tmp_path / "in", values=values).judged
    assert as_written.verdict.tasks_least < 9 <= more.verdict.tasks_least
    assert more.verdict.usd_month > as_written.verdict.usd_month
    assert more.verdict.over_cpu_min <= as_written.verdict.over_cpu_min


def test_values_on_spot_are_replayed_at_its_prices_and_with_its_interruptions(tmp_path: Path) -> None:
    write_snapshot(made.snapshot(made.service("api")), tmp_path / "in")
    optimize(tmp_path / "in", tmp_path / "out", effort=Effort(drawn=30, rounds=1, varied=10))
    values = tmp_path / "out" / "services.auto.tfvars"
    (on_demand,) = replay(tmp_path / "in", values=values).judged
    text = values.read_text(encoding="utf-8")
    values.write_text(text.replace("    memory ", "    spot = true\n    memory ", 1), encoding="utf-8")
    with pytest.raises(UsageError, match="no Fargate Spot rates for X86_64"):
        replay(tmp_path / "in", values=values)
    prices = tmp_path / "prices.json"
    prices.write_text(
        """{"region": "us-east-1", "prices": {
        "fargate_spot_x86_vcpu_hour": {"usd": 0.0133, "unit": "vCPU-hour"},
        "fargate_spot_x86_gb_hour": {"usd": 0.0015, "unit": "GB-hour"}}}""",
        encoding="utf-8",
    )
    calm, rough = Objective(spot=Spot(events_per_day=0)), Objective(spot=Spot(events_per_day=100))
    (quiet,) = replay(tmp_path / "in", values=values, prices_file=prices, objective=calm).judged
    (taken,) = replay(tmp_path / "in", values=values, prices_file=prices, objective=rough).judged
    assert quiet.verdict.usd_month < 0.4 * on_demand.verdict.usd_month
    assert quiet.verdict.over_cpu_min == on_demand.verdict.over_cpu_min < taken.verdict.over_cpu_min


def test_spot_rates_that_one_service_lacks_are_missed_before_any_is_searched(tmp_path: Path) -> None:
    arm = made.service("web", architecture="ARM64", traffic=made.traffic(priority=110))
    prices = tmp_path / "prices.json"
    prices.write_text(
        """{"region": "us-east-1", "prices": {
        "fargate_spot_x86_vcpu_hour": {"usd": 0.0133, "unit": "vCPU-hour"},
        "fargate_spot_x86_gb_hour": {"usd": 0.0015, "unit": "GB-hour"}}}""",
        encoding="utf-8",
    )
    write_snapshot(made.snapshot(made.service("api"), arm), tmp_path / "in")
    said = Told()
    with pytest.raises(UsageError, match="no Fargate Spot rates for ARM64"):
        optimize(
            tmp_path / "in",
            None,
            objective=Objective(spot=Spot()),
            prices_file=prices,
            progress=said,
        )
    assert not any(line.startswith("search") for line in said)


def test_a_service_the_values_do_not_name_is_skipped_with_the_reason(tmp_path: Path) -> None:
    one, two = made.service("api"), made.service("web", traffic=made.traffic(priority=110))
    write_snapshot(made.snapshot(one, two, made.service("idle"), silent=("idle",)), tmp_path / "in")
    write_snapshot(made.snapshot(one), tmp_path / "one")
    optimize(tmp_path / "one", tmp_path / "out", effort=made.LITTLE)
    done = replay(tmp_path / "in", values=tmp_path / "out" / "services.auto.tfvars")
    assert [judged.verdict.service for judged in done.judged] == ["api"]
    assert [(note.service, note.text.split(":")[0]) for note in done.report.skipped] == [
        ("web", "the values have no entry for it"),
        ("idle", "no metrics"),
    ]
    assert done.partial


def test_a_service_that_could_not_be_read_is_shown_as_skipped_and_may_have_an_entry(tmp_path: Path) -> None:
    whole = made.snapshot(made.service("api"), made.service("jobs", traffic=None))
    write_snapshot(whole, tmp_path / "in")
    optimize(tmp_path / "in", tmp_path / "out", effort=made.LITTLE)
    unread = LeftOut(service="jobs", reason=LeftOutReason.ACCESS_DENIED, detail="ecs:DescribeTasks")
    fleet = msgspec.structs.replace(made.fleet(made.service("api")), skipped=(unread,))
    write_snapshot(made.snapshot_of(fleet, made.metrics(made.service("api"))), tmp_path / "part")
    values = tmp_path / "out" / "services.auto.tfvars"
    for done in (replay(tmp_path / "part"), replay(tmp_path / "part", values=values)):
        assert [judged.verdict.service for judged in done.judged] == ["api"]
        assert [(note.service, note.text) for note in done.report.skipped] == [
            ("jobs", "access denied: ecs:DescribeTasks")
        ]
        assert done.partial
    assert replay(tmp_path / "part", services=("jobs",)).partial
    assert not replay(tmp_path / "part", services=("api",)).partial


def test_values_for_a_service_the_snapshot_has_not_are_refused(tmp_path: Path) -> None:
    write_snapshot(made.snapshot(made.service("api"), made.service("jobs", traffic=None)), tmp_path / "in")
    write_snapshot(made.snapshot(made.service("api")), tmp_path / "one")
    optimize(tmp_path / "in", tmp_path / "out", effort=made.LITTLE)
    with pytest.raises(UsageError, match=r"no service 'jobs' in the snapshot; known: api$"):
        replay(tmp_path / "one", values=tmp_path / "out" / "services.auto.tfvars")


def test_the_minutes_are_written_one_row_a_service_and_minute(tmp_path: Path) -> None:
    write_snapshot(made.snapshot(made.service("api"), made.service("jobs", traffic=None)), tmp_path / "in")
    done = replay(tmp_path / "in", output=tmp_path / "new" / "minutes.parquet")
    table = made.pl.read_parquet(tmp_path / "new" / "minutes.parquet")
    assert table.height == 2 * 2 * made.DAY
    assert table["timestamp"].min() == made.START
    for judged in done.judged:
        rows = table.filter(service=judged.verdict.service)
        assert rows["timestamp"].is_sorted()
        assert rows["timestamp"].n_unique() == 2 * made.DAY
        assert rows["over_cpu"].sum() == judged.verdict.over_cpu_min
        assert rows["running_tasks"].mean() == pytest.approx(judged.verdict.tasks_mean)
        assert rows["billed_s"].sum() == pytest.approx(judged.replay.summary.billed_s, abs=60)
        assert rows["cpu_average_percent"].null_count() == 0
    assert done.report.files == (tmp_path / "new" / "minutes.parquet",)


def unreplayable(name: str) -> Service:
    joint = StepPolicy(
        name="joint-in", metric="joint", comparison="less", threshold=1.0, evaluation_periods=10,
        datapoints_to_alarm=10, adjustment_type="ChangeInCapacity", cooldown_s=300,
        steps=(Step(upper=0.0, adjustment=-1),),
    )  # fmt: skip
    scaling = Scaling(min_tasks=4, max_tasks=12, policies=(joint,))
    return made.service(name, scaling=scaling, traffic=made.traffic(priority=120))


def test_a_service_that_began_late_is_not_replayed_on_days_before_it_was(tmp_path: Path) -> None:
    api = made.service("api")
    table = made.metrics(api, days=4)
    late = table.slice(2 * made.DAY)
    write_snapshot(made.snapshot_of(made.fleet(api, days=4), late), tmp_path / "late")
    fleet = msgspec.structs.replace(made.fleet(api, days=2), start="2026-11-04T00:00:00Z")
    write_snapshot(made.snapshot_of(fleet, late), tmp_path / "short")
    advised = [
        optimize(tmp_path / name, None, effort=made.LITTLE).recommendation.services[0]
        for name in ("late", "short")
    ]
    assert advised[0].choice == advised[1].choice
    assert advised[0].deployed == advised[1].deployed
    assert advised[0].cautions == advised[1].cautions
    replay(tmp_path / "late", output=tmp_path / "minutes.parquet")
    times = made.pl.read_parquet(tmp_path / "minutes.parquet")["timestamp"]
    assert (times.min(), times.len()) == (late["timestamp"][0], 2 * made.DAY)


def test_a_service_whose_policies_cannot_be_replayed_is_as_recorded(tmp_path: Path) -> None:
    write_snapshot(made.snapshot(made.service("api"), unreplayable("web")), tmp_path / "in")
    recommendation = optimize(tmp_path / "in", tmp_path / "out", effort=made.LITTLE).recommendation
    web = recommendation.services[1]
    assert (web.deployed.basis, web.deployed.tasks_mean) == (Basis.RECORD, 4.0)
    (said,) = (one.text for one in web.cautions if one.kind is CautionKind.RECORD)
    assert "joint-in" in said
    done = replay(tmp_path / "in")
    assert [judged.verdict.basis for judged in done.judged] == [Basis.REPLAY, Basis.RECORD]
    assert any(note.service == "web" and "joint-in" in note.text for note in done.report.notes)


def test_what_does_not_change_within_a_service_is_made_once_a_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Load and the share of the hottest task are the same at every size and under every policy."""
    made_by: list[str] = []

    def counted(name: str) -> None:
        real = getattr(case, name)

        def count(*given: object) -> object:
            made_by.append(name)
            return real(*given)

        monkeypatch.setattr(case, name, count)

    for name in ("load_of", "task_use_of"):
        counted(name)
    snapshot = made.snapshot(made.service("api"), made.service("jobs", traffic=None))
    assert len(recommend(snapshot, effort=made.LITTLE).services) == 2
    assert sorted(made_by) == ["load_of"] * 2 + ["task_use_of"] * 2


def test_a_debug_level_in_production_reaches_document_and_screen(tmp_path: Path) -> None:
    service = made.service("api", environment={"LOG_LEVEL": "DEBUG"})
    write_snapshot(made.snapshot(service), tmp_path / "in")
    done = optimize(tmp_path / "in", tmp_path / "out", effort=made.LITTLE)
    assert "debug level in production" in (tmp_path / "out" / "recommendation" / "api.json").read_text(
        "utf-8"
    )
    assert any("runs LOG_LEVEL=DEBUG" in note.text for note in done.report.cautions)


def test_the_number_of_processes_changes_nothing_that_is_written(tmp_path: Path) -> None:
    services = [made.service(f"s{number}", traffic=None) for number in range(4)]
    write_snapshot(made.snapshot(*services), tmp_path / "in")
    for jobs in (1, 2):
        optimize(tmp_path / "in", tmp_path / str(jobs), jobs=jobs, effort=made.LITTLE)
    assert contents(tmp_path / "1") == contents(tmp_path / "2")
    assert len(contents(tmp_path / "1")) == 7
