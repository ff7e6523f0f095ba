"""The validations of ``terraform/modules/scaling/variables.tf`` on ``scaling``, stated once more by hand.

Not the product's own statement of them: what the product takes for sane is held against this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.terraform_module import Ladder, Ladders


def refusals(ladders: Ladders) -> list[str]:
    """Return why the module would refuse the ladders; empty where it takes them."""
    return [*_bounds(ladders), *_thresholds(ladders), *_steps(ladders), *_waits(ladders)]


def _bounds(ladders: Ladders) -> Iterator[str]:
    least, most = ladders.min_tasks, ladders.max_tasks
    if not (isinstance(least, int) and isinstance(most, int) and least >= 1 and most <= 5000):
        yield f"scaling.min is {least} and max {most}"
    if most < least:
        yield "scaling.max is below min"


def _thresholds(ladders: Ladders) -> Iterator[str]:
    for name, ladder in (("cpu", ladders.cpu), ("memory", ladders.memory)):
        if not 0 < ladder.low < ladder.high < 100:
            yield f"{name} thresholds are {ladder.low}/{ladder.high}"
    tracking = ladders.tracking
    if tracking is not None and not (0 < tracking.cpu < 100 and 0 < (tracking.memory or 1) < 100):
        yield f"tracking aims at {tracking}"
    least, cpu = ladders.min_tasks, ladders.cpu
    if ladders.max_tasks == least or least < 1:
        return
    for step in ladders.scale_in:
        share = ladders.in_percent
        tasks = step.remove if share is None else share
        kept = 1.0 if share is None else (100 - step.remove) / 100
        after = step.below * cpu.low * max((least + tasks) / least, 1 / kept if kept > 0 else 0)
        if not after < cpu.high:
            yield f"would flap: {step} leaves the rest at {after}"


def _steps(ladders: Ladders) -> Iterator[str]:
    yield from (f"cpu: {why}" for why in _ladder_out(ladders.cpu))
    yield from (f"memory: {why}" for why in _ladder_out(ladders.memory))
    steps = ladders.scale_in
    if not 1 <= len(steps) <= 20 or steps[0].below != 1:
        yield "scale_in does not begin at 1"
    if ladders.in_percent is not None and not ladders.in_percent >= 1:
        yield "scaling.in_min_adjustment_magnitude is no task"
    if ladders.in_percent is not None and any(step.remove >= 100 for step in steps):
        yield "scaling.scale_in.steps remove all tasks"
    for i in range(1, len(steps)):
        if not steps[i].below < steps[i - 1].below or not steps[i].remove > steps[i - 1].remove:
            yield f"scale_in step {i} is no step further"
    if any(step.below <= 0 or step.remove < 1 or step.remove != int(step.remove) for step in steps):
        yield "a scale_in step is not above 0, or removes no whole task"


def _ladder_out(ladder: Ladder) -> Iterator[str]:
    steps = ladder.steps
    if not 1 <= len(steps) <= 20 or steps[0].above != 0:
        yield "does not begin at 0"
    for i in range(1, len(steps)):
        if not steps[i].above > steps[i - 1].above or not steps[i].add > steps[i - 1].add:
            yield f"step {i} is no step further"
    if any(step.add < 1 or step.add != int(step.add) for step in steps):
        yield "a step adds no whole task"


def _waits(ladders: Ladders) -> Iterator[str]:
    if ladders.in_cooldown_s < 60:
        yield f"in_cooldown is {ladders.in_cooldown_s} s"
    longest = ladders.in_cooldown_s - (ladders.tracking is None)
    if not 0 < ladders.out_cooldown_s <= longest:
        yield f"out_cooldown is {ladders.out_cooldown_s} s"
    if ladders.period_s not in {60, 120, 180, 240, 300}:
        yield f"period is {ladders.period_s} s"
    (out_points, out_periods), (in_points, in_periods) = ladders.out_datapoints, ladders.in_datapoints
    if not (1 <= out_points <= out_periods and 1 <= in_points <= in_periods):
        yield "datapoints are not 1 up to the periods"
    if ladders.period_s * max(out_periods, in_periods) > 86400:
        yield "periods of more than a day"
    if out_periods > in_periods:
        yield "waits longer to grow than to shrink"
