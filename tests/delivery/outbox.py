"""People who agreed to mail, and mails queued for them: what delivery finds in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from nurture.domain.consent import ConsentEvent, ConsentState
from nurture.domain.message import MessageKind, MessageState
from nurture.engine.letters import open_desk
from nurture.engine.runtime import Runtime
from nurture.store import consents, messages
from nurture.store import outbox as store
from nurture.store.database import reading, transaction
from nurture.store.messages import NewMessage, Outgoing, Try
from nurture.store.schema import Company, Consent, Contact, Handoff, Lead, Message, Registration, Unit

CAMPAIGN = "welcome-feintakt"
PRODUCT = "feintakt"
PURPOSE = "nurture"


def claim(session: Session, now: datetime, worker: str, limit: int, lease: timedelta) -> list[Outgoing]:
    """Up to ``limit`` due mails by whatever lane, the most urgent first."""
    claimed: list[Outgoing] = []
    for kind, lane in store.due_lanes(session, now):
        wanted = store.Wanted(kind, lane, lane, limit - len(claimed))
        claimed += store.claim_lane(session, wanted, now, worker, now + lease) if wanted.most else []
    return claimed


@dataclass(frozen=True)
class Outbox:
    """Fills and reads the outbox of one house."""

    rt: Runtime
    now: datetime

    # --- filling ------------------------------------------------------------------------------------------------------

    def people(self, count: int, **facts: Any) -> list[int]:
        """Contacts of one company who agreed to nurture mail; in bulk."""
        with transaction(self.rt.db) as session:
            company = Company(name="Werk & Söhne GmbH", created_at=self.now)
            session.add(company)
            session.flush()
            unit = Unit(company_id=company.id, name=company.name, created_at=self.now)
            session.add(unit)
            session.flush()
            first = (session.scalar(select(Contact.id).order_by(Contact.id.desc()).limit(1)) or 0) + 1
            rows = [self._contact(number, unit.id, facts) for number in range(first, first + count)]
            session.execute(Contact.__table__.insert(), rows)
            people = list(session.scalars(select(Contact.id).where(Contact.unit_id == unit.id).order_by(Contact.id)))
            consent = {"purpose": PURPOSE, "state": ConsentState.CONFIRMED, "since": self.now}
            session.execute(Consent.__table__.insert(), [{"contact_id": c, **consent} for c in people])
        return people

    def _contact(self, number: int, unit: int, facts: dict[str, Any]) -> dict[str, Any]:
        address = facts.get("address", f"reader{number}@werk.example")
        plain = {
            "salutation": "ms",
            "first_name": "Anna",
            "last_name": f"Weber{number}",
            "function": "it-management",
            "language": "de",
        }
        row = {**plain, **facts, "address": address, "address_key": address.lower(), "unit_id": unit}
        return {**row, "answers": {}, "created_at": self.now, "last_active_at": self.now}

    def nurture_mails(self, people: Sequence[int], step: str = "hello", **facts: Any) -> list[int]:
        """One nurture mail for each."""
        with transaction(self.rt.db) as session:
            found = {c.id: c for c in session.scalars(select(Contact).where(Contact.id.in_(people)))}
            template = self.rt.find_template(session, CAMPAIGN, "it-management", "B1", "de")
            assert template is not None
            new = [
                NewMessage(
                    **{
                        "kind": MessageKind.NURTURE,
                        "once_key": f"test:{contact}:{step}",
                        "address": found[contact].address,
                        "language": found[contact].language,
                        "mail": CAMPAIGN,
                        "template_version": template.version,
                        "context": {"product": PRODUCT, "phase": "B1"},
                        "purpose": PURPOSE,
                        "tracked": True,
                        "contact_id": contact,
                        "campaign": CAMPAIGN,
                        "step": step,
                        "round": 1,
                        "queued_at": self.now,
                        "due_at": self.now,
                        **facts,
                    }
                )
                for contact in people
            ]
            return list(self._queue(session, new).values())

    def nurture_mail(self, step: str = "hello", **facts: Any) -> int:
        """One nurture mail to somebody new."""
        return self.nurture_mails(self.people(1), step, **facts)[0]

    def opt_in_mail(self, address: str = "neu@werk.example", **facts: Any) -> int:
        """The mail of a form that was sent just now."""
        form = next(f for f in self.rt.definitions.forms.values() if not f.profile)
        with transaction(self.rt.db) as session:
            row = Registration(
                address=address,
                address_key=address.lower(),
                form=form.id,
                form_version=form.version,
                language="de",
                answers={},
                purposes={},
                state="pending",
                created_at=self.now,
                expires_at=self.now + timedelta(days=7),
            )
            session.add(row)
            session.flush()
            new = NewMessage(
                **{
                    "kind": MessageKind.OPT_IN,
                    "once_key": f"registration:{row.id}:opt-in",
                    "address": address,
                    "language": "de",
                    "mail": "opt-in",
                    "registration_id": row.id,
                    "queued_at": self.now,
                    "due_at": self.now,
                    **facts,
                }
            )
            return self._queue(session, [new])[new.once_key]

    def _queue(self, session: Any, new: list[NewMessage]) -> dict[str, int]:
        domain = self.rt.definitions.organisation.sender.domain
        return messages.queue(session, self.rt.installation, domain, new)

    # --- what happens meanwhile -----------------------------------------------------------------------------------------

    def unsubscribe(self, contact: int) -> None:
        with transaction(self.rt.db) as session:
            consents.record(session, contact, PURPOSE, ConsentEvent.WITHDRAWN, self.now, {})

    def hand_to_sales(self, contact: int) -> None:
        """Sales begins to work on the contact's lead."""
        from nurture.domain.catalogue import LeadClass
        from nurture.domain.handoff import HandoffState

        with transaction(self.rt.db) as session:
            unit = session.get_one(Contact, contact).unit_id
            lead = Lead(
                unit_id=unit,
                product=PRODUCT,
                lead_class=LeadClass.B3,
                confirmed=True,
                class_since=self.now,
                grade="A",
                points=99,
                created_at=self.now,
            )
            session.add(lead)
            session.flush()
            facts = {"trigger": "wish", "reason": "wants a call", "dossier": {}, "opened_at": self.now}
            session.add(Handoff(lead_id=lead.id, contact_id=contact, state=HandoffState.OFFERED, **facts))

    def sales_is_done(self) -> None:
        from nurture.domain.handoff import HandoffState

        with transaction(self.rt.db) as session:
            session.execute(update(Handoff).values(state=HandoffState.RETURNED))

    # --- reading ------------------------------------------------------------------------------------------------------

    def row(self, message: int) -> Message:
        with reading(self.rt.db) as session:
            row = session.get_one(Message, message)
            session.expunge(row)
        return row

    def composed(self, row: Outgoing) -> bytes:
        """The bytes of one message, written again."""
        with reading(self.rt.db) as session:
            return open_desk(self.rt, session, [row]).write(row).raw

    def state(self, message: int) -> MessageState:
        return self.row(message).state

    def states(self) -> dict[str, int]:
        with reading(self.rt.db) as session:
            return {state.value: count for state, count in messages.counts(session).items()}

    def tries(self, message: int) -> list[Try]:
        with reading(self.rt.db) as session:
            return messages.tries_of(session, [message])[message]
