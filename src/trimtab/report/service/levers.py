"""The levers of one service that are not pulled, below its cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.report.service.model import Fact, usd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.document.schema import Document, ServicePart


def lever_facts(document: Document, service: ServicePart) -> Iterator[Fact]:
    """Yield a line for each of the service's levers that has dollars, each on its own.

    The others, the fleet's, and where the dollars come from are in the report of ``optimize``.
    """
    for one in document.levers:
        if one.service == service.name and one.usd_month is not None:
            amount = f"{'at most ' if one.at_most else ''}{usd(one.usd_month)} a month less"
            yield Fact(label=one.kind.value, text=f"not pulled: {amount}; first {one.first}")
