"""The command as a user runs it: a process of its own, against the sandbox."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from commands.made import trimtab
from fleet import made as made_fleet
from rollout.made import Shop, World, running_world

from trimtab.commands import optimize as optimizing
from trimtab.ladders.search import Effort
from trimtab.rollout.cloud.aws import CALLS
from trimtab.rollout.model import EXIT_CODES, Outcome
from trimtab.rollout.recommendation import read_recommendation
from trimtab.sandbox.server import ACCOUNT
from trimtab.sandbox.timing import TaskTiming
from trimtab.snapshot.folder import read_snapshot, write_snapshot

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        # Nothing takes time, for the process waits by the machine's clock.
        yield from running_world(patch.setenv, TaskTiming())


@pytest.fixture
def shop(world: World, tmp_path: Path) -> Shop:
    shop = Shop(world, tmp_path)
    shop.build("jobs", "web")
    return shop


def rollout(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Without watching the moves: the process waits by the machine's clock."""
    watching = () if "--help" in arguments or "--bake" in arguments else ("--no-bake",)
    return trimtab("rollout", *arguments, *watching, **environment)


def test_it_moves_shows_and_keeps_data_and_words_apart(shop: Shop) -> None:
    run = rollout(shop.folder)
    assert run.returncode == 0, run.stderr
    assert "moved" in run.stdout
    assert "deployment ecs-svc/" in run.stderr
    assert "deployment ecs-svc/" not in run.stdout
    assert [shop.runs(name) for name in shop.names] == [2, 2]
    run = rollout(shop.folder, "--undo")
    assert run.returncode == 0, run.stderr
    assert [shop.runs(name) for name in shop.names] == [1, 1]


def test_a_dry_run_shows_arns_whole_and_moves_nothing(shop: Shop) -> None:
    run = rollout(shop.folder, "--dry-run")
    assert run.returncode == 0, run.stderr
    assert f"service=web taskDefinition={shop.arn('web', 2)}\n" in run.stdout
    assert [shop.runs(name) for name in shop.names] == [1, 1]


def test_a_service_left_alone_exits_with_twenty_and_says_why(shop: Shop) -> None:
    off = {"deploymentCircuitBreaker": {"enable": False, "rollback": False}}
    shop.ecs.update_service(cluster=shop.cluster, service="web", deploymentConfiguration=off)
    run = rollout(shop.folder)
    assert run.returncode == 20
    assert "web: LEFT ALONE: it has no deployment circuit breaker" in run.stdout


OTHER = "222222222222"


def keys_of(world: World, account: str) -> dict[str, str]:
    """Credentials of another account, in which the sandbox has nothing."""
    role = f"arn:aws:iam::{account}:role/admin"
    given = world.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }


@pytest.mark.parametrize("flag", ["", "--dry-run", "--undo"])
def test_another_accounts_credentials_move_nothing(world: World, shop: Shop, flag: str) -> None:
    if flag == "--undo":
        assert rollout(shop.folder).returncode == 0
    before, journal = shop.updates(), shop.folder / "rollout-journal.jsonl"
    written = journal.read_bytes() if journal.exists() else b""
    runs = [shop.runs(name) for name in shop.names]
    calls = len(world.sandbox.calls)
    # The very same names there, as a copy of the fleet would have.
    run = rollout(shop.folder, *[flag] * bool(flag), **keys_of(world, OTHER))
    assert run.returncode == 2, run.stderr
    (line,) = [one for one in run.stderr.splitlines() if one.startswith("error: ")]
    assert f"the credentials are of account {OTHER}, this is for {ACCOUNT}" in line
    assert set(world.sandbox.calls[calls:]) == {"sts:AssumeRole", "sts:GetCallerIdentity"}
    assert [shop.runs(name) for name in shop.names] == runs
    assert (journal.read_bytes() if journal.exists() else b"") == written
    assert shop.updates() == before


def test_a_recommendation_without_an_account_asks_for_it(shop: Shop) -> None:
    shop.account = None
    shop.recommend(*shop.names)
    run = rollout(shop.folder)
    assert run.returncode == 2
    assert "the recommendation does not know its account; name it with --account" in run.stderr
    run = rollout(shop.folder, "--account", OTHER)
    assert run.returncode == 2
    assert f"the credentials are of account {ACCOUNT}, this is for {OTHER}" in run.stderr
    assert rollout(shop.folder, "--account", "12").returncode == 2
    assert [shop.runs(name) for name in shop.names] == [1, 1]
    run = rollout(shop.folder, "--account", ACCOUNT)
    assert run.returncode == 0, run.stderr
    assert [shop.runs(name) for name in shop.names] == [2, 2]


@pytest.mark.parametrize("time", ["0", "soon", "-3", ""])
def test_a_bake_that_is_no_time_is_one_line(shop: Shop, time: str) -> None:
    run = rollout(shop.folder, "--bake", time)
    assert run.returncode == 2
    assert f"--bake: {time!r} is no time" in run.stderr


def test_the_flag_does_not_overrule_what_the_recommendation_knows(shop: Shop) -> None:
    run = rollout(shop.folder, "--account", OTHER)
    assert run.returncode == 2
    assert f"the recommendation is for account {ACCOUNT}, not {OTHER}; leave it out" in run.stderr


def test_the_documentation_shows_the_help_as_it_is() -> None:
    shown = rollout("--help", COLUMNS="80").stdout.replace("python -m trimtab", "trimtab")
    page = (ROOT / "docs" / "rollout.md").read_text(encoding="utf-8")
    assert f"```text\n{shown.strip()}\n```" in page


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "name the folder that trimtab optimize -o wrote"),
        (b"{", "is not JSON"),
        (b'{"document_version": 1}', "has document_version 1, and this trimtab reads"),
        (b'{"document_version": 7, "cluster": "c", "region": "r", "services": [{}]}', "services[0]"),
        (b"\xff\xfe", "is not JSON"),
    ],
)
def test_a_folder_without_a_recommendation_is_one_line(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "recommendation.json").write_bytes(content)
    run = rollout(tmp_path)
    assert run.returncode == 2
    assert run.stdout == ""
    (line,) = [one for one in run.stderr.splitlines() if one.startswith("error: ")]
    assert said in line
    assert str(tmp_path) in line
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    "content", ["[]", "{}", '{"web": "shop-web"}', '{"web": 3}', '{"task_definitions": {"value": {}}}', "no"]
)
def test_a_file_that_names_no_revisions_is_one_line(shop: Shop, content: str) -> None:
    (shop.folder / "output.json").write_text(content, encoding="utf-8")
    run = rollout(shop.folder, "--task-definitions", shop.folder / "output.json")
    assert run.returncode == 2
    assert run.stderr.splitlines()[-1].startswith(f"error: {shop.folder / 'output.json'}: ")


def test_what_optimize_writes_is_what_a_rollout_reads(tmp_path: Path) -> None:
    write_snapshot(made_fleet.snapshot(*map(made_fleet.service, ("api", "web"))), tmp_path / "in")
    optimizing.optimize(tmp_path / "in", tmp_path, effort=Effort(drawn=30, rounds=1, varied=10))
    recommended = read_recommendation(tmp_path)
    assert recommended.cluster == read_snapshot(tmp_path / "in").fleet.cluster
    assert [one.name for one in recommended.services] == ["api", "web"]
    assert all(one.cost_usd_month > 0 for one in recommended.services)


def test_the_policy_allows_what_is_called_and_what_that_needs_and_nothing_else() -> None:
    policy = json.loads((ROOT / "docs" / "iam-rollout-policy.json").read_text(encoding="utf-8"))
    allowed = {action for one in policy["Statement"] for action in one["Action"]}
    # To register a revision is to tag it, and to hand its roles to its tasks.
    assert allowed == CALLS | {"ecs:TagResource", "iam:PassRole", "s3:ListBucket"}
    assert all(one["Effect"] == "Allow" for one in policy["Statement"])


def test_what_writes_is_allowed_on_named_things_alone() -> None:
    policy = json.loads((ROOT / "docs" / "iam-rollout-policy.json").read_text(encoding="utf-8"))
    by_action = {action: one for one in policy["Statement"] for action in one["Action"]}
    passing = by_action["iam:PassRole"]
    assert all("*" not in arn and ":role/" in arn for arn in passing["Resource"])
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    updating = by_action["ecs:UpdateService"]
    assert updating["Resource"].endswith(":service/CLUSTER/*")
    assert updating["Condition"] == {
        "ArnEquals": {"ecs:cluster": "arn:aws:ecs:REGION:ACCOUNT-ID:cluster/CLUSTER"}
    }
    assert by_action["s3:PutObject"]["Resource"].endswith("JOURNAL-BUCKET/JOURNAL-KEY")
    # ECS offers nothing narrower for these two: what is registered runs nowhere by itself.
    everywhere = {action for action, one in by_action.items() if one["Resource"] == "*"}
    assert {a for a in everywhere if not a.split(":")[1].startswith(("Describe", "Get", "List"))} == {
        "ecs:RegisterTaskDefinition",
        "ecs:TagResource",
    }


def test_every_exit_code_is_documented() -> None:
    page = (ROOT / "docs" / "rollout.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(): line for line in page.splitlines() if line.startswith("| ")}
    for code, outcomes in EXIT_CODES:
        for outcome in outcomes:
            assert outcome.value in rows[str(code)]
    stopping = {outcome for outcome in Outcome if outcome.stops}
    assert {outcome for _, outcomes in EXIT_CODES for outcome in outcomes} == stopping | {Outcome.REFUSED}
