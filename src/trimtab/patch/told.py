"""The patch in words: what stays and why, each once however many services it is of."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from trimtab.values.hcl import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trimtab.patch.model import Left, Patch
    from trimtab.patch.proving.compare import Key
    from trimtab.patch.proving.proof import TwoPlans

MOST = 6
"""No more of a list is said in a sentence."""


def left_lines(patch: Patch) -> Iterator[str]:
    """Yield what cannot be patched: file, line and value, the services, and why."""
    groups: dict[tuple[str, int, str, str, str], list[Left]] = defaultdict(list)
    for one in patch.left:
        place = ("", 0) if one.place is None else (one.place.file, one.place.line)
        groups[(*place, one.what, one.now, one.why)].append(one)
    for (file, line, what, now, why), several in sorted(groups.items()):
        services = ", ".join(dict.fromkeys(one.service for one in several))
        values = " or ".join(dict.fromkeys(one.new for one in several if one.new))
        where = f"{file}:{line}: " if file else ""
        value = f" {now}" if now else ""
        to = f" to {values}" if values else ""
        yield f"{where}{what}{value}{to}, of {services}: {why}"


def blocks_of(patch: Patch) -> str:
    """Return the HCL to write by hand, each block after what it is for."""
    parts = []
    for one in patch.left:
        if one.block:
            place = "" if one.place is None else f" ({one.place.file}:{one.place.line})"
            head = "\n".join(
                f"# {line}" for line in wrapped((f"{one.service}: {one.what}{place}: {one.why}",))
            )
            parts.append(f"{head}\n{one.block}\n")
    return "\n".join(parts)


def proof_lines(proof: TwoPlans) -> Iterator[str]:
    """Yield what two plans say, or why there are none."""
    if proof.unproven:
        yield f"unproven, because {proof.unproven}"
        return
    difference = proof.difference
    if proof.drift:
        yield f"changed outside Terraform before this: {_some(proof.drift)}"
    if proof.pending:
        yield f"planned before this already, with or without it: {_some(proof.pending)}"
    if difference.unwished:
        others = _some(map(_key, difference.unwished))
        yield f"the plan with the patch differs in what is not proposed: {others}"
    if difference.missed:
        yield f"in the plan, this is not as proposed: {_some(map(_key, difference.missed))}"
    if proof.outputs:
        yield f"outputs follow: {_some(proof.outputs)}"
    if proof.replaced:
        yield f"replaced by it: {_some(proof.replaced)}"
    if proof.is_proven:
        yield "proven: two plans, before and after, differ by the proposal and by nothing else"


def _key(key: Key) -> str:
    address, where = key
    return f"{address} {'.'.join(one for one in where if one != '*')}".rstrip()


def _some(names: Iterable[str]) -> str:
    every = list(dict.fromkeys(names))
    more = f" and {len(every) - MOST} more" if len(every) > MOST else ""
    return ", ".join(every[:MOST]) + more
