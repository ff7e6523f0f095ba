"""The GitHub Action's script, against a local HTTP server that keeps comments as GitHub's API does."""

from __future__ import annotations

import json
import os
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from commands.made import FORKS, new_process, server
from guard.made import change, document, service

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
GONE = document(change("aws_ecs_service.a", "destroy", service()))
SAFE = document(change("aws_ecs_service.a", "none", service()))
UNKNOWN = document(change("example_thing.a", "update", {"size": 1}, {"size": 2}))
OWN, OTHER = "github-actions[bot]", "mallory"
PAGE = 2
SCRIPT = f"import runpy; runpy.run_path({str(ROOT / 'tools' / 'pull_request.py')!r}, run_name='__main__')"


@dataclass
class Api:
    """Comments of pull request 7, and what was asked."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    """Statuses that the next calls get instead of an answer."""
    tokens: set[str] = field(default_factory=set)
    url: str = ""

    def add(self, body: str, author: str = OWN) -> dict[str, Any]:
        number = 3_000_000_000 + len(self.comments) + sum(method == "DELETE" for method, _ in self.asked)
        self.comments.append({"id": number, "body": body, "author": author})
        return self.comments[-1]

    def own(self) -> list[str]:
        return [one["body"] for one in self.comments if one["author"] == OWN]

    def graphql(self, after: str | None) -> dict[str, Any]:
        start = int(after or 0)
        nodes = [
            {
                "fullDatabaseId": str(one["id"]),
                "body": one["body"],
                "viewerDidAuthor": one["author"] == OWN,
                "url": f"{self.url}/c/{one['id']}",
            }
            for one in self.comments[start : start + PAGE]
        ]
        end = start + PAGE
        info = {"hasNextPage": end < len(self.comments), "endCursor": str(end)}
        return {"data": {"repository": {"pullRequest": {"comments": {"pageInfo": info, "nodes": nodes}}}}}

    def rest(self, method: str, path: str, body: str) -> tuple[int, Any]:
        if method == "POST" and path == "/repos/acme/shop/issues/7/comments":
            made = self.add(body)
            return 201, {"html_url": f"{self.url}/c/{made['id']}"}
        match = re.fullmatch(r"/repos/acme/shop/issues/comments/(\d+)", path)
        found = [one for one in self.comments if match and one["id"] == int(match[1])]
        if method == "PATCH" and found:
            found[0]["body"] = body
            return 200, {}
        if method == "DELETE" and found:
            self.comments.remove(found[0])
            return 204, None
        return 404, {"message": "Not Found"}


@pytest.fixture
def api() -> Iterator[Api]:
    there = Api()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"null")
            there.asked.append((self.command, self.path))
            there.tokens.add(self.headers["Authorization"])
            if there.answers:
                status, answer = there.answers.pop(0), {"message": "as the test asks"}
            elif self.path == "/graphql":
                assert "viewerDidAuthor" in asked["query"]
                status, answer = 200, there.graphql(asked["variables"]["after"])
            else:
                status, answer = there.rest(self.command, self.path, (asked or {}).get("body", ""))
            content = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PATCH = do_DELETE = do_GET = _any  # noqa: N815  # the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        there.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield there
        server.shutdown()


@dataclass(frozen=True)
class Ran:
    code: int
    said: str
    outputs: dict[str, str]
    summary: str


def run(api: Api, folder: Path, plan: str = GONE, *, fork: bool = False, **environment: str) -> Ran:
    """Run the script as the Action does, on pull request 7 of acme/shop."""
    (folder / "plan.json").write_text(plan, encoding="utf-8")
    head = {"full_name": "mallory/shop" if fork else "acme/shop"}
    event = {"pull_request": {"number": 7, "head": {"repo": head}}}
    (folder / "event.json").write_text(json.dumps(event), encoding="utf-8")
    for name in ("outputs", "summary.md"):
        (folder / name).write_text("", encoding="utf-8")
    asked = {
        "TRIMTAB_PLAN": str(folder / "plan.json"),
        "TRIMTAB_FAIL_ON": "cannot-tell",
        "RUNNER_TEMP": str(folder),
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_API_URL": api.url,
        "GITHUB_GRAPHQL_URL": f"{api.url}/graphql",
        "GITHUB_TOKEN": "of-the-job",
        "GITHUB_OUTPUT": str(folder / "outputs"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "TRIMTAB_"))}
    around = {**ours, **asked, **environment}
    process = server().run if FORKS and server().can_run(around) else new_process
    done = process(["-c", SCRIPT], Path.cwd(), around, None, 120)
    assert "Traceback" not in done.stderr, done.stderr
    lines = (folder / "outputs").read_text(encoding="utf-8").splitlines()
    return Ran(
        code=done.returncode,
        said=done.stdout,
        outputs=dict(line.split("=", 1) for line in lines),
        summary=(folder / "summary.md").read_text(encoding="utf-8"),
    )


def test_a_second_push_updates_the_one_comment(api: Api, tmp_path: Path) -> None:
    api.add("a person's", OTHER)
    api.add("another step's")
    first = run(api, tmp_path)
    second = run(api, tmp_path, SAFE)
    assert first.outputs["fails"] == "true"
    assert second.outputs["fails"] == "false"
    assert len(api.comments) == 3
    assert "1 change would interrupt" not in api.own()[-1]
    assert "changes nothing" in api.own()[-1]
    assert first.outputs["comment-url"] == second.outputs["comment-url"] == f"{api.url}/c/3000000002"
    assert api.tokens == {"Bearer of-the-job"}


def test_the_same_answer_is_not_written_again(api: Api, tmp_path: Path) -> None:
    run(api, tmp_path)
    api.asked.clear()
    run(api, tmp_path)
    assert [method for method, path in api.asked if path != "/graphql"] == []


def test_each_directory_and_workspace_has_its_own(api: Api, tmp_path: Path) -> None:
    for directory, workspace in (("a", "default"), ("a", "stage"), ("b", "default"), ("a", "default")):
        run(api, tmp_path, TRIMTAB_DIRECTORY=directory, TRIMTAB_WORKSPACE=workspace)
    assert len(api.comments) == 3
    assert "Plan guard: `a`, workspace `stage`" in api.own()[1]


def test_a_marker_in_someone_elses_comment_changes_nothing_there(api: Api, tmp_path: Path) -> None:
    run(api, tmp_path)
    theirs = api.add(api.comments.pop()["body"], OTHER)
    before = theirs["body"]
    run(api, tmp_path, SAFE)
    assert theirs["body"] == before
    assert len(api.own()) == 1


def test_a_name_cannot_end_the_marker(api: Api, tmp_path: Path) -> None:
    name = "a --> @everyone <!-- `b`"
    for _ in range(2):
        run(api, tmp_path, TRIMTAB_DIRECTORY=name, TRIMTAB_WORKSPACE=name)
    assert len(api.comments) == 1
    head = api.own()[0].splitlines()
    assert head[0].count("-->") == 1
    assert head[0].endswith("-->")
    assert head[1] == "### Plan guard"


def test_what_two_runs_at_once_wrote_is_one_again(api: Api, tmp_path: Path) -> None:
    run(api, tmp_path)
    api.add(api.comments[0]["body"])
    api.add("between", OTHER)
    api.add(api.comments[0]["body"])
    run(api, tmp_path, SAFE)
    assert [one["id"] for one in api.comments] == [3_000_000_000, 3_000_000_002]


def test_from_a_fork_only_the_summary_is_written(api: Api, tmp_path: Path) -> None:
    ran = run(api, tmp_path, fork=True)
    assert api.asked == []
    assert "1 change would interrupt" in ran.summary
    assert ran.outputs["fails"] == "true"
    assert "plan-sarif" not in ran.outputs  # its token may not upload either


def test_a_push_has_no_comment(api: Api, tmp_path: Path) -> None:
    (tmp_path / "push.json").write_text("{}", encoding="utf-8")
    ran = run(api, tmp_path, GITHUB_EVENT_NAME="push", GITHUB_EVENT_PATH=str(tmp_path / "push.json"))
    assert api.asked == []
    assert "1 change would interrupt" in ran.summary
    assert Path(ran.outputs["plan-sarif"]).exists()


def test_pull_request_target_is_refused_before_anything_is_read(api: Api, tmp_path: Path) -> None:
    ran = run(api, tmp_path, GITHUB_EVENT_NAME="pull_request_target")
    assert ran.code == 2
    assert "pull_request_target" in ran.said
    assert api.asked == []
    assert ran.summary == ""


def test_a_token_that_may_not_write_is_said_and_the_verdict_stays(api: Api, tmp_path: Path) -> None:
    api.answers = [403]
    ran = run(api, tmp_path)
    assert "::warning title=trimtab guard::No comment" in ran.said
    assert "pull-requests: write" in ran.said
    assert ran.outputs["fails"] == "true"
    assert "1 change would interrupt" in ran.summary


def test_a_server_that_stumbles_is_asked_again(api: Api, tmp_path: Path) -> None:
    api.answers = [502, 429]
    run(api, tmp_path)
    assert len(api.own()) == 1


@pytest.mark.parametrize(
    ("plan", "fail_on", "fails"),
    [
        (GONE, "interrupts", "true"),
        (GONE, "never", "false"),
        (UNKNOWN, "interrupts", "false"),
        (UNKNOWN, "cannot-tell", "true"),
        (SAFE, "cannot-tell", "false"),
    ],
)
def test_what_fails_the_job(api: Api, tmp_path: Path, plan: str, fail_on: str, fails: str) -> None:
    ran = run(api, tmp_path, plan, TRIMTAB_FAIL_ON=fail_on, TRIMTAB_COMMENT="false")
    assert ran.outputs["fails"] == fails
    assert api.asked == []


def test_what_is_no_plan_fails_the_job_whatever_was_asked(api: Api, tmp_path: Path) -> None:
    ran = run(api, tmp_path, "{}", TRIMTAB_FAIL_ON="never")
    assert ran.code == 2
    assert ran.said.startswith("::error title=trimtab guard::")
    assert len(ran.said.splitlines()) == 1


def test_the_folder_is_folded_below_the_plan(api: Api, tmp_path: Path) -> None:
    ran = run(api, tmp_path, SAFE, TRIMTAB_FOLDER=str(ROOT / "examples" / "before"))
    assert "<details><summary>What in the folder costs, flaps or fails" in api.own()[0]
    assert len(api.own()[0]) <= 65_000
    assert json.loads(Path(ran.outputs["folder-sarif"]).read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert ran.outputs["fails"] == "false"


def test_no_input_is_written_into_a_script() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    steps = action["runs"]["steps"]
    assert not [step["run"] for step in steps if "${{" in step.get("run", "")]
    given = json.dumps(steps)
    assert not [name for name in action["inputs"] if f"inputs.{name}" not in given]
    used = {name for step in steps for name in step.get("env", {})}
    read = set(re.findall(r'environment(?:\.get\(|\[)"((?:TRIMTAB)_\w+)"', SCRIPT))
    assert read == {name for name in used if name.startswith("TRIMTAB_")}
    made = {name.replace("_", "-") for name in re.findall(r"steps\.guard\.outputs\.([\w-]+)", given)}
    assert made == {"fails", "headline", "plan-sarif", "folder-sarif"}


SCRIPT = (ROOT / "tools" / "pull_request.py").read_text(encoding="utf-8")
