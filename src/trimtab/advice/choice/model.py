"""The nouns of a choice: the verdict on one service, what was chosen, and what was not."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimtab.advice.case.outcome import Verdict
    from trimtab.advice.choice.trials import Mark
    from trimtab.fleet.model import TaskSize
    from trimtab.terraform_module import Ladders


class Decision(enum.Enum):
    """What is advised, in a word."""

    TRIM = "trim"
    """Another size, other ladders, or both."""
    HEADROOM = "scale with headroom"
    """Ladders that cost less than a fixed count, but do not come near what the demand needs: it moves
    faster than tasks start, and part of the cost is idle."""
    KEEP = "keep"
    """What runs today stands every trial, and a change would not pay for itself."""
    FIXED = "fixed count is better"
    """No ladders beat a right-sized fixed count on demand that neither was chosen on."""


class Rank(enum.Enum):
    """What an alternative is to the choice."""

    REFUSED = "cheaper steps"
    SAFER = "next safer steps"
    SIZE = "another size"
    FIXED = "fixed count"
    LADDERS = "best steps"
    TRACKING = "target tracking"
    REQUESTS = "steps on requests too"
    MINIMA = "minima by the time of day"
    DEFAULT = "default steps"


COSTS_MORE = "costs more"
"""What speaks against an alternative that stands every trial and is no cheaper."""


NOT_ASKED = "not among the objective's policies"
"""What speaks against one of a kind that the objective does not take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One thing that was considered and not chosen, replayed on the whole recording."""

    rank: Rank
    size: TaskSize
    ladders: Ladders
    replay: Verdict
    against: str
    """Why not: what it breaks, or that it costs more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsearched:
    """A size that cannot win: even a schedule that knows the future costs more than the choice."""

    size: TaskSize
    bound_usd_month: float
    """On the tuned part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Size and ladders of one service, and how they did on demand they were not tuned on."""

    decision: Decision
    size: TaskSize
    ladders: Ladders
    why: str
    """The verdict with its numbers, one sentence."""
    hottest_ratio: float
    """The hottest task's CPU over the average one's, which lowers the CPU that is allowed [ratio]."""
    cpu_share: float
    """Average CPU above which a minute counts as over [ratio]."""
    marks: tuple[Mark, ...]
    """The trials, all passed."""
    tuned_usd_month: float
    """What the tuned part costs a month."""
    judged_minutes: int
    judged_usd_month: float
    """What the judged part costs a month."""
    over_bound: float
    """Cost on the judged part over the clairvoyant bound at the same size [ratio]."""
    fixed_tasks: int | None
    """The least fixed count that stands the same trials at the same size [tasks]."""
    fixed_judged_usd_month: float | None
    captured_share: float | None
    """Of what a clairvoyant schedule would save over that fixed count, what the choice saves [ratio]."""
    tried: int
    """Replays over all sizes."""
    alternatives: tuple[Alternative, ...]
    unsearched: tuple[Unsearched, ...]
