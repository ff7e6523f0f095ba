"""Where the Terraform configuration and the example fleet lie: in the checkout, or inside the package."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from trimtab.errors import UsageError

_NOT_CONFIGURATION = shutil.ignore_patterns(".terraform", ".terraform.lock.hcl", "*.tfstate*", "*.tfplan")


def assets_folder() -> Path:
    """Return the folder that holds ``terraform/`` and ``examples/``."""
    package = Path(__file__).resolve().parent
    for folder in (package / "_assets", package.parent.parent):
        if (folder / "terraform" / "platform").is_dir() and (folder / "examples" / "fleet").is_dir():
            return folder
    raise UsageError(
        "the Terraform configuration and the examples are not beside the package",
        where=str(package),
        advice="install trimtab again, or run it from a checkout",
    )


def copy_configuration(destination: Path) -> None:
    """Copy ``terraform/`` and the examples that are configuration, without anybody's state."""
    for name in ("terraform", "examples/network", "examples/before"):
        shutil.copytree(
            assets_folder() / name, destination / name, ignore=_NOT_CONFIGURATION, dirs_exist_ok=True
        )


_EXAMPLES_OWN = ("services.auto.tfvars", "mocked")
"""What of ``terraform/`` is the example company's, or tests its values."""


def start_configuration(folder: Path) -> Path:
    """Write ``terraform/`` into ``folder`` for a fleet of the user's own: all of it, or nothing.

    Returns the root to give values to.

    Raises:
        UsageError: ``folder`` is a file, holds something already, or cannot be written.

    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        what = "this folder is not empty" if folder.is_dir() else "this is a file"
        raise UsageError(what, where=str(folder), advice="name a new folder, or an empty one")
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=folder) as unfinished:
            whole = Path(unfinished) / "terraform"
            shutil.copytree(
                assets_folder() / "terraform",
                whole,
                ignore=lambda where, names: {*_NOT_CONFIGURATION(where, names), *_EXAMPLES_OWN},
            )
            whole.replace(folder / "terraform")
    except OSError as error:
        if made:
            with suppress(OSError):
                folder.rmdir()
        raise UsageError(
            f"the configuration cannot be written ({error.strerror or error})",
            where=str(folder),
            advice="name a folder you may write to",
        ) from error
    return folder / "terraform" / "platform"
