"""What a contact chooses beyond consents, and what follows at once: campaigns and queued mails are looked at again.

Every verb joins the caller's transaction and tells the journal. Who may choose is the caller's business
(``preferences.py`` for the person, ``rights.py`` for whoever works on a request).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from nurture.domain import audit as actors
from nurture.domain.campaign import Campaign
from nurture.domain.definitions import Definitions
from nurture.domain.durations import Duration
from nurture.domain.pacing import next_slot
from nurture.domain.preferences import NOTHING, Choice, product_mark, product_reason, topic_mark, unwanted_products
from nurture.engine import enrolment
from nurture.engine.facts import zone
from nurture.engine.runtime import Runtime
from nurture.store import activities, audit, enrollments
from nurture.store import preferences as store
from nurture.store.schema import Contact


def of(session: Session, contact: int) -> Choice:
    """What this contact chose."""
    return store.of(session, [contact]).get(contact, NOTHING)


def marks(d: Definitions) -> tuple[str, ...]:
    """Everything that can be unwanted: ``product:<id>`` and ``topic:<id>``."""
    return (*map(product_mark, d.products), *map(topic_mark, d.topics))


# --- what the person chooses ------------------------------------------------------------------------------------------


def pause(rt: Runtime, session: Session, person: Contact, span: Duration, now: datetime) -> None:
    """No marketing mail for ``span``. What is queued waits until then, and is cancelled when it is out of date."""
    until = span.after(now, zone(person.time_zone) or rt.definitions.calendar.zone)
    store.choose(session, person.id, now, paused_until=until)
    enrollments.look_again(session, person.id, now)
    tell(session, person.id, now, "paused", until=until.isoformat())


def resume(rt: Runtime, session: Session, person: Contact, now: datetime) -> None:
    """The pause is over. Nothing happens to somebody who is not pausing."""
    if not of(session, person.id).paused(now):
        return
    store.choose(session, person.id, now, paused_until=None)
    _look_again(rt, session, person, now)
    tell(session, person.id, now, "resumed")


def frequency(rt: Runtime, session: Session, person: Contact, gap_days: int | None, now: datetime) -> None:
    """At least so many days between two mails; None: as often as everybody."""
    if of(session, person.id).gap_days == gap_days:
        return
    store.choose(session, person.id, now, gap_days=gap_days)
    _look_again(rt, session, person, now)
    tell(session, person.id, now, "frequency", days=gap_days or 0)


def topics(rt: Runtime, session: Session, person: Contact, unwanted: Collection[str], now: datetime) -> None:
    """These products and topics are not wanted, all others are. Campaigns of such a product end at once.

    Of what is not defined now, what was unwanted stays so.
    """
    offered, before = set(marks(rt.definitions)), of(session, person.id).unwanted
    after = (before - offered) | (offered & set(unwanted))
    if after == before:
        return
    store.choose(session, person.id, now, topics=sorted(after))
    for product in sorted(unwanted_products(after - before)):
        ended = enrolment.inside(rt, session, [person.id], partial(_is_for, product))
        enrollments.leave(session, ended, "unwanted", product_reason(product), now)
    _look_again(rt, session, person, now)
    tell(session, person.id, now, "topics", unwanted=" ".join(sorted(after)))


def _is_for(product: str, campaign: Campaign) -> bool:
    return campaign.product == product


def counted(session: Session, contact: int, now: datetime, *, yes: bool) -> None:
    """Whether clicks may be counted without a name."""
    if of(session, contact).uncounted is yes:
        store.choose(session, contact, now, uncounted=not yes)
        tell(session, contact, now, "counted" if yes else "uncounted")


# --- a restriction (Art. 18 GDPR) -------------------------------------------------------------------------------------


def restrict(rt: Runtime, session: Session, contact: int, now: datetime) -> None:  # noqa: ARG001 - one form for all verbs
    """Stored, and nothing else, from now on: no mail leaves, no campaign goes on."""
    store.choose(session, contact, now, restricted_since=now)
    enrollments.look_again(session, contact, now)


def lift(rt: Runtime, session: Session, contact: int, now: datetime) -> None:
    """The restriction is over; what it held is decided again at once."""
    store.choose(session, contact, now, restricted_since=None)
    enrollments.go_on(session, contact, "the restriction was lifted", now)
    _look_again(rt, session, session.get_one(Contact, contact), now)


# --- what follows -----------------------------------------------------------------------------------------------------


def _look_again(rt: Runtime, session: Session, person: Contact, now: datetime) -> None:
    """What waited because of the old choice may go on: campaigns at once, queued mails in their campaign's next slot."""
    enrollments.look_again(session, person.id, now)
    for message, campaign in store.waiting_mails(session, person.id):
        store.look_at(session, message, _slot(rt, person, campaign, now))


def _slot(rt: Runtime, person: Contact, campaign: str | None, now: datetime) -> datetime:
    known = rt.definitions.campaigns.get(campaign or "")
    return next_slot(now, known.window, rt.definitions.calendar.in_zone(zone(person.time_zone))) if known else now


def tell(session: Session, contact: int, now: datetime, choice: str, **said: Any) -> None:
    """In the journal, and in the audit log."""
    activities.record(session, contact, "preferences", now, method="POST", data={"choice": choice, **said})
    audit.note(session, actors.contact(contact), "chose", ("contact", contact), now, contact=contact, choice=choice, **said)
