"""What is said of a file that is wrong, and of what AWS says to a rollout, has no credential in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from botocore.exceptions import ClientError

from fuzz.readers import run
from leaks.corpus import KINDS, corpus
from leaks.judge import leaked
from trimtab.assets import assets_folder
from trimtab.aws.connection import Connection
from trimtab.rollout.cloud.answers import service_of, target_of, task_of

if TYPE_CHECKING:
    from pathlib import Path

    from leaks.corpus import Credential

FLEET: Final = assets_folder() / "examples" / "fleet"
REPLAY: Final = ("replay", "-q", FLEET, "--service", "scheduler")
REGION: Final = {"region": "us-east-1"}


def toml(one: Credential) -> str:
    return f"objective = {json.dumps(one.text)}\nregion = {json.dumps(one.text)}\n"


Made = "tuple[str, Callable[[Credential], str], tuple[str | Path, ...]]"
CASES: dict[str, Made] = {
    "name in prices": ("p.json", lambda one: json.dumps({**REGION, one.text: 1}), (*REPLAY, "--prices")),
    "price": ("p.json", lambda one: json.dumps({**REGION, "prices": {one.text: 1}}), (*REPLAY, "--prices")),
    "unit of a price": (
        "p.json",
        lambda one: json.dumps({**REGION, "prices": {"logs_ingestion_gb": {"usd": 1, "unit": one.text}}}),
        (*REPLAY, "--prices"),
    ),
    "region of prices": ("p.json", lambda one: json.dumps({"region": one.text}), (*REPLAY, "--prices")),
    "name in an objective": ("o.json", lambda one: json.dumps({one.text: 1}), (*REPLAY, "--objective")),
    "value in an objective": (
        "o.json",
        lambda one: json.dumps({"over_percent": one.text}),
        (*REPLAY, "--objective"),
    ),
    "service in an objective": (
        "o.json",
        lambda one: json.dumps({"services": {one.text: {"min_tasks": 2}}}),
        (*REPLAY, "--objective"),
    ),
    "value in a configuration": ("trimtab.toml", toml, (*REPLAY, "--config")),
    "name in a configuration": (
        "trimtab.toml",
        lambda one: f"{json.dumps(one.text)} = 1\n",
        (*REPLAY, "--config"),
    ),
    "values": (
        "services.auto.tfvars",
        lambda one: f"services = {{ {json.dumps(one.text)} = {{ cpu = {json.dumps(one.text)} }} }}\n",
        (*REPLAY, "--policy"),
    ),
    "no HCL": ("services.auto.tfvars", lambda one: f"services = {one.text}\n", (*REPLAY, "--policy")),
    "no plan": ("plan.json", lambda one: json.dumps({"format_version": one.text}), ("guard",)),
    "no JSON": ("plan.json", lambda one: one.text, ("guard",)),
    "a state of another kind": (
        "s.json",
        lambda one: json.dumps({"format_version": "1.0", "values": one.text}),
        ("snapshot", "-o", "out", "--terraform"),
    ),
}


def of(kind: str) -> Credential:
    return next(one for one in corpus() if one.kind == kind)


def draws(kinds: list[str]) -> list[Any]:
    """Return a kind of each case at once, the others with the slow ones."""
    few = {case: kinds[(11 * number) % len(kinds)] for number, case in enumerate(CASES)}
    return [
        pytest.param(case, kind, marks=() if few[case] == kind else pytest.mark.slow)
        for case in CASES
        for kind in kinds
    ]


@pytest.mark.parametrize(("case", "kind"), draws(list(KINDS)))
def test_what_is_wrong_with_a_file_is_said_without(
    case: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name, content, command = CASES[case]
    one = of(kind)
    (tmp_path / name).write_text(content(one), "utf-8")
    answer = run(*command, tmp_path / name)
    assert answer.code == 2, answer.out + answer.trace
    assert not list(leaked(answer.out + answer.err, {case: one}))


@pytest.mark.parametrize("kind", KINDS)
def test_what_aws_says_to_a_rollout_is_kept_without(kind: str) -> None:
    """The journal and the report of a rollout have these words and no others of AWS's."""
    for one in (one for one in corpus() if one.kind == kind):
        said = f"(service api) was unable to start: {one.text} was refused"
        deployment = {"id": "ecs-svc/1", "status": "PRIMARY", "rolloutStateReason": said}
        told = [
            service_of(
                {
                    "serviceName": "api",
                    "status": "ACTIVE",
                    "deployments": [deployment],
                    "events": [{"id": "1", "message": said}],
                }
            ),
            task_of(
                {
                    "taskArn": "arn:aws:ecs:us-east-1:1:task/a/b",
                    "taskDefinitionArn": "arn:aws:ecs:us-east-1:1:task-definition/a:1",
                    "stoppedReason": said,
                    "containers": [{"name": "app", "exitCode": 1, "reason": said}],
                }
            ),
            target_of({"Target": {"Id": "10.0.0.1"}, "TargetHealth": {"State": "x", "Description": said}}),
        ]
        assert not list(leaked(repr(told), {"AWS": one}))


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_of_aws_is_passed_on_without(kind: str) -> None:
    for one in (one for one in corpus() if one.kind == kind):
        answer: Any = {"Error": {"Code": "ClientException", "Message": f"Invalid: {one.text}"}}
        account = Connection(region="us-east-1", _session=None)
        failed = account._refused("ecs:X", ClientError(answer, "X"))  # noqa: SLF001
        assert not list(leaked(failed.one_line(), {"AWS": one}))
