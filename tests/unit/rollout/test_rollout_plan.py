"""Which service goes when, to which revision, and what must hold before: pure, over what AWS says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from trimtab.catalog.size import TaskSize
from trimtab.rollout.cloud.answers import exposures_of, revision_of, service_of
from trimtab.rollout.graft import does_not_fit, graft
from trimtab.rollout.model import Balanced, Exposure, Revision, ServiceState, WantedRevision
from trimtab.rollout.plan import TAG, Cannot, Register, Stay, Use, back, forward, order, waves
from trimtab.rollout.refusals import cannot_move, moving_image, refusals, unsteady

ARN = "arn:aws:ecs:us-east-1:123456789012:task-definition"


def container(name: str = "web", **more: Any) -> dict[str, Any]:
    return {"name": name, "image": f"repo/{name}:1", "cpu": 0, "essential": True, **more}


def revision(
    number: int,
    *containers: dict[str, Any],
    size: tuple[int, int] = (1024, 2048),
    family: str = "web",
    **more: Any,
) -> Revision:
    definition = {
        "taskDefinitionArn": f"{ARN}/{family}:{number}",
        "family": family,
        "revision": number,
        "status": "ACTIVE",
        "cpu": str(size[0]),
        "memory": str(size[1]),
        "networkMode": "awsvpc",
        "containerDefinitions": list(containers or (container(),)),
    }
    return revision_of({"taskDefinition": {**definition, **more}})


SMALL = (256, 512)


def state(**more: Any) -> ServiceState:
    deployment = {
        "id": "d1",
        "status": "PRIMARY",
        "rolloutState": "COMPLETED",
        "taskDefinition": f"{ARN}/web:1",
    }
    answer = {
        "serviceName": "web",
        "status": "ACTIVE",
        "desiredCount": 2,
        "runningCount": 2,
        "deployments": [deployment],
        "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
    }
    return service_of({**answer, **more})


def test_least_critical_goes_first() -> None:
    cost = {"public": 1.0, "inner": 9.0, "cheap": 2.0, "dear": 5.0, "both": 1.0, "alike": 2.0}
    size = TaskSize(cpu_units=256, memory_mib=512)
    wanted = [
        WantedRevision(name=name, size=size, today=size, cost_usd_month=usd) for name, usd in cost.items()
    ]
    groups = {"public": ["p"], "inner": ["i"], "both": ["i", "p"]}
    states = {
        name: replace(
            state(),
            name=name,
            balanced=tuple(
                Balanced(target_group=one, container="c", port=80) for one in groups.get(name, ())
            ),
        )
        for name in cost
    }
    exposures = {"p": Exposure.PUBLIC, "i": Exposure.INTERNAL}
    found = [one.name for one in order(wanted, states, exposures)]
    assert found == ["alike", "cheap", "dear", "inner", "both", "public"]
    assert list(waves(found, 4)) == [("alike", "cheap", "dear", "inner"), ("both", "public")]


def test_a_target_group_is_as_exposed_as_its_widest_load_balancer() -> None:
    groups = [
        {"TargetGroupArn": "a", "LoadBalancerArns": ["in", "out"]},
        {"TargetGroupArn": "b", "LoadBalancerArns": ["in"]},
        {"TargetGroupArn": "c", "LoadBalancerArns": []},
    ]
    balancers = [
        {"LoadBalancerArn": "in", "Scheme": "internal"},
        {"LoadBalancerArn": "out", "Scheme": "internet-facing"},
    ]
    assert exposures_of(groups, balancers) == {
        "a": Exposure.PUBLIC,
        "b": Exposure.INTERNAL,
        "c": Exposure.INTERNAL,
    }


@pytest.mark.parametrize(("cpu", "memory"), [("256", "512"), (".25 vCPU", "0.5 GB"), ("0.25vcpu", "512")])
def test_sizes_are_compared_as_numbers(cpu: str, memory: str) -> None:
    found = revision(1, cpu=cpu, memory=memory)
    assert (found.cpu_units, found.memory_mib) == SMALL


def test_the_same_image_goes_to_terraforms_revision_itself() -> None:
    assert forward(revision(1), revision(2, size=SMALL)) == Use(
        arn=f"{ARN}/web:2", definition=revision(2, size=SMALL).definition
    )
    assert forward(revision(2), revision(2)) == Stay()


def test_another_image_is_kept_at_the_new_size() -> None:
    step = forward(revision(1, container(image="repo/web:2")), revision(2, size=SMALL))
    assert isinstance(step, Register)
    assert (step.definition["cpu"], step.definition["memory"]) == ("256", "512")
    assert step.definition["containerDefinitions"][0]["image"] == "repo/web:2"
    assert step.why == ("not taken back: web: repo/web:2 runs, web:2 has repo/web:1",)


@pytest.mark.parametrize(
    ("of_container", "of_task", "kept"),
    [
        (
            {"mountPoints": [{"sourceVolume": "data"}]},
            {"volumes": [{"name": "data"}]},
            ("volume data", "web: mountPoints"),
        ),
        ({}, {"ephemeralStorage": {"sizeInGiB": 100}}, ("ephemeralStorage",)),
        ({"repositoryCredentials": {"credentialsParameter": "arn"}}, {}, ("web: repositoryCredentials",)),
        ({"readonlyRootFilesystem": True}, {}, ("web: readonlyRootFilesystem",)),
        ({"linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}}}, {}, ("web: capabilities",)),
        ({"logConfiguration": {"logDriver": "splunk"}}, {}, ("web: log driver splunk",)),
    ],
)
def test_what_terraform_has_no_word_for_is_kept_at_the_new_size(
    of_container: dict[str, Any], of_task: dict[str, Any], kept: tuple[str, ...]
) -> None:
    source = revision(2, container(linuxParameters={"initProcessEnabled": True}), size=SMALL)
    step = forward(revision(1, container(**of_container), **of_task), source)
    assert isinstance(step, Register)
    assert step.why == tuple(f"not taken back: {one}, not in web:2" for one in kept)
    assert (step.definition["cpu"], step.definition["memory"]) == ("256", "512")
    assert {key: step.definition[key] for key in of_task} == of_task
    assert {key: step.definition["containerDefinitions"][0][key] for key in of_container} == of_container


def test_a_sidecar_that_terraform_does_not_know_is_kept_though_it_is_not_essential() -> None:
    running = revision(1, container(), container("agent", essential=False))
    step = forward(running, revision(2, size=SMALL))
    assert isinstance(step, Register)
    assert [one["name"] for one in step.definition["containerDefinitions"]] == ["web", "agent"]


def test_empty_lists_that_aws_fills_in_are_nothing_to_keep() -> None:
    bare = {"capabilities": {"add": [], "drop": []}, "devices": []}
    running = container(mountPoints=[], volumesFrom=[], systemControls=[], linuxParameters=bare)
    assert isinstance(forward(revision(1, running, volumes=[]), revision(2, size=SMALL)), Use)


def test_what_was_registered_later_is_kept_although_its_image_is_the_same() -> None:
    step = forward(revision(3, container(command=["new"])), revision(2, size=SMALL))
    assert isinstance(step, Register)
    assert step.definition["containerDefinitions"][0]["command"] == ["new"]


def test_between_families_the_time_of_registration_tells_which_is_later() -> None:
    early, late = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
    old = revision(9, registeredAt=early)
    new = revision(1, size=SMALL, family="shop-web", registeredAt=late)
    assert isinstance(forward(old, new), Use)
    assert isinstance(forward(replace(old, registered_at=late), replace(new, registered_at=early)), Register)


def test_a_container_of_another_name_is_the_same_application_renamed() -> None:
    running = revision(1, container("app", image="repo/web:1"))
    assert isinstance(forward(running, revision(2, container("web"), size=SMALL)), Use)
    changed = forward(
        revision(1, container("app", image="repo/web:2")), revision(2, container("web", cpu=192), size=SMALL)
    )
    assert isinstance(changed, Register)
    (made,) = changed.definition["containerDefinitions"]
    assert (made["name"], made["image"], made["cpu"]) == ("app", "repo/web:2", 192)


def test_an_application_container_that_terraform_does_not_know_is_kept() -> None:
    running = revision(1, container(), container("proxy"), container("helper"))
    step = forward(running, revision(2, size=SMALL))
    assert isinstance(step, Register)
    assert [one["name"] for one in step.definition["containerDefinitions"]] == ["web", "proxy", "helper"]


SIDECAR = container(
    "collector", cpu=64, memory=128, essential=False, mountPoints=[{"sourceVolume": "traces"}]
)


def test_a_new_sidecar_brings_what_it_needs_and_nothing_else() -> None:
    own = [{"name": "PASSWORD", "value": "hunter2"}]
    wanted = [
        {"name": "OTEL_EXPORTER_OTLP_ENDPOINT", "value": "http://127.0.0.1:4318"},
        {"name": "REMOVED_BY_CI", "value": "1"},
        {"name": "PASSWORD", "value": "old"},
    ]
    running = revision(3, container(image="repo/web:2", environment=own, memory=2048), taskRoleArn="theirs")
    source = revision(
        2,
        container(environment=wanted, cpu=192, memory=384),
        SIDECAR,
        size=SMALL,
        taskRoleArn="ours",
        volumes=[{"name": "traces"}, {"name": "other"}],
    )
    made = graft(running, source)
    application, sidecar = made["containerDefinitions"]
    assert application["environment"] == [*own, wanted[0]]
    assert (application["cpu"], application["memory"]) == (192, 384)
    assert sidecar == SIDECAR
    assert made["volumes"] == [{"name": "traces"}]
    assert made["taskRoleArn"] == "ours"


def test_without_a_new_sidecar_the_roles_stay() -> None:
    running = revision(3, container(image="repo/web:2"), SIDECAR, taskRoleArn="theirs")
    made = graft(running, revision(2, container(), SIDECAR, size=SMALL, taskRoleArn="ours"))
    assert made["taskRoleArn"] == "theirs"


def test_grafting_twice_changes_nothing_more() -> None:
    running = revision(3, container(image="repo/web:2"))
    source = revision(2, container(cpu=192), SIDECAR, size=SMALL)
    again = revision_of({"taskDefinition": {**graft(running, source), **_registered(4)}})
    assert forward(again, source) == Stay()


def _registered(number: int) -> dict[str, Any]:
    return {
        "taskDefinitionArn": f"{ARN}/web:{number}",
        "revision": number,
        "status": "ACTIVE",
        "requiresAttributes": [{"name": "a"}],
        "compatibilities": ["FARGATE"],
    }


def test_nothing_is_registered_that_ecs_does_not_take() -> None:
    running = revision_of({"taskDefinition": {**revision(3).definition, **_registered(3)}})
    made = graft(running, revision(2, size=SMALL))
    assert set(made) == {"family", "cpu", "memory", "networkMode", "containerDefinitions"}


def test_tags_are_carried_over_as_far_as_there_is_room() -> None:
    base = replace(revision(3), tags={f"t{n:02}": "x" for n in range(50)} | {"aws:x": "y", TAG: "older"})
    step = Register(base=base, definition=revision(3).definition, why=())
    assert len(step.tags) == 50
    assert step.tags[TAG] == step.digest
    assert "aws:x" not in step.tags


@pytest.mark.parametrize(
    ("containers", "why"),
    [
        ([container(cpu=192), container("b", cpu=65)], "its containers want 257 of 256 CPU units"),
        ([container(memory=600)], "container web may use 600 MiB, the task has 512"),
        (
            [container(memory=300), container("b", memoryReservation=213)],
            "its containers want 513 of 512 MiB",
        ),
        ([container(cpu=192), container("b", cpu=64)], None),
    ],
)
def test_containers_that_do_not_fit_are_refused_before_aws_does(
    containers: list[dict[str, Any]], why: str | None
) -> None:
    assert does_not_fit({"cpu": "256", "memory": "512", "containerDefinitions": containers}) == why


@pytest.mark.parametrize(
    "sidecar",
    [{"cpu": 128, "memory": 256}, {"memoryReservation": 50}, {"cpu": 100, "memory": 512}],
)
@pytest.mark.parametrize("size", [(512, 1024), (1024, 4096), (2048, 4096)])
def test_the_applications_share_gives_way_to_sidecars_that_were_there(
    sidecar: dict[str, int], size: tuple[int, int]
) -> None:
    """Terraform gives the application the whole task less the collector: it knows no other container."""
    cpu, memory = size
    collector = container("collector", image="adot", cpu=32, memory=128, essential=False)
    running = revision(
        3, container(cpu=0), container("log-router", image="fluent", essential=False, **sidecar)
    )
    source = revision(2, container(cpu=cpu - 32, memory=memory - 128), collector, size=size)
    made = graft(running, source)
    assert does_not_fit(made) is None
    application = next(one for one in made["containerDefinitions"] if one["name"] == "web")
    assert application["cpu"] == cpu - 32 - sidecar.get("cpu", 0)
    assert application["memory"] == memory - 128 - (sidecar.get("memory") or sidecar["memoryReservation"])
    kept = next(one for one in made["containerDefinitions"] if one["name"] == "log-router")
    assert {key: kept[key] for key in sidecar} == sidecar


def test_a_service_whose_containers_do_not_fit_is_left_alone() -> None:
    step = forward(
        revision(3, container(image="repo/web:2"), container("extra", cpu=512)), revision(2, size=SMALL)
    )
    assert isinstance(step, Cannot)
    assert "512 of 256 CPU units" in step.why


def test_going_back_takes_the_sidecar_along_only_if_it_was_there_before() -> None:
    before, moved = revision(1), revision(2, container(cpu=192), SIDECAR, size=SMALL)
    assert back(moved, before, moved) == Use(arn=before.arn, definition=before.definition)
    assert back(before, before, moved) == Stay()
    step = back(revision(3, container(image="repo/web:2", cpu=192), SIDECAR, size=SMALL), before, moved)
    assert isinstance(step, Register)
    (made,) = step.definition["containerDefinitions"]
    assert (made["image"], made.get("cpu", 0)) == ("repo/web:2", 0)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({}, None),
        ({"runningCount": 1}, "1 of 2 tasks run"),
        ({"pendingCount": 1}, "1 pending"),
        ({"deployments": []}, "no deployment"),
        ({"deployments": [{"id": "a", "status": "PRIMARY"}, {"id": "b"}]}, "2 deployments"),
        ({"deployments": [{"id": "a", "status": "PRIMARY", "rolloutState": "FAILED"}]}, "FAILED"),
    ],
)
def test_a_steady_state_is_one_completed_deployment_with_all_its_tasks(
    more: dict[str, Any], why: str | None
) -> None:
    found = unsteady(state(**more))
    assert found == why if why is None else why in str(found)


def test_a_breaker_that_does_not_roll_back_is_refused() -> None:
    assert list(refusals(state())) == []
    (why,) = refusals(state(deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True}}))
    assert "does not roll back" in why
    (why,) = refusals(state(deploymentConfiguration={}))
    assert "no deployment circuit breaker" in why
    (why,) = refusals(state(deploymentController={"type": "CODE_DEPLOY"}))
    assert "CODE_DEPLOY" in why


# Reference: aws-behaviour, "Deployments and scheduler", arithmetic.
@pytest.mark.parametrize(
    ("minimum", "maximum", "desired", "stuck"),
    [
        (100, 100, 4, True),
        (100, 125, 3, True),
        (75, 100, 2, True),
        (100, 150, 1, True),
        (100, 200, 1, False),
        (50, 100, 2, False),
        (0, 100, 1, False),
        (100, 100, 0, False),
    ],
)
def test_a_deployment_that_could_never_move_is_not_begun(
    minimum: int, maximum: int, desired: int, stuck: bool
) -> None:
    found = replace(state(), minimum_percent=minimum, maximum_percent=maximum, desired=desired)
    assert (cannot_move(found) is not None) is stuck


@pytest.mark.parametrize(
    ("image", "moves"),
    [
        ("nginx", True),
        ("registry:5000/nginx", True),
        ("registry:5000/nginx:latest", True),
        ("registry:5000/nginx:1.2", False),
        ("nginx@sha256:abc", False),
    ],
)
def test_an_image_that_may_be_another_by_now_is_noted(image: str, moves: bool) -> None:
    assert bool(list(moving_image({"containerDefinitions": [container(image=image)]}))) is moves
