"""What tests of several folders share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from example_run import example_run

if TYPE_CHECKING:
    from example_run import ExampleRun


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> ExampleRun:
    """Give the one run of ``trimtab optimize`` over the example fleet, shared by all workers."""
    base = tmp_path_factory.getbasetemp()
    # With pytest-xdist each worker has a folder of its own below the session's.
    return example_run(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)
