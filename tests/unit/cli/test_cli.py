from __future__ import annotations

import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from commands.made import trimtab
from fleet import made

from trimtab.snapshot.folder import write_snapshot
from written import contents

ROOT = Path(__file__).parents[3]


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    write_snapshot(made.snapshot(made.service("api"), made.service("jobs", traffic=None)), tmp_path / "in")
    return tmp_path / "in"


@dataclass(frozen=True)
class Advised:
    """A run of ``optimize``, which searches as hard as a user's, so it is made once."""

    run: subprocess.CompletedProcess[str]
    snapshot: Path
    out: Path


@pytest.fixture(scope="module")
def advised(tmp_path_factory: pytest.TempPathFactory) -> Advised:
    root = tmp_path_factory.mktemp("advised")
    write_snapshot(made.snapshot(made.service("api"), made.service("jobs", traffic=None)), root / "in")
    run = trimtab("optimize", root / "in", "-o", root / "out")
    return Advised(run=run, snapshot=root / "in", out=root / "out")


@pytest.fixture(scope="module")
def partial(tmp_path_factory: pytest.TempPathFactory) -> Advised:
    """Give a run over a fleet of which one service has no metrics."""
    root = tmp_path_factory.mktemp("partial")
    write_snapshot(made.snapshot(made.service("api"), made.service("idle"), silent=("idle",)), root / "in")
    run = trimtab("optimize", root / "in", "-o", root / "out")
    return Advised(run=run, snapshot=root / "in", out=root / "out")


def test_optimize_writes_files_and_keeps_data_and_words_apart(advised: Advised) -> None:
    run = advised.run
    assert run.returncode == 0
    written = {path.name for path in advised.out.iterdir()}
    assert written == {
        "services.auto.tfvars",
        "recommendation.json",
        "recommendation",
        "report.html",
        ".trimtab",
    }
    assert "Saving in replay" in run.stdout
    assert f"reading {advised.snapshot}" in run.stderr
    assert "searched jobs (2 of 2), $" in run.stderr
    assert "reading" not in run.stdout
    assert "Saving" not in run.stderr
    assert "\x1b" not in run.stdout  # no colours into a pipe


def test_a_result_is_shown_again_as_it_was_without_searching(advised: Advised) -> None:
    again = trimtab("report", advised.out)
    assert (again.returncode, again.stderr) == (0, "")
    shown, _, rest = advised.run.stdout.partition("\nWritten:")
    assert again.stdout == shown + rest[rest.index("\nWhy") :]


def test_a_result_with_a_service_left_out_is_shown_with_it_and_exits_with_three(
    partial: Advised, tmp_path: Path
) -> None:
    again = trimtab("report", partial.out)
    assert again.returncode == 3
    assert "idle: no metrics" in again.stdout
    assert "recommendation.json: cannot be read" in refused(trimtab("report", tmp_path / "nowhere"))


def test_the_same_snapshot_gives_the_same_bytes_in_another_process(advised: Advised, tmp_path: Path) -> None:
    # Another order of sets too; and no fork, as the first one was.
    again = trimtab("optimize", advised.snapshot, "-o", tmp_path / "again", PYTHONHASHSEED="2")
    assert again.returncode == 0
    assert contents(advised.out) == contents(tmp_path / "again")
    assert again.stdout.split("Written:")[0] == advised.run.stdout.split("Written:")[0]


def test_without_o_the_table_is_shown_and_nothing_written(tmp_path: Path) -> None:
    write_snapshot(made.snapshot(made.service("jobs", traffic=None)), tmp_path / "in")
    run = trimtab("optimize", tmp_path / "in")
    assert run.returncode == 0
    assert "Saving in replay" in run.stdout
    assert "nothing was written" in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_service_left_out_exits_with_three_and_the_files_are_there(partial: Advised) -> None:
    assert partial.run.returncode == 3
    assert "idle: no metrics" in partial.run.stdout
    assert "idle" in (partial.out / "services.auto.tfvars").read_text(encoding="utf-8")


def refused(run: subprocess.CompletedProcess[str]) -> str:
    """Return the one line a user is told."""
    assert run.returncode == 2
    assert run.stdout == ""
    assert "Traceback" not in run.stderr
    errors = [line for line in run.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert run.stderr.splitlines()[-1] == errors[0]
    return errors[0]


def test_a_missing_snapshot_is_one_line_and_exit_two(tmp_path: Path) -> None:
    line = refused(trimtab("optimize", tmp_path / "nowhere", "-o", tmp_path / "out"))
    assert str(tmp_path / "nowhere") in line
    assert not (tmp_path / "out").exists()


def test_a_damaged_snapshot_is_one_line_and_writes_nothing(snapshot: Path, tmp_path: Path) -> None:
    metrics = snapshot / "metrics.parquet"
    metrics.write_bytes(metrics.read_bytes()[:-200])
    assert "metrics.parquet" in refused(trimtab("optimize", snapshot, "-o", tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_json_that_is_none_is_one_line(snapshot: Path) -> None:
    (snapshot / "fleet.json").write_text('{"services": [\n', encoding="utf-8")
    assert "fleet.json" in refused(trimtab("optimize", snapshot))


def test_an_output_that_is_a_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    write_snapshot(made.snapshot(made.service("jobs", traffic=None)), tmp_path / "in")
    assert "taken" in refused(trimtab("optimize", tmp_path / "in", "-o", tmp_path / "taken"))
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    "arguments", [("optimize",), ("optimise",), ("optimize", "x", "--colour"), ("sandbox", "--port", "70000")]
)
def test_wrong_use_exits_with_two_and_says_how(arguments: tuple[str, ...]) -> None:
    run = trimtab(*arguments)
    assert run.returncode == 2
    assert "Usage:" in run.stderr
    assert "Traceback" not in run.stderr


def test_an_internal_fault_shows_where_and_exits_with_one(snapshot: Path) -> None:
    code = (
        "import sys\n"
        "from trimtab import cli\n"
        "from trimtab.commands import optimize as optimizing\n"
        "def broken(*_, **__): raise ZeroDivisionError('inside')\n"
        "optimizing.optimize = broken\n"
        "sys.exit(cli.main())\n"
    )
    run = trimtab("optimize", snapshot, code=code)
    assert run.returncode == 1
    assert "Traceback" in run.stderr
    assert "ZeroDivisionError: inside" in run.stderr


def test_replay_shows_the_fleet_as_configured_and_writes_nothing_unasked(
    snapshot: Path, tmp_path: Path
) -> None:
    run = trimtab("replay", snapshot)
    assert run.returncode == 0
    assert "as configured" in run.stdout
    assert all(name in run.stdout for name in ("api", "jobs", "total"))
    assert f"reading {snapshot}" in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_replay_takes_what_optimize_wrote_and_one_service_of_it(advised: Advised, tmp_path: Path) -> None:
    values, minutes = advised.out / "services.auto.tfvars", tmp_path / "minutes.parquet"
    run = trimtab("replay", advised.snapshot, "--policy", values, "--service", "jobs", "-o", minutes)
    assert run.returncode == 0
    assert "256/" in run.stdout
    assert "api" not in run.stdout.split("jobs")[1]
    assert minutes.read_bytes()[:4] == b"PAR1"
    assert str(minutes) in run.stdout


def test_replay_of_a_fleet_with_a_silent_service_exits_with_three(partial: Advised) -> None:
    run = trimtab("replay", partial.snapshot)
    assert run.returncode == 3
    assert "idle: no metrics" in run.stdout


@pytest.mark.parametrize("command", ["optimize", "replay"])
def test_prices_that_cannot_be_used_are_one_line_and_nothing_is_written(
    snapshot: Path, tmp_path: Path, command: str
) -> None:
    own = tmp_path / "acme.json"
    own.write_text('{"region": "us-east-1", "fargate_discount_percent": 120}', encoding="utf-8")
    line = refused(trimtab(command, snapshot, "--prices", own, "-o", tmp_path / "out"))
    assert f"{own}: fargate_discount_percent: " in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["optimize", "replay"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"over_percnt": 1}', "unknown field `over_percnt`"),
        ('{"cpu_percent": 101}', "$.cpu_percent"),
        ("over_percent: 1", "malformed"),
    ],
)
def test_an_objective_that_cannot_be_is_one_line_and_nothing_is_written(
    snapshot: Path, tmp_path: Path, command: str, content: str, said: str
) -> None:
    asked = tmp_path / "objective.json"
    asked.write_text(content, encoding="utf-8")
    line = refused(trimtab(command, snapshot, "--objective", asked, "-o", tmp_path / "out"))
    assert str(asked) in line
    assert said in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        ("--over-percent", "100", "$.over_percent"),
        ("--memory-percent", "0", "$.memory_percent"),
        ("--min-tasks", "5001", "$.min_tasks"),
        ("--seed", "-1", "$.seed"),
    ],
)
def test_a_flag_of_the_objective_out_of_range_is_one_line(
    snapshot: Path, flag: str, value: str, said: str
) -> None:
    assert said in refused(trimtab("optimize", snapshot, f"{flag}={value}"))


def test_an_edit_of_the_written_values_is_judged_by_replay(advised: Advised, tmp_path: Path) -> None:
    written = (advised.out / "services.auto.tfvars").read_text(encoding="utf-8")
    edited = tmp_path / "edited.tfvars"
    # Twice the size and never fewer than nine of them: nobody would, and the replay says what it costs.
    text = re.sub(r"(?m)^ +cpu += \d+\n +memory += \d+$", "cpu = 1024\nmemory = 2048", written)
    edited.write_text(re.sub(r"\bmin +=.*\n.*", "min = 9\nmax = 20", text), encoding="utf-8")
    one, other = (
        trimtab("replay", advised.snapshot, "--policy", values)
        for values in (advised.out / "services.auto.tfvars", edited)
    )
    assert (one.returncode, other.returncode) == (0, 0)
    assert total_usd(one.stdout) == total_usd(advised.run.stdout.split("of which")[1], "Fargate", -2)
    assert total_usd(other.stdout) > 3 * total_usd(one.stdout)
    assert other.stdout.count("1024/2048") == 2


def total_usd(shown: str, row: str = "total", place: int = 0) -> float:
    """Return an amount of a table's row."""
    (line,) = (line for line in shown.splitlines() if line.startswith(f"{row}  "))
    return float(re.findall(r"-?[\d,]+\.\d\d", line)[place].replace(",", ""))


@pytest.mark.parametrize("argument", ["--service", "--policy", "-o"])
def test_what_replay_cannot_use_is_one_line_and_nothing_is_written(
    snapshot: Path, tmp_path: Path, argument: str
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine").write_text("mine", encoding="utf-8")
    value = {"--service": "apo", "--policy": tmp_path / "none.tfvars", "-o": tmp_path / "taken"}[argument]
    line = refused(trimtab("replay", snapshot, argument, value))
    assert str(value) in line
    if argument == "--service":
        assert "known: api, jobs" in line
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        "fleet.json",
        "metrics.parquet",
        "mine",
    ]


def test_version_and_help_answer_on_stdout() -> None:
    version = trimtab("--version")
    assert (version.returncode, version.stdout) == (0, "trimtab 0.1.0\n")
    assert "optimize" in trimtab("--help").stdout


@pytest.mark.parametrize(("command", "page"), [("optimize", "optimize.md"), ("replay", "replay-command.md")])
def test_the_documentation_shows_the_help_as_it_is(command: str, page: str) -> None:
    shown = trimtab(command, "--help", COLUMNS="80").stdout.replace("python -m trimtab", "trimtab")
    documented = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert f"```text\n{shown.strip()}\n```" in documented


def test_importing_the_command_line_imports_nothing_heavy() -> None:
    heavy = "numpy", "polars", "jinja2", "moto", "numba", "hcl2"
    code = f"import sys, trimtab.cli; print(*[name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


def test_nothing_is_asked_of_a_machine_that_only_posix_has() -> None:
    code = (
        "import importlib, pkgutil, sys\n"
        "for name in ('fcntl', 'pwd', 'grp', 'termios', 'resource', 'pty'): sys.modules[name] = None\n"
        "import trimtab\n"
        "for module in pkgutil.walk_packages(trimtab.__path__, 'trimtab.'):\n"
        "    if not module.name.endswith('__main__'): importlib.import_module(module.name)\n"
    )
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    only_there = re.compile(
        r"\b(os\.(pread|pwrite|fork|getuid|geteuid|mkfifo|setsid|uname)|signal\.(pause|alarm))\b"
    )
    for path in (ROOT / "src").rglob("*.py"):
        found = only_there.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{path.name}: {found}"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_sandbox_prints_its_environment_and_stops_cleanly(stop: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "trimtab", "sandbox"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert "answers at http://127.0.0.1:" in process.stderr.readline()
        process.send_signal(stop)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    lines = out.splitlines()
    exported = dict(
        line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export ")
    )
    assert "unset AWS_PROFILE" in lines  # or a profile of the user's would lead elsewhere
    assert exported["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert "AWS_ACCESS_KEY_ID" in exported
    assert "has stopped" in err
