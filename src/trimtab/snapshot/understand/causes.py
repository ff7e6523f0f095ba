"""Why tasks died, counted by cause, from AWS's own words about a service."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.fleet.model import Failure


class Cause(enum.Enum):
    """What AWS gives as the reason, in words for a count of tasks."""

    OUT_OF_MEMORY = "killed for memory"
    TARGET_CHECK = "stopped by the load balancer's health check"
    CONTAINER_CHECK = "stopped by the container's health check"
    PULL = "whose image could not be pulled"
    START = "that could not be set up"
    PLACEMENT = "that found no place"
    SPOT = "interrupted by Spot"
    EXIT = "whose container ended by itself"
    SCALING = "scalings that failed"
    OTHER = "stopped for another reason"


_WORDS: Final = (
    (Cause.OUT_OF_MEMORY, r"OutOfMemory|out of memory|OOM"),
    (Cause.SPOT, r"Spot (Task|interruption)|SpotInterruption"),
    (Cause.CONTAINER_CHECK, r"failed container health check|container health checks"),
    (Cause.TARGET_CHECK, r"health check|is unhealthy in|target[- ]group"),
    (Cause.PULL, r"CannotPull|ImagePull|pull image"),
    (
        Cause.START,
        r"ResourceInitializationError|TaskFailedToStart|CannotStart|CannotCreate|unable to pull secrets",
    ),
    (Cause.PLACEMENT, r"unable to place|Capacity is unavailable|RESOURCE:|insufficient capacity"),
    (Cause.EXIT, r"exited with|EssentialContainerExited|Essential container in task exited"),
)
_PATTERNS: Final = tuple((cause, re.compile(words, re.IGNORECASE)) for cause, words in _WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deaths:
    """One cause, and how often AWS named it."""

    cause: Cause
    count: int
    first: str
    """ISO 8601, UTC."""
    last: str


def cause_of(failure: Failure) -> Cause:
    """Return why a task died or a scaling failed."""
    if failure.kind == "scaling activity":
        return Cause.SCALING
    return next((cause for cause, words in _PATTERNS if words.search(failure.text)), Cause.OTHER)


def deaths_of(failures: Sequence[Failure]) -> tuple[Deaths, ...]:
    """Return the causes, the most frequent first; of equals the one that happened last."""
    by_cause: dict[Cause, list[Failure]] = {}
    for failure in failures:
        by_cause.setdefault(cause_of(failure), []).append(failure)
    deaths = []
    for cause, some in by_cause.items():
        times = sorted(one.at for one in some)
        deaths.append(
            Deaths(
                cause=cause,
                count=len(some),
                first=times[0],
                last=times[-1],
            )
        )
    return tuple(sorted(deaths, key=lambda one: (one.count, one.last), reverse=True))


def memory_kills(failures: Sequence[Failure]) -> int:
    """Return how many tasks were killed because they ran out of memory."""
    return sum(cause_of(failure) is Cause.OUT_OF_MEMORY for failure in failures)
