"""Write what ``adopt`` of ``modules/fleet`` hands on to the modules, as their own types have it.

Terraform has no type that two variables share. Each module's is written by hand, once; between two marks
the fleet has the same lines, and around them the fields that are its own. ``--check`` changes nothing,
and exits with 1 where they differ.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

TERRAFORM = Path(__file__).resolve().parent.parent / "terraform"
FLEET = TERRAFORM / "modules" / "fleet"
MODULE_INDENT = 4
FIELD = re.compile(rf"^ {{{MODULE_INDENT}}}(\w+) +=")


@dataclass(frozen=True)
class Part:
    """Fields of a variable of a module, which are fields of the fleet's too."""

    module: str
    variable: str = "adopt"
    without: frozenset[str] = frozenset()
    """Those of which the fleet has another source."""
    file: str = "variables_adoption.tf"
    """Of the fleet."""

    @property
    def mark(self) -> str:
        """What the two marks call it."""
        more = "" if self.variable == "adopt" else f", {self.variable}"
        return f"modules/{self.module}{more}"


PARTS = (
    Part("cluster"),
    Part("load-balancer"),
    Part("load-balancer", "attributes", frozenset({"drop_invalid_header_fields"})),
    Part("load-balancer", "attributes", frozenset({"drop_invalid_header_fields"}), "variables_network.tf"),
    Part("service"),
    Part("service", "network", frozenset({"vpc_id", "subnet_ids"})),
    Part("service", "roles", frozenset({"path", "permissions_boundary"})),
    Part("service", "registry", frozenset({"register"})),
)
MODULES = ("cluster", "load-balancer", "service")


def lines_of(part: Part) -> list[str]:
    """Return the lines within the type of a module's variable, less the fields that are left out."""
    files = sorted((TERRAFORM / "modules" / part.module).glob("*.tf"))
    kind = re.compile(
        rf'^variable "{part.variable}" \{{\n(?:(?!\}})[^\n]*\n)*?  type\s+= object\(\{{\n(.*?)^  \}}\)\n',
        re.MULTILINE | re.DOTALL,
    )
    found = [one for path in files if (one := kind.search(path.read_text("utf-8")))]
    if len(found) != 1:
        raise SystemExit(
            f"modules/{part.module}: no variable {part.variable} of type object. Mend {Path(__file__).name}."
        )
    taken: list[str] = []
    above: list[str] = []  # comments and empty lines, which belong to the field below them
    leave = False
    for line in found[0][1].splitlines():
        if field := FIELD.match(line):
            leave = field[1] in part.without
            taken += [] if leave else [*above, line]
            above = []
        elif not line or line.startswith(" " * MODULE_INDENT + "#"):
            above.append(line)
        elif not leave:
            taken.append(line)
    return taken[1:] if taken and not taken[0] else taken


def written(text: str, part: Part) -> str:
    """Return the fleet's ``text`` with the fields of one part between its marks."""
    marks = re.compile(
        rf"^( *)# From {part.mark} \(tools/terraform_adopt\.py\)\n.*?^ *# End of {part.mark}\n",
        re.MULTILINE | re.DOTALL,
    )
    found = marks.search(text)
    if found is None:
        raise SystemExit(f"{part.file}: no marks for {part.mark}. Put them where its fields belong.")
    indent = found[1]
    more = " " * (len(indent) - MODULE_INDENT)
    lines = [more + line if line else line for line in lines_of(part)]
    inner = "\n".join(
        [
            f"{indent}# From {part.mark} (tools/terraform_adopt.py)",
            "",
            *lines,
            f"{indent}# End of {part.mark}\n",
        ]
    )
    return text[: found.start()] + inner + text[found.end() :]


def main(check: bool) -> int:
    """Write the fleet's files, or tell whether they are as they would be written."""
    drifted = False
    for file in sorted({part.file for part in PARTS}):
        path = FLEET / file
        before = text = path.read_text(encoding="utf-8")
        for part in PARTS:
            if part.file == file:
                text = written(text, part)
        if text == before:
            continue
        drifted = True
        if check:
            print(f"{file} is not what the modules say: run tools/terraform_adopt.py", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8")
    return int(check and drifted)


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
