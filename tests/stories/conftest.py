"""Stories are told on both databases."""

from __future__ import annotations

import pytest
from stories.world import World, berlin

from nurture.engine.runtime import Runtime


@pytest.fixture
def world(runtime: Runtime) -> World:
    """Monday, 2 March 2026, ten o'clock in Berlin."""
    return World(runtime, berlin("2026-03-02 10:00"))
