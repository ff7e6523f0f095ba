"""The nouns of a fleet as it is deployed. Frozen, typed, read strictly from ``fleet.json``.

Units live in the names: ``cpu_units`` (1024 = 1 vCPU), ``memory_mib`` (Fargate's "GB" is
1024 MiB), ``_s`` seconds, ``_percent`` 0 to 100.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from trimtab.catalog import size as _size
from trimtab.fleet import fitted as _fitted
from trimtab.fleet import history as _history
from trimtab.fleet import identity as _identity
from trimtab.fleet.left_out import LeftOut  # noqa: TC001 - msgspec reads the annotations
from trimtab.redaction import REDACTED

SCHEMA_VERSION: Final = 1

Architecture = _size.Architecture
TaskSize = _size.TaskSize
FleetIdentity = _identity.FleetIdentity
ServiceIdentity = _identity.ServiceIdentity
AlarmChange = _history.AlarmChange
Fitted = _fitted.Fitted
NotScaled = _history.NotScaled
Positive = _size.Positive
Exposure = Literal["public", "internal"]
NonNegative = Annotated[int, Meta(ge=0)]
Seconds = Annotated[float, Meta(ge=0)]
Insights = Literal["disabled", "enabled", "enhanced"]
"""The cluster's setting ``containerInsights``."""
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$")]


class _Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all nouns: immutable, and a field we do not know is a mistake, not a comment."""


class Step(_Frozen, frozen=True, kw_only=True):
    """One step adjustment. Bounds are relative to the alarm's threshold; ``None`` is open."""

    lower: float | None = None
    upper: float | None = None
    adjustment: int


class StepPolicy(_Frozen, frozen=True, kw_only=True):
    """A step-scaling policy and the alarm that invokes it."""

    name: str
    metric: Literal["cpu", "cpu_maximum", "memory", "joint", "requests", "requests_filled"]
    """Averages over the tasks, save ``cpu_maximum``: the hottest task's. Requests are those of a target and
    period; where they are filled a gap counts 0."""
    comparison: Literal["greater", "greater_or_equal", "less", "less_or_equal"]
    threshold: float
    period_s: Positive = 60
    evaluation_periods: Positive
    datapoints_to_alarm: Positive
    adjustment_type: Literal["ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity"]
    cooldown_s: NonNegative
    steps: Annotated[tuple[Step, ...], Meta(min_length=1, max_length=20)]
    cpu_low: float | None = None
    """Joint only: what CPU and memory are divided by [percent]; their larger ratio is the metric."""
    memory_low: float | None = None
    requests_low: float | None = None
    """The same of requests a target and period; ``None``: they are no part of it."""
    missing: Literal["missing", "ignore", "breaching", "notBreaching"] = "missing"
    """The alarm's ``TreatMissingData``."""
    aggregation: Literal["Average", "Minimum", "Maximum"] = "Average"
    """``MetricAggregationType``."""
    min_magnitude: NonNegative = 0
    """``MinAdjustmentMagnitude``, of percent changes only; 0: none."""


class TrackingAlarm(_Frozen, frozen=True, kw_only=True):
    """One of the two alarms that Application Auto Scaling makes for a target-tracking policy."""

    high: bool
    """Whether it asks for more tasks; else for fewer."""
    threshold: float
    period_s: Positive = 60
    evaluation_periods: Positive
    datapoints_to_alarm: Positive


class TrackingPolicy(_Frozen, frozen=True, kw_only=True):
    """A target-tracking policy: ``TargetTrackingScalingPolicyConfiguration``."""

    name: str
    metric: Literal["cpu", "memory", "requests"]
    """``PredefinedMetricType``: average CPU or memory [percent], or requests a target and minute."""
    target: Annotated[float, Meta(gt=0)]
    out_cooldown_s: NonNegative = 300
    in_cooldown_s: NonNegative = 300
    scale_in: bool = True
    """``DisableScaleIn`` is false."""
    alarms: tuple[TrackingAlarm, ...] = ()
    """As AWS made them; empty: not read."""


class ScheduledAction(_Frozen, frozen=True, kw_only=True):
    """A scheduled action: it sets bounds, which stay until another one sets them anew."""

    name: str
    schedule: str
    """``cron(...)``, ``rate(...)`` or ``at(...)``."""
    timezone: str = "UTC"
    min_tasks: NonNegative | None = None
    max_tasks: NonNegative | None = None
    start: str | None = None
    """ISO 8601: not before."""
    end: str | None = None
    """ISO 8601: not after."""


class Unmodelled(_Frozen, frozen=True, kw_only=True):
    """Something that moves the task count and that no replay here can do."""

    what: str
    """Such as ``policy backlog-out``."""
    why: str
    """Such as ``follows ApproximateNumberOfMessagesVisible of AWS/SQS``."""
    foreign: bool = False
    """Whether it follows something else than CPU, memory or requests: then ladders on CPU and memory
    cannot take its place."""


class Scaling(_Frozen, frozen=True, kw_only=True):
    """Bounds of the task count, and what moves it between them."""

    min_tasks: NonNegative
    max_tasks: Positive
    policies: tuple[StepPolicy, ...] = ()
    tracking: tuple[TrackingPolicy, ...] = ()
    scheduled: tuple[ScheduledAction, ...] = ()
    suspended: tuple[Literal["in", "out", "scheduled"], ...] = ()
    """``SuspendedState``: what Application Auto Scaling is told not to do."""
    unmodelled: tuple[Unmodelled, ...] = ()

    @property
    def foreign(self) -> tuple[Unmodelled, ...]:
        """What follows something else than CPU, memory or requests."""
        return tuple(one for one in self.unmodelled if one.foreign)


class ContainerHealthCheck(_Frozen, frozen=True, kw_only=True):
    """The task definition's own health check."""

    command: tuple[str, ...]
    interval_s: Positive
    timeout_s: Positive
    retries: Positive
    start_period_s: NonNegative

    @property
    def redacted(self) -> bool:
        """Whether the command is not kept, or a word was taken out: it is no command any more."""
        return any(REDACTED in word for word in self.command)


class TargetHealthCheck(_Frozen, frozen=True, kw_only=True):
    """The target group's health check."""

    path: str
    interval_s: Positive
    timeout_s: Positive
    healthy_threshold: Positive
    unhealthy_threshold: Positive
    matcher: str = "200"


class ResponseTimes(_Frozen, frozen=True, kw_only=True):
    """How long requests took, all in the span of the metrics together [s].

    The load balancer's ``TargetResponseTime``: from sending a request to the first byte of the
    answer's headers, so the sending of a long answer is not in it.
    """

    requests: Positive
    """How many there were."""
    p50_s: Seconds
    p99_s: Seconds
    p999_s: Seconds
    max_s: Seconds

    def __post_init__(self) -> None:
        if not self.p50_s <= self.p99_s <= self.p999_s <= self.max_s:
            msg = f"{self.p50_s:g}, {self.p99_s:g}, {self.p999_s:g} and {self.max_s:g} s must not fall"
            raise ValueError(msg)


class Traffic(_Frozen, frozen=True, kw_only=True):
    """How a load balancer reaches the service."""

    exposure: Exposure
    priority: Annotated[int, Meta(ge=1, le=50000)]
    paths: Annotated[tuple[str, ...], Meta(min_length=1, max_length=5)]
    deregistration_delay_s: NonNegative
    grace_period_s: NonNegative
    health_check: TargetHealthCheck
    response_times: ResponseTimes | None = None
    """``None``: not recorded."""


class Egress(_Frozen, frozen=True, kw_only=True):
    """Where tasks connect to besides HTTPS: one port of one range or security group."""

    name: Name
    port: Annotated[int, Meta(ge=1, le=65535)]
    cidr: str | None = None
    security_group_id: str | None = None


class StartSample(_Frozen, frozen=True, kw_only=True):
    """One task's start [s]. The first three from DescribeTasks, the last from target health.

    placement: createdAt to pullStartedAt; pull: pullStartedAt to pullStoppedAt;
    boot: pullStoppedAt to startedAt; ready: startedAt to the first passing check.
    """

    placement_s: Seconds
    pull_s: Seconds
    boot_s: Seconds
    ready_s: Seconds


class Failure(_Frozen, frozen=True, kw_only=True):
    """Something AWS said went wrong with a service."""

    at: str
    """ISO 8601, UTC."""
    kind: Literal["service event", "stopped task", "scaling activity"]
    text: str
    """What of AWS's own words is known: cause, counts and ids, in their order."""


class ScalingActivity(_Frozen, frozen=True, kw_only=True):
    """One change of the task count by Application Auto Scaling."""

    start: str
    """ISO 8601, UTC, to the millisecond where it was told."""
    end: str | None = None
    """When the running count had followed; ``None``: not yet, or never."""
    status: str
    """As the API writes it: Successful, Failed, Unfulfilled, Overridden ..."""
    description: str
    """Such as "Setting desired count to 7."."""
    cause: str | None = None
    """What asked for it, in a word: alarm, schedule or bounds; ``None``: in words that are not kept."""


class FurtherMetric(_Frozen, frozen=True, kw_only=True):
    """A CloudWatch metric that the user named for a service: its values are the column ``further``."""

    namespace: str
    name: str
    dimensions: dict[str, str] = {}
    statistic: str


class Service(_Frozen, frozen=True, kw_only=True):
    """One ECS service as it is deployed."""

    name: Name
    image: str
    size: TaskSize
    architecture: Architecture = "X86_64"
    port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    cost_center: str = ""
    scaling: Scaling
    traffic: Traffic | None = None
    health_check: ContainerHealthCheck | None = None
    stop_timeout_s: Annotated[int, Meta(ge=2, le=120)] = 30
    log_retention_days: Positive | None = None
    """``None``: kept for ever."""
    log_bytes_day: NonNegative | None = None
    """What it writes to CloudWatch Logs a day [bytes]; ``None``: not recorded."""
    environment: dict[str, str] = {}
    secrets: dict[str, str] = {}
    callers: tuple[str, ...] = ()
    egress: tuple[Egress, ...] | None = None
    """``None``: not known. Nothing beyond HTTPS is the empty tuple."""
    start_samples: tuple[StartSample, ...] = ()
    failures: tuple[Failure, ...] = ()
    """Newest first."""
    scaling_activities: tuple[ScalingActivity, ...] = ()
    """Newest first."""
    not_scaled: tuple[NotScaled, ...] = ()
    """Activities that changed nothing, newest first."""
    alarm_changes: tuple[AlarmChange, ...] = ()
    """Of the alarms that call its policies, newest first."""
    fitted: Fitted | None = None
    """What calibration found; ``fleet.json`` never has it, ``calibration.json`` does."""
    identity: ServiceIdentity | None = None
    """What it is called in the account; ``None``: not read, so it cannot be adopted."""
    further: FurtherMetric | None = None
    """What its column ``further`` is; ``None``: nobody named one."""


class Fleet(_Frozen, frozen=True, kw_only=True):
    """All services of one cluster, and the span of time their metrics cover."""

    schema_version: Literal[1]
    cluster: Name
    region: str
    environment: str
    start: str
    """First minute of the metrics, ISO 8601 UTC."""
    days: Annotated[float, Meta(gt=0)]
    provenance: str = ""
    container_insights: Insights | None = None
    """The cluster's setting; ``None``: not recorded."""
    balancer_hosts: tuple[str, ...] = ()
    """Hosts of one's own that lead to its load balancer (Route 53 aliases). AWS is not asked for them."""
    services: Annotated[tuple[Service, ...], Meta(min_length=1)]
    skipped: tuple[LeftOut, ...] = ()
    """Services that are there but could not be read. They are not among ``services``."""
    notes: tuple[str, ...] = ()
    """What is missing or assumed, a sentence each."""
    identity: FleetIdentity | None = None
    """The account around the services; ``None``: not read, so the fleet cannot be adopted."""

    @property
    def account(self) -> str | None:
        """The account's id; ``None``: not known, or no such id, as in a state that was edited."""
        found = self.identity.account_id if self.identity is not None else ""
        return found if re.fullmatch(r"[0-9]{12}", found) else None
