"""One service from its demand to its advice, in one call; then what only the whole fleet can say of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trimtab.advice.case.case import as_proposed, deployed_inputs
from trimtab.advice.case.outcome import judge
from trimtab.advice.case.p95 import Played, p95_of
from trimtab.advice.case.proposal import proposal_of
from trimtab.advice.cautions import (
    cautions_of,
    cautions_of_calls,
    cautions_of_capacity,
    cautions_of_cost,
    cautions_of_replay,
)
from trimtab.advice.choice.choose import choose
from trimtab.advice.cost import cost_of, tasks_recorded
from trimtab.advice.levers.levers import pulls_of
from trimtab.advice.log_level import cautions_of_log_level
from trimtab.advice.model import Advice, ordered
from trimtab.advice.promises import cautions_of_busier, cautions_of_latency, cautions_of_zone_loss
from trimtab.fleet.left_out import LeftOut
from trimtab.ladders.search import FULL

if TYPE_CHECKING:
    from trimtab.advice.calls import Calls
    from trimtab.advice.case.objective import Objective
    from trimtab.advice.choice.choose import Chosen
    from trimtab.catalog.load import Prices
    from trimtab.demand.series import Demand
    from trimtab.fleet.model import Fleet, Service
    from trimtab.ladders.search import Effort


def advise(  # noqa: PLR0913, PLR0917  # a service, what it runs among, what is promised, and how hard to search
    service: Service,
    demand: Demand,
    fleet: Fleet,
    prices: Prices,
    objective: Objective,
    effort: Effort = FULL,
) -> Advice | LeftOut:
    """Return the advice for one service, or why there is none. What its callers say is not in it yet."""
    chosen = choose(service, demand, prices, objective, effort)
    return chosen if isinstance(chosen, LeftOut) else advice_on(chosen, fleet)


def advice_on(chosen: Chosen, fleet: Fleet) -> Advice:
    """Replay before and after on the whole recording, and say what a reviewer should know."""
    question, sizing, before = chosen.question, chosen.sizing, chosen.before
    service, demand, objective = question.service, question.demand, question.objective
    proposal = proposal_of(service, sizing, chosen.choice.ladders, chosen.timing, objective)
    case = as_proposed(question.workload, proposal, question.prices, objective)
    judged, task = judge(case), case.inputs.task
    proposed = judged.verdict
    today = (
        before.case.inputs if before.case else deployed_inputs(question.workload, question.prices, objective)
    )
    cost = cost_of(
        service,
        demand,
        question.prices,
        deployed=before.verdict,
        proposed=proposed,
        insights=fleet.container_insights,
        environment=fleet.environment,
    )
    p95 = p95_of(
        question.workload,
        objective,
        Played(task=today.task, minutes=before.judged.replay.minutes),
        Played(task=task, minutes=judged.replay.minutes),
    )
    return Advice(
        service=service,
        sizing=sizing,
        choice=chosen.choice,
        proposal=proposal,
        timing=chosen.timing,
        tasks_recorded=tasks_recorded(demand),
        deployed=before.verdict,
        proposed=proposed,
        cost=cost,
        p95=p95,
        pulls=pulls_of(
            question.workload, proposal, judged, cost, question.prices, objective, fleet.environment
        ),
        cautions=ordered(
            (
                *cautions_of(service, demand, sizing, chosen.timing),
                *cautions_of_latency(question.workload, objective, proposal.size, task.overhead_vcpu),
                *cautions_of_busier(p95, objective),
                *cautions_of_capacity(service, proposal, demand),
                *cautions_of_cost(service, cost, before, proposal, objective),
                *cautions_of_replay(proposed, objective),
                *cautions_of_zone_loss(service, objective),
                *cautions_of_log_level(service, cost, fleet.environment),
            )
        ),
    )


def among(advice: Advice, calls: Calls, left_out: frozenset[str]) -> Advice:
    """Return the advice with what the fleet says of it: its calls, and callers that are ``left_out``."""
    said = cautions_of_calls(advice.service, calls, left_out)
    return replace(advice, calls=calls, cautions=ordered((*advice.cautions, *said)))
