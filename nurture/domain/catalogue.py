"""What is sold, to whom, and what there is to read: products, functions, topics, content, lead classes.

A *grid* cell is (product, function, phase, language); content items lie in cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from nurture.domain.durations import Duration

Text = Mapping[str, str]
"""One text in several languages: language code -> text."""


class LeadClass(StrEnum):
    """How far a unit's buying decision for one product has come; the names are those of the sales literature."""

    C = "C"
    """No need (never thrown away: the class holds for this product only)."""
    B1 = "B1"
    """Unaware of the problem, or just starting to think about it."""
    B2 = "B2"
    """Knows the problem; seeks and chooses an approach."""
    B3 = "B3"
    """Approach fixed; specifies the need and obtains offers."""
    A = "A"
    """Can specify and compare; wants to decide now."""


def in_language(text: Text, language: str) -> str:
    """The text in ``language``, else in the first language it has. Definitions are checked to have all of them."""
    return text.get(language) or next(iter(text.values()), "")


@dataclass(frozen=True, slots=True)
class Function:
    """A segment of contacts who share interests, such as IT management."""

    id: str
    name: Text


@dataclass(frozen=True, slots=True)
class Topic:
    """A theme within a product, in which a reader can show interest."""

    id: str
    product: str
    name: Text


@dataclass(frozen=True, slots=True)
class Product:
    """What is sold. ``phases`` gives the expected stay per class: orientation, never an automatic move."""

    id: str
    name: Text
    problem: Text
    benefit: Text
    functions: tuple[str, ...]
    phases: Mapping[LeadClass, Duration]
    topics: Mapping[str, Topic]


@dataclass(frozen=True, slots=True)
class ContentItem:
    """Something to read. ``files``: language -> path below config/; empty if ``urls`` leads elsewhere."""

    id: str
    kind: str
    product: str
    topic: str
    functions: tuple[str, ...]
    phases: tuple[LeadClass, ...]
    title: Text
    summary: Text
    files: Mapping[str, str]
    urls: Mapping[str, str]
    order: int = 0
    spacing: Duration | None = None
    variant_of: str | None = None
