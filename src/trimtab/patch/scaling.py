"""The scaling of a service as somebody wrote it, against the ladders that are proposed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.lint.evaluation.traced import traced
from trimtab.lint.evaluation.values import key_text
from trimtab.lint.resource import CannotTell
from trimtab.lint.scaling import CPU, MEMORY, STEPS, Way, WrittenAlarm, WrittenPolicy, steps_of
from trimtab.patch import by_hand
from trimtab.patch.model import Bundle, WantedValue, is_of
from trimtab.patch.step_blocks import blocks_of, said_by
from trimtab.patch.text import amount, same_number
from trimtab.patch.tracking import instead_of_steps, tracking_wishes, untracked
from trimtab.terraform_module import SHARE, TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.lint.evaluation.values import Value
    from trimtab.lint.hcl.syntax import SourcePlace
    from trimtab.lint.resource import Resource
    from trimtab.lint.scaling import WrittenScaling
    from trimtab.patch.model import Steps, Wishes
    from trimtab.patch.tree import Tree
    from trimtab.terraform_module import Ladder, Ladders


@dataclass(frozen=True, slots=True)
class Scaled:
    """What decides whether a smaller task is safe under the scaling that stays."""

    high: Value = None
    """The CPU above which it grows now [percent]; ``None``: it does not, or that cannot be told."""
    low: Value = None
    """The CPU below which it shrinks now [percent]."""
    place: SourcePlace | None = None


def scaling_wishes(to: Wishes, service: Resource, tree: Tree) -> Scaled:
    """Add what the proposal has otherwise of the bounds, policies and alarms of a service."""
    ladders = to.wanted.proposal.ladders
    scaling = tree.world.scaling(service)
    if scaling is None:
        if ladders.min_tasks != ladders.max_tasks:
            why = "nothing here scales it"
            to.leave("scaling", service.place, why, by_hand.whole(to.wanted))
        to.add(Bundle.CAPACITY, service, service, "desired_count", ladders.min_tasks)
        return Scaled()
    _bounds(to, service, scaling.target)
    try:
        return _policies(to, scaling)
    except CannotTell as gap:
        to.leave("scaling policies", gap.what.place, f"cannot be told without a plan: {gap.what.why}")
        return Scaled(place=gap.what.place)


def scheduled(service: Resource, tree: Tree) -> SourcePlace | None:
    """Return where a scheduled action sets bounds of a service, if one does."""
    name = "/" + key_text(service.get("name"))
    actions = tree.world.of("aws_appautoscaling_scheduled_action")
    named = (one.place for one in actions if key_text(one.get("resource_id")).endswith(name))
    return next(named, None)


def _bounds(to: Wishes, service: Resource, target: Resource) -> None:
    ladders = to.wanted.proposal.ladders
    to.add(Bundle.CAPACITY, target, target, "min_capacity", ladders.min_tasks)
    least = to.wishes[-1]
    to.add(Bundle.CAPACITY, target, target, "max_capacity", ladders.max_tasks)
    count = service.get("desired_count")
    # One table often gives both: the count at first is then the least.
    for one, new in ((least, ladders.min_tasks), (to.wishes[-1], ladders.max_tasks)):
        if is_of(count, one.origin):
            to.wishes.append(
                WantedValue(
                    service=to.wanted.service,
                    part=Bundle.CAPACITY,
                    address=service.address,
                    where=("desired_count",),
                    now=count,
                    new=new,
                    place=service.at("desired_count"),
                    along=True,
                )
            )
            return


def _policies(to: Wishes, scaling: WrittenScaling) -> Scaled:
    ladders = to.wanted.proposal.ladders
    if ladders.min_tasks == ladders.max_tasks:
        return Scaled()  # no policy moves a fixed count
    tracking = scaling.going(Way.TRACKING)
    if ladders.tracking is not None:
        untracked(to, ladders.tracking, tracking, scaling.target.place)
        for policy in (one for one in scaling.policies if one.way is not Way.TRACKING):
            to.leave("a step policy", policy.item.place, "the proposal has none: take it out with its alarms")
        return Scaled(tracking_wishes(to, ladders.tracking, tracking), None, scaling.target.place)
    if tracking:
        return Scaled(*instead_of_steps(to, tracking))
    by_metric: dict[str, tuple[WrittenPolicy, WrittenAlarm]] = {}
    for policy in scaling.going(Way.OUT):
        for alarm in policy.alarms:
            by_metric.setdefault(alarm.metric, (policy, alarm))
    for part, metric, ladder in (
        (Bundle.CPU_OUT, CPU, ladders.cpu),
        (Bundle.MEMORY_OUT, MEMORY, ladders.memory),
    ):
        if metric in by_metric:
            _out(to, part, *by_metric[metric], ladder)
        else:
            why = f"no policy here adds tasks on {metric}"
            to.leave(part.value, scaling.target.place, why, by_hand.out(to.wanted, part))
    _in(to, scaling)
    for what, why in _further(ladders):
        to.leave(what, scaling.target.place, why)
    high = by_metric[CPU][1].threshold if CPU in by_metric else None
    place = by_metric[CPU][1].item.at("threshold") if CPU in by_metric else scaling.target.place
    lows = [
        level
        for policy in scaling.going(Way.IN)
        for alarm in policy.alarms
        if (level := alarm.level_of(CPU)) is not None
    ]
    return Scaled(high, max(lows, default=None), place)


def _further(ladders: Ladders) -> Iterator[tuple[str, str]]:
    """Yield what the proposal has that is not written here, and why."""
    if ladders.requests is not None:
        yield "requests", "a ladder on requests a target is part of the proposal; none is added here"
    if ladders.fast_signals:
        yield (
            "fast signals",
            "a second alarm on CPU, of 20 s, calls the policy out in the proposal; none is added here",
        )


def _out(to: Wishes, part: Bundle, policy: WrittenPolicy, alarm: WrittenAlarm, ladder: Ladder) -> None:
    ladders = to.wanted.proposal.ladders
    needed, periods = ladders.out_datapoints
    to.add(part, alarm.item, alarm.item, "threshold", ladder.high)
    _window(to, part, alarm, (needed, periods))
    if not same_number(alarm.item.get("comparison_operator"), "GreaterThanThreshold"):
        to.add(part, alarm.item, alarm.item, "comparison_operator", "GreaterThanThreshold")
    configuration = policy.item.block(STEPS)
    if configuration is None:
        to.leave("step adjustments", policy.item.place, "its policy has no steps")
        return
    above = (STEPS, "*")
    to.add(part, policy.item, configuration, "cooldown", ladders.out_cooldown_s, above)
    to.add(part, policy.item, configuration, "adjustment_type", "ChangeInCapacity", above)
    _steps(to, part, policy, by_hand.out_steps(ladder))


def _window(to: Wishes, part: Bundle, alarm: WrittenAlarm, window: tuple[int, int]) -> None:
    needed, periods = window
    item = alarm.item
    if item.get("period") is not None:
        to.add(part, item, item, "period", to.wanted.proposal.ladders.period_s)
    to.add(part, item, item, "evaluation_periods", periods)
    # Where it is not given, all periods count.
    if item.get("datapoints_to_alarm") is not None or needed != periods:
        to.add(part, item, item, "datapoints_to_alarm", needed)
    to.add(part, item, item, "treat_missing_data", "notBreaching")


def _steps(to: Wishes, part: Bundle, policy: WrittenPolicy, wanted: Steps) -> None:
    """Wish for each step; where their number differs, say what they should be."""
    steps = steps_of(policy.item)
    ordered = sorted(steps, key=lambda one: _lower(amount(one.get("metric_interval_lower_bound"))))
    rising = tuple(sorted(wanted, key=lambda one: _lower(one[0])))
    above = (STEPS, "*", "step_adjustment", "*")
    place = steps[0].place if steps else policy.item.place
    if len(ordered) != len(wanted):
        whole = blocks_of(steps)
        if whole is not None:
            _as_one(to, part, policy.item, whole, rising, now=said_by(ordered))
        else:
            why = f"it has {len(steps)} and the proposal {len(wanted)}, and they are no plain blocks in a row"
            _as_one(to, part, policy.item, place, wanted, why=why)
        return
    for piece, (lower, upper, adjustment) in zip(ordered, rising, strict=True):
        for name, new in (("metric_interval_lower_bound", lower), ("metric_interval_upper_bound", upper)):
            now = piece.get(name)
            if new is None and now in {None, ""}:
                continue
            if new is None:
                why = "its last step must have no such bound"
                _as_one(to, part, policy.item, piece.at(name), wanted, why=why)
                return
            to.add(part, policy.item, piece, name, new, above)
        to.add(part, policy.item, piece, "scaling_adjustment", adjustment, above)


def _as_one(  # noqa: PLR0913 - the parts of a wish
    to: Wishes,
    part: Bundle,
    resource: Resource,
    place: SourcePlace,
    wanted: Steps,
    *,
    now: Steps | None = None,
    why: str = "",
) -> None:
    """Wish for steps whose blocks are exchanged as one, or cannot be had for a reason."""
    hcl = by_hand.steps(wanted)
    to.wishes.append(
        WantedValue(
            service=to.wanted.service,
            part=part,
            address=resource.address,
            where=(STEPS, "*", "step_adjustment"),
            now=None if now is None else traced(f"{len(now)} steps", place),
            new=f"{len(wanted)} steps" if now is None else hcl,
            place=place,
            steps=None if now is None else (now, wanted),
            blocked=why,
            block=hcl,
        )
    )


def _lower(bound: float | None) -> float:
    return float("-inf") if bound is None else bound


def _in(to: Wishes, scaling: WrittenScaling) -> None:
    """Say what scale-in should be: one alarm on both metrics, which no literal of another makes."""
    policies = scaling.going(Way.IN)
    ladders = to.wanted.proposal.ladders
    for policy in policies:
        joint = policy.alarms and all(len(alarm.metrics) > 1 for alarm in policy.alarms)
        if joint and len(policy.alarms) == 1:
            _joint(to, policy, policy.alarms[0])
            return
    said = ", ".join(
        f"{alarm.metric or 'metric math'} under {amount(alarm.threshold)}"
        for policy in policies
        for alarm in policy.alarms
    )
    why = (
        f"the proposal takes a task only while CPU is under {ladders.cpu.low:g} % and memory under "
        f"{ladders.memory.low:g} %, by one alarm on both; here it goes by {said or 'nothing'}"
    )
    place = policies[0].item.place if policies else scaling.target.place
    to.leave(Bundle.SCALE_IN.value, place, why, by_hand.scale_in(to.wanted))


def _joint(to: Wishes, policy: WrittenPolicy, alarm: WrittenAlarm) -> None:
    """Wish for the waits and steps of an alarm on both metrics whose metric math says what is proposed."""
    ladders = to.wanted.proposal.ladders
    levels = (alarm.level_of(CPU), alarm.level_of(MEMORY))
    wanted = (float(ladders.cpu.low), float(ladders.memory.low))
    if tuple(map(amount, levels)) != wanted:
        said = " and ".join("?" if one is None else f"{one:g} %" for one in map(amount, levels))
        why = f"its metric math is low at {said}, the proposal at {wanted[0]:g} % and {wanted[1]:g} %"
        to.leave(Bundle.SCALE_IN.value, alarm.item.place, why, by_hand.scale_in(to.wanted))
        return
    configuration = policy.item.block(STEPS)
    least = None if configuration is None else configuration.get("min_adjustment_magnitude")
    if least is not None or (ladders.in_percent or 1) > 1:
        why = "how much a step takes at least (min_adjustment_magnitude) goes together with its steps"
        to.leave(Bundle.SCALE_IN.value, policy.item.place, why, by_hand.scale_in(to.wanted))
        return
    needed, periods = ladders.in_datapoints
    to.add(Bundle.SCALE_IN, alarm.item, alarm.item, "evaluation_periods", periods)
    if alarm.item.get("datapoints_to_alarm") is not None or needed != periods:
        to.add(Bundle.SCALE_IN, alarm.item, alarm.item, "datapoints_to_alarm", needed)
    if configuration is not None:
        counted = TASKS if ladders.in_percent is None else SHARE
        for name, value in (("cooldown", ladders.in_cooldown_s), ("adjustment_type", counted)):
            to.add(Bundle.SCALE_IN, policy.item, configuration, name, value, (STEPS, "*"))
    _steps(to, Bundle.SCALE_IN, policy, by_hand.in_steps(to.wanted))
