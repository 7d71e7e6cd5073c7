"""The consent ledger from its first entry to its last, a bite at a time, with what a check of it needs beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from nurture.store.bulk import among
from nurture.store.schema import ConsentEventRow, Exhibit, MessageBytes, Wording

_E = ConsentEventRow
COLUMNS = (
    "number", "previous", "own_previous", "subject", "purpose", "event", "at", "content", "hash", "evidence", "redacted",
)  # fmt: skip


def bites(session: Session, size: int) -> Iterator[Sequence[Row[Any]]]:
    """Entries by ascending number: memory does not grow with the ledger."""
    query = select(*(_E.__table__.c[name] for name in COLUMNS)).order_by(_E.number).limit(size)
    last = -(2**62)
    while rows := session.execute(query.where(_E.number > last)).all():
        yield rows
        last = rows[-1].number


def unnumbered(session: Session, limit: int) -> list[int]:
    """Ids of rows that are on no chain."""
    return list(session.scalars(select(_E.id).where(_E.number.is_(None)).order_by(_E.id).limit(limit)))


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(_E).where(_E.number.is_not(None))) or 0


def last_before(session: Session, subjects: Collection[str], number: int) -> dict[str, str]:
    """Subject -> hash of its last entry before ``number``."""
    mine = select(func.max(_E.number)).where(among(session, _E.subject, subjects), _E.number < number).group_by(_E.subject)
    return {str(s): str(h) for s, h in session.execute(select(_E.subject, _E.hash).where(_E.number.in_(mine)))}


def some(session: Session, numbers: Collection[int]) -> dict[int, Row[Any]]:
    """Number -> (number, subject, event, evidence, redacted)."""
    query = select(_E.number, _E.subject, _E.event, _E.evidence, _E.redacted).where(among(session, _E.number, numbers))
    return {row.number: row for row in session.execute(query)}


def raw_mails(session: Session, messages: Collection[int]) -> dict[int, bytes]:
    """Message -> its bytes, of those that are kept."""
    m = MessageBytes
    return {
        key: raw for key, raw in session.execute(select(m.message_id, m.raw).where(among(session, m.message_id, messages)))
    }


def exhibits(session: Session) -> Iterator[tuple[str, str]]:
    """(id, body)."""
    for id_, body in session.execute(select(Exhibit.id, Exhibit.body).execution_options(yield_per=100)):
        yield id_, body


def wordings(session: Session) -> Iterator[Wording]:
    yield from session.scalars(select(Wording).execution_options(yield_per=100))
