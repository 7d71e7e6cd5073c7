"""What a mail's permission to go depends on, for a whole batch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from nurture.store.bulk import among, fetch, given
from nurture.store.schema import Company, Contact, ContactPreferences, EnrollmentRow, Handoff, Registration, Unit


class Person(NamedTuple):
    """A contact, as permission and its letters need one. ``company``: as we know it, else as the person gave it."""

    id: int
    unit_id: int
    salutation: str | None
    first_name: str | None
    last_name: str | None
    function: str | None
    time_zone: str | None
    created_at: datetime
    company: str


@lru_cache(maxsize=2)
def _people(dialect: str) -> Select[*tuple[Any, ...]]:
    c = Contact
    told = (c.salutation, c.first_name, c.last_name, c.function, c.time_zone, c.created_at)
    # answers come as they are: a database may keep characters in JSON that it refuses to take out of there
    answers = case((func.coalesce(Company.name, "") == "", c.answers))
    return (
        select(c.id, c.unit_id, *told, Company.name, answers)
        .join(Unit, Unit.id == c.unit_id)
        .outerjoin(Company, Company.id == Unit.company_id)
        .where(given(dialect, c.id, "contacts"))
    )


def people(session: Session, contacts: Collection[int]) -> dict[int, Person]:
    """Contact -> who it is. One query."""
    if not contacts:
        return {}
    rows = fetch(session, _people(session.get_bind().dialect.name), contacts=contacts)
    return {id_: Person._make((id_, *told, name or _company(answers or {}))) for id_, *told, name, answers in rows}


def _company(answers: Mapping[str, Any]) -> str:
    """What a person gave as the company, if it is text; without characters that no mail and no database can carry."""
    said = answers.get("company")
    if not isinstance(said, str):
        return ""
    return said if said.isprintable() else said.encode("utf-8", "ignore").decode().replace("\0", "")


@lru_cache(maxsize=2)
def _left(dialect: str) -> Select[int, str | None, str]:
    e = EnrollmentRow
    return select(e.id, e.left_kind, e.reason).where(given(dialect, e.id, "enrollments"), e.state == "left")


def left_enrollments(session: Session, enrollments: Collection[int]) -> dict[int, Any]:
    """Enrollment -> (id, how it ended, why), of those that ended. One query."""
    if not enrollments:
        return {}
    return {row.id: row for row in fetch(session, _left(session.get_bind().dialect.name), enrollments=enrollments)}


def restricted_handoffs(session: Session, handoffs: Collection[int]) -> frozenset[int]:
    """Those of them whose person's data may only be stored (Art. 18 GDPR). One query."""
    p = ContactPreferences
    query = select(Handoff.id).join(p, p.contact_id == Handoff.contact_id)
    return frozenset(session.scalars(query.where(among(session, Handoff.id, handoffs), p.restricted_since.is_not(None))))


def registrations(session: Session, ids: Collection[int]) -> dict[int, Any]:
    """Registration -> (id, state, when it expires). One query."""
    query = select(Registration.id, Registration.state, Registration.expires_at).where(among(session, Registration.id, ids))
    return {row.id: row for row in session.execute(query)}
