"""Texts that may quote somebody who is to be erased: what sales was told of a colleague, what servers said, what came back.

What counts as a quote is told by the caller. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from nurture.store.personal import GONE, TABLES, Trace, Treatment, changed_values, count, ids
from nurture.store.schema import Handoff, HandoffEventRow, Message, ReturnedMail

Cut = Callable[[Any], Any]
"""Takes a text, or what JSON holds, and gives it back without the person."""


def quoting(session: Session, columns: Iterable[tuple[str, str]], needles: Collection[str]) -> Iterator[tuple[Any, Any]]:
    """(where, text) of every row whose column (table, column) has one of ``needles`` in it, whatever its capitals."""
    for name, column in columns:
        table = TABLES[name]
        keys = list(table.primary_key.columns)
        has = or_(*(func.lower(table.c[column]).contains(needle.lower(), autoescape=True) for needle in needles))
        for row in session.execute(select(table.c[column], *keys).where(has)).all():
            yield (table, column, and_(*(key == value for key, value in zip(keys, row[1:], strict=True)))), row[0]


def scrub(session: Session, columns: Iterable[tuple[str, str]], needles: Collection[str], cut: Cut) -> int:
    """Cut the person out of these columns (table, column). Returns of how many rows."""
    found = list(quoting(session, columns, needles))
    for (table, column, where), text in found:
        count(session, update(table).where(where).values({column: cut(text)}))
    return len(found)


def scrub_neighbours(session: Session, t: Trace, cut: Cut) -> list[str]:
    """What sales was told about others of the same unit may repeat what this person wrote.

    Returns the Message-IDs of sales mails that were changed.
    """
    beside = [h for h in ids(session, Handoff, Handoff.lead_id.in_(t.leads)) if h not in set(t.handoffs)]
    for row in session.scalars(select(Handoff).where(Handoff.id.in_(beside))):
        row.dossier, row.reason, row.note = cut(row.dossier), cut(row.reason), cut(row.note)
    for event in session.scalars(select(HandoffEventRow).where(HandoffEventRow.handoff_id.in_(beside))):
        event.note = cut(event.note)
    changed = []
    for mail in session.scalars(select(Message).where(Message.handoff_id.in_(beside))):
        if (told := cut(mail.context)) != mail.context:
            mail.context, mail.subject = told, cut(mail.subject)
            changed.append(mail.header_id)
    session.flush()
    return changed


def unclaimed_returns(session: Session) -> Iterator[ReturnedMail]:
    """What came back and belongs to no contact (quarantine above all), with what is left of it."""
    kept = or_(ReturnedMail.raw.is_not(None), ReturnedMail.subject != "")
    query = select(ReturnedMail).where(ReturnedMail.contact_id.is_(None), ReturnedMail.subject != GONE, kept)
    yield from session.scalars(query.execution_options(yield_per=100))


def strip_returns(session: Session, ids: Sequence[int], how: Treatment) -> int:
    table = TABLES["returned_mails"]
    values = {**changed_values(table, how, GONE), "state": "done"}
    return count(session, update(table).where(ReturnedMail.id.in_(ids)).values(values)) if ids else 0
