"""What became known of a message after it had left: bounces, signs that it arrived, and which message is meant.

Moves only messages that have left (accepted, unknown, still waiting for the server's answer). Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, update
from sqlalchemy.orm import Session

from nurture.domain.message import MessageKind, MessageState
from nurture.store.schema import Contact, Message, Registration

LEFT = (MessageState.ACCEPTED, MessageState.UNKNOWN, MessageState.SENDING)
"""A server has it, or may have."""
_GONE_OUT = (*LEFT, MessageState.FAILED, MessageState.UNDELIVERED)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as what comes back needs it."""

    id: int
    kind: MessageKind
    state: MessageState
    address: str
    lane: str
    contact_id: int | None
    registration_id: int | None
    enrollment_id: int | None
    step: str | None
    context: dict[str, object]


_COLUMNS = [getattr(Message, name) for name in Sent.__slots__]


def by_id(session: Session, message: int) -> Sent | None:
    row = session.execute(select(*_COLUMNS).where(Message.id == message)).first()
    return Sent(*row) if row else None


def by_headers(session: Session, header_ids: Sequence[str]) -> Sent | None:
    """The message with the first of these Message-ID headers (in angle brackets) that is one of ours."""
    if not header_ids:
        return None
    rows = session.execute(select(Message.header_id, *_COLUMNS).where(Message.header_id.in_(header_ids[:50]))).all()
    found = {row[0]: Sent(*row[1:]) for row in rows}
    return next((found[header] for header in header_ids if header in found), None)


def latest_to(session: Session, key: str, since: datetime) -> Sent | None:
    """The latest mail that left for this address after ``since``; found by contact or registration."""
    mine = or_(
        Message.contact_id.in_(select(Contact.id).where(Contact.address_key == key)),
        Message.registration_id.in_(select(Registration.id).where(Registration.address_key == key)),
    )
    row = session.execute(
        select(*_COLUMNS)
        .where(mine, Message.kind != MessageKind.SALES, Message.state.in_(_GONE_OUT), Message.queued_at > since)
        .order_by(Message.id.desc())
        .limit(1)
    ).first()
    return Sent(*row) if row else None


def came_back(session: Session, message: int, failure: str, reason: str, now: datetime) -> bool:
    """It did not arrive after all. False: that was known already, or it never left."""
    return _move(session, message, LEFT, MessageState.FAILED, reason, now, failure)


def arrived(session: Session, message: int, reason: str) -> bool:
    """Its outcome was unknown, and here is a sign that it arrived. False: nothing was open."""
    return _move(session, message, (MessageState.UNKNOWN,), MessageState.ACCEPTED, reason, None, None)


def _move(
    session: Session,
    message: int,
    states: tuple[MessageState, ...],
    to: MessageState,
    reason: str,
    now: datetime | None,
    failure: str | None,
) -> bool:
    """``now`` None: when it was settled before stays, as clicks are judged by it."""
    over: dict[str, object] = {"due_at": None, "claimed_by": None, "claimed_until": None}
    if now is not None:
        over["settled_at"] = now
    result = session.execute(
        update(Message)
        .where(Message.id == message, Message.state.in_(states))
        .values(state=to, reason=reason, failure=failure, **over)
        .execution_options(synchronize_session=False)
    )
    return isinstance(result, CursorResult) and result.rowcount == 1


def last_arrival(session: Session, contact: int, before: int) -> tuple[int, datetime | None]:
    """(id, when) of the latest mail to this contact before message ``before`` that went out and did not come back.

    Counted in the order of sending: a younger mail may still come back, so it says nothing about an older one.
    """
    row = session.execute(
        select(Message.id, Message.settled_at)
        .where(_mail_to(contact), Message.id < before, Message.state == MessageState.ACCEPTED)
        .order_by(Message.id.desc())
        .limit(1)
    ).first()
    return (row.id, row.settled_at) if row else (0, None)


def soft_failures(session: Session, contact: int, after: int, to: int, since: datetime | None) -> list[datetime]:
    """When mails to this contact came to a soft end, one moment per message: ids above ``after`` up to ``to``."""
    query = select(Message.settled_at).where(
        _mail_to(contact),
        Message.id > after,
        Message.id <= to,
        Message.failure == "soft",
        Message.state.in_((MessageState.FAILED, MessageState.UNDELIVERED)),
    )
    if since is not None:
        query = query.where(Message.settled_at > since)
    return [at for at in session.scalars(query) if at is not None]


def _mail_to(contact: int) -> ColumnElement[bool]:
    return and_(Message.contact_id == contact, Message.kind == MessageKind.NURTURE)
