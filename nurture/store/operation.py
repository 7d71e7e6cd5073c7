"""How the installation is doing: heartbeats of its processes, duties that are taken, and how much work lies about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, CursorResult, delete, func, literal_column, select
from sqlalchemy.orm import Session

from nurture.domain.handoff import OPEN
from nurture.store.schema import (
    Contact,
    Duty,
    EnrollmentRow,
    Handoff,
    Heartbeat,
    Hit,
    Message,
    Registration,
    Route,
    User,
)
from nurture.store.upsert import insert_for


@dataclass(frozen=True, slots=True)
class Pulse:
    """When one process last ran one beat, and what came of it."""

    process: str
    beat: str
    at: datetime
    result: str


def beat(session: Session, process: str, name: str, result: str, now: datetime) -> None:
    """Note that ``process`` ran the beat ``name`` at ``now``."""
    row = {"process": process[:80], "beat": name, "at": now, "result": result}
    statement = insert_for(session, Heartbeat).values(row)
    session.execute(statement.on_conflict_do_update(index_elements=["process", "beat"], set_={"at": now, "result": result}))


def stopped(session: Session, process: str) -> None:
    """The process ended in good order; nobody misses it."""
    session.execute(delete(Heartbeat).where(Heartbeat.process == process[:80]))


def pulses(session: Session) -> list[Pulse]:
    """The last beats of every process, the latest first."""
    rows = session.execute(
        select(Heartbeat.process, Heartbeat.beat, Heartbeat.at, Heartbeat.result).order_by(Heartbeat.at.desc())
    )
    return [Pulse(*row) for row in rows]


def give_back_duty(session: Session, duty: str, slot: str) -> None:
    """The duty failed; it may be taken again in this slot."""
    session.execute(delete(Duty).where(Duty.duty == duty, Duty.slot == slot))


def forget(session: Session, before: datetime) -> int:
    """Remove duties and heartbeats from before ``before``. Returns how many."""
    gone = 0
    for statement in (delete(Duty).where(Duty.taken_at < before), delete(Heartbeat).where(Heartbeat.at < before)):
        result = session.execute(statement)
        gone += result.rowcount if isinstance(result, CursorResult) else 0
    return gone


# --- how much work lies about -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is due and not done yet, found by the partial indexes: costs what waits and not what is stored.

    ``oldest``: since when the first of it is due; None: nothing is.
    """

    enrollments: int
    enrollments_oldest: datetime | None
    messages: int
    messages_oldest: datetime | None
    clicks: int


def backlog(session: Session, now: datetime) -> Backlog:
    enrollments = session.execute(
        select(func.count(), func.min(EnrollmentRow.due_at)).where(
            literal_column("enrollments.state = 'active'"), EnrollmentRow.due_at <= now
        )
    ).one()
    messages = session.execute(
        select(func.count(), func.min(Message.waiting_until)).where(Message.waiting_until <= now)
    ).one()
    clicks = session.scalar(select(func.count()).where(Hit.due_at.is_not(None), Hit.due_at <= now)) or 0
    return Backlog(enrollments[0], enrollments[1], messages[0], messages[1], clicks)


def open_handoffs(session: Session) -> dict[str, int]:
    """State -> how many leads sales has in it."""
    rows = session.execute(select(Handoff.state, func.count()).where(Handoff.state.in_(OPEN)).group_by(Handoff.state))
    return {state.value: count for state, count in rows}


def counts(session: Session) -> dict[str, int]:
    """How many contacts, active enrollments, registrations waiting for their opt-in, and users there are."""
    pending: ColumnElement[bool] = literal_column("registrations.state = 'pending'")
    active: ColumnElement[bool] = literal_column("enrollments.state = 'active'")
    return {
        "contacts": session.scalar(select(func.count()).select_from(Contact)) or 0,
        "enrollments": session.scalar(select(func.count()).select_from(EnrollmentRow).where(active)) or 0,
        "registrations": session.scalar(select(func.count()).select_from(Registration).where(pending)) or 0,
        "users": session.scalar(select(func.count()).select_from(User)) or 0,
    }


def paused_routes(session: Session) -> dict[str, tuple[datetime, str]]:
    """Transport -> until when it is left alone, and why."""
    rows = session.execute(select(Route.name, Route.paused_until, Route.reason))
    return {name: (until, reason) for name, until, reason in rows}
