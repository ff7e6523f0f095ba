"""The same work over processes: the answers, what goes wrong in one, and how many there are."""

from __future__ import annotations

import os
import pickle
import signal
from functools import partial
from typing import TYPE_CHECKING

import pytest

from trimtab.errors import EXIT_FAULT, EXIT_USAGE, SnapshotError, TrimtabError, WorkerError
from trimtab.workers import spread as spreading
from trimtab.workers.spread import cores, spread

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [f"service-{number}" for number in range(9)]


def measured(factor: int, name: str) -> tuple[int, int]:
    """Answer with a number and the process that found it."""
    return factor * len(name), os.getpid()


def refused(name: str) -> str:
    """Refuse one of them."""
    if name == NAMES[4]:
        raise SnapshotError("it cannot be true", where=name, advice="mend it")
    return name


def killed(name: str) -> str:
    """End as a process does for which there is no memory."""
    if name == NAMES[4]:
        os.kill(os.getpid(), signal.SIGKILL)
    return name


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_each_name_is_answered_once_whatever_the_number_of_processes(jobs: int) -> None:
    answers = dict(spread(partial(measured, 3), NAMES, jobs))
    assert {name: answer for name, (answer, _) in answers.items()} == dict.fromkeys(NAMES, 27)
    processes = {process for _, process in answers.values()}
    assert (processes == {os.getpid()}) == (jobs == 1)
    assert len(processes) <= jobs


def test_no_process_is_begun_for_little() -> None:
    assert {process for _, (_, process) in spread(partial(measured, 1), NAMES[:3], 8)} == {os.getpid()}


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_one_raises_is_raised_whole(jobs: int) -> None:
    with pytest.raises(SnapshotError) as caught:
        list(spread(refused, NAMES, jobs))
    assert caught.value.one_line() == f"{NAMES[4]}: it cannot be true; mend it"
    assert caught.value.exit_code == EXIT_USAGE


def test_a_process_that_is_killed_is_one_line_that_says_what_to_do() -> None:
    with pytest.raises(WorkerError, match=r"killed .* memory; use fewer than 3 with --jobs") as caught:
        list(spread(killed, NAMES, 3))
    assert caught.value.exit_code == EXIT_FAULT


def test_an_error_goes_from_process_to_process_with_all_it_says() -> None:
    def kinds(kind: type[TrimtabError]) -> list[type[TrimtabError]]:
        return [kind, *(below for one in kind.__subclasses__() for below in kinds(one))]

    for kind in (one for one in kinds(TrimtabError) if one.__module__.startswith("trimtab.")):
        error = kind.__new__(kind)  # some are made of other things
        TrimtabError.__init__(error, "what", where="here", advice="do this")
        error.__dict__["detail"] = "all it said"
        again = pickle.loads(pickle.dumps(error))  # noqa: S301  # made in the line before
        assert type(again) is kind
        assert (again.message, again.where, again.advice) == ("what", "here", "do this")
        assert str(again) == str(error)
        assert again.__dict__ == error.__dict__


def test_a_container_s_quota_counts_and_not_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreading.os, "sched_getaffinity", lambda _: range(8), raising=False)
    quota = tmp_path / "cpu.max"
    for text, wanted in (("max 100000", 8), ("200000 100000", 2), ("25000 100000", 1), ("1600000 100000", 8)):
        quota.write_text(text, encoding="ascii")
        assert cores(quota) == wanted
    assert cores(tmp_path / "absent") == 8
    quota.write_text("what", encoding="ascii")
    assert cores(quota) == 8
