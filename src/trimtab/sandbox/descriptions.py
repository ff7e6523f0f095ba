"""What describes the services of AWS to boto3 and moto: read once a process.

Each session reads these files anew, and moto makes a dozen sessions while it is loaded: two of the three
seconds of CPU in which a sandbox started. ``msgspec`` reads one in a fifth of the time.
"""

from __future__ import annotations

import functools
import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.loaders import JSONFileLoader

if TYPE_CHECKING:
    from trimtab.sandbox.patching import Patches


def install(patches: Patches) -> None:
    """Have all sessions of the process share what was read."""
    patches.add(JSONFileLoader, "load_file", staticmethod(load_file))


@functools.cache
def load_file(path: str) -> Any:  # noqa: ANN401 - whatever the file holds
    """Return what ``path.json`` or ``path.json.gz`` holds; None where there is neither, as botocore."""
    plain, packed = Path(f"{path}.json"), Path(f"{path}.json.gz")
    if plain.is_file():
        return msgspec.json.decode(plain.read_bytes())
    return msgspec.json.decode(gzip.decompress(packed.read_bytes())) if packed.is_file() else None
