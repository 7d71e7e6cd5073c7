"""A chain from its first entry to its last, a batch at a time: memory does not grow with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from nurture.store.chains import CHAINS


def batches(session: Session, name: str, size: int, more: Sequence[str] = ()) -> Iterator[Sequence[Row[Any]]]:
    """Entries by ascending number: the columns that are hashed, in their order, then ``hash``, then ``more``."""
    chained = CHAINS[name]
    columns = chained.table.__table__.c
    query = select(*(columns[name] for name in (*chained.hashed, "hash", *more))).order_by(columns.number).limit(size)
    last = -(2**62)
    while rows := session.connection().execute(query.where(columns.number > last)).all():
        yield rows
        last = rows[-1].number


def unnumbered(session: Session, name: str, limit: int) -> list[int]:
    """Ids of rows that are on no chain."""
    columns = CHAINS[name].table.__table__.c
    query = select(columns.id).where(columns.number.is_(None)).order_by(columns.id).limit(limit)
    return list(session.scalars(query))


def count(session: Session, name: str) -> int:
    number = CHAINS[name].table.__table__.c.number
    return session.scalar(select(func.count(number))) or 0
