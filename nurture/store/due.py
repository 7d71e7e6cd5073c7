"""When something is due next, over everything that waits for a moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from nurture.domain.handoff import HandoffState
from nurture.store.schema import EnrollmentRow, Handoff, Hit, Message, Registration


def next_moment(session: Session) -> datetime | None:
    """The earliest moment at which a beat will find something to do; None: nothing is waiting. Six index look-ups."""
    offered = Handoff.state == HandoffState.OFFERED
    moments = (
        select(func.min(EnrollmentRow.due_at)).where(literal_column("enrollments.state = 'active'")),
        select(func.min(Message.due_at)).where(literal_column("messages.state = 'queued'")),
        select(func.min(Hit.due_at)).where(Hit.due_at.is_not(None)),
        select(func.min(Registration.expires_at)).where(literal_column("registrations.state = 'pending'")),
        select(func.min(Handoff.remind_at)).where(offered),
        select(func.min(Handoff.escalate_at)).where(offered),
    )
    found = [moment for query in moments if (moment := session.scalar(query)) is not None]
    return min(found, default=None)
