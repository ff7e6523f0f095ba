"""Traits of the ladders in the words of who is on call."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from trimtab.units import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimtab.terraform_module import InStep, Ladder, Ladders


class WordOrder(enum.IntEnum):
    """Where a trait stands in a sentence: bounds first, then what goes out, then what comes in."""

    BOUNDS = enum.auto()
    OUT = enum.auto()
    OUT_WHEN = enum.auto()
    OUT_WAIT = enum.auto()
    IN = enum.auto()
    IN_WHEN = enum.auto()
    IN_WAIT = enum.auto()


def tasks(count: int) -> str:
    """Return a count of tasks in words."""
    return "1 task" if count == 1 else f"{count} tasks"


def window(datapoints: tuple[int, int], period_s: int) -> str:
    """Word M of N periods."""
    needed, periods = datapoints
    each = period_s // MINUTE_S
    unit = "minutes" if each == 1 else f"periods of {each} min"
    if periods == 1:
        return "one minute" if each == 1 else f"one period of {each} min"
    return f"{needed} of {periods} {unit}" if needed < periods else f"{periods} {unit}"


def steps_out(ladder: Ladder, unit: str = " %") -> str:
    """Word the steps out."""
    return ", ".join(f"{step.add} from {ladder.high + step.above:g}{unit}" for step in ladder.steps)


def steps_in(steps: Sequence[InStep], percent: int | None = None) -> str:
    """Word the steps in; ``percent``: as ``Ladders.in_percent``."""
    unit = "" if percent is None else " %"
    return ", ".join(f"{step.remove}{unit} below {step.below:g}" for step in steps)


def bounds(one: Ladders, was: Ladders) -> Iterator[tuple[WordOrder, str]]:
    """Yield what differs in the bounds."""
    if one.min_tasks != was.min_tasks:
        yield WordOrder.BOUNDS, f"at least {tasks(one.min_tasks)}"
    if one.max_tasks != was.max_tasks:
        yield WordOrder.BOUNDS, f"at most {tasks(one.max_tasks)}"


def cpu(one: Ladders, was: Ladders) -> Iterator[tuple[WordOrder, str]]:
    """Yield what differs in CPU's ladder."""
    if one.cpu.high != was.cpu.high:
        yield WordOrder.OUT, f"out above {one.cpu.high:g} % CPU"
    if one.cpu.steps != was.cpu.steps:
        yield WordOrder.OUT, f"out by {steps_out(one.cpu)}"
    if one.cpu.low != was.cpu.low:
        yield WordOrder.IN, f"in below {one.cpu.low:g} % CPU"


def memory(one: Ladders, was: Ladders) -> Iterator[tuple[WordOrder, str]]:
    """Yield what differs in memory's ladder."""
    if one.memory != was.memory:
        yield WordOrder.IN, f"memory {one.memory.low:g} to {one.memory.high:g} %"


def requests(one: Ladders, was: Ladders) -> Iterator[tuple[WordOrder, str]]:
    """Yield what differs in the ladder on requests a target."""
    if one.requests == was.requests:
        return
    if one.requests is None:
        yield WordOrder.OUT, "no ladder on requests"
        return
    yield WordOrder.OUT, f"out by {steps_out(one.requests, '')} requests a task"
    yield WordOrder.IN, f"in below {one.requests.low:g} requests a task"


def scale_in(one: Ladders, was: Ladders) -> Iterator[tuple[WordOrder, str]]:
    """Yield what differs in the steps in."""
    if one.scale_in != was.scale_in:
        yield WordOrder.IN, f"in by {steps_in(one.scale_in, one.in_percent)}"


def in_percent(one: Ladders, was: Ladders) -> Iterator[tuple[WordOrder, str]]:
    """Yield what differs in how the steps in are counted."""
    if one.in_percent != was.in_percent:
        percent = one.in_percent
        yield WordOrder.IN, "in by whole tasks" if percent is None else f"in by percent, {at_least(percent)}"


def at_least(count: int) -> str:
    """Word the least that a step in of percent takes."""
    return f"at least {tasks(count)}"


def out_window(one: Ladders, was: Ladders) -> Iterator[tuple[WordOrder, str]]:
    """Yield what differs in the alarm out."""
    if one.out_datapoints != was.out_datapoints:
        yield WordOrder.OUT_WHEN, f"out after {window(one.out_datapoints, one.period_s)}"


def in_window(one: Ladders, was: Ladders) -> Iterator[tuple[WordOrder, str]]:
    """Yield what differs in the alarm in."""
    if one.in_datapoints != was.in_datapoints:
        yield WordOrder.IN_WHEN, f"in after {window(one.in_datapoints, one.period_s)}"


def fast_signals(one: Ladders, was: Ladders) -> Iterator[tuple[WordOrder, str]]:
    """Yield what differs in the alarm beside CPU's."""
    if one.fast_signals != was.fast_signals:
        beside = "out on points of 20 s too" if one.fast_signals else "out on points of a minute alone"
        yield WordOrder.OUT_WHEN, beside


def out_cooldown(one: Ladders, was: Ladders) -> Iterator[tuple[WordOrder, str]]:
    """Yield what differs in the wait after a step out."""
    if one.out_cooldown_s != was.out_cooldown_s:
        yield WordOrder.OUT_WAIT, f"{one.out_cooldown_s} s after a step out"


def in_cooldown(one: Ladders, was: Ladders) -> Iterator[tuple[WordOrder, str]]:
    """Yield what differs in the wait after a step in."""
    if one.in_cooldown_s != was.in_cooldown_s:
        yield WordOrder.IN_WAIT, f"{one.in_cooldown_s} s after a step in"


def nothing(one: Ladders, was: Ladders) -> Iterator[tuple[WordOrder, str]]:  # noqa: ARG001
    """Yield nothing: the trait goes without saying."""
    yield from ()
