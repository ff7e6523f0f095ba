"""The user's promise: what the tasks must keep while cost is minimised. A small typed file, or flags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from trimtab.catalog.size import Architecture  # noqa: TC001  # msgspec reads it when it runs
from trimtab.errors import UsageError
from trimtab.scaling.model import Objective as Replayed
from trimtab.scaling.spot import CAPACITY_WAIT_S, EVENTS_PER_DAY, SHARE_PERCENT

if TYPE_CHECKING:
    from pathlib import Path


class Spot(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How often Spot takes tasks away: assumptions, for AWS publishes no rates (``scaling/spot.py``)."""

    events_per_day: Annotated[float, Meta(ge=0, le=1440)] = EVENTS_PER_DAY
    share_percent: Annotated[int, Meta(ge=1, le=100)] = SHARE_PERCENT
    """Of the running tasks, what an event takes [percent]."""
    capacity_wait_s: Annotated[int, Meta(ge=0, le=86_400)] = CAPACITY_WAIT_S
    """How long nothing starts after it [s]."""


class Objective(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Cost is minimised under this, never traded against it."""

    over_percent: Annotated[float, Meta(ge=0, lt=100)] = 1.0
    """At most so many of the minutes may be above ``cpu_percent`` [percent of minutes]."""
    cpu_percent: Annotated[float, Meta(gt=0, le=100)] = 80.0
    """Of the serving tasks' CPU that the work may fill [percent]."""
    memory_percent: Annotated[float, Meta(gt=0, le=100)] = 90.0
    """Of its size that a task may hold, in any minute [percent]."""
    min_tasks: Annotated[int, Meta(ge=1, le=5000)] | None = None
    """Least tasks of every service; None: 2 behind a load balancer, else 1."""
    direction_changes_day: Annotated[float, Meta(ge=0)] = 24.0
    """Scaling activities that turn back, at most [1/day]."""
    judged_percent: Annotated[float, Meta(ge=10, le=50)] = 30.0
    """Last part of the history, which nothing is tuned on [percent]."""
    over_bound: Annotated[float, Meta(ge=1)] = 1.5
    """Cost over the clairvoyant bound up to which ladders are said to trim [ratio]. Above, the demand
    moves faster than tasks start, and the verdict says that part of the cost is idle headroom."""
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    """Of the search."""
    architecture: Architecture | None = None
    """What the tasks are to run on; None: what each runs on today. Its vCPU are taken to be as fast."""
    spot: Spot | None = None
    """Run on Fargate Spot, with its interruptions replayed; None: On-Demand."""

    @property
    def over_share(self) -> float:
        """Minutes that may be over [ratio]."""
        return self.over_percent / 100

    def replayed(self, hottest_ratio: float = 1.0) -> Replayed:
        """Return the shares a replay judges by.

        Where the work is spread unevenly, the hottest task is full before the average one is at
        ``cpu_percent``: a minute counts as over from then on.
        """
        return Replayed(
            cpu_share=min(self.cpu_percent / 100, 1 / hottest_ratio), memory_share=self.memory_percent / 100
        )


DEFAULT = Objective()


def read_objective(path: Path) -> Objective:
    """Return the objective of a JSON file; what it leaves out has its default.

    Raises:
        UsageError: the file cannot be read, or asks for something that cannot be.

    """
    known = ", ".join(Objective.__struct_fields__)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Objective)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(str(error), where=str(path), advice=f"known: {known}") from error


def objective_of(path: Path | None, **flags: float | None) -> Objective:
    """Return the objective of a file, if there is one, with the flags that were given over it.

    Raises:
        UsageError: the file cannot be read, or a value cannot be.

    """
    base = DEFAULT if path is None else read_objective(path)
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return msgspec.convert({**msgspec.structs.asdict(base), **given}, type=Objective)
    except msgspec.ValidationError as error:
        raise UsageError(str(error), where="objective", advice="see trimtab optimize --help") from error
