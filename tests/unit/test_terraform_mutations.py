"""Each mutation of the configuration changes one place: else it changes nothing, or says too little."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def mutations(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(REPOSITORY / "tools"))
    return importlib.import_module("terraform_mutations").REQUIREMENTS


def test_the_text_of_every_mutation_stands_once_in_its_file(mutations: Any) -> None:
    found = {
        (one.file, one.old): (REPOSITORY / "terraform" / one.file).read_text("utf-8").count(one.old)
        for one in mutations
    }
    assert {place: count for place, count in found.items() if count != 1} == {}
    assert all(one.old != one.new for one in mutations)


def test_every_mutation_names_a_test_that_exists(mutations: Any) -> None:
    written = "\n".join(
        path.read_text("utf-8") for path in (REPOSITORY / "tests" / "terraform").glob("test_requirements*.py")
    )
    names = re.findall(r"^def (test_\w+)", written, re.MULTILINE)
    assert [one.test for one in mutations if not any(one.test in name for name in names)] == []
