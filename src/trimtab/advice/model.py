"""The recommendation: everything that is advised, with its reasons, and what is left out."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.advice.calls import NONE
from trimtab.advice.lever import NO_PULLS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimtab.advice.calls import Calls
    from trimtab.advice.case.objective import Objective
    from trimtab.advice.case.outcome import Verdict
    from trimtab.advice.case.p95 import P95
    from trimtab.advice.case.proposal import Proposal
    from trimtab.advice.choice.model import Choice
    from trimtab.advice.cost import Cost
    from trimtab.advice.lever import Lever, Pulls
    from trimtab.advice.levers.off_hours import OffHours
    from trimtab.fleet.left_out import LeftOut
    from trimtab.fleet.model import Service
    from trimtab.sizing.model import Sizing
    from trimtab.terraform_module import Ladders
    from trimtab.timing.startup import Timing


class CautionKind(enum.Enum):
    """What makes a piece of advice less certain than it looks. Told in this order."""

    FAILURES = "tasks failed"
    CENSORED = "demand at the CPU ceiling"
    GAP = "long gap"
    ZERO = "zero demand"
    CONSTANT = "constant demand"
    ONE_SPIKE = "one giant spike"
    SHORT = "short history"
    LEAK = "memory grows without end"
    RISING = "memory still rising"
    MEMORY_LIMIT = "memory at its limit"
    STARTUP = "start-up time"
    STOP_TIMEOUT = "short stop timeout"
    DRAIN = "requests longer than the drain"
    LATENCY = "slower answers"
    P95 = "response time"
    NAME = "name the module refuses"
    CALLER = "caller left out"
    EGRESS = "egress not known"
    HEALTH_COMMAND = "no health check"
    CALL = "a call that would be cut off"
    IDLE = "scaled to zero"
    OFF_HOURS = "hours without a task"
    FIXED_COUNT = "ran at a fixed count"
    FEWER = "fewer than today"
    STOPS = "an apply stops tasks"
    ARCHITECTURE = "another architecture"
    SPOT = "on Spot"
    RECORD = "today is as recorded"
    UNPROVEN = "replay not proven here"
    CALIBRATED = "replay beside what happened"
    WITHIN_ERROR = "saving within the error"
    DEARER = "costs more than today"
    OBJECTIVE = "objective missed in replay"
    MEMORY = "memory in replay"
    ZONES = "zones not known"
    LOG_LEVEL = "debug level in production"


_ORDER = {kind: place for place, kind in enumerate(CautionKind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """One thing a reviewer should know before adopting the advice."""

    kind: CautionKind
    text: str


def ordered(cautions: Iterable[Caution]) -> tuple[Caution, ...]:
    """Return cautions in the order of their kinds; those of one kind stay as they are."""
    return tuple(sorted(cautions, key=lambda caution: _ORDER[caution.kind]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What one service should become."""

    service: Service
    """As it is deployed."""
    sizing: Sizing
    choice: Choice
    """Size and ladders, why, and what else there was."""
    proposal: Proposal
    """What the values say, as a replay sees it."""
    timing: Timing
    tasks_recorded: float
    """Mean of running tasks over reported minutes [tasks]."""
    deployed: Verdict
    """The present configuration, replayed or as recorded: its ``basis`` says which."""
    proposed: Verdict
    """The replay of the advice on the same demand."""
    cost: Cost
    cautions: tuple[Caution, ...]
    calls: Calls = NONE
    """What the values say about its calls, besides what is deployed."""
    p95: P95 | None = None
    """How fast its tasks answer; None where that is neither asked for nor known."""
    off_hours: OffHours | None = None
    """In which hours no task is to run; None: in none."""
    pulls: Pulls = NO_PULLS
    """What else could be done about its cost."""

    @property
    def ladders(self) -> Ladders:
        """The policies it becomes."""
        return self.choice.ladders


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """The advice for a whole fleet. Costs are of the services that have advice, and of the cluster."""

    cluster: str
    region: str
    account: str | None
    """Id of the AWS account; None: the snapshot does not know it."""
    environment: str
    start: str
    """First minute of the metrics, ISO 8601 UTC."""
    days: float
    provenance: str
    price_basis: str
    """What kind of prices the costs are at, in words: the list's, or a user's."""
    notes: tuple[str, ...]
    """What the snapshot lacks or assumes, a sentence each."""
    services: tuple[Advice, ...]
    left_out: tuple[LeftOut, ...]
    objective: Objective
    shared: Cost
    """What belongs to the cluster and to no service; nothing where no service has advice."""
    cost: Cost
    """The services and what is shared."""
    levers: tuple[Lever, ...] = ()
    """What else could be done, each on its own."""
