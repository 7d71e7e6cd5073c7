"""Leads that are with sales."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, literal_column, select
from sqlalchemy.orm import Session

from nurture.domain.handoff import OPEN, HandoffState
from nurture.store.schema import Handoff, HandoffEventRow, Lead, Registration
from nurture.store.upsert import insert_for

_OPEN_WHERE: ColumnElement[bool] = literal_column("state IN ('waiting', 'offered', 'accepted')")


def open_once(session: Session, row: dict[str, Any]) -> int | None:
    """A new handoff; None if this lead is with sales already (the unique key decides, not a look beforehand)."""
    statement = (
        insert_for(session, Handoff)
        .values(row)
        .on_conflict_do_nothing(index_elements=["lead_id"], index_where=_OPEN_WHERE)
        .returning(Handoff.id)
    )
    found: int | None = session.scalar(statement)
    return found


def locked(session: Session, handoff: int) -> Handoff | None:
    return session.scalar(select(Handoff).where(Handoff.id == handoff).with_for_update())


def note(session: Session, handoff: int, event: str, by: str, text: str, now: datetime) -> None:
    """One line in the handoff's history."""
    session.add(HandoffEventRow(handoff_id=handoff, event=event, by=by, note=text, at=now))
    session.flush()


def load(session: Session) -> dict[str, int]:
    """Salesperson -> open handoffs."""
    rows = session.execute(
        select(Handoff.salesperson, func.count())
        .where(Handoff.state.in_((HandoffState.OFFERED, HandoffState.ACCEPTED)), Handoff.salesperson.is_not(None))
        .group_by(Handoff.salesperson)
    )
    return {person: count for person, count in rows if person is not None}


def last_closed(session: Session, leads: Iterable[int]) -> dict[int, datetime]:
    """Lead -> when sales last gave it back or closed it."""
    rows = session.execute(
        select(Handoff.lead_id, func.max(Handoff.closed_at)).where(Handoff.lead_id.in_(leads)).group_by(Handoff.lead_id)
    )
    return {lead: at for lead, at in rows if at is not None}


def open_leads(session: Session, leads: Iterable[int]) -> set[int]:
    """Which of these leads are with sales."""
    return set(session.scalars(select(Handoff.lead_id).where(Handoff.lead_id.in_(leads), Handoff.state.in_(OPEN))))


def overdue(session: Session, now: datetime, limit: int) -> list[Handoff]:
    """Offered handoffs whose reminder or escalation is due; locked."""
    due = (Handoff.remind_at <= now) | (Handoff.escalate_at <= now)
    return list(
        session.scalars(
            select(Handoff)
            .where(Handoff.state == HandoffState.OFFERED, due)
            .order_by(Handoff.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def waiting(session: Session, limit: int) -> list[tuple[Handoff, Lead]]:
    """Handoffs nobody had room for, best score first; locked. Not those of a contact whose confirmation is doubted."""
    doubted = exists().where(Registration.contact_id == Handoff.contact_id, Registration.state == "doubted")
    rows = session.execute(
        select(Handoff, Lead)
        .join(Lead, Lead.id == Handoff.lead_id)
        .where(Handoff.state == HandoffState.WAITING, ~doubted)
        .order_by((Handoff.trigger == "wish").desc(), Lead.grade, Lead.points.desc(), Handoff.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [(handoff, lead) for handoff, lead in rows]


def history(session: Session, handoff: int) -> list[tuple[datetime, str, str, str]]:
    """(at, event, by, note), oldest first."""
    rows = session.execute(
        select(HandoffEventRow.at, HandoffEventRow.event, HandoffEventRow.by, HandoffEventRow.note)
        .where(HandoffEventRow.handoff_id == handoff)
        .order_by(HandoffEventRow.id)
    )
    return [(at, event, by, note) for at, event, by, note in rows]
