"""The sandbox that the tests of a rollout share, and a shop in it for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout.made import Shop, World, running_world

from trimtab.sandbox.timing import TaskTiming

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        yield from running_world(patch.setenv, TaskTiming.fargate())


@pytest.fixture
def shop(world: World, tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(world, tmp_path)
    yield shop
    shop.inject.clear()
    for name in shop.names:
        shop.delete(name)
