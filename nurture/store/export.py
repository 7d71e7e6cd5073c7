"""Reading whole tables in small batches, for exports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from nurture.store.schema import Activity, AuditEntry, Company, ConsentEventRow, Contact, Hit, Message, Unit

_BATCH = 1000


def contacts(session: Session) -> Iterator[Mapping[str, Any]]:
    """Every contact with its company, by id."""
    c = Contact
    columns = (
        c.id, c.address.label("email"), c.salutation, c.first_name, c.last_name, Company.name.label("company"),
        Company.domain, Company.industry, Company.size.label("company_size"), Company.region, c.function, c.phone,
        c.language, c.country, c.time_zone, c.source, c.created_at, c.last_active_at, c.last_mail_at, c.answers,
    )  # fmt: skip
    query = select(*columns).join(Unit, Unit.id == c.unit_id).outerjoin(Company, Company.id == Unit.company_id)
    yield from _rows(session, query, c.id)


def activities(session: Session) -> Iterator[Mapping[str, Any]]:
    """The journal, in the order in which it was written; a click with its verdict."""
    a = Activity
    columns = (
        a.id, Contact.address.label("email"), a.kind, a.at, a.product, a.topic, a.content, a.form, a.message_id, a.step,
        a.link, a.method, Hit.verdict, a.data,
    )  # fmt: skip
    query = select(*columns).join(Contact, Contact.id == a.contact_id).outerjoin(Hit, Hit.activity_id == a.id)
    yield from _rows(session, query, a.id)


def messages(session: Session) -> Iterator[Mapping[str, Any]]:
    """Every mail and what became of it."""
    m = Message
    columns = (
        m.id, m.kind, m.state, m.address.label("email"), m.language, m.mail, m.subject, m.campaign, m.step, m.round,
        m.attempts, m.queued_at, m.settled_at, m.reason, m.header_id, m.template_version,
    )  # fmt: skip
    yield from _rows(session, select(*columns), m.id)


def consents(session: Session) -> Iterator[Mapping[str, Any]]:
    """The ledger of consents, with the evidence."""
    e = ConsentEventRow
    columns = (e.id, Contact.address.label("email"), e.purpose, e.event, e.at, e.evidence)
    yield from _rows(session, select(*columns).join(Contact, Contact.id == e.contact_id), e.id)


def audit_entries(session: Session) -> Iterator[Mapping[str, Any]]:
    """Who did what, in order, with the chain's hashes."""
    a = AuditEntry
    columns = (
        a.id, a.number, a.at, a.actor_kind, a.actor, a.action, a.object, a.object_id, a.contact_id, a.details, a.previous,
        a.hash,
    )  # fmt: skip
    yield from _rows(session, select(*columns), a.id)


def _rows(session: Session, query: Any, key: Any) -> Iterator[Mapping[str, Any]]:
    """Every row, a batch at a time by ascending id: memory does not grow with the table."""
    last = 0
    while batch := session.execute(query.where(key > last).order_by(key).limit(_BATCH)).all():
        yield from (_mapping(row) for row in batch)
        last = batch[-1].id


def _mapping(row: Row[Any]) -> Mapping[str, Any]:
    return dict(row._mapping)
