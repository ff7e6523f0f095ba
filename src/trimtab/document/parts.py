"""The nouns of ``recommendation.json`` below the choice: ladders, work, timing, replay, cost.

They are the file's own, apart from the package's: what is renamed inside does not change what was
published. The names of their fields are those of the nouns they are made from.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias, TypeVar

import msgspec
from msgspec import Meta

from trimtab.advice.case.asked import EmptyBy  # noqa: TC001
from trimtab.advice.case.outcome import Basis  # noqa: TC001
from trimtab.demand.memory.growth import MemoryShape  # noqa: TC001  # msgspec reads these when it runs
from trimtab.timing.ground import Setting  # noqa: TC001

MOST: Final = 10**15
"""What any number may be: more is a slip, and no dollars, minutes or MiB can be worked out of it."""
Count: TypeAlias = Annotated[int, Meta(ge=0, le=MOST)]
Share: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
Amount: TypeAlias = Annotated[float, Meta(ge=0, le=MOST)]
Difference: TypeAlias = Annotated[float, Meta(ge=-MOST, le=MOST)]
Whole: TypeAlias = Annotated[int, Meta(ge=-MOST, le=MOST)]
HourOfWeek: TypeAlias = Annotated[int, Meta(ge=0, lt=168)]
Size: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9]+/[0-9]+$")]
"""CPU units / MiB of a task."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the document's parts: a field that is not listed is refused."""


_Part = TypeVar("_Part", bound=Part)


def part_of(part: type[_Part], noun: object) -> _Part:
    """Return a noun as the part whose fields have the same names; what the part lacks is left out."""
    return msgspec.convert(noun, type=part, from_attributes=True)


class OutStepPart(Part, frozen=True, kw_only=True):
    """From ``above`` percent points over the threshold, ``add`` tasks."""

    above: Difference
    add: Whole


class InStepPart(Part, frozen=True, kw_only=True):
    """While the joint metric is below ``below``, ``remove`` tasks; percent of them with ``in_percent``."""

    below: Difference
    remove: Whole


class LadderPart(Part, frozen=True, kw_only=True):
    """One metric's thresholds and its steps out."""

    high: Difference
    """Scale-out begins above [percent]."""
    low: Difference
    """What the joint metric divides by [percent]."""
    steps: tuple[OutStepPart, ...]


class PiecePart(Part, frozen=True, kw_only=True, omit_defaults=True):
    """From a minute of the local day on, at least so many tasks."""

    minute: Count
    min_tasks: Count
    max_tasks: Count | None = None
    """And at most so many; left out: the service's own maximum. 0 with a minimum of 0: no task runs."""


class SchedulePart(Part, frozen=True, kw_only=True):
    """Minima by the time of day, laid down by scheduled actions."""

    timezone: str
    weekdays: tuple[PiecePart, ...]
    weekend: tuple[PiecePart, ...] | None
    """Null: every day is as a weekday."""


class TrackingPart(Part, frozen=True, kw_only=True):
    """Targets that AWS tracks [percent]."""

    cpu: Difference
    memory: Difference | None
    """Null: tasks come and go by CPU alone."""


class ScalingPart(Part, frozen=True, kw_only=True, omit_defaults=True):
    """What Application Auto Scaling is told. Scale-in: ``MAX([cpu/cpu.low, memory/memory.low]) < 1``."""

    min_tasks: Count
    max_tasks: Count
    cpu: LadderPart
    memory: LadderPart
    scale_in: tuple[InStepPart, ...]
    out_cooldown_s: Count
    in_cooldown_s: Count
    period_s: Count
    out_datapoints: tuple[Count, Count]
    """M of N periods above a high threshold."""
    in_datapoints: tuple[Count, Count]
    """M of N periods with the joint metric below 1."""
    in_percent: Count | None = None
    """Where given, ``remove`` is percent of the tasks that run, and at least so many tasks."""
    fast_signals: bool = False
    """Whether an alarm of 20 s stands beside the one out on CPU; left out where not."""
    schedule: SchedulePart | None = None
    """Minima by the time of day, of which ``min_tasks`` is the least but 0."""
    requests: LadderPart | None = None
    """One more ladder out and term of the joint metric, on requests a target and period [1/period]."""
    tracking: TrackingPart | None = None
    """Target tracking in the place of step policies. Where it is given, of the other fields only bounds and
    cooldowns count."""


class GrowthPart(Part, frozen=True, kw_only=True):
    """How the service's memory behaves over a task's life."""

    shape: MemoryShape
    slope_mib_per_day: Difference
    """Where it grows without end, else 0."""
    p_value: Share
    """That chance alone makes it rise so."""
    level_mib: Difference
    """What a task may hold when its life begins."""
    age_days: Amount
    """Of the life that runs when the record ends."""
    typical_life_days: Amount
    resets: tuple[Count, ...]
    """Steps of the record at which a new life began."""


class LoadMemoryPart(Part, frozen=True, kw_only=True):
    """A task's memory on its CPU; a slope of 0: it does not follow load."""

    slope_mib_per_vcpu: Difference
    r2: Amount
    """Of the variance, the share explained, 0 to 1."""
    base_mib: Difference
    """What a task holds without load, where memory follows it."""


class TermPart(Part, frozen=True, kw_only=True):
    """One term of the tasks' own CPU."""

    value: Amount
    """0 where it is not told."""
    most: Amount
    """Upper end of the one-sided 99 % interval."""
    why: str
    """Why it is not told; empty where it is."""


class OwnCpuPart(Part, frozen=True, kw_only=True):
    """CPU that tasks use besides the work."""

    idle: TermPart
    """Of a running task without work [vCPU]."""
    boot: TermPart
    """Of a start [vCPU-seconds]."""


class WorkPart(Part, frozen=True, kw_only=True):
    """What the choice rests on, freed from today's size and count."""

    cpu_mean_vcpu: Amount
    cpu_peak_vcpu: Amount
    memory_peak_mib: Amount
    """Largest task as measured."""
    memory_margin: Annotated[float, Meta(ge=1, le=MOST)]
    """Over that peak [ratio]."""
    growth: GrowthPart
    hottest_ratio: Annotated[float, Meta(ge=1, le=MOST)]
    """The hottest task's CPU over the average one's."""
    load_memory: LoadMemoryPart
    censored_share: Share
    """Of reported minutes at the CPU ceiling, whose demand is lifted."""
    own: OwnCpuPart
    floor: Count
    """Least tasks, whatever the demand."""
    busy_hours: tuple[HourOfWeek, ...] = ()
    """In which the work came within a tenth of its busiest hour, UTC, 0 from Monday midnight; of a record
    that is shorter than a week the same of each day. Empty: no work was recorded."""


class StartupPart(Part, frozen=True, kw_only=True):
    """From the image being there to the first passing check [s]."""

    seconds: Count
    """What the service module is told."""
    samples: Count
    quantile: Share | None
    """Of the recorded starts; null: none was recorded."""
    measured_s: Amount | None
    slowest_s: Amount | None
    warning: str
    """Empty, or why the number is less certain than it looks."""
    needed_s: Count
    """What the starts ask for at the proposed size [s], which may be more than the module takes."""
    slower: str
    """What less CPU than today's does to a start; empty where there is no less."""


class ContainerTimingPart(Part, frozen=True, kw_only=True):
    """The container's own health check."""

    start_period_s: Count
    interval_s: Count
    timeout_s: Count
    retries: Count


class TargetTimingPart(Part, frozen=True, kw_only=True):
    """The target group's health check, and the drain."""

    interval_s: Count
    timeout_s: Count
    healthy_threshold: Count
    unhealthy_threshold: Count
    grace_period_s: Count
    deregistration_delay_s: Count
    deregistration_reason: str


class GroundPart(Part, frozen=True, kw_only=True):
    """Why a setting of the timing has its value."""

    setting: Setting
    value: Count
    """[s]; retries: tries."""
    quantile: Share | None
    """Of what was measured, 1 the largest; null: nothing was measured."""
    measured_s: Amount | None
    margin: Amount | None
    """``value`` over ``measured_s`` [ratio]."""
    samples: Count
    sentence: str


class TimingPart(Part, frozen=True, kw_only=True):
    """All timing of one service."""

    startup: StartupPart
    container: ContainerTimingPart
    target: TargetTimingPart | None
    """Null where no load balancer sends traffic."""
    stop_timeout_s: Count
    longest_request_s: Count | None
    """What the service module is told the longest request is; null leaves it its default."""
    grounds: tuple[GroundPart, ...]
    warnings: tuple[str, ...]


class P95Part(Part, frozen=True, kw_only=True):
    """The p95 response time of a minute: what it stays below in all but ``over_percent`` of them."""

    why: str
    """Why there is no model of it; empty where there is one."""
    recorded_ms: Amount | None
    """As the load balancer measured it; null where it did not."""
    today_ms: Amount | None
    """By the model, in a replay of today; null where tasks get too busy to tell."""
    proposed_ms: Amount | None
    """By the model, in a replay of the advice. At another size a bound, mostly far above what it will be."""
    cpu_percent: Amount | None
    """CPU up to which tasks of the advised size keep ``p95_ms``; null where none is asked for or kept."""
    busy_percent: Amount | None
    """How busy they get: of their whole CPU, the trace collector's use included."""
    seen_percent: Amount | None
    """How busy they may get for the record to tell; beyond, the figures rest on assumptions."""
    minutes: Count
    """That the model rests on."""
    held_error_percent: Amount | None
    """What it misses on the last part of the record, which it was not fitted on, median."""
    held_above_percent: Amount | None
    """Minutes of that part above its bound; 5 are to be expected."""


class ClosedPart(Part, frozen=True, kw_only=True):
    """Minutes of the local day, 0 to 1439, over midnight where the second is the smaller."""

    from_minute: Count
    until_minute: Count
    """At which the second action brings both bounds back."""


class OffHoursPart(Part, frozen=True, kw_only=True):
    """Hours of every day in which no task is to run."""

    timezone: str
    closed: Annotated[tuple[ClosedPart, ...], Meta(min_length=1)]
    evidence: EmptyBy
    """What was empty in them on every recorded day."""
    days: Count
    """On which each hour was seen whole, at the least."""
    lead_min: Count
    """From the action that brings tasks back to the first hour that was not empty [min]."""
    saving_usd_month: Amount
    """Fargate with tasks in those hours over Fargate without, both replayed; in the cost after already."""
    text: str
    """In a sentence or two, with what a caller gets."""


class ElasticityPart(Part, frozen=True, kw_only=True):
    """How well the serving tasks followed those needed (SPEC-RG-2016-01). Smaller is better."""

    under_accuracy_percent: Amount
    over_accuracy_percent: Amount
    under_time_percent: Amount
    over_time_percent: Amount
    jitter_per_min: Difference
    """Above 0 restless, below sluggish; best at 0."""
    instability_percent: Amount


class ReplayPart(Part, frozen=True, kw_only=True):
    """What a replay of the whole recording found, or what was recorded itself."""

    basis: Basis
    """Of what was recorded, starts and drains are in no number."""
    minutes: Annotated[int, Meta(ge=1, le=MOST)]
    filled_share: Share
    """Of them that nobody reported, filled from the last report."""
    tasks_mean: Amount
    tasks_least: Count
    tasks_most: Count
    usd_month: Amount
    """Fargate alone."""
    minutes_over_cpu: Count
    """Above the objective's CPU, or less where the hottest task is full before."""
    minutes_over_memory: Count
    minutes_out_of_memory: Count
    minutes_saturated: Count
    """In which the work wanted more CPU than there was."""
    direction_changes_day: Amount
    tasks_launched: Count
    elasticity: ElasticityPart
    cost_over_bound: Amount | None
    """Over the least that any schedule with as many minutes over costs [ratio]; null: no bound."""


class SplitPart(Part, frozen=True, kw_only=True):
    """What is paid for [USD/month of 730 h]: compute replayed, the others counted."""

    compute_usd_month: Amount
    logs_usd_month: Amount
    insights_usd_month: Amount
    alarms_usd_month: Amount
    balancers_usd_month: Amount
    """Load balancers by the hour, without their units."""
    tracing_usd_month: Amount
    """Traces recorded by X-Ray, at their most: every public request taken to begin one."""


class CostPart(Part, frozen=True, kw_only=True):
    """What it costs [USD/month of 730 h]; the two splits add up to the two totals."""

    recorded_usd_month: Amount
    """Compute of the tasks that were recorded: a check of the replay, and no part of the saving."""
    before_usd_month: Amount
    after_usd_month: Amount
    saving_usd_month: Difference
    before: SplitPart
    after: SplitPart
    logs_known: bool
    """False: the volume of logs is not recorded, and counts as nothing on both sides."""
    insights_known: bool
    """False: today's Container Insights are not recorded, and count as off."""
    balancers_known: bool
    """False: today's load balancers are not recorded, and count as one where there is traffic."""
