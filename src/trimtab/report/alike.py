"""Cautions in the same words, told once with the services they are of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimtab.document.schema import ServicePart


def caution_lines(services: Sequence[ServicePart]) -> Iterator[tuple[str, str]]:
    """Yield (services, words), each where the first of its services has it; the document keeps each.

    What a whole fleet has in common is one line to read, and does not bury what only one service has.
    """
    named: dict[str, list[str]] = {}
    for service in services:
        for caution in service.cautions:
            named.setdefault(caution.text, []).append(service.name)
    for text, names in named.items():
        yield ", ".join(dict.fromkeys(names)), text
