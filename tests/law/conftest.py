"""The pages in front of the real engine, as the tests of the pages have them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from stories.world import World, berlin
from web.house import House, build

from nurture.engine.runtime import Runtime

MONDAY = "2026-03-02 10:00"


@pytest.fixture
def house(sqlite_db: Engine, make_runtime: Callable[..., Runtime]) -> House:
    """The shipped example with its pages, on SQLite. Monday, 2 March 2026, ten o'clock in Berlin."""
    return build(World(make_runtime(sqlite_db), berlin(MONDAY)))


@pytest.fixture
def either_house(runtime: Runtime) -> House:
    """The same on both databases."""
    return build(World(runtime, berlin(MONDAY)))
