"""The reason of a verdict on one service: sentences with their numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import UNSET

from trimtab.advice.case.objective import PolicyKind
from trimtab.advice.choice.contest import enter
from trimtab.advice.choice.model import Decision
from trimtab.advice.choice.trials import Test
from trimtab.ladders.kinds.minima import LEAST_DAYS
from trimtab.ladders.kinds.requests import request_vcpu
from trimtab.units import DAY_MIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.advice.case.objective import Objective
    from trimtab.advice.choice.contest import Entrant
    from trimtab.advice.choice.question import Question
    from trimtab.advice.choice.sizes import Searched


def why_of(searched: Searched, entrant: Entrant, decision: Decision) -> str:
    """Say how the preferred did on the held-out days, and against what."""
    contest = searched.contest
    if decision is not Decision.FIXED:
        against = "no fixed count passed the same trials"
        if contest.fixed is not None:
            usd = searched.judged_usd_month(contest.fixed)
            against = f"{_count(contest.fixed.ladders.min_tasks)} that pass the same trials cost ${usd:,.0f}"
        if contest.beside_steps(entrant) and contest.ladders is not None:
            usd = searched.judged_usd_month(contest.ladders)
            what = "steps in of whole tasks" if entrant == contest.shares else "scaling steps"
            what = "steps with one minimum all day" if entrant == contest.minima else what
            against = f"{what} that pass the same trials cost ${usd:,.0f}; {against}"
        words = f"{_judged_words(searched, entrant)}; {against}"
        loose = "the demand moves faster than tasks start, so much of the cost is idle headroom: "
        return loose + words if decision is Decision.HEADROOM else words
    if contest.ladders is None:
        if not contest.refused:
            return "no scaling steps fit below the objective's CPU, or none kept it on the tuned days"
        return f"no scaling steps passed every trial; the safest: {contest.refused[-1].tested.failures[0]}"
    count, usd = _count(entrant.ladders.min_tasks), searched.judged_usd_month(entrant)
    return f"{count} cost ${usd:,.0f} a month on held-out days, and no scaling steps cost less"


def on_requests(searched: Searched, entrant: Entrant, objective: Objective) -> str:
    """Say what became of steps on requests, where they were asked for and are not chosen."""
    contest = searched.contest
    found = contest.fast_requests if entrant.ladders.fast_signals else contest.requests
    if PolicyKind.REQUESTS not in objective.policies or entrant == found:
        return ""
    if request_vcpu(searched.sized.parts.tuned) is None:
        return "; steps on requests cannot be told of, because no request was recorded while it worked"
    if found is None:
        return "; steps on requests were tried too, and none passed every trial"
    return _would_cost(searched, "steps on requests", found)


def by_time_of_day(searched: Searched, entrant: Entrant, objective: Objective) -> str:
    """Say what became of minima by the time of day, where they were asked for and are not chosen."""
    contest = searched.contest
    found = contest.fast_minima if entrant.ladders.fast_signals else contest.minima
    # Without a front nothing was searched: neither where no steps are taken nor where none fit.
    searched_too = PolicyKind.STEP in objective.policies and contest.front
    if objective.timezone is UNSET or not searched_too or entrant == found:
        return ""
    tuned = searched.sized.parts.tuned
    if tuned.minutes < LEAST_DAYS * DAY_MIN:
        return f"; minima by the time of day cannot be told of, because under {LEAST_DAYS} days are tuned on"
    if found is None:
        return "; minima by the time of day were tried too, and none both saves and passes every trial"
    return _would_cost(searched, "minima by the time of day", found)


def _would_cost(searched: Searched, what: str, found: Entrant) -> str:
    usd = searched.judged_usd_month(found)
    return f"; {what} were tried too, and would cost ${usd:,.0f} on the held-out days"


def too_little(searched: Searched, entrant: Entrant, fast: Entrant, usd: float) -> str:
    """Say what CPU every 20 s would save over what is best without, where that is too little."""
    saved = searched.cost(entrant) - searched.cost(fast)
    if saved <= 0:
        return "CPU every 20 s was tried too, and saves nothing"
    return f"CPU every 20 s would save ${saved:,.2f} a month, too little for ${usd:,.2f} in CloudWatch"


def off_words(searched: Searched, fast: Entrant) -> str:
    """Say what the same steps do where the metric of 20 s is not switched on."""
    slow = enter(replace(fast.ladders, fast_signals=False), searched.contest.ground)
    over = 100 * slow.tested.mark(Test.JUDGED).over_share
    return (
        f"until its monitoring is switched on the same steps act on minutes: {over:.2f} % of the "
        "held-out minutes short of CPU"
    )


def nearest(searched: Sequence[Searched], question: Question) -> str:
    """Say what failed at the cheapest size: neither scaling steps nor a fixed count passed every trial."""
    for searched_size in searched:
        if searched_size.contest.refused:
            safest = searched_size.contest.refused[-1]
            failure = safest.tested.failures[0]
            return f"neither scaling steps nor a fixed count passed every trial; the safest: {failure}"
    limit = question.objective.over_percent
    return f"at no size tried could {limit:g} % of minutes short of CPU be kept"


def _judged_words(searched: Searched, entrant: Entrant) -> str:
    mark, judged = entrant.tested.mark(Test.JUDGED), searched.sized.parts.judged
    return (
        f"on the last {judged.minutes / DAY_MIN:.1f} days, held out from tuning, "
        f"{100 * mark.over_share:.2f} % of minutes short of CPU, {100 * mark.allowed_share:g} % "
        f"allowed, ${searched.judged_usd_month(entrant):,.0f} a month, "
        f"{entrant.tested.over_bound:.2f} times the cost with perfect foresight"
    )


def _count(tasks: int) -> str:
    return "1 task" if tasks == 1 else f"{tasks} tasks"
