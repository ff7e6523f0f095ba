"""The scaling steps in the words of who is on call: when how many tasks come or go, and how long it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from trimtab.ladders.kinds.schedule import said_of
from trimtab.ladders.traits import differences
from trimtab.ladders.words import at_least, tasks, window
from trimtab.replay.policy import TRACKING_LOW
from trimtab.report.service.model import Fact, Section
from trimtab.terraform_module import Ladders
from trimtab.units import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.document.parts import LadderPart, ScalingPart, TrackingPart
    from trimtab.document.schema import ResponsePart, ServicePart


def ladder_section(service: ServicePart) -> Section:
    """Return the bounds, the steps, the waits, and how long a burst waits."""
    scaling, replay = service.scaling, service.replay_after
    if scaling.min_tasks == scaling.max_tasks:
        text = f"always {tasks(scaling.min_tasks)}: minimum and maximum are the same, so nothing scales"
        return Section(title="Count", blocks=(Fact(label="fixed", text=text), *_minima(scaling)))
    bounds = (
        f"{scaling.min_tasks} to {tasks(scaling.max_tasks)}; in replay {replay.tasks_least} to "
        f"{replay.tasks_most} were asked for, {replay.tasks_mean:.1f} ran on average"
    )
    if scaling.tracking is not None:
        return _tracked(bounds, scaling.tracking, service)
    return Section(
        title="Scaling steps",
        blocks=(
            Fact(label="bounds", text=bounds),
            *_minima(scaling),
            Fact(label="out, CPU", text=_out(scaling.cpu, scaling)),
            Fact(label="out, memory", text=_out(scaling.memory, scaling)),
            *_on_requests(scaling),
            Fact(label="in", text=_in(scaling)),
            Fact(label="waits", text=_waits(scaling)),
            Fact(label="a burst", text=_burst(service.choice.response)),
        ),
    )


def _minima(scaling: ScalingPart) -> Iterator[Fact]:
    """Yield the minima by the time of day, where there are any."""
    schedule = ladders_of(scaling).schedule
    if schedule is not None:
        label = "bounds by the clock" if schedule.bounded else "minimum"
        yield Fact(label=label, text="; ".join(said_of(schedule)))


def _tracked(bounds: str, tracking: TrackingPart, service: ServicePart) -> Section:
    """Return the same of target tracking, whose alarms are AWS's own."""
    scaling = service.scaling
    said = [("CPU", tracking.cpu)] + ([] if tracking.memory is None else [("memory", tracking.memory)])
    kept = " and ".join(f"{metric} near {target:g} %" for metric, target in said)
    out = " or ".join(f"{metric} above {target:g} %" for metric, target in said)
    into = " and ".join(f"{metric} below {TRACKING_LOW * target:g} %" for metric, target in said)
    memory = Fact(
        label="memory",
        text="adds no tasks: at rest they hold so much of it that AWS would never take one away",
    )
    return Section(
        title="Target tracking",
        blocks=(
            Fact(label="bounds", text=bounds),
            *_minima(scaling),
            Fact(label="target", text=f"{kept}; AWS makes the alarms and decides how many tasks"),
            Fact(label="out", text=f"{out}, for 3 minutes"),
            Fact(label="in", text=f"{into}, for 15 minutes"),
            *((memory,) if tracking.memory is None else ()),
            Fact(label="waits", text=_waits(scaling)),
            Fact(label="a burst", text=_burst(service.choice.response)),
        ),
    )


def changes(scaling: ScalingPart, chosen: ScalingPart) -> Iterator[str]:
    """Yield what ``scaling`` has that ``chosen`` has not, trait by trait."""
    yield from differences(ladders_of(scaling), ladders_of(chosen))


def ladders_of(scaling: ScalingPart) -> Ladders:
    """Return a part of the document as the ladders that it was made of."""
    return msgspec.convert(scaling, type=Ladders, from_attributes=True)


def _on_requests(scaling: ScalingPart) -> Iterator[Fact]:
    """Yield the steps out on requests, where there are any."""
    if scaling.requests is not None:
        each = "" if scaling.period_s == MINUTE_S else f" in {scaling.period_s // MINUTE_S} min"
        yield Fact(label="out, requests", text=_out(scaling.requests, scaling, f"requests a task{each}"))


def _out(ladder: LadderPart, scaling: ScalingPart, unit: str = "%") -> str:
    first, *others = ladder.steps
    held = window(scaling.out_datapoints, scaling.period_s)
    steps = [f"above {ladder.high:,.10g} {unit} for {held}: {tasks(first.add)} more"]
    steps += [f"from {ladder.high + step.above:,.10g}{' %' * (unit == '%')}: {step.add}" for step in others]
    return "; ".join(steps)


def _in(scaling: ScalingPart) -> str:
    """Return the steps in: the joint metric is below 1 only while all are below their low thresholds."""
    cpu, memory, requests = scaling.cpu.low, scaling.memory.low, scaling.requests
    first, *others = scaling.scale_in
    held = window(scaling.in_datapoints, scaling.period_s)
    if requests is None:
        said = f"CPU below {cpu:g} % and memory below {memory:g} %, both for {held}"
    else:
        low = f"requests below {requests.low:,.10g} a task"
        said = f"CPU below {cpu:g} %, memory below {memory:g} % and {low}, all for {held}"
    steps = [f"{said}: {_taken(first.remove, scaling)} fewer"]
    for step in others:
        more = "" if requests is None else f" and {step.below * requests.low:,.4g} requests"
        below = f"below {step.below * cpu:.4g} % and {step.below * memory:.4g} %{more}"
        steps.append(f"{below}: {_share(step.remove, scaling)}")
    return "; ".join(steps)


def _share(remove: int, scaling: ScalingPart) -> str:
    return f"{remove}" if scaling.in_percent is None else f"{remove} %"


def _taken(remove: int, scaling: ScalingPart) -> str:
    if scaling.in_percent is None:
        return tasks(remove)
    return f"{remove} % of those that run, {at_least(scaling.in_percent)},"


def _waits(scaling: ScalingPart) -> str:
    if scaling.tracking is not None:
        return f"after scaling out {scaling.out_cooldown_s} s, after scaling in {scaling.in_cooldown_s} s"
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
