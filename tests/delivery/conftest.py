"""What the delivery tests share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from delivery.outbox import Outbox
from sqlalchemy import Engine

from nurture.engine.runtime import Runtime


@pytest.fixture
def outbox(runtime: Runtime, now: datetime) -> Outbox:
    """The outbox of the shipped example, on both databases."""
    return Outbox(runtime, now)


@pytest.fixture
def sqlite_outbox(sqlite_db: Engine, make_runtime: Callable[..., Runtime], now: datetime) -> Outbox:
    """The same on SQLite alone, for what has nothing to do with the database."""
    return Outbox(make_runtime(sqlite_db), now)
