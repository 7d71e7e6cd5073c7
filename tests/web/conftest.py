"""The pages in front of the real engine: most tests on SQLite, those that write under contention on both databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from stories.world import World, berlin
from web.house import House, build

from nurture.engine.runtime import Runtime

MONDAY = "2026-03-02 10:00"


@pytest.fixture
def make_house(sqlite_db: Engine, make_runtime: Callable[..., Runtime]) -> Callable[..., House]:
    def make(**parts: object) -> House:
        return build(World(make_runtime(sqlite_db), berlin(MONDAY)), **parts)  # type: ignore[arg-type]

    return make


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    """The shipped example with its pages, on SQLite. Monday, 2 March 2026, ten o'clock in Berlin."""
    return make_house()


@pytest.fixture
def either_house(runtime: Runtime) -> House:
    """The same on both databases."""
    return build(World(runtime, berlin(MONDAY)))
