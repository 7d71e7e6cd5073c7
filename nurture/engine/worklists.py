"""What waits for somebody, and the small figures of the start page. Every figure has one function, here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nurture.domain import audit
from nurture.domain.errors import NotFound
from nurture.domain.handoff import OPEN, HandoffState
from nurture.domain.message import MessageKind, MessageState
from nurture.engine import naming, reasons
from nurture.engine.links import mail_purposes
from nurture.engine.runtime import Runtime
from nurture.engine.scoring import lead_scores
from nurture.store import audit as audit_log
from nurture.store import cases
from nurture.store import worklists as store
from nurture.store.database import reading, transaction
from nurture.store.delivery_view import needing_a_human, stuck
from nurture.store.schema import Contact, Message

STUCK = (MessageState.PARKED, MessageState.FAILED, MessageState.UNDELIVERED, MessageState.UNKNOWN)
"""States of a mail that somebody should look at."""
CLOSED = tuple(state for state in HandoffState if state not in OPEN)
LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Attention:
    """What needs a human: leads waiting for sales, mails that got stuck, tasks."""

    handoffs: int
    handoffs_waiting: int
    handoffs_overdue: int
    stuck: int
    tasks: int
    tasks_overdue: int
    cases: int
    """Requests of data subjects that are open; ``cases_overdue`` of them should have been answered."""
    cases_overdue: int
    delivery: int
    """Stopped streams, alarms about us as a sender, and what came back that only a human can tell."""

    @property
    def nothing(self) -> bool:
        return not (self.handoffs or self.stuck or self.tasks or self.delivery or self.cases)


@dataclass(frozen=True, slots=True)
class Figures:
    """``sent``, ``clicks`` (by humans) and ``downloads``: in the last seven days; all others: now."""

    contacts: int
    reachable: int
    pending: int
    in_campaigns: int
    sent: int
    clicks: int
    downloads: int
    with_sales: int


@dataclass(frozen=True, slots=True)
class Who:
    """The person a row is about."""

    address: str
    name: str
    company: str


@dataclass(frozen=True, slots=True)
class News:
    """Something a person did lately. ``kind`` as in the journal; ``verdict``: of a click, else ''."""

    at: datetime
    kind: str
    about: str
    verdict: str
    who: Who


@dataclass(frozen=True, slots=True)
class HandoffRow:
    """``overdue``: offered, and the time to answer has passed."""

    id: int
    state: HandoffState
    trigger: str
    reason: str
    product: str
    lead_class: str
    grade: str
    points: float
    salesperson: str | None
    opened_at: datetime
    answer_by: datetime | None
    overdue: bool
    closed_at: datetime | None
    return_reason: str | None
    note: str | None
    who: Who


@dataclass(frozen=True, slots=True)
class MessageRow:
    id: int
    kind: MessageKind
    state: MessageState
    address: str
    known: bool
    """Whether the address has a page in the office; a salesperson's has not."""
    subject: str
    campaign: str
    step: str | None
    at: datetime
    due_at: datetime | None
    attempts: int
    reason: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    id: int
    title: str
    product: str
    due_at: datetime | None
    overdue: bool
    created_at: datetime
    done_at: datetime | None
    done_by: str | None
    who: Who


def attention(rt: Runtime, now: datetime) -> Attention:
    with reading(rt.db) as session:
        handoffs, messages = store.handoff_counts(session), stuck(session)
        tasks, overdue, _ = store.task_counts(session, now)
        open_cases, late_cases = cases.waiting(session, now)
        return Attention(
            handoffs=sum(handoffs.get(state, 0) for state in OPEN),
            handoffs_waiting=handoffs.get(HandoffState.WAITING, 0),
            handoffs_overdue=store.overdue_handoffs(session, now),
            stuck=sum(messages.get(state, 0) for state in STUCK),
            tasks=tasks,
            tasks_overdue=overdue,
            cases=open_cases,
            cases_overdue=late_cases,
            delivery=needing_a_human(session),
        )


def figures(rt: Runtime, now: datetime) -> Figures:
    with reading(rt.db) as session:
        return Figures(**store.figures(session, mail_purposes(rt.definitions), now - LATELY))


def news(rt: Runtime, language: str, limit: int = 12) -> list[News]:
    """What people did lately, machines left out."""
    with reading(rt.db) as session:
        found = [
            News(a.at, a.kind, naming.about(rt.definitions, a, language), verdict or "", _who(contact, company))
            for a, verdict, contact, company in store.recent(session, limit)
        ]
    return sorted(found, key=lambda n: n.at, reverse=True)


def _who(contact: Contact, company: str | None) -> Who:
    name = " ".join(part for part in (contact.first_name, contact.last_name) if part)
    return Who(contact.address, name, company or "")


# --- leads with sales -------------------------------------------------------------------------------------------------


def handoffs(
    rt: Runtime, *, closed: bool, language: str, now: datetime, limit: int, offset: int
) -> tuple[list[HandoffRow], int]:
    """One page of open or closed handoffs, and how many there are in all."""
    states = CLOSED if closed else OPEN
    with reading(rt.db) as session:
        counts = store.handoff_counts(session)
        rows = store.handoffs(session, states, limit, offset)
        scores = lead_scores(rt, session, [row.lead_id for row in rows], now)
        found = [_handoff(rt, row, scores.get(row.lead_id), language, now) for row in rows]
    return found, sum(counts.get(state, 0) for state in states)


def _handoff(rt: Runtime, row: Any, result: Any, language: str, now: datetime) -> HandoffRow:
    h, d = row.Handoff, rt.definitions
    late = h.state is HandoffState.OFFERED and (h.escalate_at is None or h.escalate_at <= now)
    return HandoffRow(
        id=h.id,
        state=h.state,
        trigger=h.trigger,
        reason=reasons.told(d, h.reason, language),
        product=naming.product_name(d, row.product, language),
        lead_class=row.lead_class.value,
        grade=result.score.grade if result else "",
        points=result.score.points if result else 0.0,
        salesperson=naming.salesperson(d, h.salesperson),
        opened_at=h.opened_at,
        answer_by=h.escalate_at if h.state is HandoffState.OFFERED else None,
        overdue=late,
        closed_at=h.closed_at,
        return_reason=naming.return_reason(d, h.return_reason, language),
        note=h.note,
        who=_who(row.Contact, row.company),
    )


# --- mails ------------------------------------------------------------------------------------------------------------


def message_counts(rt: Runtime) -> dict[MessageState, int]:
    with reading(rt.db) as session:
        return store.message_counts(session)


def messages(
    rt: Runtime, states: tuple[MessageState, ...], kind: MessageKind | None, language: str, limit: int, offset: int
) -> list[MessageRow]:
    """One page of the outbox, the latest first; ``states`` empty: all."""
    with reading(rt.db) as session:
        return [_message(rt, row, language) for row in store.messages(session, states, kind, limit, offset)]


def message(rt: Runtime, number: int, language: str) -> MessageRow:
    """One mail. Raises NotFound."""
    with reading(rt.db) as session:
        row = store.message(session, number)
        if row is None:
            raise NotFound("message", number)
        return _message(rt, row, language)


def _message(rt: Runtime, m: Message, language: str) -> MessageRow:
    return MessageRow(
        id=m.id,
        kind=m.kind,
        state=m.state,
        address=m.address,
        known=m.kind is not MessageKind.SALES,
        subject=m.subject or m.mail,
        campaign=naming.campaign_title(rt.definitions, m.campaign, language),
        step=m.step,
        at=m.settled_at or m.queued_at,
        due_at=m.due_at,
        attempts=m.attempts,
        reason=reasons.told(rt.definitions, m.reason, language),
    )


# --- tasks ------------------------------------------------------------------------------------------------------------


def tasks(rt: Runtime, *, done: bool, language: str, now: datetime, limit: int, offset: int) -> tuple[list[TaskRow], int]:
    """One page of open or done tasks, and how many there are in all."""
    with reading(rt.db) as session:
        still_open, _, finished = store.task_counts(session, now)
        rows = [
            TaskRow(
                id=row.TaskRow.id,
                title=row.TaskRow.title,
                product=naming.product_name(rt.definitions, row.TaskRow.product, language) if row.TaskRow.product else "",
                due_at=row.TaskRow.due_at,
                overdue=row.TaskRow.due_at is not None and row.TaskRow.due_at < now and row.TaskRow.done_at is None,
                created_at=row.TaskRow.created_at,
                done_at=row.TaskRow.done_at,
                done_by=row.TaskRow.done_by,
                who=_who(row.Contact, row.company),
            )
            for row in store.tasks(session, done=done, limit=limit, offset=offset)
        ]
    return rows, finished if done else still_open


def finish_task(rt: Runtime, task: int, by: str, now: datetime) -> None:
    """Somebody did it. Safe to repeat. Raises NotFound."""
    with transaction(rt.db) as session:
        if not store.finish_task(session, task, by, now):
            raise NotFound("task", task)
        audit_log.note(session, audit.user(by), "done", ("task", task), now)
