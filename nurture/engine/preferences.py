"""The preferences page: what somebody may see and do who has a mail of ours, without a login.

What a link may depends on the mail it comes from, and never on its key, so that old links work after every rotation:

    any mail, however old          leave, withdraw, pause, choose how often and about what
    a mail of the last 30 days     all that, and see, download, correct, change the address, be erased
    "send me a fresh link"         the same for 24 hours, mailed to the address on file and to no other

A forwarded old mail must not open everything; and a mail to an address that the person has left opens nothing personal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from nurture.domain import audit as actors
from nurture.domain.address import address_key, mask
from nurture.domain.consent import ConsentEvent, ConsentState
from nurture.domain.errors import InvalidToken, NotFound
from nurture.domain.form import Purpose, PurposeKind
from nurture.domain.message import MessageKind
from nurture.domain.preferences import GAPS, PAUSES, Choice
from nurture.engine import choices, consent_ledger, enrolment, links, observation, reconsent, rights, single_mail
from nurture.engine.objection import means_mail
from nurture.engine.runtime import Runtime
from nurture.engine.visitor import Visitor
from nurture.store import activities, audit, consents, contacts, enrollments, limits
from nurture.store import preferences as store
from nurture.store.database import reading, transaction
from nurture.store.limits import Budget
from nurture.store.schema import Contact

LINK_OPENS: Mapping[MessageKind, timedelta] = {
    MessageKind.NURTURE: timedelta(days=30),
    MessageKind.SERVICE: timedelta(hours=24),
}
"""How long the link in a mail of this kind opens what is personal."""
LINK_MAIL = "preferences-link"
_LINK_LIMITS = ((timedelta(minutes=10), 1), (timedelta(days=1), 3))
"""At most so many fresh links within each span."""
FIELDS = rights.FIELDS
"""What the person may correct directly, and the most characters of each; the address has its own way."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who opened the page, by which mail. ``direct``: whether what is personal may be seen and changed with this link."""

    contact: int
    message: int
    direct: bool


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the page shows. ``address``: partly hidden. ``asked``: purposes whose opt-in mail waits for an answer.

    ``known``: what is known of the person, by field, and ``new_address`` (partly hidden) waiting for its confirmation;
    both only with a link that opens it.
    """

    access: Access
    language: str
    address: str
    purposes: tuple[tuple[Purpose, ConsentState], ...]
    choice: Choice
    asked: frozenset[str]
    known: Mapping[str, str]
    new_address: str

    @property
    def mail_wanted(self) -> bool:
        """Whether the person gets marketing mail at all."""
        return any(p.kind is PurposeKind.MAIL and state is ConsentState.CONFIRMED for p, state in self.purposes)


# --- looking ----------------------------------------------------------------------------------------------------------


def unsubscribe_page(rt: Runtime, token: str, now: datetime) -> Preferences:
    """What the unsubscribe link shows; changes nothing. Raises InvalidToken."""
    return _show(rt, "unsubscribe", token, now)


def preferences(rt: Runtime, token: str, now: datetime) -> Preferences:
    """What the contact agreed to and chose. Raises InvalidToken."""
    return _show(rt, "preferences", token, now)


def preferences_url(rt: Runtime, token: str) -> str:
    """The preferences page that belongs to an unsubscribe link."""
    return links.signed_url(rt, "preferences", *links.parts(rt, "unsubscribe", token, 2))


def _show(rt: Runtime, purpose: str, token: str, now: datetime) -> Preferences:
    contact, message = _of(rt, purpose, token)
    with reading(rt.db) as session:
        person = _person(session, contact)
        access = Access(contact, message, _opens(session, person, message, now))
        states = consents.states(session, contact)
        return Preferences(
            access=access,
            language=person.language,
            address=mask(person.address),
            purposes=tuple((p, states.get(p.id, ConsentState.NONE)) for p in rt.definitions.purposes.values()),
            choice=choices.of(session, contact),
            asked=reconsent.asked_for(session, contact),
            known=_known(session, person) if access.direct else {},
            new_address=reconsent.new_address(session, contact) if access.direct else "",
        )


def _known(session: Session, person: Contact) -> dict[str, str]:
    company = contacts.companies(session, [person.unit_id]).get(person.unit_id)
    said = {**contacts.profile(person, company), "language": person.language, "address": person.address}
    return {field: said.get(field, "") for field in (*FIELDS, "address")}


def _opens(session: Session, person: Contact, message: int, now: datetime) -> bool:
    """Whether the mail of this link is young enough, and went to the address on file."""
    mail = store.mail_of_link(session, message)
    if mail is None or mail.contact_id != person.id or address_key(mail.address) != person.address_key:
        return False
    span = LINK_OPENS.get(mail.kind)
    return span is not None and (mail.settled_at or mail.queued_at) + span > now


# --- leaving: from any mail -------------------------------------------------------------------------------------------


def unsubscribe(rt: Runtime, token: str, visitor: Visitor, now: datetime) -> str | None:
    """No more marketing mail, from this moment on, what is queued included. Safe to repeat.

    Returns the language; None: the person was erased since, so there is nothing left to end.
    """
    contact, message = _of(rt, "unsubscribe", token)
    with transaction(rt.db) as session:
        person = contacts.keep(session, contact)
        if person is None:
            return None
        states = consents.states(session, contact)
        gone = [p for p, state in states.items() if state is ConsentState.CONFIRMED and means_mail(rt, p)]
        _withdraw(rt, session, person, gone, "unsubscribe", visitor, message, now)
        return person.language


def change(
    rt: Runtime,
    token: str,
    wanted: frozenset[str],
    visitor: Visitor,
    now: datetime,
    *,
    asked: frozenset[str] = frozenset(),
    counted: bool | None = None,
) -> bool | None:
    """Withdraw every confirmed consent that is not in ``wanted``; ask the address on file for those in ``asked``.

    ``counted``: whether clicks may be counted without a name; None: as it was. Returns whether a mail that asks is on its
    way; None: nothing was asked for.
    """
    contact, message = _of(rt, "preferences", token)
    with transaction(rt.db) as session:
        person = _kept(session, contact)
        states = consents.states(session, contact)
        gone = [p for p, state in states.items() if state is ConsentState.CONFIRMED and p not in wanted]
        _withdraw(rt, session, person, gone, "preferences", visitor, message, now)
        if counted is not None:
            choices.counted(session, contact, now, yes=counted)
        return reconsent.ask_consent(rt, session, person, asked, visitor, now)


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
    evidence = {"via": via, "message": message, **consent_ledger.who(visitor)}
    consents.record_all(session, person.id, [consents.Said(p, ConsentEvent.WITHDRAWN, now, evidence) for p in purposes])
    activities.record(
        session,
        person.id,
        "unsubscribed",
        now,
        message_id=store.present(session, message),
        method=visitor.method,
        data={"purposes": purposes},
    )
    ended = enrolment.inside(rt, session, [person.id], lambda campaign: campaign.purpose in purposes)
    enrollments.leave(session, ended, "no-consent", "unsubscribed", now)
    observation.ended(rt, session, person.id, purposes, now)
    actor = actors.contact(person.id)
    said = " ".join(sorted(purposes))
    audit.note(session, actor, "withdrew", ("contact", person.id), now, contact=person.id, via=via, purposes=said)


# --- choosing: from any mail ------------------------------------------------------------------------------------------


def pause(rt: Runtime, token: str, span: str, now: datetime) -> None:
    """No marketing mail for one of ``PAUSES``. Raises InvalidToken, NotFound (no such span)."""
    if span not in PAUSES:
        raise NotFound("pause", span)
    with transaction(rt.db) as session:
        choices.pause(rt, session, _opened(rt, session, token), PAUSES[span], now)


def resume(rt: Runtime, token: str, now: datetime) -> None:
    with transaction(rt.db) as session:
        choices.resume(rt, session, _opened(rt, session, token), now)


def frequency(rt: Runtime, token: str, often: str, now: datetime) -> None:
    """How often at most: one of ``GAPS``. Raises InvalidToken, NotFound (no such frequency)."""
    if often not in GAPS:
        raise NotFound("frequency", often)
    with transaction(rt.db) as session:
        choices.frequency(rt, session, _opened(rt, session, token), GAPS[often], now)


def topics(rt: Runtime, token: str, wanted: frozenset[str], now: datetime) -> None:
    """Only what is in ``wanted`` (``product:<id>``, ``topic:<id>``) of what is offered now."""
    with transaction(rt.db) as session:
        unwanted = set(choices.marks(rt.definitions)) - wanted
        choices.topics(rt, session, _opened(rt, session, token), unwanted, now)


# --- what is personal: by a young mail --------------------------------------------------------------------------------


def direct(rt: Runtime, token: str, now: datetime) -> Preferences:
    """The page of somebody who may see and change everything. Raises InvalidToken; NotDirect: a fresh link is needed."""
    found = preferences(rt, token, now)
    if not found.access.direct:
        raise NotDirect
    return found


class NotDirect(InvalidToken):
    """The mail of this link is too old for what is personal."""

    def __init__(self) -> None:
        super().__init__("expired")


def ask_link(rt: Runtime, token: str, now: datetime) -> bool:
    """Mail a fresh link to the address on file; False: one is on its way already, and no more is sent for a while."""
    with transaction(rt.db) as session:
        person = _opened(rt, session, token)
        budgets = [Budget(f"fresh-link:{person.id}", most, span) for span, most in _LINK_LIMITS]
        if limits.take(session, budgets, now) is not None:
            return False
        once = f"contact:{person.id}:{LINK_MAIL}:{now.isoformat()}"
        single_mail.queue(
            rt, session, MessageKind.SERVICE, LINK_MAIL, once, person.address, person.language, now, contact=person.id
        )
        actor = actors.contact(person.id)
        audit.note(session, actor, "asked for a link", ("contact", person.id), now, contact=person.id)
        return True


def change_address(rt: Runtime, found: Preferences, address: str, visitor: Visitor, now: datetime) -> bool:
    """Ask the new address (canonical); the present one stays until it answers. Returns whether the mail is on its way."""
    with transaction(rt.db) as session:
        return reconsent.ask_address(rt, session, _kept(session, found.access.contact), address, visitor, now)


# --- who it is --------------------------------------------------------------------------------------------------------


def _opened(rt: Runtime, session: Session, token: str) -> Contact:
    contact, _ = _of(rt, "preferences", token)
    return _kept(session, contact)


def _of(rt: Runtime, purpose: str, token: str) -> tuple[int, int]:
    contact, message = links.parts(rt, purpose, token, 2)
    return links.number(contact), links.number(message)


def _kept(session: Session, contact: int) -> Contact:
    """For whoever is going to write: not erased meanwhile."""
    if contacts.keep(session, contact) is None:
        raise InvalidToken("expired")
    return _person(session, contact)


def _person(session: Session, contact: int) -> Contact:
    person = session.get(Contact, contact)
    if person is None:
        raise InvalidToken("expired")
    return person
