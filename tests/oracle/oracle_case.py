"""What one replay is given, as plain Python values: the oracle's own nouns.

They repeat sections 2 and 7 of ``docs/replay.md`` and share nothing with ``trimtab.replay``:
``oracle_bridge.py`` turns a case into what the kernel takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TypeAlias

CPU_AVERAGE = "CPU_AVERAGE"
CPU_MAXIMUM = "CPU_MAXIMUM"
MEMORY_AVERAGE = "MEMORY_AVERAGE"
JOINT = "JOINT"
REQUESTS = "REQUESTS"
REQUESTS_FILLED = "REQUESTS_FILLED"
METRICS = (CPU_AVERAGE, CPU_MAXIMUM, MEMORY_AVERAGE, JOINT)
COMPARISONS = (">", ">=", "<", "<=")
MISSING_RULES = ("MISSING", "IGNORE", "BREACHING", "NOT_BREACHING")
AGGREGATIONS = ("AVERAGE", "MINIMUM", "MAXIMUM")
ADJUSTMENTS = ("CHANGE", "PERCENT", "EXACT")


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """Section 2. ``policy`` is the index of the policy that it invokes."""

    metric: str
    comparison: str
    threshold: float
    period: int = 1
    """Minutes."""
    fast: bool = False
    """Period of 20 s, whatever ``period`` says."""
    phase_s: int = 0
    """Second of the minute at which an alarm of minutes is evaluated."""
    n: int
    m: int
    missing: str = "MISSING"
    policy: int
    cpu_low: float = 1.0
    memory_low: float = 1.0
    requests_low: float = 0.0
    """JOINT: 0 leaves requests out."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """Bounds relative to the threshold; infinite where open."""

    lower: float = -inf
    upper: float = inf
    adjustment: int


@dataclass(frozen=True, kw_only=True)
class StepPolicy:
    """Step scaling."""

    adjustment_type: str
    min_magnitude: int = 0
    cooldown_s: int
    aggregation: str = "AVERAGE"
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class Tracking:
    """Target tracking; its alarm that compares upwards is the high one."""

    target: float
    """Percent, or requests a target and minute."""
    out_cooldown_s: int
    in_cooldown_s: int
    scale_in_enabled: bool = True


Policy: TypeAlias = StepPolicy | Tracking


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The page's ``Model``: what AWS leaves undocumented."""

    publication_delay_s: int = 120
    fast_delay_s: int = 20
    evaluation_extra: int = 2
    aggregate: str = "alarm"
    in_activity_s: int = 0
    launch_rate_per_min: int = 500
    cooldown_blocks_in: bool = True
    queue_limit_vcpu_min: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Case:
    """One replay's whole input. Lists of the demand have one entry a minute."""

    cpu_vcpu: tuple[float, ...]
    memory_mib: tuple[float, ...]
    hottest_ratio: tuple[float, ...]
    no_scale_in: tuple[bool, ...]
    memory_slope_mib_per_vcpu: float = 0.0
    vcpu: float = 1.0
    size_mib: int = 2048
    overhead_vcpu: float = 0.0
    overhead_mib: float = 0.0
    idle_vcpu: float = 0.0
    """Used by a RUNNING task without work [vCPU]."""
    boot_vcpu: float = 0.0
    """Used besides, until it serves [vCPU]."""
    price_usd_hour: float = 0.05
    starts: tuple[tuple[int, int, int], ...]
    """Rows of (pull, running, serving) [s] from the decision."""
    seed: int = 0
    min_tasks: int
    max_tasks: int
    initial_tasks: int
    deregistration_delay_s: int = 0
    shutdown_s: int = 0
    alarms: tuple[Alarm, ...]
    policies: tuple[Policy, ...]
    choices: Choices = Choices()
    cpu_share: float = 0.8
    """u of the objective: the share of capacity that demand may take."""
    memory_share: float = 0.9
    """v of the objective."""
    share_percent: tuple[int, ...] = ()
    """What Spot takes at each tick [percent of the tasks]; empty: no Spot."""
    capacity_wait_s: int = 0
    requests: tuple[float, ...] = ()
    """Of all targets together, a minute; empty: none is ever reported."""
    changes: tuple[tuple[int, int, int], ...] = ()
    """Rows of (minute, minimum, maximum): bounds that hold from that tick on."""
