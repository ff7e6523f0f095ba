"""Names for what a snapshot does not name, within what AWS allows."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Final

MOST_BALANCER: Final = 32
"""Characters of a load balancer's or target group's name (elbv2 API reference)."""
MOST_ROLE: Final = 64
"""Of a role's (IAM API reference, CreateRole)."""
MOST_LABEL: Final = 63
"""Of a DNS label (RFC 1035)."""
MOST_GROUP: Final = 255
"""Of a security group's or an alarm's."""
_HASH: Final = 6


@dataclass(slots=True)
class MadeNames:
    """Gives names of one kind, no two alike."""

    taken: set[str] = field(default_factory=set)

    def free(self, name: str, most: int) -> str:
        """Return ``name``, cut or changed where it is too long or taken."""
        fitting = short(name, most)
        number = 2
        while fitting in self.taken:
            fitting = short(f"{name}-{number}", most)
            number += 1
        self.taken.add(fitting)
        return fitting


def short(name: str, most: int) -> str:
    """Return a name cut to ``most`` characters; a hash takes the place of what is lost."""
    if len(name) <= most:
        return name
    ending = hashlib.sha256(name.encode()).hexdigest()[:_HASH]
    return f"{name[: most - _HASH - 1].rstrip('-')}-{ending}"


def plain(name: str) -> str:
    """Return letters, digits and single hyphens: what load balancers and DNS names take."""
    return re.sub(r"-+", "-", re.sub(r"[^A-Za-z0-9]", "-", name)).strip("-") or "x"
