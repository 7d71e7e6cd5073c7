"""Whether a mail that was decided some time ago may still go, asked right before it does.

What stands in the way is looked up for a whole batch at once. A missing consent cancels. Sales working on the lead only
holds: the mail is put back to the campaign's next open slot, so that no step is lost when sales gives the lead back soon;
after ``_STALE`` it would be out of date and is cancelled. Sales and opt-in mails are asked only what concerns them: our
own people need no consent, and who was suppressed may still ask to come back (registration limits how often). What a
known contact asked for on the preferences page goes as long as there is that contact; the mail that asks whether a consent
still stands needs that consent.

A mail that has to wait because of what its reader chose (a pause, fewer mails) waits until it may go, and is cancelled
when it is out of date by then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from nurture.domain.address import address_key
from nurture.domain.campaign import MailStep
from nurture.domain.message import MessageKind
from nurture.domain.pacing import next_slot
from nurture.domain.preferences import RESTRICTED, Choice, gap_reason, paused_reason, product_reason, topic_reason
from nurture.engine.facts import zone
from nurture.engine.runtime import Runtime
from nurture.store import consents, contacts, holds, leads, preferences
from nurture.store import permission as store
from nurture.store.holds import Held
from nurture.store.messages import Outgoing
from nurture.store.permission import Person

Agreed = Collection[tuple[int, str]]
"""(contact, purpose) of confirmed consents."""
_NURTURE = MessageKind.NURTURE  # reached once: an enum's members are looked up slowly
_LOOK_AGAIN = timedelta(hours=1)
_UNDECIDED = timedelta(days=1)
"""How long a mail to an address whose owner asked to stop waits for a human's decision before it is looked at again."""
_STALE = timedelta(days=30)
_STAYS = (None, "finished", "lost")
"""Ends of an enrollment that do not take back a mail that was decided before."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a mail may not go. ``again``: when to look again; None: it is cancelled."""

    reason: str
    again: datetime | None = None


class Known(NamedTuple):
    """Whom the mails of a batch go to, and what they agreed to."""

    people: Mapping[int, Person]
    agreed: Agreed


@dataclass(frozen=True)
class _Present:
    """How things stand now."""

    agreed: Agreed
    keys: Mapping[str, str]
    """Address -> its key."""
    suppressed: Mapping[str, str]
    held: Mapping[str, Held]
    people: Mapping[int, Person]
    leads: Mapping[tuple[int, str], Any]
    enrollments: Mapping[int, Any]
    registrations: Mapping[int, Any]
    choices: Mapping[int, Choice] = field(default_factory=dict)
    last_mails: Mapping[int, datetime] = field(default_factory=dict)
    """Of those who want fewer mails: when the latest went out."""
    going: set[int] = field(default_factory=set)
    """Of those: who gets one of this batch already."""
    restricted: frozenset[int] = frozenset()
    """Handoffs of people whose data may only be stored."""


def known(session: Session, rows: Sequence[Outgoing]) -> Known:
    """Whom these mails go to, for ``obstacles`` and for their letters. Two queries, if there is anybody."""
    to_contacts = (_NURTURE, MessageKind.SERVICE)
    people = store.people(session, {r.contact_id for r in rows if r.contact_id is not None and r.kind in to_contacts})
    return Known(people, consents.agreed(session, people) if people else frozenset())


def obstacles(
    rt: Runtime, session: Session, rows: Sequence[Outgoing], now: datetime, asked: Known | None = None
) -> dict[int, Obstacle]:
    """Message -> what stands in its way; those without are not in it. At most ten queries.

    ``asked``: what is ``known`` of them, asked for in this very transaction.
    """
    present = _load(session, rows, now, known(session, rows) if asked is None else asked)
    if dossiers := {row.handoff_id for row in rows if row.handoff_id is not None}:
        present = replace(present, restricted=store.restricted_handoffs(session, dossiers))
    found = {}
    for row in rows:
        check = _nurture if row.kind is _NURTURE else _CHECKS[row.kind]
        if (obstacle := check(rt, row, present, now)) is not None:
            found[row.id] = obstacle
    return found


def _load(session: Session, rows: Sequence[Outgoing], now: datetime, readers: Known) -> _Present:
    nurture = [row for row in rows if row.kind is _NURTURE]
    people, agreed = readers
    asked = {row.registration_id for row in rows if row.registration_id is not None}
    registrations = store.registrations(session, asked) if asked else {}
    if not nurture:
        return _Present(agreed, {}, {}, {}, people, {}, {}, registrations)
    choices = preferences.of(session, people)
    keys = {row.address: address_key(row.address) for row in nurture}
    return _Present(
        agreed=agreed,
        keys=keys,
        suppressed=contacts.suppressed(session, keys.values()),
        held=holds.held(session, keys.values(), now),
        people=people,
        leads=leads.of_units(session, {person.unit_id for person in people.values()}),
        enrollments=store.left_enrollments(
            session, {row.enrollment_id for row in nurture if row.enrollment_id is not None}
        ),
        registrations=registrations,
        choices=choices,
        last_mails=_last_mails(session, choices, now),
    )


def _last_mails(session: Session, choices: Mapping[int, Choice], now: datetime) -> dict[int, datetime]:
    gaps = {contact: choice.gap_days for contact, choice in choices.items() if choice.gap_days}
    return preferences.last_mails(session, gaps, now - timedelta(days=max(gaps.values()))) if gaps else {}


def _nurture(rt: Runtime, row: Outgoing, present: _Present, now: datetime) -> Obstacle | None:
    person = present.people.get(row.contact_id or 0)
    if person is None:
        return Obstacle("the contact is gone")
    if (person.id, row.purpose) not in present.agreed:
        return Obstacle(f"no confirmed consent for '{row.purpose}' any more")
    key = present.keys[row.address]
    if (why := present.suppressed.get(key)) is not None:
        return Obstacle(f"the address gets no mail: {why}")
    left = present.enrollments.get(row.enrollment_id or 0)
    if left is not None and left.left_kind not in _STAYS:
        return Obstacle(f"left the campaign: {left.reason}")
    if (pause := present.held.get(key)) is not None:
        return _paused(row, pause, now)
    if _with_sales(row, person, present):
        return _held(rt, row, person, now)
    choice = present.choices.get(person.id)
    return _chosen(rt, row, person, choice, present, now) if choice is not None else None


def _paused(row: Outgoing, pause: Held, now: datetime) -> Obstacle:
    if now - row.queued_at > _STALE:
        return Obstacle(f"the address was held for more than {_STALE.days} days; the mail is out of date")
    return Obstacle(f"the address is held: {pause.reason}", pause.until or now + _UNDECIDED)


def _with_sales(row: Outgoing, person: Person, present: _Present) -> bool:
    lead = present.leads.get((person.unit_id, row.context.get("product", "")))
    return bool(lead and lead.with_sales)


def _chosen(
    rt: Runtime, row: Outgoing, person: Person, choice: Choice, present: _Present, now: datetime
) -> Obstacle | None:
    """What stands in the way because of what the reader chose."""
    if choice.restricted:
        return _wait(row, RESTRICTED, now + _UNDECIDED, _STALE, now)
    if (unwanted := _unwanted(rt, row, choice)) is not None:
        return Obstacle(unwanted)
    if choice.paused_until is not None and choice.paused(now):
        return _wait(row, paused_reason(choice.paused_until), _slot(rt, row, person, choice.paused_until), _STALE, now)
    if not choice.gap_days:
        return None
    last = now if person.id in present.going else present.last_mails.get(person.id)
    free = choice.free_again(last)
    if free is not None and free > now:
        longest = _STALE + timedelta(days=choice.gap_days)
        return _wait(row, gap_reason(choice.gap_days), _slot(rt, row, person, free), longest, now)
    present.going.add(person.id)
    return None


def _unwanted(rt: Runtime, row: Outgoing, choice: Choice) -> str | None:
    """Why the reader does not want this mail, by its product or by the topic of what it offers."""
    product = row.context.get("product", "")
    if not choice.wants(product):
        return product_reason(product)
    campaign = rt.definitions.campaigns.get(row.campaign or "")
    step = campaign.step(row.step) if campaign is not None and row.step and campaign.has_step(row.step) else None
    offer = rt.definitions.content.get(step.offers or "") if isinstance(step, MailStep) else None
    return topic_reason(offer.topic) if offer is not None and not choice.wants(product, offer.topic) else None


def _wait(row: Outgoing, reason: str, again: datetime, longest: timedelta, now: datetime) -> Obstacle:
    """Put back until ``again``, or until it is out of date; then it is cancelled."""
    if now - row.queued_at > longest:
        return Obstacle(f"{reason}; after {longest.days} days the mail is out of date")
    return Obstacle(reason, min(again, row.queued_at + longest + timedelta(minutes=1)))


def _slot(rt: Runtime, row: Outgoing, person: Person, moment: datetime) -> datetime:
    """The campaign's next open slot from ``moment`` on."""
    campaign = rt.definitions.campaigns.get(row.campaign or "")
    if campaign is None:
        return moment
    return next_slot(moment, campaign.window, rt.definitions.calendar.in_zone(zone(person.time_zone)))


def _held(rt: Runtime, row: Outgoing, person: Person, now: datetime) -> Obstacle:
    if now - row.queued_at > _STALE:
        return Obstacle(f"sales has been working on this lead for more than {_STALE.days} days; the mail is out of date")
    return Obstacle("sales is working on this lead", _slot(rt, row, person, now + _LOOK_AGAIN))


def _opt_in(rt: Runtime, row: Outgoing, present: _Present, now: datetime) -> Obstacle | None:  # noqa: ARG001
    asked = present.registrations.get(row.registration_id or 0)
    if asked is None:
        return Obstacle("the registration is gone")
    if asked.state != "pending":
        return Obstacle(f"the registration is {asked.state} already")
    return Obstacle("the registration has expired") if asked.expires_at <= now else None


def _service(rt: Runtime, row: Outgoing, present: _Present, now: datetime) -> Obstacle | None:  # noqa: ARG001
    if row.contact_id is None or row.contact_id not in present.people:
        return Obstacle("the contact is gone")
    if row.purpose is not None and (row.contact_id, row.purpose) not in present.agreed:
        return Obstacle(f"no confirmed consent for '{row.purpose}' any more")
    return None


def _sales(rt: Runtime, row: Outgoing, present: _Present, now: datetime) -> Obstacle | None:  # noqa: ARG001
    """A dossier tells of somebody: while that person's data may only be stored, it waits."""
    return Obstacle(RESTRICTED, now + _UNDECIDED) if row.handoff_id in present.restricted else None


_CHECKS: dict[MessageKind, Callable[[Runtime, Outgoing, _Present, datetime], Obstacle | None]] = {
    MessageKind.NURTURE: _nurture,
    MessageKind.OPT_IN: _opt_in,
    MessageKind.SERVICE: _service,
    MessageKind.SALES: _sales,
}
