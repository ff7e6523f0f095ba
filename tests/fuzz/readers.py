"""Every reader of the tool: a valid file, how it is spoilt, and the command that is then given it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import re
import shutil
import sys
import tempfile
import traceback
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

import typer

from fuzz.made import sealed
from fuzz.metrics import spoilt_metrics
from fuzz.mutate import Json, damaged
from fuzz.text import spoilt_text
from trimtab import cli
from trimtab.document.name import DOCUMENT_FILE
from trimtab.errors import EXIT_USAGE
from trimtab.rollout.journal.journal import JOURNAL_FILE, open_journal
from trimtab.rollout.recommendation import read_recommendation, read_task_definitions
from trimtab.snapshot.files import FLEET_FILE, METRICS_FILE
from trimtab.snapshot.prices import PRICES_FILE
from trimtab.values.folder import VALUES_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UNIT: Final = Path(__file__).parents[1] / "unit"
FUZZ: Final = Path(__file__).parent
PARTLY: Final = frozenset({0, 2, 3})
ALLOWED: Final = {
    "state": {2, 3}, "plan": {0, 2, 10, 11}, "rollout": {0, 2}, "journal": {0, 2}, "revisions": {0, 2},
    **dict.fromkeys(("fleet", "metrics", "list prices", "document", "service", "values", "adoption"), PARTLY),
    **dict.fromkeys(("prices", "objective", "configuration"), PARTLY),
}  # fmt: skip
"""Exit codes that answer a file which may be wrong. 1 is a fault of ours, and no answer."""
RAW: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""What a terminal acts on instead of showing it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command did."""

    code: int
    out: str
    err: str
    trace: str = ""


@cache
def _app() -> Any:
    """Return the commands made once: typer makes them anew by each call, which takes longer than most."""
    return typer.main.get_command(cli.app)


def run(*arguments: str | Path) -> Answer:
    """Run the command in this process, as its script does."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.object(cli, "app", _app()),
        mock.patch.object(sys, "argv", ["trimtab", *map(str, arguments)]),
        _past_python() as written,
    ):
        answer = _ended(cli.main, out, err)
        return replace(answer, err=answer.err + written())


@contextlib.contextmanager
def _past_python() -> Iterator[Callable[[], str]]:
    """Give what is written to stderr by libraries that are not Python, once that is over."""
    with tempfile.TemporaryFile() as file:
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield lambda: (file.seek(0), file.read().decode("utf-8", "replace"))[1]
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def call(function: Callable[[], object]) -> Answer:
    """Run a reader that no command reaches without an AWS, and word its error as the command does."""
    out, err = io.StringIO(), io.StringIO()

    def main() -> int:
        with mock.patch.object(cli, "app", function):
            return cli.main()

    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        return _ended(main, out, err)


def _ended(main: Callable[[], int], out: io.StringIO, err: io.StringIO) -> Answer:
    try:
        code = main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:  # noqa: BLE001 - whatever it is: a traceback is what is looked for
        return Answer(-1, out.getvalue(), err.getvalue(), traceback.format_exc())
    return Answer(code, out.getvalue(), err.getvalue())


def fault(reader: str, answer: Answer) -> str | None:
    """Return what is wrong with an answer to a spoilt file, if anything is."""
    lines = answer.err.splitlines()
    errors = [line for line in lines if line.startswith("error: ")]
    raw = RAW.search(answer.out + answer.err)
    wrong = {
        answer.trace: bool(answer.trace),
        f"exit {answer.code}: {answer.out[-300:]}{answer.err[-300:]}": answer.code not in ALLOWED[reader],
        f"a traceback: {answer.err[-2000:]}": "Traceback" in answer.err,
        f"raw {raw and raw[0]!r} in {raw and raw.string[max(0, raw.start() - 80) : raw.end() + 80]!r}": bool(
            raw
        ),
        f"not one line: {answer.err[-600:]!r}": answer.code == EXIT_USAGE
        and (lines[-1:] != errors or not errors),
        f"a line too long: {answer.err[:300]!r}": any(len(line) > LONGEST for line in lines),
    }
    return next((words for words, is_so in wrong.items() if is_so), None)


LONGEST: Final = 2000
"""Letters of a line on stderr: more is not read by anybody."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A file that is read, and what reads it."""

    name: str
    target: Path
    """Where the spoilt file is put."""
    spoil: Callable[[random.Random], bytes]
    read: Callable[[random.Random], Answer]

    def tried(self, seed: int) -> tuple[bytes, Answer]:
        """Spoil the file once and have it read."""
        draw = random.Random(seed)  # noqa: S311 - no secret
        content = self.spoil(draw)
        self.target.write_bytes(content)
        return content, self.read(draw)


def json_of(text: str) -> Callable[[random.Random], bytes]:
    """Return what spoils a JSON document."""
    return Json(text).mutated


def readers(folder: Path, snapshot: Path, result: Path) -> dict[str, Reader]:
    """Return every reader, working in ``folder``.

    ``snapshot`` is a small one, ``result`` what was optimised of it and has the values.
    """
    made = [
        *_states(folder),
        *_plans(folder),
        *_snapshots(folder, snapshot),
        *_documents(folder, snapshot, result),
        *_rollouts(folder, result),
        *_settings(folder, snapshot),
    ]
    return {one.name: one for one in made}


def _place(folder: Path, name: str, like: Path | None = None) -> Path:
    place = folder / name.replace(" ", "-")
    if like is None:
        place.mkdir()
    else:
        shutil.copytree(like, place, ignore=shutil.ignore_patterns(".trimtab"))
    return place


def _states(folder: Path) -> list[Reader]:
    place = _place(folder, "state")
    file, number = place / "state.json", iter(range(10**9))
    texts = [
        json_of((UNIT / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("recorded_state", "popular_states")
    ]

    def read(draw: random.Random) -> Answer:
        out = place / f"out{next(number)}"
        more = ["--with-environment"] if draw.random() < 0.3 else []
        if draw.random() < 0.1:
            more += ["--cluster", "fin-prod-cluster"]
        answer = run("snapshot", "--terraform", file, "-o", out, *more)
        shutil.rmtree(out, ignore_errors=True)
        return answer

    return [Reader("state", file, lambda draw: draw.choice(texts)(draw), read)]


def _plans(folder: Path) -> list[Reader]:
    file = _place(folder, "plan") / "plan.json"
    spoil = json_of((FUZZ / "recorded_plan.json").read_text(encoding="utf-8"))
    forms = ("table", "json", "markdown", "sarif")
    return [Reader("plan", file, spoil, lambda draw: run("guard", file, "--format", draw.choice(forms)))]


def _snapshots(folder: Path, snapshot: Path) -> list[Reader]:
    made = []
    for name, file in (("fleet", FLEET_FILE), ("metrics", METRICS_FILE), ("list prices", PRICES_FILE)):
        place = _place(folder, name, snapshot)
        spoil = (
            spoilt_metrics((place / file).read_bytes())
            if file == METRICS_FILE
            else json_of((place / file).read_text(encoding="utf-8"))
        )
        made.append(Reader(name, place / file, spoil, lambda _draw, place=place: run("replay", "-q", place)))
    return made


def _documents(folder: Path, snapshot: Path, result: Path) -> list[Reader]:
    place, values, adopted = (_place(folder, name, result) for name in ("document", "values", "adoption"))
    services = [one["name"] for one in json.loads((result / DOCUMENT_FILE).read_text("utf-8"))["services"]]

    def read(draw: random.Random) -> Answer:
        if draw.random() < 0.5:
            return run("report", place)
        return run("report", place, draw.choice(services), "--format", draw.choice(("table", "markdown")))

    shutil.copy(snapshot / FLEET_FILE, values)
    document, text = (result / DOCUMENT_FILE).read_text("utf-8"), (result / VALUES_FILE).read_text("utf-8")
    fleet = (adopted / FLEET_FILE).read_text("utf-8")
    alone = _place(folder, "service", result)
    part = alone / "recommendation" / f"{services[0]}.json"

    def read_one(_draw: random.Random) -> Answer:
        sealed(alone)
        return run("report", alone, services[0])

    def write(_draw: random.Random) -> Answer:
        sealed(adopted)
        return run("write", "-q", adopted)

    return [
        Reader("document", place / DOCUMENT_FILE, json_of(document), read),
        Reader("service", part, json_of(part.read_text("utf-8")), read_one),
        Reader(
            "values",
            values / VALUES_FILE,
            spoilt_text(_one_service(text)),
            lambda _draw: run("replay", "-q", snapshot, "--policy", values / VALUES_FILE),
        ),
        Reader("adoption", adopted / FLEET_FILE, json_of(fleet), write),
    ]


def _one_service(values: str) -> str:
    """Return the first service of the values without the words about it: HCL takes long to read."""
    said = [line for line in values.splitlines() if not line.lstrip().startswith("#")]
    return "\n".join(said[: said.index("  }") + 1]) + "\n}\n"


def _rollouts(folder: Path, result: Path) -> list[Reader]:
    moved = _place(folder, "rollout", result)
    journal, revisions = (_place(folder, name) for name in ("journal", "revisions"))
    lines = (FUZZ / "recorded_journal.jsonl").read_text("utf-8").splitlines()
    arns = {"task_definitions": {"value": {n: f"arn:aws:ecs:us-east-1:111122223333:task-definition/{n}:7"
                                           for n in ("api", "jobs")}}}  # fmt: skip

    def spoil(draw: random.Random) -> bytes:
        if draw.random() < 0.2:
            return damaged("\n".join(lines).encode() + b"\n", draw)
        at = draw.randrange(len(lines))
        spoilt = [one.encode() for one in lines]
        spoilt[at] = Json(lines[at]).mutated(draw)
        return b"\n".join(spoilt) + b"\n"

    def read() -> None:
        opened = open_journal(journal)
        opened.moves()
        if (begin := opened.last_rollout()) is not None:
            opened.pending(begin, "api")

    return [
        Reader(
            "rollout",
            moved / DOCUMENT_FILE,
            json_of((result / DOCUMENT_FILE).read_text("utf-8")),
            lambda _draw: call(lambda: read_recommendation(moved)),
        ),
        Reader("journal", journal / JOURNAL_FILE, spoil, lambda _draw: call(read)),
        Reader(
            "revisions",
            revisions / "revisions.json",
            json_of(json.dumps(arns)),
            lambda _draw: call(lambda: read_task_definitions(revisions / "revisions.json")),
        ),
    ]


def _settings(folder: Path, snapshot: Path) -> list[Reader]:
    prices = {
        "region": "us-east-1",
        "note": "agreement",
        "prices": {
            "logs_ingestion_gb": {"usd": 0.45, "unit": "GB"},
            "fargate_spot_x86_vcpu_hour": {"usd": 0.0133, "unit": "vCPU-hour"},
            "fargate_spot_x86_gb_hour": {"usd": 0.0015, "unit": "GB-hour"},
        },
        "fargate_discount_percent": 5,
        "compute_savings_plan_discount_percent": 20,
        "compute_savings_plan_offer_percent": 30,
    }
    objective = {
        "over_percent": 1, "cpu_percent": 80, "memory_percent": 90, "min_tasks": 2, "least_cpu_units": 256,
        "p95_ms": 500, "zone_loss": True, "direction_changes_day": 24, "judged_percent": 30,
        "over_bound": 1.5, "seed": 7, "architecture": "ARM64",
        "spot": {"events_per_day": 1, "share_percent": 50, "capacity_wait_s": 60},
        "services": {
            "accounts": {"cpu_units": 256, "memory_mib": 512, "min_tasks": 2, "deregistration_delay_s": 30}
        },
    }  # fmt: skip
    made = []
    for name, value in (("prices", prices), ("objective", objective)):
        file = _place(folder, name) / f"{name}.json"
        made.append(
            Reader(
                name,
                file,
                json_of(json.dumps(value)),
                lambda _draw, flag=f"--{name}", file=file: run(
                    "replay", "-q", snapshot, "--service", "scheduler", flag, file
                ),
            )
        )
    place = _place(folder, "configuration")
    file = place / "trimtab.toml"
    (place / "objective.json").write_text("{}", encoding="utf-8")
    (place / "prices.json").write_text('{"region": "us-east-1"}', encoding="utf-8")
    text = (
        'objective = "objective.json"\nprices = "prices.json"\nregion = "eu-west-1"\nprofile = "production"\n'
        '[tags]\nenvironment = "stage"\ncost_center = "team"\n'
    )
    spoil = spoilt_text(text)
    made.append(
        Reader(
            "configuration",
            file,
            spoil,
            lambda _draw: run("replay", "-q", snapshot, "--service", "scheduler", "--config", file),
        )
    )
    return made
