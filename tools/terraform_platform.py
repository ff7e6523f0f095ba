"""Write what ``terraform/platform`` says again of ``modules/fleet``: its variables, the call, its outputs.

Terraform has no type or variable that a root and a module share, so the company's root declares each variable
of the module once more. Here they are copied, less the validations, which hold in the module. What the
company adds is in this file: defaults where the module asks, and fields that only its provider reads.
``--check`` changes nothing, and exits with 1 where a file differs or is left over.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

TERRAFORM = Path(__file__).resolve().parent.parent / "terraform"
MODULE = TERRAFORM / "modules" / "fleet"
PLATFORM = TERRAFORM / "platform"

DEFAULTS = {"name": "production", "environment": "production", "cost_center": "platform"}
"""Of variables that the module requires: what they are for this company."""
OWN_FIELDS = {
    "adopt": """\

    # Tags that somebody else sets: neither changed nor taken away, on anything.
    ignore_tags = optional(set(string), [])
"""
}
"""Fields of an object that the module does not have: Terraform drops them where they are handed on."""

BLOCK = {
    kind: re.compile(rf'^{kind} "(\w+)" \{{\n.*?^\}}\n', re.MULTILINE | re.DOTALL)
    for kind in ("variable", "output")
}
VALIDATION = re.compile(r"\n  (?:validation|precondition) \{\n.*?^  \}\n", re.MULTILINE | re.DOTALL)
MARKS = re.compile(r"^ *# (?:From modules/.*\n\n|End of modules/.*\n)", re.MULTILINE)
DESCRIPTION = re.compile(r"^  description += (?:<<-EOT\n.*?\n  EOT|[^\n]*)\n", re.MULTILINE | re.DOTALL)
BY = "(tools/terraform_platform.py writes this file)"


def blocks(path: Path, kind: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of a file's blocks of one kind."""
    for found in BLOCK[kind].finditer(path.read_text(encoding="utf-8")):
        yield found[1], found[0]


def variable(name: str, text: str) -> str:
    """Return a variable of the module as the root declares it."""
    text = MARKS.sub("", VALIDATION.sub("", text))
    if name in DEFAULTS:
        if re.search(r"^  default ", text, re.MULTILINE):
            raise SystemExit(f"modules/fleet has a default for {name}. Take it out of DEFAULTS.")
        text = text.replace("  nullable ", f'  default     = "{DEFAULTS[name]}"\n  nullable ')
    if name in OWN_FIELDS:
        end = text.index("\n  })\n") + 1
        text = text[:end] + OWN_FIELDS[name] + text[end:]
    return text


def call(names: list[list[str]]) -> str:
    """Return the call of the module: one argument for each variable, those of a file together."""
    groups = []
    for group in names:
        width = max(len(name) for name in group)
        groups.append("\n".join(f"  {name:{width}} = var.{name}" for name in group))
    return 'module "fleet" {\n  source = "../modules/fleet"\n\n' + "\n\n".join(groups) + "\n}\n"


def output(name: str, text: str) -> str:
    """Return an output of the module as the root hands it on."""
    described = DESCRIPTION.search(text)
    if described is None:
        raise SystemExit(f"modules/fleet: output {name} has no description. Give it one.")
    return f'output "{name}" {{\n{described[0]}  value       = module.fleet.{name}\n}}\n'


def files() -> dict[str, str]:
    """Return what is written, by the name of the file."""
    found = {}
    names = []
    for path in sorted(MODULE.glob("variables*.tf"), key=lambda one: one.stem):
        declared = dict(blocks(path, "variable"))
        names.append(list(declared))
        head = f"# As modules/fleet has them; what it refuses, it refuses there {BY}.\n"
        found[path.name] = "\n".join([head, *(variable(*one) for one in declared.items())])
    found["main.tf"] = f"# The fleet, with this root's values {BY}.\n{call(names)}"
    outputs = [output(*one) for one in blocks(MODULE / "outputs.tf", "output")]
    found["outputs.tf"] = "\n".join([f"# As modules/fleet has them {BY}.\n", *outputs])
    return found


def main(check: bool) -> int:
    """Write the platform's files, or tell whether they are as they would be written."""
    wanted = files()
    left = {path.name for path in PLATFORM.glob("variables*.tf")} - set(wanted)
    stale = [
        name
        for name, text in wanted.items()
        if not (PLATFORM / name).exists() or (PLATFORM / name).read_text(encoding="utf-8") != text
    ]
    for name in sorted(left):
        print(f"platform/{name} is no file of modules/fleet (any more): take it away", file=sys.stderr)
    if check and stale:
        print(
            f"platform/{', '.join(stale)}: not what modules/fleet says; run tools/terraform_platform.py",
            file=sys.stderr,
        )
    if not check:
        for name in stale:
            (PLATFORM / name).write_text(wanted[name], encoding="utf-8")
    return int(bool(left) or (check and bool(stale)))


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
