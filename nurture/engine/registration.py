"""From a form to a contact: what is sent waits for its double opt-in and touches nobody before it.

    form sent --> registration pending --opt-in mail--> [confirm] --> contact, consents, lead, campaigns
                         |                                 [not me] --> declined
                         +-- not confirmed in time ------------------> expired, its data removed

The answer to a form never depends on whether the address is known. Asking again is harmless: a confirmed consent stays,
and a stranger who types somebody's address changes nothing about that person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from nurture.domain.address import address_key
from nurture.domain.campaign import Trigger
from nurture.domain.catalogue import LeadClass
from nurture.domain.consent import ConsentEvent
from nurture.domain.errors import InvalidToken, NotFound
from nurture.domain.form import Form
from nurture.domain.lead_class import Evidence, Sign
from nurture.domain.message import MessageKind
from nurture.engine import consent_ledger, enrolment, handoff, links, submission
from nurture.engine.classification import reclassify, told_signs
from nurture.engine.lanes import lane_of
from nurture.engine.readiness import rescore
from nurture.engine.runtime import Runtime
from nurture.engine.submission import Submission
from nurture.engine.visitor import Visitor, shorten_agent, shorten_ip
from nurture.store import activities, consents, contacts, holds, leads, messages, registrations
from nurture.store.database import reading, transaction
from nurture.store.schema import Contact, Registration

_RESEND_AFTER = timedelta(minutes=10)
_LIMITS = ((timedelta(hours=24), 3), (timedelta(days=30), 5))
"""At most so many opt-in mails to one address within each span, over all forms: the opt-in mail itself can be a weapon."""


@dataclass(frozen=True, slots=True)
class OptIn:
    """What the confirmation page shows. ``purposes``: (title, wording). ``address``: partly hidden."""

    registration: int
    state: str
    form: Form
    language: str
    address: str
    purposes: tuple[tuple[str, str], ...]
    offer: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the success page shows. ``offer_url``: where the promised download is."""

    language: str
    form: Form
    offer_url: str | None
    already: bool


def register(rt: Runtime, sent: Submission, visitor: Visitor, now: datetime) -> None:
    """Keep what was sent and ask for the double opt-in. Raises InvalidInput, NotFound (no such form)."""
    d = rt.definitions
    form = d.forms.get(sent.form)
    if form is None or form.profile:
        raise NotFound("form", sent.form)
    values = submission.read(d, form, sent)
    address = values.pop("email")
    with transaction(rt.db) as session:
        wordings = registrations.remember_wordings(
            session, [d.purposes[p] for p in form.purposes if p in sent.purposes], sent.language, now
        )
        if _asked_just_now(session, address, form, values, wordings, now):
            return
        row = Registration(
            address=address,
            address_key=address_key(address),
            form=form.id,
            form_version=form.version,
            language=sent.language,
            source=sent.source or form.source,
            answers=values,
            purposes=wordings,
            page_url=visitor.page_url[:2000],
            ip=shorten_ip(visitor.ip, "full"),
            user_agent=shorten_agent(visitor.user_agent),
            state="pending",
            created_at=now,
            expires_at=d.retention.opt_in_expires.after(now, d.calendar.zone),
            evidence=consent_ledger.offered(rt, session, form, sent.language, wordings, visitor, now),
        )
        session.add(row)
        session.flush()
        if _may_ask(session, row, now):
            messages.queue(session, rt.installation, d.organisation.sender.domain, [_opt_in_mail(rt, row, now)])


def _asked_just_now(
    session: Session, address: str, form: Form, values: dict[str, str], wordings: dict[str, str], now: datetime
) -> bool:
    """Exactly the same again within minutes (a double click): its mail is on the way.

    Anything else is a registration and a mail of its own: nobody confirms what somebody else typed later.
    """
    registrations.one_at_a_time(session, address_key(address))
    row = registrations.same_pending(session, address_key(address), form.id, now - _RESEND_AFTER)
    return row is not None and row.purposes == wordings and row.answers == values


def _may_ask(session: Session, row: Registration, now: datetime) -> bool:
    """Whether the address may get one more opt-in mail. A suppressed one may only ask by itself, once in 30 days."""
    sent = registrations.opt_in_mails_since(session, row.address_key, tuple(span for span, _ in _LIMITS), now)
    limits = [most for _, most in _LIMITS]
    if contacts.suppressed(session, [row.address_key]):
        limits = [1] * len(limits)
    return all(count < most for count, most in zip(sent, limits, strict=True))


def _opt_in_mail(rt: Runtime, row: Registration, now: datetime) -> messages.NewMessage:
    return messages.NewMessage(
        kind=MessageKind.OPT_IN,
        once_key=f"registration:{row.id}:opt-in",
        address=row.address,
        lane=lane_of(rt, row.address),
        language=row.language,
        mail="opt-in",
        registration_id=row.id,
        queued_at=now,
        due_at=now,
    )


# --- the answer --------------------------------------------------------------------------------------------------------


def opt_in(rt: Runtime, token: str, now: datetime) -> OptIn:
    """What the confirmation link shows; changes nothing. Raises InvalidToken('forged' | 'expired')."""
    registration = _registration_id(rt, token)
    with reading(rt.db) as session:
        row = session.get(Registration, registration)
        if row is None:
            raise InvalidToken("expired")
        form = _form(rt, row)
        if row.state == "pending" and row.expires_at <= now:
            raise InvalidToken("expired")
        texts = registrations.wordings(session, list(row.purposes.values()))
        return OptIn(
            registration=row.id,
            state=row.state,
            form=form,
            language=row.language,
            address=mask(row.address),
            purposes=tuple((_purpose_title(rt, p, row.language), texts[w].text) for p, w in row.purposes.items()),
            offer=_offer_title(rt, form, row.language),
        )


def confirm(rt: Runtime, token: str, visitor: Visitor, now: datetime) -> Confirmed:
    """The button was pressed: make the contact, confirm the consents, start what this sets off. Safe to repeat."""
    registration = _registration_id(rt, token)
    with transaction(rt.db) as session:
        row = registrations.locked(session, registration)
        if row is None or row.state in ("expired", "declined") or (row.state == "pending" and row.expires_at <= now):
            raise InvalidToken("expired")
        form = _form(rt, row)
        if row.state == "confirmed":
            return Confirmed(row.language, form, _offer_url(rt, session, row, form), already=True)
        contact = _settle(session, row, visitor, now)
        consent_ledger.confirmed(session, row, contact.id, visitor, now)
        _write_story(rt, session, row, contact, form, now)
        return Confirmed(row.language, form, _offer_url(rt, session, row, form), already=False)


def decline(rt: Runtime, token: str, visitor: Visitor, now: datetime) -> str:
    """'This was not me': forget what was sent. Returns the page's language. Nothing happens to a confirmed one."""
    registration = _registration_id(rt, token)
    with transaction(rt.db) as session:
        row = registrations.locked(session, registration)
        if row is None:
            raise InvalidToken("expired")
        if row.state == "pending":
            row.settled_ip, row.settled_user_agent = shorten_ip(visitor.ip, "full"), shorten_agent(visitor.user_agent)
            _forget(session, row, "declined", now)
        return row.language


def expire_registrations(rt: Runtime, now: datetime, limit: int = 500) -> int:
    """Close what was not confirmed in time and remove what it said of the person. Returns how many."""
    with transaction(rt.db) as session:
        rows = registrations.expired(session, now, limit)
        for row in rows:
            _forget(session, row, "expired", now)
        return len(rows)


def _forget(session: Session, row: Registration, state: str, now: datetime) -> None:
    """Nothing of the person stays but that somebody asked and was not confirmed."""
    consent_ledger.unconfirmed(session, row, ConsentEvent(state), now)
    row.state, row.settled_at = state, now
    row.answers, row.purposes, row.page_url, row.ip, row.user_agent = {}, {}, None, None, None
    row.evidence = None
    row.address = row.address_key = f"forgotten-{row.id}"
    messages.forget_registration(session, row.id)


def _settle(session: Session, row: Registration, visitor: Visitor, now: datetime) -> Contact:
    person = contacts.Person(row.address, row.language, row.source, row.answers)
    contact, _ = contacts.save(session, person, now)
    contacts.release(session, row.address_key)
    holds.release(session, row.address_key)
    contacts.active(session, contact.id, now)
    row.state, row.settled_at, row.contact_id = "confirmed", now, contact.id
    row.settled_ip, row.settled_user_agent = shorten_ip(visitor.ip, "full"), shorten_agent(visitor.user_agent)
    session.flush()
    return contact


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


# --- words ---------------------------------------------------------------------------------------------------------------


def mask(address: str) -> str:
    """``m…@firma.de``: enough to recognise one's own address, too little to learn somebody else's."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def _registration_id(rt: Runtime, token: str) -> int:
    value = rt.signer.verify("confirm", token)
    if not value.isdecimal():
        raise InvalidToken("forged")
    return int(value)


def _form(rt: Runtime, row: Registration) -> Form:
    """The form that was sent; for one that is no longer offered a stand-in that leads to no product and promises nothing.

    What was asked stands in the registration, so that whoever confirms in time is not lost.
    """
    if (form := rt.definitions.forms.get(row.form)) is not None:
        return form
    name = dict.fromkeys(rt.definitions.organisation.languages, rt.definitions.organisation.name)
    return Form(
        id=row.form,
        version=row.form_version,
        product="",
        phase=LeadClass.B1,
        source=row.source or "",
        title=name,
        intro=name,
        points=(),
        button=name,
        fields=(),
        purposes=tuple(row.purposes),
    )


def _purpose_title(rt: Runtime, purpose: str, language: str) -> str:
    known = rt.definitions.purposes.get(purpose)
    return known.title.get(language, purpose) if known else purpose


def _offer_title(rt: Runtime, form: Form, language: str) -> str:
    return rt.definitions.content[form.offers].title[language] if form.offers else ""


def _offer_url(rt: Runtime, session: Session, row: Registration, form: Form) -> str | None:
    """The download that was promised; personal only for those who agreed to be observed."""
    if form.offers is None or row.contact_id is None:
        return None
    permitted = consents.confirmed(session, [row.contact_id])[row.contact_id]
    contact = row.contact_id if links.observed(rt.definitions, permitted) else 0
    return links.file_url(rt, contact, 0, form.offers, row.language)
