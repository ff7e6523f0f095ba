"""Why a service has its size: what its work needs, and what the other sizes would have cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import UNSET

from trimtab.advice.choice.model import Rank
from trimtab.demand.memory.growth import MemoryShape
from trimtab.report.service.model import Fact, Section, usd
from trimtab.sizing.constants import FILL_SHARE
from trimtab.sizing.memory import decided_by_margin
from trimtab.sizing.model import SizeReason
from trimtab.terraform_module import COLLECTOR_MEMORY_MIB

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.document.parts import OwnCpuPart
    from trimtab.document.schema import Document, ServicePart

LIFE: Final[Mapping[MemoryShape, str]] = {
    MemoryShape.STATIONARY: "stands",
    MemoryShape.FOLLOWS_LOAD: "follows the load",
    MemoryShape.LEVELS_OFF: "warms up and levels off",
    MemoryShape.RISING: "was still rising when the record ended",
    MemoryShape.GROWS: "grows without end",
}
SOON_PERCENT = 0.05
"""A limit this near to the objective's own is it [percent points]."""
MOST_BOUNDS = 3
"""Of the sizes that were not searched, the cheapest are named."""


def size_of(service: ServicePart) -> str:
    """Return the advised size, CPU units / MiB."""
    return f"{service.cpu_units}/{service.memory_mib}"


def size_section(document: Document, service: ServicePart) -> Section:
    """Return what decided the size, and what became of the others."""
    facts = [
        Fact(label="decided by", text=service.why),
        Fact(label="memory", text=_memory(service)),
        Fact(label="CPU", text=_cpu(document, service)),
        *_others(service),
    ]
    return Section(title=f"Size {size_of(service)}", blocks=tuple(facts))


def _memory(service: ServicePart) -> str:
    """Return the need and what it is made of, as far as the reason for the size has not said it."""
    work = service.work
    need = next(one.memory_need_mib for one in service.candidates if one.size == size_of(service))
    text = f"{need:,.0f} of {service.memory_mib:,} MiB needed"
    if service.reason in {SizeReason.CPU_BOUND, SizeReason.FLOOR_BOUND}:
        margin = f"{100 * (work.memory_margin - 1):.0f} % margin"
        if not decided_by_margin(need, work.memory_margin):
            margin = f"{100 * (1 - FILL_SHARE):.0f} % of the task kept free"
        text += f": the largest task held {work.memory_peak_mib:,.0f}, {margin}, "
        text += f"{COLLECTOR_MEMORY_MIB} for the trace collector"
    fit, shape = work.load_memory, work.growth.shape
    if fit.slope_mib_per_vcpu > 0:
        text += f"; a task holds {fit.base_mib:,.0f}, and {fit.slope_mib_per_vcpu:,.0f} for each vCPU of load"
    elif shape is not MemoryShape.STATIONARY:
        text += f"; over a task's life it {LIFE[shape]}"
    return text


def _cpu(document: Document, service: ServicePart) -> str:
    work, text = service.work, ""
    if service.reason is not SizeReason.CPU_BOUND:
        text = f"{work.cpu_mean_vcpu:.2f} vCPU used on average, {work.cpu_peak_vcpu:.2f} at the peak; "
    text += _limit(document, service)
    if work.censored_share:
        text += f"; {100 * work.censored_share:.1f} % of minutes were at the ceiling and count for more"
    least = document.objective.least_cpu_units
    if least is not None and service.cpu_units == least:
        text += f"; the objective's least_cpu_units = {least} rules out less"
    return f"{text}{_own(work.own)}"


def _limit(document: Document, service: ServicePart) -> str:
    """Say above which CPU a minute is short of it, and what makes that less than what was promised."""
    objective, limit, p95 = document.objective, service.choice.cpu_percent, service.p95
    promised, ratio = objective.cpu_percent, service.work.hottest_ratio
    if limit >= promised - SOON_PERCENT:
        return f"a minute is short above {promised:g} % CPU"
    over = f"a minute is short above {limit:.1f} % CPU, not {promised:g} %"
    if p95 is not UNSET and p95.cpu_percent is not None and p95.cpu_percent <= limit + SOON_PERCENT:
        lost = " once a zone is lost" if objective.zone_loss else ""
        return (
            f"{over}: of busier tasks nobody knows whether the p95 stays within {objective.p95_ms:g} ms{lost}"
        )
    causes = []
    if 100 / ratio < promised - SOON_PERCENT:
        causes.append(f"the hottest task works {ratio:.2f} times the average and is full first")
    if objective.zone_loss:
        causes.append("what is left when a zone is lost carries it all")
    return f"{' and '.join(causes)}, so {over}" if causes else over


def _own(own: OwnCpuPart) -> str:
    """Say what a task uses besides the work; nothing where nothing is told, and all counts as work."""
    idle, boot = own.idle, own.boot
    parts = [
        f"{idle.value:.3g} vCPU of a task without work" if not idle.why else "",
        f"{boot.value:.3g} vCPU-seconds of a start" if not boot.why else "",
    ]
    told = [part for part in parts if part]
    return f"; {' and '.join(told)} counted apart" if told else ""


def _others(service: ServicePart) -> Iterator[Fact]:
    choice = service.choice
    searched = [one for one in choice.alternatives if one.rank is Rank.SIZE]
    if searched:
        costs = ", ".join(f"{one.size} {usd(one.usd_month)}" for one in searched)
        yield Fact(label="searched too", text=f"{costs} a month, below among the alternatives")
    bounds = [one for one in choice.unsearched if one.bound_usd_month is not None]
    if bounds:
        costs = ", ".join(f"{one.size} {usd(one.bound_usd_month or 0.0)}" for one in bounds[:MOST_BOUNDS])
        if len(bounds) > MOST_BOUNDS:
            costs += f" and {len(bounds) - MOST_BOUNDS} dearer"
        text = (
            "even a schedule that knows the future costs more there than the cheapest found, on the part "
            f"tuned on: {costs}; the choice, which does not know it, {usd(choice.tuned_usd_month)}"
        )
        yield Fact(label="not searched", text=text)
    yield from _out_of_contest(service)


def _out_of_contest(service: ServicePart) -> Iterator[Fact]:
    """Yield the sizes that hold too little, or at which nothing kept the objective."""
    choice = service.choice
    known = {size_of(service), *(one.size for one in choice.alternatives)}
    known |= {one.size for one in choice.unsearched if one.bound_usd_month is not None}
    rest = [one for one in service.candidates if one.size not in known]
    failed = [one.size for one in rest if one.holds]
    if failed:
        yield Fact(label="no answer at", text=f"{', '.join(failed)}: nothing there passed every trial")
    small = [one for one in rest if not one.holds]
    for one in small:
        text = f"{one.size}, as today: a task needs {one.memory_need_mib:,.0f} MiB"
        yield Fact(label="too small", text=text)
