"""Where a reader's mail template is looked for."""

from __future__ import annotations

from typing import Any

import pytest

from nurture.domain.catalogue import LeadClass, Product, Topic
from nurture.domain.definitions import Definitions


def definitions(**more: Any) -> Definitions:
    empty = dict.fromkeys(Definitions.__dataclass_fields__, None)
    return Definitions(**(empty | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("function", "phase", "cells"),
    [
        pytest.param("it", "B1", ("it/b1", "it/any", "any/b1", "any/any"), id="the reader's own cell first"),
        pytest.param(None, LeadClass.B3, ("any/b3", "any/any"), id="no function: no cell twice"),
        pytest.param("it", "any", ("it/any", "any/any"), id="no phase"),
    ],
)
def test_cells(function: str | None, phase: str, cells: tuple[str, ...]) -> None:
    house = definitions(fallback=("{function}/{phase}", "{function}/any", "any/{phase}", "any/any"))
    assert house.cells(function, phase) == cells


def test_topics_and_policy_are_gathered() -> None:
    topics = {name: Topic(name, "p", {}) for name in ("planning", "cost")}
    products = {
        "p": Product("p", {}, {}, {}, (), {}, {"planning": topics["planning"]}),
        "q": Product("q", {}, {}, {}, (), {}, {"cost": topics["cost"]}),
    }
    house = definitions(products=products, calendar="calendar", caps="caps")
    assert house.topics == topics
    assert (house.policy.calendar, house.policy.caps) == ("calendar", "caps")
