"""Write the page of the rules of ``trimtab guard DIR``; with ``--check``, only say whether it differs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from trimtab.lint.rules import GROUPS, RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimtab.lint.model import LintRule

PAGE = Path(__file__).resolve().parents[1] / "docs/guard-rules.md"
HEAD = """# Rules of `trimtab guard DIR`

Written by `tools/guard_rules.py` from the rules; do not edit. [How the command works](guard.md#a-folder).

- An **error** is what AWS refuses, or what harms what runs.
- A **warning** costs, flaps or fails sooner or later.
- A **note** is worth knowing; it may be meant.
"""


def page() -> str:
    """Return the page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield HEAD
    yield f"{len(RULES)} rules:"
    for title, rules in GROUPS:
        yield f"\n## {title}"
        for rule in rules:
            yield from _rule(rule)


def _rule(rule: LintRule) -> Iterator[str]:
    yield f"\n### {rule.id}\n"
    yield f"{rule.title} ({rule.severity}). {rule.why}\n"
    kinds = ", ".join(f"`{kind}`" for kind in rule.kinds)
    yield f"- Fix: {_coded(rule.fix)}"
    yield f"- Looks at: {kinds}"
    yield f"- Source: <{rule.source}>"


def _coded(fix: str) -> str:
    """Return a fix that is Terraform as code."""
    return f"`{fix}`" if " = " in fix and fix[0].islower() and not fix.endswith(".") else fix


def main() -> int:
    """Renew the page, or with ``--check`` say whether it is as it would be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
            print(f"{PAGE.name} is not as the rules are; run tools/guard_rules.py", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
