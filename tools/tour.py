"""Run the tour of ``docs/tour.md``, command by command, from an empty folder, against the sandbox.

    python tools/tour.py            runs it, and prints each command before its output
    python tools/tour.py --check    also compares what is printed with what the page shows

The commands are the page's own. What a page shows holds where each of its lines comes, in its
order; a line of three dots stands for any that are between.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trimtab.assets import assets_folder
from trimtab.commands.demo import NoProof, ready_to_prove
from trimtab.engine.mirror import lent
from trimtab.errors import ProofError

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tour.md"
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXPECTED = re.compile(r" +# exit (\d+)$")
"""How the page says that a command ends with another code than 0."""
DONE = "tour-has-run-this"
GAP = "…"
STARTED_S = 120

SCRUBS = (
    (r"\x1b\[[0-9;]*m", ""),
    (r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)?", "TIME"),
    (r"http://127\.0\.0\.1:\d+", "http://127.0.0.1:PORT"),
    (r"\b[0-9a-f]{16,}\b", "ID"),
    (r"\becs-svc/\d+", "ecs-svc/ID"),
    (r"(?<![\d.])(?!0(?![\d.,]))\d[\d,.]*", "N"),
    (r"[ \t]+", " "),
)
"""What differs from run to run: times, ports, ids, and figures, for they move by the hour. A 0 stays."""


@dataclass(frozen=True)
class Step:
    """One command of the page, the code it ends with, and what the page shows of its output."""

    command: str
    expected: int
    shown: tuple[str, ...]


def steps() -> list[Step]:
    """Return the commands of the page in their order; the first is the sandbox."""
    found = []
    for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *shown = part.rstrip().splitlines()
            ends = EXPECTED.search(command)
            found.append(
                Step(
                    EXPECTED.sub("", command),
                    int(ends[1]) if ends else 0,
                    tuple(line.rstrip() for line in shown),
                )
            )
    return found


def differs(step: Step, printed: str) -> str | None:
    """Return the first line of the page that does not come where it should, or nothing."""
    lines = [scrubbed(line) for line in printed.splitlines()]
    at, gap = 0, True  # what comes before the first line need not be shown
    for line in step.shown:
        if line.strip() == GAP:
            gap = True
            continue
        wanted = scrubbed(line)
        rest = lines[at:] if gap else lines[at : at + 1]
        if wanted not in rest:
            return line
        at += rest.index(wanted) + 1
        gap = False
    return None


def scrubbed(line: str) -> str:
    """Return the line without what differs from run to run."""
    for pattern, word in SCRUBS:
        line = re.sub(pattern, word, line)
    return line.strip()


@contextmanager
def sandbox(command: str, folder: Path) -> Iterator[None]:
    """Run the sandbox until its environment is written."""
    name = command.rpartition(">")[2].strip()
    with subprocess.Popen(  # the page's own first command
        ["bash", "-c", f"exec {command}"], cwd=folder, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                print(line, end="", flush=True)
                if "answers at" in line:
                    break
            if not (folder / name).is_file() or process.poll() is not None:
                sys.exit("tour: the sandbox did not start")
            yield
        finally:
            process.send_signal(signal.SIGINT)


class Shell:
    """One bash for all commands, so that ``cd`` and ``source`` last."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            ["bash", "--norc", "--noprofile"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str) -> tuple[int, str]:
        """Run a command, print what it prints, and return its code and that."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{{ {command}\n}} </dev/null\necho {DONE} $?\n")
        self._process.stdin.flush()
        printed = ""
        for line in self._process.stdout:
            head, done, code = line.partition(DONE)
            if head:
                print(head, end="", flush=True)
                printed += head
            if done:
                return int(code), printed
        sys.exit("tour: the shell has ended")

    def close(self) -> None:
        """End the shell."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def main() -> int:
    """Run the tour; 1 where a command ends otherwise than the page says."""
    first, *rest = steps()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trimtab-tour-")))
        kept = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trimtab-")))
        try:
            ready = ready_to_prove(kept / "provider", os.environ)
        except ProofError as missing:
            sys.exit(f"tour: {missing.one_line()}")
        lacking, mirror = (ready.why, None) if isinstance(ready, NoProof) else ("", ready.mirror)
        os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        (folder / "examples").symlink_to(assets_folder() / "examples")
        print(f"$ {first.command}", flush=True)
        stack.enter_context(sandbox(first.command, folder))
        shell = Shell(folder)
        stack.callback(shell.close)
        for step in rest:
            if lacking and "terraform init" in step.command:
                print(f"\nThe tour ends here: planning and applying is not shown, for {lacking}.")
                return 0
            print(f"\n$ {step.command}", flush=True)
            with lent(mirror if step.command.startswith("terraform init") else None, folder / PLATFORM):
                code, printed = shell.run(step.command)
            if code != step.expected:
                print(f"\ntour: it ends with {code}, and should with {step.expected}", file=sys.stderr)
                return 1
            if "--check" in sys.argv[1:] and (line := differs(step, printed)) is not None:
                print(f"\ntour: docs/tour.md shows a line that does not come: {line}", file=sys.stderr)
                return 1
    print("\nThe tour is over: every command ended as docs/tour.md says.")
    return 0


PLATFORM = Path("tf/terraform/platform")

if __name__ == "__main__":
    sys.exit(main())
