"""The slow oracle: one replay, event by event, the obvious way (``docs/replay.md``).

Every task is an object with its own times, every minute asks every task, every alarm reads
its whole range again and the bill is summed task by task. Whole seconds and counts are
integers throughout; only loads are floats.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from fractions import Fraction

import oracle_case as oc
from oracle_alarm import Watch
from oracle_policy import IN, OUT, Clock, Proposal, Sight, proposal

MASK = 2**64 - 1
NEVER = 10**18
WARNING_S = 120
"""Between Spot's warning and the end."""


def splitmix64(x: int) -> int:
    """Return the finaliser of splitmix64, by Steele, Lea and Flood (2014)."""
    z = (x + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def overlap(start: int, end: int, minute: int) -> int:
    """Return the seconds of [start, end) that lie in a minute."""
    return within(start, end, 60 * minute, 60 * minute + 60)


def within(start: int, end: int, first: int, last: int) -> int:
    """Return the seconds of [start, end) that lie in [first, last)."""
    return max(0, min(end, last) - max(start, first))


@dataclass
class Task:
    """One task's times [s] from the start of the recording."""

    decided: int
    pull: int
    running: int
    serving: int
    number: int
    """Its launch; initial tasks have negative ones."""
    stop: int = NEVER

    def seniority(self) -> tuple[int, int]:
        """Return what orders tasks: who was decided earlier comes first."""
        return self.decided, self.number

    def billed(self, horizon: int) -> int:
        """Return the seconds on the bill by the horizon."""
        seconds = min(self.stop, horizon) - min(self.pull, horizon)
        return max(60, seconds) if self.stop <= horizon else seconds


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What tasks did in a stretch of time."""

    running_s: int
    serving_s: int
    own: float
    """CPU that is no work [vCPU-seconds]."""


@dataclass(frozen=True, kw_only=True)
class Minute:
    """What one minute looked like. A metric is ``None`` while no task runs."""

    running_s: int
    serving_s: int
    desired: int
    served: float
    backlog: float
    cpu_average: float | None
    cpu_maximum: float | None
    memory_average: float | None
    alarms: tuple[str, ...]
    over_cpu: bool
    over_memory: bool
    oom: bool
    saturated: bool


@dataclass(frozen=True, kw_only=True)
class Activity:
    """One scaling activity."""

    tick: int
    """Minute."""
    second: int
    before: int
    after: int
    alarm: int
    policy: int
    value: float


@dataclass
class World:
    """The service, its alarms and its cooldown at one moment."""

    case: oc.Case
    tasks: list[Task] = field(default_factory=list)
    gone: list[Task] = field(default_factory=list)
    """Scaled in or interrupted: they serve no more, but drain, and are billed."""
    watches: list[Watch] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    points: dict[int, dict[str, float]] = field(default_factory=dict)
    thirds: dict[int, dict[str, float]] = field(default_factory=dict)
    minutes: list[Minute] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    desired: int = 0
    launched: int = 0
    interrupted: int = 0
    short: int = 0
    """Second from which Spot has capacity."""
    replaced: int = 0
    """Second at which the last replacement runs."""
    backlog: float = 0.0
    low: int = 0
    high: int = 0
    """Bounds that hold now."""

    def __post_init__(self) -> None:
        c = self.case
        self.desired = c.initial_tasks
        self.low, self.high = c.min_tasks, c.max_tasks
        self.tasks = [Task(0, 0, 0, 0, i - c.initial_tasks) for i in range(c.initial_tasks)]
        self.watches = [Watch(alarm, c.choices.evaluation_extra, i) for i, alarm in enumerate(c.alarms)]

    def tick(self, k: int, at: int) -> None:
        """Decide at second ``at`` of minute k (sections 4 and 11)."""
        e, c = 60 * k + at, self.case
        if at == 0:
            self.interrupt(k)
            self.rebound(k)
        inside = [t for t in self.tasks if t.running <= e]
        sight = Sight(
            e=e,
            running=len(inside),
            desired=self.desired,
            min_tasks=self.low,
            max_tasks=self.high,
            no_scale_in=c.no_scale_in[k],
            clock=self.clock,
            choices=c.choices,
        )
        best: Proposal | None = None
        due = [watch for watch in self.watches if watch.due(e)]
        for watch in due:
            if watch.alarm.fast:
                watch.evaluate(self.thirds, (e - c.choices.fast_delay_s) // 20 - 1, e)
            else:
                watch.evaluate(self.points, (e - c.choices.publication_delay_s) // 60 - 1, e)
        asks = [
            proposal(watch, c.policies[watch.alarm.policy], sight)
            if watch in due and watch.invokes(e)
            else None
            for watch in self.watches
        ]
        agreed = all(
            asked is not None
            for asked, watch in zip(asks, self.watches, strict=True)
            if self.tracks_in(watch)
        )
        for asked, watch in zip(asks, self.watches, strict=True):
            counts = asked is not None and (agreed or not self.tracks_in(watch))
            if asked is not None and counts and (best is None or asked.capacity > best.capacity):
                best = asked
        if best is not None and best.capacity > self.desired:
            self.scale_out(e, best, sight.running)
        elif best is not None and best.capacity < self.desired:
            self.scale_in(e, best, inside)

    def tracks_in(self, watch: Watch) -> bool:
        """Tell whether the alarm asks a target-tracking policy for fewer tasks."""
        policy = self.case.policies[watch.alarm.policy]
        low = watch.alarm.comparison in ("<", "<=")
        return isinstance(policy, oc.Tracking) and policy.scale_in_enabled and low

    def rebound(self, k: int) -> None:
        """Take a scheduled action's bounds, and bring the count within them at once (step 0)."""
        e, c = 60 * k, self.case
        for minute, low, high in c.changes:
            if minute != k:
                continue
            self.low, self.high = low, high
            if self.desired < low:
                self.replaced = max([self.replaced, *(t.running for t in self.launch(e, low - self.desired))])
                self.desired = low
            elif self.desired > high:
                count = self.desired - high
                coming = sorted((t for t in self.tasks if t.running > e), key=Task.seniority, reverse=True)
                there = sorted((t for t in self.tasks if t.running <= e), key=Task.seniority)
                leaving = (coming + there)[:count]
                self.remove(leaving, e, c.deregistration_delay_s + c.shutdown_s)
                self.desired = high

    def interrupt(self, k: int) -> None:
        """Let Spot take a share of the tasks that have its capacity, and replace them (step 0)."""
        e, c = 60 * k, self.case
        share = c.share_percent[k] if c.share_percent else 0
        if not share:
            return
        self.short = e + c.capacity_wait_s
        at_risk = sorted((t for t in self.tasks if t.pull <= e), key=Task.seniority)
        wanted = math.ceil(Fraction(share, 100) * len(at_risk))
        stream = splitmix64(c.seed + k)
        taken: list[Task] = []
        for j, task in enumerate(at_risk):
            if splitmix64(stream + j) % (len(at_risk) - j) < wanted - len(taken):
                taken.append(task)
        assert len(taken) == wanted
        self.remove(taken, e, min(WARNING_S, c.deregistration_delay_s + c.shutdown_s))
        self.interrupted += wanted
        self.replaced = max([self.replaced, *(t.running for t in self.launch(e, wanted))])

    def launch(self, e: int, count: int) -> list[Task]:
        """Decide so many launches from second e on, and return them."""
        c, fresh = self.case, []
        for j in range(count):
            pull, runs, serves = c.starts[splitmix64(c.seed + self.launched) % len(c.starts)]
            d = e + 60 * j // c.choices.launch_rate_per_min
            begin = max(d, self.short)
            fresh.append(Task(d, begin + pull, begin + runs, begin + serves, self.launched))
            self.launched += 1
        self.tasks += fresh
        return fresh

    def remove(self, leaving: list[Task], e: int, drain_s: int) -> None:
        """Let tasks go: out at once, stopped later."""
        for task in leaving:
            task.stop = e + drain_s
            self.tasks.remove(task)
            if task.pull <= e:  # else it never was
                self.gone.append(task)

    def billed_s(self) -> int:
        """Return all seconds on the bill (section 8)."""
        return sum(task.billed(60 * len(self.minutes)) for task in self.gone + self.tasks)

    def billed_by_minute(self) -> list[int]:
        """Return the seconds that fall in each minute, without the rest of any minimum."""
        bill = [0] * len(self.minutes)
        for task in self.gone + self.tasks:
            for k in range(task.pull // 60, min(len(bill), -(-task.stop // 60))):
                bill[k] += overlap(task.pull, task.stop, k)
        return bill

    def direction_changes(self) -> int:
        """Return how many activities turn the one before around."""
        ups = [a.after > a.before for a in self.activities]
        return sum(one != other for one, other in itertools.pairwise(ups))

    def scale_out(self, e: int, won: Proposal, running: int) -> None:
        """Decide the launches now, and start the cooldown at the last one's RUNNING."""
        complete = max(t.running for t in self.launch(e, won.capacity - self.desired))
        if self.clock.holds(OUT, e):
            complete, base = max(complete, self.clock.complete), self.clock.base
        else:
            base = running
        self.clock = Clock(OUT, base, complete, complete + won.cooldown_s)
        self.record(e, won, won.capacity)

    def scale_in(self, e: int, won: Proposal, inside: list[Task]) -> None:
        """Let the earliest decided of the running tasks go: at once out, later stopped."""
        c = self.case
        count = self.desired - won.capacity
        leaving: list[Task] = []
        if e < self.replaced:
            coming = sorted((t for t in self.tasks if t.running > e), key=Task.seniority, reverse=True)
            leaving = coming[:count]
        leaving += sorted(inside, key=Task.seniority)[: count - len(leaving)]
        self.remove(leaving, e, c.deregistration_delay_s + c.shutdown_s)
        self.clock = Clock(IN, 0, 0, e + c.choices.in_activity_s + won.cooldown_s)
        self.record(e, won, self.desired - len(leaving))

    def record(self, e: int, won: Proposal, after: int) -> None:
        """Write the activity down."""
        self.activities.append(
            Activity(
                tick=e // 60,
                second=e,
                before=self.desired,
                after=after,
                alarm=won.alarm,
                policy=won.policy,
                value=won.value,
            )
        )
        self.desired = after

    def seconds(self, first: int, last: int) -> Spent:
        """Return what the tasks of now do in [first, last)."""
        c = self.case
        return Spent(
            running_s=sum(within(t.running, NEVER, first, last) for t in self.tasks),
            serving_s=sum(within(t.serving, NEVER, first, last) for t in self.tasks),
            # A task's own: second by second, idle while it runs, and boot until it serves.
            own=sum(
                c.idle_vcpu * within(t.running, NEVER, first, last)
                + c.boot_vcpu * within(t.running, t.serving, first, last)
                for t in self.tasks
            ),
        )

    def third(self, i: int, spent: Spent) -> None:
        """Publish the points of third i (section 11); its minute is not over yet."""
        c, k = self.case, i // 3
        if not spent.running_s:
            return
        tasks = spent.running_s / 20
        capacity = (spent.serving_s / 20) * (c.vcpu - c.overhead_vcpu - c.idle_vcpu)
        served = min(c.cpu_vcpu[k] + self.backlog, capacity)
        average = 100 * (served + spent.own / 20) / (tasks * c.vcpu)
        held = c.memory_mib[k] + c.overhead_mib + c.memory_slope_mib_per_vcpu * (served / tasks)
        self.thirds[i] = {
            oc.CPU_AVERAGE: average,
            oc.CPU_MAXIMUM: min(100.0, average * c.hottest_ratio[k]),
            oc.MEMORY_AVERAGE: 100 * min(held, c.size_mib) / c.size_mib,
        }

    def live(self, k: int, spent: list[Spent]) -> None:
        """Let minute k be over: work is served, points appear, judgement falls (section 5)."""
        c = self.case
        serving_s = sum(part.serving_s for part in spent)
        running_s = sum(part.running_s for part in spent)
        own = sum(part.own for part in spent)
        capacity = (serving_s / 60) * (c.vcpu - c.overhead_vcpu - c.idle_vcpu)
        judged = c.vcpu - c.overhead_vcpu - c.idle_vcpu / c.cpu_share
        wanted = c.cpu_vcpu[k] + self.backlog
        served = min(wanted, capacity)
        self.backlog = min(wanted - served, c.choices.queue_limit_vcpu_min)
        average = maximum = memory = None
        held = 0.0
        if running_s:
            average = 100 * (served + own / 60) / ((running_s / 60) * c.vcpu)
            maximum = min(100.0, average * c.hottest_ratio[k])
            per_task = served / (running_s / 60)
            held = c.memory_mib[k] + c.overhead_mib + c.memory_slope_mib_per_vcpu * per_task
            memory = 100 * min(held, c.size_mib) / c.size_mib
            self.points[k] = {oc.CPU_AVERAGE: average, oc.CPU_MAXIMUM: maximum, oc.MEMORY_AVERAGE: memory}
            if serving_s and c.requests and c.requests[k]:
                self.points[k][oc.REQUESTS] = c.requests[k] / (serving_s / 60)
        self.minutes.append(
            Minute(
                running_s=running_s,
                serving_s=serving_s,
                desired=self.desired,
                served=served,
                backlog=self.backlog,
                cpu_average=average,
                cpu_maximum=maximum,
                memory_average=memory,
                alarms=tuple(watch.state for watch in self.watches),
                over_cpu=c.cpu_vcpu[k] > c.cpu_share * ((serving_s / 60) * judged),
                over_memory=held > c.memory_share * c.size_mib,
                oom=held > c.size_mib,
                saturated=wanted > capacity,
            )
        )


def replay(case: oc.Case) -> World:
    """Replay the whole recording and return the world at its end, with its history."""
    world = World(case)
    ticks = (0, 20, 40) if any(alarm.fast or alarm.phase_s for alarm in case.alarms) else (0,)
    for k in range(len(case.cpu_vcpu)):
        spent = []
        for at in ticks:
            world.tick(k, at)
            first = 60 * k + at
            spent.append(world.seconds(first, first + 60 // len(ticks)))
            if len(ticks) > 1:
                world.third(3 * k + at // 20, spent[-1])
        world.live(k, spent)
    return world
