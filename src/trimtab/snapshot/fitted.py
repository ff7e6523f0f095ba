"""``calibration.json``: what ``replay --calibrate`` found, beside the snapshot that it was found on.

It is bound to the bytes of ``fleet.json`` and ``metrics.parquet``: of another snapshot it says nothing. It is
no input that a run hangs on, so one that cannot be used is left aside, and a note says so.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from trimtab.decoding import decoded
from trimtab.errors import SnapshotError
from trimtab.files import write_together
from trimtab.fleet.fitted import Fitted  # noqa: TC001 - msgspec reads the annotations
from trimtab.snapshot.files import FLEET_FILE, METRICS_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trimtab.fleet.model import Fleet

FITTED_FILE: Final = "calibration.json"
AGAIN: Final = "run trimtab replay --calibrate again"


class FittedFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file."""

    calibration_version: Literal[1] = 1
    trimtab: str
    """The version that wrote it."""
    snapshot: str
    """SHA-256 of the two files it was found on."""
    services: dict[str, Fitted]


def write_fitted(folder: Path, services: Mapping[str, Fitted]) -> Path:
    """Write the file beside the snapshot in ``folder``, in place of an earlier one.

    Raises:
        SnapshotError: it cannot be written.

    """
    path = folder / FITTED_FILE
    kept = FittedFile(
        trimtab=version("trimtab"), snapshot=digest_of(folder), services=dict(sorted(services.items()))
    )
    try:
        write_together({path: msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n"})
    except OSError as error:
        raise SnapshotError(
            f"it cannot be written ({error.strerror})",
            where=str(path),
            advice="copy the snapshot to where you may write",
        ) from error
    return path


def with_fitted(fleet: Fleet, folder: Path) -> Fleet:
    """Return the fleet with what was fitted for each service, or with a note why that is not used."""
    try:
        kept = decoded((folder / FITTED_FILE).read_bytes(), FittedFile)
    except FileNotFoundError:
        return fleet
    except (OSError, msgspec.MsgspecError):
        return _noted(fleet, "cannot be read")
    if kept.snapshot != digest_of(folder):
        return _noted(fleet, "was found on another snapshot than this")
    services = tuple(
        msgspec.structs.replace(one, fitted=kept.services.get(one.name)) for one in fleet.services
    )
    used = [one.name for one in services if one.fitted is not None and one.fitted.used]
    found = sum(one.fitted is not None for one in services)
    words = f"; {found} of {len(services)} services calibrated, of which {len(used)} with delays of their own"
    return msgspec.structs.replace(fleet, services=services, provenance=fleet.provenance + words)


def digest_of(folder: Path) -> str:
    """Return the SHA-256 of a snapshot's fleet and rows."""
    digest = hashlib.sha256()
    for name in (FLEET_FILE, METRICS_FILE):
        with (folder / name).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _noted(fleet: Fleet, why: str) -> Fleet:
    note = f"{FITTED_FILE} {why} and is not used: {AGAIN}"
    return msgspec.structs.replace(fleet, notes=(*fleet.notes, note))
