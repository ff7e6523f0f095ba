"""What the README of ``modules/scaling`` shows: quotes of the examples, and every field with its default."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "terraform" / "modules" / "scaling"
README = (MODULE / "README.md").read_text(encoding="utf-8")
QUOTES = re.findall(r"<!-- quoted from (\S+) -->\n```hcl\n(.*?)```", README, re.DOTALL)


def test_every_example_of_scaling_is_quoted() -> None:
    assert {source for source, _ in QUOTES} == {
        "examples/scaling-for-any-service/main.tf",
        "examples/worker-on-a-queue/main.tf",
        "terraform/modules/scaling/mocked/ladders.tftest.hcl",
        "terraform/modules/scaling/mocked/schedule.tftest.hcl",
    }
    assert README.count("```hcl") == len(QUOTES)


@pytest.mark.parametrize(("source", "quoted"), QUOTES)
def test_a_quote_is_what_the_example_has(source: str, quoted: str) -> None:
    text = (ROOT / source).read_text(encoding="utf-8")
    assert quoted in text or textwrap.indent(quoted, " " * 4) in text


def test_the_table_has_every_field_of_scaling_with_its_default() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| (\w+) \| (.*?) \| ", README, re.MULTILINE)
    shown = {re.sub(r"\.(NAME|ID)(?=\.)", "", name): (kind, given.strip("`")) for name, kind, given in rows}
    assert len(shown) == README.split("## Every field")[1].split("## What")[0].count("\n| `")
    assert shown == _fields()


def _type() -> str:
    """Return the type of the variable ``scaling``."""
    text = (MODULE / "variables.tf").read_text(encoding="utf-8").split('variable "scaling" {')[1]
    return re.sub(
        r"optional\(\n +(.+),\n +(.+)\n +\)",  # on lines of their own
        r"optional(\1, \2)",
        text[text.index("  type = object({") : text.index("\n  nullable")],
    )


def _fields() -> dict[str, tuple[str, str]]:
    """Return the fields that are no object themselves by their path, with type and default."""
    found: dict[str, tuple[str, str]] = {}
    path: list[str] = []
    for line in _type().splitlines()[1:]:
        if re.search(r"^ +(\w+) += (optional\()?(map\()?object\(\{$", line):
            path.append(line.split()[0])
        elif line.lstrip().startswith("}"):
            path = path[:-1]
        elif one := re.fullmatch(
            r" +(\w+) += (optional\()?(\w+)(?:\(.*?\)\))?(?:\(string\))?(?:, (.*)\))?\)?", line
        ):
            name, may_lack, kind, default = one.groups()
            where = ".".join([*path, name])
            found[where] = (kind, default or ("null" if may_lack else "required"))
    return found
