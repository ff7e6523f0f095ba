"""Many candidates on the same demand: what they share is encoded once; by leaps where that is possible."""

from __future__ import annotations

from hashlib import blake2b
from itertools import compress
from typing import TYPE_CHECKING

import numpy as np

from trimtab.catalog.limits import MAX_TASKS
from trimtab.replay.kernel import encode
from trimtab.replay.kernel.bits import WORD
from trimtab.replay.kernel.kernel import kernel
from trimtab.replay.kernel.known import JUDGED, KnownMinutes
from trimtab.replay.kernel.leap import Walk, leaps
from trimtab.replay.kernel.rules import IF_BREACHING, REQUESTS
from trimtab.replay.kernel.tables import (
    ALARMS,
    BREACH_FROM,
    BREACH_TO,
    CPU_LOW,
    FAST,
    FROM_MINUTE,
    MAY_IN,
    MEMORY_LOW,
    METRIC,
    MIN_TASKS,
    MISSING,
    NEVER,
    NEW_MAX,
    NEW_MIN,
    PERIOD,
    PERIODS,
    PHASE,
    REQUESTS_LOW,
    TARGET,
    TOTALS,
    Candidates,
)
from trimtab.replay.kernel.tables import (
    MAX_TASKS as MOST,
)
from trimtab.replay.policy import MAX_ALARMS

if TYPE_CHECKING:
    import numpy.typing as npt

    from trimtab.demand.series import F64, Mask
    from trimtab.replay.inputs import I64, Inputs, Model

KNOWN_BYTES = 128 * 2**20
"""What the counts may take, with ``COLUMNS`` alarms; larger fleets are not leapt through."""
COLUMNS = 48
"""Alarms that have room to begin with: the thresholds of a grid."""
LEVELS = [BREACH_FROM, BREACH_TO, CPU_LOW, MEMORY_LOW, REQUESTS_LOW, TARGET]
ONLY_TARGET = np.array(LEVELS) == TARGET


class Batches:
    """Replays batches of candidates. One thread at a time may use it."""

    def __init__(self, inputs: Inputs, model: Model, seen: dict[bytes, I64] | None = None) -> None:
        """Encode what the candidates share. ``seen``: totals that are known, of the same inputs and model."""
        self._seen = seen
        self._recording = encode.recording_of(inputs)
        self._site = encode.site_of(inputs, model)
        self._scratch = encode.scratch_of(inputs.load.minutes, MAX_TASKS, fast=True)
        self._trace = encode.trace_of(0)
        self._leaps = not (model.queue_limit_vcpu_min or inputs.interruptions) and model.cooldown_blocks_in
        minutes = inputs.load.minutes
        self._walk = Walk(
            past=np.zeros(MAX_ALARMS, dtype=np.uint64),
            ahead=np.zeros(MAX_ALARMS, dtype=np.uint64),
            most=np.zeros(MAX_ALARMS, dtype=np.int64),
            since=np.zeros(minutes + 1, dtype=np.int64),
            serving=np.zeros(minutes + 1, dtype=np.int64),
        )
        self._closed = _words(self._recording.given == 1)
        self._columns: dict[tuple[float, ...], int] = {}
        self._known: KnownMinutes | None = None

    def totals(self, book: Candidates) -> I64:
        """Return the totals, shape (C, len(TOTALS)); a candidate's do not depend on the others."""
        seen = self._seen
        # Words and draws wrap around at 2**64 on purpose; only plain Python's numpy scalars warn of it.
        with np.errstate(over="ignore"):
            if seen is None:
                return self._totals(book)
            marks = _marks(book)
            new = np.array([mark not in seen for mark in marks], dtype=np.bool_)
            if new.any():
                seen.update(zip(compress(marks, new), self._totals(_some(book, new)), strict=True))
        return np.array([seen[mark] for mark in marks]).reshape(-1, len(TOTALS))

    def _totals(self, book: Candidates) -> I64:
        totals = encode.totals_of(book.bounds.shape[0])
        quick = self.leapable(book)
        if quick.any():
            some = book if quick.all() else _some(book, quick)
            column, known = self._known_of(some)
            part = encode.totals_of(some.bounds.shape[0])
            leaps()(
                self._recording,
                self._site,
                some,
                column,
                known,
                self._scratch,
                self._walk,
                self._trace,
                part,
            )
            totals[quick] = part
        if not quick.all():
            some = _some(book, ~quick)
            part = encode.totals_of(some.bounds.shape[0])
            kernel()(self._recording, self._site, some, self._scratch, self._trace, part)
            totals[~quick] = part
        return totals

    def leapable(self, book: Candidates) -> Mask:
        """Return which candidates may be replayed by leaps, shape (C,).

        Not those with alarms on requests whose gaps are not filled, of other periods or with a phase, alarms
        that take missing data for a breach, or bounds that allow no task at times; and none at all where work
        waits in a queue, Spot takes tasks away, or a scale-out does not hold scale-in back. So no minute is
        without a task, and only the minutes before the first are missing.
        """
        alarm = book.alarm
        used = np.arange(alarm.shape[1]) < book.bounds[:, ALARMS, None]
        fit = (
            (alarm[:, :, PERIOD] == 1)
            & (alarm[:, :, PERIODS] + self._site.lag + 1 <= WORD)
            & (alarm[:, :, MISSING] != IF_BREACHING)
            & (alarm[:, :, METRIC] != REQUESTS)
            & (alarm[:, :, FAST] == 0)
            & (alarm[:, :, PHASE] == 0)
        )
        rows, change = self._rows(COLUMNS), book.change
        bounds = (book.bounds[:, MIN_TASKS] >= 1) & (book.bounds[:, MOST] < rows)
        later = (change[:, :, NEW_MIN] >= 1) & (change[:, :, NEW_MAX] < rows)
        later |= change[:, :, FROM_MINUTE] == NEVER
        mask: Mask = (fit | ~used).all(axis=1) & bounds & later.all(axis=1) & self._leaps
        return mask

    def _rows(self, columns: int) -> int:
        """Return how many counts there is memory for."""
        row_bytes = 16 * self._recording.cpu_vcpu.size + 8 * self._closed.size * columns
        return min(MAX_TASKS + 1, KNOWN_BYTES // row_bytes)

    def _known_of(self, book: Candidates) -> tuple[I64, KnownMinutes]:
        """Return the columns of each alarm, shape (C, A, 2), and the table that has room for them."""
        alarm, level = book.alarm, book.level
        used = np.arange(alarm.shape[1]) < book.bounds[:, ALARMS, None]
        spares = used & (alarm[:, :, MAY_IN] == 1) & (level[:, :, TARGET] > 0.0)
        column = np.zeros((*used.shape, 2), dtype=np.int64)
        column[used, 0] = self._columns_of(alarm[used], np.where(ONLY_TARGET, 0.0, level[used][:, LEVELS]))
        column[spares, 1] = self._columns_of(
            alarm[spares], np.where(ONLY_TARGET, level[spares][:, LEVELS], 0.0)
        )
        known = self._known
        if known is None or known.done.shape[1] < JUDGED + len(self._columns):
            known = self._table()
        for place, rule in enumerate(self._columns, JUDGED):
            known.metric[place], known.level[place] = rule[0], rule[1:]
        self._known = known
        return column, known

    def _columns_of(self, alarm: I64, levels: F64) -> I64:
        """Return the columns of (N, ALARM_COLUMNS) alarms, told apart by metric and levels, shape (N,)."""
        asked = np.column_stack((alarm[:, METRIC].astype(np.float64), levels))
        unlike, places = np.unique(asked, axis=0, return_inverse=True)
        numbers = [self._columns.setdefault(tuple(row), len(self._columns)) for row in unlike.tolist()]
        return JUDGED + np.array(numbers, dtype=np.int64)[places.ravel()]

    def _table(self) -> KnownMinutes:
        """Return a table with room for twice the alarms there are, and nothing worked out yet."""
        columns = JUDGED + max(COLUMNS, 2 * len(self._columns))
        rows, minutes = self._rows(COLUMNS), self._recording.cpu_vcpu.size
        return KnownMinutes(
            done=np.zeros((rows, columns), dtype=np.bool_),
            # Of memory that is never touched nothing is taken.
            values=np.empty((rows, 2, minutes)),
            bits=np.empty((rows, columns, self._closed.size), dtype=np.uint64),
            metric=np.zeros(columns, dtype=np.int64),
            level=np.zeros((columns, len(LEVELS))),
            closed=self._closed,
        )


def _some(book: Candidates, which: Mask) -> Candidates:
    return Candidates(
        bounds=book.bounds[which],
        alarm=book.alarm[which],
        level=book.level[which],
        step=book.step[which],
        change=book.change[which],
    )


def _marks(book: Candidates) -> list[bytes]:
    """Return a digest of each candidate: the same in a table that has room for more steps."""
    parts = (book.bounds, book.alarm, book.level, book.change, book.step)
    rows = [part.reshape(part.shape[0], -1).view(np.uint8) for part in parts if part.size]
    return [
        blake2b(row.tobytes().rstrip(b"\0"), digest_size=16).digest() for row in np.concatenate(rows, axis=1)
    ]


def _words(minutes: Mask) -> npt.NDArray[np.uint64]:
    """Return minutes as the bits of words, and an empty one, shape (W + 1,)."""
    padded = np.zeros((-(-minutes.size // WORD) + 1) * WORD, dtype=np.uint8)
    padded[: minutes.size] = minutes
    return np.packbits(padded, bitorder="little").view("<u8").astype(np.uint64)
