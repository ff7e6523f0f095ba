"""CPU every 20 s: switched on with the move, in the journal, and taken back with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from rollout.made import OLD, Killed, Shop, World, of, outcomes, running_world

from trimtab.rollout.bake import bake
from trimtab.rollout.cloud.aws import WRITES
from trimtab.rollout.cloud.signals import (
    MetricsEvery,
    SignalChange,
    SignalsWanted,
    change_of,
    cpu_every_s,
    newest_in_force,
    with_cpu_every,
)
from trimtab.rollout.journal.journal import JOURNAL_FILE, open_journal
from trimtab.rollout.journal.lines import Begin, Updating
from trimtab.rollout.model import Outcome
from trimtab.sandbox.faults import Fault
from trimtab.sandbox.timing import TaskTiming

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CPU_FAST = {"metricNames": ["CPUUtilization"], "resolutionSeconds": 20}
CPU_SLOW = {"metricNames": ["CPUUtilization"], "resolutionSeconds": 60}
MEMORY_FAST = {"metricNames": ["MemoryUtilization"], "resolutionSeconds": 20}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        yield from running_world(patch.setenv, TaskTiming(boot_s=6.0))


@pytest.fixture
def fast(shop: Shop) -> Shop:
    shop.fast_signals = True
    return shop


def publishes(shop: Shop, name: str, *configurations: dict[str, Any]) -> None:
    """Set what a service publishes, as somebody did by hand."""
    shop.ecs.update_service(
        cluster=shop.cluster, service=name, monitoring={"metricConfigurations": list(configurations)}
    )
    shop.settle()


def updates(shop: Shop) -> list[dict[str, Any]]:
    return [given for name, given in shop.recorder.writes if name == "ecs:UpdateService"]


def test_the_update_that_moves_a_service_switches_its_metrics_on_and_its_undo_off(fast: Shop) -> None:
    fast.build("jobs")
    planned = of(fast.rollout(dry_run=True), "jobs")
    assert planned.calls[0].endswith(f"taskDefinition={fast.arn('jobs', 2)} monitoring=CPUUtilization:20s")
    done = of(fast.rollout(), "jobs")
    assert done.outcome is Outcome.MOVED
    assert "CPU metrics every 20 s with this deployment, 60 s before" in done.notes
    (update,) = updates(fast)
    assert update["taskDefinition"] == fast.arn("jobs", 2)
    assert update["monitoring"] == {"metricConfigurations": [CPU_FAST]}
    assert fast.monitoring("jobs") == [CPU_FAST]
    assert fast.rollout(undo=True).exit_code == 0
    assert (fast.runs("jobs"), fast.monitoring("jobs")) == (1, [CPU_SLOW])
    assert fast.rollout(undo=True).results == ()


def test_a_service_of_the_right_size_moves_for_its_metrics_alone_and_only_once(fast: Shop) -> None:
    fast.build("jobs")
    fast.deploy("jobs", fast.arn("jobs", 2))
    fast.settle()
    assert outcomes(fast.rollout()) == {"jobs": Outcome.MOVED}
    assert (fast.runs("jobs"), fast.monitoring("jobs")) == (2, [CPU_FAST])
    assert outcomes(fast.rollout()) == {"jobs": Outcome.ALREADY}
    assert fast.updates() == {"jobs": 1}
    assert outcomes(fast.rollout(undo=True)) == {"jobs": Outcome.MOVED}
    assert (fast.runs("jobs"), fast.monitoring("jobs")) == (2, [CPU_SLOW])
    assert fast.updates() == {"jobs": 2}


def test_what_is_on_already_is_left_and_an_undo_leaves_it_too(fast: Shop) -> None:
    fast.build("jobs")
    publishes(fast, "jobs", CPU_FAST)
    fast.rollout()
    assert "monitoring" not in updates(fast)[0]
    fast.rollout(undo=True)
    assert (fast.runs("jobs"), fast.monitoring("jobs")) == (1, [CPU_FAST])


def test_memory_that_somebody_publishes_every_20_s_stays_so_there_and_back(fast: Shop) -> None:
    fast.build("jobs")
    publishes(fast, "jobs", MEMORY_FAST)
    fast.rollout()
    assert fast.monitoring("jobs") == [MEMORY_FAST, CPU_FAST]
    fast.rollout(undo=True)
    assert fast.monitoring("jobs") == [MEMORY_FAST, CPU_SLOW]


def test_without_fast_signals_nothing_is_asked_or_said_of_monitoring(shop: Shop) -> None:
    shop.build("jobs")
    shop.rollout()
    asked = {name for name, _ in shop.recorder.made}
    assert "monitoring" not in updates(shop)[0]
    assert not asked & {"ecs:ListServiceDeployments", "ecs:DescribeServiceRevisions"}


def test_what_aws_rolls_back_is_back_in_its_metrics_and_the_next_run_sets_them_again(fast: Shop) -> None:
    fast.build("jobs")
    fast.inject.deployment_failure(f"{fast.cluster}/jobs", Fault.EXITS)
    assert fast.rollout().exit_code == 21
    fast.settle()
    fast.deploy("jobs", fast.arn("jobs", 1), forceNewDeployment=True)
    fast.settle()
    assert fast.monitoring("jobs") == []
    assert fast.rollout().exit_code == 0
    assert [bool(one.get("monitoring")) for one in updates(fast)] == [True, True]
    assert fast.monitoring("jobs") == [CPU_FAST]


def test_what_a_bake_takes_back_is_back_in_its_metrics(fast: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    fast.build("jobs")
    monkeypatch.setattr(bake, "_look", lambda *_: ["the test says so"])
    assert outcomes(fast.rollout(bake=600.0)) == {"jobs": Outcome.TAKEN_BACK}
    assert (fast.runs("jobs"), fast.monitoring("jobs")) == (1, [CPU_SLOW])
    assert outcomes(fast.rollout(undo=True)) == {"jobs": Outcome.ALREADY}


def test_an_undo_of_a_move_still_under_way_takes_its_metrics_along(fast: Shop) -> None:
    fast.build("jobs")
    fast.inject.deployment_failure(f"{fast.cluster}/jobs", Fault.NEVER_SETTLES)
    fast.rollout(timeout_s=60.0)
    assert fast.rollout(undo=True).exit_code == 0
    assert (fast.runs("jobs"), fast.monitoring("jobs")) == (1, [CPU_SLOW])


def test_a_service_that_codedeploy_deploys_is_left_with_one_line_for_both(fast: Shop) -> None:
    fast.build("jobs")
    fast.ecs.create_service(
        cluster=fast.cluster,
        serviceName="green",
        taskDefinition=fast.arn("jobs", 1),
        desiredCount=0,
        launchType="FARGATE",
        deploymentController={"type": "CODE_DEPLOY"},
        networkConfiguration={
            "awsvpcConfiguration": {"subnets": fast.world.subnets, "securityGroups": [fast.world.group]}
        },
    )
    fast.recommend("green")
    done = of(fast.rollout(), "green")
    fast.delete("green")
    assert done.outcome is Outcome.REFUSED
    assert "made by CODE_DEPLOY" in done.detail
    assert "AWS takes CPU metrics of 20 s only where ECS deploys: they stay off" in done.detail
    assert fast.recorder.writes == []


def test_where_no_revision_is_shown_the_size_moves_and_the_next_run_switches_on(fast: Shop) -> None:
    fast.build("jobs")
    blind(fast, blinded=True)
    first = of(fast.rollout(), "jobs")
    assert (first.outcome, "monitoring" in updates(fast)[0]) == (Outcome.MOVED, False)
    assert any("cannot be told" in note for note in first.notes)
    second = of(fast.rollout(), "jobs")
    assert (second.outcome, fast.rollout().exit_code) == (Outcome.REFUSED, 20)
    blind(fast, blinded=False)
    assert outcomes(fast.rollout()) == {"jobs": Outcome.MOVED}
    assert fast.monitoring("jobs") == [CPU_FAST]


def blind(shop: Shop, *, blinded: bool) -> None:
    """Have AWS list no deployment of a service, as of one whose last was before they were kept."""
    real = shop.recorder.account

    class Blind:
        def call(self, service: str, operation: str, /, **given: Any) -> dict[str, Any]:
            if operation == "ListServiceDeployments":
                return {"serviceDeployments": []}
            return real.call(service, operation, **given)

    # Of an account it has the one method that is used.
    shop.recorder.account = Blind() if blinded else shop.world.account  # type: ignore[assignment]


def test_killed_at_any_call_the_metrics_are_set_once_and_the_undo_knows_what_was(fast: Shop) -> None:
    # Of the right size already: only the metrics tell one deployment from the next.
    fast.build("jobs")
    fast.deploy("jobs", fast.arn("jobs", 2))
    fast.settle()
    begin(fast)
    assert fast.rollout().exit_code == 0
    made = [name for name, _ in fast.recorder.made]
    written = [number for number, name in enumerate(made) if name in WRITES]
    moments = [("after", number) for number in range(written[0] - 3, written[0] + 4)]
    for moment, number in [*moments, *(("before", one) for one in written)]:
        begin(fast)
        setattr(fast.recorder, f"die_{moment}", number)
        with pytest.raises(Killed):
            fast.rollout()
        fast.recorder.die_before = fast.recorder.die_after = -1
        assert fast.rollout().exit_code == 0
        assert fast.monitoring("jobs") == [CPU_FAST], (moment, number)
        assert fast.updates() == {"jobs": 1}, (moment, number)
        signals = open_journal(fast.folder).moves()["jobs"].signals
        assert signals is not None
        assert (cpu_every_s(signals.before), cpu_every_s(signals.to)) == (60, 20), (moment, number)


def begin(shop: Shop, *published: dict[str, Any]) -> None:
    """Bring the shop to where a rollout begins: metrics every minute, no journal."""
    publishes(shop, "jobs", *(published or (CPU_SLOW,)))
    (shop.folder / JOURNAL_FILE).unlink(missing_ok=True)
    shop.recorder.made.clear()


def by_ci(shop: Shop, image: str) -> str:
    """Have CI deploy the old size, so that a move registers a revision too; memory is published every 20 s.

    Return what runs.
    """
    arn: str = shop.register("jobs", OLD, image=image)
    shop.deploy("jobs", arn)
    begin(shop, MEMORY_FAST)
    return arn


def around_writes(shop: Shop) -> list[tuple[str, int]]:
    """Return the moments around each call that writes, of the run just made, and the two reads after it."""
    made = [name for name, _ in shop.recorder.made]
    written = [number for number, name in enumerate(made) if name in WRITES]
    after = {number + more for number in written for more in range(3)}
    return [
        *(("before", number) for number in written),
        *(("after", number) for number in sorted(after) if number < len(made)),
    ]


def die(shop: Shop, moment: str, number: int, **options: Any) -> None:
    setattr(shop.recorder, f"die_{moment}", len(shop.recorder.made) + number)
    with pytest.raises(Killed):
        shop.rollout(**options)
    shop.recorder.die_before = shop.recorder.die_after = -1


def test_a_rollout_killed_at_any_write_is_undone_to_the_metrics_of_before(fast: Shop) -> None:
    fast.build("jobs")
    by_ci(fast, "undisturbed")
    assert fast.rollout().exit_code == 0
    moments = around_writes(fast)
    assert {name for name, _ in fast.recorder.writes} == {"ecs:RegisterTaskDefinition", "ecs:UpdateService"}
    switched = 0
    for moment, number in moments:
        runs = by_ci(fast, f"{moment}{number}")
        die(fast, moment, number)
        switched += CPU_FAST in fast.monitoring("jobs")
        assert fast.rollout(undo=True).exit_code == 0, (moment, number)
        assert fast.read("jobs")["taskDefinition"] == runs, (moment, number)
        # Memory's as somebody set it; CPU's is said outright where it was switched on, and as it was else.
        kept = [one for one in fast.monitoring("jobs") if one != CPU_SLOW]
        assert kept == [MEMORY_FAST], (moment, number)
        assert fast.rollout(undo=True).results == (), (moment, number)
    assert 0 < switched < len(moments), "some died before the update, some after it"


def test_an_undo_killed_at_any_write_and_run_again_has_the_metrics_of_before(fast: Shop) -> None:
    fast.build("jobs")
    by_ci(fast, "undisturbed")
    fast.rollout()
    fast.recorder.made.clear()
    assert fast.rollout(undo=True).exit_code == 0
    for moment, number in around_writes(fast):
        runs = by_ci(fast, f"undo-{moment}{number}")
        fast.rollout()
        assert fast.monitoring("jobs") == [MEMORY_FAST, CPU_FAST]
        fast.recorder.made.clear()
        die(fast, moment, number, undo=True)
        assert fast.rollout(undo=True).exit_code == 0, (moment, number)
        assert fast.read("jobs")["taskDefinition"] == runs, (moment, number)
        assert fast.monitoring("jobs") == [MEMORY_FAST, CPU_SLOW], (moment, number)
        assert fast.updates() == {"jobs": 1}, (moment, number)


def test_the_journal_says_what_was_and_what_is_set(fast: Shop) -> None:
    fast.build("jobs")
    publishes(fast, "jobs", MEMORY_FAST)
    fast.rollout()
    lines = [json.loads(line) for line in (fast.folder / JOURNAL_FILE).read_text("utf-8").splitlines()]
    (updating,) = [line for line in lines if line["event"] == "updating"]
    memory, cpu = ({"metrics": [name], "seconds": 20} for name in ("MemoryUtilization", "CPUUtilization"))
    assert updating["signals"] == {"before": [memory], "to": [memory, cpu]}


def test_of_what_is_published_only_cpus_resolution_changes() -> None:
    both = (MetricsEvery(metrics=("CPUUtilization", "MemoryUtilization"), seconds=20),)
    assert cpu_every_s(both) == 20
    assert with_cpu_every(both, 60) == (
        MetricsEvery(metrics=("MemoryUtilization",), seconds=20),
        MetricsEvery(metrics=("CPUUtilization",), seconds=60),
    )
    assert change_of(both, SignalsWanted(cpu_every_s=20), moves=True) is None


def test_an_undo_that_deploys_says_it_even_where_aws_lists_what_was_before() -> None:
    on = (MetricsEvery(metrics=("CPUUtilization",), seconds=20),)
    off = with_cpu_every((), 60)
    wanted = SignalsWanted(cpu_every_s=60, was_set=on)
    lagging = change_of(off, wanted, moves=True)
    assert isinstance(lagging, SignalChange)
    assert lagging.to == off
    assert change_of(off, wanted, moves=False) is None
    unknown = change_of(None, wanted, moves=True)
    assert isinstance(unknown, SignalChange)
    assert (unknown.before, unknown.to) == (on, off)
    assert "cannot be told" in str(change_of(None, wanted, moves=False))


@pytest.mark.parametrize("before_second", ["a:2", "a:3"])
def test_of_moves_that_follow_one_another_the_first_says_what_was_published(
    tmp_path: Path, before_second: str
) -> None:
    # Two stages of a cut; or CI deployed in between, which says nothing of it.
    off, on = with_cpu_every((), 60), with_cpu_every((), 20)
    made = open_journal(tmp_path)
    made.write(Begin(at="", kind="rollout", cluster_arn="", recommendation="x"))
    given: dict[str, Any] = {"at": "", "service": "a", "primary": "", "last_event": ""}
    made.write(Updating(before="a:1", to="a:2", signals=SignalChange(before=off, to=on), **given))
    made.write(Updating(before=before_second, to="a:4", **given))
    assert open_journal(tmp_path).moves()["a"].signals == SignalChange(before=off, to=on)


@pytest.mark.parametrize(
    ("statuses", "place"),
    [
        (["SUCCESSFUL"], 0),
        (["SUCCESSFUL", "IN_PROGRESS"], 1),
        (["SUCCESSFUL", "ROLLBACK_SUCCESSFUL"], 0),
        (["SUCCESSFUL", "ROLLBACK_IN_PROGRESS"], 0),
        (["SUCCESSFUL", "STOPPED", "SUCCESSFUL"], 2),
        (["SUCCESSFUL", "STOPPED"], 1),  # a breaker without rollback leaves it there
        (["SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL"], 0),
        (["ROLLBACK_FAILED"], None),
        ([], None),
    ],
)
def test_the_revision_in_force_is_told_by_what_became_of_the_deployments(
    statuses: list[str], place: int | None
) -> None:
    first = datetime(2026, 11, 1, tzinfo=UTC)
    listed = [
        {"createdAt": first + timedelta(hours=n), "status": status, "targetServiceRevisionArn": str(n)}
        for n, status in enumerate(statuses)
    ]
    assert newest_in_force(listed[::-1]) == (None if place is None else str(place))
