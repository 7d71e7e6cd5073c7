"""Messages: intended mails, and every try to deliver them.

Knows how mails are queued, once each, and what can be asked of them. How delivery holds and moves them is in
``store/outbox.py``. Nothing here commits.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, and_, cast, delete, func, literal_column, or_, select, text, update
from sqlalchemy.orm import Session

from nurture.domain.message import OPEN, MessageKind, MessageState, message_id
from nurture.store.bulk import insert_many, spelled
from nurture.store.schema import Attempt, Message, MessageBytes, ReturnedMail

_TABLE = Message.__table__
_ATTEMPTS = Attempt.__table__


def literally(column: str, value: str) -> ColumnElement[bool]:
    """``column = 'value'`` without a parameter, so that the partial indexes are used under prepared plans too."""
    return literal_column(f"messages.{column}") == literal_column(f"'{value}'")


# --- queueing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewMessage:
    """One intended mail. Its ``once_key`` is what makes it one.

    ``context`` of a nurture mail: {"product", "phase"} and, from then on, whatever else should not change until it is
    written; of a sales mail: everything its template says beyond organisation and imprint. ``due_at``: None for a mail
    that is not to be tried (``state`` parked). ``lane``: the lane it leaves by, as far as that is known.
    """

    kind: MessageKind
    once_key: str
    address: str
    language: str
    mail: str
    queued_at: datetime
    due_at: datetime | None
    template_version: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    purpose: str | None = None
    tracked: bool = False
    contact_id: int | None = None
    registration_id: int | None = None
    handoff_id: int | None = None
    enrollment_id: int | None = None
    campaign: str | None = None
    step: str | None = None
    round: int | None = None
    state: MessageState = MessageState.QUEUED
    reason: str = ""
    lane: str = ""


def queue(session: Session, installation: str, domain: str, messages: Sequence[NewMessage]) -> dict[str, int]:
    """Put mails into the outbox; those that are in it already stay as they are. One statement for all of them.

    Returns once-key -> id of the new ones. ``domain`` is the right-hand side of their Message-IDs.
    """
    if not messages:
        return {}
    given = [_new_row(m, installation, domain) for m in messages]
    rows = insert_many(session, Message, given, returning=(_TABLE.c.id, _TABLE.c.once_key))
    return {row.once_key: row.id for row in rows}


def _new_row(message: NewMessage, installation: str, domain: str) -> dict[str, Any]:
    row = {name: getattr(message, name) for name in NewMessage.__slots__}
    row["context"] = dict(message.context)
    row["header_id"] = message_id(installation, message.once_key, domain)
    row["attempts"] = 0
    row["settled_at"] = None if message.state in OPEN else message.queued_at
    return row


# --- attempts ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)  # not frozen: there is one for every mail, and that takes a fifth of the time
class Try:
    """One try to deliver a message. ``outcome``: accepted, deferred, failed, unknown. ``reply``: the server's words.

    ``status``: its enhanced status code, if it gave one. ``host``: who said it.
    """

    message: int
    at: datetime
    outcome: str
    phase: str
    reply: str
    status: str | None = None
    host: str | None = None


def record_tries(session: Session, tries: Sequence[Try]) -> None:
    """Add to the journal of attempts. One statement."""
    if not tries:
        return
    if session.get_bind().dialect.name == "sqlite":
        session.connection().execute(_ATTEMPTS.insert(), [_attempt(t) for t in tries])
    else:
        given = json.dumps([_attempt(t) for t in tries], default=spelled)
        session.connection().execute(_INSERT_ATTEMPTS, {"tries": given})


def _attempt(t: Try) -> dict[str, Any]:
    said = {"status": t.status, "reply": t.reply, "host": t.host}
    return {"message_id": t.message, "at": t.at, "outcome": t.outcome, "phase": t.phase, **said}


_INSERT_ATTEMPTS = text(
    """INSERT INTO attempts (message_id, at, outcome, phase, status, reply, host)
       SELECT message_id, at, outcome, phase, status, reply, host
       FROM json_to_recordset(CAST(:tries AS json)) AS given(
           message_id bigint, at timestamptz, outcome text, phase text, status text, reply text, host text)"""
)
"""For PostgreSQL: any number of attempts as one parameter."""


def tries_of(session: Session, messages: Iterable[int]) -> dict[int, list[Try]]:
    """Message -> its attempts in the order of time. One query."""
    found: dict[int, list[Try]] = {message: [] for message in messages}
    a = Attempt
    rows = session.execute(
        select(a.message_id, a.at, a.outcome, a.phase, a.reply, a.status, a.host)
        .where(a.message_id.in_(found))
        .order_by(a.id)
    )
    for row in rows:
        found[row.message_id].append(Try(*row))
    return found


def present(session: Session, messages: Collection[int]) -> set[int]:
    """Which of these messages there still are."""
    return set(session.scalars(select(Message.id).where(Message.id.in_(messages))))


def unknown_tries(session: Session, messages: Collection[int]) -> dict[int, int]:
    """Message -> how many of its attempts ended without an answer; only those with any."""
    rows = session.execute(
        select(Attempt.message_id, func.count())
        .where(Attempt.message_id.in_(messages), Attempt.outcome == "unknown")
        .group_by(Attempt.message_id)
    )
    return {message: count for message, count in rows}


# --- questions --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)  # not frozen: there is one for every mail, and that takes a fifth of the time
class Outgoing:
    """A message as delivery needs it."""

    id: int
    kind: MessageKind
    state: MessageState
    header_id: str
    address: str
    language: str
    mail: str
    template_version: str | None
    context: Mapping[str, Any]
    purpose: str | None
    tracked: bool
    contact_id: int | None
    registration_id: int | None
    handoff_id: int | None
    enrollment_id: int | None
    campaign: str | None
    step: str | None
    attempts: int
    queued_at: datetime
    due_at: datetime | None
    lane: str
    reason: str


COLUMNS = [cast(_TABLE.c[name], Text) if name == "context" else _TABLE.c[name] for name in Outgoing.__slots__]
"""The columns of an Outgoing, in its order; the context as text, which ``outgoing`` reads."""
_SHORT = 200


def outgoing(row: Iterable[Any]) -> Outgoing:
    """The message of a row of ``COLUMNS``."""
    found = Outgoing(*row)
    said: str = found.context  # type: ignore[assignment]
    found.context = _read(said) if len(said) < _SHORT else json.loads(said)
    return found


_SHARED = ("kind", "state", "lane")
OWN_COLUMNS = ", ".join(
    "CAST(messages.context AS text) AS context" if name == "context" else f"messages.{name}"
    for name in Outgoing.__slots__
    if name not in _SHARED
)
"""As ``COLUMNS``, in SQL, without what is known of mails that were claimed together."""


def own(row: Sequence[Any], kind: MessageKind, state: MessageState, lane: str) -> Outgoing:
    """The message of a row of ``OWN_COLUMNS``, as PostgreSQL's driver gives it."""
    id_, *rest, queued_at, due_at, reason = row
    given: list[Any] = [id_, kind, state, *rest, queued_at.astimezone(UTC), due_at and due_at.astimezone(UTC), lane, reason]
    return outgoing(given)


@lru_cache(maxsize=256)
def _read(said: str) -> Mapping[str, Any]:
    """Mails that were not written yet say the same of product and phase."""
    read: Mapping[str, Any] = json.loads(said)
    return read


def find(session: Session, message: int) -> Outgoing | None:
    """The message of this id."""
    row = session.execute(select(*COLUMNS).where(_TABLE.c.id == message)).first()
    return outgoing(row) if row else None


def counts(session: Session) -> dict[MessageState, int]:
    """State -> how many messages are in it."""
    rows = session.execute(select(Message.state, func.count()).group_by(Message.state))
    return {state: count for state, count in rows}


def waiting(session: Session, now: datetime) -> Sequence[Row[MessageKind, int, int, datetime | None]]:
    """(kind, how many are due, how many wait for later, since when the oldest is due) of the queue."""
    due = Message.waiting_until <= now
    return session.execute(
        select(
            Message.kind,
            func.count().filter(due).label("due"),
            func.count().filter(~due).label("later"),
            func.min(Message.waiting_until).label("oldest"),
        )
        .where(Message.waiting_until.is_not(None))
        .group_by(Message.kind)
    ).all()


def mailed_since(session: Session, contacts: Iterable[int], now: datetime) -> dict[int, list[datetime]]:
    """Contact -> when marketing mails to it were queued in the last 7 days or that are still on their way, ascending."""
    found: dict[int, list[datetime]] = {contact: [] for contact in contacts}
    recent = and_(
        Message.queued_at > now - timedelta(days=7),
        Message.state.not_in((MessageState.CANCELLED, MessageState.PARKED)),
    )
    rows = session.execute(
        select(Message.contact_id, Message.queued_at)
        .where(Message.contact_id.in_(found), Message.kind == MessageKind.NURTURE, or_(recent, Message.state.in_(OPEN)))
        .order_by(Message.queued_at)
    )
    for contact, at in rows:
        if contact is not None:
            found[contact].append(at)
    return found


def forget_registration(session: Session, registration: int) -> None:
    """Nothing of the person stays with the mails of a registration that was not confirmed: no address, no bytes, no words
    of a server, which may quote the address.
    """
    mails = select(Message.id).where(Message.registration_id == registration)
    session.execute(delete(MessageBytes).where(MessageBytes.message_id.in_(mails)))
    session.execute(update(Attempt).where(Attempt.message_id.in_(mails)).values(reply=""))
    session.execute(
        update(ReturnedMail)
        .where(ReturnedMail.message_id.in_(mails))
        .values(subject="", action="", report={}, said=None, raw=None)
    )
    session.execute(
        update(Message)
        .where(Message.registration_id == registration)
        .values(address=f"forgotten-{registration}", context={}, reason="")
    )
