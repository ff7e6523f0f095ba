"""What a rollout leaves alone, what it repeats, and what it refuses in one line."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rollout.made import NEW, OLD, Shop, World, of, outcomes
from rollout.scaled import Scaled

from trimtab.aws.api import CallFailed
from trimtab.errors import AccountError, NetworkError, RolloutError, RolloutInterrupted
from trimtab.rollout.cloud.aws import CALLS, WRITES
from trimtab.rollout.model import Outcome
from trimtab.sandbox.faults import Fault


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


def test_a_service_of_which_no_task_is_to_run_is_moved_when_one_is_and_undone_at_any_time(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.ecs.update_service(cluster=shop.cluster, service="jobs", desiredCount=0)
    done = shop.rollout()
    assert outcomes(done) == {"jobs": Outcome.REFUSED, "cards": Outcome.MOVED}
    assert "no task of it is to run now" in of(done, "jobs").detail
    assert shop.runs("jobs") == 1
    shop.ecs.update_service(cluster=shop.cluster, service="jobs", desiredCount=2)
    assert outcomes(shop.rollout()) == {"jobs": Outcome.MOVED, "cards": Outcome.ALREADY}
    for name in ("jobs", "cards"):
        shop.ecs.update_service(cluster=shop.cluster, service=name, desiredCount=0)
    assert outcomes(shop.rollout()) == {"jobs": Outcome.ALREADY, "cards": Outcome.ALREADY}
    assert set(outcomes(shop.rollout(undo=True)).values()) == {Outcome.MOVED}


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


@pytest.mark.parametrize("call", ["ecs:DescribeServices", "ecs:DescribeTaskDefinition", "ecs:UpdateService"])
def test_a_wave_that_is_throttled_half_way_watches_what_it_has_started(shop: Shop, call: str) -> None:
    shop.build("jobs", "cards", "search")

    def after_the_first(_: str) -> None:
        shop.recorder.refused[call] = "ThrottlingException"

    def passes() -> None:
        shop.recorder.refused.clear()

    shop.recorder.after_update = after_the_first
    shop.clock.meanwhile = passes
    with pytest.raises(RolloutInterrupted):
        shop.rollout(wave=3)
    assert shop.updates() == {"jobs": 1}
    assert any(line.startswith("jobs: moved: ") for line in shop.told)
    shop.recorder.after_update = lambda _: None
    assert outcomes(shop.rollout(wave=3)) == {
        "jobs": Outcome.ALREADY, "cards": Outcome.MOVED, "search": Outcome.MOVED,
    }  # fmt: skip


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
    for path in shop.folder.rglob("*.json*"):
        assert b"hunter2" not in path.read_bytes()


def test_every_call_is_in_the_policy_and_nothing_else_is(shop: Shop, world: World) -> None:
    shop.fast_signals = True
    shop.build()
    shop.deploy("web", shop.register("web", OLD, image="2"))
    shop.settle()
    shop.inject.deployment_failure(f"{shop.cluster}/web", Fault.EXITS)
    Scaled(shop, "jobs")
    world.client("s3").create_bucket(Bucket=f"{shop.cluster}-journal")
    shop.rollout(journal=f"s3://{shop.cluster}-journal/rollout.jsonl", suspend_out=True)
    assert {name for name, _ in shop.recorder.made} == CALLS
    assert WRITES < CALLS
