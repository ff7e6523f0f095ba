"""What every command has, and where its defaults come from."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commands.made import trimtab
from fleet import made

from trimtab.cli import app
from trimtab.cli.settings import Settings, Tags
from trimtab.snapshot.folder import write_snapshot

ROOT = Path(__file__).parents[3]
COMMANDS = sorted(one.name or one.callback.__name__ for one in app.registered_commands)  # type: ignore[union-attr]


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    write_snapshot(made.snapshot(made.service("api"), made.service("jobs", traffic=None)), tmp_path / "in")
    return tmp_path / "in"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_answers_h_and_has_the_common_flags_once(command: str) -> None:
    short, long = trimtab(command, "-h", COLUMNS="80"), trimtab(command, "--help", COLUMNS="80")
    assert short.returncode == 0
    assert short.stdout == long.stdout
    for flag in ("--config FILE", "-v, --verbose", "-q, --quiet", "-h, --help"):
        assert short.stdout.count(f"  {flag}") == 1
    if "-o, --output" in short.stdout:
        (said,) = re.findall(r"-o, --output (?:DIR|FILE)\s+(.*)", short.stdout)
        assert "rite" in said  # says what is written
    assert all(len(line) <= 80 for line in short.stdout.splitlines())


def test_no_summary_of_the_help_is_cut_short() -> None:
    shown = trimtab("--help", COLUMNS="80").stdout
    assert "..." not in shown.partition("Commands:")[2]
    listed = re.findall(r"^  ([a-z-]+)  ", shown.partition("Commands:")[2], re.MULTILINE)
    assert sorted(listed) == COMMANDS


def test_a_flag_has_one_spelling_and_one_kind_of_value_over_all_commands() -> None:
    seen: dict[str, set[str]] = {}
    for command in COMMANDS:
        shown = trimtab(command, "--help", COLUMNS="200").stdout
        for flag, value in re.findall(r"^  (?:-\w, )?(--[a-z-]+)(?: (\S+))?", shown, re.MULTILINE):
            seen.setdefault(flag, set()).add(value)
    for flag, values in seen.items():
        if flag not in {"--output", "--format"}:  # a folder or a file; the forms there are
            assert len(values) == 1, (flag, values)
    assert "--markdown" not in seen


def test_quiet_says_nothing_and_verbose_says_what_is_done(snapshot: Path, tmp_path: Path) -> None:
    normal = trimtab("replay", snapshot, "-o", tmp_path / "a.parquet")
    quiet = trimtab("replay", snapshot, "-q", "-o", tmp_path / "a.parquet")
    verbose = trimtab("replay", snapshot, "-v", "-o", tmp_path / "a.parquet")
    assert quiet.stdout == normal.stdout == verbose.stdout
    assert quiet.stderr == ""
    assert f"reading {snapshot}" in normal.stderr
    assert "trimtab.files" not in normal.stderr
    assert re.search(
        rf"^\d{{4}}-.* trimtab\.files: written: {tmp_path}/a\.parquet$", verbose.stderr, re.MULTILINE
    )


def test_quiet_does_not_silence_errors(tmp_path: Path) -> None:
    run = trimtab("replay", tmp_path / "nowhere", "-q")
    assert run.returncode == 2
    assert run.stderr.startswith("error: ")


def test_at_80_columns_no_word_is_broken_and_no_line_ends_in_blanks(snapshot: Path) -> None:
    wide, narrow = trimtab("replay", snapshot, COLUMNS="200"), trimtab("replay", snapshot, COLUMNS="80")
    assert all(len(line) <= 80 for line in narrow.stdout.splitlines())
    assert all(line == line.rstrip() for line in narrow.stdout.splitlines())
    assert set(wide.stdout.split()) - {"─"} >= {w for w in narrow.stdout.split() if "─" not in w}
    assert max(map(len, trimtab("replay", snapshot).stdout.splitlines())) > 80  # a pipe has 100


def test_a_terminal_gets_a_bar_and_its_own_width(snapshot: Path) -> None:
    command = [sys.executable, "-m", "trimtab", "optimize", str(snapshot)]
    leader, follower = pty.openpty()
    with subprocess.Popen(
        command, stdout=follower, stderr=follower, env=os.environ | {"TERM": "xterm", "COLUMNS": "72"}
    ) as run:
        os.close(follower)
        shown = b""
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part
    assert run.returncode == 0
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.decode())
    assert "searching size and ladders of jobs (2 of 2)" in text
    assert "1/2" in text
    assert "left:" in text
    assert all(len(line) <= 80 for line in text.split("Saving in replay")[1].splitlines())


def test_flag_goes_over_environment_and_that_over_the_file(snapshot: Path, tmp_path: Path) -> None:
    for name, percent in (("flag", 11), ("environment", 22), ("file", 33)):
        (tmp_path / f"{name}.json").write_text(
            f'{{"region": "us-east-1", "fargate_discount_percent": {percent}}}'
        )
    (tmp_path / "trimtab.toml").write_text('\ufeffprices = "file.json"\n', encoding="utf-8")

    def basis(*arguments: str, **environment: str) -> str:
        run = trimtab("replay", snapshot, *arguments, **environment, folder=tmp_path)
        assert run.returncode == 0, run.stderr
        (found,) = re.findall(r"prices of (\w+)\.json", run.stdout)
        return str(found)

    assert basis() == "file"
    assert basis(TRIMTAB_PRICES="environment.json") == "environment"
    assert basis("--prices", "flag.json", TRIMTAB_PRICES="environment.json") == "flag"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.toml").write_text('prices = "../flag.json"\n', encoding="utf-8")
    assert basis("--config", "other/mine.toml") == "flag"  # paths start at the file
    assert basis(TRIMTAB_CONFIG="other/mine.toml") == "flag"


def test_region_profile_and_objective_come_from_the_file(snapshot: Path, tmp_path: Path) -> None:
    (tmp_path / "strict.json").write_text('{"cpu_percent": 101}', encoding="utf-8")
    (tmp_path / "trimtab.toml").write_text(
        'objective = "strict.json"\nregion = "eu-west-1"\nprofile = "nobody-has-this"\n', encoding="utf-8"
    )
    assert "strict.json" in trimtab("replay", snapshot, folder=tmp_path).stderr
    run = trimtab("snapshot", "--cluster", "c", "-o", "out", folder=tmp_path)
    assert "no AWS profile 'nobody-has-this'" in run.stderr
    # What is set for every run does not forbid to read a file.
    state = trimtab("snapshot", "--terraform", "none.json", "-o", "out", folder=tmp_path)
    assert "reads a file alone" not in state.stderr
    typed = trimtab("snapshot", "--terraform", "none.json", "--region", "x", "-o", "out", folder=tmp_path)
    assert "reads a file alone" in typed.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("pricse = 'a.json'\n", "unknown field `pricse`"),
        ("[tags]\nowner = 'x'\n", "trimtab.toml: tags: Object contains unknown field `owner`"),
        ("region = 3\n", "trimtab.toml: region: Expected `str"),
        ("region = 'a\n", "this is not TOML"),
    ],
)
@pytest.mark.parametrize("command", [("guard", "plan.json"), ("optimize", "x"), ("init", "y")])
def test_a_file_that_cannot_be_is_one_line_whatever_the_command(
    tmp_path: Path, content: str, said: str, command: tuple[str, str]
) -> None:
    (tmp_path / "trimtab.toml").write_text(content, encoding="utf-8")
    run = trimtab(*command, folder=tmp_path)
    assert run.returncode == 2
    (line,) = run.stderr.splitlines()
    assert said in line
    assert [path.name for path in tmp_path.iterdir()] == ["trimtab.toml"]
    assert trimtab(command[0], "--help", folder=tmp_path).returncode == 0


def test_a_config_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    run = trimtab("guard", "plan.json", "--config", "none.toml", folder=tmp_path)
    assert run.returncode == 2
    assert run.stderr == "error: none.toml: there is no such file; give --config another\n"


def test_the_table_of_settings_in_the_documentation_is_whole() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    keys = [
        *(one for one in Settings.__struct_fields__ if one != "tags"),
        *(f"tags.{one}" for one in Tags.__struct_fields__),
    ]
    rows = re.findall(r"^\| `([a-z_.]+)` \| `(--[a-z-]+)` \| `(TRIMTAB_[A-Z_]+)` \|", page, re.MULTILINE)
    assert [key for key, _, _ in rows] == keys
    helps = "".join(trimtab(command, "--help").stdout for command in ("optimize", "snapshot", "rollout"))
    for key, flag, variable in rows:
        assert f"{flag} " in helps
        assert variable == f"TRIMTAB_{key.upper().replace('.', '_')}"


def test_init_writes_what_terraform_takes_and_nothing_of_the_examples(tmp_path: Path) -> None:
    run = trimtab("init", "tf", folder=tmp_path)
    assert (run.returncode, run.stdout) == (0, "tf/terraform/platform\n")
    files = {
        str(path.relative_to(tmp_path / "tf")) for path in (tmp_path / "tf").rglob("*") if path.is_file()
    }
    assert {"terraform/platform/variables.tf", "terraform/modules/service/service.tf"} <= files
    assert not [name for name in files if name.endswith((".tfvars", ".tfstate", ".tftest.hcl"))]
    assert [path.name for path in (tmp_path / "tf").iterdir()] == ["terraform"]

    before = sorted((tmp_path / "tf").rglob("*"))
    again = trimtab("init", "tf", folder=tmp_path)
    assert again.returncode == 2
    assert again.stderr == "error: tf: this folder is not empty; name a new folder, or an empty one\n"
    assert sorted((tmp_path / "tf").rglob("*")) == before

    (tmp_path / "file").touch()
    assert trimtab("init", "file", folder=tmp_path).returncode == 2
    (tmp_path / "empty").mkdir()
    assert trimtab("init", ".", folder=tmp_path / "empty").returncode == 0
    assert (tmp_path / "empty/terraform/platform/variables.tf").is_file()


def test_a_missing_snapshot_is_refused_before_anything_slow_is_loaded(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom trimtab import cli\n"
        f"sys.argv = ['trimtab', 'optimize', {str(tmp_path / 'none')!r}]\n"
        "code = cli.main()\n"
        "print(code, *[name for name in ('numba', 'polars', 'numpy', 'rich.table') if name in sys.modules])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "2\n"
    assert "there is no such snapshot folder" in run.stderr
