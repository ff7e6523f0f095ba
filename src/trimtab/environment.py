"""What a container's variables ask of its logs: one list, for a fleet that runs and for its Terraform.

Names alone tell no level: a value is needed. A number is none either, for every library counts otherwise.
"""

from __future__ import annotations

import re
from typing import Final

_LEVEL_NAME: Final = re.compile(
    # A word of its own: after a separator, or with a capital after a small letter. CATALOG_LEVEL is none.
    r"(?:(?i:.*[_.\-])|.*[a-z](?=[LV]))?"
    r"(?i:LOG_?LEVEL(?:[_.\-]\w+)?|LOGGING[_.]LEVEL(?:[_.][\w.]+)?|RUST_LOG|(?:LOG_?)?VERBOSITY)"
)
"""The common spellings; Spring Boot's ``LOGGING_LEVEL_<LOGGER>`` among them."""
_VERBOSE: Final = re.compile(r"(?i)(?:^|[=,:\s])(?:DEBUG|TRACE|VERBOSE)(?:$|[,\s])|^\s*ALL\s*$")
"""The level alone, or one of a list as env_logger writes it: ``info,hyper=debug``. ``ALL`` is log4j's."""
_SWITCH: Final = frozenset({"DEBUG", "NODE_DEBUG"})
"""Django's and Flask's switch; of Node.js the names of what shall speak."""
_OFF: Final = frozenset({"", "0", "false", "no", "off", "none"})


def quieter(name: str, value: str) -> str | None:
    """Return what to set in place of a debug level; ``None`` where the variable asks for none."""
    value = value.strip()
    if name.upper() in _SWITCH:
        # A value of a snapshot may have been taken out: "[redacted]" switches nothing on.
        off = value.casefold() in _OFF or value.startswith("[")
        return None if off else f"no {name}" if name.upper() == "NODE_DEBUG" else f"{name}=false"
    if _LEVEL_NAME.fullmatch(name) and _VERBOSE.search(value):
        return f"{name}={'info' if value.islower() else 'INFO'}"
    return None
