"""Lists and open mappings: at least one entry, none twice."""

from __future__ import annotations

from typing import Any

from pydantic import AfterValidator, Field

from nurture.definitions.models.shape import several


def _no_repeats(value: list[Any]) -> list[Any]:
    seen: set[str] = set()
    faults: list[tuple[tuple[str | int, ...], str]] = []
    for position, item in enumerate(value):
        if repr(item) in seen:
            faults.append(((position,), f"'{item}' is in the list twice; keep one"))
        seen.add(repr(item))
    if faults:
        raise several(faults)
    return value


NoRepeats = AfterValidator(_no_repeats)
"""Marks a list whose items must differ."""

AtLeastOne = Field(min_length=1)
"""Marks a list or mapping that must not be empty."""
