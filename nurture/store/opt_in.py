"""What was answered to an opt-in mail, kept with its registration (``evidence["answer"]``): presses, code, what to undo.

Nothing personal stands in it: which button, when, and why it was doubted.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session

from nurture.domain.message import MessageKind
from nurture.store.schema import Message, Registration

_PRESSES = 20
"""How many presses are kept, the latest."""


def answer_of(row: Registration) -> dict[str, Any]:
    """``presses``: [{answer, at, why}]; ``code``: {why, at, wrong} while it is asked for; ``undo``; ``declined``."""
    return dict((row.evidence or {}).get("answer", {}))


def note(row: Registration, **said: Any) -> None:
    """Add to what was answered; None takes it away."""
    answer = {name: value for name, value in (answer_of(row) | said).items() if value is not None}
    row.evidence = {**(row.evidence or {}), "answer": answer}


def pressed(row: Registration, answer: str, why: str | None, now: datetime) -> None:
    """A button was pressed. ``why``: what says that it was a program."""
    presses = answer_of(row).get("presses", [])
    note(row, presses=[*presses, {"answer": answer, "at": now.isoformat(), "why": why}][-_PRESSES:])


def last_press(row: Registration, answer: str) -> datetime | None:
    """When this button was last pressed."""
    moments = [press["at"] for press in answer_of(row).get("presses", []) if press["answer"] == answer]
    return datetime.fromisoformat(moments[-1]) if moments else None


def was_confirmed(row: Registration) -> bool:
    """Whether there is something to undo: it is doubted now, or was before it was declined."""
    declined = answer_of(row).get("declined", {})
    return row.state == "doubted" or (row.state == "declining" and declined.get("from") == "doubted")


def mail_left(session: Session, registration: int) -> datetime | None:
    """When the opt-in mail was accepted (or what else came of it); the latest, if it was sent again."""
    mails = (Message.registration_id == registration, Message.kind == MessageKind.OPT_IN)
    return session.scalar(select(func.max(Message.settled_at)).where(*mails))


def overdue(session: Session, now: datetime, limit: int) -> list[Registration]:
    """Doubted ones without a code in time, and declined ones whose minute is over; locked, oldest first."""
    unsettled: ColumnElement[bool] = literal_column("registrations.state IN ('doubted', 'declining')")
    return list(
        session.scalars(
            select(Registration)
            .where(unsettled, Registration.expires_at <= now)
            .order_by(Registration.expires_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )
