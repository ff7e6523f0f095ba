"""Ladders as rows of numbers, which compiled code draws, and as the kernel's tables.

A row holds what a search may change. What it may not, the upper bound and memory's ladder, is the space's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimtab.replay.kernel.rules import AVERAGE, CPU_AVERAGE, IF_NOT_BREACHING, JOINT, MEMORY_AVERAGE
from trimtab.replay.kernel.tables import (
    ALARM_COLUMNS,
    DATAPOINTS,
    FAST,
    LEVEL_COLUMNS,
    PERIOD,
    PERIODS,
    REACH,
    REQUESTS_LOW,
    Candidates,
)
from trimtab.replay.policy import MAX_ALARMS, AdjustmentType
from trimtab.terraform_module import FAST_SIGNAL_POINTS, MODULE, InStep, Ladder, Ladders, OutStep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.demand.series import F64
    from trimtab.ladders.parts import RecordingPart
    from trimtab.ladders.space import Space
    from trimtab.replay.inputs import I64, Model

(
    MIN_TASKS,
    HIGH,
    LOW,
    OUT_COOLDOWN_S,
    IN_COOLDOWN_S,
    OUT_POINTS,
    OUT_PERIODS,
    IN_POINTS,
    IN_PERIODS,
    PERIOD_S,
    OUTS,
    INS,
    FAST_SIGNALS,
    IN_PERCENT,
) = range(14)
"""Columns. OUTS and INS: how many steps; these follow, each kind in columns of its own."""
SLOW_ALARMS = 3
"""Of minutes: CPU and memory out, one in. The fast one, where there is one, comes after them."""
STEPS = 14


def width_of(ladders: Sequence[Ladders], least: int) -> int:
    """Return the columns of each kind of step: ``least``, or what the longest of ``ladders`` needs."""
    return max([least, *(max(len(each.cpu.steps), len(each.scale_in)) for each in ladders)])


def rows_of(ladders: Sequence[Ladders], width: int) -> F64:
    """Return the rows, shape (C, STEPS + 4 * width); the four kinds are above, add, below, remove."""
    rows = np.zeros((len(ladders), STEPS + 4 * width))
    for row, each in zip(rows, ladders, strict=True):
        row[:STEPS] = (
            each.min_tasks,
            each.cpu.high,
            each.cpu.low,
            each.out_cooldown_s,
            each.in_cooldown_s,
            *each.out_datapoints,
            *each.in_datapoints,
            each.period_s,
            len(each.cpu.steps),
            len(each.scale_in),
            each.fast_signals,
            each.in_percent or 0,
        )
        above, add, below, remove = row[STEPS:].reshape(4, width)
        for place, out in enumerate(each.cpu.steps):
            above[place], add[place] = out.above, out.add
        for place, into in enumerate(each.scale_in):
            below[place], remove[place] = into.below, into.remove
    return rows


def ladders_of(row: F64, space: Space) -> Ladders:
    """Return the ladders of a row; whole numbers are integers but for the ratios."""
    head = [_whole(value) for value in row[:STEPS].tolist()]
    above, add, below, remove = row[STEPS:].reshape(4, -1).tolist()
    return Ladders(
        min_tasks=int(head[MIN_TASKS]),
        max_tasks=space.most,
        cpu=Ladder(
            high=head[HIGH],
            low=head[LOW],
            steps=tuple(OutStep(above=_whole(above[i]), add=int(add[i])) for i in range(int(head[OUTS]))),
        ),
        memory=space.memory,
        scale_in=tuple(InStep(below=below[i], remove=int(remove[i])) for i in range(int(head[INS]))),
        in_percent=int(head[IN_PERCENT]) or None,
        out_cooldown_s=int(head[OUT_COOLDOWN_S]),
        in_cooldown_s=int(head[IN_COOLDOWN_S]),
        period_s=int(head[PERIOD_S]),
        out_datapoints=(int(head[OUT_POINTS]), int(head[OUT_PERIODS])),
        in_datapoints=(int(head[IN_POINTS]), int(head[IN_PERIODS])),
        fast_signals=bool(head[FAST_SIGNALS]),
    )


def _whole(value: float) -> float:
    return int(value) if value.is_integer() else value


def complexity_of(rows: F64) -> I64:
    """Return how much there is to explain, shape (C,): steps, and waits that are not the module's."""
    usual = {
        OUT_COOLDOWN_S: (MODULE.out_cooldown_s,),
        IN_COOLDOWN_S: (MODULE.in_cooldown_s,),
        OUT_POINTS: MODULE.out_datapoints,
        IN_POINTS: MODULE.in_datapoints,
    }
    unusual = sum(
        (rows[:, first : first + len(values)] != values).any(axis=1) for first, values in usual.items()
    )
    steps: I64 = (2 * (rows[:, OUTS] + rows[:, INS]) + unusual).astype(np.int64)
    return steps


def tables_of(rows: F64, space: Space, part: RecordingPart, model: Model) -> Candidates:
    """Return what ``convert.policy_of_ladders`` and ``encode.candidates_of`` make of the rows' ladders."""
    count, width = rows.shape[0], (rows.shape[1] - STEPS) // 4
    above, add, below, remove = np.moveaxis(rows[:, STEPS:].reshape(count, 4, width), 1, 0)
    outs, ins, memory = rows[:, OUTS], rows[:, INS], space.memory
    held = len(memory.steps)
    book = Candidates(
        bounds=np.empty((count, 4), dtype=np.int64),
        alarm=np.zeros((count, MAX_ALARMS, ALARM_COLUMNS), dtype=np.int64),
        level=np.zeros((count, MAX_ALARMS, LEVEL_COLUMNS)),
        step=np.zeros((count, 2 * width + held, 3)),
        change=np.empty((count, 0, 3), dtype=np.int64),
    )
    least = rows[:, MIN_TASKS]
    initial = np.clip(part.initial_tasks, least, space.most)
    alarms = SLOW_ALARMS + rows[:, FAST_SIGNALS]
    book.bounds[:] = np.column_stack((least, np.full(count, space.most), initial, alarms))
    first_in = width + held
    kinds = np.where(rows[:, IN_PERCENT] > 0, AdjustmentType.PERCENT.value, AdjustmentType.CHANGE.value)
    for a, (metric, points, cooldown, first, last) in enumerate(
        (
            (CPU_AVERAGE, OUT_POINTS, OUT_COOLDOWN_S, 0, outs),
            (MEMORY_AVERAGE, OUT_POINTS, OUT_COOLDOWN_S, width, np.full(count, first_in)),
            (JOINT, IN_POINTS, IN_COOLDOWN_S, first_in, first_in + ins),
        )
    ):
        out = metric != JOINT
        for column, value in enumerate(
            (
                metric,
                rows[:, PERIOD_S] // 60,
                rows[:, points + 1],
                rows[:, points],
                rows[:, points + 1] + model.evaluation_extra,
                IF_NOT_BREACHING,
                a,
                out,
                not out,
                AdjustmentType.CHANGE.value if out else kinds,
                0 if out else rows[:, IN_PERCENT],
                AVERAGE,
                out,
                rows[:, cooldown],
                rows[:, cooldown],
                first,
                last,
            )
        ):
            book.alarm[:, a, column] = value
    # The fast alarm is CPU's once more, but for its window.
    fast = rows[:, FAST_SIGNALS] == 1
    twin = book.alarm[fast, 0]
    twin[:, [PERIODS, DATAPOINTS]] = FAST_SIGNAL_POINTS
    twin[:, REACH] = FAST_SIGNAL_POINTS + model.evaluation_extra
    twin[:, [PERIOD, FAST]] = 1
    book.alarm[fast, SLOW_ALARMS] = twin
    thresholds = (rows[:, HIGH], np.full(count, float(memory.high)))
    for a, threshold in enumerate(thresholds):
        book.level[:, a, :3] = np.column_stack(
            (np.nextafter(threshold, np.inf), np.full(count, np.inf), threshold)
        )
    book.level[:, :SLOW_ALARMS, REQUESTS_LOW] = np.inf
    book.level[fast, SLOW_ALARMS] = book.level[fast, 0]
    book.level[:, 2, 0], book.level[:, 2, 1] = -np.inf, np.nextafter(1.0, -np.inf)
    book.level[:, 2, 2], book.level[:, 2, 3], book.level[:, 2, 4] = 1.0, rows[:, LOW], memory.low
    _steps(book.step[:, :width], above, add, outs, np.inf)
    lowers = np.array([[float(step.above) for step in memory.steps]])
    adds = np.array([[step.add for step in memory.steps]])
    _steps(book.step[:, width:first_in], lowers, adds, np.array([held]), np.inf)
    into = book.step[:, first_in:]
    _steps(into, below - 1.0, -remove, ins, -np.inf)
    # Downwards, where a step begins is its upper bound.
    into[:, :, :2] = into[:, :, 1::-1]
    return book


def _steps(steps: F64, begins: F64, changes: F64, counts: F64, open_end: float) -> None:
    """Fill (C, steps, 3): each step ends where the next begins, the last of ``counts`` is open."""
    width = begins.shape[1]
    ends = np.concatenate((begins[:, 1:], np.full((begins.shape[0], 1), open_end)), axis=1)
    ends = np.where(np.arange(width) == counts[:, None] - 1, open_end, ends)
    steps[:, :width, 0], steps[:, :width, 1], steps[:, :width, 2] = begins, ends, changes
