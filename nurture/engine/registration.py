"""From a form to a contact: what is sent waits for its double opt-in and touches nobody before it.

    form sent --> registration pending --opt-in mail--> [confirm] --> contact, consents, lead, campaigns
                         |                    (engine/opt_in.py) [not me] --> declined
                         +-- not confirmed in time ------------------> expired, its data removed

The answer to a form never depends on whether the address is known. Asking again is harmless: a confirmed consent stays,
and a stranger who types somebody's address changes nothing about that person.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from nurture.domain.address import address_key
from nurture.domain.consent import ConsentEvent
from nurture.domain.errors import NotFound
from nurture.domain.form import Form
from nurture.domain.message import MessageKind
from nurture.engine import confirmation, consent_ledger, submission
from nurture.engine.lanes import lane_of
from nurture.engine.runtime import Runtime
from nurture.engine.submission import Submission
from nurture.engine.visitor import Visitor, shorten_agent, shorten_ip
from nurture.store import contacts, messages, opt_in, registrations
from nurture.store.database import transaction
from nurture.store.schema import Registration

_RESEND_AFTER = timedelta(minutes=10)
_LIMITS = ((timedelta(hours=24), 3), (timedelta(days=30), 5))
"""At most so many opt-in mails to one address within each span, over all forms: the opt-in mail itself can be a weapon."""


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


# --- the end of waiting ------------------------------------------------------------------------------------------------


def expire_registrations(rt: Runtime, now: datetime, limit: int = 500) -> int:
    """Close what was not confirmed, or declined a minute ago, and remove what it said of the person. Returns how many."""
    with transaction(rt.db) as session:
        rows = registrations.expired(session, now, limit)
        for row in rows:
            _forget(session, row, "expired", now)
        for row in (unsettled := opt_in.overdue(session, now, limit)):
            _end(rt, session, row, now)
        return len(rows) + len(unsettled)


def _end(rt: Runtime, session: Session, row: Registration, now: datetime) -> None:
    """What was declined, or confirmed, doubted, and not confirmed again."""
    state = "declined" if row.state == "declining" else "expired"
    if opt_in.was_confirmed(row):
        confirmation.drop(rt, session, row, ConsentEvent(state), now)
        row.purposes = {}  # the ledger has their end
    _forget(session, row, state, now)


def _forget(session: Session, row: Registration, state: str, now: datetime) -> None:
    """Nothing of the person stays but that somebody asked and was not confirmed."""
    consent_ledger.unconfirmed(session, row, ConsentEvent(state), now)
    row.state, row.settled_at = state, now
    row.answers, row.purposes, row.page_url, row.ip, row.user_agent = {}, {}, None, None, None
    row.evidence = None
    row.address = row.address_key = f"forgotten-{row.id}"
    messages.forget_registration(session, row.id)


def mask(address: str) -> str:
    """``m…@firma.de``: enough to recognise one's own address, too little to learn somebody else's."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
