"""Two who judge an output: what was planted must not stand in it, and detect-secrets finds nothing.

detect-secrets is no part of what is judged: it knows other forms, and would find what nobody planted.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from detect_secrets.core import scan
from detect_secrets.settings import default_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from leaks.corpus import Credential

_EXPLAINED: Final = re.compile(
    r'"(?:sha256|document|digest|recommendation|trimtab(?:Guard)?/v1)": ?"[0-9a-f]{16,64}"'
    r'|"[\w.\-/]{1,80}\.(?:tf|tfvars|json|md|html)": ?"[0-9a-f]{64}"'
    r"|arn:aws[\w\-]{0,10}:[\w\-]+:[\w\-]*:\d*:[\w\-:/.]+"
)
"""Digests that a result has of its own files and findings, and names of things in AWS."""
_BINARY: Final = frozenset({".parquet"})


def leaked(text: str, says: Mapping[str, Credential]) -> Iterator[str]:
    """Give what of the planted stands in a text, and from which place."""
    for place, one in says.items():
        for part in one.parts:
            at = text.find(part)
            if at >= 0:
                yield f"{one.kind}, from {place}: ...{text[max(0, at - 60) : at + len(part)]}"
                break


def found_in(text: str) -> Iterator[str]:
    """Give what detect-secrets takes for a secret."""
    with tempfile.TemporaryDirectory() as folder, default_settings():
        file = Path(folder, "output.txt")
        lines = _EXPLAINED.sub("", text).split("\n")
        file.write_text("\n".join(lines), "utf-8")
        for one in scan.scan_file(str(file)):
            yield f"{one.type}: {lines[one.line_number - 1][:200]}"


def texts_of(folder: Path) -> dict[str, str]:
    """Return what stands in each file of a folder; bytes that are no text are looked through all the same."""
    return {
        str(path.relative_to(folder)): path.read_bytes().decode("utf-8", "replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def wrong(texts: Mapping[str, str], says: Mapping[str, Credential], *, judged: bool = True) -> list[str]:
    """Return everything that stands in the outputs and must not."""
    told = [f"{name}: {one}" for name, text in texts.items() for one in leaked(text, says)]
    if judged:
        told += [
            f"{name}: {one}"
            for name, text in texts.items()
            if not name.endswith((*_BINARY, ".answer"))
            for one in found_in(text)
        ]
    return told
