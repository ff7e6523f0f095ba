"""One service asked about, and what today's policies look like in a snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from fleet import made

from trimtab.advice.case.case import workload_of
from trimtab.advice.case.objective import DEFAULT, Objective
from trimtab.advice.choice.question import Question
from trimtab.catalog.load import fargate_sizes, prices
from trimtab.fleet.model import Scaling, Step, StepPolicy, TrackingPolicy
from trimtab.sizing.model import Sizing
from trimtab.sizing.rightsizing import floor_of, right_size
from trimtab.terraform_module import Ladder, Ladders, OutStep
from trimtab.timing.startup import timing_of

if TYPE_CHECKING:
    from trimtab.demand.series import F64, Demand
    from trimtab.fleet.model import Service

PRICES = prices("us-east-1")
MINUTES = np.arange(3 * made.DAY)


def wave(level: float = 1.0) -> F64:
    """Three days of one wave each [vCPU]."""
    return np.asarray(level * (1.2 + np.sin(MINUTES / made.DAY * 2 * np.pi)), dtype=np.float64)


def asked(service: Service, demand: Demand, objective: Objective = DEFAULT) -> tuple[Question, Sizing]:
    """Return the question and the estimate that the search begins from."""
    floor = objective.least_tasks(service.name) or floor_of(service)
    sizing = right_size(service, demand, PRICES, fargate_sizes(), floor=floor)
    assert isinstance(sizing, Sizing)
    question = Question(
        workload=workload_of(service, demand),
        timing=timing_of(service),
        prices=PRICES,
        objective=objective,
        estimated=sizing.size,
    )
    return question, sizing


TODAY = Ladders(
    min_tasks=2,
    max_tasks=14,
    cpu=Ladder(high=65, low=30, steps=(OutStep(above=0, add=1), OutStep(above=10, add=2))),
    memory=Ladder(high=90, low=85, steps=(OutStep(above=0, add=1), OutStep(above=5, add=2))),
)


def scaling_of(ladders: Ladders) -> Scaling:
    """Return the ladders as a snapshot has them once ``modules/scaling/autoscaling.tf`` has applied them."""

    def out(metric: str, ladder: Ladder) -> StepPolicy:
        bounds = [*(float(step.above) for step in ladder.steps), None]
        return StepPolicy(
            name=f"{metric}-out",
            metric=metric,  # type: ignore[arg-type]
            comparison="greater",
            threshold=float(ladder.high),
            period_s=ladders.period_s,
            evaluation_periods=ladders.out_datapoints[1],
            datapoints_to_alarm=ladders.out_datapoints[0],
            adjustment_type="ChangeInCapacity",
            cooldown_s=ladders.out_cooldown_s,
            steps=tuple(
                Step(lower=bounds[i], upper=bounds[i + 1], adjustment=step.add)
                for i, step in enumerate(ladder.steps)
            ),
        )

    if ladders.tracking is not None:
        return Scaling(
            min_tasks=ladders.min_tasks,
            max_tasks=ladders.max_tasks,
            tracking=tuple(
                TrackingPolicy(
                    name=f"{metric}-tracking",
                    metric=metric,  # type: ignore[arg-type]
                    target=float(target),
                    out_cooldown_s=ladders.out_cooldown_s,
                    in_cooldown_s=ladders.in_cooldown_s,
                )
                for metric, target in ladders.tracking.targets
            ),
        )
    edges = [*(step.below - 1 for step in ladders.scale_in), None]
    joint = StepPolicy(
        name="joint-in",
        metric="joint",
        comparison="less",
        threshold=1.0,
        period_s=ladders.period_s,
        evaluation_periods=ladders.in_datapoints[1],
        datapoints_to_alarm=ladders.in_datapoints[0],
        adjustment_type="ChangeInCapacity" if ladders.in_percent is None else "PercentChangeInCapacity",
        min_magnitude=ladders.in_percent if ladders.in_percent and ladders.in_percent > 1 else 0,
        cooldown_s=ladders.in_cooldown_s,
        steps=tuple(
            Step(lower=edges[i + 1], upper=edges[i], adjustment=-step.remove)
            for i, step in enumerate(ladders.scale_in)
        ),
        cpu_low=float(ladders.cpu.low),
        memory_low=float(ladders.memory.low),
    )
    return Scaling(
        min_tasks=ladders.min_tasks,
        max_tasks=ladders.max_tasks,
        policies=(out("cpu", ladders.cpu), out("memory", ladders.memory), joint),
    )


def adopted(ladders: Ladders = TODAY, cpu_units: int = 512, memory_mib: int = 1024) -> Service:
    """A service that the module runs already."""
    return made.service(size=made.size(cpu_units, memory_mib), scaling=scaling_of(ladders))
