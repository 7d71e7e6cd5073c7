"""What a confirmation sets off, and how it is held and undone when it turns out doubtful. No pages, no tokens.

    settle --> contact, consents, lead, campaigns
       |
       +-- doubt  --> consents wait again, campaigns and mails are held, sales is told nothing
             |
             +-- resume (the code was typed in) --> everything goes on
             +-- drop (no code in time)         --> as if it had never been confirmed

Each joins the caller's transaction, which holds the registration's lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from nurture.domain import audit
from nurture.domain.campaign import Trigger
from nurture.domain.consent import ConsentEvent, ConsentState
from nurture.domain.form import Form
from nurture.domain.lead_class import Evidence, Sign
from nurture.domain.suspicion import BOTH_WITHIN
from nurture.engine import address_change, consent_ledger, enrolment, handoff, own_forms
from nurture.engine.classification import reclassify, told_signs
from nurture.engine.readiness import rescore
from nurture.engine.runtime import Runtime
from nurture.engine.scoring import lead_scores
from nurture.engine.scoring import store as store_scores
from nurture.engine.visitor import Visitor
from nurture.store import activities, consents, contacts, doubts, enrollments, holds, leads, ledger, preferences
from nurture.store import audit as audit_log
from nurture.store import opt_in as answers
from nurture.store.schema import Contact, Registration

_DOUBTED = "the confirmation is doubted"


def settle(rt: Runtime, session: Session, row: Registration, form: Form, visitor: Visitor, now: datetime) -> None:
    """Make the contact, confirm the consents, start what this sets off. A new address takes the place of the old one."""
    if row.form == own_forms.ADDRESS:
        _settle_address(rt, session, row, visitor, now)
        return
    suppressed = contacts.suppressed(session, [row.address_key]).get(row.address_key)
    contact, new = _contact(session, row, visitor, now)
    before = consents.states(session, contact.id)
    answers.note(
        row,
        undo={
            "new": new,
            "at": now.isoformat(),
            "consents": {purpose: before.get(purpose, ConsentState.NONE).value for purpose in row.purposes},
            "suppressed": suppressed,
        },
    )
    consent_ledger.confirmed(session, row, contact.id, visitor, now)
    _write_story(rt, session, row, contact, form, now)
    doubts.put_off_sales(session, contact.id, now, now + BOTH_WITHIN)
    audit_log.note(session, audit.contact(contact.id), "confirmed", ("registration", row.id), now, contact.id)


def _settle_address(rt: Runtime, session: Session, row: Registration, visitor: Visitor, now: datetime) -> None:
    row.state = "confirmed"
    _settled_by(row, visitor, now)
    answers.note(row, undo={"new": False, "at": now.isoformat(), "consents": {}, "suppressed": None})
    address_change.moved(rt, session, row, now)


def _contact(session: Session, row: Registration, visitor: Visitor, now: datetime) -> tuple[Contact, bool]:
    """The contact, made or brought up to date, and whether it is new. It proved that it works and wants mail."""
    known = contacts.by_address(session, row.address, lock=True)
    before = contacts.told(known) if known is not None else {}
    contact, new = contacts.save(session, contacts.Person(row.address, row.language, row.source, row.answers), now)
    if not new:
        _note_changes(session, contact, before, now)
    contacts.release(session, row.address_key)
    holds.release(session, row.address_key)
    contacts.active(session, contact.id, now)
    row.state, row.contact_id = "confirmed", contact.id
    _settled_by(row, visitor, now)
    session.flush()
    return contact, new


def _note_changes(session: Session, contact: Contact, before: Mapping[str, str], now: datetime) -> None:
    """What a known contact told anew replaces what it said before; that stays in its history."""
    after = contacts.told(contact)
    changes = [(name, before.get(name), told) for name, told in after.items() if told != before.get(name)]
    preferences.note_changes(session, contact.id, changes, str(audit.contact(contact.id)), now)


def _settled_by(row: Registration, visitor: Visitor, now: datetime) -> None:
    row.settled_at = now
    row.settled_ip, row.settled_user_agent = visitor.proof


def _write_story(rt: Runtime, session: Session, row: Registration, contact: Contact, form: Form, now: datetime) -> None:
    """The journal, the lead with class and score, and the campaigns this lets the contact in to."""
    product = form.product or None
    facts: dict[str, Any] = {"product": product, "form": form.id}
    if form.offers:
        facts["topic"] = rt.definitions.content[form.offers].topic
    activities.record(session, contact.id, "form", row.created_at, data={"source": row.source}, **facts)
    activities.record(session, contact.id, "confirmed", now, form=form.id, product=product,
                      data={"purposes": sorted(row.purposes)})  # fmt: skip
    if product is not None:
        _write_lead(rt, session, row, contact, form, now)
    enrolment.enter(rt, session, contact.id, (Trigger.CONFIRMED, Trigger.FORM), now, form=form.id, product=product)


def _write_lead(rt: Runtime, session: Session, row: Registration, contact: Contact, form: Form, now: datetime) -> None:
    """The lead with its class and score, and the handoff if a call is wished."""
    lead = leads.ensure(session, contact.unit_id, form.product, row.source, now)
    came = Sign(Evidence.FORM, form.phase, row.created_at, form.id)
    reclassify(rt, session, lead, contact.id, now, [came, *told_signs(rt, row.answers, form.id, now)])
    if row.answers.get("call_me"):
        handoff.record_wish(rt, session, lead, contact, row.answers.get("message", ""), now)
    rescore(rt, session, [lead.id], now, actor=contact.id)


# --- when it is doubted ---------------------------------------------------------------------------------------------------


def doubt(rt: Runtime, session: Session, row: Registration, visitor: Visitor, now: datetime) -> None:
    """Both buttons were pressed within a minute: what this confirmation changed waits for the code."""
    contact, purposes = _concerned(row)
    for purpose in purposes:
        consents.record(session, contact, purpose, ConsentEvent.DOUBTED, now, _pressed(row, purpose, visitor), row.id)
    enrollments.hold(session, _campaigns(rt, session, contact, purposes), _DOUBTED)
    doubts.put_off(session, contact, purposes, row.expires_at)
    doubts.stop_sales(session, contact, row.settled_at or now, row.expires_at)
    if why := answers.answer_of(row)["undo"]["suppressed"]:
        contacts.suppress(session, row.address_key, why, now)
    row.state = "doubted"
    audit_log.note(session, audit.contact(contact), "doubted", ("registration", row.id), now, contact)


def resume(rt: Runtime, session: Session, row: Registration, visitor: Visitor, now: datetime) -> None:
    """The code from the mail was typed in: confirmed once more, and everything goes on where it was held."""
    contact, purposes = _concerned(row)
    confirmed_at = row.settled_at or now
    row.state = "confirmed"
    _settled_by(row, visitor, now)
    for purpose in purposes:
        consents.record(session, contact, purpose, ConsentEvent.CONFIRMED, now, _pressed(row, purpose, visitor), row.id)
    contacts.release(session, row.address_key)
    enrollments.go_on(session, contact, "confirmed with the code", now)
    doubts.put_off(session, contact, purposes, now)
    for opened in doubts.opened_since(session, contact, confirmed_at):
        handoff.start_clock(rt, opened, now)
    doubts.put_off_sales(session, contact, confirmed_at, now)
    rescore(rt, session, doubts.leads_of(session, contact), now, actor=contact)
    audit_log.note(session, audit.contact(contact), "confirmed", ("registration", row.id), now, contact)


def drop(rt: Runtime, session: Session, row: Registration, event: ConsentEvent, now: datetime) -> None:
    """A doubted confirmation was not repeated: take back what it changed, and the contact if it made it."""
    contact, purposes = _concerned(row)
    undo = answers.answer_of(row)["undo"]
    for purpose in purposes:
        consents.record(session, contact, purpose, event, now, {"form": row.form}, row.id)
        if undo["consents"][purpose] == ConsentState.WITHDRAWN:
            consents.record(session, contact, purpose, ConsentEvent.WITHDRAWN, now, {"form": row.form}, row.id)
    doubts.cancel(session, contact, purposes, row.settled_at or now, _DOUBTED, now)
    enrollments.leave(session, _campaigns(rt, session, contact, purposes), "no-consent", _DOUBTED, now)
    _take_back_told(rt, session, row, contact, undo, now)
    row.contact_id = None
    session.flush()
    if undo["new"] and not doubts.known_otherwise(session, contact):
        ledger.redact(session, ledger.Removal.RETAINED, now, subjects=[ledger.mark(session, row.address_key)])
        contacts.remove(session, contact)


def _take_back_told(
    rt: Runtime, session: Session, row: Registration, contact: int, undo: Mapping[str, Any], now: datetime
) -> None:
    """What the contact had said before stands again, as far as nobody changed it since.

    What was told of its company stays: it was only added where nothing was known, and belongs to others as well.
    """
    person = session.get(Contact, contact, with_for_update=True)
    if person is None or "at" not in undo:  # confirmed before there was a history
        return
    changes = doubts.take_changes(session, contact, datetime.fromisoformat(undo["at"]))
    if undo["new"]:
        changes = [(name, None, said) for name, said in row.answers.items()]
    for name, old, new in changes:
        if name == "address" and old and new:
            address_change.taken_back(session, person, old, new)
    contacts.take_back(person, [change for change in changes if change[0] != "address"])
    session.flush()
    store_scores(session, lead_scores(rt, session, doubts.leads_of(session, contact), now), now)


def _concerned(row: Registration) -> tuple[int, list[str]]:
    """The contact, and the purposes that were not confirmed before this registration was."""
    assert row.contact_id is not None  # noqa: S101 - it was confirmed
    before = answers.answer_of(row)["undo"]["consents"]
    return row.contact_id, [purpose for purpose, state in before.items() if state != ConsentState.CONFIRMED]


def _campaigns(rt: Runtime, session: Session, contact: int, purposes: list[str]) -> list[int]:
    return enrolment.inside(rt, session, [contact], lambda campaign: campaign.purpose in purposes)


def _pressed(row: Registration, purpose: str, visitor: Visitor) -> dict[str, Any]:
    """The proof of a press."""
    how = (row.evidence or {}).get("confirm", {})
    return {**consent_ledger.who(visitor), **how, "form": row.form, "wording": row.purposes[purpose]}
