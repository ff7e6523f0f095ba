"""A journal that is not the whole story: lost, of another recommendation, edited, written by another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from rollout.made import Shop, of, outcomes

from trimtab.document.files import files_of
from trimtab.document.read import read_document
from trimtab.errors import RolloutError
from trimtab.rollout.journal.journal import JOURNAL_FILE, read_journal
from trimtab.rollout.journal.lines import Begin, End
from trimtab.rollout.journal.lock import LOCK_FILE, only_one
from trimtab.rollout.journal.store import S3Store, parse
from trimtab.rollout.model import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from rollout.made import World

BUCKET = "journals"


def resize(shop: Shop, name: str, size: tuple[int, int]) -> None:
    """Optimise again: another size of one service."""
    path = shop.folder / "recommendation.json"
    document = read_document(path)
    services = tuple(
        msgspec.structs.replace(one, cpu_units=size[0], memory_mib=size[1]) if one.name == name else one
        for one in document.services
    )
    for name_of, content in files_of(msgspec.structs.replace(document, services=services), {}).items():
        (shop.folder / name_of).write_bytes(content)


def test_undo_says_what_a_journal_that_was_lost_would_have_known(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.rollout(services=("jobs",))
    (shop.folder / JOURNAL_FILE).unlink()  # another runner of the CI, with a fresh folder
    shop.rollout()
    done = shop.rollout(undo=True)
    assert outcomes(done) == {"cards": Outcome.MOVED}
    assert done.exit_code == 26
    (sentence,) = done.unknown
    assert sentence.startswith(f"jobs: runs the recommended size ({shop.family('jobs', 2)})")
    assert shop.runs("jobs") == 2


def test_undo_of_a_whole_journal_knows_everything(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.rollout(services=("jobs",))
    shop.rollout()
    done = shop.rollout(undo=True)
    assert (done.exit_code, done.unknown) == (0, ())
    assert set(outcomes(done)) == {"jobs", "cards"}


def test_undo_after_optimize_ran_again_says_so(shop: Shop) -> None:
    shop.build("jobs")
    shop.rollout()
    resize(shop, "jobs", (512, 1024))
    done = shop.rollout(undo=True)
    assert outcomes(done) == {"jobs": Outcome.MOVED}
    assert done.exit_code == 26
    assert "is not the one that was rolled out last" in done.unknown[0]


def test_undo_says_which_moves_of_an_earlier_rollout_it_leaves(shop: Shop) -> None:
    shop.build("jobs", "cards")
    shop.rollout()
    shop.register("jobs", (512, 1024))
    resize(shop, "jobs", (512, 1024))
    shop.rollout()
    done = shop.rollout(undo=True)
    assert outcomes(done) == {"jobs": Outcome.MOVED}
    assert done.exit_code == 26
    said = "a rollout of another recommendation moved it from"
    assert [one.split(":")[0] for one in done.unknown if said in one] == ["jobs", "cards"]


@pytest.mark.parametrize("deregistered", [False, True])
def test_an_edited_journal_moves_no_service_onto_anothers_definition(
    shop: Shop,
    deregistered: bool,
) -> None:
    shop.build("jobs", "cards")
    shop.rollout()
    path = shop.folder / JOURNAL_FILE
    content = path.read_text(encoding="utf-8")
    path.write_text(content.replace(shop.arn("cards", 1), shop.arn("jobs", 1)), encoding="utf-8")
    if deregistered:
        shop.ecs.deregister_task_definition(taskDefinition=shop.family("jobs", 1))
    before = shop.updates()["cards"]
    done = shop.rollout(undo=True)
    assert of(done, "cards").outcome is Outcome.REFUSED
    assert f"{shop.family('jobs', 1)} is the task definition of service jobs" in of(done, "cards").detail
    assert done.exit_code == 20
    assert shop.runs("cards") == 2
    assert shop.updates()["cards"] == before


def test_a_file_that_names_anothers_revision_is_refused_too(shop: Shop, tmp_path: Path) -> None:
    shop.build("jobs", "cards")
    named = {"jobs": shop.arn("jobs", 2), "cards": shop.arn("jobs", 2)}
    (tmp_path / "out.json").write_bytes(msgspec.json.encode(named))
    done = shop.rollout(task_definitions=tmp_path / "out.json")
    assert outcomes(done) == {"jobs": Outcome.MOVED, "cards": Outcome.REFUSED}
    assert "is the task definition of service jobs" in of(done, "cards").detail


@pytest.fixture
def bucket(world: World) -> str:
    s3 = world.client("s3")
    if BUCKET not in [one["Name"] for one in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=BUCKET)
    return f"s3://{BUCKET}/{world.number()}/rollout.jsonl"


def stored(world: World, url: str) -> bytes:
    name, key = parse(url)
    content: bytes = world.client("s3").get_object(Bucket=name, Key=key)["Body"].read()
    return content


def test_a_journal_in_s3_outlives_the_folder(shop: Shop, world: World, bucket: str) -> None:
    shop.build("jobs", "cards")
    shop.rollout(journal=bucket, services=("jobs",))
    assert not (shop.folder / JOURNAL_FILE).exists()
    shop.rollout(journal=bucket)
    done = shop.rollout(journal=bucket, undo=True)
    assert done.exit_code == 0
    assert set(outcomes(done)) == {"jobs", "cards"}
    assert [shop.runs(name) for name in shop.names] == [1, 1]
    lines = [msgspec.json.decode(line) for line in stored(world, bucket).splitlines()]
    assert [one["event"] for one in lines].count("begin") == 3


def test_a_second_run_that_wrote_meanwhile_stops_the_first_before_its_next_call(
    shop: Shop, world: World, bucket: str
) -> None:
    shop.build("jobs", "cards")

    def other(call: str) -> None:
        if call == "ecs:UpdateService" and not shop.updates():
            journal = read_journal(S3Store(bucket, world.account))
            journal.write(journal.lines[0])

    shop.recorder.before_write = other
    with pytest.raises(RolloutError, match="another rollout has written it since"):
        shop.rollout(journal=bucket)
    assert shop.updates() == {"jobs": 1}


def test_of_two_that_begin_a_journal_one_is_refused(world: World, bucket: str) -> None:
    first, second = (read_journal(S3Store(bucket, world.account)) for _ in range(2))
    begin = Begin(at="", kind="rollout", cluster_arn="arn:c", recommendation="r")
    first.write(begin)
    with pytest.raises(RolloutError, match="another rollout has written it since"):
        second.write(End(at="", exit_code=0))
    assert stored(world, bucket).count(b"\n") == 1


class LosesAnswers:
    """An ``Api`` whose answers to writes never come: the client asks again, and finds its own."""

    region = "us-east-1"

    def __init__(self, world: World) -> None:
        self.world = world

    def call(self, service: str, operation: str, /, **given: Any) -> dict[str, Any]:
        if operation == "PutObject":
            self.world.account.call(service, operation, **given)
        return self.world.account.call(service, operation, **given)


def test_a_line_whose_answer_was_lost_counts_as_written(world: World, bucket: str) -> None:
    journal = read_journal(S3Store(bucket, LosesAnswers(world)))
    begin = Begin(at="", kind="rollout", cluster_arn="arn:c", recommendation="r")
    journal.write(begin)
    journal.write(End(at="", exit_code=0))
    assert read_journal(S3Store(bucket, world.account)).lines == [begin, End(at="", exit_code=0)]


@pytest.mark.parametrize(
    "url", ["", "bucket/key", "s3://bucket", "s3://bucket/", "s3://b/", "s3://B_/k", "s3://bucket/k/"]
)
def test_what_names_no_object_is_refused(url: str) -> None:
    with pytest.raises(RolloutError, match="names no object"):
        parse(url)


@pytest.mark.parametrize("name", [LOCK_FILE, JOURNAL_FILE])
@pytest.mark.parametrize("hard", [False, True])
def test_a_link_is_not_followed_and_its_target_stays(
    shop: Shop,
    tmp_path: Path,
    name: str,
    hard: bool,
) -> None:
    shop.build("jobs")
    target = tmp_path / "precious"
    target.write_text("do not truncate", encoding="utf-8")
    place = shop.folder / name
    if hard:
        place.hardlink_to(target)
    else:
        place.symlink_to(target)
    with pytest.raises(RolloutError) as told:
        shop.rollout()
    assert str(place) in told.value.one_line()
    assert target.read_text(encoding="utf-8") == "do not truncate"
    assert shop.updates() == {}


def test_a_file_of_the_locks_name_that_is_none_is_left(tmp_path: Path) -> None:
    (tmp_path / LOCK_FILE).write_text("notes", encoding="utf-8")
    with pytest.raises(RolloutError, match="was not made by trimtab"), only_one(tmp_path):
        pass
    assert (tmp_path / LOCK_FILE).read_text(encoding="utf-8") == "notes"
