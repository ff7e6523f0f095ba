"""A folder switches at once: killed at any rename, flush or removal, nobody takes two runs for one."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest
from document import made

from amount import each
from trimtab.commands.optimize import optimize
from trimtab.commands.write import write
from trimtab.document.files import digest_of
from trimtab.document.name import DOCUMENT_FILE
from trimtab.document.read import read_document, read_index, read_service
from trimtab.errors import UsageError
from trimtab.folders.output import only_one, refuse_half, switch
from trimtab.rollout.recommendation import read_recommendation
from trimtab.values.folder import VALUES_FILE, write_recommendation
from written import contents

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trimtab.advice.model import Recommendation

CALLS = ("fsync", "replace", "rename", "unlink", "rmdir", "mkdir", "open")


def killed_at(number: int, work: Callable[[], object]) -> bool:
    """Do the work in a process that dies in front of its n-th call, as by a kill; tell whether it did."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    count = 0

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **options: object) -> object:
            nonlocal count
            count += 1
            if count == number:
                os._exit(9)
            return real(*args, **options)

        return call

    for name in CALLS:
        setattr(os, name, counted(getattr(os, name)))
    try:
        work()
    finally:
        os._exit(0)


@pytest.fixture(scope="module")
def old() -> Recommendation:
    return made.optimized().recommendation


@pytest.fixture(scope="module")
def new(old: Recommendation) -> Recommendation:
    """One service less, and all else said in other words."""
    fewer = tuple(
        replace(one, choice=replace(one.choice, why=f"{one.choice.why} again")) for one in old.services[1:]
    )
    return replace(old, services=fewer, notes=("another",), days=old.days + 1)


@pytest.fixture(scope="module")
def both(
    old: Recommendation, new: Recommendation, tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, bytes]]:
    folders = [tmp_path_factory.mktemp(name) for name in ("old", "new")]
    for folder, one in zip(folders, (old, new), strict=True):
        write_recommendation(one, folder)
    return [contents(folder) for folder in folders]


def read(folder: Path) -> dict[str, bytes] | str:
    """Return the set that a reader of everything takes for one, or what it says."""
    try:
        read_document(folder / DOCUMENT_FILE)
        read_recommendation(folder)
    except UsageError as error:
        return error.one_line()
    index = read_index(folder / DOCUMENT_FILE)
    names = (DOCUMENT_FILE, VALUES_FILE, *(one.file for one in index.services))
    return {name: (folder / name).read_bytes() for name in names}


def test_killed_at_any_write_readers_have_the_old_set_or_the_new_or_say_so(
    old: Recommendation, new: Recommendation, both: list[dict[str, bytes]], tmp_path: Path
) -> None:
    found: list[str] = []
    for number in each(range(1, 500)):
        folder = tmp_path / str(number)
        write_recommendation(old, folder)
        died = killed_at(number, lambda folder=folder: write_recommendation(new, folder))  # type: ignore[misc]
        seen = read(folder)
        if isinstance(seen, str):
            assert "some of its files are of one run and some of the next" in seen
            assert seen.startswith(f"{folder}: ")
            found.append("half")
        else:
            found.append(("old", "new")[both.index(dict(sorted(seen.items())))])
        # The next run heals it, and leaves nothing but what is its own.
        write_recommendation(new, folder)
        assert contents(folder) == both[1]
        assert sorted(path.name for path in (folder / ".trimtab").iterdir()) == [".gitignore"]
        if not died:
            break
    else:
        pytest.fail("it never came to its end")
    assert number > 20
    # In this order: never back.
    assert found == sorted(found, key=["old", "half", "new"].index)
    assert set(found) == {"old", "half", "new"}


def test_a_first_run_that_is_killed_leaves_no_result_and_no_rubbish(
    new: Recommendation, both: list[dict[str, bytes]], tmp_path: Path
) -> None:
    for number in each(range(1, 500)):
        folder = tmp_path / str(number)
        folder.mkdir()
        died = killed_at(number, lambda folder=folder: write_recommendation(new, folder))  # type: ignore[misc]
        seen = read(folder)
        assert "cannot be read" in seen if isinstance(seen, str) else dict(sorted(seen.items())) == both[1]
        write_recommendation(new, folder)
        assert contents(folder) == both[1]
        assert sorted(path.name for path in (folder / ".trimtab").iterdir()) == [".gitignore"]
        if not died:
            break
    else:
        pytest.fail("it never came to its end")


def test_one_service_is_not_explained_from_two_runs(old: Recommendation, tmp_path: Path) -> None:
    write_recommendation(old, tmp_path)
    (tmp_path / ".trimtab" / "switching").write_text('{"sha256": "0", "files": []}', encoding="utf-8")
    for reader in (
        lambda: read_service(tmp_path / DOCUMENT_FILE, "api"),
        lambda: read_recommendation(tmp_path),
        lambda: write(tmp_path),
    ):
        with pytest.raises(UsageError, match="some of its files are of one run"):
            reader()
    (tmp_path / ".trimtab" / "switching").write_text("no note at all", encoding="utf-8")
    with pytest.raises(UsageError, match="some of its files are of one run"):
        read_document(tmp_path / DOCUMENT_FILE)
    # Killed when all was done but to take the note away.
    note = {"sha256": digest_of((tmp_path / DOCUMENT_FILE).read_bytes()), "files": ["a"]}
    (tmp_path / ".trimtab" / "switching").write_bytes(msgspec.json.encode(note))
    read_document(tmp_path / DOCUMENT_FILE)


def test_values_that_were_edited_are_no_half_written_folder(old: Recommendation, tmp_path: Path) -> None:
    write_recommendation(old, tmp_path)
    with (tmp_path / VALUES_FILE).open("a", encoding="utf-8") as values:
        values.write("# mine\n")
    read_document(tmp_path / DOCUMENT_FILE)
    read_recommendation(tmp_path)


def test_the_index_has_the_digest_of_every_file(both: list[dict[str, bytes]]) -> None:
    for written in both:
        index = msgspec.json.decode(written[DOCUMENT_FILE])
        said = {one["file"]: one["sha256"] for one in index["services"]} | index["files"]
        assert said == {name: digest_of(one) for name, one in written.items() if name != DOCUMENT_FILE}


def test_a_file_that_a_killed_run_left_and_nobody_names_is_removed(
    old: Recommendation, new: Recommendation, both: list[dict[str, bytes]], tmp_path: Path
) -> None:
    write_recommendation(new, tmp_path)
    number = 1
    while not (tmp_path / "recommendation" / "api.json").exists():
        number += 1
        killed_at(number, lambda: write_recommendation(old, tmp_path))
    assert "some of its files" in str(read(tmp_path))
    write_recommendation(new, tmp_path)
    assert contents(tmp_path) == both[1]


def test_a_note_names_nothing_else_to_be_removed(old: Recommendation, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "mine").touch()
    (tmp_path / "out" / "main.tf").touch()
    (tmp_path / "out" / ".trimtab").mkdir()
    note = b'{"sha256": "0", "files": ["../mine", "main.tf", "recommendation/../main.tf"]}'
    (tmp_path / "out" / ".trimtab" / "switching").write_bytes(note)
    write_recommendation(old, tmp_path / "out")
    assert (tmp_path / "mine").exists()
    assert (tmp_path / "out" / "main.tf").exists()


HOLD = """
import sys, time, pathlib
from trimtab.folders.output import only_one
with only_one(pathlib.Path(sys.argv[1])):
    print('held', flush=True)
    time.sleep(60)
"""


def test_a_second_run_into_the_same_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    snapshot, out = made.optimized().snapshot, tmp_path / "out"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(out)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(UsageError) as caught:
            optimize(snapshot, out, services=[], effort=made.SMALL)
        assert (
            caught.value.one_line()
            == f"{out}: another run of trimtab is writing into it (process {holder.pid}); wait for it"
        )
    finally:
        holder.kill()
        holder.communicate()
    with only_one(out):  # the system let go of it
        pass


@pytest.mark.parametrize("link", [True, False])
def test_what_lies_in_the_lock_s_place_is_left_as_it_is(link: bool, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.write_text("do not truncate", encoding="utf-8")
    lock = tmp_path / "out" / ".trimtab" / "lock"
    lock.parent.mkdir(parents=True)
    if link:
        lock.symlink_to(notes)
    else:
        notes.rename(lock)
    said = "lock is a link, which is not followed" if link else "lock was not made by trimtab: move it away"
    with pytest.raises(UsageError, match=said), only_one(tmp_path / "out"):
        pass
    assert lock.read_text(encoding="utf-8") == "do not truncate"


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="the output cannot be written"), only_one(tmp_path / "file"):
        pass
    with pytest.raises(UsageError, match="the output cannot be written"):
        switch(tmp_path / "file", {"a": b""}, index="a")
    refuse_half(tmp_path / "file", None)
