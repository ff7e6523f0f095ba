"""A measured saving as a page of its own that asks nobody for anything. Renders only."""

from __future__ import annotations

from importlib.metadata import version

from trimtab.report.html.render import page_environment, style_of_its_own
from trimtab.report.since.model import SinceReport  # noqa: TC001  # the one thing that is rendered
from trimtab.report.since.terminal import HEADS, basis, cells, foots, untold_title


def render(report: SinceReport) -> str:
    """Return the page."""
    style, policy = style_of_its_own()
    return (
        page_environment()
        .get_template("since.html.j2")
        .render(
            report=report,
            version=version("trimtab"),
            heads=HEADS,
            rows=[cells(row) for row in report.told],
            foots=foots(report),
            basis=basis(report),
            untold=untold_title(report),
            style=style,
            policy=policy,
        )
    )
