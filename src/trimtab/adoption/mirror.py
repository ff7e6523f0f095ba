"""Find a local mirror of the providers, for machines that cannot reach the public registry.

Terraform looks in a few folders of its own. Where the user has set up nothing at all, one more
habit is honoured: a tree laid out like the registry, one level below /opt, /usr/share or
/usr/local/share (for example ``/opt/NAME/registry.terraform.io/hashicorp/aws``).
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOTS = (Path("/opt"), Path("/usr/share"), Path("/usr/local/share"))
_REGISTRY = {"terraform": "registry.terraform.io", "tofu": "registry.opentofu.org"}
_CONFIG_FILES = (".terraformrc", ".tofurc")


def find_mirror(
    engine_name: str, environment: Mapping[str, str], roots: Iterable[Path] | None = None
) -> Path | None:
    """Return the folder of a mirror the engine would not find by itself, or nothing.

    Nothing, too, when the user has any CLI configuration or implied mirror folder: their
    arrangement stays alone.
    """
    if _user_has_arranged(environment):
        return None
    wanted = f"{_REGISTRY[engine_name]}/hashicorp/aws"
    for root in ROOTS if roots is None else roots:
        if root.is_dir():
            for folder in sorted(root.iterdir()):
                if (folder / wanted).is_dir():
                    return folder
    return None


def cli_configuration(mirror: Path) -> str:
    """Return a CLI configuration that takes what the mirror has from it, and the rest directly."""
    providers = sorted(
        "/".join(folder.relative_to(mirror).parts) for folder in mirror.glob("*/*/*") if folder.is_dir()
    )
    listed = json.dumps(providers)
    return (
        "provider_installation {\n"
        f"  filesystem_mirror {{\n    path    = {json.dumps(str(mirror))}\n    include = {listed}\n  }}\n"
        f"  direct {{\n    exclude = {listed}\n  }}\n"
        "}\n"
    )


def _user_has_arranged(environment: Mapping[str, str]) -> bool:
    if environment.get("TF_CLI_CONFIG_FILE") or environment.get("TERRAFORM_CONFIG"):
        return True
    home = Path(environment["HOME"]) if environment.get("HOME") else Path.home()
    if any((home / name).exists() for name in _CONFIG_FILES):
        return True
    if any((home / ".terraform.d").glob("*.tfrc*")):
        return True
    roaming = environment.get("APPDATA")
    if roaming and any((Path(roaming) / name).exists() for name in ("terraform.rc", "tofu.rc")):
        return True
    return any(folder.is_dir() for folder in _implied_folders(home, environment))


def _implied_folders(home: Path, environment: Mapping[str, str]) -> list[Path]:
    """Return the folders Terraform mirrors from unasked (CLI documentation, "Implied Local Mirror")."""
    data_home = environment.get("XDG_DATA_HOME") or str(home / ".local/share")
    data_dirs = environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    return [
        home / ".terraform.d/plugins",
        *(Path(data) / "terraform/plugins" for data in (data_home, *data_dirs.split(os.pathsep))),
    ]
