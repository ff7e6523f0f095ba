"""The journal: what was meant and what came of it, one JSON line each, on disk before the next call.

It says what to look for after a kill; AWS says what is. A line is written in one piece and
synced. A kill in the middle of it leaves a tail without a newline: that line was never written,
and the next one takes its place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from trimtab.decoding import decoded
from trimtab.errors import RolloutError
from trimtab.rollout.cloud.signals import joined
from trimtab.rollout.journal.lines import (
    JOURNAL_VERSION,
    Baked,
    Baking,
    Begin,
    End,
    GoingBack,
    Line,
    Resumed,
    Settled,
    Suspending,
    Updated,
    Updating,
)
from trimtab.rollout.journal.store import FileStore
from trimtab.rollout.model import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from trimtab.rollout.journal.store import JournalStore

JOURNAL_FILE = "rollout-journal.jsonl"


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

    store: JournalStore
    lines: list[Line] = field(default_factory=list)

    def write(self, line: Line) -> None:
        """Append a line, held by its store when this returns.

        Raises:
            RolloutError: it cannot be written.

        """
        self.store.append(msgspec.json.encode(line) + b"\n")
        self.lines.append(line)

    def suspended(self) -> dict[str, dict[str, bool]]:
        """Return the services whose scaling out nobody has put back, with ``SuspendedState`` as it was."""
        found: dict[str, dict[str, bool]] = {}
        for line in self.lines:
            if isinstance(line, Suspending):
                found.setdefault(line.service, line.before)
            elif isinstance(line, Resumed):
                found.pop(line.service, None)
        return found

    def baking(self, service: str) -> Baking | None:
        """Return the service's bake that is not over."""
        found: Baking | None = None
        for line in self.lines:
            if isinstance(line, Baking) and line.service == service:
                found = line
            elif isinstance(line, Baked | Updating) and line.service == service:
                found = None
        return found

    def going_back(self, service: str) -> str | None:
        """Return why the service is being taken back, if that is not over."""
        found: str | None = None
        for line in self.lines:
            if isinstance(line, GoingBack) and line.service == service:
                found = line.reason
            elif isinstance(line, Baked | Updating) and line.service == service:
                found = None
        return found

    def unbaked(self, begin: Begin, service: str) -> Updating | None:
        """Return the move that runs such as ``begin`` made and have not watched to the end of its bake."""
        found: Updating | None = None
        moved: Updating | None = None
        like = False
        for line in self.lines:
            if isinstance(line, Begin):
                alike = (line.kind, line.recommendation) == (begin.kind, begin.recommendation)
                like = alike and bool(line.bake)
            elif isinstance(line, End) or line.service != service:
                continue
            elif isinstance(line, Updating):
                found, moved = line if like else None, None
            elif isinstance(line, Settled) and line.outcome is Outcome.MOVED and found is not None:
                moved = moved or found
            elif isinstance(line, Baked):
                found = moved = None
        return moved

    def last_update(self, service: str) -> Updating | None:
        """Return the last update of the service that was meant."""
        meant = (one for one in reversed(self.lines) if isinstance(one, Updating) and one.service == service)
        return next(meant, None)

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
        last = self.last_rollout()
        return self._moved().get(last.recommendation, {}) if last is not None else {}

    def earlier_moves(self) -> tuple[Updating, ...]:
        """Return what rollouts of other recommendations moved and no undo took back."""
        last = self.last_rollout()
        others = [moved for name, moved in self._moved().items() if last and name != last.recommendation]
        return tuple(move for moved in others for move in moved.values())

    def has_moved(self, service: str) -> bool:
        """Tell whether any rollout of this journal ever moved the service, undone or not."""
        return any(isinstance(line, Updating) and line.service == service for line in self.lines)

    def _moved(self) -> dict[str, dict[str, Updating]]:
        """Return the moves by the recommendation they were made for, those undone left out."""
        made: dict[str, dict[str, Updating]] = {}
        current: Begin | None = None
        for line in self.lines:
            if isinstance(line, Begin):
                current = line
            elif current is None:
                continue
            elif isinstance(line, Settled) and current.kind == "undo" and line.outcome in _BACK:
                made.get(current.recommendation, {}).pop(line.service, None)
            elif isinstance(line, Updating) and current.kind == "rollout":
                moved = made.setdefault(current.recommendation, {})
                moved[line.service] = _chained(moved.pop(line.service, None), line)
        return made


def _chained(first: Updating | None, then: Updating) -> Updating:
    """Return two moves as one. What ran in between for another reason is where to go back to.

    What was published before the first stays: nobody who deploys in between says anything of it.
    """
    if first is None:
        return then
    before = first.before if then.before == first.to else then.before
    return msgspec.structs.replace(then, before=before, signals=joined(first.signals, then.signals))


def open_journal(folder: Path) -> Journal:
    """Read the journal of ``folder``; there is none before the first rollout."""
    return read_journal(FileStore(folder / JOURNAL_FILE))


def read_journal(store: JournalStore) -> Journal:
    """Read a journal, wherever it lies.

    Raises:
        RolloutError: it cannot be read, or a line of it is not one of ours.

    """
    lines: list[Line] = []
    for number, text in enumerate(store.read().split(b"\n")[:-1], start=1):
        try:
            lines.append(decoded(text, Line))
        except msgspec.DecodeError as error:
            raise RolloutError(
                f"line {number} is not a line of a journal of version {JOURNAL_VERSION} ({error})",
                where=store.where,
                advice="it was edited or comes from another version; keep it, and roll out from a new folder",
            ) from error
    return Journal(store=store, lines=lines)
