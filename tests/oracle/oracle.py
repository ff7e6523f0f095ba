"""The slow oracle: one replay, event by event, the obvious way (``docs/replay.md``).

Every task is an object with its own times, every minute asks every task, every alarm reads
its whole range again and the bill is summed task by task. Whole seconds and counts are
integers throughout; only loads are floats.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import oracle_case as oc
from oracle_alarm import ALARM, Watch
from oracle_policy import IN, OUT, Clock, Proposal, Sight, proposal

MASK = 2**64 - 1
NEVER = 10**18


def splitmix64(x: int) -> int:
    """Return the finaliser of splitmix64, by Steele, Lea and Flood (2014)."""
    z = (x + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def overlap(start: int, end: int, minute: int) -> int:
    """Return the seconds of [start, end) that lie in a minute."""
    return max(0, min(end, 60 * minute + 60) - max(start, 60 * minute))


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

    def billed(self, horizon: int) -> int:
        """Return the seconds on the bill by the horizon."""
        seconds = min(self.stop, horizon) - min(self.pull, horizon)
        return max(60, seconds) if self.stop <= horizon else seconds


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
    """Scaled in: they serve no more, but drain, and are billed."""
    watches: list[Watch] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    points: dict[int, dict[str, float]] = field(default_factory=dict)
    minutes: list[Minute] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    desired: int = 0
    launched: int = 0
    backlog: float = 0.0

    def __post_init__(self) -> None:
        c = self.case
        self.desired = c.initial_tasks
        self.tasks = [Task(0, 0, 0, 0, i - c.initial_tasks) for i in range(c.initial_tasks)]
        self.watches = [Watch(alarm, c.choices.evaluation_extra, i) for i, alarm in enumerate(c.alarms)]

    def tick(self, k: int) -> None:
        """Decide everything that minute k lives with (section 4)."""
        e, c = 60 * k, self.case
        inside = [t for t in self.tasks if t.running <= e]
        newest = k - 1 - -(-c.choices.publication_delay_s // 60)
        sight = Sight(
            e=e,
            running=len(inside),
            desired=self.desired,
            min_tasks=c.min_tasks,
            max_tasks=c.max_tasks,
            no_scale_in=c.no_scale_in[k],
            clock=self.clock,
            choices=c.choices,
        )
        best: Proposal | None = None
        for watch in self.watches:
            watch.evaluate(self.points, newest)
            if watch.state == ALARM:
                asked = proposal(watch, c.policies[watch.alarm.policy], sight)
                if asked is not None and (best is None or asked.capacity > best.capacity):
                    best = asked
        if best is not None and best.capacity > self.desired:
            self.scale_out(k, best, sight.running)
        elif best is not None and best.capacity < self.desired:
            self.scale_in(k, best, inside)

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

    def scale_out(self, k: int, won: Proposal, running: int) -> None:
        """Decide the launches now, and start the cooldown at the last one's RUNNING."""
        c, e = self.case, 60 * k
        fresh = []
        for j in range(won.capacity - self.desired):
            pull, runs, serves = c.starts[splitmix64(c.seed + self.launched) % len(c.starts)]
            d = e + 60 * j // c.choices.launch_rate_per_min
            fresh.append(Task(d, d + pull, d + runs, d + serves, self.launched))
            self.launched += 1
        self.tasks += fresh
        complete = max(t.running for t in fresh)
        if self.clock.holds(OUT, e):
            complete, base = max(complete, self.clock.complete), self.clock.base
        else:
            base = running
        self.clock = Clock(OUT, base, complete, complete + won.cooldown_s)
        self.record(k, won, won.capacity)

    def scale_in(self, k: int, won: Proposal, inside: list[Task]) -> None:
        """Let the earliest decided of the running tasks go: at once out, later stopped."""
        c, e = self.case, 60 * k
        inside.sort(key=lambda t: (t.decided, t.number))
        leaving = inside[: self.desired - won.capacity]
        for task in leaving:
            task.stop = e + c.deregistration_delay_s + c.shutdown_s
            self.tasks.remove(task)
            self.gone.append(task)
        self.clock = Clock(IN, 0, 0, e + c.choices.in_activity_s + won.cooldown_s)
        self.record(k, won, self.desired - len(leaving))

    def record(self, k: int, won: Proposal, after: int) -> None:
        """Write the activity down."""
        self.activities.append(
            Activity(
                tick=k,
                before=self.desired,
                after=after,
                alarm=won.alarm,
                policy=won.policy,
                value=won.value,
            )
        )
        self.desired = after

    def live(self, k: int) -> None:
        """Let minute k pass: work is served, points appear, judgement falls (section 5)."""
        c = self.case
        serving_s = sum(overlap(t.serving, NEVER, k) for t in self.tasks)
        running_s = sum(overlap(t.running, NEVER, k) for t in self.tasks)
        capacity = (serving_s / 60) * (c.vcpu - c.overhead_vcpu)
        wanted = c.cpu_vcpu[k] + self.backlog
        served = min(wanted, capacity)
        self.backlog = min(wanted - served, c.choices.queue_limit_vcpu_min)
        average = maximum = memory = None
        held = 0.0
        if running_s:
            average = 100 * served / ((running_s / 60) * c.vcpu)
            maximum = min(100.0, average * c.hottest_ratio[k])
            per_task = served / (running_s / 60)
            held = c.memory_mib[k] + c.overhead_mib + c.memory_slope_mib_per_vcpu * per_task
            memory = 100 * min(held, c.size_mib) / c.size_mib
            self.points[k] = {oc.CPU_AVERAGE: average, oc.CPU_MAXIMUM: maximum, oc.MEMORY_AVERAGE: memory}
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
                over_cpu=c.cpu_vcpu[k] > c.cpu_share * capacity,
                over_memory=held > c.memory_share * c.size_mib,
                oom=held > c.size_mib,
                saturated=wanted > capacity,
            )
        )


def replay(case: oc.Case) -> World:
    """Replay the whole recording and return the world at its end, with its history."""
    world = World(case)
    for k in range(len(case.cpu_vcpu)):
        world.tick(k)
        world.live(k)
    return world
