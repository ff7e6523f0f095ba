"""The head and the table of the page as Markdown, for a change request or a chat. Renders only."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from trimtab.report.html.data import page_of
from trimtab.report.html.svg import money
from trimtab.report.marked import words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trimtab.document.schema import Document
    from trimtab.report.html.model import Page, ServicePage


def summary(document: Document, folder: Path | None) -> str:
    """Return a result as Markdown, a newline at its end. ``folder``: where it lies, if anywhere."""
    return "\n".join(_lines(page_of(document, {}), folder)) + "\n"


def _lines(page: Page, folder: Path | None) -> Iterator[str]:
    sure = page.sure
    yield f"## {words(page.cluster)}: {money(page.before_usd_month)} to {money(page.after_usd_month)} a month"
    yield ""
    error = f", give or take {money(sure.error_usd_month)}"
    yield (
        f"Saving **{money(page.saving_usd_month)}** a month ({page.saving_percent:.0f} %{error}). "
        f"{sure.services} services keep the objective on {sure.held_out_days:.1f} held-out days or more."
    )
    yield ""
    yield "| service | verdict | risk | size today | proposed | tasks | $/month today | proposed | saving |"
    yield "| --- | --- | --- | --- | --- | --: | --: | --: | --: |"
    yield from (_row(one) for one in page.services)
    if page.risks:
        yield ""
        yield "Largest risks:"
        yield ""
    for risk in page.risks:
        yield f"- **{words(risk.kind)}** ({words(', '.join(risk.services))}): {words(risk.text)}"
    if page.left_out:
        yield ""
        yield "Left out, and running on as they are:"
        yield ""
    for left in page.left_out:
        yield f"- **{words(left.name)}**: {words(left.why)}"
    yield ""
    basis = f"Fargate {words(page.price_basis)}, {words(page.region)}, a month of 730 h."
    if folder is None:
        yield basis
        return
    yield f"{basis} More of one service:"
    yield ""
    yield "```sh"
    yield f"trimtab report {shlex.quote(str(folder))} SERVICE"
    yield "```"


def _row(one: ServicePage) -> str:
    cells = (
        words(one.name),
        one.verdict.word,
        one.risk.word,
        one.size_before,
        one.size_after,
        f"{one.tasks_before:.1f} → {one.tasks_after:.1f}",
        f"{one.before_usd_month:,.2f}",
        f"{one.after_usd_month:,.2f}",
        f"{one.saving_usd_month:,.2f}",
    )
    return f"| {' | '.join(cells)} |"
