"""Every command that a page shows parses here, and it runs, or stands below with the reason why not.

What needs no account runs in a folder with the example's result. The tour is run whole, against the
sandbox, by ``tests/e2e/test_tour.py``.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer

from trimtab.cli import app

if TYPE_CHECKING:
    from example_run import ExampleRun

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").rglob("README.md")),
    *sorted((ROOT / "terraform").glob("**/README.md")),
]
BLOCK = re.compile(r"^```(console|sh)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(trimtab [^`\n]+)`")
OURS = re.compile(r"(?:^|\s)(?:\.venv/bin/)?trimtab\s")
SEPARATORS = {"|", "&&", ";", ">", "||", "do", "done", "(", ")"}

EXCEPTIONS = (
    (r"snapshot .*--cluster|rollout ", "asks an account; the tour runs it against the sandbox"),
    (r"sandbox", "runs until it is stopped; the tour begins with it"),
    (r"--scheduler", "needs a cluster of workers; tests/e2e/test_cluster.py runs one"),
    (r"s3://", "needs a bucket; tests/unit/snapshot/test_snapshot_bucket.py has one"),
    (r"state\.json", "needs a state; tests/unit/snapshot/test_snapshot_state.py has some"),
    (r"guard plan\.json|guard - ", "needs a plan; tests/unit/commands/test_guard_command.py has some"),
    (r"guard DIR", "a placeholder; tests/unit/commands/test_lint_command.py has folders"),
    (r"--since", "needs a record of weeks later; tests/unit/commands/test_since.py makes one"),
    (r"\$", "a loop over names that are the reader's"),
    (r"report calmer|-o calmer", "another search of a minute; the same flags are parsed above"),
    (r"optimize ", "a search of a minute; the README's runs for all tests, and its answers are the same"),
    (r"write |init ", "tests/unit/takeover and the tour run it"),
)
"""What is not run here, and why: (what the command holds, the reason)."""


@dataclass(frozen=True, slots=True)
class Shown:
    page: str
    words: tuple[str, ...]

    @property
    def line(self) -> str:
        return " ".join(self.words)

    @property
    def excused(self) -> str:
        return next((why for pattern, why in EXCEPTIONS if re.search(pattern, self.line)), "")


def shown() -> list[Shown]:
    """Return each command of ours in a block that a reader may copy."""
    found = []
    for page in PAGES:
        for kind, block in BLOCK.findall(page.read_text(encoding="utf-8")):
            for line in block.replace("\\\n", " ").splitlines():
                if not OURS.search(line) or (kind == "console" and not line.startswith("$ ")):
                    continue
                found += [
                    Shown(str(page.relative_to(ROOT)), words) for words in commands(line.removeprefix("$ "))
                ]
    return found


def commands(line: str) -> list[tuple[str, ...]]:
    """Return the words of each command of ours in a line of shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>()")
    lexer.whitespace_split = True
    parts: list[list[str]] = [[]]
    for word in lexer:
        if word in SEPARATORS:
            parts.append([])
        else:
            parts[-1].append(word)
    return [tuple(part[1:]) for part in parts if part and part[0] in {"trimtab", ".venv/bin/trimtab"}]


SHOWN = shown()
RUN = sorted({one.line: one for one in SHOWN if not one.excused}.values(), key=lambda one: one.line)


def parsed(words: tuple[str, ...]) -> None:
    """Have the real command line read the words, and run nothing."""
    command = typer.main.get_command(app)
    if words == ("--version",):
        return
    name, *rest = words
    known = command.commands  # type: ignore[attr-defined]
    assert name in known, f"there is no command {name}"
    known[name].make_context(name, list(rest))


def test_pages_show_commands_of_every_kind() -> None:
    assert len(SHOWN) > 50
    assert {one.words[0] for one in SHOWN} >= {"snapshot", "optimize", "report", "guard", "rollout", "write"}


@pytest.mark.parametrize("one", SHOWN, ids=lambda one: f"{one.page}: {one.line}")
def test_a_command_that_a_page_shows_parses(one: Shown) -> None:
    parsed(one.words)


def test_a_command_that_is_named_within_a_sentence_is_there_with_its_flags() -> None:
    command = typer.main.get_command(app)
    known = command.commands  # type: ignore[attr-defined]
    wrong, seen = [], 0
    for page in PAGES:
        for inline in INLINE.findall(page.read_text(encoding="utf-8")):
            name, *rest = inline.split()[1:]
            if name.startswith("-"):
                continue
            flags = {flag.split("=")[0].rstrip(",.") for flag in rest if flag.startswith("--")}
            options = {one for part in known[name].params for one in part.opts} if name in known else set()
            if name not in known or flags - options - {"--help"}:
                wrong.append(f"{page.relative_to(ROOT)}: {inline}")
            seen += 1
    assert wrong == []
    assert seen > 50


def test_every_exception_is_needed_and_says_why() -> None:
    for pattern, why in EXCEPTIONS:
        assert any(re.search(pattern, one.line) for one in SHOWN), (
            f"{pattern}: nothing has it any more ({why})"
        )
        for name in re.findall(r"tests/[\w/]+(?:\.py)?", why):
            assert (ROOT / name).exists(), name
    assert len(RUN) >= 12


@pytest.mark.slow
@pytest.mark.parametrize("one", RUN, ids=lambda one: one.line)
def test_a_command_that_needs_no_account_runs_as_the_page_shows_it(
    one: Shown, example: ExampleRun, tmp_path: Path
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "terraform").symlink_to(ROOT / "terraform")
    (tmp_path / "fleet").symlink_to(ROOT / "examples" / "fleet")
    (tmp_path / "network.tfvars").write_text("", encoding="utf-8")
    for name in ("recommended", "out", "trimtab-out"):
        shutil.copytree(example.out, tmp_path / name)
    run = subprocess.run(
        [str(Path(sys.executable).parent / "trimtab"), *one.words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    finds = one.words[0] == "guard"
    assert run.returncode in ({0, 10, 11} if finds else {0}), f"{one.page}: {run.stderr}"
