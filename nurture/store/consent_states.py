"""The present states of consents beside what the ledger says of the same people, for whoever compares the two."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Integer, Row, String, bindparam, func, literal, select, type_coerce, union_all
from sqlalchemy.orm import Session, aliased

from nurture.domain.address import address_key
from nurture.store import ledger
from nurture.store.bulk import among
from nurture.store.schema import Consent, ConsentEventRow, Contact, ContactChange

_C, _E = Consent, ConsentEventRow
STATE = 0
"""Number of the row that holds the present state; it comes before the entries, which count from 1."""


def batches(session: Session, size: int) -> Iterator[Sequence[Row[int, str, int, str]]]:
    """(contact, purpose, number, what), in this order, of ``size`` contacts at a time.

    ``what``: the present state, for the number ``STATE``; else the event of an entry that is put down to the contact. Two
    statements per batch; one reads both, so that nobody writes between them.
    """
    both, last, people = _both(), 0, select(func.max(_some_after().c.id))
    while True:
        until = session.scalar(people, {"last": last, "size": size})
        yield session.connection().execute(both, {"last": last, "until": until or 2**62}).all()
        if until is None:
            return
        last = until


def _some_after() -> Any:
    after = select(Contact.id).where(Contact.id > bindparam("last")).order_by(Contact.id)
    return after.limit(bindparam("size", type_=Integer)).subquery()


def _both() -> Any:
    """A row of ``consents`` that belongs to no contact is among them: in the last batch, if it is behind everybody."""
    states = select(_C.contact_id, _C.purpose, literal(STATE).label("number"), type_coerce(_C.state, String).label("what"))
    entries = select(_E.contact_id, _E.purpose, _E.number, _E.event).where(_E.number.is_not(None))
    return union_all(
        states.where(_C.contact_id > bindparam("last"), _C.contact_id <= bindparam("until")),
        entries.where(_E.contact_id > bindparam("last"), _E.contact_id <= bindparam("until")),
    ).order_by("contact_id", "purpose", "number")


def withheld(session: Session, contacts: Collection[int]) -> dict[int, list[tuple[str, int, str]]]:
    """Contact -> (purpose, number, event) of entries that do not say any more whose they are, and may be theirs.

    Those of their address whose evidence was removed as it was kept long enough; of an address they had before, also those
    that went as somebody else was erased, whose address it has become. Three statements.
    """
    present, former = _addresses(session, contacts)
    found: dict[int, list[tuple[str, int, str]]] = {}
    for subject, purpose, number, event, why in _redacted(session, {*present, *former}):
        of_theirs = {*former.get(subject, ()), *(present.get(subject, ()) if why != ledger.Removal.ERASED else ())}
        for contact in of_theirs:
            found.setdefault(contact, []).append((purpose, number, event))
    return found


_Subjects = dict[str, list[int]]


def _addresses(session: Session, contacts: Collection[int]) -> tuple[_Subjects, _Subjects]:
    """Subject -> contacts: of the addresses they have, and of those they had."""
    have = select(Contact.id, Contact.address_key).where(among(session, Contact.id, contacts))
    c = ContactChange
    had = select(c.contact_id, c.old).where(among(session, c.contact_id, contacts), c.field == "address")
    present: _Subjects = {}
    former: _Subjects = {}
    for contact, key in session.execute(have):
        present.setdefault(ledger.mark(session, key), []).append(contact)
    for contact, old in session.execute(had):
        former.setdefault(ledger.mark(session, address_key(old or "")), []).append(contact)
    return present, former


def _redacted(session: Session, subjects: Collection[str]) -> Iterator[tuple[str, str, int, str, str]]:
    by = aliased(_E)
    query = select(_E.subject, _E.purpose, _E.number, _E.event, by.event).join(by, by.number == _E.redacted)
    mine = (among(session, _E.subject, subjects), _E.event.not_in(ledger.REMOVALS))
    for subject, purpose, number, event, why in session.execute(query.where(*mine).order_by(_E.number)):
        yield str(subject), purpose, number or 0, event, why
