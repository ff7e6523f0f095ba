"""What scales a service: its bounds, its policies, and the alarms that call them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from trimtab.lint.evaluation.values import unknown_in
from trimtab.lint.resource import CannotTell

if TYPE_CHECKING:
    from trimtab.lint.resource import Piece, Resource

COOLDOWN_S = 300
"""What AWS takes where a step policy says none."""
CPU, MEMORY = "CPUUtilization", "MemoryUtilization"
METRICS = {"cpu": CPU, "memory": MEMORY}
"""By the word of our modules."""
STEPS, TRACKING = "step_scaling_policy_configuration", "target_tracking_scaling_policy_configuration"
"""Blocks of a policy."""
_OF_ECS = {"ECSServiceAverageCPUUtilization": CPU, "ECSServiceAverageMemoryUtilization": MEMORY}


class Way(StrEnum):
    """Which way a policy goes."""

    OUT = "out"
    IN = "in"
    BOTH = "both"
    TRACKING = "tracking"


def direction_of(policy: Resource) -> Way | None:
    """Return which way a policy goes; ``None`` where that cannot be told."""
    try:
        if policy.text("policy_type", "StepScaling") == "TargetTrackingScaling":
            return Way.TRACKING
        signs = {
            (amount or 0) > 0 for step in steps_of(policy) if (amount := step.number("scaling_adjustment"))
        }
        configuration = policy.block(STEPS)
        exact = configuration is not None and configuration.text("adjustment_type") == "ExactCapacity"
    except CannotTell:
        return None
    if exact or len(signs) > 1:
        return Way.BOTH
    return None if not signs else Way.OUT if True in signs else Way.IN


def steps_of(policy: Resource) -> list[Piece]:
    """Return the steps of a policy."""
    configuration = policy.block(STEPS)
    return [] if configuration is None else configuration.blocks("step_adjustment")


@dataclass(frozen=True, slots=True)
class WrittenAlarm:
    """An alarm that calls a policy."""

    item: Resource

    @property
    def metric(self) -> str:
        """Its one metric; empty where it reckons with several."""
        return self.item.text("metric_name")

    @property
    def metrics(self) -> set[str]:
        """All metrics that it looks at."""
        if self.metric:
            return {self.metric}
        inner = [one for query in self.item.blocks("metric_query") for one in query.blocks("metric")]
        return {one.text("metric_name") for one in inner}

    @property
    def threshold(self) -> float | None:
        """Its threshold, in the unit of its metric."""
        return self.item.number("threshold")

    def level_of(self, metric: str) -> float | None:
        """Return at which value of a metric it acts; of a ratio `metric / 45` under 1, that number."""
        if self.metric == metric:
            return self.threshold
        if self.metric or self.threshold != 1:
            return None
        names = [
            query.text("id")
            for query in self.item.blocks("metric_query")
            for one in query.blocks("metric")
            if one.text("metric_name") == metric
        ]
        said = [query.text("expression") for query in self.item.blocks("metric_query")]
        ratio = re.compile(rf"(?:{'|'.join(map(re.escape, names)) or '$.'})\s*/\s*([\d.]+)")
        found = next((match for one in said if (match := ratio.fullmatch(one))), None)
        return None if found is None else float(found[1])


@dataclass(frozen=True, slots=True)
class WrittenPolicy:
    """A policy of a service."""

    item: Resource
    way: Way | None
    alarms: tuple[WrittenAlarm, ...]

    @property
    def cooldown_s(self) -> float:
        """How long it waits after it has acted [s]."""
        configuration = self.item.block(STEPS)
        cooldown = None if configuration is None else configuration.number("cooldown")
        return COOLDOWN_S if cooldown is None else cooldown

    @property
    def first_step(self) -> float | None:
        """How many tasks its smallest step adds or takes; ``None`` where it is no number of tasks."""
        configuration = self.item.block(STEPS)
        if configuration is None or configuration.text("adjustment_type") != "ChangeInCapacity":
            return None
        amounts = [step.number("scaling_adjustment") for step in configuration.blocks("step_adjustment")]
        known = [abs(one) for one in amounts if one]
        return min(known) if known else None

    @property
    def tracked(self) -> str:
        """The metric that it tracks, as alarms call it."""
        configuration = self.item.block(TRACKING)
        specification = (
            None if configuration is None else configuration.block("predefined_metric_specification")
        )
        name = "" if specification is None else specification.text("predefined_metric_type")
        return _OF_ECS.get(name, name)


@dataclass(frozen=True, slots=True)
class WrittenScaling:
    """The scaling of one service."""

    target: Resource
    policies: tuple[WrittenPolicy, ...]

    def going(self, way: Way) -> list[WrittenPolicy]:
        """Return the policies that go one way.

        Raises:
            CannotTell: of one of them it is not known which way it goes.

        """
        for policy in self.policies:
            if policy.way is None:
                for step in steps_of(policy.item):
                    if (inner := unknown_in(step.get("scaling_adjustment"))) is not None:
                        raise CannotTell(inner)
        return [one for one in self.policies if one.way is way]

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and most tasks.

        Raises:
            CannotTell: one of them is not known.

        """
        return self.target.number("min_capacity") or 0, self.target.number("max_capacity") or 0
