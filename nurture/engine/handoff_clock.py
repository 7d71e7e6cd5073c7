"""The clock of handoffs: whoever has not answered is reminded, the head of sales is told, waiting leads find a taker.

Each of it once: what was done is taken off the clock in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from nurture.engine.handoff import find_taker, mail_sales, offer
from nurture.engine.runtime import Runtime
from nurture.store import handoffs
from nurture.store.database import transaction
from nurture.store.schema import Contact

_BATCH = 100


@dataclass(frozen=True, slots=True)
class Clocked:
    reminded: int = 0
    escalated: int = 0
    assigned: int = 0


def run_clocks(rt: Runtime, now: datetime) -> Clocked:
    """Remind whoever has not answered, tell the head of sales, give waiting leads to whoever has room again."""
    with transaction(rt.db) as session:
        reminded, escalated = _remind(rt, session, now)
        return Clocked(reminded, escalated, _assign_waiting(rt, session, now))


def _remind(rt: Runtime, session: Session, now: datetime) -> tuple[int, int]:
    reminded = escalated = 0
    for handoff in handoffs.overdue(session, now, _BATCH):
        person = rt.definitions.sales.team.get(handoff.salesperson or "")
        if handoff.remind_at is not None and handoff.remind_at <= now:
            handoff.remind_at = None
            if person is not None:
                mail_sales(rt, session, handoff, "handoff-reminder", person.email, person.language, person.name, now,
                           f"reminder-{person.id}")  # fmt: skip
            handoffs.note(session, handoff.id, "reminded", "clock", person.name if person else "", now)
            reminded += 1
        if handoff.escalate_at is not None and handoff.escalate_at <= now:
            handoff.escalate_at = None
            language = rt.definitions.organisation.languages[0]
            name = person.name if person else ""
            mail_sales(rt, session, handoff, "handoff-escalation", rt.definitions.sales.head, language, name, now,
                       f"escalation-{handoff.salesperson}")  # fmt: skip
            handoffs.note(session, handoff.id, "escalated", "clock", rt.definitions.sales.head, now)
            escalated += 1
    return reminded, escalated


def _assign_waiting(rt: Runtime, session: Session, now: datetime) -> int:
    assigned = 0
    for handoff, lead in handoffs.waiting(session, _BATCH):
        language = session.get_one(Contact, handoff.contact_id).language
        taker = find_taker(rt, session, lead.product, language, lead.id)
        if taker is not None:
            offer(rt, session, handoff, taker, now)
            assigned += 1
    return assigned
