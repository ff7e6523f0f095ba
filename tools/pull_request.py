"""What the GitHub Action does: guards a plan, and says so in one comment of the pull request that is updated.

Everything comes from the environment (``action.yml``, and what GitHub sets). The comment is found by a
hidden marker that names directory and workspace, among those that this token wrote itself: a marker that
somebody else writes into theirs changes nothing. A pull request from a fork has a token that cannot write,
so there the job's summary holds the answer. ``pull_request_target`` is refused: it would judge a stranger's
plan with a token that can write.
"""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote

import urllib3
from urllib3.util import Retry, Timeout

from trimtab.commands.guard import guard
from trimtab.commands.lint import lint
from trimtab.errors import TrimtabError
from trimtab.report.guard.formats import GuardForm

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONGEST = 65_000
"""Characters of a comment; GitHub takes 65,535."""
FAILING = {"interrupts": {10}, "cannot-tell": {10, 11}, "never": set[int]()}
"""Exit codes of ``trimtab guard`` that fail the job, by what was asked for."""
COMMENTS = """
query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    comments(first: 100, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { fullDatabaseId body viewerDidAuthor url }
    }
  } }
}
"""
"""Of REST, no field says whether the token's own user wrote a comment."""


class RefusedError(Exception):
    """GitHub did not do what it was asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the workflow asks for."""

    plan: str
    folder: str
    directory: str
    workspace: str
    fail_on: str
    comment: bool
    temporary: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Asked:
        """Return it, or stop with one line."""
        if environment.get("GITHUB_EVENT_NAME") == "pull_request_target":
            stop("take pull_request, not pull_request_target: that gives a stranger a token that can write")
        fail_on = environment["TRIMTAB_FAIL_ON"]
        if fail_on not in FAILING:
            stop(f"fail-on is {fail_on!r}; it takes {', '.join(FAILING)}")
        return cls(
            plan=environment["TRIMTAB_PLAN"],
            folder=environment.get("TRIMTAB_FOLDER", ""),
            directory=environment.get("TRIMTAB_DIRECTORY", "."),
            workspace=environment.get("TRIMTAB_WORKSPACE", "default"),
            fail_on=fail_on,
            comment=environment.get("TRIMTAB_COMMENT", "true") == "true",
            temporary=Path(environment["RUNNER_TEMP"]),
        )

    @property
    def marker(self) -> str:
        """The first line of the comment. Quoted, so that no name can end it."""
        place = f"directory={quote(self.directory, safe='/.')} workspace={quote(self.workspace, safe='')}"
        return f"<!-- trimtab guard {place} -->"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Where the comment goes."""

    repository: str
    number: int
    fork: bool

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> PullRequest | None:
        """Return the pull request of the event; none where it is a push or a schedule."""
        path = environment.get("GITHUB_EVENT_PATH")
        event = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
        request = event.get("pull_request")
        if not request:
            return None
        repository = environment["GITHUB_REPOSITORY"]
        # No repository at all: the fork was deleted since.
        head = (request["head"].get("repo") or {}).get("full_name")
        return cls(repository=repository, number=request["number"], fork=head != repository)


class GitHub:
    """The few calls that are made, each tried again where it may be."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._rest = environment.get("GITHUB_API_URL", "https://api.github.com")
        self._graphql = environment.get("GITHUB_GRAPHQL_URL", f"{self._rest}/graphql")
        self._headers = {
            "Authorization": f"Bearer {environment['GITHUB_TOKEN']}",
            "Accept": "application/vnd.github+json",
            "Content-Type": "application/json",
        }
        again = Retry(
            total=4, backoff_factor=1, status_forcelist=(429, 500, 502, 503, 504), allowed_methods=None
        )
        self._pool = urllib3.PoolManager(retries=again, timeout=Timeout(connect=10, read=30))

    def own_comments(self, request: PullRequest, marker: str) -> Iterator[dict[str, Any]]:
        """Yield the comments that this token wrote under the marker, the oldest first."""
        owner, name = request.repository.split("/")
        after: str | None = None
        while True:
            variables = {"owner": owner, "name": name, "number": request.number, "after": after}
            answer = self._call("POST", self._graphql, {"query": COMMENTS, "variables": variables})
            if answer.get("errors"):
                raise RefusedError("; ".join(str(error.get("message")) for error in answer["errors"]))
            comments = answer["data"]["repository"]["pullRequest"]["comments"]
            for comment in comments["nodes"]:
                if comment["viewerDidAuthor"] and comment["body"].startswith(marker):
                    yield comment
            if not comments["pageInfo"]["hasNextPage"]:
                return
            after = comments["pageInfo"]["endCursor"]

    def write(self, request: PullRequest, marker: str, body: str) -> str:
        """Write the one comment, and remove what two runs at once wrote besides. Returns its address."""
        comments = f"{self._rest}/repos/{request.repository}/issues"
        there = list(self.own_comments(request, marker))
        if not there:
            return str(
                self._call("POST", f"{comments}/{request.number}/comments", {"body": body})["html_url"]
            )
        first, *others = there
        if _lines(first["body"]) != _lines(body):
            self._call("PATCH", f"{comments}/comments/{first['fullDatabaseId']}", {"body": body})
        for other in others:
            self._call("DELETE", f"{comments}/comments/{other['fullDatabaseId']}", None)
        return str(first["url"])

    def _call(self, method: str, url: str, content: object) -> dict[str, Any]:
        try:
            body = None if content is None else json.dumps(content).encode()
            answer = self._pool.request(method, url, body=body, headers=self._headers)
        except urllib3.exceptions.HTTPError as error:
            raise RefusedError(f"{method} {url}: {type(error).__name__}") from error
        try:
            said = json.loads(answer.data) if answer.data else {}
        except ValueError:
            said = {}
        if answer.status >= 300:  # noqa: PLR2004  # none of these calls is redirected
            raise RefusedError(f"{method} {url}: {answer.status} {said.get('message', '')}".strip())
        return said if isinstance(said, dict) else {}


def stop(why: str) -> NoReturn:
    """End the step with one line that GitHub shows at the top of the run."""
    print(f"::error title=trimtab guard::{escaped(why)}")
    sys.exit(2)


def escaped(text: str) -> str:
    """Return a text that cannot be a workflow command of its own."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def answer_of(asked: Asked, files: dict[str, str]) -> tuple[int, str, str, str]:
    """Guard the plan, and the folder if there is one.

    ``files`` gets the SARIF files. Returns the plan's exit code, its verdict, its headline, and the comment.

    Raises:
        TrimtabError: the plan is none, or the folder has no Terraform.

    """
    temporary = asked.temporary / "trimtab-guard"
    plan = Path(asked.plan)
    comment = temporary / "plan.md"
    files["plan-sarif"] = str(temporary / "plan.sarif")
    guard(plan, GuardForm.SARIF, Path(files["plan-sarif"]))
    answer = guard(plan, GuardForm.MARKDOWN, comment)
    body = f"{asked.marker}\n{comment.read_text(encoding='utf-8')}"
    if re.fullmatch(r"[\w./ -]+", asked.directory + asked.workspace):
        place = f"`{asked.directory}`, workspace `{asked.workspace}`"
        body = body.replace("### Plan guard", f"### Plan guard: {place}", 1)
    if asked.folder:
        page = temporary / "folder.md"
        files["folder-sarif"] = str(temporary / "folder.sarif")
        lint(Path(asked.folder), GuardForm.SARIF, Path(files["folder-sarif"]), ())
        lint(Path(asked.folder), GuardForm.MARKDOWN, page, ())
        found = page.read_text(encoding="utf-8").strip()
        summary = "What in the folder costs, flaps or fails, plan or not"
        folded = f"\n<details><summary>{summary}</summary>\n\n{found}\n\n</details>\n"
        shorter = f"\n{summary}: more than fits beside the plan; `trimtab guard` of the folder says it.\n"
        body += folded if len(body) + len(folded) <= LONGEST else shorter
    return answer.exit_code, str(answer.report.verdict), answer.report.headline, body


def told(asked: Asked, environment: Mapping[str, str], body: str) -> tuple[str, bool]:
    """Write the summary, and the comment where it can be.

    Returns the comment's address, empty where there is none, and whether the token may write.
    """
    summary = environment.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(body.removeprefix(asked.marker + "\n") + "\n")
    request = PullRequest.of(environment)
    if request is not None and request.fork:
        print("::notice title=trimtab guard::From a fork: the answer is in the job's summary.")
        return "", False
    if request is None or not asked.comment:
        return "", True
    try:
        return GitHub(environment).write(request, asked.marker, body), True
    except RefusedError as error:
        advice = "the answer is in the job's summary; the job needs the permission pull-requests: write"
        print(f"::warning title=trimtab guard::No comment: {escaped(str(error))}; {advice}")
        return "", "403" not in str(error)


def main(environment: Mapping[str, str]) -> None:
    """Do what the Action does, and leave its outputs for the steps that follow."""
    asked = Asked.of(environment)
    files: dict[str, str] = {}
    try:
        code, verdict, headline, body = answer_of(asked, files)
    except TrimtabError as error:
        stop(error.one_line())
    url, writes = told(asked, environment, body)
    outputs = {
        "verdict": verdict,
        "exit-code": str(code),
        "headline": " ".join(headline.split()),
        "fails": str(code in FAILING[asked.fail_on]).lower(),
        "comment-url": url,
        **(files if writes else {}),
    }
    with Path(environment["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in outputs.items())


def _lines(text: str) -> list[str]:
    """Return what GitHub keeps of a comment's lines."""
    return [line.rstrip() for line in text.strip().splitlines()]


if __name__ == "__main__":
    main(os.environ)
