"""What the contests of a service's sizes came to, made by hand for the verdict on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from advice import made as asking
from fleet import made

from trimtab.advice.choice import trials
from trimtab.advice.choice.contest import Contest, Entrant, fixed_ladders
from trimtab.advice.choice.decide import decide
from trimtab.advice.choice.model import Choice
from trimtab.advice.choice.sizes import Searched, Sized, sizes_in_contest
from trimtab.advice.choice.trials import Mark, ground_of
from trimtab.catalog.load import HOURS_PER_MONTH
from trimtab.ladders.convert import policy_of_ladders
from trimtab.terraform_module import Ladders, OutStep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.advice.choice.question import Question
    from trimtab.fleet.model import TaskSize

SMALL, MIDDLE, LARGE = made.size(256, 512), made.size(512, 1024), made.size(1024, 2048)
SERVICE = asking.adopted(cpu_units=512, memory_mib=1024)
QUESTION, SIZING = asking.asked(SERVICE, made.demand(asking.wave()))
SIZED = {one.size: one for one in sizes_in_contest(QUESTION, SIZING)}
CHOSEN = replace(asking.TODAY, cpu=replace(asking.TODAY.cpu, high=60, steps=(OutStep(above=0, add=2),)))
GROUND = ground_of(SIZED[MIDDLE].parts, QUESTION.objective, floor=2, most=20)


def mark(over: float = 0.0, test: trials.Test = trials.Test.JUDGED) -> Mark:
    return Mark(
        test=test,
        over_share=over,
        allowed_share=0.01,
        over_memory_min=0,
        direction_changes_day=2.0,
        allowed_changes_day=24.0,
    )


def entrant(  # noqa: PLR0913  # what a contest knows of one
    sized: Sized,
    usd: float,
    judged_usd: float | None = None,
    *,
    ladders: Ladders = CHOSEN,
    over_bound: float = 1.2,
    over: float = 0.0,
) -> Entrant:
    """Ladders that cost so much a month, and kept the objective if ``over`` is 1 % of minutes or less."""

    def seconds(usd_month: float, minutes: int) -> int:
        hours = usd_month / HOURS_PER_MONTH * minutes / 60
        return round(hours / sized.inputs.task.price_usd_hour * 3600)

    judged = seconds(usd if judged_usd is None else judged_usd, sized.parts.judged.minutes)
    return Entrant(
        ladders=ladders,
        tested=trials.Tested(
            policy=policy_of_ladders(ladders, initial_tasks=ladders.min_tasks),
            tuned_billed_s=seconds(usd, sized.parts.tuned.minutes),
            judged_billed_s=judged,
            judged_bound_s=judged / over_bound,
            marks=(mark(0.0, trials.Test.TUNED), mark(over)),
        ),
    )


def fixed(sized: Sized, usd: float, tasks: int = 7) -> Entrant:
    return entrant(sized, usd, ladders=fixed_ladders(tasks, asking.TODAY.memory))


def searched(
    size: TaskSize,
    ladders: Entrant | None = None,
    fixed: Entrant | None = None,
    refused: Sequence[Entrant] = (),
    safer: Sequence[Ladders] = (),
) -> Searched:
    contest = Contest(
        ladders=ladders,
        fixed=fixed,
        refused=tuple(refused),
        safer=tuple(safer),
        front=(),
        ground=GROUND,
        tried=10,
    )
    return Searched(sized=SIZED[size], contest=contest)


def decided(*found: Searched, present: Entrant | None = None, question: Question = QUESTION) -> Choice:
    choice = decide(question, tuple(SIZED.values()), sorted(found, key=lambda one: one.best), present)
    assert isinstance(choice, Choice), choice
    return choice


M = SIZED[MIDDLE]
