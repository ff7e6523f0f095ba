"""The contest of one service at one size: ladders from the search, a fixed count, what runs today.

Whoever is cheapest of those that stand every trial. The front of the search is walked from its
cheapest to its safest, so that a candidate which fails is followed by the next safer one.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from msgspec import UNSET

from trimtab.advice.case.objective import DEFAULT, PolicyKind
from trimtab.advice.choice.trials import ground_of, tested
from trimtab.catalog.limits import MAX_TASKS
from trimtab.ladders.convert import policy_of_ladders
from trimtab.ladders.front import TIE, Limits
from trimtab.ladders.kinds.minima import by_the_clock
from trimtab.ladders.kinds.requests import climb
from trimtab.ladders.kinds.shares import in_shares
from trimtab.ladders.kinds.tracking import track
from trimtab.ladders.ladders import GRID_PERCENT, cpu_ladder
from trimtab.ladders.parts import parts_of
from trimtab.ladders.search import Effort, Hunt, search
from trimtab.ladders.space import Space
from trimtab.replay.bound import required_tasks
from trimtab.replay.inputs import Inputs, Load, ReplayLimits, Starts, Task
from trimtab.terraform_module import MODULE, Ladders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.advice.case.objective import Objective
    from trimtab.advice.choice.trials import Tested, TrialGround
    from trimtab.ladders.front import Tried
    from trimtab.ladders.parts import Parts
    from trimtab.terraform_module import Ladder

FLOOR_QUANTILES = (0.0, 0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9)
"""Of the tasks needed: where lower bounds of candidates begin."""
MOST_OVER_PEAK = 2.0
"""Upper bound over the largest count ever needed [ratio]: demand may double before the bound holds
it back, and a runaway cannot cost more than twice the peak."""
FAST_ROUNDS, FAST_VARIED = 5, 50
"""Of the search at 20 s, whose replays take longer."""
MINIMA_EARN = 0.02
"""What minima by the time of day must save on the held-out days [ratio]. Of less most was chance: where 1.2 %
was taken, days that no choice saw cost 18 % more (docs/search.md, "Minima by the time of day")."""
TRIALS_MOST = 40
"""Candidates of the front that are tried at most, spread from its cheapest to its safest."""


LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """Ladders and how they did. Costs follow from ``billed_s`` and the size's price."""

    ladders: Ladders
    tested: Tested


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """What was found for one size."""

    ladders: Entrant | None
    """The cheapest that stood every trial; None: none did."""
    fixed: Entrant | None
    """The least fixed count that stood every trial."""
    refused: tuple[Entrant, ...]
    """Cheaper ladders that failed a trial, cheapest first."""
    safer: tuple[Ladders, ...]
    """What follows on the front: dearer, with fewer minutes over."""
    front: tuple[Ladders, ...]
    """All of the front, cheapest first."""
    ground: TrialGround
    tried: int
    """Replays the search took."""
    fast: Entrant | None = None
    """The cheapest with an alarm of 20 s that stood every trial; None: none, or it was not asked for."""
    tracking: Entrant | None = None
    """The cheapest target tracking that stood every trial; None: none did, or none was asked for."""
    shares: Entrant | None = None
    """The cheapest with steps in of percent that stood every trial; None: none did, or the fleet is small."""
    untracked: Entrant | None = None
    """Where none did, the safest that was tried."""
    requests: Entrant | None = None
    """The cheapest with a ladder on requests too that stood every trial; None: none did, or not asked."""
    fast_requests: Entrant | None = None
    """The cheapest with both: the alarm of 20 s is CPU's, for a load balancer reports by the minute."""
    minima: Entrant | None = None
    """The cheapest with minima by the time of day that stood every trial; None: none did, or not asked."""
    fast_minima: Entrant | None = None
    """The cheapest with these and the alarm of 20 s."""

    @property
    def scaling(self) -> tuple[Entrant, ...]:
        """What scales, stood every trial and is of a kind that the objective takes: steps first."""
        kinds = self.ground.objective.policies
        found = (
            (PolicyKind.STEP, self.ladders),
            (PolicyKind.STEP, self.shares),
            (PolicyKind.TRACKING, self.tracking),
            (PolicyKind.REQUESTS, self.requests),
        )
        others = tuple(entrant for kind, entrant in found if entrant is not None and kind in kinds)
        return (*others, *_earned(self.minima if PolicyKind.STEP in kinds else None, others))

    def beside_steps(self, entrant: Entrant) -> bool:
        """Tell whether it is of a kind that stands beside the steps of whole tasks, the same all day."""
        return entrant in {self.tracking, self.requests, self.shares, self.minima}

    @property
    def fastest(self) -> Entrant | None:
        """The cheapest with an alarm of 20 s: with steps on requests too where that is over a tie less."""
        others = [one for one in (self.fast, self.fast_requests) if one is not None]
        found = [*others, *_earned(self.fast_minima, others)]
        least = (1 + TIE) * min((one.tested.judged_billed_s for one in found), default=0)
        return next((one for one in found if one.tested.judged_billed_s <= least), None)

    @property
    def entrants(self) -> tuple[Entrant, ...]:
        """All that may be recommended."""
        return self.scaling if self.fixed is None else (*self.scaling, self.fixed)


def _earned(minima: Entrant | None, others: Sequence[Entrant]) -> tuple[Entrant, ...]:
    """Return the minima by the time of day where they save enough over all others, or stand alone."""
    if minima is None:
        return ()
    most = (1 - MINIMA_EARN) * min((one.tested.judged_billed_s for one in others), default=math.inf)
    return (minima,) if minima.tested.judged_billed_s <= most else ()


def contest(parts: Parts, objective: Objective, hunt: Hunt, *, floor: int, memory: Ladder) -> Contest:
    """Search ladders on the tuned part and try them on the others."""
    space = space_of(parts, floor=floor, memory=memory)
    ground = ground_of(parts, objective, floor=floor, most=space.most)
    limits = limits_of(objective)
    timed_seeds = [seed for seed in hunt.seeds if seed.schedule is not None and seed.tracking is None]
    hunt = replace(hunt, seeds=tuple(replace(seed, schedule=None) for seed in hunt.seeds))
    # Where no ladders fit, only fixed counts are left.
    front = () if space.empty else search(parts.tuned, space, limits, hunt)
    LOG.debug("%d replays, %d ladders on the front", hunt.effort.replays + len(hunt.seeds), len(front))
    best, refused, passed = _walk(front, ground)
    safer = tuple(one.ladders for one in front[passed + 1 :])
    # Where the objective takes no target tracking it is shown beside the choice: of the last search alone.
    tracks = not space.empty and (PolicyKind.TRACKING in objective.policies or hunt.effort.shows)
    tracked, replays = track(parts.tuned, space, limits, hunt.effort.near, hunt.seeds) if tracks else ((), 0)
    tracking, untracked, _ = _walk(tracked, ground)
    begun = (*(seed for seed in hunt.seeds if seed.requests is not None), *(one.ladders for one in front))
    climbs = PolicyKind.REQUESTS in objective.policies
    climbed, climb_tried = climb(parts.tuned, space, limits, hunt.effort.near, begun) if climbs else ((), 0)
    requests, _, _ = _walk(climbed, ground)
    fast, fast_requests, fast_minima, fast_tried = None, None, None, 0
    # Of the last search alone: a size is not won or lost by these.
    steps = PolicyKind.STEP in objective.policies and not space.empty and hunt.effort.shows
    shared, share_tried = in_shares(parts.tuned, space, limits, hunt, front) if steps else ((), 0)
    shares, _, _ = _walk(shared, ground)
    clock = objective.timezone if steps else UNSET
    begun = (*timed_seeds, *(one.ladders for one in front))
    timed, timed_tried = by_the_clock(parts.tuned, space, limits, hunt, begun, clock)
    minima, _, _ = _walk(timed, ground)
    if objective.fast_signals and steps:
        effort = fast_effort(hunt.effort)
        seeds = (*hunt.seeds, *(one.ladders for one in (*front, *shared)))
        faster = replace(hunt, seeds=seeds, effort=effort, fast_signals=True)
        soon = search(parts.tuned, space, limits, faster)
        fast, _, _ = _walk(soon, ground)
        begun = tuple(replace(one.ladders, fast_signals=True) for one in (*climbed, *soon))
        both, both_tried = climb(parts.tuned, space, limits, effort.near, begun) if climbs else ((), 0)
        fast_requests, _, _ = _walk(both, ground)
        begun = tuple(replace(one.ladders, fast_signals=True) for one in (*timed, *soon))
        timed, both_timed = by_the_clock(parts.tuned, space, limits, hunt, begun, clock)
        fast_minima, _, _ = _walk(timed, ground)
        fast_tried = effort.replays + len(seeds) + both_tried + both_timed
    return Contest(
        ladders=best,
        tracking=tracking,
        shares=shares,
        untracked=untracked[-1] if untracked and tracking is None else None,
        fixed=fixed_count(ground, memory),
        refused=refused,
        safer=safer,
        front=tuple(one.ladders for one in front),
        ground=ground,
        tried=hunt.effort.replays
        + len(hunt.seeds)
        + sum((replays, climb_tried, share_tried, timed_tried, fast_tried)),
        fast=fast,
        requests=requests,
        fast_requests=fast_requests,
        minima=minima,
        fast_minima=fast_minima,
    )


def limits_of(objective: Objective) -> Limits:
    """Return what is kept on the tuned part."""
    return Limits(over_share=objective.over_share, direction_changes_day=objective.direction_changes_day)


def fast_effort(effort: Effort) -> Effort:
    """Return the effort of the search at 20 s: it begins with the front of the one at a minute."""
    return replace(
        effort, drawn=0, rounds=min(FAST_ROUNDS, effort.rounds), varied=min(FAST_VARIED, effort.varied)
    )


def _walk(front: Sequence[Tried], ground: TrialGround) -> tuple[Entrant | None, tuple[Entrant, ...], int]:
    """Return the cheapest of a front that stands every trial, those before it, and its place."""
    refused: list[Entrant] = []
    for place in _spread(len(front)):
        entrant = enter(front[place].ladders, ground)
        if entrant.tested.passed:
            return entrant, tuple(refused), place
        refused.append(entrant)
    return None, tuple(refused), len(front)


def compile_first() -> None:
    """Have all that a contest compiles compiled, or read: once, before processes begin that each would."""
    series = np.ones(4)
    inputs = Inputs(
        load=Load(cpu_vcpu=series, memory_mib=series, hottest_ratio=series),
        task=Task(vcpu=1.0, memory_mib=512.0, price_usd_hour=1.0),
        starts=Starts.fixed(1, 2, 3),
        objective=ReplayLimits(cpu_share=0.8, memory_share=0.9),
        deregistration_delay_s=1,
        shutdown_s=1,
    )
    hunt = Hunt(seed="", effort=Effort(drawn=1, rounds=1, varied=1))
    contest(parts_of(inputs, 0.5), DEFAULT, hunt, floor=1, memory=MODULE.memory)


def space_of(parts: Parts, *, floor: int, memory: Ladder) -> Space:
    """Return what the ladders may be: from the tuned part alone, but for the upper bound.

    Nothing is chosen by that, and a peak that was recorded is no secret.
    """
    inputs = parts.tuned.inputs
    need = np.sort(required_tasks(inputs, floor=floor).tasks)
    later = required_tasks(parts.judged.inputs, floor=floor).tasks
    most = max(math.ceil(MOST_OVER_PEAK * int(max(need[-1], later.max()))), floor + 2)
    floors = {int(need[min(need.size - 1, int(share * need.size))]) for share in FLOOR_QUANTILES}
    usable = (inputs.task.vcpu - inputs.task.overhead_vcpu) / inputs.task.vcpu
    highest = 100 * min(inputs.objective.cpu_share, 1.0) * usable
    return Space(
        floors=tuple(sorted(floors)),
        most=min(most, MAX_TASKS),
        # Below the objective: a threshold at it would alarm when it is too late.
        high_percent=math.ceil(highest / GRID_PERCENT - 1) * GRID_PERCENT,
        ceiling_percent=100 * usable,
        memory=memory,
    )


def enter(ladders: Ladders, ground: TrialGround) -> Entrant:
    """Put ladders to every trial of the ground."""
    policy = policy_of_ladders(ladders, initial_tasks=ladders.min_tasks, over=ground.parts.over)
    return Entrant(ladders=ladders, tested=tested(policy, ground))


def fixed_count(ground: TrialGround, memory: Ladder) -> Entrant | None:
    """Return the least fixed count that stands every trial, chosen as the ladders are: tuned, then tried."""
    need = np.sort(required_tasks(ground.parts.tuned.inputs, floor=ground.floor).tasks)
    allowed = math.floor(ground.objective.over_share * need.size)
    least = int(need[need.size - 1 - allowed])
    for count in range(least, ground.most + 1):
        entrant = enter(fixed_ladders(count, memory), ground)
        if entrant.tested.passed:
            return entrant
    return None


def fixed_ladders(count: int, memory: Ladder) -> Ladders:
    """Return the ladders of a fixed count: bounds alike, so that nothing ever happens."""
    return Ladders(min_tasks=count, max_tasks=count, cpu=cpu_ladder(count), memory=memory)


def _spread(count: int) -> Sequence[int]:
    """Return at most ``TRIALS_MOST`` places from first to last."""
    if count <= TRIALS_MOST:
        return range(count)
    return sorted({round(place) for place in np.linspace(0, count - 1, TRIALS_MOST)})
