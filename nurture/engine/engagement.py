"""Clicks get their verdict: human or machine. Only what a human did has consequences, and those come here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from nurture.domain.campaign import Trigger
from nurture.domain.engagement import Hit, Proof, Ruling, Verdict, verdicts
from nurture.engine import enrolment
from nurture.engine.readiness import rescore
from nurture.engine.runtime import Runtime
from nurture.engine.visitor import is_tool, shorten_ip
from nurture.store import activities, contacts, enrollments, leads
from nurture.store.activities import RawHit
from nurture.store.database import transaction


@dataclass(frozen=True, slots=True)
class Judged:
    """How many clicks were looked at, and how they came out."""

    human: int = 0
    machine: int = 0
    unsure: int = 0
    pending: int = 0


def judge(rt: Runtime, now: datetime, limit: int = 200) -> Judged:
    """Give a verdict on clicks that are due for one; settle what follows from new human ones.

    All clicks of a message are judged together and again, so that a later burst can still unmask an earlier click.
    """
    with transaction(rt.db) as session:
        judged, leads_changed = _judge(rt, session, activities.messages_to_judge(session, now, limit), now)
        for lead, contact in leads_changed.items():
            rescore(rt, session, [lead], now, actor=contact)
        return judged


def prove(rt: Runtime, session: Session, message: int, now: datetime) -> set[int]:
    """A human sign came from this message (a button was pressed): judge its clicks at once. Joins the transaction.

    Returns the leads whose score this changes, for the caller to count again.
    """
    activities.judge_again(session, message, now)
    return set(_judge(rt, session, [message], now)[1])


def _judge(rt: Runtime, session: Session, messages: list[int], now: datetime) -> tuple[Judged, dict[int, int]]:
    """How it came out, and lead -> contact of the leads whose score this changes."""
    if not messages:
        return Judged(), {}
    hits = activities.hits_of(session, messages)
    proofs = activities.proofs_of(session, messages)
    deliveries = activities.deliveries(session, messages)
    rulings: dict[int, Ruling] = {}
    for message, raw in hits.items():
        delivered, links = deliveries.get(message, (None, 0))
        signs = [Proof(at, shorten_ip(ip, "shortened"), agent) for at, ip, agent in proofs[message]]
        settle_after = rt.definitions.tracking.settle_after
        rulings |= verdicts([_hit(h) for h in raw], delivered, links, signs, settle_after, now)
    changed = _settle(rt, session, [h for raw in hits.values() for h in raw], rulings, now)
    counts = Counter(ruling.verdict for ruling in rulings.values())
    judged = Judged(counts[Verdict.HUMAN], counts[Verdict.MACHINE], counts[Verdict.UNSURE], counts[Verdict.PENDING])
    return judged, changed


def _hit(raw: RawHit) -> Hit:
    return Hit(
        id=raw.id,
        at=raw.at,
        link=raw.link,
        method=raw.method,
        network=shorten_ip(raw.ip, "shortened"),
        agent=raw.user_agent,
        tool=is_tool(raw.user_agent),
        prefetch=raw.prefetch,
    )


def _settle(rt: Runtime, session: Session, raw: list[RawHit], rulings: dict[int, Ruling], now: datetime) -> dict[int, int]:
    """Store the rulings; lead -> contact where a click began or ceased to count."""
    settle_after = rt.definitions.tracking.settle_after
    rows = []
    for hit in raw:
        pending = rulings[hit.id].verdict is Verdict.PENDING
        rows.append((hit.id, rulings[hit.id], max(hit.at + settle_after, now) if pending else None))
    activities.settle(session, rows, now)
    changed = [h for h in raw if (rulings[h.id].verdict is Verdict.HUMAN) != (h.verdict is Verdict.HUMAN)]
    for hit in changed:
        if rulings[hit.id].verdict is Verdict.HUMAN:
            _click_counts(rt, session, hit, now)
    return _leads(session, changed)


def _click_counts(rt: Runtime, session: Session, hit: RawHit, now: datetime) -> None:
    """What a human click sets off."""
    contacts.active(session, hit.contact, now)
    enrollments.wake(session, hit.contact, now)
    about = {"product": hit.product, "content": hit.content, "topic": hit.topic}
    enrolment.enter(rt, session, hit.contact, Trigger.CLICK, now, **about)


def _leads(session: Session, hits: list[RawHit]) -> dict[int, int]:
    """Lead -> the contact who clicked, of the leads these clicks speak for."""
    clicked = {(hit.contact, hit.product): hit.contact for hit in hits if hit.product}
    found = leads.of_contacts(session, clicked) if clicked else {}
    return {lead: contact for (contact, _), lead in found.items()}
