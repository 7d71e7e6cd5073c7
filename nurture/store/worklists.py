"""What waits for somebody: leads with sales, mails that got stuck, tasks; and the small figures of the start page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from nurture.domain.consent import ConsentState
from nurture.domain.engagement import Verdict
from nurture.domain.handoff import OPEN, HandoffState
from nurture.domain.message import MessageKind, MessageState
from nurture.store.schema import (
    Activity,
    Company,
    Consent,
    Contact,
    EnrollmentRow,
    Handoff,
    Hit,
    Lead,
    Message,
    Registration,
    TaskRow,
    Unit,
)

# --- leads with sales -------------------------------------------------------------------------------------------------


def handoff_counts(session: Session) -> dict[HandoffState, int]:
    rows = session.execute(select(Handoff.state, func.count()).group_by(Handoff.state))
    return dict(rows.all())


def overdue_handoffs(session: Session, now: datetime) -> int:
    """Offered and not answered although a deadline has passed (a passed deadline is cleared once it was acted upon)."""
    late = or_(Handoff.escalate_at <= now, Handoff.escalate_at.is_(None))
    return session.scalar(select(func.count()).where(Handoff.state == HandoffState.OFFERED, late)) or 0


def handoffs(session: Session, states: Sequence[HandoffState], limit: int, offset: int) -> Sequence[Any]:
    """(handoff, product, class, grade, points, contact, company), the latest first."""
    query = (
        select(Handoff, Lead.id.label("lead_id"), Lead.product, Lead.lead_class, Contact, Company.name.label("company"))
        .join(Lead, Lead.id == Handoff.lead_id)
        .join(Contact, Contact.id == Handoff.contact_id)
        .join(Unit, Unit.id == Lead.unit_id)
        .outerjoin(Company, Company.id == Unit.company_id)
        .where(Handoff.state.in_(states))
        .order_by(Handoff.opened_at.desc(), Handoff.id.desc())
    )
    return session.execute(query.limit(limit).offset(offset)).all()


# --- mails ------------------------------------------------------------------------------------------------------------


def message_counts(session: Session) -> dict[MessageState, int]:
    rows = session.execute(select(Message.state, func.count()).group_by(Message.state))
    return dict(rows.all())


def messages(
    session: Session, states: Sequence[MessageState], kind: MessageKind | None, limit: int, offset: int
) -> Sequence[Message]:
    """Mails in these states (none given: in all), the latest first."""
    query = select(Message).order_by(Message.id.desc()).limit(limit).offset(offset)
    if states:
        query = query.where(Message.state.in_(states))
    if kind is not None:
        query = query.where(Message.kind == kind)
    return list(session.scalars(query))


def message(session: Session, number: int) -> Message | None:
    return session.get(Message, number)


# --- tasks ------------------------------------------------------------------------------------------------------------


def tasks(session: Session, *, done: bool, limit: int, offset: int) -> Sequence[Any]:
    """(task, contact, company): open ones by when they are due, done ones by when they were done."""
    query = (
        select(TaskRow, Contact, Company.name.label("company"))
        .join(Contact, Contact.id == TaskRow.contact_id)
        .join(Unit, Unit.id == Contact.unit_id)
        .outerjoin(Company, Company.id == Unit.company_id)
    )
    if done:
        query = query.where(TaskRow.done_at.is_not(None)).order_by(TaskRow.done_at.desc(), TaskRow.id.desc())
    else:
        due = func.coalesce(TaskRow.due_at, TaskRow.created_at)
        query = query.where(TaskRow.done_at.is_(None)).order_by(due, TaskRow.id)
    return session.execute(query.limit(limit).offset(offset)).all()


def task_counts(session: Session, now: datetime) -> tuple[int, int, int]:
    """(open, of these overdue, done)."""
    is_open = TaskRow.done_at.is_(None)
    row = session.execute(
        select(
            func.count().filter(is_open),
            func.count().filter(is_open, TaskRow.due_at < now),
            func.count().filter(TaskRow.done_at.is_not(None)),
        ).select_from(TaskRow)
    ).one()
    return row[0], row[1], row[2]


def finish_task(session: Session, task: int, by: str, now: datetime) -> bool:
    """Mark as done; False: there is no such task. One that is done stays as it is."""
    session.execute(update(TaskRow).where(TaskRow.id == task, TaskRow.done_at.is_(None)).values(done_at=now, done_by=by))
    return session.get(TaskRow, task) is not None


# --- figures ----------------------------------------------------------------------------------------------------------


def figures(session: Session, mail_purposes: Sequence[str], since: datetime) -> dict[str, int]:
    """How many contacts, reachable ones, unconfirmed ones, …; and ``since`` then: mails sent, human clicks, downloads."""
    reachable = select(func.count(Consent.contact_id.distinct())).where(
        Consent.purpose.in_(mail_purposes), Consent.state == ConsentState.CONFIRMED
    )
    sent = select(func.count()).where(
        Message.state == MessageState.ACCEPTED, Message.kind == MessageKind.NURTURE, Message.settled_at >= since
    )
    clicks = (
        select(func.count())
        .select_from(Hit)
        .join(Activity, Activity.id == Hit.activity_id)
        .where(Hit.verdict == Verdict.HUMAN.value, Activity.at >= since)
    )
    questions = {
        "contacts": select(func.count()).select_from(Contact),
        "reachable": reachable,
        "pending": select(func.count()).where(Registration.state == "pending"),
        "in_campaigns": select(func.count(EnrollmentRow.contact_id.distinct())).where(
            EnrollmentRow.state.in_(("active", "held"))
        ),
        "sent": sent,
        "clicks": clicks,
        "downloads": select(func.count()).where(Activity.kind == "download", Activity.at >= since),
        "with_sales": select(func.count()).where(Handoff.state.in_(OPEN)),
    }
    row = session.execute(select(*(query.scalar_subquery().label(name) for name, query in questions.items()))).one()
    return dict(row._mapping)


def recent(session: Session, limit: int) -> Sequence[Any]:
    """(activity, verdict, contact, company): what people did lately, latest first."""
    query = (
        select(Activity, Hit.verdict, Contact, Company.name.label("company"))
        .join(Contact, Contact.id == Activity.contact_id)
        .join(Unit, Unit.id == Contact.unit_id)
        .outerjoin(Company, Company.id == Unit.company_id)
        .outerjoin(Hit, Hit.activity_id == Activity.id)
        .where(or_(Hit.verdict.is_(None), Hit.verdict != Verdict.MACHINE.value))
        .order_by(Activity.id.desc())
        .limit(limit)
    )
    return session.execute(query).all()
