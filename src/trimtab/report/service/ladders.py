"""The scaling steps in the words of who is on call: when how many tasks come or go, and how long it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.report.service.model import Fact, Section, tasks
from trimtab.units import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.document.parts import LadderPart, ScalingPart
    from trimtab.document.schema import ResponsePart, ServicePart


def ladder_section(service: ServicePart) -> Section:
    """Return the bounds, the steps, the waits, and how long a burst waits."""
    scaling, replay = service.scaling, service.replay_after
    if scaling.min_tasks == scaling.max_tasks:
        text = f"always {tasks(scaling.min_tasks)}: minimum and maximum are the same, so nothing scales"
        return Section(title="Count", blocks=(Fact(label="fixed", text=text),))
    bounds = (
        f"{scaling.min_tasks} to {tasks(scaling.max_tasks)}; in replay {replay.tasks_least} to "
        f"{replay.tasks_most} were asked for, {replay.tasks_mean:.1f} ran on average"
    )
    return Section(
        title="Scaling steps",
        blocks=(
            Fact(label="bounds", text=bounds),
            Fact(label="out, CPU", text=_out(scaling.cpu, scaling)),
            Fact(label="out, memory", text=_out(scaling.memory, scaling)),
            Fact(label="in", text=_in(scaling)),
            Fact(label="waits", text=_waits(scaling)),
            Fact(label="a burst", text=_burst(service.choice.response)),
        ),
    )


def changes(scaling: ScalingPart, chosen: ScalingPart) -> Iterator[str]:
    """Yield what ``scaling`` has that ``chosen`` has not, trait by trait."""
    cpu, was = scaling.cpu, chosen.cpu
    for differs, words in (
        (scaling.min_tasks != chosen.min_tasks, f"at least {tasks(scaling.min_tasks)}"),
        (scaling.max_tasks != chosen.max_tasks, f"at most {tasks(scaling.max_tasks)}"),
        (cpu.high != was.high, f"out above {cpu.high:g} % CPU"),
        (cpu.steps != was.steps, f"out by {_steps_out(cpu)}"),
        (
            scaling.out_datapoints != chosen.out_datapoints,
            f"out after {_window(scaling.out_datapoints, scaling)}",
        ),
        (scaling.out_cooldown_s != chosen.out_cooldown_s, f"{scaling.out_cooldown_s} s after a step out"),
        (cpu.low != was.low, f"in below {cpu.low:g} % CPU"),
        (scaling.memory != chosen.memory, f"memory {scaling.memory.low:g} to {scaling.memory.high:g} %"),
        (scaling.scale_in != chosen.scale_in, f"in by {_steps_in(scaling)}"),
        (
            scaling.in_datapoints != chosen.in_datapoints,
            f"in after {_window(scaling.in_datapoints, scaling)}",
        ),
        (scaling.in_cooldown_s != chosen.in_cooldown_s, f"{scaling.in_cooldown_s} s after a step in"),
    ):
        if differs:
            yield words


def _out(ladder: LadderPart, scaling: ScalingPart) -> str:
    first, *others = ladder.steps
    window = _window(scaling.out_datapoints, scaling)
    steps = [f"above {ladder.high:g} % for {window}: {tasks(first.add)} more"]
    steps += [f"from {ladder.high + step.above:g} %: {step.add}" for step in others]
    return "; ".join(steps)


def _in(scaling: ScalingPart) -> str:
    """Return the steps in: the joint metric is below 1 only while both are below their low thresholds."""
    cpu, memory = scaling.cpu.low, scaling.memory.low
    first, *others = scaling.scale_in
    window = _window(scaling.in_datapoints, scaling)
    steps = [
        f"CPU below {cpu:g} % and memory below {memory:g} %, both for {window}: {tasks(first.remove)} fewer"
    ]
    steps += [
        f"below {step.below * cpu:.4g} % and {step.below * memory:.4g} %: {step.remove}" for step in others
    ]
    return "; ".join(steps)


def _waits(scaling: ScalingPart) -> str:
    return (
        f"after a step out {scaling.out_cooldown_s} s (a higher step at once), after one in "
        f"{scaling.in_cooldown_s} s (one out at once)"
    )


def _burst(response: ResponsePart) -> str:
    least = response.alarm_least_s + response.start_median_s
    most = response.alarm_most_s + response.start_slowest_s
    starts = f"of {response.starts} recorded" if response.starts else "assumed, none was recorded"
    return (
        f"gets more tasks {least / MINUTE_S:.1f} to {most / MINUTE_S:.1f} min after it begins: "
        f"{response.alarm_least_s} to {response.alarm_most_s} s until the alarm, then a start, "
        f"{response.start_median_s} s on the median and {response.start_slowest_s} s at most ({starts})"
    )


def _window(datapoints: tuple[int, int], scaling: ScalingPart) -> str:
    """Word M of N periods."""
    needed, periods = datapoints
    each = scaling.period_s // MINUTE_S
    unit = "minutes" if each == 1 else f"periods of {each} min"
    if periods == 1:
        return "one minute" if each == 1 else f"one period of {each} min"
    return f"{needed} of {periods} {unit}" if needed < periods else f"{periods} {unit}"


def _steps_out(ladder: LadderPart) -> str:
    return ", ".join(f"{step.add} from {ladder.high + step.above:g} %" for step in ladder.steps)


def _steps_in(scaling: ScalingPart) -> str:
    return ", ".join(f"{step.remove} below {step.below:g}" for step in scaling.scale_in)
