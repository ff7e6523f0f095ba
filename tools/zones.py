"""Write ``terraform/modules/scaling/schedule/zones.json``: when each time zone changes its offset from UTC.

``tools/zones.py`` writes, ``--check`` only compares (and exits 1 on a difference). Terraform has no function
for time zones, and the bound that a schedule has in force is asked for at every plan. The facts are those of
the IANA data base that Python's ``zoneinfo`` reads, for the years below.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = Path(__file__).resolve().parent.parent / "terraform/modules/scaling/schedule/zones.json"
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
AREAS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def offset_s(zone: ZoneInfo, at: datetime) -> int:
    """Return local time less UTC [s]."""
    offset = at.astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def changes(zone: ZoneInfo) -> Iterator[tuple[str, int]]:
    """Yield from when on (UTC) an offset [s] holds, the first from the beginning."""
    now = offset_s(zone, FIRST)
    yield stamp(FIRST), now
    at = FIRST
    while at < LAST:
        after = offset_s(zone, at + DAY)
        if after != now:
            low, high = at, at + DAY
            while high - low > MINUTE:
                middle = low + (high - low) // 2
                low, high = (low, middle) if offset_s(zone, middle) == after else (middle, high)
            high = high.replace(second=0, microsecond=0)
            yield stamp(high), after
            now = after
        at += DAY


def stamp(at: datetime) -> str:
    """Return a time as Terraform compares it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def render() -> str:
    """Return the file: zones that change alike share their changes."""
    known: dict[tuple[tuple[str, int], ...], int] = {}
    names = ["UTC", *sorted(one for one in available_timezones() if one.split("/")[0] in AREAS)]
    zones = {name: known.setdefault(tuple(changes(ZoneInfo(name))), len(known)) for name in names}
    rules = [json.dumps([{"at": at, "offset_s": offset} for at, offset in one]) for one in known]
    lines = ",\n    ".join(rules)
    return f'{{\n  "rules": [\n    {lines}\n  ],\n  "zones": {json.dumps(zones)}\n}}\n'


def main() -> int:
    """Write or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    wanted = render()
    if parser.parse_args().check:
        if TARGET.read_text(encoding="utf-8") != wanted:
            print(f"{TARGET} is stale: run tools/zones.py", file=sys.stderr)
            return 1
        return 0
    TARGET.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
