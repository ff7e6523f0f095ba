"""Say what each field of an object variable is: unit and description, for the tables of the READMEs."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from terraform_types import fields, variables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terraform_types import Field

ROOT = Path(__file__).resolve().parent.parent / "terraform"
DATA = Path(__file__).with_suffix(".toml")
PASSED_ON = (
    # Of a module, what its fields are called where they are passed on to.
    ("fleet", r"^services\.(.*)", (("service", r"\1"), ("service", r"task.\1"))),
    (
        "fleet",
        r"^adopt\.services\.(.*)",
        tuple(("service", rf"{one}\1") for one in ("adopt.", "network.", "roles.", "")),
    ),
    (
        "fleet",
        r"^adopt\.load_balancers\.(.*)",
        tuple(("load-balancer", rf"{one}\1") for one in ("adopt.", "", "attributes.")),
    ),
    ("fleet", r"^adopt\.cluster\.(.*)", (("cluster", r"adopt.\1"),)),
    ("fleet", r"^load_balancers\.(.*)", (("load-balancer", r"\1"), ("load-balancer", r"attributes.\1"))),
    ("fleet", r"^(.*)", (("service", r"\1"), ("cluster", r"\1"))),
    ("scaling", r"^(.*)", (("service", r"scaling.\1"), ("service", r"\1"))),
    ("service", r"^scaling\.(.*)", (("scaling", r"\1"), ("scaling", r"scaling.\1"))),
)
MARKS = re.compile(r"\[[A-Z]*\]")


def plain(variable: str, path: str = "") -> str:
    """Return a field's path without the marks of lists and maps."""
    return MARKS.sub("", f"{variable}.{path}" if path else variable)


@cache
def data() -> dict[str, dict[str, list[str]]]:
    """Return what the data says, by module."""
    found: dict[str, dict[str, list[str]]] = tomllib.loads(DATA.read_text(encoding="utf-8"))
    return found


@cache
def known(folder: Path) -> dict[str, Field]:
    """Return a module's fields by their plain path."""
    if not folder.is_dir():
        return {}
    return {
        plain(variable, field.path): field
        for variable, kind in variables(folder).items()
        for field in fields(kind)
    }


def folder_of(module: str) -> Path:
    """Return where a module, or the root ``platform``, is."""
    return ROOT / module if module == "platform" else ROOT / "modules" / module


def meanings(module: str, path: str) -> Iterator[tuple[str, str]]:
    """Yield the module and path of a field, and then those that it is passed on to."""
    yield module, path
    for source, pattern, targets in PASSED_ON:
        if source == module and re.match(pattern, path):
            yield from ((target, re.sub(pattern, becomes, path)) for target, becomes in targets)


def describe(module: str, path: str) -> tuple[str, str]:
    """Return a field's unit and description; both empty where nobody has said what it is."""
    unit, says = "", ""
    for where, name in meanings(module, path):
        field = known(folder_of(where)).get(name)
        told = data().get(where, {}).get(name)
        says = says or (field.comment if field else "") or (told[1] if told else "")
        unit = unit or (told[0] if told else "")
    return unit, says[:1].upper() + says[1:]


def default(module: str, path: str, field: Field) -> str:
    """Return a field's default as the table shows it: of a null that a module fills in, the module's too."""
    if field.default is None:
        return "required"
    if field.default == "null" and module == "fleet":
        for where, name in list(meanings(module, path))[1:]:
            below = known(folder_of(where)).get(name)
            if below and below.default not in {None, "null"}:
                return f"`null`: `{below.default}`"
    return f"`{field.default}`"


def undescribed(module: str) -> list[str]:
    """Return the fields of a module that nobody has said anything of."""
    elsewhere = known(folder_of("fleet")) if module == "platform" else {}
    return [
        path for path in known(folder_of(module)) if path not in elsewhere and not describe(module, path)[1]
    ]


def unknown() -> list[str]:
    """Return what the data describes and no module has (any more)."""
    return [
        f"{module}: {path}"
        for module, told in data().items()
        for path in told
        if path not in known(folder_of(module))
    ]
