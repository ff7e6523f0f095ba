"""Reduce two provider schemas to the types that are used here: ``tools/provider_facts.json``.

``tools/provider_facts.py --schema FILE --version 5.100.0`` reads ``terraform providers schema -json``.
``tools/provider_facts.py --bindings FOLDER --version 6.25.0`` reads the bindings that CDK for Terraform
generates from a provider's schema: the folder ``package/lib`` in the archive of ``@cdktf/provider-aws``,
which is also inside the wheel ``cdktf-cdktf-provider-aws``. Each replaces one half of the file. It has to be
run only for a new type or a new version of the provider; ``tools/provider_six.py`` reads what it leaves.

Facts of a block: its arguments, each with its type and whether it is required, its blocks, and what is only
given out.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from provider_used import used_types

FACTS = Path(__file__).with_suffix(".json")
Facts = dict[str, Any]

SIMPLE = {"boolean": "bool", "string": "string", "number": "number", "stringMap": "map", "anyMap": "map"}
FUNCTION = re.compile(r"^function (\w+)ToHclTerraform\(struct\) \{(.*?)^\}", re.MULTILINE | re.DOTALL)
OF_TYPE = re.compile(r"synthesizeHclAttributes\(\) \{(.*?)^    \}", re.MULTILINE | re.DOTALL)
ENTRY = re.compile(
    r"^ +(\w+): \{\s+value: (?P<value>[^\n]+),\s+isBlock: (?P<block>\w+),\s+type: \"(?P<kind>\w+)\",\s+"
    r"storageClassType: \"(?P<storage>\w+)\"",
    re.MULTILINE,
)
INTERFACE = re.compile(r"^export interface (\w+)[^{]*\{(.*?)^\}", re.MULTILINE | re.DOTALL)
CONFIG = re.compile(r"^export interface (\w+) extends cdktf\.TerraformMetaArguments", re.MULTILINE)
MEMBER = re.compile(r"^ +readonly (\w+)(\??):", re.MULTILINE)
GIVEN_OUT = re.compile(r"(?:get\w+Attribute\(|new \w+\(this, )['\"](\w+)['\"]")
META = re.compile(r"class \w+ extends cdktf\.Terraform(?:Resource|DataSource).*", re.DOTALL)


def of_schema(block: Facts) -> Facts:
    """Return the facts of a block of ``terraform providers schema -json``."""
    arguments, given = {}, []
    for name, attribute in sorted(block.get("attributes", {}).items()):
        if attribute.get("optional") or attribute.get("required"):
            kind = attribute.get("type", "object")
            arguments[name] = fact(kind if isinstance(kind, str) else kind[0], attribute.get("required"))
            if attribute.get("deprecated"):
                arguments[name] += " deprecated"
        else:
            given.append(name)
    nested = block.get("block_types", {})
    blocks = {
        name: {**of_schema(one["block"]), "required": bool(one.get("min_items"))}
        for name, one in sorted(nested.items())
    }
    return {"arguments": arguments, "blocks": blocks, "given": given}


def fact(kind: str, required: object) -> str:
    """Return an argument's facts as a word or two."""
    return f"{kind} required" if required else kind


class Bindings:
    """What the bindings of one type say."""

    def __init__(self, folder: Path) -> None:
        """Read a type's folder."""
        code = "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.js")))
        declared = "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.d.ts")))
        self.functions = dict(FUNCTION.findall(code))
        self.required = {
            name.lower(): {member for member, optional in MEMBER.findall(body) if not optional}
            for name, body in INTERFACE.findall(declared)
        }
        self.own = OF_TYPE.findall(code)[-1]
        self.given = set(GIVEN_OUT.findall(META.search(code)[0]))  # type: ignore[index] - each has its class
        self.config = CONFIG.search(declared)[1].lower()  # type: ignore[index] - each has its configuration

    def facts(self) -> Facts:
        """Return the facts of the type."""
        found = self._block(self.own, self.required.get(self.config, set()))
        names = {*found["arguments"], *found["blocks"], "timeouts"}
        found["given"] = sorted(self.given - names)
        return found

    def _block(self, body: str, required: set[str]) -> Facts:
        arguments: dict[str, str] = {}
        blocks: Facts = {}
        for entry in ENTRY.finditer(body):
            name = entry[1]
            member = re.search(r"(?:struct\.|this\._)(\w+)", entry["value"])
            needed = bool(member) and member[1] in required
            inner = re.search(r"(\w+)ToHclTerraform(?!\w)", entry["value"])
            if entry["block"] == "true":
                function = inner[1] if inner and inner[1] in self.functions else ""
                blocks[name] = {**self._nested(function), "required": needed}
            else:
                kind = SIMPLE.get(entry["storage"], entry["kind"])
                if entry["kind"] in {"list", "set", "map"}:
                    kind = entry["kind"]
                arguments[name] = fact(kind, needed)
        return {
            "arguments": dict(sorted(arguments.items())),
            "blocks": dict(sorted(blocks.items())),
            "given": [],
        }

    def _nested(self, function: str) -> Facts:
        if not function:
            return {"arguments": {}, "blocks": {}, "given": []}
        return self._block(self.functions[function], self.required.get(function.lower(), set()))


def folder_of(lib: Path, kind: str, name: str) -> Path:
    """Return where the bindings of a type are."""
    short = name.removeprefix("aws_").replace("_", "-")
    return lib / (f"data-aws-{short}" if kind == "data" else short)


def main() -> int:
    """Replace one half of the facts."""
    parser = argparse.ArgumentParser(description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--schema", type=Path)
    source.add_argument("--bindings", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--origin", required=True, help="where it came from, and when it was read")
    chosen = parser.parse_args()
    types: Facts = {}
    if chosen.schema:
        (provider,) = json.loads(chosen.schema.read_text("utf-8"))["provider_schemas"].values()
    for kind, name in sorted(used_types()):
        if chosen.schema:
            schemas = provider["data_source_schemas" if kind == "data" else "resource_schemas"]
            types[f"{kind} {name}"] = of_schema(schemas[name]["block"])
        else:
            types[f"{kind} {name}"] = Bindings(folder_of(chosen.bindings, kind, name)).facts()
    before = json.loads(FACTS.read_text("utf-8")) if FACTS.exists() else {}
    half = {"version": chosen.version, "origin": chosen.origin, "types": types}
    after = {**before, chosen.version.split(".")[0]: half}
    FACTS.write_text(json.dumps(after, indent=None, separators=(",", ":")) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
