"""Why one service got its size and ladders, on a page, as plain data.

Everything is read from the recommendation; nothing is computed anew but differences, so what
is said here is what was found then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trimtab.document.read import no_such_service
from trimtab.fleet.left_out import LeftOutReason
from trimtab.ladders.words import tasks
from trimtab.report.service.ladders import ladder_section
from trimtab.report.service.latency import p95_sections
from trimtab.report.service.model import Explanation, Fact, Section, usd
from trimtab.report.service.proof import alternatives_section, proof_section
from trimtab.report.service.rest import caution_sections, cost_section, edit_section, timing_section
from trimtab.report.service.size import size_of, size_section

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePath

    from trimtab.document.parts import ScalingPart
    from trimtab.document.schema import DeployedPart, Document, LeftOutPart, ServicePart

MEND: Final[Mapping[LeftOutReason, str]] = {
    LeftOutReason.NO_METRICS: "see that CloudWatch has its metrics, and take the snapshot again",
    LeftOutReason.TOO_LITTLE_DATA: "take the snapshot again when there is more history",
    LeftOutReason.NEVER_RAN: "take the snapshot again once it has run, or remove the service",
    LeftOutReason.ACCESS_DENIED: "grant what docs/iam-snapshot-policy.json lists, then take it again",
    LeftOutReason.THROTTLED: "take the snapshot again: it goes on where it was",
    LeftOutReason.NOT_FOUND: "see that the service still exists, and take the snapshot again",
    LeftOutReason.CALL_FAILED: "take the snapshot again; the reason says which call failed",
    LeftOutReason.NOT_FARGATE: "nothing: sizes of tasks on instances are not Fargate's",
    LeftOutReason.NOT_UNDERSTOOD: "write its entry by hand; the reason names what cannot be expressed",
    LeftOutReason.NO_SIZE: "lower the memory of one task, or split the work: no larger task is to be had",
    LeftOutReason.FOREIGN: (
        "leave its scaling as it is. To try steps on CPU and memory all the same, write its entry by hand "
        "and see with trimtab replay --policy what they would have done"
    ),
    LeftOutReason.NO_VALUES: "add its entry, or take the file that optimize wrote",
    LeftOutReason.NOT_TAKEN_OVER: "nothing: docs/adopt.md says what can be taken over",
    LeftOutReason.CANNOT_TELL: (
        "take a longer history, or relax the limit that is named (trimtab optimize --help)"
    ),
}


def explanation_of(document: Document, service: str, values: PurePath) -> Explanation:
    """Return the page of one service. ``values``: where the written values are.

    Raises:
        UsageError: the document does not know the service.

    """
    for advice in document.services:
        if advice.name == service:
            return _advised(document, advice, values)
    for left in document.left_out:
        if left.service == service:
            return _left_out(document, left)
    known = [advice.name for advice in document.services] + [left.service for left in document.left_out]
    raise no_such_service(service, known, document.cluster)


def _advised(document: Document, service: ServicePart, values: PurePath) -> Explanation:
    was, now = service.deployed, service.scaling
    before = f"{was.cpu_units}/{was.memory_mib} (CPU units / MiB), {_bounds(was)}"
    after = f"{size_of(service)}, {_bounds(now)}{', and none in some hours' * bool(service.off_hours)}"
    cost = f"{usd(service.cost.before_usd_month)} to {usd(service.cost.after_usd_month)} a month in all"
    return Explanation(
        title=f"{service.name} ({document.cluster}): {service.choice.verdict.value}",
        lead=f"From {before}, to {after}; {cost}. {_sentence(service.choice.why)}",
        sections=(
            size_section(document, service),
            ladder_section(service),
            *p95_sections(document, service),
            proof_section(document, service),
            alternatives_section(document, service),
            timing_section(service),
            cost_section(document, service),
            *caution_sections(document, service),
            edit_section(document, service, values),
        ),
    )


def _bounds(of: DeployedPart | ScalingPart) -> str:
    if of.min_tasks == of.max_tasks:
        return f"always {tasks(of.min_tasks)}"
    return f"{of.min_tasks} to {tasks(of.max_tasks)}"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _left_out(document: Document, left: LeftOutPart) -> Explanation:
    managed = (
        "it runs on as it is. Where Terraform manages it already, add its entry to the values before a "
        "plan, or the plan removes it"
    )
    facts = (
        Fact(label="why", text=f"{left.reason.value}: {left.detail}"),
        Fact(label="meanwhile", text=managed),
        Fact(label="to mend it", text=MEND[left.reason]),
    )
    return Explanation(
        title=f"{left.service} ({document.cluster}): LEFT OUT",
        lead="There is no answer for this service.",
        sections=(Section(title="Reason", blocks=facts),),
    )
