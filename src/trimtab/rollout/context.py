"""What every step of a run has at hand, and a deployment that goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimtab.rollout.clock import Clock
    from trimtab.rollout.cloud.contract import Cloud
    from trimtab.rollout.journal.journal import Journal
    from trimtab.rollout.journal.lines import Begin
    from trimtab.rollout.model import ServiceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run over one cluster."""

    cloud: Cloud
    cluster: str
    clock: Clock
    journal: Journal
    begin: Begin
    timeout_s: float
    suspend_out: bool = False
    """Whether scaling out is suspended while a deployment goes on."""
    bake: float | str = 0.0
    """How long moved services are watched [s], or ``peak``; 0: not at all."""
    tell: Callable[[str], None]
    """Told what happens, in words for a person."""

    @property
    def at(self) -> str:
        """The time, for the journal."""
        return self.clock.now().isoformat(timespec="seconds")

    def look(self, service: str) -> ServiceState | None:
        """Return the service if it is ACTIVE."""
        state = self.cloud.services(self.cluster, [service]).get(service)
        return state if state is not None and state.status == "ACTIVE" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A deployment of ours that goes on."""

    service: str
    own: str
    """Its id."""
    before: str
    """ARN of the revision that ran."""
    to: str
    """ARN of the revision it moves to."""
    previous: str
    """Id of the newest deployment from before it."""
    last_event: str
    """Id of the newest service event from before it."""
    calls: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
