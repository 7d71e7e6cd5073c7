"""What a mail's permission to go depends on, for a whole batch."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nurture.store.bulk import among
from nurture.store.schema import Contact, ContactPreferences, EnrollmentRow, Handoff, Registration


def people(session: Session, contacts: Collection[int]) -> dict[int, Any]:
    """Contact -> (id, unit, time zone). One query."""
    query = select(Contact.id, Contact.unit_id, Contact.time_zone).where(among(session, Contact.id, contacts))
    return {row.id: row for row in session.execute(query).all()}


def left_enrollments(session: Session, enrollments: Collection[int]) -> dict[int, Any]:
    """Enrollment -> (id, how it ended, why), of those that ended. One query."""
    e = EnrollmentRow
    query = select(e.id, e.left_kind, e.reason).where(among(session, e.id, enrollments), e.state == "left")
    return {row.id: row for row in session.execute(query)}


def restricted_handoffs(session: Session, handoffs: Collection[int]) -> frozenset[int]:
    """Those of them whose person's data may only be stored (Art. 18 GDPR). One query."""
    p = ContactPreferences
    query = select(Handoff.id).join(p, p.contact_id == Handoff.contact_id)
    return frozenset(session.scalars(query.where(among(session, Handoff.id, handoffs), p.restricted_since.is_not(None))))


def registrations(session: Session, ids: Collection[int]) -> dict[int, Any]:
    """Registration -> (id, state, when it expires). One query."""
    query = select(Registration.id, Registration.state, Registration.expires_at).where(among(session, Registration.id, ids))
    return {row.id: row for row in session.execute(query)}
