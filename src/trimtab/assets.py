"""Where the Terraform configuration and the example fleet lie: in the checkout, or inside the package."""

from __future__ import annotations

import shutil
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
