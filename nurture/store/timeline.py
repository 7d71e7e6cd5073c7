"""Everything that is stored about one address, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, defer

from nurture.domain.handoff import OPEN
from nurture.domain.preferences import Choice
from nurture.store import preferences
from nurture.store.schema import (
    Activity,
    Attempt,
    ClassChangeRow,
    Company,
    Consent,
    ConsentEventRow,
    Contact,
    DecisionRow,
    EnrollmentRow,
    Handoff,
    HandoffEventRow,
    Hit,
    Hold,
    Lead,
    Message,
    Registration,
    ReturnedMail,
    Suppression,
    TaskRow,
    Unit,
    Wording,
)


@dataclass(frozen=True, slots=True)
class Story:
    """The rows of one address. Without a contact there are only registrations and their messages."""

    contact: Contact | None
    unit: Unit | None
    company: Company | None
    suppression: Suppression | None
    registrations: Sequence[Registration]
    wordings: Mapping[str, Wording]
    consents: Sequence[Consent]
    consent_events: Sequence[ConsentEventRow]
    activities: Sequence[tuple[Activity, Hit | None]]
    messages: Sequence[Message]
    attempts: Mapping[int, Sequence[Attempt]]
    enrollments: Sequence[EnrollmentRow]
    decisions: Sequence[DecisionRow]
    leads: Sequence[Lead]
    class_changes: Sequence[ClassChangeRow]
    handoffs: Sequence[Handoff]
    handoff_events: Sequence[HandoffEventRow]
    tasks: Sequence[TaskRow]
    returned: Sequence[ReturnedMail]
    """Without the bytes."""
    hold: Hold | None
    colleagues: Mapping[int, str]
    """Contact id -> address, of everybody in the unit: a lead's points can come from any of them."""
    choice: Choice | None = None
    """What the person chose on the preferences page; None: nothing."""

    @property
    def since(self) -> datetime:
        """When the address first appeared."""
        firsts = [self.contact.created_at] if self.contact else []
        return min([*firsts, *(r.created_at for r in self.registrations)])

    @property
    def with_sales(self) -> bool:
        return any(h.state in OPEN for h in self.handoffs)

    @property
    def held(self) -> Hold | None:
        """What holds the address, unless its owner became active since then."""
        active = self.contact.last_active_at if self.contact else None
        alive = self.hold is not None and self.hold.until is not None and active is not None and active > self.hold.since
        return None if alive else self.hold

    def asked(self, purpose: str) -> datetime | None:
        """When ``purpose`` was ticked on a form that still waits for its confirmation."""
        return next(
            (r.created_at for r in reversed(self.registrations) if r.state == "pending" and purpose in r.purposes), None
        )

    def wording_of(self, purpose: str) -> Wording | None:
        """The wording that the latest event or registration for ``purpose`` refers to."""
        named = [r.purposes.get(purpose) for r in self.registrations]
        named += [e.evidence.get("wording") for e in self.consent_events if e.purpose == purpose]
        return next((self.wordings[w] for w in reversed(named) if w in self.wordings), None)


def story(session: Session, address_key: str) -> Story | None:
    """What is stored about ``address_key``; None: nothing at all."""
    row = session.execute(
        select(Contact, Unit, Company)
        .join(Unit, Unit.id == Contact.unit_id)
        .outerjoin(Company, Company.id == Unit.company_id)
        .where(Contact.address_key == address_key)
    ).first()
    contact, unit, company = (row[0], row[1], row[2]) if row else (None, None, None)
    me = contact.id if contact else 0
    registrations = _all(session, Registration, or_(Registration.address_key == address_key, Registration.contact_id == me))
    suppression = session.get(Suppression, address_key)
    if contact is None and not registrations:
        return None
    events = _all(session, ConsentEventRow, ConsentEventRow.contact_id == me)
    messages = _messages(session, me, [r.id for r in registrations])
    leads = _all(session, Lead, Lead.unit_id == (unit.id if unit else 0))
    lead_ids = [lead.id for lead in leads]
    handoffs = _all(session, Handoff, Handoff.lead_id.in_(lead_ids))
    enrollments = _all(session, EnrollmentRow, EnrollmentRow.contact_id == me)
    return Story(
        contact=contact,
        unit=unit,
        company=company,
        suppression=suppression,
        registrations=registrations,
        wordings=_wordings(session, registrations, events),
        consents=list(session.scalars(select(Consent).where(Consent.contact_id == me).order_by(Consent.purpose))),
        consent_events=events,
        activities=_activities(session, me),
        messages=messages,
        attempts=_attempts(session, [m.id for m in messages]),
        enrollments=enrollments,
        decisions=_all(session, DecisionRow, DecisionRow.enrollment_id.in_([e.id for e in enrollments])),
        leads=leads,
        class_changes=_all(session, ClassChangeRow, ClassChangeRow.lead_id.in_(lead_ids)),
        handoffs=handoffs,
        handoff_events=_all(session, HandoffEventRow, HandoffEventRow.handoff_id.in_([h.id for h in handoffs])),
        tasks=_all(session, TaskRow, TaskRow.contact_id == me),
        returned=_returned(session, me, [m.id for m in messages]),
        hold=session.get(Hold, address_key),
        colleagues=_colleagues(session, unit.id if unit else 0),
        choice=preferences.of(session, [me]).get(me),
    )


def acts(session: Session, ids: Iterable[int]) -> dict[int, Activity]:
    """Id -> activity, of those that a score counted."""
    return {a.id: a for a in session.scalars(select(Activity).where(Activity.id.in_(sorted(ids))))}


def _all(session: Session, model: Any, where: Any) -> list[Any]:
    return list(session.scalars(select(model).where(where).order_by(model.id)))


def _messages(session: Session, contact: int, registrations: Sequence[int]) -> list[Message]:
    """Mails to this person; those to our own sales team about the person belong to the handoff."""
    mine = or_(Message.contact_id == contact, Message.registration_id.in_(registrations))
    return _all(session, Message, mine)


def _returned(session: Session, contact: int, messages: Sequence[int]) -> list[ReturnedMail]:
    mine = or_(ReturnedMail.contact_id == contact, ReturnedMail.message_id.in_(messages))
    query = select(ReturnedMail).options(defer(ReturnedMail.raw)).where(mine)
    return list(session.scalars(query.order_by(ReturnedMail.id)))


def _attempts(session: Session, messages: Sequence[int]) -> dict[int, list[Attempt]]:
    found: dict[int, list[Attempt]] = {}
    for attempt in _all(session, Attempt, Attempt.message_id.in_(messages)):
        found.setdefault(attempt.message_id, []).append(attempt)
    return found


def _activities(session: Session, contact: int) -> list[tuple[Activity, Hit | None]]:
    rows = session.execute(
        select(Activity, Hit)
        .outerjoin(Hit, Hit.activity_id == Activity.id)
        .where(Activity.contact_id == contact)
        .order_by(Activity.at, Activity.id)
    )
    return [(activity, hit) for activity, hit in rows]


def _wordings(
    session: Session, registrations: Sequence[Registration], events: Sequence[ConsentEventRow]
) -> dict[str, Wording]:
    ids = {str(wording) for r in registrations for wording in r.purposes.values()}
    ids |= {str(e.evidence["wording"]) for e in events if e.evidence.get("wording")}
    return {w.id: w for w in session.scalars(select(Wording).where(Wording.id.in_(sorted(ids))))}


def _colleagues(session: Session, unit: int) -> dict[int, str]:
    rows = session.execute(select(Contact.id, Contact.address).where(Contact.unit_id == unit))
    return dict(rows.all())
