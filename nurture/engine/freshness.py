"""Consents that nobody used for long: people are listed as inactive, may be asked, and at last the consent lapses.

    no mail, no act for 12 months --> warned: listed in the office, in the timeline; a mail asks, where that is configured
        |      "yes, keep writing" (POST) --> renewed, everything begins anew      "no" (POST) --> withdrawn
        v
    no mail, no act for 24 months --> lapsed: campaigns end, waiting mails are called off; only a double opt-in revives

That the question was asked does not count as contact: otherwise asking alone would keep a consent fresh for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from nurture.domain import audit as actors
from nurture.domain.consent import ConsentEvent, ConsentState
from nurture.domain.errors import InvalidToken
from nurture.domain.message import MessageKind
from nurture.engine import consent_ledger, enrolment, links, observation, single_mail
from nurture.engine.runtime import Runtime
from nurture.engine.visitor import Visitor
from nurture.store import activities, audit, consents, contacts, enrollments, holds, preferences, registrations
from nurture.store import retention as store
from nurture.store.consents import Said
from nurture.store.database import reading, transaction
from nurture.store.retention import Target
from nurture.store.schema import Contact

MAIL = "renew-consent"
"""The mail that asks, below mail_templates/service/."""
LAPSED = "no mail and no contact for too long"
_BEAT = actors.beat("retention")
_BATCH = 200


def to_warn(rt: Runtime, now: datetime) -> Target:
    """Who has become inactive and is not listed so yet."""
    keep, zone = rt.definitions.retention, rt.definitions.calendar.zone
    warn, block = keep.inactive_warn.before(now, zone), keep.inactive_block.before(now, zone)
    return store.to_warn(warn, block, links.mail_purposes(rt.definitions))


def to_block(rt: Runtime, now: datetime) -> Target:
    """Whose consents are too old to be used."""
    return store.to_block(rt.definitions.retention.inactive_block.before(now, rt.definitions.calendar.zone))


def warn(rt: Runtime, now: datetime) -> int:
    """List who has become inactive; ask them, where that is configured. Returns how many."""
    return _each(rt, to_warn(rt, now), now, _warn)


def block(rt: Runtime, now: datetime) -> int:
    """Let consents lapse that nobody used for too long. Returns of how many people."""
    return _each(rt, to_block(rt, now), now, _block)


def _each(rt: Runtime, target: Target, now: datetime, do: Callable[[Runtime, Session, Contact, datetime], None]) -> int:
    """In batches, one process at a time, so that nobody is told twice."""
    total = 0
    while True:
        with transaction(rt.db) as session:
            registrations.one_at_a_time(session, "retention")
            people = store.people(session, target, _BATCH)
            for person in people:
                do(rt, session, session.get_one(Contact, person), now)
        if not people:
            return total
        total += len(people)


def _warn(rt: Runtime, session: Session, person: Contact, now: datetime) -> None:
    activities.record(session, person.id, store.WARNED, now)
    audit.note(session, _BEAT, "found inactive", ("contact", person.id), now, contact=person.id)
    if rt.definitions.retention.ask_again and _may_be_asked(session, person, now):
        _ask(rt, session, person, now)


def _may_be_asked(session: Session, person: Contact, now: datetime) -> bool:
    key = person.address_key
    choice = preferences.of(session, [person.id]).get(person.id)
    silent = choice is not None and (choice.restricted or choice.paused(now))
    return not silent and not contacts.suppressed(session, [key]) and not holds.held(session, [key], now)


def _ask(rt: Runtime, session: Session, person: Contact, now: datetime) -> None:
    """It needs the consent it asks about: ``permission.py`` looks again right before it leaves."""
    given = consents.confirmed(session, [person.id])[person.id]
    asked = next(p for p in links.mail_purposes(rt.definitions) if p in given)
    once, to, language = f"contact:{person.id}:{MAIL}:{now.isoformat()}", person.address, person.language
    single_mail.queue(rt, session, MessageKind.SERVICE, MAIL, once, to, language, now, contact=person.id, purpose=asked)


def _block(rt: Runtime, session: Session, person: Contact, now: datetime) -> None:
    given = sorted(consents.confirmed(session, [person.id])[person.id])
    since = max(filter(None, (person.last_active_at, person.last_mail_at)), default=person.created_at)
    evidence = {"via": "retention", "last_contact": since.isoformat()}
    consents.record_all(session, person.id, [Said(p, ConsentEvent.LAPSED, now, evidence) for p in given])
    ended = enrolment.inside(rt, session, [person.id], lambda campaign: campaign.purpose in given)
    enrollments.leave(session, ended, "no-consent", LAPSED, now)
    observation.ended(rt, session, person.id, given, now, by_person=False)
    audit.note(session, _BEAT, "lapsed", ("contact", person.id), now, contact=person.id, purposes=" ".join(given))


# --- the page behind the question -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Question:
    """What the page shows. ``open`` False: the consent ended meanwhile, so that there is nothing to keep."""

    language: str
    open: bool


def question(rt: Runtime, token: str, now: datetime) -> Question:  # noqa: ARG001 - one form for all pages
    """Shows; changes nothing. Raises InvalidToken."""
    with reading(rt.db) as session:
        person, _ = _asked(rt, session, token)
        return Question(person.language, bool(_renewable(rt, session, person.id)))


def keep(rt: Runtime, token: str, visitor: Visitor, now: datetime) -> Question:
    """ "Yes, keep writing": the consents for mail are given once more. Safe to repeat. Raises InvalidToken."""
    with transaction(rt.db) as session:
        person, message = _asked(rt, session, token)
        given = _renewable(rt, session, person.id)
        if given:
            evidence = {"via": MAIL, "message": message, **consent_ledger.who(visitor)}
            consents.record_all(session, person.id, [Said(p, ConsentEvent.RENEWED, now, evidence) for p in given])
            contacts.active(session, person.id, now)
            audit.note(session, actors.contact(person.id), "renewed", ("contact", person.id), now, contact=person.id)
        return Question(person.language, bool(given))


def unsubscribe_token(rt: Runtime, token: str) -> str:
    """The token of the page that ends it instead."""
    return links.signed_url(rt, "unsubscribe", *links.parts(rt, "renew", token, 2)).rpartition("/")[2]


def _asked(rt: Runtime, session: Session, token: str) -> tuple[Contact, int]:
    contact, message = links.parts(rt, "renew", token, 2)
    person = session.get(Contact, links.number(contact))
    if person is None:
        raise InvalidToken("expired")
    return person, links.number(message)


def _renewable(rt: Runtime, session: Session, contact: int) -> list[str]:
    states = consents.states(session, contact)
    return [p for p in links.mail_purposes(rt.definitions) if states.get(p) is ConsentState.CONFIRMED]
