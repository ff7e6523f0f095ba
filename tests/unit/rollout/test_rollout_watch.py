"""How one deployment is doing, from what AWS says of its own id."""

from __future__ import annotations

from typing import Any

import pytest

from trimtab.rollout.clock import FIRST_POLL_S, LONGEST_POLL_S, Polling
from trimtab.rollout.cloud.answers import service_of, target_of, task_of
from trimtab.rollout.deployment import Ending, Waiting, is_from_before, judge, not_yet, rollback_said
from trimtab.rollout.model import Outcome, RunningTask, ServiceState, Target
from trimtab.rollout.refusals import deployment_notes, refusals

OWN, OLD = "ecs-svc/2", "ecs-svc/1"
TO, BEFORE = "arn:x:task-definition/web:2", "arn:x:task-definition/web:1"


def deployment(
    own: str, status: str, rollout: str, definition: str = TO, reason: str = "", **more: Any
) -> dict[str, Any]:
    return {
        "id": own,
        "status": status,
        "taskDefinition": definition,
        "rolloutState": rollout,
        "rolloutStateReason": reason,
        **more,
    }


def state(*deployments: dict[str, Any], events: tuple[str, ...] = (), desired: int = 2) -> ServiceState:
    return service_of(
        {
            "serviceName": "web",
            "status": "ACTIVE",
            "desiredCount": desired,
            "deployments": list(deployments),
            "events": [
                *({"id": f"new{n}", "message": words} for n, words in enumerate(events)),
                {"id": "seen", "message": "(service web) deployment failed: long ago"},
            ],
        }
    )


ROLLING = f"ECS deployment circuit breaker: rolling back to deploymentId {OLD}."
FAILED = "ECS deployment circuit breaker: tasks failed to start."


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        # While it is rolled back: the failed one may still say IN_PROGRESS.
        (
            state(
                deployment("ecs-svc/3", "PRIMARY", "IN_PROGRESS", BEFORE, ROLLING),
                deployment(OWN, "ACTIVE", "IN_PROGRESS"),
            ),
            Outcome.ROLLED_BACK,
        ),
        (
            state(
                deployment("ecs-svc/3", "PRIMARY", "IN_PROGRESS", BEFORE, ROLLING),
                deployment(OWN, "ACTIVE", "FAILED", reason=FAILED),
            ),
            Outcome.ROLLED_BACK,
        ),
        # The newest deployment may carry the id of the one that is gone back to.
        (state(deployment(OLD, "PRIMARY", "IN_PROGRESS", BEFORE, ROLLING)), Outcome.ROLLED_BACK),
        # When it is over only the events tell.
        (
            state(
                deployment(
                    "ecs-svc/3", "PRIMARY", "COMPLETED", BEFORE, "ECS deployment ecs-svc/3 completed."
                ),
                events=(f"(service web) (deployment {OWN}) deployment failed: tasks failed to start.",),
            ),
            Outcome.ROLLED_BACK,
        ),
        (state(deployment(OWN, "PRIMARY", "FAILED", reason=FAILED)), Outcome.FAILED),
        # Somebody else deployed: an old failure, or another's, is not ours.
        (
            state(deployment("ecs-svc/9", "PRIMARY", "IN_PROGRESS", "arn:x:task-definition/web:7")),
            Outcome.SUPERSEDED,
        ),
        (state(deployment("ecs-svc/9", "PRIMARY", "COMPLETED", TO)), Outcome.SUPERSEDED),
        (
            state(
                deployment("ecs-svc/9", "PRIMARY", "COMPLETED", BEFORE),
                events=("(service web) (deployment ecs-svc/8) deployment failed: tasks failed to start.",),
            ),
            Outcome.SUPERSEDED,
        ),
        (state(), Outcome.SUPERSEDED),
    ],
)
def test_a_bad_end_is_told_by_the_own_id_and_aws_words(found: ServiceState, outcome: Outcome) -> None:
    verdict = judge(found, OWN, "seen")
    assert isinstance(verdict, Ending)
    assert verdict.outcome is outcome


def test_a_failure_from_before_is_not_taken_for_one_since() -> None:
    # Without an id of our own every failure counts, but only if it is newer.
    assert rollback_said(state(), "seen") is None
    said = "(service web) rolling back to deployment ecs-svc/1."
    assert rollback_said(state(events=(said,)), "seen") == said


def test_an_answer_from_before_the_update_is_told_from_a_rollback() -> None:
    old = deployment(OLD, "PRIMARY", "COMPLETED", BEFORE)
    assert is_from_before(state(old), OWN, OLD)
    assert not is_from_before(state(deployment(OLD, "PRIMARY", "IN_PROGRESS", BEFORE, ROLLING)), OWN, OLD)
    assert not is_from_before(state(deployment("ecs-svc/9", "PRIMARY", "IN_PROGRESS")), OWN, OLD)
    assert not is_from_before(state(deployment(OWN, "PRIMARY", "IN_PROGRESS"), old), OWN, OLD)


def test_in_progress_is_waited_for_and_completed_is_looked_into() -> None:
    going = judge(
        state(deployment(OWN, "PRIMARY", "IN_PROGRESS", runningCount=1, failedTasks=2)), OWN, "seen"
    )
    assert going == Waiting(words="1 of 2 tasks on web:2, 2 failed")
    assert judge(state(deployment(OWN, "PRIMARY", "COMPLETED")), OWN, "seen") is None


def task(number: int, definition: str = TO, status: str = "RUNNING") -> RunningTask:
    return task_of(
        {
            "taskArn": f"arn:x:task/shop/{number}",
            "taskDefinitionArn": definition,
            "lastStatus": status,
            "attachments": [{"details": [{"name": "privateIPv4Address", "value": f"10.0.0.{number}"}]}],
        }
    )


def target(number: int, health: str = "healthy") -> Target:
    return target_of({"Target": {"Id": f"10.0.0.{number}", "Port": 80}, "TargetHealth": {"State": health}})


@pytest.mark.parametrize(
    ("tasks", "targets", "words"),
    [
        ([task(1), task(2)], [target(1), target(2)], None),
        # What drains is of the old tasks.
        ([task(1), task(2)], [target(1), target(2), target(8, "draining")], None),
        ([task(1), task(2, BEFORE)], [target(1), target(2)], "1 of 2 tasks still on web:1"),
        ([task(1), task(2, status="PENDING")], [target(1)], "1 of 2 tasks run"),
        ([task(1)], [target(1)], "1 of 2 tasks run"),
        ([task(1), task(2), task(3)], [target(1), target(2), target(3)], "3 of 2 tasks run"),
        ([task(1), task(2)], [target(1), target(2, "initial")], "1 of 2 targets not healthy in tg"),
        ([task(1), task(2)], [target(1)], "1 of 2 targets not healthy in tg"),
    ],
)
def test_completed_counts_when_all_tasks_are_on_the_revision_and_healthy(
    tasks: list[RunningTask], targets: list[Target], words: str | None
) -> None:
    found = not_yet(state(), TO, tasks, {"arn:x:targetgroup/tg/1": targets})
    assert found == (None if words is None else Waiting(words=words))


def test_without_a_load_balancer_tasks_are_enough_and_without_tasks_nothing_is_missing() -> None:
    assert not_yet(state(), TO, [task(1), task(2)], {}) is None
    assert not_yet(state(desired=0), TO, [], {"arn:x:targetgroup/tg/1": []}) is None


def test_why_a_task_stopped_is_told_with_its_containers() -> None:
    found = task_of(
        {
            "taskArn": "arn:x:task/shop/1",
            "taskDefinitionArn": TO,
            "stoppedReason": "Essential container in task exited",
            "containers": [{"name": "web", "exitCode": 137, "reason": "OutOfMemoryError"}, {"name": "b"}],
        }
    )
    assert (
        found.stopped == "Essential container in task exited; container web: exit code 137, OutOfMemoryError"
    )


class Ticks:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def now(self) -> Any:
        raise AssertionError("polling needs no date")


def test_looks_are_further_and_further_apart_until_the_time_is_up() -> None:
    clock = Ticks()
    polling = Polling(clock, 100.0)
    while not polling.over:
        polling.pause()
    assert clock.slept[0] == FIRST_POLL_S
    assert max(clock.slept) <= LONGEST_POLL_S
    assert sorted(clock.slept[:-1]) == clock.slept[:-1]
    assert sum(clock.slept) == 100.0


def configured(**configuration: Any) -> ServiceState:
    breaker = {"enable": True, "rollback": True, **configuration.pop("breaker", {})}
    return service_of(
        {
            "serviceName": "web",
            "status": "ACTIVE",
            "desiredCount": 10,
            "deploymentConfiguration": {"deploymentCircuitBreaker": breaker, **configuration},
        }
    )


@pytest.mark.parametrize("strategy", ["BLUE_GREEN", "LINEAR", "CANARY", "SOMETHING_NEW"])
def test_a_strategy_that_is_not_understood_is_refused(strategy: str) -> None:
    (why,) = refusals(configured(strategy=strategy))
    assert f"its deployments are {strategy}" in why
    assert list(refusals(configured(strategy="ROLLING"))) == []


@pytest.mark.parametrize(
    ("threshold", "failures"),
    [
        ({"type": "COUNT", "value": 7}, 7),
        ({"type": "BOUNDED_PERCENT", "value": 10}, 3),
        ({"type": "BOUNDED_PERCENT", "value": 5000}, 200),
        ({"type": "UNBOUNDED_PERCENT", "value": 50}, 5),
        ({}, None),
    ],
)
def test_what_a_threshold_comes_to_is_noted(threshold: dict[str, Any], failures: int | None) -> None:
    state = configured(breaker={"thresholdConfiguration": threshold})
    assert list(refusals(state)) == []
    said = f"its breaker ends the deployment after {failures} failed tasks"
    assert list(deployment_notes(state)) == ([] if failures is None else [said])


@pytest.mark.parametrize("threshold", [{"type": "COUNT", "value": 900}, {"type": "NEW_KIND", "value": 3}])
def test_a_threshold_that_ends_nothing_or_is_not_known_is_refused(threshold: dict[str, Any]) -> None:
    (why,) = refusals(configured(breaker={"thresholdConfiguration": threshold}))
    assert f"threshold ({threshold['type']} {threshold['value']})" in why


def test_an_early_success_is_noted() -> None:
    early = {"enable": True, "healthyPercent": 80, "sourceServiceRevisionCleanup": "DEFERRED"}
    (note,) = deployment_notes(configured(earlySuccessCriteria=early))
    assert note.startswith("AWS says COMPLETED at 80 % healthy tasks")
