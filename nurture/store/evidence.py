"""What became known of a message after it had left: bounces, signs that it arrived, and which message is meant.

Moves only messages that have left (accepted, unknown, still waiting for the server's answer). Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, func, or_, select, update
from sqlalchemy.orm import Session

from nurture.domain.message import MessageKind, MessageState
from nurture.store.schema import Contact, Message, Registration

_LEFT = (MessageState.ACCEPTED, MessageState.UNKNOWN, MessageState.SENDING)
_GONE_OUT = (*_LEFT, MessageState.FAILED, MessageState.UNDELIVERED)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as what comes back needs it."""

    id: int
    kind: MessageKind
    state: MessageState
    address: str
    provider: str
    contact_id: int | None
    registration_id: int | None
    enrollment_id: int | None
    step: str | None
    context: dict[str, object]


_COLUMNS = [getattr(Message, name) for name in Sent.__slots__]


def by_id(session: Session, message: int) -> Sent | None:
    row = session.execute(select(*_COLUMNS).where(Message.id == message)).first()
    return Sent(*row) if row else None


def by_header(session: Session, header_ids: Collection[str]) -> Sent | None:
    """The message with one of these Message-ID headers, in angle brackets."""
    row = session.execute(select(*_COLUMNS).where(Message.header_id.in_(header_ids)).limit(1)).first()
    return Sent(*row) if row else None


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
    return _move(session, message, _LEFT, MessageState.FAILED, reason, now, failure)


def arrived(session: Session, message: int, reason: str, now: datetime) -> bool:
    """Its outcome was unknown, and here is a sign that it arrived. False: nothing was open."""
    return _move(session, message, (MessageState.UNKNOWN,), MessageState.ACCEPTED, reason, now, None)


def _move(
    session: Session,
    message: int,
    states: tuple[MessageState, ...],
    to: MessageState,
    reason: str,
    now: datetime,
    failure: str | None,
) -> bool:
    over = {"due_at": None, "claimed_by": None, "claimed_until": None, "settled_at": now}
    result = session.execute(
        update(Message)
        .where(Message.id == message, Message.state.in_(states))
        .values(state=to, reason=reason, failure=failure, **over)
        .execution_options(synchronize_session=False)
    )
    return isinstance(result, CursorResult) and result.rowcount == 1


def soft_failures(session: Session, contact: int, since: datetime | None) -> list[datetime]:
    """When mails to this contact came to a soft end, one moment per message, after ``since``."""
    query = select(Message.settled_at).where(
        Message.contact_id == contact,
        Message.kind == MessageKind.NURTURE,
        Message.failure == "soft",
        Message.state.in_((MessageState.FAILED, MessageState.UNDELIVERED)),
    )
    if since is not None:
        query = query.where(Message.settled_at > since)
    return [at for at in session.scalars(query.order_by(Message.settled_at)) if at is not None]


def last_arrival(session: Session, contact: int) -> datetime | None:
    """When a mail to this contact last went through and did not come back."""
    return session.scalar(
        select(func.max(Message.settled_at)).where(
            Message.contact_id == contact, Message.kind == MessageKind.NURTURE, Message.state == MessageState.ACCEPTED
        )
    )
