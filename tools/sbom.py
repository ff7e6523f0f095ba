"""What is shipped and what it is made of: the locked packages as CycloneDX 1.6, licences checked.

    python tools/sbom.py -o dist/trimtab.cdx.json

The packages are those of ``requirements/runtime.txt`` (their hashes are there), the licences what the
installed ones say of themselves. The same lock gives the same bytes: no time or random number is in it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements" / "runtime.txt"
LICENCES = ROOT / "tools" / "licences.toml"
_PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)", re.MULTILINE)
_NEEDED = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Package:
    """A locked package. ``licence`` is empty where none is stated."""

    name: str
    version: str
    licence: str

    @property
    def purl(self) -> str:
        """Name it as other tools do (package URL)."""
        return f"pkg:pypi/{self.name}@{self.version}"


def known() -> dict[str, dict[str, str]]:
    """Return the allowed licences, the older words for them, and what is not installed here."""
    return tomllib.loads(LICENCES.read_text(encoding="utf-8"))


def packages(lock: str, tables: dict[str, dict[str, str]]) -> list[Package]:
    """Return what a lock file pins, by name; of two versions for two Pythons both."""
    pinned = sorted({(one["name"].lower(), one["version"]) for one in _PINNED.finditer(lock)})
    return [Package(name, version, licence_of(name, tables)) for name, version in pinned]


def licence_of(name: str, tables: dict[str, dict[str, str]]) -> str:
    """Return what a package says of its licence, in SPDX's words where they are known."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return tables["elsewhere"].get(name, "")
    if expression := said.get("License-Expression"):
        return str(expression)
    kinds = [one.rpartition(" :: ")[2] for one in said.get_all("Classifier") or () if "License ::" in one]
    # The field may hold the whole text of a licence, or words such as "Dual License".
    field = str(said.get("License") or "").strip()
    if field in tables["words"] or field in tables["allowed"]:
        kinds = [field]
    return " AND ".join(tables["words"].get(kind, kind) for kind in kinds)


def allowed(expression: str, tables: dict[str, dict[str, str]]) -> bool:
    """Tell whether one way to read an SPDX expression has allowed licences alone."""
    ways = expression.replace("(", "").replace(")", "").split(" OR ") if expression else ()
    return any(all(part.strip() in tables["allowed"] for part in way.split(" AND ")) for way in ways)


def refused(found: list[Package], tables: dict[str, dict[str, str]]) -> list[str]:
    """Return what is wrong, a line a package."""
    return [
        f"{one.name} {one.version}: licence {one.licence or 'not stated'!r} is not among those allowed; "
        f"read it, and add it to {LICENCES.name} with why, or do without the package"
        for one in found
        if not allowed(one.licence, tables)
    ]


def document(found: list[Package], version: str) -> dict[str, Any]:
    """Return the list as CycloneDX words it (specification 1.6)."""
    own = f"pkg:pypi/trimtab@{version}"
    by_name: dict[str, list[Package]] = {}
    for one in found:
        by_name.setdefault(one.name, []).append(one)
    needs = [{"ref": own, "dependsOn": _refs("trimtab", by_name)}]
    needs += [{"ref": one.purl, "dependsOn": _refs(one.name, by_name)} for one in found]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "trimtab",
                "version": version,
                "purl": own,
                "licenses": [{"expression": "Apache-2.0"}],
            }
        },
        "components": [
            {
                "type": "library",
                "bom-ref": one.purl,
                "name": one.name,
                "version": one.version,
                "purl": one.purl,
                "licenses": [_licence(one.licence)],
            }
            for one in found
        ],
        "dependencies": needs,
    }


def _licence(expression: str) -> dict[str, Any]:
    """Return an expression, or a name that is none of SPDX's."""
    if re.search(r"\bBSD\b(?!-)", expression):
        return {"license": {"name": expression}}
    return {"expression": expression}


def _refs(name: str, by_name: dict[str, list[Package]]) -> list[str]:
    """Return what a package asks for and the lock pins, extras left out that nobody asked for."""
    try:
        asked = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []
    plain = [one for one in asked if "extra ==" not in one or name == "trimtab"]
    names = {found[0].lower().replace("_", "-") for one in plain if (found := _NEEDED.match(one))}
    return sorted(one.purl for need in names for one in by_name.get(need, ()))


def main() -> int:
    """Check the licences and write the list."""
    parser = argparse.ArgumentParser(description="The packages that are shipped, as CycloneDX.")
    parser.add_argument("-o", "--output", type=Path, required=True)
    output: Path = parser.parse_args().output
    tables = known()
    found = packages(LOCK.read_text(encoding="utf-8"), tables)
    wrong = refused(found, tables)
    for line in wrong:
        print(f"error: {line}", file=sys.stderr)
    if wrong:
        return 1
    output.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document(found, metadata.version("trimtab")), indent=2, ensure_ascii=False)
    output.write_text(text + "\n", encoding="utf-8")
    print(f"{output}: {len(found)} packages, every licence allowed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
