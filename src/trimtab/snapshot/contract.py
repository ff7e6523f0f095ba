"""The contract of whatever reads a fleet: what it hands over, and what it does when it cannot.

A folder is read (``trimtab.snapshot.folder``), and made from a live account or a Terraform state. What
is wrong in a way that the user must mend is a ``SnapshotError``. A service that is read well but has
too little to say is no error: it is ``LeftOut``, with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import polars as pl

from trimtab.fleet.left_out import LeftOut, LeftOutReason
from trimtab.units import DAY_MIN, DAY_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimtab.catalog.load import Prices
    from trimtab.fleet.model import Fleet, Service

STEP_S = 60
"""Seconds between two rows: CloudWatch's period for ECS metrics without extra charge."""

MIN_MINUTES = DAY_MIN
"""Reported minutes from which a service is answered: one day, as Compute Optimizer asks."""

ABSURD_PERCENT = 200.0
"""Utilisation above this is a wrong unit or column. Fargate's own readings go a little over
100 % (Stack Overflow 70386167), so 100 would refuse what CloudWatch really returns."""

ABSURD_A_MINUTE = 1e10
"""Requests of one service: 170 million a second, far more than any is known to be sent. Above, money has
more digits than an amount may have."""
ABSURD_S = 1e5
"""Of one answer [s]: a load balancer closes what is silent for 4,000 s (``idle_timeout.timeout_seconds``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricColumn:
    """One series of each service, by the minute. Reading, checking and writing follow from it."""

    name: str
    unit: str
    namespace: str
    metric: str
    statistic: str
    of: Literal["service", "insights", "targets", "named"]
    """What is measured: the service, by ECS or by Container Insights, its target groups at a load balancer,
    or whatever the user named for it (``Service.further``)."""
    together: Literal["sum", "most"] = "sum"
    """What several target groups are made one by. Percentiles cannot be added up: that of all requests is
    never above the largest of the groups' own, so the largest stands for it."""
    absent_is_zero: bool = False
    """Whether CloudWatch reports it only where it is not zero: then a minute whose requests were counted and
    timed, and that has no value, had none."""
    whole: bool = False
    """Whether values are whole numbers."""
    most: float | None = None
    """No value is above."""
    later: bool = False
    """Whether snapshots were taken before there was such a column: then it is empty in them."""

    @property
    def sign(self) -> str:
        """The unit behind a number."""
        return "%" if self.unit.startswith("percent") else self.unit


def _utilisation(kind: str, statistic: str) -> MetricColumn:
    return MetricColumn(
        name=f"{kind.lower()}_{statistic.lower()}_percent",
        unit="percent of the task's size",
        namespace="AWS/ECS",
        metric=f"{kind}Utilization",
        statistic=statistic,
        of="service",
        most=ABSURD_PERCENT,
    )


def _response(percentile: int) -> MetricColumn:
    return MetricColumn(
        name=f"response_p{percentile}_s",
        unit="seconds until the answer begins",
        namespace="AWS/ApplicationELB",
        metric="TargetResponseTime",
        statistic=f"p{percentile}",
        of="targets",
        most=ABSURD_S,
        together="most",
        later=True,
    )


_UTILISATION = tuple(
    _utilisation(kind, statistic) for kind in ("CPU", "Memory") for statistic in ("Average", "Maximum")
)
COLUMNS = (
    *_UTILISATION,
    MetricColumn(
        name="requests",
        unit="requests a minute, all tasks together",
        namespace="AWS/ApplicationELB",
        metric="RequestCount",
        statistic="Sum",
        of="targets",
        most=ABSURD_A_MINUTE,
    ),
    MetricColumn(
        name="running_tasks",
        unit="tasks",
        namespace="ECS/ContainerInsights",
        metric="RunningTaskCount",
        statistic="Average",
        of="insights",
        whole=True,
    ),
    *(_response(percentile) for percentile in (50, 95, 99)),
    MetricColumn(
        name="target_5xx",
        unit="answers with a 5xx code of the targets a minute",
        namespace="AWS/ApplicationELB",
        metric="HTTPCode_Target_5XX_Count",
        statistic="Sum",
        of="targets",
        most=ABSURD_A_MINUTE,
        absent_is_zero=True,
        later=True,
    ),
    MetricColumn(
        name="further",
        unit="in the metric's own unit",
        namespace="as named",
        metric="as named",
        statistic="as named",
        of="named",
        later=True,
    ),
)
"""All of one service's series."""

UTILISATION_COLUMNS = tuple(column.name for column in _UTILISATION)
"""Percent of the task's size at that time: the mean over running tasks, and the hottest task."""

METRIC_COLUMNS = tuple(column.name for column in COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything Trimtab knows about a fleet. Made by ``snapshot_of`` or ``read_snapshot``."""

    fleet: Fleet
    metrics: Mapping[str, pl.DataFrame]
    """By service: ``timestamp`` and ``METRIC_COLUMNS``, one row for every minute of the fleet's
    span, so that row i is the same minute in all of them. Null: not reported. A service
    without a single row has no entry."""
    skipped: tuple[LeftOut, ...] = ()
    prices: Prices | None = None
    """The region's list prices as they were read with the fleet, if they were."""

    @property
    def usable(self) -> tuple[Service, ...]:
        """The services that can be answered, in the fleet's order."""
        left_out = {skip.service for skip in self.skipped}
        return tuple(service for service in self.fleet.services if service.name not in left_out)


def span_of(fleet: Fleet) -> tuple[datetime, int]:
    """Return the first minute of the fleet's metrics (UTC) and how many minutes they cover."""
    start = datetime.fromisoformat(fleet.start).astimezone(UTC)
    return start, round(fleet.days * DAY_S / STEP_S)


def complete() -> pl.Expr:
    """Tell which minutes reported: all statistics are there, and at least one task ran."""
    statistics = pl.all_horizontal(pl.col(name).is_not_null() for name in UTILISATION_COLUMNS)
    return statistics & (pl.col("running_tasks").fill_null(0) > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """How much of a service there is in its rows."""

    rows: int = 0
    """With a value in any column."""
    most_tasks: float | None = None
    """Running in any minute; None: never counted."""
    minutes: int = 0
    """With all statistics, and at least one task."""

    def and_also(self, other: Reported) -> Reported:
        """Return what there is in these rows and those of ``other``."""
        counted = [most for most in (self.most_tasks, other.most_tasks) if most is not None]
        return Reported(
            rows=self.rows + other.rows,
            most_tasks=max(counted, default=None),
            minutes=self.minutes + other.minutes,
        )


def reported_of(metrics: pl.DataFrame) -> Reported:
    """Return how much there is in a service's rows."""
    rows, most, minutes = metrics.select(
        pl.any_horizontal(pl.col(METRIC_COLUMNS).is_not_null()).sum().alias("rows"),
        pl.col("running_tasks").max().alias("most"),
        complete().sum().alias("minutes"),
    ).row(0)
    return Reported(rows=int(rows), most_tasks=most, minutes=int(minutes))


def skip_of(service: str, reported: Reported) -> LeftOut | None:
    """Return why a service cannot be answered, or ``None`` when it can."""
    if not reported.rows:
        return LeftOut(
            service=service,
            reason=LeftOutReason.NO_METRICS,
            detail="the metrics hold no reported minute of it",
        )
    if reported.most_tasks == 0:
        return LeftOut(
            service=service,
            reason=LeftOutReason.NEVER_RAN,
            detail="no task was running in any reported minute",
        )
    if reported.minutes < MIN_MINUTES:
        detail = (
            f"{reported.minutes} complete minutes of CPU, memory and running tasks; {MIN_MINUTES} are needed"
        )
        return LeftOut(service=service, reason=LeftOutReason.TOO_LITTLE_DATA, detail=detail)
    return None
