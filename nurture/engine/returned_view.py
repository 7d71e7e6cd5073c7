"""What came back, for people to read and decide about. Reads only; what they decide is in ``returns_desk.py``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from nurture.domain.errors import NotFound
from nurture.engine import reasons
from nurture.engine.runtime import Runtime
from nurture.store import contacts, delivery_view, returned
from nurture.store.database import reading
from nurture.store.schema import Contact, Message, ReturnedMail

SHOWN = 60_000
"""Characters of the raw text that a page shows."""


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """``message``, ``address``, ``about``: the mail of ours it belongs to, perhaps. ``action``: what was done and why."""

    id: int
    kind: str
    state: str
    failure: str | None
    source: str
    at: datetime
    subject: str
    action: str
    message: int | None
    address: str
    about: str


@dataclass(frozen=True, slots=True)
class Named:
    """An address a report names, and what it says of it."""

    address: str
    failure: str
    status: str
    words: str


@dataclass(frozen=True, slots=True)
class ReturnedDetail:
    """``person``: the address of the contact it is about, perhaps. ``text``: as it came; None: removed by now."""

    row: ReturnedRow
    sender: str
    named: tuple[Named, ...]
    said: str
    person: str
    text: str | None
    size: int


def listing(
    rt: Runtime, *, quarantine: bool, kind: str, language: str, limit: int, offset: int
) -> tuple[list[ReturnedRow], bool]:
    """One page, the latest first, and whether there are more."""
    with reading(rt.db) as session:
        rows = delivery_view.returned_mails(session, quarantine=quarantine, kind=kind, limit=limit + 1, offset=offset)
        return [_row(rt, row, message, language) for row, message in rows[:limit]], len(rows) > limit


def waiting(rt: Runtime) -> int:
    """How many are in quarantine."""
    with reading(rt.db) as session:
        return returned.in_quarantine(session)


def detail(rt: Runtime, id_: int, language: str) -> ReturnedDetail:
    """One of them. Raises NotFound."""
    with reading(rt.db) as session:
        row = _found(session, id_)
        message = session.get(Message, row.message_id) if row.message_id else None
        report: dict[str, Any] = row.report
        sender = str(report.get("from") or "")
        return ReturnedDetail(
            row=_row(rt, row, message, language),
            sender=sender,
            named=tuple(
                Named(*(str(one.get(name) or "") for name in ("address", "failure", "status", "words")))
                for one in report.get("recipients", [])
            ),
            said=row.said or "",
            person=_person(session, row, sender),
            text=row.raw.decode("utf-8", "replace")[:SHOWN] if row.raw is not None else None,
            size=len(row.raw or b""),
        )


def raw(rt: Runtime, id_: int) -> bytes:
    """The bytes as they came. Raises NotFound, also where they were removed."""
    with reading(rt.db) as session:
        row = _found(session, id_)
        if row.raw is None:
            raise NotFound("returned mail with its bytes", id_)
        return bytes(row.raw)


def _found(session: Session, id_: int) -> ReturnedMail:
    row = returned.find(session, id_)
    if row is None:
        raise NotFound("returned mail", id_)
    return row


def _person(session: Session, row: ReturnedMail, sender: str) -> str:
    """Whose it is; else who wrote it, if that is a contact."""
    if row.contact_id:
        known = session.get(Contact, row.contact_id)
    else:
        known = contacts.by_address(session, sender) if sender else None
    return known.address if known else ""


def _row(rt: Runtime, row: ReturnedMail, message: Message | None, language: str) -> ReturnedRow:
    return ReturnedRow(
        id=row.id,
        kind=row.kind,
        state=row.state,
        failure=row.failure,
        source=row.source,
        at=row.received_at,
        subject=row.subject,
        action=reasons.told(rt.definitions, row.action, language),
        message=row.message_id,
        address=message.address if message else "",
        about=(message.subject or message.mail) if message else "",
    )
