"""Write ``docs/provider-6.md``: what the modules use of the AWS provider, held against versions 5 and 6.

``tools/provider_six.py`` writes, ``--check`` only compares. Exits 1 where the page is stale, where the
modules use what one of the two does not have, or leave out what one of them requires.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from provider_used import ROOT, Used, read, used

FACTS = ROOT / "tools" / "provider_facts.json"
HEAD = ROOT / "tools" / "provider_six.head.md"
PAGE = ROOT / "docs" / "provider-6.md"
MODULES = "terraform/modules"
ALWAYS = {"id"}
"""Every resource has it, whatever a schema says of its being set."""


def names(paths: set[str]) -> str:
    """Return arguments as the page shows them: nested ones with dots, blocks only by what is in them."""
    return ", ".join(f"`{path.replace('/', '.')}`" for path in sorted(paths) if not path.endswith("/"))


def lacking(paths: set[str], block: dict[str, Any] | None) -> set[str]:
    """Return the paths that a type does not have as an argument or block."""
    if block is None:
        return set(paths)
    return {path for path in paths if not has(path, block)}


def has(path: str, block: dict[str, Any]) -> bool:
    """Return whether a block takes an argument (or, with a slash behind, a block) of this path."""
    head, slash, rest = path.partition("/")
    if not slash:
        return head in block["arguments"]
    inner = block["blocks"].get(head)
    return inner is not None and (not rest or has(rest, inner))


def left_out(paths: set[str], block: dict[str, Any], prefix: str = "") -> set[str]:
    """Return what is required in a block that is written, and is not written."""
    found = {
        prefix + name
        for name, kind in block["arguments"].items()
        if "required" in kind.split() and prefix + name not in paths
    }
    for name, inner in block["blocks"].items():
        if f"{prefix}{name}/" in paths:
            found |= left_out(paths, inner, f"{prefix}{name}/")
        elif inner["required"]:
            found.add(f"{prefix}{name}/")
    return found


def not_given(attributes: set[str], block: dict[str, Any] | None) -> set[str]:
    """Return the attributes that are read and that a type neither takes nor gives out."""
    if block is None:
        return set(attributes)
    return attributes - set(block["arguments"]) - set(block["given"]) - set(block["blocks"]) - ALWAYS


def problems(facts: dict[str, Any], written: Used, attributes: Used) -> list[str]:
    """Return a line for each thing that one of the versions does not have, or wants."""
    found = []
    for major in ("5", "6"):
        types, version = facts[major]["types"], facts[major]["version"]
        for kind, name in sorted({*written, *attributes}):
            block = types.get(f"{kind} {name}")
            if block is None:
                found.append(f"{kind} {name}: no facts of {version}; run tools/provider_facts.py")
                continue
            paths = written.get((kind, name), set())
            found += [f"{kind} {name}: {version} has no {one}" for one in sorted(lacking(paths, block))]
            found += [f"{kind} {name}: {version} requires {one}" for one in sorted(left_out(paths, block))]
            read_here = attributes.get((kind, name), set())
            found += [
                f"{kind} {name}: {version} gives no {one}" for one in sorted(not_given(read_here, block))
            ]
    return found


def row(facts: dict[str, Any], key: tuple[str, str], paths: set[str], attributes: set[str]) -> str:
    """Return a type's row of the table."""
    cells = [f"`{key[1]}`" if key[0] == "resource" else f"data `{key[1]}`", names(paths) or "-"]
    cells.append(", ".join(f"`{one}`" for one in sorted(attributes)) or "-")
    for major in ("5", "6"):
        block = facts[major]["types"].get(f"{key[0]} {key[1]}")
        missing = lacking(paths, block) | not_given(attributes, block)
        cells.append(f"no: {names(missing)}" if missing else "yes")
    return f"| {' | '.join(cells)} |"


def page(facts: dict[str, Any], written: Used, attributes: Used) -> str:
    """Return the whole page."""
    five, six = facts["5"], facts["6"]
    count = sum(1 for paths in written.values() for path in paths if not path.endswith("/"))
    keys = sorted({*written, *attributes}, key=lambda key: (key[0] == "data", key[1]))
    counted = f"{len(keys)} types, {count} arguments, of `{MODULES}`."
    origins = " ".join(f"Facts of {one['version']}: {one['origin']}." for one in (five, six))
    versions = f"{five['version']} | {six['version']}"
    lines = [
        HEAD.read_text(encoding="utf-8").rstrip("\n"),
        "",
        "## The table",
        "",
        f"{counted} {origins}",
        "",
        f"| type | arguments that are set | attributes that are read | {versions} |",
        "|---|---|---|---|---|",
        *(row(facts, key, written.get(key, set()), attributes.get(key, set())) for key in keys),
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write or check the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    written, attributes = used(MODULES), read(MODULES)
    found = problems(facts, written, attributes)
    wanted = page(facts, written, attributes)
    if check and (not PAGE.exists() or PAGE.read_text(encoding="utf-8") != wanted):
        found.append("stale: docs/provider-6.md; run tools/provider_six.py")
    if not check:
        PAGE.write_text(wanted, encoding="utf-8")
    sys.stderr.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
