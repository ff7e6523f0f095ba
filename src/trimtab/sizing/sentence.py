"""The reason for a size as one sentence with its numbers: what a reviewer reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.sizing.constants import FILL_SHARE
from trimtab.sizing.memory import decided_by_margin
from trimtab.sizing.model import SizeReason
from trimtab.terraform_module import COLLECTOR_MEMORY_MIB

if TYPE_CHECKING:
    from trimtab.catalog.size import TaskSize
    from trimtab.sizing.model import Candidate, Sizing, Work


def chosen(reason: SizeReason, candidate: Candidate, work: Work) -> str:
    """Return why ``candidate`` was chosen, e.g. ``memory-bound: the largest task held ...``."""
    size = candidate.size
    body = {
        SizeReason.MEMORY_BOUND: f"{_memory(candidate, work)}, so {size.memory_mib} MiB; {_tasks(candidate)}",
        SizeReason.CPU_BOUND: (
            f"{_cpu(work)}; {_tasks(candidate)}, and by that estimate no other size is cheaper"
        ),
        SizeReason.FLOOR_BOUND: (
            f"{_count(work.floor)} enough in {100 * candidate.floor_share:.0f} % of minutes, so the "
            f"smallest size that holds {candidate.memory_need_mib:.0f} MiB is cheapest"
        ),
        SizeReason.ALREADY_RIGHT: (
            f"no size costs less by the estimate; {_memory(candidate, work)}; {_tasks(candidate)}"
        ),
    }[reason]
    return f"{reason.value}: {body}"


def replayed(
    reason: SizeReason, candidate: Candidate, work: Work, estimated: TaskSize, against: str | None
) -> str:
    """Return why the replays chose ``candidate`` where the estimate had ``estimated``.

    ``against`` says what speaks against the estimate's size though it costs less, or at any cost;
    None: it costs no less.
    """
    body = f"with its scaling steps it costs no more than {estimated}, which the estimate had"
    if against is not None:
        body = f"{estimated}, which the estimate had, {against}"
    return f"{reason.value}: {body}; {_memory(candidate, work)}"


def laid_down(candidate: Candidate, by_data: Sizing) -> str:
    """Return that the objective gives ``candidate``, and what the data would have chosen."""
    said = f"it asks for {candidate.size}; the estimate alone would have {by_data.size}"
    return f"{SizeReason.LAID_DOWN.value}: {said}; {_memory(candidate, by_data.work)}; {_tasks(candidate)}"


def too_small(candidate: Candidate, work: Work) -> str:
    """Return why a size that is laid down does not hold the work."""
    size = candidate.size
    return (
        f"the objective sets {size}, and a task asks for {candidate.memory_need_mib:.0f} MiB: "
        f"{_memory(candidate, work)}"
    )


def unsizable(work: Work, candidates: tuple[Candidate, ...]) -> str:
    """Return why no size holds the work: by the size that comes nearest to it."""
    nearest = max(candidates, key=lambda one: one.size.memory_mib / one.memory_need_mib)
    size = nearest.size
    return (
        f"the largest task held {work.memory_peak_mib:.0f} MiB; with {size.cpu_units} CPU units, which come "
        f"nearest, a task asks for {nearest.memory_need_mib:.0f} MiB and may have {size.memory_mib} MiB"
    )


def _memory(candidate: Candidate, work: Work) -> str:
    """Name what the need is made of; what fills a task last is the margin or what must stay free."""
    if work.memory_least_mib and candidate.memory_need_mib == work.memory_least_mib:
        return (
            f"the metric shows {work.memory_peak_mib:.0f} MiB at most, but {work.memory_kills} "
            f"task{'s were' if work.memory_kills > 1 else ' was'} killed for memory: "
            f"no less than today's {work.memory_least_mib} MiB"
        )
    margin = round((work.memory_margin - 1) * 100)
    added = [f"{margin} %", f"the {COLLECTOR_MEMORY_MIB} MiB collector"]
    if work.load_memory.slope_mib_per_vcpu > 0:
        added.insert(0, "what a bigger share of the load adds")
    if not decided_by_margin(candidate.memory_need_mib, work.memory_margin):
        added[-2] = f"{100 - round(100 * FILL_SHARE)} % of the task kept free"
    *first, last = added
    return (
        f"the largest task held {work.memory_peak_mib:.0f} MiB, with {', '.join(first)} and {last} "
        f"{candidate.memory_need_mib:.0f} MiB"
    )


def _cpu(work: Work) -> str:
    return f"the work used {work.cpu_mean_vcpu:.2f} vCPU on average and {work.cpu_peak_vcpu:.2f} at its peak"


def _tasks(candidate: Candidate) -> str:
    return f"about {candidate.tasks_mean:.1f} tasks on average, {candidate.tasks_peak} at the peak"


def _count(floor: int) -> str:
    return f"{floor} task is" if floor == 1 else f"{floor} tasks are"
