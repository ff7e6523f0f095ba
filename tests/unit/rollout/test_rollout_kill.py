"""A rollout killed between any two of its calls, and run again: nothing is lost, nothing done twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from rollout.made import OLD, Killed, Shop, World, running_world

from amount import each
from trimtab.errors import RolloutError
from trimtab.rollout.cloud.aws import WRITES
from trimtab.rollout.journal.journal import JOURNAL_FILE, open_journal
from trimtab.rollout.journal.lock import only_one
from trimtab.rollout.model import Outcome
from trimtab.sandbox.faults import Fault
from trimtab.sandbox.timing import TaskTiming

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UPDATES = {"jobs": 1, "cards": 1}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        # Short of nothing: with no time at all a deployment has ended before anybody looks.
        yield from running_world(patch.setenv, TaskTiming(boot_s=6.0))


@pytest.fixture
def shop(world: World, tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(world, tmp_path)
    shop.build("jobs", "cards")
    yield shop
    shop.inject.clear()
    for name in shop.names:
        shop.delete(name)


def begin(shop: Shop, image: str) -> None:
    """Bring the shop to where a rollout begins: ``jobs`` by CI, so that a revision must be registered."""
    shop.deploy("jobs", shop.register("jobs", OLD, image=image))
    shop.deploy("cards", shop.family("cards", 1))
    shop.settle()
    (shop.folder / JOURNAL_FILE).unlink(missing_ok=True)
    shop.recorder.made.clear()


def state(shop: Shop) -> dict[str, Any]:
    """Return what a service ends as, whatever the number of its revision and the image of this time."""
    found = {}
    for name in shop.names:
        made, service = shop.definition(name), shop.read(name)
        application, *others = made["containerDefinitions"]
        found[name] = (
            made["cpu"],
            made["memory"],
            {key: value for key, value in application.items() if key != "image"},
            others,
            [(one["status"], one["rolloutState"]) for one in service["deployments"]],
            (service["desiredCount"], service["runningCount"], service["pendingCount"]),
        )
    return found


def kill(shop: Shop, moment: str, number: int, **options: Any) -> bool:
    """Run until the ``number``-th call kills it, ``before`` it is made or ``after``; tell whether it did."""
    setattr(shop.recorder, f"die_{moment}", len(shop.recorder.made) + number)
    try:
        shop.rollout(**options)
    except Killed:
        return True
    finally:
        shop.recorder.die_before = shop.recorder.die_after = -1
    return False


def writes(shop: Shop) -> Counter[str]:
    return Counter(name for name, _ in shop.recorder.writes)


def moments(shop: Shop) -> list[tuple[str, int]]:
    """Return every moment of the run just made: after each call, and around each that writes.

    Between two reads, after the one is before the other. Of the moments after a read a third will do: what
    is written down is the same from one write to the next.
    """
    made = [name for name, _ in shop.recorder.made]
    written = [number for number, name in enumerate(made) if name in WRITES]
    before = sorted({number for one in written for number in (one, one + 1) if number < len(made)})
    read = [number for number in range(len(made)) if number not in written]
    after = sorted([*written, *each(read)])
    return [*(("after", number) for number in after), *(("before", number) for number in before)]


def test_killed_at_any_call_and_run_again_it_ends_as_if_never_killed(shop: Shop) -> None:
    # Named, so that a revision registered before the kill is found by its tag alone.
    named = shop.folder / "named.json"
    named.write_text(json.dumps({"jobs": shop.arn("jobs", 2)}), encoding="utf-8")
    options: dict[str, Any] = {"services": ("jobs",), "task_definitions": named}
    begin(shop, "undisturbed")
    assert shop.rollout(**options).exit_code == 0
    undisturbed, all_moments = state(shop), moments(shop)
    for moment, number in all_moments:
        image = f"{moment}{number}"
        begin(shop, image)
        before = shop.read("jobs")["taskDefinition"]
        assert kill(shop, moment, number, **options)
        assert shop.rollout(**options).exit_code == 0, image
        assert state(shop) == undisturbed, image
        assert shop.definition("jobs")["containerDefinitions"][0]["image"] == f"repo/jobs:{image}"
        assert writes(shop) == {"ecs:RegisterTaskDefinition": 1, "ecs:UpdateService": 1}, image
        # What an undo needs is not lost either.
        move = open_journal(shop.folder).moves()["jobs"]
        assert (move.before, move.to) == (before, shop.read("jobs")["taskDefinition"]), image


def test_an_undo_killed_at_any_call_and_run_again_goes_all_the_way_back(shop: Shop) -> None:
    begin(shop, "undisturbed")
    shop.rollout(services=("cards",))
    shop.recorder.made.clear()
    shop.rollout(undo=True)
    for moment, number in moments(shop):
        begin(shop, f"{moment}{number}")
        before = {name: shop.runs(name) for name in shop.names}
        shop.rollout(services=("cards",))
        shop.recorder.made.clear()
        assert kill(shop, moment, number, undo=True)
        assert shop.rollout(undo=True).exit_code == 0
        assert {name: shop.runs(name) for name in shop.names} == before, (moment, number)
        assert shop.updates() == {"cards": 1}, (moment, number)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 20))])
def test_killed_again_and_again_at_random_it_still_does_everything_once(shop: Shop, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - any numbers will do
    begin(shop, f"random{seed}")
    killed_at_random(shop, chance)
    assert shop.updates() == UPDATES
    assert writes(shop)["ecs:RegisterTaskDefinition"] == 1
    assert {shop.definition(name)["cpu"] for name in shop.names} == {"256"}
    shop.recorder.made.clear()
    killed_at_random(shop, chance, undo=True)
    assert shop.updates() == UPDATES
    assert {shop.definition(name)["cpu"] for name in shop.names} == {"1024"}


def killed_at_random(shop: Shop, chance: random.Random, **options: Any) -> None:
    for _ in range(40):
        if not kill(shop, chance.choice(["before", "after"]), chance.randrange(14), **options):
            break
        with (shop.folder / JOURNAL_FILE).open("ab") as journal:
            # As if it had been killed while it wrote a line.
            journal.write(b'{"event":"updating","v":1,'[: chance.randrange(26)])
        shop.clock.sleep(chance.choice([0.0, 3.0, 600.0]))
    assert shop.rollout(**options).exit_code == 0


def after_update(shop: Shop, calls_later: int = 0) -> None:
    """Kill the rollout when ``jobs`` was updated and nobody wrote it down, or while it is watched."""

    def armed(name: str) -> None:
        if name == "ecs:UpdateService":
            shop.recorder.die_after = len(shop.recorder.made) + calls_later

    shop.recorder.before_write = armed
    with pytest.raises(Killed):
        shop.rollout()
    shop.recorder.before_write = lambda _: None
    shop.recorder.die_after = -1


@pytest.mark.parametrize("dead_s", [0.0, 3600.0])
def test_a_rollback_while_it_was_dead_is_found_and_stops_it(shop: Shop, dead_s: float) -> None:
    begin(shop, "dead")
    shop.inject.deployment_failure(f"{shop.cluster}/jobs", Fault.EXITS)
    after_update(shop)
    shop.clock.sleep(dead_s)
    done = shop.rollout()
    assert [one.outcome for one in done.results] == [Outcome.ROLLED_BACK, Outcome.NOT_REACHED]
    assert done.exit_code == 21
    assert "deployment failed" in " ".join(done.results[0].said)
    assert shop.updates() == {"jobs": 1}


def test_a_deployment_completed_while_it_was_dead_is_not_made_again(shop: Shop) -> None:
    begin(shop, "dead")
    after_update(shop)
    shop.clock.sleep(3600)
    done = shop.rollout()
    assert [one.outcome for one in done.results] == [Outcome.MOVED, Outcome.MOVED]
    assert shop.updates() == UPDATES


@pytest.mark.parametrize("calls_later", [0, 3])
def test_ci_deploying_while_it_was_dead_is_taken_up_not_back(shop: Shop, calls_later: int) -> None:
    begin(shop, "dead")
    after_update(shop, calls_later)
    shop.clock.sleep(60)
    shop.deploy("jobs", shop.register("jobs", OLD, image="later"))
    shop.settle()
    assert shop.rollout().exit_code == 0
    made = shop.definition("jobs")
    assert (made["cpu"], made["containerDefinitions"][0]["image"]) == ("256", "repo/jobs:later")


def test_a_service_deleted_while_it_was_dead_is_found(shop: Shop) -> None:
    begin(shop, "dead")
    after_update(shop)
    shop.delete("jobs")
    done = shop.rollout()
    assert {one.service: one.outcome for one in done.results}["jobs"] is Outcome.DELETED
    shop.names = ("cards",)


def test_an_undo_of_what_a_killed_rollout_started_does_not_wait_for_it(shop: Shop) -> None:
    begin(shop, "dead")
    before = shop.runs("jobs")
    shop.inject.deployment_failure(f"{shop.cluster}/jobs", Fault.NEVER_SETTLES)
    after_update(shop)
    assert shop.rollout(undo=True).exit_code == 0
    assert shop.runs("jobs") == before


HOLD = """
import sys, time
from pathlib import Path
from trimtab.rollout.journal.lock import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_two_rollouts_of_a_folder_exclude_each_other_until_one_is_dead(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(RolloutError, match=f"another rollout .*process {holder.pid}"), only_one(tmp_path):
            pass
        os.kill(holder.pid, signal.SIGKILL)
    with only_one(tmp_path):
        pass
