"""What was observed of somebody, and how it is taken away when the consent ends. Nothing here commits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from nurture.domain.message import MessageState
from nurture.store.activities import OBSERVED
from nurture.store.schema import Activity, Contact, Hit, Lead, Message

_WAITS = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.PARKED)


def forget(session: Session, contact: int) -> dict[str, int]:
    """Delete clicks, their verdicts, and downloads of this contact; kind -> how many."""
    gone = {}
    for kind in OBSERVED:
        mine = (Activity.contact_id == contact, Activity.kind == kind)
        session.execute(delete(Hit).where(Hit.activity_id.in_(select(Activity.id).where(*mine))))
        gone[f"{kind}s"] = _count(session.execute(delete(Activity).where(*mine)))
    return gone


def untrack(session: Session, contact: int) -> None:
    """Links of mails that wait name their reader no more."""
    waits = (Message.contact_id == contact, Message.tracked.is_(True), Message.state.in_(_WAITS))
    session.execute(update(Message).where(*waits).values(tracked=False))


def leads_of(session: Session, contact: int) -> list[int]:
    """The leads that this contact's acts speak for."""
    return list(
        session.scalars(select(Lead.id).join(Contact, Contact.unit_id == Lead.unit_id).where(Contact.id == contact))
    )


def _count(result: Any) -> int:
    assert isinstance(result, CursorResult)  # noqa: S101 - what a DELETE gives
    return result.rowcount
