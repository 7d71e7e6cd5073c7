"""Clicks get their verdict: human or machine. Only what a human did has consequences, and those come here."""

from __future__ import annotations

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
from nurture.store.schema import Activity, Contact


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
        return _judge(rt, session, activities.messages_to_judge(session, now, limit), now)


def prove(rt: Runtime, session: Session, message: int, now: datetime) -> None:
    """A human sign came from this message (a button was pressed): judge its clicks at once. Joins the transaction."""
    activities.judge_again(session, message, now)
    _judge(rt, session, [message], now)


def _judge(rt: Runtime, session: Session, messages: list[int], now: datetime) -> Judged:
    hits = activities.hits_of(session, messages)
    proofs = activities.proofs_of(session, messages)
    deliveries = activities.deliveries(session, messages)
    counts = dict.fromkeys(Verdict, 0)
    for message, raw in hits.items():
        delivered, links = deliveries.get(message, (None, 0))
        rulings = verdicts(
            [_hit(h) for h in raw],
            delivered,
            links,
            [Proof(at, shorten_ip(ip, "shortened"), agent) for at, ip, agent in proofs[message]],
            rt.definitions.tracking.settle_after,
            now,
        )
        _settle(rt, session, raw, rulings, now)
        for ruling in rulings.values():
            counts[ruling.verdict] += 1
    return Judged(counts[Verdict.HUMAN], counts[Verdict.MACHINE], counts[Verdict.UNSURE], counts[Verdict.PENDING])


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


def _settle(rt: Runtime, session: Session, raw: list[RawHit], rulings: dict[int, Ruling], now: datetime) -> None:
    settle_after = rt.definitions.tracking.settle_after
    rows = []
    for hit in raw:
        ruling = rulings[hit.id]
        due = max(hit.at + settle_after, now) if ruling.verdict is Verdict.PENDING else None
        rows.append((hit.id, ruling, due))
    activities.settle(session, rows, now)
    changed = [h for h in raw if (rulings[h.id].verdict is Verdict.HUMAN) != (h.verdict is Verdict.HUMAN)]
    for hit in changed:
        if rulings[hit.id].verdict is Verdict.HUMAN:
            _click_counts(rt, session, hit, now)
    if changed:
        _rescore(rt, session, changed[0], now)


def _click_counts(rt: Runtime, session: Session, hit: RawHit, now: datetime) -> None:
    """What a human click sets off."""
    contacts.active(session, hit.contact, now)
    enrollments.wake(session, hit.contact, now)
    activity = session.get_one(Activity, hit.id)
    enrolment.enter(
        rt, session, hit.contact, Trigger.CLICK, now, product=activity.product, content=hit.content, topic=hit.topic
    )


def _rescore(rt: Runtime, session: Session, hit: RawHit, now: datetime) -> None:
    product = session.get_one(Activity, hit.id).product
    unit = session.get_one(Contact, hit.contact).unit_id
    if product is not None and (lead := leads.find(session, unit, product)) is not None:
        rescore(rt, session, [lead.id], now, actor=hit.contact)
