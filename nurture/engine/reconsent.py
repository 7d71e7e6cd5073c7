"""Asking anew from the preferences page: a consent, or another address. Both only by a double opt-in.

Who opens the page has a mail of ours, perhaps a forwarded one; so the answer has to come from the mailbox itself: for a
consent from the address on file, for a new address from the new one. Until then everything stays as it is.

    ticked / typed --> registration pending --opt-in mail--> [confirm] --> consent confirmed / address replaced
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from nurture.domain.address import mask
from nurture.domain.consent import ConsentState
from nurture.domain.form import Form
from nurture.engine import choices, consent_ledger, opt_in_limits, own_forms
from nurture.engine.registration import new_row, queue_opt_in
from nurture.engine.runtime import Runtime
from nurture.engine.visitor import Visitor
from nurture.store import consents, registrations
from nurture.store import preferences as store
from nurture.store.schema import Contact, Registration


def ask_consent(
    rt: Runtime, session: Session, person: Contact, purposes: Collection[str], visitor: Visitor, now: datetime
) -> bool | None:
    """Ask the address on file for these consents, unless they are given already. Joins the caller's transaction.

    Returns whether a mail is on its way; None: there is nothing to ask for.
    """
    d = rt.definitions
    form = own_forms.own_form(d, own_forms.CONSENT)
    assert form is not None  # noqa: S101 - one of our own
    states, just_now = consents.states(session, person.id), asked_for(session, person.id, since=now - opt_in_limits.GAP)
    wanted = [p for p in d.purposes if p in purposes and states.get(p) is not ConsentState.CONFIRMED]
    new = [d.purposes[p] for p in wanted if p not in just_now]
    if not new:
        return bool(wanted) or None
    wordings = registrations.remember_wordings(session, new, person.language, now)
    row = _registration(rt, person, person.address, form, visitor, now)
    row.purposes = wordings
    row.evidence = consent_ledger.offered(rt, session, form, person.language, wordings, visitor, now)
    if not _send(rt, session, row, now):
        return False
    choices.tell(session, person.id, now, "consent-asked", purposes=" ".join(wordings))
    return True


def ask_address(rt: Runtime, session: Session, person: Contact, address: str, visitor: Visitor, now: datetime) -> bool:
    """Ask the new address whether it is the person's; the present one stays in force until then. Joins the transaction.

    Returns whether a mail is on its way.
    """
    form = own_forms.own_form(rt.definitions, own_forms.ADDRESS)
    assert form is not None  # noqa: S101 - one of our own
    if not _send(rt, session, _registration(rt, person, address, form, visitor, now), now):
        return False
    choices.tell(session, person.id, now, "address-asked")
    return True


def asked_for(session: Session, contact: int, since: datetime | None = None) -> frozenset[str]:
    """The purposes whose opt-in mail (of after ``since``) waits for an answer."""
    asked = _open(contact, own_forms.CONSENT)
    rows = session.scalars(asked if since is None else asked.where(Registration.created_at > since))
    return frozenset(purpose for row in rows for purpose in row.purposes)


def new_address(session: Session, contact: int) -> str:
    """The address that waits for its confirmation, partly hidden; '' if none does."""
    row = session.scalars(_open(contact, own_forms.ADDRESS).order_by(Registration.id.desc()).limit(1)).first()
    return mask(row.address) if row else ""


def _open(contact: int, form: str) -> Select[Registration]:
    r = Registration
    return select(r).where(r.contact_id == contact, r.form == form, r.state == "pending")


def _registration(rt: Runtime, person: Contact, address: str, form: Form, visitor: Visitor, now: datetime) -> Registration:
    row = new_row(rt, form, address, person.language, visitor, now)
    row.contact_id = person.id
    return row


def _send(rt: Runtime, session: Session, row: Registration, now: datetime) -> bool:
    """Queue its opt-in mail; a registration whose mail the limits do not let out leaves nothing behind."""
    session.add(row)
    session.flush()
    queue_opt_in(rt, session, row, now)
    if row.state != "pending" or store.mail_leaves(session, row.id):
        return True
    session.delete(row)
    session.flush()
    return False
