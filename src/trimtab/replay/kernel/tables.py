"""The kernel's arguments: named tuples of arrays and numbers, which numba and plain Python both read.

``encode`` fills them. C: candidates in the batch, T: minutes, K: rows of starts, A: ``MAX_ALARMS``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from trimtab.demand.series import F64
    from trimtab.replay.inputs import I64
    from trimtab.replay.result import I8


class Recording(NamedTuple):
    """What all candidates share: the demand, shape (T,), and the starts."""

    cpu_vcpu: F64
    memory_mib: F64
    hottest_ratio: F64
    requests: F64
    given: npt.NDArray[np.uint8]
    """What befalls the minute's tick, in one number that is 0 nearly always: 1 where a deployment is in
    progress, and twice the share [percent] that Spot takes."""
    starts_s: I64
    """(K, 3): pull, RUNNING, serving, from the decision."""


class Site(NamedTuple):
    """What all candidates share: the task, the objective, and the choices of ``Model``."""

    vcpu: float
    usable_vcpu: float
    judged_vcpu: float
    idle_vcpu: float
    boot_vcpu: float
    memory_mib: float
    overhead_mib: float
    slope_mib_per_vcpu: float
    cpu_share: float
    memory_over_mib: float
    """Above it a task's memory is over the objective."""
    queue_limit_vcpu_min: float
    seed: np.uint64
    stop_s: int
    """From scale-in to stopped: deregistration delay and shutdown."""
    warned_s: int
    """From an interruption's warning to stopped."""
    capacity_wait_s: int
    lag: int
    """Minutes between a point's own and the one before the tick that first sees it."""
    delay_s: int
    """From a minute's end until its point is visible [s]; ``lag`` says it in minutes."""
    fast_lag: int
    """``lag`` of the points of 20 s, in such points."""
    latest: int
    """1: a policy judges the newest point alone."""
    in_activity_s: int
    launch_rate: int
    blocks_in: int
    """1: a scale-out's cooldown holds scale-in back too."""


class Candidates(NamedTuple):
    """The policies of a batch. Few arrays: numba counts references to each at every call."""

    bounds: I64
    """(C, 4): MIN_TASKS to ALARMS."""
    alarm: I64
    """(C, A, ALARM_COLUMNS): METRIC to LAST_STEP of each alarm and the policy it invokes."""
    level: F64
    """(C, A, LEVEL_COLUMNS): BREACH_FROM to TARGET."""
    step: F64
    """(C, steps, 3): LOWER, UPPER, CHANGE."""
    change: I64
    """(C, changes, 3): FROM_MINUTE, NEW_MIN, NEW_MAX, by minute; rows that are not used begin NEVER."""


MIN_TASKS, MAX_TASKS, INITIAL_TASKS, ALARMS = range(4)
METRIC, PERIOD, PERIODS, DATAPOINTS, REACH, MISSING, POLICY, MAY_OUT, MAY_IN = range(9)
"""Of the alarm. REACH: points of the evaluation range. POLICY: index. MAY_OUT, MAY_IN: whether its
policy can ever ask for more tasks than run, or for fewer."""
KIND, MIN_MAGNITUDE, AGGREGATION, ZERO_IS_OUT, OUT_COOLDOWN, IN_COOLDOWN, FIRST_STEP, LAST_STEP = range(9, 17)
FAST, PHASE = 17, 18
"""Of the alarm: 1 for a period of 20 s; the second of the minute at which it is evaluated, else."""
"""Of its policy. KIND: an AdjustmentType, or TRACKING. ZERO_IS_OUT: a difference of exactly 0
belongs to the step that begins there. The steps are FIRST_STEP to LAST_STEP - 1."""
ALARM_COLUMNS = 19
BREACH_FROM, BREACH_TO, THRESHOLD, CPU_LOW, MEMORY_LOW, REQUESTS_LOW, TARGET = range(7)
"""A point breaches in [BREACH_FROM, BREACH_TO]: every comparison as a closed interval. REQUESTS_LOW is
infinite where requests are no part of the joint metric."""
LEVEL_COLUMNS = 7
FROM_MINUTE, NEW_MIN, NEW_MAX = range(3)
NEVER = 2**62
"""Later than any minute."""
LOWER, UPPER, CHANGE = range(3)
TRACKING = 3
"""In KIND, beside the values of AdjustmentType."""


class Scratch(NamedTuple):
    """Work space of one worker, overwritten by each candidate."""

    metrics: F64
    """(METRICS, T), by the values of ``Metric``: NaN where no task ran. The row of JOINT is not used,
    those of requests are written where an alarm watches them."""
    points: F64
    """(A, T): each alarm's point that ends with the minute."""
    fast_points: F64
    """(A, 3T), or (A, 0) where no alarm is fast: each fast alarm's point of every 20 s."""
    flags: npt.NDArray[np.uint8]
    """(T,): bit a is set where alarm a's point breaches."""
    alarms: I64
    """(A, 3): STATE, BREACHES among the N newest points (period of one minute), and SINCE of a fast alarm."""
    state: I64
    """(PLACES,): see above its constants."""
    tasks: I64
    """(4, MAX_TASKS): DECIDED_S to SERVES_S of the live tasks, in the order of their decision."""


METRICS = 6
STATE, BREACHES, SINCE = range(3)
"""SINCE: the second at which it went to ALARM."""
DECIDED_S, PULLED_S, RUNS_S, SERVES_S = range(4)


class Trace(NamedTuple):
    """The minutes of one candidate, written if ``desired`` has length T; in a batch all are empty."""

    desired: I64
    running: F64
    serving: F64
    served: F64
    backlog: F64
    billed_s: I64
    """(T + 1,): while the kernel runs, the change from minute to minute; then the bill of each."""
    alarm_state: I8
    """(A, T)."""
    over: npt.NDArray[np.uint8]
    """The bits of ``rules.served_in``."""
    activity: I64
    """(T, 5), or (3T, 5) with three ticks a minute: second, before, after, alarm, policy."""
    activity_value: F64


TOTALS = (
    "billed_s",
    "over_cpu_min",
    "over_memory_min",
    "over_min",
    "oom_min",
    "saturated_min",
    "activities",
    "direction_changes",
    "launched",
    "interrupted",
)
"""Columns of the totals the kernel fills, shape (C, len(TOTALS)), int64."""

# Places in Scratch.state: the totals first, then what the tick hands to the minute and back.
BILLED, OVER_CPU, OVER_MEMORY, OVER, OOM, SATURATED, ACTIVITIES, CHANGES, LAUNCHED, INTERRUPTED = range(
    len(TOTALS)
)
LIVE = len(TOTALS)
"""Tasks decided and not out: the desired count."""
WARM = LIVE + 1
"""Of the live tasks, in the order of their decision, as many as have begun to serve."""
CLOCK = LIVE + 2
"""What set the cooldown clock: 1 a scale-out, -1 a scale-in, 0 nothing yet."""
BASE = LIVE + 3
"""Tasks RUNNING before the first scale-out of the chain."""
UNTIL = LIVE + 4
"""End of the cooldown [s]."""
COMPLETE = LIVE + 5
"""When the last launch of the chain is RUNNING [s]."""
SHORT = LIVE + 6
"""Until when no launch finds Spot capacity [s]."""
REPLACED = LIVE + 7
"""When the last replacement of an interrupted task is RUNNING [s]."""
PLACES = LIVE + 8
