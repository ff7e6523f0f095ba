"""What is wanted of one service: its new size, or what it ran before. The rest of a run is the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from trimtab.rollout.bake.stages import staged
from trimtab.rollout.cloud.signals import SignalsWanted, cpu_every_s
from trimtab.rollout.model import short
from trimtab.rollout.plan import Cannot, Use, back, forward, source_of
from trimtab.rollout.refusals import balancer_misses, not_its_own, not_rolling, refusals, unusable
from trimtab.terraform_module import FAST_SIGNAL_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.rollout.cloud.contract import Cloud
    from trimtab.rollout.journal.lines import Updating
    from trimtab.rollout.model import Revision, ServiceState, WantedRevision
    from trimtab.rollout.plan import Register, Step


class Goal(Protocol):
    """Where one service is to go."""

    @property
    def name(self) -> str:
        """The service."""
        ...

    @property
    def cpu_limit_percent(self) -> float:
        """Average CPU above which a minute counts as short of it."""
        ...

    @property
    def busy_hours(self) -> tuple[int, ...]:
        """Hours of the week in which the recorded work was at its peak."""
        ...

    @property
    def signals(self) -> SignalsWanted | None:
        """How often its CPU is to be published; None: as it is."""
        ...

    def may_replace(self, state: ServiceState) -> bool:
        """Tell whether the service may be moved although it is not steady."""
        ...

    def refusals(self, state: ServiceState) -> Iterator[str]:
        """Yield why the service is to be left alone."""
        ...

    def step(self, cloud: Cloud, running: Revision) -> Step:
        """Return what to do."""
        ...

    def unproven(self, state: ServiceState) -> str:
        """Return why a deployment now would prove nothing, where that matters; else empty."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSize:
    """To the revision that Terraform registered, or its size on top of what CI deployed since."""

    wanted: WantedRevision
    named: str | None
    """The revision's ARN, where Terraform's output names it."""
    families: Mapping[str, str]
    """The services of the run by the family that they run."""
    in_stages: bool = False
    """Whether a cut of more than half goes in two stages."""

    @property
    def name(self) -> str:
        """The service."""
        return self.wanted.name

    @property
    def cpu_limit_percent(self) -> float:
        """Average CPU above which a minute counts as short of it."""
        return self.wanted.cpu_limit_percent

    @property
    def busy_hours(self) -> tuple[int, ...]:
        """Hours of the week in which the recorded work was at its peak."""
        return self.wanted.busy_hours

    @property
    def signals(self) -> SignalsWanted | None:
        """Every 20 s where its steps are made for that; never switched off here."""
        return SignalsWanted(cpu_every_s=FAST_SIGNAL_S) if self.wanted.fast_signals else None

    def may_replace(self, state: ServiceState) -> bool:
        """Never: what is not steady is somebody's deployment, or an incident."""
        del state
        return False

    def refusals(self, state: ServiceState) -> Iterator[str]:
        """Yield why the service is to be left alone."""
        yield from refusals(state)
        if self.wanted.fast_signals and state.controller != "ECS":
            yield f"AWS takes CPU metrics of {FAST_SIGNAL_S} s only where ECS deploys: they stay off"

    def step(self, cloud: Cloud, running: Revision) -> Step:
        """Return what to do."""
        source = source_of(cloud, self.wanted, running, self.named)
        if isinstance(source, Cannot):
            return source
        faults = list(unusable(source, self.wanted.size))
        faults += filter(None, [not_its_own(running, source, self.families)])
        return Cannot(why="; ".join(faults)) if faults else self._moved(running, source)

    def unproven(self, state: ServiceState) -> str:
        """Return that no task would start: a deployment is COMPLETED at once then, whatever its size."""
        if state.desired:
            return ""
        return (
            "no task of it is to run now, so a deployment would end at once and prove nothing: "
            "roll it out while tasks run"
        )

    def _moved(self, running: Revision, source: Revision) -> Step:
        return staged(running, source) if self.in_stages else forward(running, source)


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoGoal:
    """Back to what ran before the rollout."""

    move: Updating
    families: Mapping[str, str]
    """The services of the run by the family that they run."""

    @property
    def name(self) -> str:
        """The service."""
        return self.move.service

    @property
    def cpu_limit_percent(self) -> float:
        """Nothing is watched after an undo."""
        return 100.0

    @property
    def busy_hours(self) -> tuple[int, ...]:
        """Nor is a peak waited for."""
        return ()

    @property
    def signals(self) -> SignalsWanted | None:
        """As often as before the rollout, where it changed that."""
        set_then = self.move.signals
        if set_then is None:
            return None
        return SignalsWanted(cpu_every_s=cpu_every_s(set_then.before), was_set=set_then.to)

    def unproven(self, state: ServiceState) -> str:
        """Return nothing: what ran before needs no proof."""
        del state
        return ""

    def may_replace(self, state: ServiceState) -> bool:
        """When it runs, or is still moving to, what the rollout gave it: that may be what is wrong."""
        primary = state.primary
        return primary is not None and primary.task_definition == self.move.to

    def refusals(self, state: ServiceState) -> Iterator[str]:
        """Yield nothing about the breaker: going back must be possible without one."""
        if state.controller != "ECS":
            yield f"its deployments are made by {state.controller}: move it there"
        if why := not_rolling(state):
            yield why

    def step(self, cloud: Cloud, running: Revision) -> Step:
        """Return what to do."""
        before, moved_to = cloud.revision(self.move.before), cloud.revision(self.move.to)
        # A journal is a file: whoever edits it must not move a service onto another's definition.
        for one in (before, moved_to):
            if why := not_its_own(running, one, self.families):
                return Cannot(why=f"the journal names a revision that is not its own: {why}")
        return back(running, before, moved_to)


def misses(state: ServiceState, step: Use | Register) -> str:
    """Return what the service's load balancers would miss in the revision; empty if nothing."""
    name = short(step.arn) if isinstance(step, Use) else "its new revision"
    return "; ".join(balancer_misses(state, step.definition, name))
