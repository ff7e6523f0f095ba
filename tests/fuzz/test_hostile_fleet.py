"""Names and texts that try to become something else, through every renderer: they stay text."""

from __future__ import annotations

import json
import random
import re
import shutil
from typing import TYPE_CHECKING, Any, Final

import hcl2
import pytest

from amount import some
from fuzz.made import LITTLE, STATE, sealed, small_fleet
from fuzz.mutate import places
from fuzz.readers import FUZZ, RAW, run
from trimtab.commands.optimize import optimize
from trimtab.document.name import DOCUMENT_FILE
from trimtab.snapshot.files import FLEET_FILE
from trimtab.takeover.write import ADOPT_FILE, IMPORTS_FILE, NOT_OWNED_FILE
from trimtab.values.folder import VALUES_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE: Final = (
    "\x1b[31mred\x1b]0;t\x07\x9b2J", 'a\r\nb\n\n# c\n}\nresource "x" "y" {}\n',
    "<img src=x onerror=alert(1)><script>", "[a](javascript:b) ![c](d) **e** `f` | g @h",
    '${file("/etc/passwd")} %{ if true }x%{ endif } $${y}', "\" }\n] \\ ' # // /* */ EOT",
    "\u202egnp.exe\u2066\u200f\u061c", "\u2028\u2029\x85",
)  # fmt: skip
TOLD: Final = some(60)
"""Strings of a document that are tried, drawn with a seed: each in all its renderers."""
HTML: Final = re.compile(r"<(img|script)")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return small_fleet(tmp_path_factory.mktemp("hostile"))


def hostile(text: str, most: int = TOLD) -> Iterator[tuple[str, str]]:
    """Give the document with one of its strings hostile, and which."""
    draw = random.Random(20)  # noqa: S311 - no secret
    document: Any = json.loads(text)
    strings = [path for path in places(document) if isinstance(at(document, path), str)]
    for path in draw.sample(strings, min(most, len(strings))):
        spoilt = json.loads(text)
        at(spoilt, path[:-1])[path[-1]] = at(document, path) + "".join(HOSTILE)
        yield json.dumps(spoilt), str(path)


def at(document: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def shape(value: Any) -> Any:
    """Return what is there, whatever its strings say."""
    if isinstance(value, dict):
        return {key.count("\n"): shape(one) for key, one in value.items()} | {"members": len(value)}
    return [shape(one) for one in value] if isinstance(value, list) else type(value).__name__


def outside_code(markdown: str) -> str:
    """Return Markdown without its code spans, in which nothing is markup."""
    return re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", markdown)


def is_text(shown: str, where: str) -> None:
    raw = RAW.search(shown)
    assert raw is None, f"{raw and raw[0]!r} of {where}"


def is_markdown(shown: str, where: str) -> None:
    is_text(shown, where)
    told = outside_code(shown)
    assert not HTML.search(told), f"HTML of {where}"
    assert "](javascript" not in told.replace("\\]", ""), f"a link of {where}"


def test_values_and_a_takeover_have_the_shape_they_had(folders: tuple[Path, Path], tmp_path: Path) -> None:
    result = tmp_path / "result"
    shutil.copytree(folders[1], result, ignore=shutil.ignore_patterns(".trimtab"))
    text = (result / FLEET_FILE).read_text("utf-8")
    assert run("write", "-q", result).code == 0
    files = (IMPORTS_FILE, ADOPT_FILE)
    before = {name: shape(hcl2.loads((result / name).read_text("utf-8"))) for name in files}
    written = 0
    for spoilt, where in hostile(text):
        (result / FLEET_FILE).write_text(spoilt, "utf-8")
        sealed(result)
        answer = run("write", "-q", result)
        assert answer.code in {0, 2, 3}, f"{where}: {answer.trace}"
        is_text(answer.out + answer.err, where)
        if answer.code == 0:
            written += 1
            for name in files:
                content = (result / name).read_text("utf-8")
                is_text(content, where)
                assert "${file" not in content.replace("$${", ""), where
                assert shape(hcl2.loads(content)).keys() == before[name].keys(), where
            is_markdown((result / NOT_OWNED_FILE).read_text("utf-8"), where)
    assert written > TOLD / 4


def test_a_report_and_a_page_on_the_terminal_and_as_markdown(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    result, part = tmp_path / "result", "recommendation/accounts.json"
    shutil.copytree(folders[1], result, ignore=shutil.ignore_patterns(".trimtab"))
    texts = {name: (result / name).read_text("utf-8") for name in (DOCUMENT_FILE, part)}
    shown = 0
    for name, (spoilt, where) in ((file, one) for file, text in texts.items() for one in hostile(text)):
        for file, text in texts.items():
            (result / file).write_text(text, "utf-8")
        (result / name).write_text(spoilt, "utf-8")
        if name == part:
            sealed(result)
        answer = run("report", result)
        assert answer.code in {0, 2}, f"{where}: {answer.trace}"
        is_text(answer.out + answer.err, where)
        shown += answer.code == 0
        for form in ("table", "markdown"):
            page = run("report", result, "accounts", "--format", form)
            assert page.code in {0, 2}, f"{where}: {page.trace}"
            (is_markdown if form == "markdown" else is_text)(page.out, where)
            is_text(page.err, where)
    assert shown > TOLD / 4


@pytest.mark.parametrize("form", ["table", "json", "markdown", "sarif"])
def test_a_plan_is_judged_in_every_form(form: str, tmp_path: Path) -> None:
    file, judged = tmp_path / "plan.json", 0
    for spoilt, where in hostile((FUZZ / "recorded_plan.json").read_text("utf-8"), 3 * TOLD):
        file.write_text(spoilt, "utf-8")
        answer = run("guard", file, "--format", form)
        assert answer.code in {0, 2, 10, 11}, f"{where}: {answer.trace}"
        (is_markdown if form == "markdown" else is_text)(answer.out + answer.err, where)
        judged += answer.code != 2
        if answer.code != 2 and form in {"json", "sarif"}:
            json.loads(answer.out)
    assert judged > TOLD


def test_a_folder_of_terraform_in_every_form(tmp_path: Path) -> None:
    for number, text in enumerate(HOSTILE):
        quoted = json.dumps(text).replace("${", "$${").replace("%{", "%%{")
        (tmp_path / "main.tf").write_text(
            f'resource "aws_ecs_service" "a" {{\n  name = {quoted}\n  deployment_circuit_breaker {{\n'
            f"    enable = false\n    rollback = {quoted}\n  }}\n}}\n"
            f'resource "aws_cloudwatch_log_group" "b" {{\n  name = {quoted}\n}}\n',
            "utf-8",
        )
        for form in ("table", "json", "markdown", "sarif"):
            answer = run("guard", tmp_path, "--format", form)
            assert answer.code in {0, 2, 10, 11}, f"{number}: {answer.trace}"
            (is_markdown if form == "markdown" else is_text)(answer.out + answer.err, str(number))


def test_a_state_is_read_and_told_of(tmp_path: Path) -> None:
    file, read = tmp_path / "state.json", 0
    for spoilt, where in hostile(STATE.read_text("utf-8")):
        file.write_text(spoilt, "utf-8")
        answer = run("snapshot", "--terraform", file, "-o", tmp_path / "out", "--with-environment")
        assert answer.code in {2, 3}, f"{where}: {answer.trace}"
        is_text(answer.out + answer.err, where)
        read += answer.code == 3
    assert read > TOLD / 4


def test_a_fleet_that_is_hostile_throughout_is_optimised_to_the_same_values(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    snapshot, result = folders
    shutil.copytree(snapshot, tmp_path / "in")
    fleet = json.loads((snapshot / FLEET_FILE).read_text("utf-8"))
    fleet["environment"] += HOSTILE[1]
    fleet["provenance"] += HOSTILE[4]
    fleet["notes"] = [*HOSTILE]
    for number, service in enumerate(fleet["services"]):
        service["cost_center"] = HOSTILE[2 + number]
        service["image"] += HOSTILE[5]
        service["environment"] = {f"NAME{n}": text for n, text in enumerate(HOSTILE)}
    (tmp_path / "in" / FLEET_FILE).write_text(json.dumps(fleet), "utf-8")
    optimize(tmp_path / "in", tmp_path / "out", effort=LITTLE)
    values = (tmp_path / "out" / VALUES_FILE).read_text("utf-8")
    is_text(values, "values")
    known = hcl2.loads((result / VALUES_FILE).read_text("utf-8"))["services"]
    found = hcl2.loads(values)["services"]
    assert found.keys() == known.keys()
    for name, entry in found.items():
        assert {key: value for key, value in entry.items() if key in {"cpu", "memory", "scaling"}} == {
            key: value for key, value in known[name].items() if key in {"cpu", "memory", "scaling"}
        }
    shown = run("report", tmp_path / "out")
    assert shown.code == 0, shown.err + shown.trace
    is_text(shown.out, "report")
    for name in found:
        is_markdown(run("report", tmp_path / "out", name.strip('"'), "--format", "markdown").out, name)
