"""Find local mirrors of the AWS provider, for machines that cannot reach the public registry.

Terraform looks in a few folders of its own (CLI documentation, "Implied Local Mirror"). One more
habit is honoured: a tree laid out like the registry, one level below /opt, /usr/share or
/usr/local/share (for example ``/opt/NAME/registry.terraform.io/hashicorp/aws``).

Such a tree is lent to a working folder as ``terraform.d/plugins``, where the engine looks by
itself. So the user's CLI configuration is read by the engine alone, and as it is: its credentials
count, a missing file is a warning, and a ``provider_installation`` in it is the user's word.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOTS = (Path("/opt"), Path("/usr/share"), Path("/usr/local/share"))
REGISTRY = {"terraform": "registry.terraform.io", "tofu": "registry.opentofu.org"}
VENDORED = Path("terraform.d/plugins")
"""Where terraform and tofu look, below the folder they run in."""
_OVERRIDES = ("TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG")


def mirrors(engine_name: str, roots: Iterable[Path] | None = None) -> tuple[Path, ...]:
    """Return the folders one level below the roots that hold some version of the AWS provider."""
    return tuple(
        folder
        for root in (ROOTS if roots is None else roots)
        if root.is_dir() and os.access(root, os.R_OK | os.X_OK)
        for folder in sorted(root.iterdir())
        if _holds(folder, engine_name)
    )


def implied_mirrors(engine_name: str, environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the folders that the engine mirrors from unasked, where they hold the AWS provider."""
    home = _home(environment)
    data_home = environment.get("XDG_DATA_HOME") or str(home / ".local/share")
    data_dirs = environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    folders = (
        home / ".terraform.d/plugins",
        *(Path(data) / "terraform/plugins" for data in (data_home, *data_dirs.split(os.pathsep)) if data),
    )
    return tuple(folder for folder in folders if _holds(folder, engine_name))


def _holds(folder: Path, engine_name: str) -> bool:
    try:
        return (folder / REGISTRY[engine_name] / "hashicorp/aws").is_dir()
    except PermissionError:  # Python 3.11 to 3.13 raise it where a parent may not be searched
        return False


@contextmanager
def lent(mirror: Path | None, directory: Path) -> Iterator[None]:
    """Let an engine that runs in ``directory`` find ``mirror``. What the user vendored there stays."""
    link = directory / VENDORED
    if mirror is None or link.is_symlink() or link.exists():
        yield
        return
    made = not link.parent.exists()
    link.parent.mkdir(exist_ok=True)
    with suppress(OSError):  # Windows lets few users link; the engine then goes the ways it knows itself
        link.symlink_to(mirror, target_is_directory=True)
    try:
        yield
    finally:
        link.unlink(missing_ok=True)
        if made:
            link.parent.rmdir()


def user_installation(environment: Mapping[str, str]) -> Path | None:
    """Return the CLI configuration that says where providers come from, or nothing if none does."""
    return next((path for path in _configuration_files(environment) if _arranges(path)), None)


def _configuration_files(environment: Mapping[str, str]) -> list[Path]:
    """Return the files that the engine reads: the one a variable names, else those below the home folder."""
    if named := next((value for name in _OVERRIDES if (value := environment.get(name))), None):
        return [Path(named)]
    home = _home(environment)
    settings = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    single = [home / ".terraformrc", home / ".tofurc", settings / "opentofu/tofurc"]
    if roaming := environment.get("APPDATA"):
        single += [Path(roaming) / name for name in ("terraform.rc", "tofu.rc")]
    folder = home / ".terraform.d"
    return [*single, *sorted([*folder.glob("*.tfrc"), *folder.glob("*.tfrc.json")])]


_TOKEN = re.compile(
    r'(?P<comment>#[^\n]*|//[^\n]*|/\*.*?\*/)|"(?P<string>(?:[^"\\\n]|\\.)*)"|(?P<word>[\w-]+)|(?P<brace>[{}])',
    re.DOTALL,
)


def _arranges(path: Path) -> bool:
    """Tell whether a CLI configuration (HCL or JSON) has a ``provider_installation`` at its top."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    if text.lstrip().startswith("{"):
        try:
            return "provider_installation" in json.loads(text)
        except json.JSONDecodeError:
            return False
    depth = 0
    for token in _TOKEN.finditer(text):
        if token["brace"]:
            depth += 1 if token["brace"] == "{" else -1
        elif depth == 0 and "provider_installation" in {token["word"], token["string"]}:
            return True
    return False


def _home(environment: Mapping[str, str]) -> Path:
    return Path(environment["HOME"]) if environment.get("HOME") else Path.home()
