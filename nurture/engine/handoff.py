"""Giving a lead to sales and taking the answer: opened once, assigned by capacity, watched by the clock, never forgotten.

While a handoff is open, the lead's contacts get no marketing mail for that product; what they wait for is held and goes
on when sales gives the lead back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from nurture.domain.audit import Actor, ActorKind
from nurture.domain.campaign import Trigger
from nurture.domain.catalogue import in_language
from nurture.domain.errors import InvalidInput, InvalidToken, NotFound
from nurture.domain.handoff import HandoffEvent, HandoffState, after, allowed, assign, clock
from nurture.domain.lead_class import Evidence, Sign
from nurture.domain.message import MessageKind
from nurture.domain.organisation import ReturnReason, Salesperson
from nurture.engine import classification, dossier, enrolment, links, scoring, single_mail
from nurture.engine.runtime import Runtime
from nurture.engine.submission import clean_long
from nurture.store import activities, audit, contacts, doubts, enrollments, handoffs
from nurture.store.database import reading, transaction
from nurture.store.schema import Contact, Handoff, Lead, Message


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """What sales sees behind the link of the mail."""

    handoff: int
    state: HandoffState
    dossier: dict[str, Any]
    salesperson: Salesperson | None
    events: tuple[HandoffEvent, ...]
    reasons: tuple[ReturnReason, ...]
    language: str
    history: tuple[tuple[datetime, str, str, str], ...] = ()


# --- opening ------------------------------------------------------------------------------------------------------------


def record_wish(
    rt: Runtime,
    session: Session,
    lead: Lead,
    contact: Contact,
    wish: str,
    now: datetime,
    *,
    message: Message | None = None,
    where: dict[str, Any] | None = None,
) -> None:
    """The contact asked to be called: on record, and to sales at once. Joins the caller's transaction."""
    facts = {**(where or {}), "data": {"wish": wish}}
    if message is not None:
        facts |= {"message_id": message.id, "enrollment_id": message.enrollment_id, "step": message.step, "method": "POST"}
    activities.record(session, contact.id, "call-wish", now, product=lead.product, **facts)
    open_handoff(rt, session, lead.id, contact.id, "wish", "asked to be called", now)


def open_handoff(
    rt: Runtime, session: Session, lead: int, contact: int, trigger: str, reason: str, now: datetime
) -> int | None:
    """Give the lead to sales; None if sales has it, nobody sells its product now, or the contact's confirmation is doubted.

    Joins the caller's transaction.
    """
    if handoffs.open_leads(session, [lead]) or doubts.doubted(session, contact):
        return None
    result = scoring.lead_scores(rt, session, [lead], now).get(lead)
    if result is None:
        return None  # its product is no longer sold
    person = session.get_one(Contact, contact)
    row = {
        "lead_id": lead,
        "contact_id": contact,
        "trigger": trigger,
        "reason": reason,
        "state": HandoffState.WAITING,
        "dossier": {},
        "opened_at": now,
    }
    number = handoffs.open_once(session, row)
    if number is None:
        return None
    handoffs.note(session, number, "opened", "rules", reason, now)
    handoff = handoffs.locked(session, number)
    assert handoff is not None  # noqa: S101 - inserted just now
    taker = find_taker(rt, session, result.product, person.language, lead)
    language = taker.language if taker else rt.definitions.organisation.languages[0]
    handoff.dossier = dossier.build(rt, session, result, person, trigger, reason, language)
    if taker is None:
        mail_sales(
            rt, session, handoff, "handoff-waiting", rt.definitions.sales.head, language, "head of sales", now, "waiting"
        )
    else:
        offer(rt, session, handoff, taker, now)
    return number


def find_taker(rt: Runtime, session: Session, product: str, language: str, seed: int) -> Salesperson | None:
    return assign(rt.definitions.sales, product, language, handoffs.load(session), seed)


def offer(rt: Runtime, session: Session, handoff: Handoff, taker: Salesperson, now: datetime) -> None:
    """Assign and send the dossier."""
    due = clock(rt.definitions.sales, now, rt.definitions.calendar)
    handoff.state = after(handoff.state, HandoffEvent.ASSIGNED)
    handoff.salesperson, handoff.offered_at = taker.id, now
    handoff.remind_at, handoff.escalate_at = due.remind, due.escalate
    handoffs.note(session, handoff.id, HandoffEvent.ASSIGNED, "rules", f"to {taker.name}", now)
    mail_sales(rt, session, handoff, "dossier", taker.email, taker.language, taker.name, now, f"offer-{taker.id}")


def start_clock(rt: Runtime, handoff: Handoff, now: datetime) -> None:
    """An offer that was held goes out now: from now on its answer is waited for."""
    if handoff.state is HandoffState.OFFERED:
        due = clock(rt.definitions.sales, now, rt.definitions.calendar)
        handoff.offered_at, handoff.remind_at, handoff.escalate_at = now, due.remind, due.escalate


def mail_sales(
    rt: Runtime,
    session: Session,
    handoff: Handoff,
    mail: str,
    address: str,
    language: str,
    name: str,
    now: datetime,
    once: str,
) -> None:
    recipient = "head" if address == rt.definitions.sales.head else handoff.salesperson or "head"
    context = {
        "dossier": handoff.dossier,
        "recipient": recipient,
        "salesperson": {"name": name},
        "language": language,
        "overdue_since": dossier.day(rt.definitions, handoff.offered_at, language) if handoff.offered_at else "",
    }
    key = f"handoff:{handoff.id}:{once}"
    single_mail.queue(
        rt, session, MessageKind.SALES, mail, key, address, language, now, handoff=handoff.id, context=context
    )


# --- the answer of sales --------------------------------------------------------------------------------------------------


def answer_page(rt: Runtime, token: str, now: datetime) -> AnswerPage:  # noqa: ARG001
    """What is behind the buttons of the mail; changes nothing. Raises InvalidToken."""
    number, recipient = _handoff_of(rt, token)
    with reading(rt.db) as session:
        handoff = session.get(Handoff, number)
        if handoff is None or not _concerns(handoff, recipient):
            raise InvalidToken("expired")
        person = rt.definitions.sales.team.get(handoff.salesperson or "")
        language = person.language if person else rt.definitions.organisation.languages[0]
        return AnswerPage(
            handoff.id,
            handoff.state,
            handoff.dossier,
            person,
            tuple(e for e in allowed(handoff.state) if e not in (HandoffEvent.ASSIGNED, HandoffEvent.REASSIGNED)),
            tuple(rt.definitions.sales.return_reasons.values()),
            language,
            tuple(handoffs.history(session, handoff.id)),
        )


def answer(rt: Runtime, token: str, event: str, reason: str, note: str, now: datetime) -> HandoffState:
    """Sales answered. Pressing the same button again changes nothing.

    Raises InvalidToken, InvalidInput (no such reason), IllegalTransition (sales answered otherwise before).
    """
    number, recipient = _handoff_of(rt, token)
    with transaction(rt.db) as session:
        handoff = handoffs.locked(session, number)
        if handoff is None or not _concerns(handoff, recipient):
            raise InvalidToken("expired")
        chosen = _event(event)
        if handoff.state == _RESULT.get(chosen):
            return handoff.state
        why = _reason(rt, chosen, reason)
        person = rt.definitions.sales.team.get(handoff.salesperson or "")
        settle(rt, session, handoff, chosen, why, clean_long(note)[:2000], person.name if person else "head of sales", now)
        who = Actor(ActorKind.SALES, person.id if person else "head of sales")
        audit.note(session, who, chosen.value, ("handoff", handoff.id), now, handoff.contact_id, why=why.id if why else "")
        return handoff.state


_RESULT = {
    HandoffEvent.ACCEPTED: HandoffState.ACCEPTED,
    HandoffEvent.RETURNED: HandoffState.RETURNED,
    HandoffEvent.WON: HandoffState.WON,
    HandoffEvent.LOST: HandoffState.LOST,
}


def settle(
    rt: Runtime,
    session: Session,
    handoff: Handoff,
    event: HandoffEvent,
    reason: ReturnReason | None,
    note: str,
    by: str,
    now: datetime,
) -> None:
    """Move the handoff and let everything follow that depends on it. Joins the caller's transaction."""
    handoff.state = after(handoff.state, event)
    handoff.answered_at = handoff.answered_at or now
    handoff.note = note or handoff.note
    handoff.return_reason = reason.id if reason else None
    handoffs.note(session, handoff.id, event, by, " · ".join(filter(None, (reason.id if reason else "", note))), now)
    lead = session.get_one(Lead, handoff.lead_id)
    data = {"event": event.value, "reason": reason.id if reason else "", "note": note, "by": by}
    activities.record(session, handoff.contact_id, "sales-answer", now, product=lead.product, data=data)
    if reason is not None and reason.lead_class is not None:
        ruling = Sign(Evidence.SALES, reason.lead_class, now, f"{by}: {reason.id}")
        classification.reclassify(rt, session, lead, None, now, [ruling], by=by)
    if handoff.state in (HandoffState.RETURNED, HandoffState.LOST, HandoffState.WON):
        handoff.closed_at = now
        session.flush()
        _close(rt, session, handoff, lead, nurture=_goes_on(event, reason), now=now)


def _goes_on(event: HandoffEvent, reason: ReturnReason | None) -> bool:
    """Whether marketing may go on with the lead: not with a customer, not where sales says so."""
    return event is HandoffEvent.LOST or (event is HandoffEvent.RETURNED and (reason is None or reason.nurture))


def _close(rt: Runtime, session: Session, handoff: Handoff, lead: Lead, *, nurture: bool, now: datetime) -> None:
    """The lead is no longer with sales: back to nurture, or out of this product's campaigns."""
    people = [contact.id for contact in contacts.of_units(session, [lead.unit_id])[lead.unit_id]]
    concerned = enrolment.inside(rt, session, people, lambda campaign: campaign.product == lead.product)
    if not nurture:
        enrollments.leave(session, concerned, "sales", f"sales: {handoff.state.value}", now)
        return
    enrollments.release_held(session, concerned, now)
    enrolment.enter(
        rt, session, handoff.contact_id, Trigger.RETURNED, now, product=lead.product, lead_class=lead.lead_class
    )


def _handoff_of(rt: Runtime, token: str) -> tuple[int, str]:
    number, recipient = links.parts(rt, "answer", token, 2)
    return links.number(number), recipient


def _concerns(handoff: Handoff, recipient: str) -> bool:
    """Whether the link belongs to whoever has the lead now (or to the head of sales); older links stop working."""
    return recipient in ("head", handoff.salesperson)


def _event(name: str) -> HandoffEvent:
    try:
        event = HandoffEvent(name)
    except ValueError:
        raise NotFound("answer", name) from None
    if event not in _RESULT:
        raise NotFound("answer", name)
    return event


def _reason(rt: Runtime, event: HandoffEvent, reason: str) -> ReturnReason | None:
    if event is not HandoffEvent.RETURNED:
        return None
    known = rt.definitions.sales.return_reasons
    if reason not in known:
        names = ", ".join(in_language(r.name, rt.definitions.organisation.languages[0]) for r in known.values())
        raise InvalidInput({"reason": f"please choose one of: {names}"})
    return known[reason]
