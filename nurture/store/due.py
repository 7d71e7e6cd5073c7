"""When something is due next, over everything that waits for a moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, literal_column, select, union_all
from sqlalchemy.orm import Session

from nurture.domain.handoff import HandoffState
from nurture.store.schema import EnrollmentRow, Handoff, Hit, Message, Registration
from nurture.store.types import UtcDateTime


def _first(beat: str, column: Any, *where: Any) -> Select[Any, Any]:
    moment = func.min(column, type_=UtcDateTime())
    return select(literal(beat, literal_execute=True).label("beat"), moment.label("moment")).where(*where)


_NEXT = union_all(
    _first("advance", EnrollmentRow.due_at, literal_column("enrollments.state = 'active'")),
    _first("deliver", Message.waiting_until, literal_column("messages.waiting_until IS NOT NULL")),
    _first("engagement", Hit.due_at, Hit.due_at.is_not(None)),
    _first("expire", Registration.expires_at, literal_column("registrations.state = 'pending'")),
    _first("expire", Registration.expires_at, literal_column("registrations.state IN ('doubted', 'declining')")),
    _first("handoff-clocks", Handoff.remind_at, Handoff.state == HandoffState.OFFERED),
    _first("handoff-clocks", Handoff.escalate_at, Handoff.state == HandoffState.OFFERED),
)


def next_moments(session: Session) -> dict[str, datetime]:
    """Beat -> the earliest moment at which it will find something to do; beats that wait for nothing are left out.

    One statement, one index look-up per kind. ``handoff-clocks`` also has work whenever a salesperson has room again.
    """
    found: dict[str, datetime] = {}
    for beat, moment in session.execute(_NEXT):
        if moment is not None:
            found[beat] = min(moment, found.get(beat, moment))
    return found
