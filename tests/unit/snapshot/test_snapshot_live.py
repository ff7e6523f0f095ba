"""A snapshot of a fleet that runs in the sandbox: whole, read-only, resumable, and without secrets."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from report.made import Told
from snapshot.made import CLUSTER, SECRET_ARN
from snapshot.recorded_api import Recorder, Repeater
from snapshot.world import DAYS, PLANTED, Killed, Killing, World, planted, take

from amount import each
from trimtab.aws.api import CALLS, CallFailed
from trimtab.commands import optimize as optimizing
from trimtab.errors import AccountError, SnapshotError
from trimtab.fleet.model import Step
from trimtab.ladders.search import Effort
from trimtab.progress import silent
from trimtab.sandbox.server import Sandbox
from trimtab.snapshot.folder import read_snapshot
from trimtab.snapshot.live.read import Wish, read_live

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.fleet.model import Service
    from trimtab.snapshot.contract import Snapshot

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch, Sandbox.start() as sandbox:
        for name, value in sandbox.environment.items():
            patch.setenv(name, value)
        world = World(sandbox)
        yield world
        assert sandbox.calls_not_implemented == ()
        assert sandbox.faults == ()


@pytest.fixture(scope="module")
def recording(world: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[Recorder, Path]:
    """One whole reading: its answers, and the folder it made."""
    recorder, out = Recorder(world.account()), tmp_path_factory.mktemp("live") / "snapshot"
    world.sent.clear()
    take(recorder, world, out)
    return recorder, out


@pytest.fixture(scope="module")
def recorder(recording: tuple[Recorder, Path]) -> Recorder:
    return recording[0]


@pytest.fixture(scope="module")
def taken(recording: tuple[Recorder, Path]) -> Path:
    return recording[1]


@pytest.fixture(scope="module")
def snapshot(taken: Path) -> Snapshot:
    return read_snapshot(taken)


def service(snapshot: Snapshot, name: str) -> Service:
    return next(one for one in snapshot.fleet.services if one.name == name)


def test_what_is_deployed_is_read(snapshot: Snapshot) -> None:
    api = service(snapshot, "api")
    assert (api.size.cpu_units, api.size.memory_mib, api.port) == (1024, 2048, 8080)
    assert (api.image, api.cost_center, api.stop_timeout_s) == ("registry.example/api:1.2.3", "retail", 45)
    assert api.log_retention_days == 14
    assert api.secrets == {"SIGNING_KEY": SECRET_ARN}
    assert api.traffic is not None
    assert (api.traffic.exposure, api.traffic.paths, api.traffic.priority) == ("public", ("/api/*",), 100)
    assert (api.traffic.deregistration_delay_s, api.traffic.grace_period_s) == (120, 30)
    assert api.traffic.health_check.interval_s == 5
    assert api.health_check is not None
    assert (api.health_check.interval_s, api.health_check.timeout_s, api.health_check.retries) == (15, 5, 4)
    assert service(snapshot, "worker").traffic is None


def test_a_step_policy_is_read_with_the_alarm_that_invokes_it(snapshot: Snapshot) -> None:
    scaling = service(snapshot, "api").scaling
    assert (scaling.min_tasks, scaling.max_tasks) == (4, 12)
    (policy,) = scaling.policies
    assert (policy.metric, policy.comparison, policy.threshold) == ("cpu", "greater", 40)
    assert (policy.evaluation_periods, policy.datapoints_to_alarm, policy.cooldown_s) == (3, 2, 60)
    assert policy.steps == (Step(lower=0.0, adjustment=2),)


def test_an_alarm_on_metric_math_is_read_as_a_joint_policy(snapshot: Snapshot) -> None:
    (policy,) = service(snapshot, "worker").scaling.policies
    assert (policy.metric, policy.comparison, policy.threshold) == ("joint", "less", 1)
    assert (policy.cpu_low, policy.memory_low, policy.period_s) == (35, 62.5, 60)


def test_the_names_and_ids_of_what_is_deployed_are_read(snapshot: Snapshot, world: World) -> None:
    identity = snapshot.fleet.identity
    assert identity is not None
    assert identity.account_id == "123456789012"
    assert identity.vpc_id == world.made.vpc
    (balancer,) = identity.load_balancers
    assert balancer.arn == world.made.balancer
    assert [rule.paths for rule in balancer.listeners[0].rules] == [("/api/*",)]
    assert [one.resource_id for one in identity.scaling_targets] == [
        f"service/{CLUSTER}/api",
        f"service/{CLUSTER}/worker",
    ]
    assert {one.name: one.service for one in identity.alarms} == {"api-high": "api", "worker-low": "worker"}
    own = service(snapshot, "api").identity
    assert own is not None
    assert own.subnet_ids == tuple(sorted(world.made.subnets))
    assert own.task_definition.environment_names == ("LOG_LEVEL",)


def test_the_metrics_are_those_that_cloudwatch_was_given(snapshot: Snapshot, world: World) -> None:
    for name in ("api", "worker"):
        given = world.put.metrics[name].drop("timestamp")
        if name == "worker":
            given = given.with_columns(requests=pl.lit(None))
        read = snapshot.metrics[name].drop("timestamp")
        assert_frame_equal(read, given, check_dtypes=False, rel_tol=1e-6)


def test_an_optimisation_can_start_from_it(taken: Path) -> None:
    outcome = optimizing.optimize(taken, None, effort=Effort(drawn=4, rounds=1, varied=4))
    assert [advice.service.name for advice in outcome.recommendation.services] == ["api", "worker"]


def test_a_sandbox_has_no_prices_and_one_note_says_so(snapshot: Snapshot, taken: Path) -> None:
    assert sorted(path.name for path in taken.iterdir()) == ["fleet.json", "metrics.parquet"]
    said = "list prices could not be read (AWS lists none of us-east-1): the catalog's are taken"
    assert [note for note in snapshot.fleet.notes if "price" in note] == [said]


def test_no_call_is_made_that_the_policy_does_not_allow(taken: Path, world: World) -> None:
    del taken
    policy = json.loads((ROOT / "docs" / "iam-snapshot-policy.json").read_text(encoding="utf-8"))
    (statement,) = policy["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Action"] == sorted(CALLS)
    assert len(world.sent) > 20
    assert world.sent <= CALLS
    assert "pricing:GetProducts" in world.sent


def test_the_policy_allows_nothing_that_writes() -> None:
    assert all(name.split(":")[1].startswith(("Describe", "Filter", "Get", "List")) for name in CALLS)


def test_an_account_opened_for_reading_refuses_to_write(world: World) -> None:
    before = len(world.sandbox.calls)
    with pytest.raises(CallFailed, match="opened for reading"):
        world.account().call("ecs", "DeleteCluster", cluster=CLUSTER)
    assert len(world.sandbox.calls) == before


def test_two_readings_of_one_fleet_give_the_same_bytes(
    taken: Path, recorder: Recorder, world: World, tmp_path: Path
) -> None:
    take(Repeater(recorder), world, tmp_path / "again")
    for name in ("fleet.json", "metrics.parquet"):
        assert (tmp_path / "again" / name).read_bytes() == (taken / name).read_bytes()


def test_environment_values_are_kept_only_when_asked_for(
    recorder: Recorder, world: World, tmp_path: Path
) -> None:
    without = take(Repeater(recorder), world, tmp_path / "without")
    within = take(Repeater(recorder), world, tmp_path / "with", with_environment=True)
    assert without.services[0].environment == {}
    assert within.services[0].environment == {"LOG_LEVEL": "planted-level-value"}


@pytest.mark.parametrize("with_environment", [False, True])
def test_no_planted_secret_is_in_any_byte(
    recorder: Recorder, world: World, tmp_path: Path, *, with_environment: bool
) -> None:
    said = Told()
    api = Repeater(recorder)
    api.change(planted)
    wish = Wish(cluster=CLUSTER, days=DAYS, with_environment=with_environment)
    fleet = read_live(api, wish, tmp_path / "snapshot", world.now, said)
    written = b"".join(path.read_bytes() for path in sorted((tmp_path / "snapshot").iterdir()))
    written += " ".join([*said, *fleet.notes]).encode()
    found = {place for place, secret in PLANTED.items() if secret.encode() in written}
    # Asked for, a value is kept; one that looks like a credential is not.
    assert found == ({"environment"} if with_environment else set())
    assert b"LOG_LEVEL" in written
    assert b"DB_URL" in written
    # Of a tag nobody asked for the key says that it is there, so that a takeover leaves it alone.
    assert b'"Team": ""' in written
    assert b'"DeployToken": ""' in written


def test_a_service_that_may_not_be_read_is_left_out_and_the_rest_is_kept(
    world: World, tmp_path: Path
) -> None:
    def refuse(name: str, parameters: dict[str, Any]) -> None:
        if name == "ecs:DescribeTaskDefinition" and "worker" in parameters["taskDefinition"]:
            raise CallFailed(name, "AccessDeniedException", "not this one")

    fleet = take(Recorder(world.account(), refuse), world, tmp_path / "out")
    assert [one.name for one in fleet.services] == ["api"]
    (skipped,) = read_snapshot(tmp_path / "out").skipped
    assert (skipped.service, skipped.reason.value) == ("worker", "access denied")
    assert "allow ecs:DescribeTaskDefinition" in skipped.detail


def test_one_service_of_a_batch_that_may_not_be_read_costs_the_others_nothing(
    world: World, tmp_path: Path
) -> None:
    def refuse(name: str, parameters: dict[str, Any]) -> None:
        if name == "ecs:DescribeServices" and any(arn.endswith("/worker") for arn in parameters["services"]):
            raise CallFailed(name, "AccessDeniedException", "not with this one")

    fleet = take(Recorder(world.account(), refuse), world, tmp_path / "out")
    assert [one.name for one in fleet.services] == ["api"]
    assert [(one.service, one.reason.value) for one in fleet.skipped] == [("worker", "access denied")]


def test_what_a_recommendation_can_do_without_is_noted_when_it_may_not_be_read(
    recorder: Recorder, world: World, tmp_path: Path
) -> None:
    def refuse(name: str, _: dict[str, Any]) -> None:
        if name in (
            "ec2:DescribeSecurityGroups",
            "ecs:ListTasks",
            "iam:ListPolicies",
            "logs:DescribeLogGroups",
        ):
            raise CallFailed(name, "AccessDenied", "no")

    fleet = take(Repeater(recorder, refuse), world, tmp_path / "out")
    assert len(fleet.services) == 2
    for what in ("Security groups", "Recent tasks", "IAM policies", "Log groups"):
        assert any(note.startswith(f"{what} could not be read") for note in fleet.notes)


def test_a_fleet_of_which_nothing_can_be_read_is_an_error_and_writes_nothing(
    recorder: Recorder, world: World, tmp_path: Path
) -> None:
    def refuse(name: str, _: dict[str, Any]) -> None:
        if name == "ecs:DescribeTaskDefinition":
            raise CallFailed(name, "ThrottlingException", "slower")

    with pytest.raises(AccountError, match="none of the 2 services") as told:
        take(Repeater(recorder, refuse), world, tmp_path / "out")
    assert "throttled" in told.value.advice
    assert not (tmp_path / "out").exists()


def test_a_cluster_that_is_not_there_is_named(world: World, tmp_path: Path) -> None:
    with pytest.raises(AccountError, match="no cluster 'nowhere' in us-east-1"):
        read_live(world.account(), Wish(cluster="nowhere"), tmp_path / "out", world.now, silent)


def test_killed_at_any_call_it_leaves_nothing_half_done_and_goes_on(
    taken: Path, recorder: Recorder, world: World, tmp_path: Path
) -> None:
    whole = Repeater(recorder)
    take(whole, world, tmp_path / "whole")
    for last in each(range(sum(whole.calls.values()))):
        out = tmp_path / f"killed-{last}"

        with pytest.raises(Killed):
            take(Killing(recorder, last), world, out)
        assert not out.exists()
        take(Repeater(recorder), world, out)
        assert sorted(path.name for path in out.iterdir()) == ["fleet.json", "metrics.parquet"]
        assert (out / "fleet.json").read_bytes() == (taken / "fleet.json").read_bytes()
        assert not out.with_name(f"{out.name}.partial").exists()
        shutil.rmtree(out)


def test_killed_at_any_rename_it_leaves_a_whole_snapshot_or_none(
    recorder: Recorder, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename, done = Path.replace, []

    def counted(source: Path, target: Path) -> Path:
        if len(done) == last:
            raise Killed
        done.append(target)
        return rename(source, target)

    monkeypatch.setattr(Path, "replace", counted)
    for last in range(4):  # the plan, two services, the folder
        done.clear()
        out = tmp_path / f"killed-{last}"
        with pytest.raises(Killed):
            take(Repeater(recorder), world, out)
        assert not out.exists()
    done.clear()
    last = 4
    take(Repeater(recorder), world, out)
    assert len(read_snapshot(out).fleet.services) == 2


def test_a_folder_in_the_way_that_somebody_else_made_is_left_as_it_is(
    recorder: Recorder, world: World, tmp_path: Path
) -> None:
    theirs = tmp_path / "out.partial"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(SnapshotError, match="was not made by trimtab") as told:
        take(Repeater(recorder), world, tmp_path / "out")
    assert told.value.where == str(theirs)
    assert (theirs / "thesis.txt").read_text(encoding="utf-8") == "years of work"
    assert not (tmp_path / "out").exists()


def test_what_somebody_put_into_our_folder_outlives_the_reading(
    recorder: Recorder, world: World, tmp_path: Path
) -> None:
    out, parts = tmp_path / "out", tmp_path / "out.partial"

    def die(name: str, _: dict[str, Any]) -> None:
        if name == "cloudwatch:GetMetricData":
            raise Killed

    with pytest.raises(Killed):
        take(Repeater(recorder, die), world, out)
    assert parts.is_dir()
    (parts / "note.txt").write_text("mine", encoding="utf-8")
    take(Repeater(recorder), world, out)
    assert [path.name for path in parts.iterdir()] == ["note.txt"]
    with pytest.raises(SnapshotError, match="was not made by trimtab"):
        take(Repeater(recorder), world, out)
    assert (parts / "note.txt").read_text(encoding="utf-8") == "mine"


def test_a_link_in_the_way_is_not_followed(recorder: Recorder, world: World, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out.partial").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SnapshotError, match="was not made by trimtab"):
        take(Repeater(recorder), world, tmp_path / "out")


def test_metrics_that_were_read_are_not_asked_for_again(world: World, tmp_path: Path) -> None:
    wish = Wish(cluster=CLUSTER, days=14)

    def drop(name: str, _: dict[str, Any]) -> None:
        if name == "cloudwatch:GetMetricData" and api.calls[name] == 3:
            raise AccountError("AWS cannot be reached", advice="run it again")

    api = Recorder(world.account(), drop)
    with pytest.raises(AccountError):
        read_live(api, wish, tmp_path / "out", world.now, silent)
    later = world.now + timedelta(hours=3)
    again = Recorder(world.account())
    fleet = read_live(again, wish, tmp_path / "out", later, silent)
    # Fourteen days are five queries a call: six of api's and five of worker's are three calls.
    assert api.calls["cloudwatch:GetMetricData"] == 3
    # One for what was missing, one for the log groups, which are read anew.
    assert again.calls["cloudwatch:GetMetricData"] == 2
    # The span is the first run's, or the two halves would not be of one fortnight.
    begun = world.now - timedelta(days=14, minutes=5)
    assert fleet.start == begun.strftime("%Y-%m-%dT%H:%M:00Z")
    assert read_snapshot(tmp_path / "out").metrics["api"]["cpu_average_percent"].count() == DAYS * 1440


def test_an_earlier_snapshot_stays_until_the_new_one_is_whole(
    taken: Path, recorder: Recorder, world: World, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(taken, out)
    old = (out / "fleet.json").read_bytes()

    def kill(name: str, _: dict[str, Any]) -> None:
        if name == "cloudwatch:GetMetricData":
            raise Killed

    with pytest.raises(Killed):
        take(Repeater(recorder, kill), world, out)
    assert (out / "fleet.json").read_bytes() == old
    read_snapshot(out)


def test_throttling_is_retried_and_counted(world: World) -> None:
    world.sandbox.inject.throttling("ecs:DescribeClusters", calls=2)
    account = world.account()
    account.call("ecs", "DescribeClusters", clusters=[CLUSTER])
    assert account.calls["ecs:DescribeClusters"] == 1
    assert account.retries == 2
