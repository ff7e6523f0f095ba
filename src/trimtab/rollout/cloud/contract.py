"""The contract of what a rollout runs against: the reads it needs, and the calls that write.

One implementation talks to AWS (``trimtab.rollout.cloud.aws``). What cannot be had for a passing
reason is ``CloudUnreachable``; anything else the user must mend, or look into.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from trimtab.errors import RolloutInterrupted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from trimtab.rollout.cloud.observed import Figure, OutAlarm, ScalableTarget
    from trimtab.rollout.cloud.signals import Monitoring, SignalChange
    from trimtab.rollout.model import Definition, Exposure, Revision, RunningTask, ServiceState, Target


class CloudUnreachable(RolloutInterrupted):
    """Throttled beyond patience, or a fault of AWS's own: asking again later may help."""


class CallRefused(RolloutInterrupted):
    """AWS answered a call with an error that does not pass. ``code`` is AWS's own name for it."""

    def __init__(self, message: str, *, code: str, where: str) -> None:
        super().__init__(message, where=where, advice="mend it and run again to go on")
        self.code = code


class Cloud(Protocol):
    """What a rollout asks, and does.

    Every method raises ``CloudUnreachable`` for what passes, ``CallRefused`` for what does not,
    and ``AccountError`` where no call can work (credentials, permissions, network).
    """

    def account(self) -> str:
        """Return the id of the account that the credentials are of."""
        ...

    def cluster_arn(self, cluster: str) -> str | None:
        """Return the ARN of an active cluster, or None."""
        ...

    def services(self, cluster: str, names: Iterable[str]) -> Mapping[str, ServiceState]:
        """Return the services that exist (deleted ones may still be listed as INACTIVE)."""
        ...

    def exposures(self, target_groups: Iterable[str]) -> Mapping[str, Exposure]:
        """Return who reaches each target group."""
        ...

    def revision(self, arn: str) -> Revision:
        """Return a task definition with its tags."""
        ...

    def newest(self, family: str) -> Iterator[str]:
        """Yield the ARNs of a family's ACTIVE revisions, newest first."""
        ...

    def running_tasks(self, cluster: str, service: str) -> tuple[RunningTask, ...]:
        """Return the tasks that are meant to run."""
        ...

    def stopped_tasks(self, cluster: str, service: str) -> tuple[RunningTask, ...]:
        """Return the tasks that stopped in the last hour or so."""
        ...

    def targets(self, target_group: str) -> tuple[Target, ...]:
        """Return the health of a target group's targets."""
        ...

    def scalable_target(self, cluster: str, service: str) -> ScalableTarget | None:
        """Return the service's scalable target, or None where nothing scales it."""
        ...

    def out_alarms(self, cluster: str, service: str) -> tuple[OutAlarm, ...]:
        """Return the alarms that scale the service out."""
        ...

    def balancer(self, target_group: str) -> str | None:
        """Return what CloudWatch calls the load balancer of a target group, or None without one."""
        ...

    def figures(
        self, figures: Sequence[Figure], start: datetime, end: datetime
    ) -> tuple[tuple[tuple[datetime, float], ...], ...]:
        """Return the points of each figure in [start, end), oldest first."""
        ...

    def suspend(self, cluster: str, service: str, state: Mapping[str, bool]) -> None:
        """Set the three switches of a service's scalable target. Writes."""
        ...

    def register(self, definition: Definition, tags: Mapping[str, str]) -> str:
        """Register a revision of ``definition`` and return its ARN. Writes."""
        ...

    def monitoring(self, cluster: str, service: str) -> Monitoring | None:
        """Return how often the service publishes which metrics; None where AWS shows no revision of it."""
        ...

    def update(
        self, cluster: str, service: str, task_definition: str, signals: SignalChange | None = None
    ) -> ServiceState:
        """Point the service at a revision, by its full ARN, and return what AWS answers. Writes."""
        ...
