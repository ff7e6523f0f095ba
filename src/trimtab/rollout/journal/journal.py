"""The journal: what was meant and what came of it, one JSON line each, on disk before the next call.

It says what to look for after a kill; AWS says what is. A line is written in one piece and
synced. A kill in the middle of it leaves a tail without a newline: that line was never written,
and the next one takes its place.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import msgspec

from trimtab.decoding import decoded
from trimtab.errors import RolloutError
from trimtab.rollout.model import Kind, Outcome

if TYPE_CHECKING:
    from pathlib import Path

JOURNAL_FILE = "rollout-journal.jsonl"
JOURNAL_VERSION: Final = 1


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="event"):
    """Base of the lines. ``at`` is the time of writing, ISO 8601 UTC: for people, nothing reads it."""

    v: Literal[1] = JOURNAL_VERSION
    at: str


class Begin(_Line, frozen=True, kw_only=True, tag="begin"):
    """A run began, or went on after a kill."""

    kind: Kind
    cluster_arn: str
    recommendation: str
    """Digest of the sizes wanted: runs that share it are one rollout."""


class Registering(_Line, frozen=True, kw_only=True, tag="registering"):
    """RegisterTaskDefinition is about to be called. The revision's tag will carry ``digest``."""

    service: str
    base: str
    digest: str


class Registered(_Line, frozen=True, kw_only=True, tag="registered"):
    """It answered."""

    service: str
    arn: str


class Updating(_Line, frozen=True, kw_only=True, tag="updating"):
    """UpdateService is about to be called."""

    service: str
    before: str
    """ARN of the revision that ran."""
    to: str
    primary: str
    """Id of the deployment that was the newest."""
    last_event: str
    """Id of the newest service event; empty if there was none."""


class Updated(_Line, frozen=True, kw_only=True, tag="updated"):
    """It answered, or the deployment was found after a kill."""

    service: str
    deployment: str


class Settled(_Line, frozen=True, kw_only=True, tag="settled"):
    """The deployment came to an end, or its time was up."""

    service: str
    outcome: Outcome
    reason: str


class End(_Line, frozen=True, kw_only=True, tag="end"):
    """The run came to its end, good or bad. Without this line it was killed."""

    exit_code: int


Line: TypeAlias = Begin | Registering | Registered | Updating | Updated | Settled | End


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An UpdateService that was meant, and whose end nobody wrote down."""

    updating: Updating
    deployment: str | None = None
    """Its id, if the answer was seen."""


_BACK = frozenset({Outcome.MOVED, Outcome.ALREADY})
"""What an undo settles for: the service runs what it ran before."""


@dataclass(slots=True)
class Journal:
    """An open journal. The lock on its folder is the caller's to hold."""

    path: Path
    lines: list[Line] = field(default_factory=list)

    def write(self, line: Line) -> None:
        """Append a line, on disk when this returns.

        Raises:
            RolloutError: it cannot be written.

        """
        try:
            _append(self.path, msgspec.json.encode(line) + b"\n")
        except OSError as error:
            raise RolloutError(
                f"cannot be written ({error.strerror or error})",
                where=str(self.path),
                advice="without it a rollout cannot be resumed or undone; nothing more was called",
            ) from error
        self.lines.append(line)

    def last_rollout(self) -> Begin | None:
        """Return how the last rollout began, undone or not."""
        begun = (line for line in reversed(self.lines) if isinstance(line, Begin))
        return next((line for line in begun if line.kind == "rollout"), None)

    def pending(self, begin: Begin, service: str) -> Pending | None:
        """Return the update that runs such as ``begin`` meant last and never saw settled."""
        pending: Pending | None = None
        like = False
        for line in self.lines:
            if isinstance(line, Begin):
                like = (line.kind, line.recommendation) == (begin.kind, begin.recommendation)
            elif isinstance(line, End) or line.service != service:
                continue
            elif isinstance(line, Updating):
                pending = Pending(updating=line) if like else None
            elif isinstance(line, Updated) and pending is not None:
                pending = Pending(updating=pending.updating, deployment=line.deployment)
            elif isinstance(line, Settled) and line.outcome is not Outcome.UNSETTLED:
                pending = None
        return pending

    def moves(self) -> dict[str, Updating]:
        """Return what the last rollout moved and no undo took back, in the order of the moves.

        The last rollout is every run for the recommendation rolled out last, however often it
        was resumed. Of moves that follow one another ``before`` is the first's, ``to`` the last's.
        """
        moved: dict[str, Updating] = {}
        last, current = self.last_rollout(), None
        for line in self.lines:
            if isinstance(line, Begin):
                current = line
            elif current is None or last is None:
                continue
            elif isinstance(line, Settled) and current.kind == "undo" and line.outcome in _BACK:
                moved.pop(line.service, None)
            elif isinstance(line, Updating) and (current.kind, current.recommendation) == (
                "rollout",
                last.recommendation,
            ):
                moved[line.service] = _chained(moved.pop(line.service, None), line)
        return moved


def _chained(first: Updating | None, then: Updating) -> Updating:
    """Return two moves as one. What ran in between for another reason is where to go back to."""
    if first is None or then.before != first.to:
        return then
    return msgspec.structs.replace(then, before=first.before)


def open_journal(folder: Path) -> Journal:
    """Read the journal of ``folder``; there is none before the first rollout.

    Raises:
        RolloutError: it cannot be read, or a line of it is not one of ours.

    """
    path = folder / JOURNAL_FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Journal(path=path)
    except OSError as error:
        raise RolloutError(f"cannot be read ({error.strerror or error})", where=str(path)) from error
    lines: list[Line] = []
    for number, text in enumerate(content.split(b"\n")[:-1], start=1):
        try:
            lines.append(decoded(text, Line))
        except msgspec.DecodeError as error:
            raise RolloutError(
                f"line {number} is not a line of a journal of version {JOURNAL_VERSION} ({error})",
                where=str(path),
                advice="it was edited or comes from another version; keep it, and roll out from a new folder",
            ) from error
    return Journal(path=path, lines=lines)


def _append(path: Path, content: bytes) -> None:
    new = not path.exists()
    # Windows would write two bytes for the end of a line, unless told not to.
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
    try:
        end = _whole_lines_end(handle)
        os.ftruncate(handle, end)
        os.lseek(handle, end, os.SEEK_SET)
        while content:
            content = content[os.write(handle, content) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    if new:
        _sync_folder(path)


def _whole_lines_end(handle: int) -> int:
    """Return where the last whole line ends [bytes]."""
    end = os.lseek(handle, 0, os.SEEK_END)
    while end:
        begin = max(0, end - 4096)
        os.lseek(handle, begin, os.SEEK_SET)
        end_of_line = os.read(handle, end - begin).rfind(b"\n")
        if end_of_line >= 0:
            return begin + end_of_line + 1
        end = begin
    return 0


def _sync_folder(path: Path) -> None:
    """Sync the file's folder: after a power cut a new file is there only if its folder knows it."""
    if sys.platform == "win32":  # which opens no folder as a file, and syncs its names itself
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
