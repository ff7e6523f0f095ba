"""A rollout says nothing of the credentials in task definitions, in events and in what AWS answers.

The command itself, against the sandbox: what it shows, says and logs, and its journal.
"""

from __future__ import annotations

import copy
import logging
from typing import TYPE_CHECKING, Any, Final

import pytest
from botocore.exceptions import ClientError
from rollout.made import Recorder, Shop, World, running_world

from fuzz.readers import run
from leaks.corpus import KINDS, corpus
from leaks.judge import leaked, wrong
from trimtab.rollout.journal.journal import JOURNAL_FILE
from trimtab.sandbox.faults import Fault
from trimtab.sandbox.timing import TaskTiming

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from leaks.corpus import Credential

pytestmark = pytest.mark.slow

PLACES: Final = (
    "environment value", "environment name", "command", "label", "secret", "image", "log option",
    "health check", "tag of a revision", "event", "reason of a deployment", "stopped reason",
    "reason of a container", "description of a target", "error of AWS",
)  # fmt: skip
EACH: Final = 11
"""Between the runs: each place has most of the kinds once."""
WROTE: Final = "ecs:UpdateService"


class Planted(Recorder):
    """An account whose every answer has a credential wherever a person, a task or AWS can write one."""

    def __init__(self, account: Any, says: Mapping[str, Credential]) -> None:
        super().__init__(account)
        self.says = says
        self.asked: set[str] = set()
        self.refuses = False

    def at(self, place: str) -> str:
        self.asked.add(place)
        return self.says[place].text

    def call(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        name = f"{service}:{operation}"
        if self.refuses and name == WROTE:
            said: Any = {"Error": {"Code": "ClientException", "Message": f"no: {self.at('error of AWS')}"}}
            raise self.account._refused(name, ClientError(said, operation))  # noqa: SLF001
        answer = copy.deepcopy(super().call(service, operation, **self._without(name, parameters)))
        if name == "ecs:DescribeTaskDefinition":
            self._definition(answer)
        elif name in {"ecs:DescribeServices", WROTE}:
            for one in answer.get("services") or [answer["service"]]:
                self._service(one)
        elif name == "ecs:DescribeTasks":
            for one in answer["tasks"]:
                one["stoppedReason"] = f"Essential container in task exited: {self.at('stopped reason')}"
                for container in one.get("containers") or ():
                    container |= {"reason": self.at("reason of a container"), "exitCode": 3}
        elif name == "elasticloadbalancing:DescribeTargetHealth":
            for one in answer["TargetHealthDescriptions"]:
                one["TargetHealth"]["Description"] = self.at("description of a target")
        return answer

    @staticmethod
    def _without(name: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Register what the sandbox takes: AWS would take the planted as it is."""
        if name != "ecs:RegisterTaskDefinition":
            return parameters
        kept = ("name", "image", "cpu", "essential", "portMappings")
        containers = [{k: one[k] for k in kept if k in one} for one in parameters["containerDefinitions"]]
        return {**parameters, "containerDefinitions": containers}

    def _definition(self, answer: dict[str, Any]) -> None:
        for one in answer["taskDefinition"]["containerDefinitions"]:
            named = self.says["environment value"]
            self.asked.add("environment value")
            one |= {
                "environment": [
                    {"name": named.name, "value": named.value},
                    {"name": self.at("environment name"), "value": "1"},
                ],
                "command": ["serve", self.at("command")],
                "dockerLabels": {"note": self.at("label")},
                "secrets": [{"name": "KEY", "valueFrom": self.at("secret")}],
                "logConfiguration": {"logDriver": "splunk", "options": {"t": self.at("log option")}},
                "healthCheck": {"command": ["CMD-SHELL", f"curl -H '{self.at('health check')}' localhost"]},
                "image": f"registry.example/{self.at('image')}",
            }
        answer.setdefault("tags", []).append({"key": "note", "value": self.at("tag of a revision")})

    def _service(self, answer: dict[str, Any]) -> None:
        for one in answer.get("deployments") or ():
            said = one.get("rolloutStateReason") or ""
            one["rolloutStateReason"] = f"{said} {self.at('reason of a deployment')}"
        for one in answer.get("events") or ():
            one["message"] = f"{one['message']} because {self.at('event')}"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        yield from running_world(patch.setenv, TaskTiming.fargate())


@pytest.mark.parametrize("first", range(0, 5 * len(KINDS), EACH))
def test_a_rollout_that_fails_is_refused_and_goes_back_says_none_of_it(
    first: int,
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    every = corpus()
    says = {place: every[(first + 7 * number) % len(every)] for number, place in enumerate(PLACES)}
    shop = Shop(world, tmp_path)
    shop.size = (512, 1024)
    shop.build("jobs", "web")
    api = Planted(world.account, says)
    monkeypatch.setattr("trimtab.aws.connection.Connection.open", lambda **_: api)
    monkeypatch.setattr("trimtab.rollout.clock.MachineClock", lambda: shop.clock)
    shop.inject.deployment_failure(f"{shop.cluster}/web", Fault.EXITS)
    with caplog.at_level(logging.DEBUG, logger="trimtab"):
        done = [run("rollout", shop.folder, "--dry-run"), run("rollout", shop.folder, "--no-bake", "-v")]
        api.refuses = True
        done.append(run("rollout", shop.folder, "--no-bake", "-v"))
        api.refuses = False
        done += [
            run("rollout", shop.folder, "--bake", "5", "-v"),
            run("rollout", shop.folder, "--undo", "-v"),
        ]
    codes = [one.code for one in done]
    assert codes[1] in {20, 21}, done[1].err + done[1].trace
    assert not any(one.trace for one in done), [one.trace for one in done]
    assert api.asked >= {"environment value", "event", "reason of a deployment", "image"}
    texts = {f"run {number}": one.out + one.err for number, one in enumerate(done)}
    texts |= {"journal": (shop.folder / JOURNAL_FILE).read_text("utf-8"), "log": caplog.text}
    assert not wrong(texts, says, judged=False)


def test_the_judge_would_see_them() -> None:
    one = corpus()[0]
    assert list(leaked(f"because {one.text}", {"event": one}))
