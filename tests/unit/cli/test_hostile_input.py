"""Input of which each was once a traceback, a wrong word or a raw escape."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest

from fuzz.made import STATE, small_fleet
from fuzz.readers import run
from trimtab.cli.screen import fail, listen, warn
from trimtab.errors import RolloutError
from trimtab.plain_text import LONGEST, one_plain_line, plain, plain_json, shortened
from trimtab.rollout.recommendation import read_recommendation
from trimtab.snapshot.files import METRICS_FILE
from trimtab.snapshot.unfinished import Partial
from trimtab.takeover.not_owned import cell, code
from trimtab.values.folder import VALUES_FILE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CLUSTER = "arn:aws:ecs:us-east-1:111122223333:cluster/shop"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_fleet(tmp_path_factory.mktemp("hostile"))[0]


def with_all(snapshot: Path, folder: Path, column: str, value: float) -> Path:
    """The snapshot with one value in every minute of a column."""
    table = pl.read_parquet(snapshot / METRICS_FILE)
    changed = table.with_columns(pl.lit(value).cast(table.schema[column]).alias(column))
    folder.mkdir()
    for file in snapshot.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    changed.write_parquet(folder / METRICS_FILE)
    return folder


def test_a_snapshot_may_be_written_into_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run("snapshot", "--terraform", STATE, "-o", ".")
    assert (answer.code, answer.trace) == (3, "")
    assert (tmp_path / METRICS_FILE).exists()


def test_parts_of_the_current_folder_are_kept_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fleet").mkdir()
    monkeypatch.chdir(tmp_path / "fleet")
    made = Partial.open(type(tmp_path)("."), CLUSTER, 1, NOW)
    assert made.folder == tmp_path / "fleet.partial"


def test_the_root_of_the_file_system_is_refused() -> None:
    answer = run("snapshot", "--terraform", STATE, "-o", "/")
    assert answer.code == 2
    assert "name a folder in it" in answer.err


def test_requests_that_nobody_is_sent_are_refused_with_their_minute(snapshot: Path, tmp_path: Path) -> None:
    answer = run("optimize", with_all(snapshot, tmp_path / "in", "requests", 3e38))
    assert answer.code == 2
    assert "service accounts, 2026-11-02T00:00:00Z: requests is 3" in answer.err


@pytest.mark.parametrize("column", ["memory_average_percent", "cpu_average_percent"])
def test_a_utilisation_of_nothing_is_no_fault(snapshot: Path, tmp_path: Path, column: str) -> None:
    assert run("replay", "-q", with_all(snapshot, tmp_path / "in", column, 0.0)).code == 0


def test_where_every_service_was_left_out_each_command_says_so(snapshot: Path, tmp_path: Path) -> None:
    silent, out = with_all(snapshot, tmp_path / "in", "running_tasks", 0), tmp_path / "out"
    assert run("optimize", silent, "-o", out).code == 3
    assert run("report", out).code == 3
    for answer in (run("write", out), run("replay", "-q", silent, "--policy", out / VALUES_FILE)):
        assert answer.code == 2
        assert "no service is in it; trimtab report says why" in answer.err
    with pytest.raises(RolloutError, match="no service is in it"):
        read_recommendation(out)


@pytest.mark.parametrize(
    "command", [("report", "{}"), ("replay", "{}"), ("snapshot", "-o", "x", "--terraform", "{}")]
)
def test_a_path_with_escapes_is_written_out(command: tuple[str, ...], tmp_path: Path) -> None:
    named = str(tmp_path / "\x1b[31mred\x07\u202e")
    answer = run(*(part.replace("{}", named) for part in command))
    assert answer.code == 2
    assert r"\x1b[31mred\x07\u202e" in answer.err
    assert "\x1b" not in answer.err + answer.out


def test_text_keeps_its_lines_and_loses_what_a_terminal_acts_on() -> None:
    assert plain("a\tb\nc \u00e9 \u4e2d") == "a\tb\nc \u00e9 \u4e2d"
    assert plain("\x1b]0;t\x07\x9b2J\r\u2066\ud800") == r"\x1b]0;t\x07\x9b2J\x0d\u2066\ud800"
    assert one_plain_line("a\nb\x1b\n") == r"a b\x1b"
    assert len(shortened("x" * 10**6)) < LONGEST + 10


@pytest.mark.parametrize("write", [fail, warn])
def test_a_line_is_shortened_after_a_credential_in_it_is_taken_out(
    write: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    listen(0)
    key = "AKIA" + "Q3EGVZXCM7KD2WPL"
    for before in range(LONGEST // 2 - 20, LONGEST // 2):
        write(f"{'x ' * (before // 2)}{key} {'y ' * LONGEST}")
        (line,) = capsys.readouterr().err.splitlines()
        assert len(line) < LONGEST + 20
        assert "AKIA" not in line


def test_json_means_the_same_once_it_is_plain() -> None:
    text = json.dumps({"name\x9b": "\u202ea\x7f\u2028"}, ensure_ascii=False)
    assert json.loads(plain_json(text)) == json.loads(text)
    assert plain(plain_json(text)) == plain_json(text)


def test_nothing_in_a_cell_is_html_or_markup_or_calls_anybody() -> None:
    assert cell("<img src=x> [a](b) `c` *d* @me | e\nf") == (
        r"&lt;img src=x&gt; \[a\](b) \`c\` \*d\* " + "@\u200bme \\| e f"
    )
    assert code("<b>`|`") == r"`<b>'\|'`"
