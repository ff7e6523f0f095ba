"""The traits of what Application Auto Scaling is told about a service: a row of the table for each.

The search draws and varies them, ``values`` writes and reads them, ``explain`` words them, all by going
through the table. To add one: ``docs/contributing/add-a-policy-kind.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from trimtab.ladders import genes, words
from trimtab.ladders.entries import Bound, Counted, LadderEntry, ScaleInEntry, Seconds, Whole
from trimtab.ladders.kinds import requests, schedule, tracking
from trimtab.ladders.rows import (
    HIGH,
    IN_COOLDOWN_S,
    IN_PERCENT,
    IN_PERIODS,
    IN_POINTS,
    INS,
    LOW,
    MIN_TASKS,
    OUT_COOLDOWN_S,
    OUT_PERIODS,
    OUT_POINTS,
    OUTS,
)
from trimtab.ladders.space import LEAST_OUT_STEPS
from trimtab.terraform_module import MODULE, SHARE, TASKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from trimtab.ladders.genes import Draw, Take
    from trimtab.ladders.words import WordOrder
    from trimtab.terraform_module import Ladder, Ladders

Plain: TypeAlias = "str | bool | float | list[Plain] | dict[str, Plain] | None"
"""What HCL has too."""
Given: TypeAlias = "Mapping[str, Any]"
"""What a file says of a trait, by the module's keys, typed as ``Trait.keys`` has it; None: nothing."""


def _none(ladders: Ladders) -> Iterable[Ladders]:  # noqa: ARG001
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """One trait: how it is drawn and varied, what the module calls it, and how it is said."""

    name: str
    fields: tuple[str, ...]
    """Of ``Ladders``; no two traits share one."""
    keys: Mapping[str, Any]
    """The keys of the module's variable ``scaling``, with the type that each has in a file of values."""
    told: Callable[[Ladders], Mapping[str, Plain]]
    """What the module is told, by its keys."""
    read: Callable[[Given], Mapping[str, Any]]
    """``fields`` of what a file says; the module's defaults for what it leaves out."""
    words: Callable[[Ladders, Ladders], Iterator[tuple[WordOrder, str]]]
    """What the first ladders have that the second have not."""
    steps: bool = False
    """Whether it is of step policies alone: with target tracking it goes without saying."""
    always: bool = False
    """Whether the module is told what it does by itself too."""
    first: tuple[Draw, ...] = ()
    """Drawn before any trait is, for others lie around it."""
    draw: tuple[Draw, ...] = ()
    vary: tuple[Draw, ...] = ()
    """Changes, one of which is made at a time; twice is twice as often."""
    take: Take | None = None
    """From other ladders that are good; None: it is not searched."""
    simpler: Callable[[Ladders], Iterable[Ladders]] = _none
    """Ladders with less to explain of this trait."""


def _wait(field: str) -> Callable[[Ladders], Iterable[Ladders]]:
    """Return what has a wait as the module has it, which needs no explanation."""
    return lambda ladders: (replace(ladders, **{field: getattr(MODULE, field)}),)


def _fewer_out(ladders: Ladders) -> Iterator[Ladders]:
    out = ladders.cpu.steps
    for left in range(1, len(out) if len(out) > LEAST_OUT_STEPS else 0):
        yield replace(ladders, cpu=replace(ladders.cpu, steps=out[:left] + out[left + 1 :]))


def _fewer_in(ladders: Ladders) -> Iterator[Ladders]:
    into = ladders.scale_in
    for left in range(1, len(into)):
        yield replace(ladders, scale_in=into[:left] + into[left + 1 :])


def _ladder(ladder: Ladder, default: Ladder) -> dict[str, Plain]:
    told: dict[str, Plain] = {"high": ladder.high, "low": ladder.low}
    if ladder.steps != default.steps:
        told["steps"] = [{"above": step.above, "add": step.add} for step in ladder.steps]
    return told


def _scale_in(ladders: Ladders) -> dict[str, Plain]:
    return {"scale_in": {"steps": [{"below": one.below, "remove": one.remove} for one in ladders.scale_in]}}


def _counted(ladders: Ladders) -> dict[str, Plain]:
    kind = TASKS if ladders.in_percent is None else SHARE
    return {"in_adjustment_type": kind, "in_min_adjustment_magnitude": ladders.in_percent or 1}


def _read_counted(given: Given) -> dict[str, Any]:
    if given["in_adjustment_type"] != SHARE:
        return {"in_percent": None}
    return {"in_percent": _given(given["in_min_adjustment_magnitude"], 1)}


def _given(value: int | None, default: int) -> int:
    return default if value is None else value


def _seconds(name: str, field: str) -> dict[str, Any]:
    """Return what all traits have that are one number of seconds."""
    return {
        "name": name,
        "fields": (field,),
        "keys": {name: Seconds},
        "told": lambda ladders: {name: getattr(ladders, field)},
        "read": lambda given: {field: _given(given[name], getattr(MODULE, field))},
    }


def _window(side: str, field: str) -> dict[str, Any]:
    """Return what the alarms' windows have in common."""
    periods, points = f"{side}_periods", f"{side}_datapoints"

    def told(ladders: Ladders) -> dict[str, Plain]:
        needed, of = getattr(ladders, field)
        return {periods: of, points: needed}

    def read(given: Given) -> dict[str, Any]:
        needed, of = getattr(MODULE, field)
        return {field: (_given(given[points], needed), _given(given[periods], of))}

    keys = {periods: Whole, points: Whole}
    return {"name": f"{side}_window", "fields": (field,), "keys": keys, "told": told, "read": read}


TRAITS: tuple[Trait, ...] = (
    Trait(
        name="bounds",
        fields=("min_tasks", "max_tasks"),
        keys={"min": Bound, "max": Bound},
        told=lambda ladders: {"min": ladders.min_tasks, "max": ladders.max_tasks},
        read=lambda given: {"min_tasks": given["min"], "max_tasks": given["max"]},
        words=words.bounds,
        always=True,
        draw=(genes.least,),
        # Twice, for no other trait moves cost as much.
        vary=(genes.least_moved, genes.least_moved),
        take=genes.taking((MIN_TASKS,), ()),
    ),
    Trait(
        name="cpu",
        fields=("cpu",),
        keys={"cpu": LadderEntry},
        told=lambda ladders: {"cpu": _ladder(ladders.cpu, MODULE.cpu)},
        read=lambda given: {"cpu": (given["cpu"] or LadderEntry()).ladder(MODULE.cpu)},
        words=words.cpu,
        steps=True,
        always=True,
        first=(genes.high,),
        draw=(genes.low, genes.out_steps),
        vary=(genes.high_moved, genes.low_moved, genes.out_steps),
        take=genes.taking((HIGH, LOW, OUTS), (0, 1)),
        simpler=_fewer_out,
    ),
    Trait(
        name="memory",
        fields=("memory",),
        keys={"memory": LadderEntry},
        told=lambda ladders: {"memory": _ladder(ladders.memory, MODULE.memory)},
        read=lambda given: {"memory": (given["memory"] or LadderEntry()).ladder(MODULE.memory)},
        words=words.memory,
        steps=True,
        always=True,
    ),
    Trait(
        name="scale_in",
        fields=("scale_in",),
        keys={"scale_in": ScaleInEntry},
        told=_scale_in,
        read=lambda given: {"scale_in": (given["scale_in"] or ScaleInEntry()).scale_in(MODULE.scale_in)},
        words=words.scale_in,
        steps=True,
        draw=(genes.in_steps,),
        vary=(genes.in_steps,),
        take=genes.taking((INS, IN_PERCENT), (2, 3)),
        simpler=_fewer_in,
    ),
    Trait(
        **_seconds("out_cooldown", "out_cooldown_s"),
        words=words.out_cooldown,
        draw=(genes.out_cooldown,),
        vary=(genes.out_cooldown,),
        take=genes.taking((OUT_COOLDOWN_S,), ()),
        simpler=_wait("out_cooldown_s"),
    ),
    Trait(
        **_seconds("in_cooldown", "in_cooldown_s"),
        words=words.in_cooldown,
        draw=(genes.in_cooldown,),
        vary=(genes.in_cooldown,),
        take=genes.taking((IN_COOLDOWN_S,), ()),
        simpler=_wait("in_cooldown_s"),
    ),
    # As many periods of a minute: never searched.
    Trait(
        **{**_seconds("period", "period_s"), "keys": {"period": int}},
        words=words.nothing,
        steps=True,
        draw=(genes.minute,),
    ),
    Trait(
        **_window("out", "out_datapoints"),
        words=words.out_window,
        steps=True,
        draw=(genes.out_window,),
        vary=(genes.out_window,),
        take=genes.taking((OUT_POINTS, OUT_PERIODS), ()),
        simpler=_wait("out_datapoints"),
    ),
    Trait(
        **_window("in", "in_datapoints"),
        words=words.in_window,
        steps=True,
        draw=(genes.in_window,),
        vary=(genes.in_window,),
        take=genes.taking((IN_POINTS, IN_PERIODS), ()),
        simpler=_wait("in_datapoints"),
    ),
    # Drawn with the steps in, which mean nothing without it.
    Trait(
        name="in_percent",
        fields=("in_percent",),
        keys={"in_adjustment_type": Counted, "in_min_adjustment_magnitude": Whole},
        told=_counted,
        read=_read_counted,
        words=words.in_percent,
        steps=True,
    ),
    # Never drawn: a search is of one resolution or the other (``search.Hunt``).
    Trait(
        name="fast_signals",
        fields=("fast_signals",),
        keys={"fast_signals": bool},
        told=lambda ladders: {"fast_signals": ladders.fast_signals},
        read=lambda given: {"fast_signals": bool(given["fast_signals"])},
        words=words.fast_signals,
        steps=True,
    ),
    # Searched by itself, from the front of what has none (``kinds.requests``).
    Trait(
        name="requests",
        fields=("requests",),
        keys={"metrics": requests.MetricEntries},
        told=requests.told,
        read=requests.read,
        words=words.requests,
        steps=True,
    ),
    Trait(
        name="schedule",
        fields=("schedule",),
        keys={"schedule": schedule.ScheduleEntry},
        told=schedule.told,
        read=schedule.read,
        words=schedule.words,
    ),
    # Searched by itself (``kinds.tracking``): it leaves nothing of the steps to draw.
    Trait(
        name="tracking",
        fields=("tracking",),
        keys={"tracking": tracking.TrackingEntry},
        told=tracking.told,
        read=tracking.read,
        words=tracking.words,
    ),
)


def differences(one: Ladders, was: Ladders) -> Iterator[str]:
    """Yield what the first ladders have that the second have not, trait by trait."""
    stepless = one.tracking is not None or was.tracking is not None
    said = [words for trait in TRAITS if not (stepless and trait.steps) for words in trait.words(one, was)]
    yield from (text for _, text in sorted(said, key=lambda each: each[0]))


def told(ladders: Ladders) -> Iterator[tuple[str, Plain]]:
    """Yield what the module is told, by its keys: what it does by itself only where a trait says so."""
    for trait in TRAITS:
        if ladders.tracking is not None and trait.steps:
            continue
        usual = trait.told(MODULE)
        for key, value in trait.told(ladders).items():
            if trait.always or value != usual.get(key):
                yield key, value
