"""A cut of more than half: half way first, watched, then the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout.made import Shop, of, outcomes

from trimtab.rollout.journal.journal import open_journal
from trimtab.rollout.journal.lines import Baked, Updating
from trimtab.rollout.model import Outcome

if TYPE_CHECKING:
    from typing import Any

BAKE_S = 120.0


def sizes(shop: Shop) -> list[tuple[str, str]]:
    """Return the sizes that ``jobs`` was given, in order."""
    moves = [one for one in open_journal(shop.folder).lines if isinstance(one, Updating)]
    found: list[tuple[str, str]] = []
    for move in moves:
        answer: dict[str, Any] = shop.ecs.describe_task_definition(taskDefinition=move.to)["taskDefinition"]
        found.append((answer["cpu"], answer["memory"]))
    return found


def test_a_cut_to_a_quarter_goes_by_half_and_ends_at_terraforms_revision(shop: Shop) -> None:
    shop.build("jobs")
    done = shop.rollout(bake=BAKE_S)
    assert outcomes(done) == {"jobs": Outcome.MOVED}
    assert sizes(shop) == [("512", "1024"), ("256", "512")]
    assert (of(done, "jobs").before, of(done, "jobs").after) == (
        shop.family("jobs", 1),
        shop.family("jobs", 2),
    )
    assert len([one for one in open_journal(shop.folder).lines if isinstance(one, Baked)]) == 2
    assert any("half way first, 512/1024" in note for note in of(done, "jobs").notes)
    assert outcomes(shop.rollout(undo=True)) == {"jobs": Outcome.MOVED}
    assert shop.runs("jobs") == 1


def test_without_a_bake_it_goes_at_once(shop: Shop) -> None:
    shop.build("jobs")
    shop.rollout()
    assert sizes(shop) == [("256", "512")]
