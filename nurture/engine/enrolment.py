"""How contacts come into campaigns: by what they did, by silence, by another campaign, by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nurture.domain.campaign import Campaign, Entry, Trigger
from nurture.domain.condition import describe, holds
from nurture.domain.consent import ConsentState
from nurture.domain.errors import NurtureError
from nurture.domain.preferences import RESTRICTED, product_reason
from nurture.engine import links
from nurture.engine.facts import know
from nurture.engine.runtime import Runtime
from nurture.store import enrollments
from nurture.store.database import reading, transaction
from nurture.store.schema import Consent

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Whether the contact came in, and why (not)."""

    contact: int
    campaign: str
    done: bool
    reason: str


def enter(
    rt: Runtime,
    session: Session,
    contact: int,
    triggers: Trigger | tuple[Trigger, ...],
    now: datetime,
    *,
    product: str | None = None,
    form: str | None = None,
    content: str | None = None,
    topic: str | None = None,
    lead_class: str | None = None,
) -> list[Enrolled]:
    """Enrol in every campaign whose entry this activity opens. Joins the caller's transaction."""
    about = {"forms": form, "content": content, "topics": topic, "classes": lead_class}
    pulled = triggers if isinstance(triggers, tuple) else (triggers,)
    open_now = [
        c for c in rt.definitions.campaigns.values() if c.entry.trigger in pulled and _about(c, c.entry, about, product)
    ]
    return _enrol_all(rt, session, [contact], open_now, now) if open_now else []


def _about(campaign: Campaign, entry: Entry, about: dict[str, str | None], product: str | None) -> bool:
    """Whether the activity is what the entry names; an entry that names nothing takes all of its product."""
    named = [(getattr(entry, field), value) for field, value in about.items() if getattr(entry, field)]
    if not named:
        return product is None or product == campaign.product
    return any(value in wanted for wanted, value in named) and (product is None or product == campaign.product)


def enrol(rt: Runtime, session: Session, contacts: list[int], campaign: str, now: datetime) -> list[Enrolled]:
    """Enrol these contacts (an ``enrol`` step, an import, by hand). Joins the caller's transaction."""
    target = rt.definitions.campaigns.get(campaign)
    if target is None:
        return [Enrolled(contact, campaign, False, "there is no such campaign now") for contact in contacts]
    return _enrol_all(rt, session, contacts, [target], now)


def _enrol_all(
    rt: Runtime, session: Session, people: list[int], campaigns: list[Campaign], now: datetime
) -> list[Enrolled]:
    rows = enrollments.of_contacts(session, people)
    knowledge = know(session, rows, links.tracking_purposes(rt.definitions), now)
    results: list[Enrolled] = []
    new: list[dict[str, Any]] = []
    for campaign in campaigns:
        past = enrollments.history(session, [row.contact_id for row in rows], campaign.id)
        for row in rows:
            reason = _refusal(rt, campaign, knowledge.facts(row, campaign.product), past.get(row.contact_id), now)
            results.append(Enrolled(row.contact_id, campaign.id, reason is None, reason or "enrolled"))
            if reason is None:
                new.append(_new_row(campaign, row.contact_id, past.get(row.contact_id), now))
    enrollments.add(session, new)
    return results


def _refusal(rt: Runtime, campaign: Campaign, facts: Any, past: Any, now: datetime) -> str | None:
    """Why the contact does not come in; None: it does."""
    if campaign.purpose not in facts.known.purposes:
        return f"no confirmed consent for '{campaign.purpose}'"
    if facts.undeliverable is not None:
        return f"the address gets no mail: {facts.undeliverable}"
    if facts.choice.restricted:
        return RESTRICTED
    if not facts.choice.wants(campaign.product):
        return product_reason(campaign.product)
    if campaign.entry.when is not None and not holds(campaign.entry.when, facts.known):
        return f"not so: {describe(campaign.entry.when)}"
    if past is None:
        return None
    if past.inside:
        return "is in this campaign already"
    if campaign.reentry is None:
        return "was in this campaign before; it takes nobody twice"
    if campaign.reentry.after(past.left_at, rt.definitions.calendar.zone) > now:
        return f"was in this campaign less than {campaign.reentry} ago"
    return None


def _new_row(campaign: Campaign, contact: int, past: Any, now: datetime) -> dict[str, Any]:
    return {
        "contact_id": contact,
        "campaign": campaign.id,
        "version": campaign.version,
        "number": past.times + 1 if past else 1,
        "state": "active",
        "step": campaign.steps[0].name,
        "round": 1,
        "step_entered_at": now,
        "entered_at": now,
        "due_at": now,
        "priority": campaign.priority,
        "listening": False,
        "reason": "just enrolled",
    }


def inside(rt: Runtime, session: Session, people: Sequence[int], wanted: Callable[[Campaign], bool]) -> list[int]:
    """The enrollments of these people in ``wanted`` campaigns, as they were when the people came in; locked.

    A campaign that is gone from the folder still has its people; one that nobody can read any more is parked anyway.
    """
    found = []
    for row in enrollments.inside(session, people):
        with suppress(NurtureError):
            if wanted(rt.campaign(session, row.campaign, row.version)):
                found.append(row.id)
    return found


def enrol_quiet(rt: Runtime, now: datetime) -> int:
    """Enrol whoever has been silent for as long as a wake-up campaign waits. Returns how many came in.

    One transaction per batch; costs the contacts that are silent and in no campaign.
    """
    return sum(
        _enrol_quiet_into(rt, campaign, now)
        for campaign in rt.definitions.campaigns.values()
        if campaign.entry.trigger is Trigger.QUIET and campaign.entry.quiet_for is not None
    )


def _enrol_quiet_into(rt: Runtime, campaign: Campaign, now: datetime) -> int:
    assert campaign.entry.quiet_for is not None  # noqa: S101 - chosen by the caller
    before = campaign.entry.quiet_for.before(now, rt.definitions.calendar.zone)
    holders = select(Consent.contact_id).where(Consent.purpose == campaign.purpose, Consent.state == ConsentState.CONFIRMED)
    done, last = 0, 0
    while True:
        with reading(rt.db) as session:
            people = enrollments.quiet_contacts(session, before, campaign.id, holders, last, _BATCH)
        if not people:
            return done
        last = people[-1]
        with transaction(rt.db) as session:
            done += sum(result.done for result in _enrol_all(rt, session, people, [campaign], now))
