"""CPU every 20 s: ``monitoring`` of a service, one more field of the UpdateService that moves it. Pure.

Terraform's provider has no argument for it, so it is here where the recommendation's fast signals
are switched on. Only CPU's resolution is touched; what somebody set for memory stays. Back means 60 s said
outright: AWS documents that value, and not that an empty list is the default.

Source: ECS service model of botocore 1.44.5, ``MonitoringConfiguration``: 20 and 60, 60 where nothing is
said; CPUUtilization and MemoryUtilization.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CPU: Final = "CPUUtilization"
SLOW_S: Final = 60
"""What AWS publishes where nothing is said."""


class MetricsEvery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One of ``monitoring.metricConfigurations``."""

    metrics: tuple[str, ...]
    seconds: int


Monitoring: TypeAlias = tuple[MetricsEvery, ...]


class SignalChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a service published, and what it is to publish."""

    before: Monitoring
    to: Monitoring

    @property
    def words(self) -> str:
        """It, for a person."""
        before, to = cpu_every_s(self.before), cpu_every_s(self.to)
        return f"CPU metrics every {to} s with this deployment, {before} s before"

    @property
    def parameter(self) -> dict[str, Any]:
        """UpdateService's ``monitoring``."""
        return {
            "metricConfigurations": [
                {"metricNames": list(one.metrics), "resolutionSeconds": one.seconds} for one in self.to
            ]
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalsWanted:
    """How often CPU is to be published."""

    cpu_every_s: int
    was_set: Monitoring = ()
    """What a rollout set, where this is its undo."""


def monitoring_of(answer: Mapping[str, Any]) -> Monitoring:
    """Read a service revision of DescribeServiceRevisions."""
    listed = (answer.get("monitoring") or {}).get("metricConfigurations") or ()
    return tuple(
        MetricsEvery(
            metrics=tuple(one.get("metricNames") or ()), seconds=int(one.get("resolutionSeconds") or SLOW_S)
        )
        for one in listed
    )


def cpu_every_s(monitoring: Monitoring) -> int:
    """Return how often CPU is published [s]."""
    return next((one.seconds for one in monitoring if CPU in one.metrics), SLOW_S)


def with_cpu_every(monitoring: Monitoring, seconds: int) -> Monitoring:
    """Return the same with CPU published so often, and nothing else changed."""
    others = ((tuple(name for name in one.metrics if name != CPU), one.seconds) for one in monitoring)
    kept = tuple(MetricsEvery(metrics=names, seconds=every) for names, every in others if names)
    return (*kept, MetricsEvery(metrics=(CPU,), seconds=seconds))


def undone(change: SignalChange | None) -> SignalChange | None:
    """Return the way back from a change."""
    if change is None:
        return None
    return SignalChange(before=change.to, to=with_cpu_every(change.to, cpu_every_s(change.before)))


def joined(first: SignalChange | None, then: SignalChange | None) -> SignalChange | None:
    """Return two changes that follow one another as one."""
    if first is None or then is None:
        return first or then
    return SignalChange(before=first.before, to=then.to)


def change_of(
    now: Monitoring | None, wanted: SignalsWanted | None, *, moves: bool
) -> SignalChange | str | None:
    """Return what to set, None for nothing, or why it cannot be told.

    ``now`` is None where AWS shows no revision of the service. ``moves``: a deployment is made anyhow; an
    undo then says it in any case, for what AWS lists may lag behind an update just made.
    """
    if wanted is None:
        return None
    along = moves and bool(wanted.was_set)
    if now is None and not along:
        return (
            f"whether its CPU is published every {wanted.cpu_every_s} s cannot be told, for AWS shows no "
            "service revision of its last deployment: any deployment makes one, run it again after that"
        )
    base = wanted.was_set if now is None else now
    if cpu_every_s(base) == wanted.cpu_every_s and not along:
        return None
    return SignalChange(before=base, to=with_cpu_every(base, wanted.cpu_every_s))


def newest_in_force(deployments: Iterable[Mapping[str, Any]]) -> str | None:
    """Return the service revision that a service is at, of ListServiceDeployments' answers; None without one.

    One that was rolled back went to the one before; one that was stopped counts while nothing came after.
    """
    ordered = sorted(deployments, key=lambda one: one["createdAt"], reverse=True)
    for place, one in enumerate(ordered):
        status = str(one.get("status", ""))
        if status in _IN_FORCE or (place == 0 and not status.startswith("ROLLBACK")):
            found: str | None = one.get("targetServiceRevisionArn")
            return found
    return None


_IN_FORCE: Final = frozenset({"SUCCESSFUL", "IN_PROGRESS", "PENDING"})
