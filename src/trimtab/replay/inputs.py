"""What a replay is given: the demand, the task, its starts, and the choices AWS leaves open.

``docs/replay.md`` is the specification; names and units here are its own. The policy that is
replayed has a file of its own, ``trimtab.replay.policy``; what comes out is in ``result``.
Everything is checked when it is made, so nothing impossible reaches the kernel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from trimtab.errors import ReplayError
from trimtab.replay.checks import number, series, vector, whole

if TYPE_CHECKING:
    from trimtab.demand.series import F64, Mask

I64: TypeAlias = npt.NDArray[np.int64]
"""int64."""

LARGEST_SEED = 2**64 - 1
MOST_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Load:
    """What the work needs, minute by minute, freed of size and count. All arrays have shape (T,)."""

    cpu_vcpu: F64
    """vCPU wanted by all work together [vCPU]."""
    memory_mib: F64
    """What a task holds whatever its load [MiB]."""
    hottest_ratio: F64
    """The hottest task's CPU over the average one's [ratio], at least 1."""
    requests: F64 | None = None
    """Requests of all targets together [1/min]; None: not recorded, so that no alarm on them has a point."""
    memory_slope_mib_per_vcpu: float = 0.0
    """What one more vCPU served by a task adds to its memory [MiB/vCPU]."""

    def __post_init__(self) -> None:
        if not isinstance(self.cpu_vcpu, np.ndarray) or self.cpu_vcpu.ndim != 1 or not self.cpu_vcpu.size:
            raise ReplayError("must be a numpy array of shape (T,), T at least 1", where="load.cpu_vcpu")
        minutes = self.cpu_vcpu.size
        series("load.cpu_vcpu", self.cpu_vcpu, minutes)
        series("load.memory_mib", self.memory_mib, minutes)
        series("load.hottest_ratio", self.hottest_ratio, minutes, least=1.0)
        if self.requests is not None:
            series("load.requests", self.requests, minutes)
        number("load.memory_slope_mib_per_vcpu", self.memory_slope_mib_per_vcpu)

    @property
    def minutes(self) -> int:
        """T, the length of the recording [min]."""
        return int(self.cpu_vcpu.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task: its size, what its sidecar takes of it, and its price."""

    vcpu: float
    memory_mib: float
    price_usd_hour: float
    """Of one task, whatever it holds: vCPU, memory, ephemeral storage, x86 or ARM, Spot or not [USD/h]."""
    overhead_vcpu: float = 0.0
    """The sidecar's: takes capacity away [vCPU]."""
    overhead_mib: float = 0.0
    """What the sidecar holds [MiB]."""
    idle_vcpu: float = 0.0
    """What a running task uses without work [vCPU]."""
    boot_vcpu: float = 0.0
    """What it uses besides, from RUNNING until it serves [vCPU]."""

    def __post_init__(self) -> None:
        number("task.vcpu", self.vcpu, above=True)
        number("task.memory_mib", self.memory_mib, above=True)
        number("task.price_usd_hour", self.price_usd_hour)
        number("task.overhead_vcpu", self.overhead_vcpu)
        number("task.overhead_mib", self.overhead_mib)
        number("task.idle_vcpu", self.idle_vcpu)
        number("task.boot_vcpu", self.boot_vcpu)
        if self.overhead_vcpu + self.idle_vcpu >= self.vcpu:
            raise ReplayError(
                f"{self.overhead_vcpu} vCPU leave nothing of the task's {self.vcpu}"
                if not self.idle_vcpu
                else f"{self.overhead_vcpu} vCPU and {self.idle_vcpu:g} without work leave nothing of the "
                f"task's {self.vcpu}",
                where="task.overhead_vcpu",
            )
        if self.idle_vcpu + self.boot_vcpu > self.vcpu:
            raise ReplayError(
                f"{self.boot_vcpu:g} vCPU and {self.idle_vcpu:g} are more than the task's {self.vcpu}",
                where="task.boot_vcpu",
            )

    def judged_vcpu(self, cpu_share: float) -> float:
        """Return b of section 5: of it work may fill ``cpu_share``, as work and idle may of all [vCPU]."""
        return self.vcpu - self.overhead_vcpu - self.idle_vcpu / cpu_share


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Starts:
    """Recorded starts, one row each; every launch draws one.

    int64 arrays of shape (K,), seconds from the decision to launch, ``pull_s <= running_s <= serving_s``.
    """

    pull_s: I64
    """Image download begins, and with it the bill."""
    running_s: I64
    """The task is RUNNING, and counts in metrics and as Application Auto Scaling's base."""
    serving_s: I64
    """The first health check has passed, and requests come."""

    def __post_init__(self) -> None:
        if not isinstance(self.pull_s, np.ndarray) or self.pull_s.ndim != 1 or not self.pull_s.size:
            raise ReplayError("must be a numpy array of shape (K,), K at least 1", where="starts.pull_s")
        for name in ("pull_s", "running_s", "serving_s"):
            vector(f"starts.{name}", getattr(self, name), np.dtype(np.int64), self.pull_s.size)
        whole("starts.pull_s", int(self.pull_s.min()))
        whole("starts.serving_s", int(self.serving_s.max()))
        for name, earlier, later in (
            ("running_s", self.pull_s, self.running_s),
            ("serving_s", self.running_s, self.serving_s),
        ):
            bad = np.flatnonzero(later < earlier)
            if bad.size:
                raise ReplayError(
                    f"row {bad[0]} is {later[bad[0]]} s, before what precedes it at {earlier[bad[0]]} s",
                    where=f"starts.{name}",
                )

    @classmethod
    def fixed(cls, pull_s: int, running_s: int, serving_s: int) -> Starts:
        """Return starts that all take the same time [s]."""
        return cls(
            pull_s=np.array([pull_s], dtype=np.int64),
            running_s=np.array([running_s], dtype=np.int64),
            serving_s=np.array([serving_s], dtype=np.int64),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayLimits:
    """What the user promised: above these shares a minute is counted as over."""

    cpu_share: float
    """Of the serving tasks' capacity that demand may fill [ratio]."""
    memory_share: float
    """Of a task's memory that it may hold [ratio]."""

    def __post_init__(self) -> None:
        number("objective.cpu_share", self.cpu_share, above=True)
        number("objective.memory_share", self.memory_share, above=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Interruptions:
    """When Spot takes tasks away, and how many; ``spot.spot_interruptions`` makes them from rates."""

    share_percent: I64
    """Of the tasks that hold Spot capacity, those that an event at the minute's tick takes, rounded up
    to whole tasks; 0: no event. int64, shape (T,) [percent]."""
    capacity_wait_s: int = 0
    """For how long after an event no launch finds capacity [s]."""

    def __post_init__(self) -> None:
        if not isinstance(self.share_percent, np.ndarray) or self.share_percent.ndim != 1:
            raise ReplayError("must be a numpy array of shape (T,)", where="interruptions.share_percent")
        vector("interruptions.share_percent", self.share_percent, np.dtype(np.int64), self.share_percent.size)
        bad = np.flatnonzero((self.share_percent < 0) | (self.share_percent > MOST_PERCENT))
        if bad.size:
            raise ReplayError(
                f"minute {bad[0]} is {self.share_percent[bad[0]]} %, which must lie in 0 to {MOST_PERCENT}",
                where="interruptions.share_percent",
            )
        whole("interruptions.capacity_wait_s", self.capacity_wait_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The choices where AWS is undocumented, each with its default and the reason for it."""

    publication_delay_s: int = 120
    """From the end of a minute until its point is visible. AWS's benchmark of 2026: 363 s from a
    step of load to the trigger of a 3-of-3 alarm, of which 180 are the alarm's own."""
    fast_delay_s: int = 20
    """From the end of 20 s until their point is visible. The same benchmark: 86 s, of which 60 are the
    alarm's own and 10 the mean wait for the first whole 20 s."""
    evaluation_extra: int = 2
    """Points beyond N that an alarm looks back when some are missing: the documented examples have
    5 for N = 3; the general size is not documented."""
    aggregate: Literal["alarm", "latest"] = "alarm"
    """What MetricAggregationType runs over: the alarm's N newest points, or the newest alone. The
    documentation says "the most recent data points"."""
    in_activity_s: int = 0
    """How long a scale-in takes to complete: a task told to stop leaves RUNNING at once."""
    launch_rate_per_min: int = 500
    """Tasks launched per minute: the service quota on Fargate."""
    cooldown_blocks_in: bool = True
    """Whether a scale-out's cooldown holds scale-in back as well: one clock a target, as users
    report (containers-roadmap #2135)."""
    queue_limit_vcpu_min: float = 0.0
    """How much work beyond capacity waits for the next minute [vCPU min]; the rest is lost. A web
    request does not wait for minutes; a queue's consumer sets this."""

    def __post_init__(self) -> None:
        whole("model.publication_delay_s", self.publication_delay_s)
        whole("model.fast_delay_s", self.fast_delay_s)
        whole("model.evaluation_extra", self.evaluation_extra)
        whole("model.in_activity_s", self.in_activity_s)
        whole("model.launch_rate_per_min", self.launch_rate_per_min, least=1)
        number("model.queue_limit_vcpu_min", self.queue_limit_vcpu_min)
        if self.aggregate not in {"alarm", "latest"}:
            raise ReplayError(f"must be 'alarm' or 'latest', not {self.aggregate!r}", where="model.aggregate")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inputs:
    """All that is replayed but the policy: candidates for one service and size share it."""

    load: Load
    task: Task
    starts: Starts
    objective: ReplayLimits
    deregistration_delay_s: int
    """From scale-in to SIGTERM; all of it is billed."""
    shutdown_s: int
    """From SIGTERM to stopped."""
    seed: int = 0
    """Of the draws from ``starts``, and of which tasks an interruption takes."""
    no_scale_in: Mask | None = None
    """Minutes in which a deployment is in progress, shape (T,); None: never."""
    interruptions: Interruptions | None = None
    """Of tasks on Spot; None: never, as On-Demand."""
    model: Model = Model()
    """What AWS leaves open, as it was fitted for the service; the defaults where it was not."""

    def __post_init__(self) -> None:
        whole("deregistration_delay_s", self.deregistration_delay_s)
        whole("shutdown_s", self.shutdown_s)
        whole("seed", self.seed, most=LARGEST_SEED)
        if self.task.judged_vcpu(self.objective.cpu_share) <= 0:
            raise ReplayError(
                f"{self.task.idle_vcpu:g} vCPU without work are all that the objective allows",
                where="task.idle_vcpu",
            )
        if self.no_scale_in is not None:
            vector("no_scale_in", self.no_scale_in, np.dtype(np.bool_), self.load.minutes)
        if self.interruptions is not None:
            share = self.interruptions.share_percent
            vector("interruptions.share_percent", share, np.dtype(np.int64), self.load.minutes)
