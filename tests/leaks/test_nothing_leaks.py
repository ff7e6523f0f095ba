"""No credential leaves by any exit, from whichever place: 320 of 64 kinds, each in every place.

A run takes one credential for each place, and the next run the next ones: 320 runs are the whole matrix.
Some of it is tried in each ``make test``, all of it in ``make test-all``.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import pytest
from snapshot.generated_api import CLUSTER, NOW

from fuzz.made import LITTLE
from fuzz.readers import run
from leaks import files
from leaks.corpus import KINDS, OF_A_KIND, corpus
from leaks.judge import found_in, leaked, texts_of, wrong
from leaks.planted import PLACES, PLAIN, Planted
from trimtab.commands.optimize import optimize
from trimtab.redaction import is_credential, redact, shown
from trimtab.snapshot.folder import read_fleet
from trimtab.snapshot.live.read import Wish, read_live

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from leaks.corpus import Credential

ALL: Final = range(len(KINDS) * OF_A_KIND)
APART: Final = 7
"""Between the credentials of two places: no place has the same kind as its neighbour."""
FORMS: Final = ("table", "json", "markdown", "sarif")


def some(first: int, apart: int = 61) -> list[int]:
    """Return one run of a few, of different kinds."""
    return [first, first + apart]


def says(places: Sequence[str], first: int) -> dict[str, Credential]:
    """Return which credential stands in each place."""
    every = corpus()
    return {place: every[(first + APART * number) % len(every)] for number, place in enumerate(places)}


def every_run(quick: Sequence[int]) -> list[Any]:
    """Return all runs, of which but a few are slow."""
    return [*quick, *(pytest.param(one, marks=pytest.mark.slow) for one in ALL if one not in quick)]


def test_the_corpus_has_five_of_sixty_kinds_and_the_judge_knows_them() -> None:
    assert len(KINDS) >= 60
    assert len({one.value for one in corpus()}) == len(ALL) >= 300
    judged = sum(any(found_in(f'key = "{one.text}"')) for one in corpus()[::8])
    assert judged >= len(corpus()[::8]) / 3  # a judge who finds nothing would be none


@pytest.mark.parametrize("kind", KINDS)
def test_a_credential_goes_from_a_text_and_is_known_by_its_name(kind: str) -> None:
    for one in (one for one in corpus() if one.kind == kind):
        for text in (one.text, f"because {one.text} was refused", json.dumps({"a": one.text, "b": 1})):
            for done in (redact(text), shown(text)):
                assert not list(leaked(done, {"text": one})), text
                assert done == shown(done)
        assert is_credential(one.name, one.value)


def taken(
    first: int, folder: Path, *, with_environment: bool = False
) -> tuple[dict[str, Credential], list[str]]:
    """Take a snapshot of the account with a credential in each place."""
    planted, words = says(PLACES, first), []
    api, wish = Planted(planted), Wish(cluster=CLUSTER, days=1, with_environment=with_environment)
    read_live(api, wish, folder, NOW, lambda told, *_: words.append(told))
    assert api.asked == set(PLACES)  # a place that nobody reads would prove nothing
    return planted, words


@pytest.mark.parametrize("first", every_run(some(0)))
def test_a_fleet_that_runs(first: int, tmp_path: Path) -> None:
    planted, words = taken(first, tmp_path / "s")
    assert not wrong(texts_of(tmp_path / "s") | {"words": "\n".join(words)}, planted)
    fleet = read_fleet(tmp_path / "s" / "fleet.json")
    services = {one.name: one for one in fleet.services}
    assert len(services) == len(api_names())
    assert services[PLAIN].traffic is not None
    (changed,) = services[PLAIN].alarm_changes
    assert (changed.after, changed.datapoints) == ("ALARM", (71.5,))
    (not_scaled,) = services[PLAIN].not_scaled
    assert (not_scaled.code, not_scaled.cause, not_scaled.max_tasks) == ("other", "alarm", 3)
    assert services["path"].traffic is services["health"].traffic is None  # left as it runs, and said
    assert sum("is no plain words" in note for note in fleet.notes) == 2


@pytest.mark.parametrize("first", every_run([29]))
def test_a_fleet_with_its_environment(first: int, tmp_path: Path) -> None:
    planted, words = taken(first, tmp_path / "s", with_environment=True)
    assert not wrong(texts_of(tmp_path / "s") | {"words": "\n".join(words)}, planted)
    fleet = read_fleet(tmp_path / "s" / "fleet.json")
    assert all(one.environment == {"LOG_LEVEL": "debug"} for one in fleet.services)
    assert (tmp_path / "s" / "fleet.json").stat().st_mode & 0o777 == 0o600


class Named(Planted):
    """One image, one service and one alarm are called like a key."""

    key = next(one.value for one in corpus() if one.kind == "github personal")

    def __init__(self) -> None:
        super().__init__(says(PLACES, 0))
        self.names.append(self.key)

    def _describe_task_definition(self, **given: Any) -> dict[str, Any]:
        answer = super()._describe_task_definition(**given)
        definition = answer["taskDefinition"]
        if definition["family"] == "pictured":
            definition["containerDefinitions"][0]["image"] = f"registry.example/app:{self.key}"
        return answer

    def _describe_alarms(self, **given: Any) -> dict[str, Any]:
        answer = super()._describe_alarms(**given)
        answer["MetricAlarms"][-1]["AlarmName"] = self.key
        return answer


def test_what_is_called_like_a_key_is_left_out_and_said(tmp_path: Path) -> None:
    api, words = Named(), []
    wish = Wish(cluster=CLUSTER, days=1)
    read_live(api, wish, tmp_path / "s", NOW, lambda told, *_: words.append(told))
    texts = texts_of(tmp_path / "s")
    assert api.key not in texts["fleet.json"]
    fleet = read_fleet(tmp_path / "s" / "fleet.json")
    left = {one.service: one.detail for one in fleet.skipped}
    assert "has the form of a credential" in left["pictured"]
    assert "has the form of a credential" in left["[redacted]"]
    # Its own alarms and what is around it, by their kinds.
    assert any(re.search(r"\d of the alarms left out: a name", note) for note in fleet.notes)


def api_names() -> list[str]:
    return Planted({}).names


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, len(ALL), 64))
def test_what_is_made_of_a_snapshot(first: int, tmp_path: Path) -> None:
    planted, _ = taken(first, tmp_path / "s")
    optimize(tmp_path / "s", tmp_path / "r", effort=LITTLE)
    texts = {"write": run("write", tmp_path / "r")}
    texts |= {form: run("report", tmp_path / "r", "--format", form) for form in ("table", "json", "markdown")}
    for name in api_names():
        for form in ("table", "markdown"):
            texts[f"{name} {form}"] = run("report", tmp_path / "r", name, "--format", form)
    assert all(one.code in {0, 3} for one in texts.values())
    told = {name: one.out + one.err for name, one in texts.items()}
    # The page holds its pictures and its charts in it, which are as random as keys.
    page = {name: text for name, text in texts_of(tmp_path / "r").items() if name.endswith(".html")}
    assert page
    assert not wrong(page, planted, judged=False)
    assert not wrong(
        {**told, **{n: t for n, t in texts_of(tmp_path / "r").items() if n not in page}}, planted
    )


@pytest.mark.parametrize("first", every_run(some(3)))
def test_a_state(first: int, tmp_path: Path) -> None:
    planted = says(files.OF_STATE, first)
    (tmp_path / "state.json").write_text(files.state(planted), "utf-8")
    answer = run("snapshot", "--terraform", tmp_path / "state.json", "-o", tmp_path / "s")
    assert answer.code == 3, answer.err + answer.trace
    assert not wrong(texts_of(tmp_path / "s") | {"words": answer.out + answer.err}, planted)


@pytest.mark.parametrize("first", every_run([5]))
def test_a_plan_in_every_form(first: int, tmp_path: Path) -> None:
    planted = says(files.OF_PLAN, first)
    (tmp_path / "plan.json").write_text(files.plan(planted), "utf-8")
    assert not wrong(in_every_form(tmp_path / "plan.json", tmp_path / "out"), planted)


@pytest.mark.parametrize("first", every_run([11]))
def test_a_folder_of_terraform_in_every_form(first: int, tmp_path: Path) -> None:
    planted, folder = says(files.OF_FOLDER, first), tmp_path / "tf"
    folder.mkdir()
    for name, text in files.folder(planted).items():
        (folder / name).write_text(text, "utf-8")
    assert not wrong(in_every_form(folder, tmp_path / "out"), planted)


def in_every_form(judged: Path, file: Path) -> dict[str, str]:
    """Return what guard says of a plan or a folder, on the screen and in a file."""
    texts = {}
    for form in FORMS:
        answer = run("guard", judged, "--format", form)
        assert answer.code == 10, answer.err + answer.trace
        texts[form] = answer.out + answer.err
        if form in {"json", "sarif"}:
            json.loads(answer.out)
        run("guard", judged, "--format", form, "-o", file)
        texts[f"{form} in a file"] = re.sub(r"\n\s*", "\n", file.read_text("utf-8"))
    return texts
