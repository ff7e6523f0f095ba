"""Starts at another size: with less CPU they get slower, and by how much follows from what they use of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimtab.demand.terms import OwnCpu
    from trimtab.fleet.model import StartSample, TaskSize


@dataclass(frozen=True, slots=True, kw_only=True)
class Slower:
    """From recorded starts to those at a size with less CPU. With as much or more they are as recorded."""

    recorded_vcpu: float = 1.0
    """Of the tasks whose starts were recorded [vCPU]."""
    vcpu: float = 1.0
    """Of the size asked about [vCPU]."""
    boot_vcpu_s: float | None = None
    """What a start uses at most [vCPU-seconds]; None: the record does not tell."""
    why: str = ""
    """Why not."""

    @property
    def ratio(self) -> float:
        """The worst case: a start that waits for nothing but CPU takes so many times as long [ratio]."""
        return max(1.0, self.recorded_vcpu / self.vcpu)

    @property
    def more_s(self) -> float | None:
        """What a start takes longer at most [s]; None: only ``ratio`` bounds it.

        A start that used c vCPU-seconds cannot have been held back for longer than c / vCPU: that part,
        at the old speed, is what the new one stretches. How a start spreads its use does not matter.
        """
        if self.boot_vcpu_s is None:
            return None
        return max(0.0, self.boot_vcpu_s * (1 / self.vcpu - 1 / self.recorded_vcpu))

    def seconds(self, recorded_s: float) -> float:
        """Return how long boot and ready take together, where they took ``recorded_s`` [s]."""
        worst = self.ratio * recorded_s
        return worst if self.more_s is None else min(worst, recorded_s + self.more_s)

    def samples(self, recorded: Sequence[StartSample]) -> tuple[StartSample, ...]:
        """Return the starts as they would be: placement and pull come before a task has CPU of its own."""
        return tuple(self._sample(one) for one in recorded) if self.ratio > 1 else tuple(recorded)

    def _sample(self, one: StartSample) -> StartSample:
        took = one.boot_s + one.ready_s
        factor = self.seconds(took) / took if took > 0 else 1.0
        return msgspec.structs.replace(one, boot_s=factor * one.boot_s, ready_s=factor * one.ready_s)


AS_RECORDED = Slower()


def slower_at(size: TaskSize, recorded: TaskSize, own: OwnCpu) -> Slower:
    """Return what starts recorded at one size are at another; a start is taken to cost its most."""
    boot = own.boot
    return Slower(
        recorded_vcpu=recorded.vcpu,
        vcpu=size.vcpu,
        boot_vcpu_s=boot.most if boot.told else None,
        why=boot.why,
    )
