"""Whatever is wrong with a file, the command says so in one line and exits as it says it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amount import some
from fuzz.made import small_fleet
from fuzz.readers import ALLOWED, Answer, fault, readers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fuzz.readers import Reader

# What numpy warns of is printed, and is a number that nobody checked.
pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

QUICK, THOROUGH = some(36), 10_000
"""Spoilt files a reader: 500 of all in each run."""
SEEDS = st.integers(0, 2**62)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Reader]:
    folder = tmp_path_factory.mktemp("readers")
    snapshot, result = small_fleet(folder)
    return readers(folder, snapshot, result)


def try_all(reader: Reader, examples: int) -> None:
    """Spoil the file ``examples`` times: the same ones in every run, so that a failure can be looked at."""

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(SEEDS)
    def spoilt(seed: int) -> None:
        content, answer = reader.tried(seed)
        wrong = fault(reader.name, answer)
        assert wrong is None, f"{wrong}\nof {content[:2000]!r}"

    spoilt()


@pytest.mark.parametrize("name", ALLOWED)
def test_a_spoilt_file_is_answered_in_one_line(made: Mapping[str, Reader], name: str) -> None:
    try_all(made[name], QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("name", ALLOWED)
def test_thousands_of_spoilt_files_are_answered_in_one_line(made: Mapping[str, Reader], name: str) -> None:
    try_all(made[name], THOROUGH)


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_spoilt_is_valid_before(made: Mapping[str, Reader], name: str) -> None:
    """Else every fault would be hidden behind the first."""
    codes = {made[name].tried(seed)[1].code for seed in range(25)}
    assert codes & ({0, 3, 10} & ALLOWED[name])


@pytest.mark.parametrize(
    "answer",
    [
        Answer(-1, "", "", "Traceback (most recent call last):"),
        Answer(1, "", "error: x\n"),
        Answer(2, "", "error: a\nb\n"),
        Answer(2, "", "error: \x1b[31ma\n"),
        Answer(2, "", ""),
        Answer(0, "name \x07", ""),
        Answer(2, "", f"error: {'x' * 3000}\n"),
    ],
)
def test_the_judge_sees_what_is_wrong(answer: Answer) -> None:
    assert fault("values", answer)
    assert fault("values", Answer(2, "", "error: a.tfvars: is not HCL\n")) is None
