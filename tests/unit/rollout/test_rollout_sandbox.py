"""A rollout against the sandbox: real clients, deployments in their own time, faults on request."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from rollout.made import NEW, OLD, ORDER, Shop, World, running_world

from trimtab.aws.api import CallFailed
from trimtab.errors import AccountError, NetworkError, RolloutError, RolloutInterrupted
from trimtab.rollout.cloud.aws import CALLS, WRITES
from trimtab.rollout.model import Outcome
from trimtab.sandbox.faults import Fault
from trimtab.sandbox.timing import TaskTiming

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trimtab.rollout.model import Result, Rollout


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        yield from running_world(patch.setenv, TaskTiming.fargate())


@pytest.fixture
def shop(world: World, tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(world, tmp_path)
    yield shop
    shop.inject.clear()
    for name in shop.names:
        shop.delete(name)


def outcomes(done: Rollout) -> dict[str, Outcome]:
    return {one.service: one.outcome for one in done.results}


def of(done: Rollout, name: str) -> Result:
    return next(one for one in done.results if one.service == name)


def test_services_move_one_at_a_time_the_least_critical_first(shop: Shop) -> None:
    shop.build()
    done = shop.rollout()
    assert [one.service for one in done.results] == ORDER
    assert set(outcomes(done).values()) == {Outcome.MOVED}
    assert done.exit_code == 0
    for name in ORDER:
        assert shop.runs(name) == 2
        (deployment,) = shop.read(name)["deployments"]
        assert deployment["rolloutState"] == "COMPLETED"
    # One at a time: each was watched to its end before the next was begun.
    told = [line for line in shop.told if ": moved" in line or "deployment ecs-svc/" in line]
    assert [line.split(":")[0] for line in told] == [name for name in ORDER for _ in range(2)]


def test_a_wave_moves_several_at_a_time(shop: Shop) -> None:
    shop.build("jobs", "cards", "web")
    shop.rollout(wave=2)
    begun = [line.split(":")[0] for line in shop.told if ": moved" in line or "deployment ecs-svc/" in line]
    assert set(begun[:2]) == set(begun[2:4]) == {"jobs", "cards"}
    assert begun[4:] == ["web", "web"]


def test_a_second_rollout_finds_everything_done_and_writes_nothing(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.rollout()
    shop.recorder.made.clear()
    assert set(outcomes(shop.rollout()).values()) == {Outcome.ALREADY}
    assert shop.recorder.writes == []


def test_a_dry_run_names_the_calls_and_makes_none_that_write(shop: Shop, tmp_path: Path) -> None:
    shop.build("jobs", "web")
    done = shop.rollout(dry_run=True)
    assert set(outcomes(done).values()) == {Outcome.WOULD_MOVE}
    assert of(done, "web").calls == (
        f"ecs:UpdateService cluster={shop.cluster} service=web taskDefinition={shop.arn('web', 2)}",
    )
    assert shop.recorder.writes == []
    assert {path.name for path in tmp_path.iterdir()} == {"recommendation.json"}
    shop.rollout()
    written = [f"{name} {given['taskDefinition']}" for name, given in shop.recorder.writes]
    planned = [call.split() for one in done.results for call in one.calls]
    assert written == [f"{call[0]} {call[-1].removeprefix('taskDefinition=')}" for call in planned]


@pytest.mark.parametrize("failure", [Fault.EXITS, Fault.CANNOT_PULL, Fault.UNHEALTHY])
def test_a_deployment_that_fails_stops_everything_and_says_what_aws_said(shop: Shop, failure: Fault) -> None:
    shop.build("jobs", "cards", "web")
    shop.inject.deployment_failure(f"{shop.cluster}/cards", failure)
    done = shop.rollout()
    assert outcomes(done)["jobs"] is Outcome.MOVED
    assert outcomes(done)["cards"] is Outcome.ROLLED_BACK
    assert outcomes(done)["web"] is Outcome.NOT_REACHED
    assert done.exit_code == 21
    said = of(done, "cards")
    assert "circuit breaker" in said.detail
    assert any("deployment failed" in line for line in said.said)
    assert any(line.startswith("stopped task: ") for line in said.said)
    assert shop.updates() == {"jobs": 1, "cards": 1}
    shop.settle()
    assert shop.runs("cards") == 1


def test_after_a_failure_the_next_run_tries_again_where_it_stopped(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.inject.deployment_failure(f"{shop.cluster}/jobs", Fault.EXITS)
    assert shop.rollout().exit_code == 21
    done = shop.rollout()
    assert set(outcomes(done).values()) == {Outcome.MOVED}
    assert shop.runs("jobs") == 2


def test_in_a_wave_the_others_are_watched_to_their_end_when_one_fails(shop: Shop) -> None:
    shop.build("jobs", "cards", "web")
    shop.inject.deployment_failure(f"{shop.cluster}/jobs", Fault.EXITS)
    done = shop.rollout(wave=2)
    assert outcomes(done) == {
        "jobs": Outcome.ROLLED_BACK,
        "cards": Outcome.MOVED,
        "web": Outcome.NOT_REACHED,
    }


def test_in_a_wave_nothing_more_is_started_after_one_that_stops(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.inject.deployment_failure(f"{shop.cluster}/jobs", Fault.NEVER_SETTLES)
    shop.deploy("jobs", shop.read("jobs")["taskDefinition"], forceNewDeployment=True)
    done = shop.rollout(wave=2, timeout_s=60.0)
    assert outcomes(done) == {"jobs": Outcome.UNSTEADY, "cards": Outcome.NOT_REACHED}


def test_a_deployment_that_never_settles_is_given_up_on_and_taken_up_again(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.inject.deployment_failure(f"{shop.cluster}/jobs", Fault.NEVER_SETTLES)
    done = shop.rollout(timeout_s=600.0)
    assert outcomes(done) == {"jobs": Outcome.UNSETTLED, "cards": Outcome.NOT_REACHED}
    assert done.exit_code == 23
    assert sum(shop.clock.waited_s[-40:]) >= 600
    own = shop.read("jobs")["deployments"][0]["id"]
    # It still does not settle; it is watched, not started again.
    assert outcomes(shop.rollout(timeout_s=60.0))["jobs"] is Outcome.UNSETTLED
    assert shop.updates() == {"jobs": 1}
    assert f"jobs: going on with deployment {own}" in shop.told


def test_a_deployment_that_never_settles_can_be_undone(shop: Shop) -> None:
    shop.build("jobs")
    shop.inject.deployment_failure(f"{shop.cluster}/jobs", Fault.NEVER_SETTLES)
    shop.rollout(timeout_s=120.0)
    done = shop.rollout(undo=True)
    assert outcomes(done) == {"jobs": Outcome.MOVED}
    assert shop.runs("jobs") == 1


def test_a_service_deleted_meanwhile_stops_everything(shop: Shop) -> None:
    shop.build("jobs", "cards")

    def delete() -> None:
        if len(shop.recorder.writes) == 1:
            shop.delete("jobs")
            shop.clock.meanwhile = lambda: None

    shop.clock.meanwhile = delete
    done = shop.rollout()
    assert outcomes(done) == {"jobs": Outcome.DELETED, "cards": Outcome.NOT_REACHED}
    assert done.exit_code == 24
    assert shop.updates() == {"jobs": 1}


def test_a_service_deleted_right_before_its_update_is_told_from_a_failure(shop: Shop) -> None:
    shop.build("jobs")
    shop.recorder.before_write = lambda _: shop.delete("jobs")
    assert outcomes(shop.rollout()) == {"jobs": Outcome.DELETED}


def test_a_service_that_is_not_there_is_left_alone_and_the_others_move(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.delete("jobs")
    shop.clock.sleep(600)
    done = shop.rollout()
    assert outcomes(done) == {"cards": Outcome.MOVED, "jobs": Outcome.REFUSED}
    assert done.exit_code == 20


def test_a_second_operators_deployment_stops_everything(shop: Shop) -> None:
    shop.build("jobs", "cards")
    other = shop.register("jobs", OLD, image="hotfix")

    def deploy() -> None:
        if shop.recorder.writes:
            shop.deploy("jobs", other)
            shop.clock.meanwhile = lambda: None

    shop.clock.meanwhile = deploy
    done = shop.rollout()
    assert outcomes(done) == {"jobs": Outcome.SUPERSEDED, "cards": Outcome.NOT_REACHED}
    assert done.exit_code == 22
    assert shop.family("jobs", 3) in of(done, "jobs").detail
    assert shop.runs("jobs") == 3


def test_a_deployment_of_the_same_revision_by_somebody_else_is_not_taken_for_ours(shop: Shop) -> None:
    shop.build("jobs")

    def again() -> None:
        if shop.recorder.writes:
            shop.deploy("jobs", shop.read("jobs")["taskDefinition"], forceNewDeployment=True)
            shop.clock.meanwhile = lambda: None

    shop.clock.meanwhile = again
    assert outcomes(shop.rollout()) == {"jobs": Outcome.SUPERSEDED}


def test_answers_from_before_the_update_are_not_taken_for_somebody_elses_deployment(shop: Shop) -> None:
    shop.build("jobs")
    shop.recorder.stale = 3
    assert outcomes(shop.rollout()) == {"jobs": Outcome.MOVED}
    assert "jobs: AWS does not list the deployment yet" in shop.told


def test_a_deployment_in_progress_is_waited_for(shop: Shop) -> None:
    shop.build("jobs")
    shop.deploy("jobs", shop.read("jobs")["taskDefinition"], forceNewDeployment=True)
    assert outcomes(shop.rollout()) == {"jobs": Outcome.MOVED}
    assert any("jobs: waiting for a steady state" in line for line in shop.told)


def test_a_service_that_finds_no_steady_state_stops_everything_untouched(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.inject.deployment_failure(f"{shop.cluster}/jobs", Fault.NEVER_SETTLES)
    shop.deploy("jobs", shop.read("jobs")["taskDefinition"], forceNewDeployment=True)
    done = shop.rollout(timeout_s=120.0)
    assert outcomes(done) == {"jobs": Outcome.UNSTEADY, "cards": Outcome.NOT_REACHED}
    assert done.exit_code == 25
    assert shop.recorder.writes == []


def test_a_service_without_a_breaker_is_left_alone_and_the_others_move(shop: Shop) -> None:
    shop.build("jobs", "cards")
    off = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}
    shop.ecs.update_service(cluster=shop.cluster, service="jobs", deploymentConfiguration=off)
    done = shop.rollout()
    assert outcomes(done) == {"jobs": Outcome.REFUSED, "cards": Outcome.MOVED}
    assert done.exit_code == 20
    assert "roll back" in of(done, "jobs").detail


def test_an_image_that_ci_deployed_since_is_kept_at_the_new_size(shop: Shop) -> None:
    shop.build("jobs", "web")
    shop.deploy("web", shop.register("web", OLD, image="2"))
    shop.settle()
    done = shop.rollout()
    assert set(outcomes(done).values()) == {Outcome.MOVED}
    assert shop.runs("web") == 4
    made = shop.definition("web")
    assert (made["cpu"], made["memory"]) == ("256", "512")
    application, collector = made["containerDefinitions"]
    assert (application["image"], application["cpu"]) == ("repo/web:2", 192)
    assert (collector["name"], collector["cpu"]) == ("collector", 64)
    assert any("repo/web:2 runs" in note for note in of(done, "web").notes)
    assert set(outcomes(shop.rollout()).values()) == {Outcome.ALREADY}


def test_what_ci_deployed_on_top_of_the_new_size_is_left_as_it_is(shop: Shop) -> None:
    shop.build("web")
    shop.rollout()
    shop.deploy("web", shop.register("web", NEW, image="2"))
    shop.settle()
    shop.recorder.made.clear()
    named = shop.folder / "named.json"
    named.write_text(json.dumps({"web": shop.arn("web", 2)}), encoding="utf-8")
    assert outcomes(shop.rollout(task_definitions=named)) == {"web": Outcome.ALREADY}
    assert shop.recorder.writes == []


def test_ci_deploying_while_the_service_is_prepared_is_looked_at_again(shop: Shop) -> None:
    shop.build("web")
    shop.deploy("web", shop.register("web", OLD, image="2"))
    shop.settle()
    third = shop.register("web", OLD, image="3")

    def deploy(name: str) -> None:
        if name == "ecs:RegisterTaskDefinition":
            shop.recorder.before_write = lambda _: None
            shop.deploy("web", third)

    shop.recorder.before_write = deploy
    assert outcomes(shop.rollout()) == {"web": Outcome.MOVED}
    assert shop.definition("web")["containerDefinitions"][0]["image"] == "repo/web:3"


def test_overtaking_somebody_who_deploys_in_the_same_moment_is_noticed(shop: Shop) -> None:
    shop.build("jobs", "cards")
    other = shop.register("jobs", OLD, image="2")
    shop.recorder.before_write = lambda _: shop.deploy("jobs", other)
    done = shop.rollout()
    assert outcomes(done) == {"jobs": Outcome.SUPERSEDED, "cards": Outcome.NOT_REACHED}
    assert f"deploy {other} again" in of(done, "jobs").detail
    shop.recorder.before_write = lambda _: None
    shop.deploy("jobs", other)
    assert set(outcomes(shop.rollout()).values()) == {Outcome.MOVED}
    assert shop.definition("jobs")["containerDefinitions"][0]["image"] == "repo/jobs:2"


def test_undo_goes_back_the_last_first_and_only_once(shop: Shop) -> None:
    shop.build()
    shop.rollout()
    done = shop.rollout(undo=True)
    assert [one.service for one in done.results] == ORDER[::-1]
    assert set(outcomes(done).values()) == {Outcome.MOVED}
    for name in ORDER:
        assert shop.runs(name) == 1
    assert shop.rollout(undo=True).results == ()


def test_undo_after_ci_goes_back_to_the_size_and_keeps_the_image(shop: Shop) -> None:
    shop.build("web")
    shop.rollout()
    shop.deploy("web", shop.register("web", NEW, image="2"))
    shop.settle()
    assert outcomes(shop.rollout(undo=True)) == {"web": Outcome.MOVED}
    made = shop.definition("web")
    (application,) = made["containerDefinitions"]
    assert (made["cpu"], application["cpu"], application["image"]) == ("1024", 1024, "repo/web:2")


def test_undo_registers_anew_what_was_deregistered(shop: Shop) -> None:
    shop.build("jobs")
    shop.rollout()
    shop.ecs.deregister_task_definition(taskDefinition=shop.family("jobs", 1))
    assert outcomes(shop.rollout(undo=True)) == {"jobs": Outcome.MOVED}
    assert shop.runs("jobs") == 3
    assert shop.definition("jobs")["cpu"] == "1024"


def test_undo_of_one_service_leaves_the_others_to_undo(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.rollout()
    assert outcomes(shop.rollout(undo=True, services=("jobs",))) == {"jobs": Outcome.MOVED}
    assert outcomes(shop.rollout(undo=True)) == {"cards": Outcome.MOVED}


def test_undo_without_a_rollout_is_refused(shop: Shop) -> None:
    shop.build("jobs")
    with pytest.raises(RolloutError, match="no rollout that could be undone"):
        shop.rollout(undo=True)


def test_undo_goes_back_to_what_ran_last_not_to_an_older_image(shop: Shop) -> None:
    shop.build("jobs")
    shop.rollout()
    shop.deploy("jobs", shop.register("jobs", OLD, image="2"))
    shop.settle()
    shop.rollout()
    shop.rollout(undo=True)
    assert shop.definition("jobs")["containerDefinitions"][0]["image"] == "repo/jobs:2"
    assert shop.runs("jobs") == 3


def test_what_somebody_took_back_by_hand_is_not_undone_later(shop: Shop) -> None:
    shop.build("jobs")
    shop.rollout()
    shop.deploy("jobs", shop.family("jobs", 1))
    shop.settle()
    assert outcomes(shop.rollout(undo=True)) == {"jobs": Outcome.ALREADY}
    assert shop.rollout(undo=True).results == ()


def test_undo_needs_no_recommendation(shop: Shop) -> None:
    shop.build("jobs")
    shop.rollout()
    (shop.folder / "recommendation.json").unlink()
    assert outcomes(shop.rollout(undo=True)) == {"jobs": Outcome.MOVED}


def test_only_the_named_services_move(shop: Shop) -> None:
    shop.build("jobs", "cards")
    assert outcomes(shop.rollout(services=("cards",))) == {"cards": Outcome.MOVED}
    assert shop.runs("jobs") == 1
    with pytest.raises(RolloutError, match="no service 'nobody'"):
        shop.rollout(services=("nobody",))


@pytest.mark.parametrize("whole", [True, False])
def test_the_revisions_come_from_terraforms_output_when_it_is_given(shop: Shop, whole: bool) -> None:
    shop.build("jobs", "cards")
    shop.register("jobs", NEW, image="1")
    arns = {"jobs": shop.arn("jobs", 2)}
    path = shop.folder / "output.json"
    document: Any = {"task_definitions": {"sensitive": False, "type": ["map", "string"], "value": arns}}
    path.write_text(json.dumps(document if whole else arns), encoding="utf-8")
    done = shop.rollout(task_definitions=path)
    assert outcomes(done) == {"jobs": Outcome.MOVED, "cards": Outcome.REFUSED}
    assert shop.runs("jobs") == 2


def test_a_revision_of_another_size_than_recommended_is_refused(shop: Shop) -> None:
    shop.build("jobs")
    path = shop.folder / "output.json"
    path.write_text(json.dumps({"jobs": shop.register("jobs", (512, 1024))}), encoding="utf-8")
    done = shop.rollout(task_definitions=path)
    assert "512/1024" in of(done, "jobs").detail
    assert done.exit_code == 20


def test_without_a_revision_of_the_size_the_service_is_left_alone(shop: Shop) -> None:
    shop.build("jobs")
    shop.ecs.deregister_task_definition(taskDefinition=shop.family("jobs", 2))
    done = shop.rollout()
    assert outcomes(done) == {"jobs": Outcome.REFUSED}
    assert "apply the values first" in of(done, "jobs").detail


def test_a_service_that_codedeploy_deploys_is_left_alone_at_once_and_the_others_go_on(shop: Shop) -> None:
    shop.build("jobs", "web")
    shop.ecs.create_service(
        cluster=shop.cluster,
        serviceName="cards",
        taskDefinition=shop.register("cards", OLD),
        desiredCount=1,
        launchType="FARGATE",
        deploymentController={"type": "CODE_DEPLOY"},
    )
    assert shop.read("cards")["deployments"] == []
    shop.recommend("jobs", "cards", "web")
    done = shop.rollout()
    assert outcomes(done) == {"jobs": Outcome.MOVED, "cards": Outcome.REFUSED, "web": Outcome.MOVED}
    assert "CODE_DEPLOY" in of(done, "cards").detail
    assert done.exit_code == 20
    assert sum(shop.clock.waited_s) < 600


def test_a_revision_without_the_load_balancers_container_is_refused(shop: Shop) -> None:
    shop.build("web")
    containers = [{"name": "other", "image": "repo/web:1", "portMappings": [{"containerPort": 80}]}]
    shop.register("web", NEW, containerDefinitions=containers)
    done = shop.rollout()
    assert "sends to container web, port 80" in of(done, "web").detail
    assert shop.recorder.writes == []


def test_throttled_calls_are_repeated(shop: Shop) -> None:
    shop.build("jobs")
    for call in ("ecs:UpdateService", "ecs:DescribeServices", "ecs:ListTasks"):
        shop.inject.throttling(call, calls=1)
    assert outcomes(shop.rollout()) == {"jobs": Outcome.MOVED}
    assert shop.updates() == {"jobs": 1}


def test_throttling_beyond_all_patience_does_not_end_a_watch(shop: Shop) -> None:
    shop.build("jobs")

    def meanwhile() -> None:
        if len(shop.clock.waited_s) % 2:
            shop.recorder.refused["ecs:DescribeServices"] = "ThrottlingException"
        else:
            shop.recorder.refused.clear()

    shop.clock.meanwhile = meanwhile
    assert outcomes(shop.rollout()) == {"jobs": Outcome.MOVED}
    assert any("no answer now" in line for line in shop.told)


def test_a_network_that_is_down_for_a_while_does_not_end_a_watch(shop: Shop) -> None:
    shop.build("jobs")
    call = shop.recorder.account.call

    def cut_off(service: str, operation: str, /, **given: Any) -> dict[str, Any]:
        if operation == "DescribeServices" and shop.recorder.writes and len(shop.clock.waited_s) % 2:
            raise NetworkError("AWS cannot be reached (refused by the test)")
        return call(service, operation, **given)

    shop.recorder.account = cast("Any", SimpleNamespace(call=cut_off, region=shop.recorder.account.region))
    assert outcomes(shop.rollout()) == {"jobs": Outcome.MOVED}
    assert any("no answer now (AWS cannot be reached" in line for line in shop.told)


def test_an_update_throttled_beyond_all_patience_is_made_by_the_next_run(shop: Shop) -> None:
    shop.build("jobs")
    shop.recorder.refused["ecs:UpdateService"] = "ThrottlingException"
    with pytest.raises(RolloutInterrupted, match="run it again to go on"):
        shop.rollout()
    shop.recorder.refused.clear()
    assert outcomes(shop.rollout()) == {"jobs": Outcome.MOVED}
    assert shop.updates() == {"jobs": 1}


def test_an_update_that_aws_refuses_stops_everything_and_is_tried_again(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.recorder.refused["ecs:UpdateService"] = "InvalidParameterException"
    done = shop.rollout()
    assert outcomes(done) == {"jobs": Outcome.FAILED, "cards": Outcome.NOT_REACHED}
    assert of(done, "jobs").said == ("InvalidParameterException: refused by the test",)
    shop.recorder.refused.clear()
    assert set(outcomes(shop.rollout()).values()) == {Outcome.MOVED}


def test_what_aws_repeats_of_a_credential_is_neither_shown_nor_written_down(shop: Shop) -> None:
    shop.build("jobs")
    call = shop.recorder.account.call

    def repeating(service: str, operation: str, /, **given: Any) -> dict[str, Any]:
        answer = call(service, operation, **given)
        for one in answer.get("services", ()) if shop.recorder.writes else ():
            newest = one["deployments"][0]
            newest.update(rolloutState="FAILED", rolloutStateReason="rolling back: token=hunter2")
            one["events"].insert(0, {"id": "new", "message": "task failed: https://ci:hunter2@repo/x"})
        for one in answer.get("tasks", ()):
            one["stoppedReason"] = "exited: DB_PASSWORD=hunter2"
        return answer

    shop.recorder.account = cast("Any", SimpleNamespace(call=repeating, region=shop.recorder.account.region))
    done = shop.rollout()
    assert outcomes(done) == {"jobs": Outcome.ROLLED_BACK}
    assert "[redacted]" in done.results[0].detail
    written = (shop.folder / "rollout-journal.jsonl").read_text()
    assert "hunter2" not in f"{done} {shop.told} {written}"


def test_a_refusal_that_repeats_what_was_sent_does_not_show_it(shop: Shop) -> None:
    with pytest.raises(CallFailed) as refused:
        shop.recorder.account.call("iam", "GetRole", RoleName="password=hunter2")
    assert "hunter2" not in refused.value.one_line()
    assert "[redacted]" in refused.value.one_line()


def test_another_account_than_the_journals_is_refused(shop: Shop) -> None:
    shop.build("jobs")
    shop.rollout()
    journal = shop.folder / "rollout-journal.jsonl"
    journal.write_text(journal.read_text().replace("123456789012", "210987654321"))
    with pytest.raises(RolloutError, match="is about arn:aws:ecs:us-east-1:210987654321"):
        shop.rollout()


def test_another_region_than_the_recommendations_is_refused(shop: Shop) -> None:
    shop.build("jobs")
    with pytest.raises(RolloutError, match="is for us-east-1, not eu-west-1"):
        shop.rollout(region="eu-west-1")


def test_a_missing_permission_is_one_line_that_names_the_policy(shop: Shop) -> None:
    shop.build("jobs")
    shop.recorder.refused["ecs:ListTaskDefinitions"] = "AccessDeniedException"
    with pytest.raises(AccountError, match=r"iam-rollout-policy\.json"):
        shop.rollout()


def test_no_value_of_an_environment_reaches_the_journal_or_the_report(shop: Shop) -> None:
    shop.build("web")
    shop.deploy("web", shop.register("web", OLD, image="2"))
    shop.settle()
    done = shop.rollout(dry_run=True)
    assert "hunter2" not in repr(done)
    shop.rollout()
    for path in shop.folder.iterdir():
        assert b"hunter2" not in path.read_bytes()


def test_every_call_is_in_the_policy_and_nothing_else_is(shop: Shop) -> None:
    shop.build()
    shop.deploy("web", shop.register("web", OLD, image="2"))
    shop.settle()
    shop.inject.deployment_failure(f"{shop.cluster}/web", Fault.EXITS)
    shop.rollout()
    assert {name for name, _ in shop.recorder.made} == CALLS
    assert WRITES < CALLS
