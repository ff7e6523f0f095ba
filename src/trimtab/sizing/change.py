"""Whether another size is worth a change: a re-run a week later must not shuffle sizes.

Two bands keep a size where it is. Its cost: another must save ``CHANGE_SHARE`` and
``CHANGE_USD_MONTH``, so costs must drift by about as much again before the way back pays. Its
memory: it is kept up to ``KEEP_SHARE`` of it, and chosen only with the wider margin
(``memory.still_holds`` and ``memory.memory_need_mib``).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimtab.sizing.constants import CHANGE_SHARE, CHANGE_USD_MONTH

if TYPE_CHECKING:
    from trimtab.catalog.size import TaskSize


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A size and what the service costs with it, policies and all."""

    size: TaskSize
    compute_usd_month: float


class SizeChange(enum.Enum):
    """What comes of comparing a proposed size with the present one."""

    SAME = "the same size"
    DOES_NOT_HOLD = "the present size does not hold the work"
    PAYS = "the change pays for itself"
    DOES_NOT_PAY = "the change saves too little"

    @property
    def worth(self) -> bool:
        """Whether the size should change."""
        return self in {SizeChange.DOES_NOT_HOLD, SizeChange.PAYS}


def worth_changing(
    present: Priced,
    proposed: Priced,
    *,
    present_holds: bool,
    least_share: float = CHANGE_SHARE,
    least_usd_month: float = CHANGE_USD_MONTH,
) -> SizeChange:
    """Tell whether to move from ``present`` to ``proposed``, which holds the work.

    Both costs [USD/month] are of the whole service on the same demand: the present size under the
    best policies found for it, else a better policy would pay for a change of size.
    ``present_holds`` is whether the present size keeps the objective: its memory by
    ``memory.still_holds``, its replay where there is one. A size that does not is left at any cost.
    """
    if present.size == proposed.size:
        return SizeChange.SAME
    if not present_holds:
        return SizeChange.DOES_NOT_HOLD
    paid = pays(
        present.compute_usd_month,
        proposed.compute_usd_month,
        least_share=least_share,
        least_usd_month=least_usd_month,
    )
    return SizeChange.PAYS if paid else SizeChange.DOES_NOT_PAY


def pays(
    present_usd_month: float,
    proposed_usd_month: float,
    *,
    least_share: float = CHANGE_SHARE,
    least_usd_month: float = CHANGE_USD_MONTH,
) -> bool:
    """Tell whether a change of size or of ladders saves enough to be worth making [USD/month]."""
    least = max(least_usd_month, least_share * present_usd_month)
    return present_usd_month - proposed_usd_month >= least
