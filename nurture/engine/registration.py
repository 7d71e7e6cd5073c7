"""From a form to a contact: what is sent waits for its double opt-in and touches nobody before it.

    form sent --> held (attack, limits) --a human releases--> pending
    form sent --> registration pending --opt-in mail--> [confirm] --> contact, consents, lead, campaigns
                         |                    (engine/opt_in.py) [not me] --> declined
                         +-- not confirmed in time ------------------> expired, its data removed

The answer to a form never depends on whether the address is known. Asking again is harmless: a confirmed consent stays,
and a stranger who types somebody's address changes nothing about that person.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from nurture.domain.address import address_key
from nurture.domain.consent import ConsentEvent
from nurture.domain.errors import NotFound
from nurture.domain.form import Form
from nurture.domain.message import MessageKind
from nurture.engine import confirmation, consent_ledger, opt_in_limits, single_mail, submission
from nurture.engine.opt_in_limits import Fate, Verdict
from nurture.engine.own_forms import ADDRESS
from nurture.engine.runtime import Runtime
from nurture.engine.submission import Submission
from nurture.engine.visitor import Visitor, shorten_agent, shorten_ip
from nurture.store import contacts, ledger, messages, opt_in, registrations
from nurture.store.database import transaction
from nurture.store.schema import Registration

HELD_AT_MOST = timedelta(days=14)
"""How long somebody's request may wait for a human."""
_STAYS = {Fate.HELD: "opt-in-held", Fate.NEVER: "opt-in-limit"}
"""Why a mail that does not leave is on record only."""


def register(rt: Runtime, sent: Submission, visitor: Visitor, now: datetime, *, held: str = "") -> None:
    """Keep what was sent and ask for the double opt-in; ``held``: why its mail waits for a human ('guard').

    Raises InvalidInput, NotFound (no such form).
    """
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
        row = new_row(rt, form, address, sent.language, visitor, now)
        row.source = sent.source or form.source
        row.answers, row.purposes, row.page_url = values, wordings, visitor.page_url[:2000]
        row.evidence = consent_ledger.offered(rt, session, form, sent.language, wordings, visitor, now)
        session.add(row)
        session.flush()
        queue_opt_in(rt, session, row, now, held=held)


def new_row(rt: Runtime, form: Form, address: str, language: str, visitor: Visitor, now: datetime) -> Registration:
    """Somebody asked for something by ``form``, from this moment on; what it was, the caller adds. Not in a session yet."""
    d = rt.definitions
    return Registration(
        address=address,
        address_key=address_key(address),
        form=form.id,
        form_version=form.version,
        language=language,
        source=form.source,
        answers={},
        purposes={},
        ip=shorten_ip(visitor.ip, "full"),
        user_agent=shorten_agent(visitor.user_agent),
        state="pending",
        created_at=now,
        expires_at=d.retention.opt_in_expires.after(now, d.calendar.zone),
    )


def _asked_just_now(
    session: Session, address: str, form: Form, values: dict[str, str], wordings: dict[str, str], now: datetime
) -> bool:
    """Exactly the same again within minutes (a double click): its mail is on the way.

    Anything else is a registration and a mail of its own: nobody confirms what somebody else typed later.
    """
    registrations.one_at_a_time(session, address_key(address))
    row = registrations.same(session, address_key(address), form.id, now - opt_in_limits.GAP)
    return row is not None and row.purposes == wordings and row.answers == values


# --- the opt-in mail ---------------------------------------------------------------------------------------------------


def queue_opt_in(rt: Runtime, session: Session, row: Registration, now: datetime, *, held: str = "") -> None:
    """Ask for the double opt-in, as far as the limits allow; the time to answer begins when the mail leaves.

    ``held``: why the mail waits for a human. A mail that does not leave is on record too, cancelled, so that the work done
    is the same for every address.
    """
    verdict = opt_in_limits.decide(rt, session, row.address, now, held=held)
    _settle_verdict(rt, session, row, verdict, now)


def release(rt: Runtime, session: Session, row: Registration, now: datetime) -> None:
    """A human lets the mail of a held registration leave; only the limits of its address still hold."""
    row.state = "pending"
    _settle_verdict(rt, session, row, opt_in_limits.decide(rt, session, row.address, now, looked_at=True), now, "released")


def discard(rt: Runtime, session: Session, row: Registration, now: datetime) -> None:  # noqa: ARG001 - one form for both
    """A human (or nobody, for too long) decided against a held registration."""
    _forget(session, row, "expired", now)


Settling = Callable[[Runtime, Session, Registration, datetime], None]
"""What may be done to a held registration."""


def _settle_verdict(
    rt: Runtime, session: Session, row: Registration, verdict: Verdict, now: datetime, which: str = "opt-in"
) -> None:
    d = rt.definitions
    if verdict.fate is Fate.HELD:
        row.state, row.expires_at = "held", now + HELD_AT_MOST
    else:
        row.expires_at = d.retention.opt_in_expires.after(verdict.due_at, d.calendar.zone)
    opt_in_limits.count(rt, session, row.address, verdict, now)
    _queue_mail(rt, session, row, verdict, now, which)


def _queue_mail(rt: Runtime, session: Session, row: Registration, verdict: Verdict, now: datetime, which: str) -> None:
    single_mail.queue(
        rt,
        session,
        MessageKind.OPT_IN,
        "address-change" if row.form == ADDRESS else "opt-in",
        f"registration:{row.id}:{which}",
        row.address,
        row.language,
        now,
        registration=row.id,
        due_at=verdict.due_at,
        cancelled=_STAYS.get(verdict.fate, ""),
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
    row.evidence = row.settled_ip = row.settled_user_agent = None
    contacts.disguise(session, row.address_key, ledger.mark(session, row.address_key))
    row.address = row.address_key = f"forgotten-{row.id}"
    messages.forget_registration(session, row.id)
