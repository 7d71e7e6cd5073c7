"""The shipped example has no fault."""

from __future__ import annotations

import time
from pathlib import Path

from nurture.definitions import load

HOME = Path(__file__).parents[2]


def test_the_shipped_example_has_no_fault() -> None:
    definitions = load(HOME)
    assert {campaign.kind.value for campaign in definitions.campaigns.values()} == {
        "welcome",
        "follow-up",
        "event",
        "wake-up",
    }


def test_the_shipped_example_loads_well_under_a_second() -> None:
    load(HOME)  # the first time also imports the country's holidays
    assert min(_processor_seconds() for _ in range(3)) < 0.5


def _processor_seconds() -> float:
    start = time.process_time()
    load(HOME)
    return time.process_time() - start
