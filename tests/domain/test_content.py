"""Which item a reader gets next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nurture.domain.catalogue import ContentItem, LeadClass
from nurture.domain.content import fits, next_item

B1, B2 = LeadClass.B1, LeadClass.B2


def item(name: str, order: int = 10, topic: str = "planning", **more: object) -> ContentItem:
    given = {"functions": (), "phases": (B1,), "product": "scheduling"} | more
    return ContentItem(id=name, kind="study", topic=topic, title={}, summary={}, files={}, urls={}, order=order, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "function", "phase", "expected"),
    [
        pytest.param({}, "it", B1, True, id="written for everybody"),
        pytest.param({"functions": ("it", "cfo")}, "it", B1, True, id="one of its functions"),
        pytest.param({"functions": ("cfo",)}, "it", B1, False, id="for another function"),
        pytest.param({"functions": ("cfo",)}, None, B1, True, id="a reader whose function is unknown"),
        pytest.param({"phases": (B1, B2)}, "it", B2, True, id="one of its phases"),
        pytest.param({}, "it", B2, False, id="for another phase"),
        pytest.param({"product": "other"}, "it", B1, False, id="for another product"),
    ],
)
def test_fits(changed: dict[str, object], function: str | None, phase: LeadClass, expected: bool) -> None:
    assert fits(replace(item("x"), **changed), "scheduling", function, phase) is expected  # type: ignore[arg-type]


STOCK = (
    item("study", 20),
    item("checklist", 10),
    item("book", 30, topic="cost"),
    item("checklist-short", 5, topic="cost", variant_of="checklist"),
    item("webinar", 1, phases=(B2,)),
    item("abc", 20),
)


@pytest.mark.parametrize(
    ("had", "topics", "expected"),
    [
        pytest.param((), (), "checklist-short", id="lowest order first"),
        pytest.param((), ("planning",), "checklist", id="topics of interest before order"),
        pytest.param(("checklist",), ("planning",), "abc", id="same order: by id"),
        pytest.param(("checklist",), (), "abc", id="who has an item has its variants"),
        pytest.param(("checklist-short",), ("planning",), "abc", id="who has a variant has the item"),
        pytest.param(("webinar", "gone"), (), "checklist-short", id="items of other cells and lost items do not matter"),
        pytest.param(("checklist", "abc", "study"), ("planning",), "book", id="topic exhausted: the rest"),
        pytest.param(("checklist", "abc", "study", "book"), (), None, id="cell exhausted"),
    ],
)
def test_next_item(had: tuple[str, ...], topics: tuple[str, ...], expected: str | None) -> None:
    for stock in (STOCK, STOCK[::-1]):
        found = next_item(stock, "scheduling", "it", B1, had, topics)
        assert (found.id if found else None) == expected


def test_two_variants_of_one_item_are_one() -> None:
    stock = (item("a", variant_of="root"), item("b", variant_of="root"), item("root"))
    for had in ("a", "b", "root"):
        assert next_item(stock, "scheduling", "it", B1, (had,)) is None
