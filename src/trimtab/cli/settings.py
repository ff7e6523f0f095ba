"""What is given on every run: ``trimtab.toml``. A flag goes over the environment, and that over the file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import msgspec

from trimtab.errors import UsageError

FILE = "trimtab.toml"
"""Read from the current folder, unless ``--config`` names another."""


_Said = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f]*$")]
"""No file and no tag is called by a control character; the system refuses NUL in a path."""


class Tags(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[tags]``: what the tags are called that a fleet already carries."""

    environment: _Said | None = None
    cost_center: _Said | None = None
    keep: list[_Said] = []


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file. A key that is not known is a mistake, not a comment."""

    objective: _Said | None = None
    prices: _Said | None = None
    region: _Said | None = None
    profile: _Said | None = None
    tags: Tags = Tags()

    def defaults(self, folder: Path) -> dict[str, str]:
        """Return what the flags of the commands default to, by parameter; paths start at ``folder``."""
        given = {
            "objective": self.objective and str(folder / self.objective),
            "prices": self.prices and str(folder / self.prices),
            "region": self.region,
            "profile": self.profile,
            "environment_tag": self.tags.environment,
            "cost_center_tag": self.tags.cost_center,
            "keep_tags": ",".join(self.tags.keep),
        }
        return {name: value for name, value in given.items() if value}


def read_settings(named: Path | None) -> dict[str, str]:
    """Return the defaults of the file that was named, else of the current folder's, if there is one.

    Raises:
        UsageError: the file cannot be read, is no TOML, or has a key that is not known.

    """
    path = named or Path(FILE)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        if named is None:
            return {}
        raise UsageError("there is no such file", where=str(path), advice="give --config another") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read ({error})", where=str(path)) from error
    try:
        settings = msgspec.convert(tomllib.loads(text), Settings)
    except msgspec.ValidationError as error:
        fault, _, place = str(error).partition(" - at `$")
        where = f"{path}: {place.strip('.`')}" if place.strip(".`") else str(path)
        own = (name for name in Settings.__struct_fields__ if name != "tags")
        known = ", ".join((*own, *(f"tags.{name}" for name in Tags.__struct_fields__)))
        raise UsageError(fault, where=where, advice=f"known: {known}") from error
    except ValueError as error:  # TOML's own errors too, and a number of thousands of digits
        raise UsageError(f"this is not TOML ({error})", where=str(path)) from error
    except RecursionError as error:
        raise UsageError("it is nested too deeply", where=str(path)) from error
    return settings.defaults(path.parent)
