"""What tests of several folders share."""

from __future__ import annotations

import gc
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from amount import draw_less
from example_run import compile_replay, example_run
from machine import LACKING, NOTHING_SKIPPED, asked, machine
from once import once, shared
from trimtab.commands.demo import REQUIRED_VARIABLE as REQUIRED
from trimtab.engine.engine import find_engine
from trimtab.errors import EngineMissing
from trimtab.sandbox import descriptions
from trimtab.sandbox.patching import Patches

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

    from example_run import ExampleRun
    from trimtab.engine.engine import Engine

# A loaded machine is slow, not wrong.
settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")

_OWN = ("AWS_", "TRIMTAB_", "COLUMNS")
_KEPT = (REQUIRED, "TRIMTAB_REQUIRE_BROWSER", "TRIMTAB_TRACES")
for _name in [name for name in os.environ if name.startswith(_OWN) and name not in _KEPT]:
    # A profile, an objective or a terminal of whoever runs the tests is not what they are about.
    del os.environ[_name]

# Frames are small here: to share them out over threads takes more than it gives.
os.environ["POLARS_MAX_THREADS"] = "1"
# What is imported here is half a million objects that stay: to go through them again and again took a
# quarter of the CPU of a test of the sandbox.
gc.set_threshold(50_000, 20, 20)
# Also between sandboxes: each session of boto3 would read them anew, a tenth of a test of the sandbox.
descriptions.install(Patches())
# Fargate starts no machine image, and moto makes up a thousand for each sandbox.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"


def pytest_configure(config: pytest.Config) -> None:
    """Draw less where slow tests are left out."""
    if "not slow" in config.option.markexpr:
        draw_less()


def pytest_sessionstart() -> None:
    """Where nothing may be skipped, fail before minutes of tests."""
    if not NOTHING_SKIPPED or "PYTEST_XDIST_WORKER" in os.environ:
        return
    with tempfile.TemporaryDirectory(prefix="trimtab-") as folder:
        found = asked(Path(folder) / "provider")
    if found.engine is None:
        pytest.exit(f"{REQUIRED} is set, and {LACKING}{found.lacks}", returncode=1)


def pytest_collection_finish() -> None:
    """Leave what all tests' modules hold out of every later collection of garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def compiled(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Compile the replay, which takes most of a quarter of a minute, before each worker does at once."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        once(shared(tmp_path_factory), "compiled", compile_replay)


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> ExampleRun:
    """Give the one run of ``trimtab optimize`` over the example fleet, shared by all workers."""
    return example_run(shared(tmp_path_factory))


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Give an engine that can install the AWS provider; without one the test is skipped."""
    found = machine(shared(tmp_path_factory))
    if found.engine is None:
        _lacks(f"{LACKING}{found.lacks}")
    return found.engine


@pytest.fixture(scope="session")
def engine_alone() -> Engine:
    """Give a terraform or tofu, with the provider or without."""
    try:
        return find_engine()
    except EngineMissing as missing:
        _lacks(f"{LACKING}{missing.one_line()}")


def _lacks(reason: str) -> None:
    if NOTHING_SKIPPED:
        pytest.fail(f"{REQUIRED} is set, and {reason}", pytrace=False)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say in one line for each reason how many tests were not run."""
    reports = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]).removeprefix("LeftOut: ") for report in reports)
    for reason, count in reasons.items():
        terminalreporter.write_line(f"{count} test{'s were' if count > 1 else ' was'} not run: {reason}")
