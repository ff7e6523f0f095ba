"""Write the types of the modules' ``adopt`` into that of ``terraform/platform``, which hands them on.

Terraform has no type that two variables share. Each module's is written by hand, once; between two marks
the platform has the same lines, and around them the fields that are its own. ``--check`` changes nothing,
and exits with 1 where they differ.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

TERRAFORM = Path(__file__).resolve().parent.parent / "terraform"
PLATFORM = TERRAFORM / "platform" / "adoption.tf"
MODULES = ("cluster", "load-balancer", "service")
TYPE = re.compile(r'^variable "adopt" \{\n.*?^  type = object\(\{\n(.*?)^  \}\)\n', re.MULTILINE | re.DOTALL)
MODULE_INDENT = 4


def fields_of(module: str) -> str:
    """Return the lines within the type of a module's ``adopt``."""
    found = TYPE.search((TERRAFORM / "modules" / module / "adoption.tf").read_text("utf-8"))
    if found is None:
        raise SystemExit(
            f"modules/{module}/adoption.tf: no variable adopt of type object. Mend tools/terraform_adopt.py."
        )
    return found[1]


def written(text: str, module: str) -> str:
    """Return the platform's ``text`` with the fields of one module between its marks."""
    marks = re.compile(
        rf"^( *)# From modules/{module} \(tools/terraform_adopt\.py\)\n.*?^ *# End of modules/{module}\n",
        re.MULTILINE | re.DOTALL,
    )
    found = marks.search(text)
    if found is None:
        raise SystemExit(f"{PLATFORM.name}: no marks for modules/{module}. Put them where its fields belong.")
    indent = found[1]
    more = " " * (len(indent) - MODULE_INDENT)
    lines = [more + line if line else line for line in fields_of(module).splitlines()]
    inner = "\n".join(
        [
            f"{indent}# From modules/{module} (tools/terraform_adopt.py)",
            "",
            *lines,
            f"{indent}# End of modules/{module}\n",
        ]
    )
    return text[: found.start()] + inner + text[found.end() :]


def main(check: bool) -> int:
    """Write the platform's file, or tell whether it is as it would be written."""
    before = text = PLATFORM.read_text(encoding="utf-8")
    for module in MODULES:
        text = written(text, module)
    if check:
        if text != before:
            print(
                f"{PLATFORM.name} is not what the modules say: run tools/terraform_adopt.py", file=sys.stderr
            )
        return int(text != before)
    PLATFORM.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
