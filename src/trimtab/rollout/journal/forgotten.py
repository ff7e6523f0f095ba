"""What an undo cannot know: its journal is one file, and rollouts may have been written into others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimtab.rollout.model import short

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimtab.rollout.cloud.contract import Cloud
    from trimtab.rollout.journal.journal import Journal
    from trimtab.rollout.journal.lines import Begin
    from trimtab.rollout.model import ServiceState
    from trimtab.rollout.recommendation import Recommended


def not_known(
    cloud: Cloud,
    journal: Journal,
    last: Begin,
    recommended: Recommended | None,
    states: Mapping[str, ServiceState],
) -> Iterator[str]:
    """Yield what the undo of the rollout ``last`` leaves without knowing, or by its rule."""
    for move in journal.earlier_moves():
        yield (
            f"{move.service}: a rollout of another recommendation moved it from {short(move.before)} to "
            f"{short(move.to)}; this takes back the last rollout alone"
        )
    if recommended is None:
        yield "recommendation.json cannot be read: whether other services were moved is not known"
        return
    if recommended.digest != last.recommendation:
        yield (
            f"the folder's recommendation ({recommended.digest}) is not the one that was rolled out last "
            f"({last.recommendation}): optimize was run since"
        )
    for wanted in recommended.services:
        state = states.get(wanted.name)
        if state is None or wanted.size == wanted.today or journal.has_moved(wanted.name):
            continue
        running = cloud.revision(state.task_definition)
        if (running.cpu_units, running.memory_mib) == (wanted.size.cpu_units, wanted.size.memory_mib):
            yield (
                f"{wanted.name}: runs the recommended size ({running.short}), and this journal does not know "
                "who moved it: it may lack an earlier run's lines"
            )
