"""What the delivery tests share."""

from __future__ import annotations

from datetime import datetime

import pytest
from delivery.outbox import Outbox

from nurture.engine.runtime import Runtime


@pytest.fixture
def outbox(runtime: Runtime, now: datetime) -> Outbox:
    """The outbox of the shipped example, on both databases."""
    return Outbox(runtime, now)
