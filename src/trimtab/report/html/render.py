"""The page as files: one that holds all, or for many services an index and a page each. Renders only.

Nothing is fetched: the style and the scripts stand in the page, and its policy (CSP) lets nothing else
run, so that a name from a snapshot can neither run nor load anything. The same page gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from trimtab.files import Made
from trimtab.report.html import svg
from trimtab.report.html.series import unpacked
from trimtab.report.service.model import Command, Fact, Grid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trimtab.report.html.model import Page, ServicePage

MOST_IN_ONE: Final = 50
"""Services of one file."""
FILE: Final = "report.html"
FOLDER: Final = "report"
"""Of the pages, where there are many."""
SCRIPT, STYLE = "report.js", "report.css"
SCRIPTS: Final = ("charts.js", "page.js")


def render(page: Page) -> Mapping[str, str]:
    """Return the files by name: ``report.html``, and beside it those it links to, each rendered when read."""
    script, style = _script(), _asset("report.css")
    environment = page_environment()
    most = max((abs(one.saving_usd_month) for one in page.services), default=0.0)
    if len(page.services) <= MOST_IN_ONE:
        policy = f"script-src {_digest(script)}; style-src {_digest(style)}"
        whole = environment.get_template("report.html.j2").render(
            page=page,
            many=False,
            policy=policy,
            script=Markup(script),  # noqa: S704  # our own file
            style=Markup(style),  # noqa: S704  # our own file
            most=most,
        )
        return {FILE: whole}
    policy = "script-src 'self' file:; style-src 'self' file:"
    shared = {"page": page, "many": True, "policy": policy, "most": most}
    index = environment.get_template("report.html.j2")
    template = environment.get_template("service.html.j2")
    makers: dict[str, Callable[[], str]] = {
        FILE: partial(index.render, **shared, home=f"{FOLDER}/"),
        f"{FOLDER}/{SCRIPT}": lambda: script,
        f"{FOLDER}/{STYLE}": lambda: style,
    }
    for one in page.services:
        makers[f"{FOLDER}/{one.file}"] = partial(template.render, **shared, service=one, home="")
    return Made(makers)


def style_of_its_own() -> tuple[Markup, str]:
    """Return the style of a page without a script, and the policy that lets nothing else in."""
    style = _asset(STYLE)
    return Markup(style), f"style-src {_digest(style)}"  # noqa: S704  # our own file


def page_environment() -> Environment:
    """Return what fills the templates."""
    environment = Environment(
        loader=PackageLoader("trimtab.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["usd"] = svg.cents
    environment.filters["dollars"] = svg.money
    environment.filters["signed"] = svg.signed
    environment.filters["json"] = as_json
    environment.tests["fact"] = lambda block: isinstance(block, Fact)
    environment.tests["grid"] = lambda block: isinstance(block, Grid)
    environment.tests["command"] = lambda block: isinstance(block, Command)
    environment.globals["waterfall"] = svg.waterfall
    environment.globals["saving_bar"] = svg.saving_bar
    environment.globals["scatter"] = svg.scatter
    environment.globals["spark"] = spark
    return environment


def spark(service: ServicePage) -> Markup:
    """Return a service's demand as a small line; nothing where no minutes are at hand."""
    if service.series is None:
        return Markup("")
    return svg.sparkline(unpacked(service.series.columns["demand_hi"]))


def as_json(value: object) -> Markup:
    """Return JSON that cannot end the element it stands in, whatever a name holds."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True, allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704  # no sign of markup is left


def _script() -> str:
    return "".join(_asset(name) for name in SCRIPTS)


def _asset(name: str) -> str:
    return (resources.files("trimtab.report.html") / "static" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
