"""A log level meant for a workstation that runs in production: what says so, and what its logs cost.

Environment values enter a snapshot only where they were asked for. Without them nothing is said:
a name alone tells no level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trimtab.advice.cost import dollars
from trimtab.advice.model import Caution, CautionKind
from trimtab.environment import quieter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.advice.cost import Cost
    from trimtab.fleet.model import Service

PRODUCTION: Final = frozenset({"production", "prod", "prd", "live"})
"""What an environment is called in which a debug level is a fault. Elsewhere it is somebody's work."""


def verbose_settings(service: Service) -> tuple[tuple[str, str], ...]:
    """Return the variables that ask for a debug level and what quiets each, by name."""
    return tuple(
        (f"{name}={value}", instead)
        for name, value in sorted(service.environment.items())
        if (instead := quieter(name, value))
    )


def cautions_of_log_level(service: Service, cost: Cost, environment: str) -> Iterator[Caution]:
    """Yield a caution where a service of production logs at a debug level."""
    verbose = verbose_settings(service)
    if not verbose or environment.casefold() not in PRODUCTION:
        return
    settings = ", ".join(setting for setting, _ in verbose)
    instead = ", ".join(dict.fromkeys(instead for _, instead in verbose))
    amount = cost.before.logs_usd_month
    costs = (
        f"its logs cost {dollars(amount)} a month, and what the level adds is in that, how much not recorded"
        if cost.logs_known
        else "what its logs cost is not known: the snapshot has no volume"
    )
    text = (
        f"runs {settings} in {environment}: {costs}; such lines often hold what no log should. Set {instead} "
        "where the value comes from, and compare the volume; the values written here keep it as it is"
    )
    yield Caution(kind=CautionKind.LOG_LEVEL, text=text)
