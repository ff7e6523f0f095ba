"""The objective: a small file, flags over it, and what neither can ask for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from example_run import REPOSITORY
from trimtab.advice.case.objective import (
    DEFAULT,
    LaidDown,
    Objective,
    PolicyKind,
    objective_of,
    read_objective,
)
from trimtab.errors import EXIT_USAGE, UsageError

if TYPE_CHECKING:
    from pathlib import Path


def file(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "objective.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_without_file_or_flags_it_is_the_default() -> None:
    assert objective_of(None) == objective_of(None, over_percent=None, seed=None) == DEFAULT
    assert (DEFAULT.over_percent, DEFAULT.cpu_percent, DEFAULT.memory_percent) == (1.0, 80.0, 90.0)
    assert (DEFAULT.min_tasks, DEFAULT.direction_changes_day, DEFAULT.judged_percent) == (None, 24.0, 30.0)


def test_a_file_sets_what_it_names_and_flags_go_over_it(tmp_path: Path) -> None:
    path = file(tmp_path, {"over_percent": 0.5, "min_tasks": 3, "judged_percent": 20})
    assert read_objective(path) == Objective(over_percent=0.5, min_tasks=3, judged_percent=20.0)
    over = objective_of(path, over_percent=2.0, cpu_percent=60.0, min_tasks=None)
    assert over == Objective(over_percent=2.0, cpu_percent=60.0, min_tasks=3, judged_percent=20.0)


def test_a_flag_of_zero_is_a_flag(tmp_path: Path) -> None:
    assert objective_of(file(tmp_path, {"over_percent": 5}), over_percent=0.0).over_percent == 0.0


def test_every_limit_it_may_have_at_its_ends_is_taken() -> None:
    for name, value in (
        ("over_percent", 0.0),
        ("over_percent", 99.9),
        ("cpu_percent", 100.0),
        ("memory_percent", 100.0),
        ("min_tasks", 5000),
        ("direction_changes_day", 0.0),
        ("seed", 2**31 - 1),
        ("judged_percent", 10.0),
        ("judged_percent", 50.0),
        ("p95_ms", 0.1),
        ("p95_ms", 4_000_000.0),
    ):
        assert getattr(objective_of(None, **{name: value}), name) == value


def test_a_p95_is_asked_for_by_file_or_flag_and_by_nobody_else(tmp_path: Path) -> None:
    path = file(tmp_path, {"p95_ms": 250})
    assert objective_of(path).p95_limit_s == 0.25
    assert objective_of(path, p95_ms=300.0, seed=3) == Objective(p95_ms=300, seed=3)
    assert objective_of(file(tmp_path, {"seed": 3}), p95_ms=None).p95_limit_s is None
    assert DEFAULT.p95_limit_s is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"over_percnt": 1}, "unknown field `over_percnt`"),
        ({"over_percent": 100}, "$.over_percent"),
        ({"over_percent": -1}, "$.over_percent"),
        ({"cpu_percent": 0}, "$.cpu_percent"),
        ({"cpu_percent": 101}, "$.cpu_percent"),
        ({"memory_percent": 0}, "$.memory_percent"),
        ({"p95_ms": 0}, "$.p95_ms"),
        ({"p95_ms": 4_000_001}, "$.p95_ms"),
        ({"p95_ms": None}, "$.p95_ms"),
        ({"min_tasks": 0}, "$.min_tasks"),
        ({"min_tasks": 5001}, "$.min_tasks"),
        ({"min_tasks": 1.5}, "$.min_tasks"),
        ({"direction_changes_day": -1}, "$.direction_changes_day"),
        ({"judged_percent": 9}, "$.judged_percent"),
        ({"judged_percent": 51}, "$.judged_percent"),
        ({"over_bound": 0.9}, "$.over_bound"),
        ({"seed": -1}, "$.seed"),
        ({"seed": 2**63}, "$.seed"),
        ({"seed": "x"}, "$.seed"),
        ({"cpu_percent": "high"}, "$.cpu_percent"),
        ({"services": []}, "Expected `object`, got `array` - at `$.services`"),
        ({"services": {"api": {"drain_s": 30}}}, "unknown field `drain_s` - at `$.services['api']`"),
        ({"services": {"api": {"deregistration_delay_s": 3601}}}, "<= 3600 - at `$.services['api'].dereg"),
        ({"services": {"api": {"deregistration_delay_s": 0}}}, ">= 1 - at `$.services['api'].deregistration"),
        ({"services": {"api": {"min_tasks": 0}}}, "$.services['api'].min_tasks"),
        ({"services": {"api": {"min_tasks": 5001}}}, "$.services['api'].min_tasks"),
        (
            {"services": {"api": {"cpu_units": 256}}},
            "half a size: memory_mib is missing - at `$.services['api",
        ),
        ({"services": {"api": {"memory_mib": 512}}}, "half a size: cpu_units is missing"),
        ({"services": {"api": {"cpu_units": 256, "memory_mib": 0}}}, "$.services['api'].memory_mib"),
        (
            {"services": {"web": {}, "api": {"cpu_units": 300, "memory_mib": 600}}},
            "no task of 300/600; nearest are 256/512, 256/1024, 512/1024 - at `$.services['api']`",
        ),
        ({"services": {"api": {"cpu_units": 2**80, "memory_mib": 1}}}, "Fargate has no task of"),
        ({"services": {"two\nlines": {"min_tasks": 0}}}, r"$.services['two\nlines'].min_tasks"),
        (b'{"services": {"api": {}, "api": {"min_tasks": 3}}}', "has 'api' twice; keep one of them"),
        (b'{"services": {"api": {"min_tasks": 3, "min_tasks": 2}}}', "has 'min_tasks' twice"),
        (b'{"seed": 1, "seed": 2}', "has 'seed' twice"),
        ([], "array"),
        (b"", "truncated"),
        (b"{over: 1}", "malformed"),
        (b"\xff\xfe{}", "malformed"),
        (b'{"over_percent": NaN}', "malformed"),
        (b'{"over_percent": 1', "truncated"),
    ],
)
def test_a_file_that_asks_for_what_cannot_be_is_one_line_with_its_name(
    tmp_path: Path, content: object, said: str
) -> None:
    path = file(tmp_path, content)
    with pytest.raises(UsageError) as caught:
        objective_of(path)
    line = caught.value.one_line()
    assert caught.value.exit_code == EXIT_USAGE
    assert line.startswith(f"{path}: ")
    assert said in line
    assert "known: over_percent, cpu_percent" in line or " twice; " in line
    assert "\n" not in line


def test_a_file_that_is_not_there_or_is_a_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.json: cannot be read: No such file"):
        objective_of(tmp_path / "nowhere.json")
    with pytest.raises(UsageError, match="cannot be read"):
        objective_of(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("over_percent", 100.0),
        ("cpu_percent", 0.0),
        ("memory_percent", 100.5),
        ("min_tasks", 0),
        ("direction_changes_day", float("nan")),
        ("over_percent", float("nan")),
        ("seed", -1),
        ("seed", 2**63),
    ],
)
def test_a_flag_that_asks_for_what_cannot_be_is_one_line(name: str, value: float) -> None:
    with pytest.raises(UsageError) as caught:
        objective_of(None, **{name: value})
    assert f"$.{name}" in caught.value.one_line()
    assert "--help" in caught.value.one_line()


def test_where_the_hottest_task_is_full_before_the_average_that_decides() -> None:
    assert Objective(cpu_percent=80).replayed(1.1).cpu_share == pytest.approx(0.8)
    assert Objective(cpu_percent=80).replayed(2.0).cpu_share == pytest.approx(0.5)
    assert Objective(memory_percent=70).replayed(2.0).memory_share == pytest.approx(0.7)


# What the objective sets for single services


def test_what_is_laid_down_goes_over_the_general_and_nothing_is_laid_down_unasked(tmp_path: Path) -> None:
    entries = {"api": {"min_tasks": 3, "deregistration_delay_s": 3600}, "odd_Name-1": {}}
    content = {"min_tasks": 2, "services": entries}
    for found in (read_objective(file(tmp_path, content)), objective_of(file(tmp_path, content), seed=4)):
        assert found.laid_down("api") == LaidDown(min_tasks=3, deregistration_delay_s=3600)
        assert found.laid_down("api").size is None
        assert found.laid_down("odd_Name-1") == found.laid_down("web") == LaidDown()
        assert [found.least_tasks(name) for name in ("api", "odd_Name-1", "web")] == [3, 2, 2]
    # A flag is general too: what is laid down for one service stays.
    over = objective_of(file(tmp_path, content), min_tasks=5)
    assert [over.least_tasks(name) for name in ("api", "web")] == [3, 5]
    assert DEFAULT.services == {}
    assert DEFAULT.least_tasks("api") is None


def test_the_examples_file_lays_down_what_the_company_requires_and_the_page_shows_it() -> None:
    path = REPOSITORY / "examples" / "objective.json"
    found = read_objective(path)
    assert found == Objective(
        policies=(PolicyKind.STEP,),
        services={
            "api": LaidDown(cpu_units=256, memory_mib=512, deregistration_delay_s=30),
            "worker": LaidDown(cpu_units=512, memory_mib=1024, deregistration_delay_s=60),
            "scheduler": LaidDown(cpu_units=256, memory_mib=512),
        },
    )
    page = (REPOSITORY / "docs" / "search.md").read_text(encoding="utf-8")
    assert f"```json\n{path.read_text(encoding='utf-8')}```" in page
    for field in Objective.__struct_fields__:
        assert f"| `{field}` |" in page
    for field in LaidDown.__struct_fields__:
        assert f"`{field}`" in page.partition("### What the objective sets")[2]
