"""Which content item is next for a reader: the grid cell's items in their order, minus what was had.

When it may follow (``ContentItem.spacing``) is up to whoever asks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from nurture.domain.catalogue import ContentItem, LeadClass


def fits(item: ContentItem, product: str, function: str | None, phase: LeadClass) -> bool:
    """Whether ``item`` lies in this grid cell. A contact without a function fits every function."""
    return (
        item.product == product
        and phase in item.phases
        and (function is None or not item.functions or function in item.functions)
    )  # fmt: skip


def next_item(
    items: Iterable[ContentItem],
    product: str,
    function: str | None,
    phase: LeadClass,
    had: Collection[str],
    topics: Collection[str] = (),
) -> ContentItem | None:
    """The next unread item of the cell: on a topic of interest first, then by order, then by id.

    None: the cell is exhausted. Having one variant of an item counts as having all of them.
    """
    by_id = {item.id: item for item in items}
    roots = {by_id[i].variant_of or i for i in had if i in by_id}
    left = [i for i in by_id.values() if fits(i, product, function, phase) and (i.variant_of or i.id) not in roots]
    return min(left, key=lambda i: (i.topic not in topics, i.order, i.id), default=None)
