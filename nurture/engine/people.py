"""Who is known: search over contacts and over registrations that are not confirmed yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from nurture.engine.links import mail_purposes
from nurture.engine.person import person_state
from nurture.engine.runtime import Runtime
from nurture.engine.scoring import LeadScore, lead_scores
from nurture.store import handoffs
from nurture.store import people as store
from nurture.store.database import reading
from nurture.store.people import Wanted
from nurture.store.schema import Lead, Registration


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One lead of the person's unit: ``points`` counted by the same function as the person's page."""

    product: str
    lead_class: str
    confirmed: bool
    grade: str
    points: float


@dataclass(frozen=True, slots=True)
class PersonRow:
    """``contact`` None: only a registration that is not confirmed. ``since``: when the address first appeared."""

    contact: int | None
    address: str
    name: str
    company: str
    function: str | None
    language: str
    state: str
    since: datetime
    last_active_at: datetime | None
    leads: tuple[LeadRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found, and how many there are in all."""

    rows: tuple[PersonRow, ...]
    total: int


def search(rt: Runtime, wanted: Wanted, limit: int, offset: int, now: datetime) -> Found:
    """People whose name, address or company fits: those not confirmed yet first, then contacts, newest first.

    A constant number of queries. ``now``: for which moment points are counted.
    """
    wanted = replace(wanted, mail=tuple(mail_purposes(rt.definitions)))
    with reading(rt.db) as session:
        waiting = store.pending_count(session, wanted)
        total = waiting + store.count(session, wanted)
        rows = [_registered(row) for row in store.pending(session, wanted, limit, offset)]
        if len(rows) < limit:
            rows += _contacts(rt, session, wanted, limit - len(rows), max(0, offset - waiting), now)
        return Found(tuple(rows), total)


def _registered(row: Registration) -> PersonRow:
    told = row.answers
    return PersonRow(
        contact=None,
        address=row.address,
        name=_name(told.get("first_name"), told.get("last_name")),
        company=str(told.get("company") or ""),
        function=told.get("function"),
        language=row.language,
        state="pending",
        since=row.created_at,
        last_active_at=None,
    )


def _contacts(rt: Runtime, session: Session, wanted: Wanted, limit: int, offset: int, now: datetime) -> list[PersonRow]:
    found = store.page(session, wanted, limit, offset)
    leads = store.leads_of(session, {row.Contact.unit_id for row in found})
    ids = [lead.id for group in leads.values() for lead in group]
    scores = lead_scores(rt, session, ids, now)
    with_sales = handoffs.open_leads(session, ids)
    consents = store.mail_consents(session, [row.Contact.id for row in found], wanted.mail)
    return [
        _person(row, leads[row.Contact.unit_id], scores, with_sales, consents[row.Contact.id])
        for row in found
    ]  # fmt: skip


def _person(
    row: Any, leads: list[Lead], scores: Mapping[int, LeadScore], with_sales: set[int], mail: list[Any]
) -> PersonRow:
    contact = row.Contact
    return PersonRow(
        contact=contact.id,
        address=contact.address,
        name=_name(contact.first_name, contact.last_name),
        company=row.company or "",
        function=contact.function,
        language=contact.language,
        state=person_state(
            mail,
            suppressed=row.suppressed is not None,
            with_sales=any(lead.id in with_sales for lead in leads),
            inactive=row.inactive,
        ),
        since=contact.created_at,
        last_active_at=contact.last_active_at,
        leads=tuple(_lead(lead, scores[lead.id]) for lead in leads if lead.id in scores),
    )


def _lead(lead: Lead, result: LeadScore) -> LeadRow:
    return LeadRow(lead.product, lead.lead_class.value, lead.confirmed, result.score.grade, result.score.points)


def _name(*parts: Any) -> str:
    return " ".join(str(part) for part in parts if part)
