"""Write ``docs/guard-facts.md``, a section for each type, from the facts of the guard.

``--check`` only compares. ``--schema FILE`` first renews what the provider has of the covered types, from
the output of ``terraform providers schema -json`` (``docs/`` counts them, so that no Terraform is needed).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimtab.guard.facts.catalogue import ANY, catalogue, entries_of
from trimtab.guard.facts.load import covered, fact_files, facts, rules_file, tag_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trimtab.guard.facts.catalogue import FactEntry

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "guard-facts.md"
PROVIDER = ROOT / "tools" / "provider_attributes.json"
VERDICTS = {
    "interrupts": "interrupts",
    "unknown": "cannot tell",
    "redeploys": "redeploys tasks",
    "safe": "safe",
}
INTRODUCTION = """# What the guard knows

Generated from `src/trimtab/guard/facts` by `tools/guard_facts.py`: do not edit. [How it is used](guard.md).

Each line is a fact. A finding of `trimtab guard` carries its id. Of several that fit, the first one in its
table counts. An attribute that no line names is *cannot tell* (`attribute-without-fact`), unless the plan
says that it forces a replacement: then `destroyed` or `replaced` holds. Tags and `timeouts` of every type
are below, under *Any type*."""


def settable(block: Mapping[str, Any]) -> list[str]:
    """Return the attributes and blocks that a configuration may set."""
    attributes = block.get("attributes", {})
    named = [name for name, one in attributes.items() if one.get("optional") or one.get("required")]
    return sorted({*named, *block.get("block_types", {})} - {"id", "region", "tags", "tags_all", "timeouts"})


def reduced(schema: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the covered types of a provider's schema, and what of them may be set."""
    providers = schema["provider_schemas"]
    (found,) = [one for name, one in providers.items() if name.endswith("hashicorp/aws")]
    return {
        kind: settable(one["block"])
        for kind, one in sorted(found["resource_schemas"].items())
        if covered().has(kind)
    }


def bare(kind: str, attributes: Iterable[str]) -> list[str]:
    """Return the attributes of a type of which no fact says what they do in place."""
    known = facts()[kind]
    named = {name.split(".")[0] for rule in known.in_place for name in rule.attributes}
    return [name for name in attributes if name not in named and not known.has(name)]


def coverage(provider: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield how much of the provider the facts cover."""
    missing = [kind for kind in provider if kind not in facts()]
    total = sum(map(len, provider.values()))
    without = {kind: bare(kind, names) for kind, names in provider.items() if kind not in missing}
    number = total - sum(map(len, without.values()))
    patterns = ", ".join(f"`{one}`" for one in covered().patterns)
    yield "## Coverage"
    yield (
        f"Counted in the schema of AWS provider {covered().provider}, over {patterns}:"
        f" **{len(provider) - len(missing)} of {len(provider)} types** have facts,"
        f" and {number} of {total} attributes that may be set have one for a change in place."
        f" Beside these, facts on {len(set(facts()) - set(provider))} other types."
    )
    yield "The others, as a rule, force a replacement. Without a fact for a change in place:"
    yield "\n".join(
        f"- `{kind}`: {', '.join(f'`{name}`' for name in names)}" for kind, names in without.items() if names
    )


def table(entries: Iterable[FactEntry], *, types: bool = False) -> str:
    """Return a table of facts, a line each; with a column of types where they are of several."""
    heads = ["fact", *(["of"] if types else []), "attribute", "when", "verdict", "what it does", "instead"]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for one in entries:
        cells = [
            f'<a id="{one.id}"></a>`{one.id}`',
            *([", ".join(f"`{kind}`" for kind in one.types)] if types else []),
            ", ".join(f"`{name}`" for name in one.attribute.split(", ") if name) if one.attribute else "",
            one.when,
            " or ".join(VERDICTS[verdict] for verdict in one.verdicts),
            one.why,
            one.instead,
        ]
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines)


def sources(urls: Iterable[str], read: str) -> str:
    """Return where facts come from, and when that was read."""
    return f"Read {read}: " + "; ".join(f"<{url}>" if url.startswith("http") else url for url in urls) + "."


def page() -> str:
    """Return the page's text."""
    provider = json.loads(PROVIDER.read_text(encoding="utf-8"))
    common = [one for one in catalogue().values() if one.types == (ANY,) and one.id not in rules_file().rules]
    rules = [catalogue()[name] for name in rules_file().rules]
    parts = [INTRODUCTION, *coverage(provider)]
    parts += ["## Any type", table(common), "## Several things together, and the plan itself"]
    parts += [sources(sorted({one.sources[0] for one in rules}), rules_file().read), table(rules, types=True)]
    tags = tag_facts()
    parts += [f"## {tags.title}", sources(tags.sources, tags.read)]
    parts += [
        f"{title}: {', '.join(f'`{one}`' for one in sorted(names))}."
        for title, names in (
            ("Types whose tags decide", tags.deciding_types),
            ("Keys by which things are found", tags.deciding_keys),
            ("Keys that split a bill", tags.cost_keys),
        )
    ]
    for file in fact_files():
        parts += [f"## {file.title}", sources(file.sources, file.read)]
        for kind, known in sorted(file.types.items()):
            parts.append(f"### {kind}")
            if known.sources:
                parts.append(sources(known.sources, known.read or file.read))
            parts.append(table(entries_of(kind, known, file)))
    return "\n\n".join(filter(None, parts)) + "\n"


def main() -> int:
    """Write or check the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--schema", type=Path, metavar="FILE")
    given = parser.parse_args()
    if given.schema:
        found = reduced(json.loads(given.schema.read_text(encoding="utf-8")))
        rows = ",\n".join(f"  {json.dumps(kind)}: {json.dumps(names)}" for kind, names in found.items())
        PROVIDER.write_text(f"{{\n{rows}\n}}\n", encoding="utf-8")
    wanted = page()
    if not given.check:
        TARGET.write_text(wanted, encoding="utf-8")
    elif wanted != TARGET.read_text(encoding="utf-8"):
        sys.stderr.write(f"stale: {TARGET.name}; run tools/guard_facts.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
