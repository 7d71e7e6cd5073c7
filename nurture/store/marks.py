"""Who was erased, by mark; and every address there is, to be compared with marks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from nurture.store.schema import Contact, Registration, Suppression


def erased(session: Session, reason: str) -> list[tuple[str, datetime]]:
    """(mark, since when), the oldest first."""
    query = select(Suppression.address_key, Suppression.since).where(
        Suppression.address_key.startswith("hmac:"), Suppression.reason.startswith(reason)
    )
    return [(mark, since) for mark, since in session.execute(query.order_by(Suppression.since, Suppression.address_key))]


def addresses(session: Session) -> Iterator[tuple[str, str]]:
    """(address, key) of every contact and every registration."""
    for table in (Contact, Registration):
        rows = session.execute(select(table.address, table.address_key).execution_options(yield_per=1000))
        yield from ((address, key) for address, key in rows)
