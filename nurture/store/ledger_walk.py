"""What a check of the consent ledger needs beside its entries: other entries, and what they refer to."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from nurture.store.bulk import among
from nurture.store.schema import ConsentEventRow, Exhibit, MessageBytes, Wording

_E = ConsentEventRow


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
    for id_, body in session.execute(select(Exhibit.id, Exhibit.body).execution_options(yield_per=100)):  # noqa: UP028
        yield id_, body


def wordings(session: Session) -> Iterator[Wording]:
    yield from session.scalars(select(Wording).execution_options(yield_per=100))
