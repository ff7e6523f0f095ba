"""What the Terraform modules take, and what they do when told nothing: the one statement of it in Python.

Each number stands in a ``variables*.tf`` of ``terraform/`` too. ``tests/unit/test_terraform_module.py``
reads those and compares every default and bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from trimtab.units import DAY_S

if TYPE_CHECKING:
    from collections.abc import Sequence

# A service: modules/service.

SERVICE_NAME = r"[a-z][a-z0-9-]{0,30}[a-z0-9]"
"""Names that it takes; ECS takes more."""
LONGEST_STARTUP_S = 200
"""Start-up beyond which 1.5 times it no longer fits into ECS's start period of 300 s."""
DEFAULT_LONGEST_REQUEST_S = 20
"""``longest_request``, which drain and stop timeout must outlast."""
DEFAULT_ARCHITECTURE: Final = "X86_64"
DEFAULT_STOP_TIMEOUT_S = 30
DEFAULT_DEREGISTRATION_DELAY_S = 30
DEFAULT_CHECK_INTERVAL_S = 15
DEFAULT_CHECK_TIMEOUT_S = 10
DEFAULT_CHECK_HEALTHY = 2
"""For recovery only: a new target is healthy after one passing check."""
DEFAULT_CHECK_UNHEALTHY = 3
DEFAULT_MATCHER = "200"
DEFAULT_DEPLOYMENT_PERCENT = (100, 200)
"""How much of the count stays up during a deployment, and how much may run: AWS's own defaults."""
DEFAULT_SCHEME = "http"
"""Of the address that a caller gets by ``calls`` (``terraform/platform``)."""

COLLECTOR_MEMORY_MIB = 128
"""Memory set aside for the trace collector that runs beside the application [MiB]. AWS publishes no
figure for the ADOT collector."""
COLLECTOR_CPU_UNITS = 32
"""CPU set aside for it [CPU units]. AWS's sample definition of the X-Ray daemon, which the collector
replaces (ECS developer guide, "Running the X-Ray daemon")."""

POLICY_NAMES: Final = {"cpu-out": 'out["cpu"]', "memory-out": 'out["memory"]', "joint-in": "in[0]"}
"""Names of the scaling policies, and where they are."""
TRACKING_NAMES: Final = {"cpu-tracking": 'tracking["cpu"]', "memory-tracking": 'tracking["memory"]'}
"""The same of target tracking, which stands in the place of the steps; its alarms are AWS's."""
ALARM_ENDINGS: Final = {"cpu-high": 'out["cpu"]', "memory-high": 'out["memory"]', "joint-low": "in[0]"}
"""Ends of the names of the alarms, and where they are."""
FAST_ALARM_ENDINGS: Final = {"cpu-high-fast": "fast[0]"}
"""The same of what `fast_signals` adds."""
ALARMED_METRICS = 4
"""An alarm out for CPU, one for memory, one in for both, which is billed for each (modules/scaling)."""
REQUESTS_METRICS = 2
"""Of a ladder on requests: its alarm out, and one metric more of the alarm in."""
MODULE_TAGS: Final = ("Environment", "Service", "CostCenter")
"""Tags that everything of a service has."""
OPERATOR_ALARM_ENDINGS: Final = {"unhealthy": "unhealthy", "errors": "errors", "at-max": "at_max"}
"""Ends of the names of the alarms for whoever is on call, and what they are."""
BALANCED_METRICS = 3
"""Of those behind a load balancer: unhealthy targets, and the share of errors by two."""
AT_MAX_METRICS = 1
"""Of the one on the count, where a service scales and Container Insights tell it."""

# The cluster and the platform: modules/cluster, terraform/platform.

LONGEST_STEM: Final = 20
"""Characters of the platform's name, with which other names begin."""
DEFAULT_INSIGHTS: Final = "enabled"
DEFAULT_LOG_DAYS_PRODUCTION = 30
DEFAULT_LOG_DAYS_ELSEWHERE = 7
"""Retention of an application's log."""
DEFAULT_SAMPLED_SHARE = 0.05
"""Of the traces, kept."""
PLATFORM_ALARMS = 1
"""Alerts that were lost."""

# Scaling: modules/scaling.

PERCENT = 100
FAST_SIGNAL_S, FAST_SIGNAL_POINTS = 20, 3
"""Period of the alarm beside CPU's, and its points to alarm: a whole minute, as AWS's own tracking has it."""
MOST_PIECES = 6
"""Of a day, each with a minimum of its own (modules/scaling/schedule)."""
TASKS: Final = "ChangeInCapacity"
SHARE: Final = "PercentChangeInCapacity"
"""What steps in may be counted in."""
PERIODS_S = (60, 120, 180, 240, 300)
LEAST_IN_COOLDOWN_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class OutStep:
    """Scale out: from ``above`` percent points over the threshold, ``add`` tasks."""

    above: float
    add: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InStep:
    """Scale in: while the joint metric is below ``below`` [ratio], ``remove`` tasks."""

    below: float
    remove: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """One metric's thresholds [percent] and its steps out."""

    high: float
    low: float
    steps: tuple[OutStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum:
    """From a minute of the day on, at least so many tasks."""

    minute: int
    min_tasks: int
    max_tasks: int | None = None
    """And at most so many; None: the service's own maximum. 0 with a minimum of 0: no task runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Minima by the time of day, set by scheduled actions of AWS."""

    timezone: str
    weekdays: tuple[Minimum, ...]
    """Of every day where there is no weekend."""
    weekend: tuple[Minimum, ...] | None = None

    @property
    def days(self) -> tuple[tuple[Minimum, ...], ...]:
        """The kinds of day there are."""
        return (self.weekdays,) if self.weekend is None else (self.weekdays, self.weekend)

    @property
    def pieces(self) -> tuple[Minimum, ...]:
        """Those of all days."""
        return tuple(piece for day in self.days for piece in day)

    @property
    def bounded(self) -> bool:
        """Whether its actions set the maximum too: where one piece moves it, each must bring it back."""
        return any(piece.max_tasks is not None for piece in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """Target tracking in the place of step policies: AWS makes the alarms, and the steps between them."""

    cpu: float
    """What CPU is kept near [percent]."""
    memory: float | None = None
    """The same of memory; None: tasks come and go by CPU alone."""

    @property
    def targets(self) -> tuple[tuple[str, float], ...]:
        """Each metric that is tracked, in the module's word, and its target [percent]."""
        memory = () if self.memory is None else (("memory", self.memory),)
        return (("cpu", self.cpu), *memory)


CPU_STEPS = (OutStep(above=0, add=1), OutStep(above=15, add=2))
MEMORY_STEPS = (OutStep(above=0, add=1), OutStep(above=5, add=2))
SCALE_IN = (InStep(below=1.0, remove=1), InStep(below=0.5, remove=2))
"""Steps where none are given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladders:
    """What Application Auto Scaling is told about one service.

    Scale-in is one policy on ``MAX([cpu/cpu.low, memory/memory.low]) < 1``: with two alarms,
    idle CPU would take tasks away that memory needs, and memory would bring them back.
    """

    min_tasks: int
    max_tasks: int
    cpu: Ladder
    memory: Ladder
    scale_in: tuple[InStep, ...] = SCALE_IN
    in_percent: int | None = None
    """Where given, steps in take percent of the tasks that run, and at least so many tasks."""
    out_cooldown_s: int = 60
    in_cooldown_s: int = 300
    period_s: int = 60
    out_datapoints: tuple[int, int] = (2, 3)
    """M of N periods over the threshold: one noisy minute adds nothing."""
    in_datapoints: tuple[int, int] = (10, 10)
    fast_signals: bool = False
    """Whether a second alarm on CPU, of 20 s, stands beside the one out and calls the same policy."""
    schedule: Schedule | None = None
    """Minima by the time of day, of which ``min_tasks`` is the least but 0; None: the same all day."""
    requests: Ladder | None = None
    """One more ladder out, on requests a target and period, and a term of the joint metric."""
    tracking: Tracking | None = None
    """Where it is given there are no step policies: of the rest, bounds and cooldowns alone count."""

    @property
    def closes(self) -> bool:
        """Whether there are hours in which no task runs."""
        return self.schedule is not None and any(piece.max_tasks == 0 for piece in self.schedule.pieces)


MODULE = Ladders(
    min_tasks=1,
    max_tasks=1,
    cpu=Ladder(high=70, low=30, steps=CPU_STEPS),
    memory=Ladder(high=90, low=75, steps=MEMORY_STEPS),
)
"""What a service gets where nothing is given; the bounds have no default there."""


def module_takes(ladders: Ladders) -> bool:
    """Tell whether the service module takes these ladders: quick to grow, slow to shrink, no flapping."""
    least, most, cpu = ladders.min_tasks, ladders.max_tasks, ladders.cpu
    if ladders.schedule is not None and not _scheduled(ladders.schedule, least, most):
        return False
    if ladders.tracking is not None:
        return 1 <= least <= most and _tracks(ladders.tracking, ladders)
    requests = ladders.requests
    if requests is not None and not (
        0 < requests.low < requests.high and _rises(requests.steps) and _calm(requests, ladders)
    ):
        return False
    return (
        1 <= least <= most
        and all(0 < one.low < one.high < PERCENT for one in (cpu, ladders.memory))
        and all(_rises(one.steps) for one in (cpu, ladders.memory))
        and _falls(ladders.scale_in)
        and (ladders.in_percent is None or _shares(ladders.scale_in, ladders.in_percent))
        and 0 < ladders.out_cooldown_s < ladders.in_cooldown_s >= LEAST_IN_COOLDOWN_S
        and ladders.period_s in PERIODS_S
        and _windows(ladders)
        and _calm(cpu, ladders)
    )


def _calm(ladder: Ladder, ladders: Ladders) -> bool:
    """Tell whether after each step in the rest, which carries what was taken away, stays below ``high``."""
    least = ladders.min_tasks
    return least == ladders.max_tasks or all(
        step.below * ladder.low * rise(step.remove, ladders.in_percent, least) < ladder.high
        for step in ladders.scale_in
    )


def rise(remove: int, percent: int | None, least: int) -> float:
    """Return what the rest carries after a step in, over what it carried before, at most [ratio].

    ``percent``: as ``Ladders.in_percent``. A step in whole tasks takes the greatest share of the smallest
    fleet; one in percent takes its share of any, and of a small one the least number of tasks.
    """
    if percent is None:
        return (least + remove) / least
    return max((least + percent) / least, PERCENT / (PERCENT - remove))


def _shares(steps: Sequence[InStep], least_taken: int) -> bool:
    return least_taken >= 1 and steps[-1].remove < PERCENT


def _scheduled(schedule: Schedule, least: int, most: int) -> bool:
    bounds = [(one.min_tasks, most if one.max_tasks is None else one.max_tasks) for one in schedule.pieces]
    return (
        all(1 <= len(day) <= MOST_PIECES for day in schedule.days)
        and all(one.minute < two.minute for day in schedule.days for one, two in pairwise(day))
        and min((low for low, high in bounds if (low, high) != (0, 0)), default=0) == least
        and all(low <= high <= most for low, high in bounds)
    )


def _tracks(tracking: Tracking, ladders: Ladders) -> bool:
    targets = [tracking.cpu] if tracking.memory is None else [tracking.cpu, tracking.memory]
    return (
        all(0 < target < PERCENT for target in targets)
        and 0 < ladders.out_cooldown_s <= ladders.in_cooldown_s >= LEAST_IN_COOLDOWN_S
    )


def _rises(steps: Sequence[OutStep]) -> bool:
    ladder = all(one.above < two.above and one.add < two.add for one, two in pairwise(steps))
    return ladder and steps[0].above == 0 and steps[0].add >= 1


def _falls(steps: Sequence[InStep]) -> bool:
    ladder = all(one.below > two.below and one.remove < two.remove for one, two in pairwise(steps))
    return ladder and steps[0].below == 1 and steps[-1].below > 0 and steps[0].remove >= 1


def _windows(ladders: Ladders) -> bool:
    (out_points, out_periods), (in_points, in_periods) = ladders.out_datapoints, ladders.in_datapoints
    return (
        1 <= out_points <= out_periods <= in_periods
        and 1 <= in_points <= in_periods
        and in_periods * ladders.period_s <= DAY_S
    )
