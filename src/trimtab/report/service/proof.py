"""How the choice did, on the whole recording and in each trial, and what else there was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trimtab.advice.case.outcome import Basis
from trimtab.advice.choice.model import NOT_ASKED, Rank
from trimtab.advice.choice.trials import Test
from trimtab.report.service.ladders import changes
from trimtab.report.service.model import Fact, Grid, Section, usd
from trimtab.report.service.size import size_of
from trimtab.units import DAY_MIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.advice.case.objective import Objective
    from trimtab.document.parts import ReplayPart, ScalingPart
    from trimtab.document.schema import AlternativePart, ChoicePart, Document, ServicePart, TrialPart

NEIGHBOURS = frozenset({Rank.REFUSED, Rank.SAFER, Rank.TRACKING, Rank.REQUESTS, Rank.MINIMA})
"""Alternatives that differ from the choice in a trait or two, which are worth naming."""
FAILED = tuple(f"({test.value})" for test in Test)
"""How what is said of a trial that was not stood ends."""
TRIALS: Final[Mapping[Test, str]] = {
    Test.TUNED: "days it was tuned on",
    Test.JUDGED: "last {days:.1f} days, held out",
    Test.HARDER: "held out, demand x1.2",
    Test.SHIFTED: "held out, peak hour moved",
}
"""Rows of the table, where ``days`` is the length of the judged part."""


UNSEEN: Final = (45, 53)
"""Recorded series on whose last 30 %, which the choice never saw, it kept the objective; and how many there
were (docs/search.md, the sealed test)."""


def proof_section(document: Document, service: ServicePart) -> Section:
    """Return the whole recording before and after, and the trials of the choice."""
    objective, choice = document.objective, service.choice
    days = round(service.replay_before.minutes / DAY_MIN, 1)
    grid = Grid(
        heads=("", "$/month", "short of CPU", "allowed", "of memory", "reversals", "cost/foresight"),
        rows=(
            _whole(f"today{_as_recorded(service)}, all {days:g} days", service.replay_before, objective),
            _whole("proposed, the same", service.replay_after, objective),
            *(_trial(trial, choice) for trial in choice.trials),
        ),
        words=frozenset({0}),
    )
    saved = choice.captured_share
    text = f"{100 * (saved or 0):.0f} % of what perfect foresight would save over a fixed count"
    facts = (Fact(label="captured", text=text),) if saved is not None and saved > 0 else ()
    kept, series = UNSEEN
    unseen = (
        f"what was chosen like this kept 1 % on demand it never saw in {kept} of {series} recorded series"
    )
    facts = (*facts, Fact(label="unseen", text=unseen))
    if service.off_hours:
        text = "tuned and held-out days have tasks at all hours; all days and the alternatives do not"
        facts = (*facts, Fact(label="hours", text=text))
    title = (
        f"How it did in replay (Fargate alone; at most {objective.direction_changes_day:g} reversals a day)"
    )
    return Section(title=title, blocks=(grid, *facts))


def _as_recorded(service: ServicePart) -> str:
    return " as recorded" if service.replay_before.basis is Basis.RECORD else ""


def _whole(label: str, replay: ReplayPart, objective: Objective) -> tuple[str, ...]:
    over = replay.minutes_over_cpu
    return (
        label,
        f"{replay.usd_month:,.2f}",
        f"{over:,} = {100 * over / replay.minutes:.2f} %",
        f"{objective.over_percent:g} %",
        f"{replay.minutes_over_memory:,}",
        f"{replay.direction_changes_day:.1f}",
        _ratio(replay.cost_over_bound),
    )


def _trial(trial: TrialPart, choice: ChoicePart) -> tuple[str, ...]:
    """Return a trial's row: it was stood, so no minute was over memory."""
    cost, bound = "", ""
    if trial.test is Test.TUNED:
        cost = f"{choice.tuned_usd_month:,.2f}"
    if trial.test is Test.JUDGED:
        cost, bound = f"{choice.judged_usd_month:,.2f}", _ratio(choice.judged_over_bound)
    label = TRIALS[trial.test].format(days=choice.judged_minutes / DAY_MIN)
    turns = f"{trial.direction_changes_day:.1f}"
    return label, cost, f"{trial.over_percent:.2f} %", f"{trial.allowed_percent:.3g} %", "0", turns, bound


def _ratio(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.2f}"


def alternatives_section(document: Document, service: ServicePart) -> Section:
    """Return what was not chosen, and why not."""
    chosen = service.replay_after
    first = (
        "the choice",
        size_of(service),
        _bounds(service.scaling),
        f"{chosen.usd_month:,.2f}",
        f"{chosen.minutes_over_cpu:,}",
        f"{chosen.direction_changes_day:.1f}",
        "",
    )
    grid = Grid(
        heads=("alternative", "size", "tasks", "$/month", "min short", "reversals", "against"),
        rows=(first, *(_row(one, service, document.objective) for one in service.choice.alternatives)),
        words=frozenset({0, 6}),
    )
    return Section(title="Alternatives, on all days", blocks=(grid, *_traits(service)))


def _row(alternative: AlternativePart, service: ServicePart, objective: Objective) -> tuple[str, ...]:
    return (
        alternative.rank.value,
        alternative.size,
        _bounds(alternative.scaling),
        f"{alternative.usd_month:,.2f}",
        f"{alternative.minutes_over_cpu:,}",
        f"{alternative.direction_changes_day:.1f}",
        against(alternative, service.replay_after, objective),
    )


def against(alternative: AlternativePart, chosen: ReplayPart, objective: Objective) -> str:
    """Return what speaks against an alternative: what it breaks, else what it costs."""
    if alternative.rank is Rank.REFUSED or _failed(alternative):
        return "fails a trial, see below"
    if alternative.minutes_over_cpu > objective.over_share * chosen.minutes:
        over = 100 * alternative.minutes_over_cpu / chosen.minutes
        return f"{over:.1f} % short, {objective.over_percent:g} % allowed"
    if alternative.minutes_over_memory:
        return f"{alternative.minutes_over_memory:,} minutes short of memory"
    if alternative.direction_changes_day > objective.direction_changes_day:
        return f"reversals: {objective.direction_changes_day:g} a day allowed"
    if alternative.against == NOT_ASKED and alternative.usd_month < chosen.usd_month:
        return f"{usd(chosen.usd_month - alternative.usd_month)} less; {NOT_ASKED}"
    return _dearer(round(alternative.usd_month - chosen.usd_month, 2), alternative.against)


def _failed(alternative: AlternativePart) -> bool:
    """Tell whether it is target tracking, the safest there is, that failed a trial."""
    return alternative.rank is Rank.TRACKING and alternative.against.endswith(FAILED)


def _dearer(more_usd: float, why_not: str) -> str:
    """Say what is paid more. The tuned part decides, so over all days it may be a little less."""
    if more_usd < 0:
        return f"{usd(-more_usd)} less here; where it was tuned: {why_not}"
    return f"{usd(more_usd)} more" if more_usd else "costs the same"


def _bounds(scaling: ScalingPart) -> str:
    return f"{scaling.min_tasks}-{scaling.max_tasks}"


def _traits(service: ServicePart) -> Iterator[Fact]:
    """Yield what sets the neighbours on the front apart, and which trial the cheaper one failed."""
    for alternative in service.choice.alternatives:
        if alternative.rank not in NEIGHBOURS:
            continue
        said = "; ".join(changes(alternative.scaling, service.scaling)) or "nothing else"
        text = f"as the choice, but {said}"
        fails = alternative.rank is Rank.REFUSED or _failed(alternative)
        failed = f". It fails: {alternative.against}" if fails else ""
        yield Fact(label=alternative.rank.value, text=f"{text}{failed}")
