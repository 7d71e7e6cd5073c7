"""Leaving and choosing: every mail has a link here, without login, valid for as long as the contact exists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from nurture.domain.address import mask
from nurture.domain.consent import ConsentEvent, ConsentState
from nurture.domain.errors import InvalidToken
from nurture.domain.form import Purpose, PurposeKind
from nurture.engine import enrolment, links
from nurture.engine.runtime import Runtime
from nurture.engine.visitor import Visitor, shorten_agent, shorten_ip
from nurture.store import activities, consents, enrollments
from nurture.store.database import reading, transaction
from nurture.store.schema import Contact


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the page shows. Withdrawn or never given consents can only be given again through a form and its opt-in."""

    language: str
    address: str
    purposes: tuple[tuple[Purpose, ConsentState], ...]


def unsubscribe_page(rt: Runtime, token: str) -> Preferences:
    """What the unsubscribe link shows; changes nothing. Raises InvalidToken."""
    return _show(rt, "unsubscribe", token)


def preferences(rt: Runtime, token: str, now: datetime) -> Preferences:  # noqa: ARG001
    """What the contact agreed to. Raises InvalidToken."""
    return _show(rt, "preferences", token)


def preferences_url(rt: Runtime, token: str) -> str:
    """The preferences page that belongs to an unsubscribe link."""
    return links.signed_url(rt, "preferences", *links.parts(rt, "unsubscribe", token, 2))


def unsubscribe(rt: Runtime, token: str, visitor: Visitor, now: datetime) -> str:
    """No more marketing mail, from this moment on, what is queued included. Safe to repeat. Returns the language."""
    contact, message = _of(rt, "unsubscribe", token)
    with transaction(rt.db) as session:
        person = _person(session, contact)
        states = consents.states(session, contact)
        gone = [p for p, state in states.items() if state is ConsentState.CONFIRMED and _may_mean_mail(rt, p)]
        _withdraw(rt, session, person, gone, "unsubscribe", visitor, message, now)
        return person.language


def _may_mean_mail(rt: Runtime, purpose: str) -> bool:
    """Whether mail is sent for this consent; one that is gone from the definitions still carries those who gave it."""
    known = rt.definitions.purposes.get(purpose)
    return known is None or known.kind is PurposeKind.MAIL


def change(rt: Runtime, token: str, wanted: frozenset[str], visitor: Visitor, now: datetime) -> str:
    """Withdraw every confirmed consent that is not in ``wanted``. Returns the language."""
    contact, message = _of(rt, "preferences", token)
    with transaction(rt.db) as session:
        person = _person(session, contact)
        states = consents.states(session, contact)
        gone = [p for p, state in states.items() if state is ConsentState.CONFIRMED and p not in wanted]
        _withdraw(rt, session, person, gone, "preferences", visitor, message, now)
        return person.language


def _withdraw(
    rt: Runtime,
    session: Session,
    person: Contact,
    purposes: list[str],
    via: str,
    visitor: Visitor,
    message: int,
    now: datetime,
) -> None:
    if not purposes:
        return
    evidence = {
        "via": via,
        "message": message,
        "method": visitor.method,
        "ip": shorten_ip(visitor.ip, "full"),
        "user_agent": shorten_agent(visitor.user_agent),
    }
    for purpose in purposes:
        consents.record(session, person.id, purpose, ConsentEvent.WITHDRAWN, now, evidence)
    activities.record(
        session,
        person.id,
        "unsubscribed",
        now,
        message_id=message or None,
        method=visitor.method,
        data={"purposes": purposes},
    )
    ended = enrolment.inside(rt, session, [person.id], lambda campaign: campaign.purpose in purposes)
    enrollments.leave(session, ended, "no-consent", "unsubscribed", now)


def _show(rt: Runtime, purpose: str, token: str) -> Preferences:
    contact, _ = _of(rt, purpose, token)
    with reading(rt.db) as session:
        person = _person(session, contact)
        states = consents.states(session, contact)
        listed = tuple((p, states.get(p.id, ConsentState.NONE)) for p in rt.definitions.purposes.values())
        return Preferences(person.language, mask(person.address), listed)


def _of(rt: Runtime, purpose: str, token: str) -> tuple[int, int]:
    contact, message = links.parts(rt, purpose, token, 2)
    return links.number(contact), links.number(message)


def _person(session: Session, contact: int) -> Contact:
    person = session.get(Contact, contact)
    if person is None:
        raise InvalidToken("expired")
    return person
