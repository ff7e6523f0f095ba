from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import msgspec
import pytest
from document import made

from trimtab.advice.choice.model import Unsearched
from trimtab.document.encode import document_of, encode, published, rounded
from trimtab.document.files import file_names, files_of
from trimtab.document.name import DOCUMENT_FILE
from trimtab.document.read import decode, decode_service, read_document, read_service
from trimtab.errors import UsageError
from trimtab.pipeline import recommend
from trimtab.snapshot.contract import Snapshot
from trimtab.snapshot.folder import read_snapshot
from trimtab.values.folder import VALUES_FILE
from written import contents, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "docs" / "recommendation.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def optimized() -> made.Optimized:
    return made.optimized()


def numbers(value: Any, name: str = "") -> Iterator[tuple[str, float]]:
    """Every float of a document with the name of its field."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from numbers(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from numbers(one, name)
    elif isinstance(value, float):
        yield name, value


@pytest.mark.not_fast
def test_what_was_written_is_read_back_to_the_byte(optimized: made.Optimized) -> None:
    written = contents(optimized.folder)
    again = files_of(optimized.document, {VALUES_FILE: written[VALUES_FILE]})
    assert again | {VALUES_FILE: written[VALUES_FILE]} == written
    assert set(again) == {
        DOCUMENT_FILE,
        *(f"recommendation/{one.name}.json" for one in optimized.document.services),
    }
    assert optimized.document.document_version == 7


def test_one_service_is_read_from_its_own_file_and_the_index(
    optimized: made.Optimized, tmp_path: Path
) -> None:
    shutil.copytree(optimized.folder, tmp_path, dirs_exist_ok=True)
    for path in (tmp_path / "recommendation").iterdir():
        if path.name != "heavy.json":
            path.unlink()
    document = read_service(tmp_path / DOCUMENT_FILE, "heavy")
    assert document == msgspec.structs.replace(optimized.document, services=(optimized.part("heavy"),))
    assert read_service(tmp_path / DOCUMENT_FILE, "idle").services == ()
    with pytest.raises(
        UsageError, match=r"recommendation/api\.json: cannot be read .*run trimtab optimize again$"
    ):
        read_service(tmp_path / DOCUMENT_FILE, "api")


def test_a_file_of_another_run_is_refused_in_one_line(optimized: made.Optimized, tmp_path: Path) -> None:
    shutil.copytree(optimized.folder, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "recommendation" / "heavy.json"
    path.write_bytes(path.read_bytes() + b"\n")
    for read in (read_document, lambda index: read_service(index, "heavy")):
        with pytest.raises(UsageError) as caught:
            read(tmp_path / DOCUMENT_FILE)
        assert caught.value.one_line() == (
            f"{path}: is not what recommendation.json was written with: a run was stopped in between, "
            "or it was edited; run trimtab optimize again"
        )
    read_service(tmp_path / DOCUMENT_FILE, "api")


def test_a_file_of_another_service_is_refused(optimized: made.Optimized, tmp_path: Path) -> None:
    shutil.copytree(optimized.folder, tmp_path, dirs_exist_ok=True)
    index = json.loads((tmp_path / DOCUMENT_FILE).read_bytes())
    index["services"][0]["name"] = "other"
    (tmp_path / DOCUMENT_FILE).write_text(json.dumps(index), encoding="utf-8")
    with pytest.raises(UsageError, match=r"api\.json: is of 'api', not of 'other'"):
        read_document(tmp_path / DOCUMENT_FILE)


@pytest.mark.parametrize(
    "path", ["recommendation/../a.json", "/etc/a.json", "recommendation/a/b.json", "a.json"]
)
def test_an_index_that_points_elsewhere_is_refused(
    optimized: made.Optimized, tmp_path: Path, path: str
) -> None:
    index = json.loads(optimized.document_file.read_bytes())
    index["services"][0]["file"] = path
    (tmp_path / DOCUMENT_FILE).write_text(json.dumps(index), encoding="utf-8")
    with pytest.raises(UsageError, match="matching regex"):
        read_document(tmp_path / DOCUMENT_FILE)


def test_names_that_a_file_system_would_mix_up_have_files_of_their_own() -> None:
    long = ["a" * 254 + "b", "a" * 254 + "c"]
    names = file_names(["api", "API", "web", *long])
    assert names["web"] == "recommendation/web.json"
    assert len({name.casefold() for name in names.values()}) == 5
    assert all(len(name.partition("/")[2]) < 230 for name in names.values())
    for name in names.values():
        assert re.fullmatch(SCHEMA["$defs"]["EntryPart"]["properties"]["file"]["pattern"], name)


@pytest.mark.parametrize("name", ["../api", "a/b", "", "a.b", "api\n", "a" * 256])
def test_a_name_that_is_none_is_no_file(name: str) -> None:
    with pytest.raises(UsageError, match="is no name of a service"):
        file_names(["api", name])


def test_no_number_shows_more_than_six_places_and_money_is_in_whole_cents(optimized: made.Optimized) -> None:
    found = list(numbers([json.loads(optimized.document_file.read_bytes()), whole(optimized.folder)]))
    assert len(found) > 500
    for name, number in found:
        assert round(number, 6) == number, name
        assert math.copysign(1, number) > 0 or number < 0, name  # no minus zero
        if "usd" in name:
            assert round(number, 2) == number, name


def test_rounding_leaves_words_and_whole_numbers_alone() -> None:
    assert rounded({"a": [0.1 + 0.2, -1e-9, 3, None, True, "0.30000000000000004"]}) == {
        "a": [0.3, 0.0, 3, None, True, "0.30000000000000004"]
    }
    assert str(rounded(-1e-9)) == "0.0"


def test_every_service_is_in_the_document_with_its_alternatives(optimized: made.Optimized) -> None:
    recommendation, document = optimized.recommendation, optimized.document
    assert [one.name for one in document.services] == [a.service.name for a in recommendation.services]
    for advice, part in zip(recommendation.services, document.services, strict=True):
        assert [one.rank for one in part.choice.alternatives] == [
            one.rank for one in advice.choice.alternatives
        ]
        assert [one.size for one in part.choice.unsearched] == [
            str(one.size) for one in advice.choice.unsearched
        ]
    assert [one.service for one in document.left_out] == ["idle"]


def test_a_bound_without_end_is_null_not_a_fault(optimized: made.Optimized) -> None:
    first = optimized.recommendation.services[0]
    endless = Unsearched(size=first.sizing.size, bound_usd_month=math.inf)
    choice = replace(first.choice, over_bound=math.inf, unsearched=(endless,))
    changed = replace(optimized.recommendation, services=(replace(first, choice=choice),))
    part = document_of(changed).services[0].choice
    assert published(changed).services[0].choice.unsearched == part.unsearched
    assert part.judged_over_bound is None
    assert [one.bound_usd_month for one in part.unsearched] == [None]


def test_a_part_takes_what_floats_leave_beside_a_limit(optimized: made.Optimized) -> None:
    """A share of the variance a little above 1 is rounding, and no reason to write nothing."""
    first = optimized.recommendation.services[0]
    work = first.sizing.work
    fit = replace(work.load_memory, r2=1.0000000000000002)
    sizing = replace(first.sizing, work=replace(work, load_memory=fit))
    changed = replace(optimized.recommendation, services=(replace(first, sizing=sizing),))
    assert published(changed).services[0].work.load_memory.r2 == 1.0


WRONG = {
    "": "is not JSON",
    "{": "is not JSON",
    "\xff": "is not JSON",
    "[]": "is no recommendation",
    "{}": "is no recommendation",
    '{"document_version": "5"}': "is no recommendation",
    '{"document_version": 4}': "has document_version 4, and this trimtab reads 7; run trimtab optimize again",
    '{"document_version": 8}': "has document_version 8, and this trimtab reads 7; read it with",
    '{"document_version": 7}': "missing required field `trimtab`",
}


@pytest.mark.parametrize("content", WRONG)
def test_what_is_no_recommendation_of_this_version_is_refused_in_one_line(content: str) -> None:
    with pytest.raises(UsageError) as caught:
        decode(content.encode("latin-1"), where="some.json")
    line = caught.value.one_line()
    assert line.startswith("some.json: ")
    assert WRONG[content] in line
    assert "\n" not in line
    assert caught.value.exit_code == 2


def test_a_file_that_is_not_there_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.json: cannot be read .*; name the folder that trimtab opt"):
        read_document(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one.update(colour="red"), r"some.json: .*unknown field `colour`"),
        (lambda one: one["scaling"].update(min_task=1), r"unknown field `min_task`"),
        (lambda one: one["choice"].pop("why"), r"missing required field `why`"),
        (lambda one: one["choice"].update(verdict="shrink"), r"Invalid enum value 'shrink'"),
        (lambda one: one["cost"].update(after_usd_month="12.00"), r"Expected `float`"),
        (lambda one: one["replay_after"].update(minutes=0), r"Expected `int` >= 1"),
        (lambda one: one.update(candidates=[]), r"Expected `array` of length >= 1"),
    ],
)
def test_a_field_that_cannot_be_is_named(optimized: made.Optimized, change: Any, said: str) -> None:
    wrong = whole(optimized.folder)["services"][1]
    change(wrong)
    with pytest.raises(UsageError, match=said):
        decode_service(json.dumps(wrong).encode(), where="some.json")


@pytest.mark.not_fast
def test_the_published_schema_is_up_to_date() -> None:
    finished = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "schema.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


def test_the_published_schema_says_what_every_class_is() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert [name for name, one in SCHEMA["$defs"].items() if not one.get("description")] == []
    assert not any("dataclass" in str(one) for one in SCHEMA["$defs"].values())
    verdict = SCHEMA["$defs"]["Decision"]["description"]
    assert "'keep': What runs today stands every trial" in verdict


def test_the_published_schema_takes_the_document_and_refuses_another(optimized: made.Optimized) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    document = json.loads(optimized.document_file.read_bytes())
    assert [error.message for error in validator.iter_errors(document)] == []
    document["services"][0]["cpu_units"] = "two"
    assert [error.json_path for error in validator.iter_errors(document)] == ["$.services[0].cpu_units"]
    one = jsonschema.Draft202012Validator({**SCHEMA, "$ref": "#/$defs/ServicePart"})
    part = whole(optimized.folder)["services"][0]
    assert [error.message for error in one.iter_errors(part)] == []
    part["scaling"]["min_tasks"] = "two"
    assert [error.json_path for error in one.iter_errors(part)] == ["$.scaling.min_tasks"]


def test_the_document_of_the_example_is_strictly_of_its_type() -> None:
    whole = read_snapshot(ROOT / "examples" / "fleet")
    kept = tuple(one for one in whole.fleet.services if one.name in {"scheduler", "statements"})
    fleet = msgspec.structs.replace(whole.fleet, services=kept)
    snapshot = Snapshot(fleet=fleet, metrics={one.name: whole.metrics[one.name] for one in kept}, skipped=())
    recommendation = recommend(snapshot, effort=made.SMALL)
    content = encode(recommendation)
    document = published(recommendation)
    assert rounded(msgspec.to_builtins(document)) == rounded(msgspec.to_builtins(document_of(recommendation)))
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(content[DOCUMENT_FILE]))
