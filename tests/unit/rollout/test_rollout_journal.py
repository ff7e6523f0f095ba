"""The journal: whole lines or none, and what a run reads from those that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trimtab.errors import RolloutError
from trimtab.rollout.journal.journal import JOURNAL_FILE, Journal, open_journal
from trimtab.rollout.journal.lines import Begin, End, Line, Settled, Updated, Updating
from trimtab.rollout.journal.store import FileStore
from trimtab.rollout.model import Kind, Outcome

if TYPE_CHECKING:
    from pathlib import Path

AT = "2026-11-23T12:00:00+00:00"


def begin(kind: Kind = "rollout", recommendation: str = "r1") -> Begin:
    return Begin(at=AT, kind=kind, cluster_arn="arn:c", recommendation=recommendation)


def updating(service: str, before: str, to: str) -> Updating:
    return Updating(at=AT, service=service, before=before, to=to, primary="p", last_event="e")


def updated(service: str, deployment: str) -> Updated:
    return Updated(at=AT, service=service, deployment=deployment)


def settled(service: str, outcome: Outcome = Outcome.MOVED) -> Settled:
    return Settled(at=AT, service=service, outcome=outcome, reason="")


def end(exit_code: int = 0) -> End:
    return End(at=AT, exit_code=exit_code)


def journal(tmp_path: Path, *lines: Line) -> Journal:
    (tmp_path / JOURNAL_FILE).unlink(missing_ok=True)
    made = Journal(store=FileStore(tmp_path / JOURNAL_FILE))
    for line in lines:
        made.write(line)
    # What is read is what was written.
    assert open_journal(tmp_path).lines == made.lines
    return open_journal(tmp_path)


def test_cut_at_any_byte_it_holds_the_whole_lines_and_takes_the_next_one(tmp_path: Path) -> None:
    lines = [begin(), updating("web", "a:1", "a:2"), updated("web", "d")]
    journal(tmp_path, *lines)
    whole = (tmp_path / JOURNAL_FILE).read_bytes()
    for length in range(len(whole)):
        (tmp_path / JOURNAL_FILE).write_bytes(whole[:length])
        kept = lines[: whole[:length].count(b"\n")]
        reopened = open_journal(tmp_path)
        assert reopened.lines == kept
        reopened.write(end())
        assert open_journal(tmp_path).lines == [*kept, end()]


def test_a_tail_longer_than_a_block_is_cut_too(tmp_path: Path) -> None:
    journal(tmp_path, begin())
    with (tmp_path / JOURNAL_FILE).open("ab") as file:
        file.write(b"x" * 10_000)
    open_journal(tmp_path).write(end())
    assert open_journal(tmp_path).lines == [begin(), end()]


@pytest.mark.parametrize(
    "damage",
    [
        b'{"event":"begin","v":4,"at":"","kind":"rollout","cluster_arn":"","recommendation":""}\n',
        b'{"event":"gone","v":1,"at":""}\n',
        b"\xff\n",
        b"\n",
    ],
)
def test_a_line_that_is_none_of_ours_is_refused_with_its_number(tmp_path: Path, damage: bytes) -> None:
    made = journal(tmp_path, begin())
    with (tmp_path / JOURNAL_FILE).open("ab") as file:
        file.write(damage)
    with pytest.raises(RolloutError, match="line 2 is not a line of a journal of version 3") as error:
        open_journal(tmp_path)
    assert made.store.where in error.value.one_line()


def test_a_journal_that_cannot_be_written_stops_before_the_call(tmp_path: Path) -> None:
    (tmp_path / JOURNAL_FILE).mkdir()
    with pytest.raises(RolloutError, match="cannot be written"):
        Journal(store=FileStore(tmp_path / JOURNAL_FILE)).write(begin())


def test_an_update_is_pending_until_it_is_settled(tmp_path: Path) -> None:
    first = [begin(), updating("web", "a:1", "a:2")]
    pending = journal(tmp_path, *first).pending(begin(), "web")
    assert pending is not None
    assert (pending.updating.to, pending.deployment) == ("a:2", None)
    pending = journal(tmp_path, *first, updated("web", "d"), begin()).pending(begin(), "web")
    assert pending is not None
    assert pending.deployment == "d"
    assert journal(tmp_path, *first, settled("web")).pending(begin(), "web") is None


def test_what_was_not_settled_in_time_is_still_pending(tmp_path: Path) -> None:
    lines = [begin(), updating("web", "a:1", "a:2"), settled("web", Outcome.UNSETTLED), end(23)]
    assert journal(tmp_path, *lines).pending(begin(), "web") is not None


@pytest.mark.parametrize("other", [begin("undo"), begin(recommendation="r2")])
def test_another_kind_of_run_leaves_an_update_alone(tmp_path: Path, other: Begin) -> None:
    lines = [begin(), updating("web", "a:1", "a:2")]
    assert journal(tmp_path, *lines).pending(other, "web") is None
    # And once the other has moved the service, it is no longer what the first one left.
    moved = [*lines, other, updating("web", "a:2", "a:1")]
    assert journal(tmp_path, *moved).pending(begin(), "web") is None


def moves(tmp_path: Path, *lines: Line) -> dict[str, tuple[str, str]]:
    return {name: (one.before, one.to) for name, one in journal(tmp_path, *lines).moves().items()}


def test_the_last_rollout_is_all_runs_for_one_recommendation(tmp_path: Path) -> None:
    first = [begin(), updating("web", "a:1", "a:2"), settled("web"), end(21)]
    second = [begin(), updating("api", "b:1", "b:2"), settled("api"), end()]
    assert moves(tmp_path, *first, *second) == {"web": ("a:1", "a:2"), "api": ("b:1", "b:2")}
    third = [begin(recommendation="r2"), updating("web", "a:2", "a:3"), settled("web"), end()]
    assert moves(tmp_path, *first, *second, *third) == {"web": ("a:2", "a:3")}


def test_moves_that_follow_one_another_are_one(tmp_path: Path) -> None:
    twice = [begin(), updating("web", "a:1", "a:2"), updating("web", "a:2", "a:3")]
    assert moves(tmp_path, *twice) == {"web": ("a:1", "a:3")}
    # Somebody's a:5 ran in between: that is what an undo goes back to.
    apart = [begin(), updating("web", "a:1", "a:2"), updating("web", "a:5", "a:6")]
    assert moves(tmp_path, *apart) == {"web": ("a:5", "a:6")}


def test_what_an_undo_took_back_is_not_undone_again(tmp_path: Path) -> None:
    rollout = [begin(), updating("web", "a:1", "a:2"), updating("api", "b:1", "b:2")]
    undo = [begin("undo"), updating("web", "a:2", "a:1"), settled("web")]
    assert moves(tmp_path, *rollout, *undo) == {"api": ("b:1", "b:2")}
    failed = [begin("undo"), updating("web", "a:2", "a:1"), settled("web", Outcome.ROLLED_BACK)]
    assert set(moves(tmp_path, *rollout, *failed)) == {"web", "api"}
