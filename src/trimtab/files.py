"""Files written together: all of them whole, or none."""

from __future__ import annotations

import logging
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


LOG = logging.getLogger(__name__)


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Write every file beside its place, and only when all are there put them in their places.

    The names in between begin with a dot and end with none of the real endings: whoever looks
    for a kind of file (Terraform for ``.tfvars``) passes them over.

    Raises:
        OSError: one of them cannot be written; none was put in its place.

    """
    parts: dict[Path, Path] = {}
    try:
        for target, content in contents.items():
            if target.is_dir():
                raise IsADirectoryError(0, f"{target.name} is a folder")
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            parts[target] = Path(name)
            with os.fdopen(handle, "wb") as part:
                part.write(content)
            parts[target].chmod(0o644)  # mkstemp makes files only the owner may read
        for target, path in parts.items():
            path.replace(target)
            LOG.debug("written: %s", target)
    finally:
        for path in parts.values():
            with suppress(FileNotFoundError):
                path.unlink()
