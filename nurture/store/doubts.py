"""What waits, moves on or is taken back when a confirmation is doubted (``engine/confirmation.py``).

Mails, handoffs, and what was told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from nurture.domain.consent import ConsentState
from nurture.domain.handoff import HandoffState
from nurture.domain.message import MessageState
from nurture.store.schema import Consent, Contact, ContactChange, Handoff, Lead, Message, Registration

_UNANSWERED = (HandoffState.WAITING, HandoffState.OFFERED)


def doubted(session: Session, contact: int) -> bool:
    """Whether a confirmation of this contact waits for its code."""
    waiting = select(Registration.id).where(Registration.contact_id == contact, Registration.state == "doubted").limit(1)
    return session.scalar(waiting) is not None


# --- mails ----------------------------------------------------------------------------------------------------------------


def put_off(session: Session, contact: int, purposes: Sequence[str], until: datetime) -> None:
    """Mails for these purposes that still wait leave at ``until`` at the earliest; permission is asked again then."""
    _due(session, (Message.contact_id == contact, Message.purpose.in_(purposes)), until)


def put_off_sales(session: Session, contact: int, since: datetime, until: datetime) -> None:
    """The same for mails to sales about what this contact set off at ``since`` or later."""
    _due(session, (Message.handoff_id.in_(select(Handoff.id).where(*_opened(contact, since))),), until)


def _due(session: Session, which: Sequence[ColumnElement[bool]], at: datetime) -> None:
    session.execute(update(Message).where(*which, Message.state == MessageState.QUEUED).values(due_at=at))


# --- handoffs -------------------------------------------------------------------------------------------------------------


def _opened(contact: int, since: datetime) -> tuple[ColumnElement[bool], ...]:
    return Handoff.contact_id == contact, Handoff.opened_at >= since, Handoff.state.in_(_UNANSWERED)


def stop_sales(session: Session, contact: int, since: datetime, until: datetime) -> None:
    """Sales is told nothing, and nobody is reminded, of what this contact set off at ``since`` or later."""
    put_off_sales(session, contact, since, until)
    clocks = {"remind_at": None, "escalate_at": None}
    session.execute(update(Handoff).where(*_opened(contact, since)).values(clocks))


def opened_since(session: Session, contact: int, since: datetime) -> list[Handoff]:
    """The unanswered handoffs that this contact set off at ``since`` or later; locked."""
    return list(session.scalars(select(Handoff).where(*_opened(contact, since)).order_by(Handoff.id).with_for_update()))


def leads_of(session: Session, contact: int) -> list[int]:
    query = select(Lead.id).join(Contact, Contact.unit_id == Lead.unit_id).where(Contact.id == contact)
    return list(session.scalars(query.order_by(Lead.id)))


# --- taking back ----------------------------------------------------------------------------------------------------------


def cancel(session: Session, contact: int, purposes: Sequence[str], since: datetime, reason: str, now: datetime) -> None:
    """Mails that wait for these purposes, and handoffs since then with their mails, come to nothing."""
    handoffs = select(Handoff.id).where(*_opened(contact, since))
    mine = (Message.contact_id == contact) & Message.purpose.in_(purposes)
    cancelled = {"state": MessageState.CANCELLED, "due_at": None, "settled_at": now, "reason": reason}
    session.execute(
        update(Message)
        .where(or_(mine, Message.handoff_id.in_(handoffs)), Message.state == MessageState.QUEUED)
        .values(cancelled)
    )
    closed = {"state": HandoffState.RETURNED, "closed_at": now, "note": reason}
    session.execute(update(Handoff).where(*_opened(contact, since)).values(closed))


def take_changes(session: Session, contact: int, at: datetime) -> list[tuple[str, str | None, str | None]]:
    """(field, before, after) of what changed of this contact at this moment, taken out of its history."""
    c = ContactChange
    mine = (c.contact_id == contact, c.at == at)
    found = [
        (name, old, new) for name, old, new in session.execute(select(c.field, c.old, c.new).where(*mine).order_by(c.id))
    ]
    session.execute(delete(c).where(*mine))
    return found


def known_otherwise(session: Session, contact: int) -> bool:
    """Whether the contact has another confirmed registration, or any consent that holds."""
    agreed = exists().where(Consent.contact_id == contact, Consent.state == ConsentState.CONFIRMED)
    confirmed = exists().where(Registration.contact_id == contact, Registration.state.in_(("confirmed", "doubted")))
    return bool(session.scalar(select(or_(agreed, confirmed))))
