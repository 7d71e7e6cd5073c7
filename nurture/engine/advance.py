"""The beat that moves people through their campaigns: claim what is due, decide, write it all in one transaction.

A crash anywhere rolls the batch back; the rows are due again at once. Two processes never decide for the same contact at
the same time, because the claim locks enrollment and contact. Mails are only written into the outbox here; delivering
them is another station.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from nurture.domain import journey
from nurture.domain.campaign import Campaign
from nurture.domain.catalogue import LeadClass, in_language
from nurture.domain.decision import Call, Enrol, Send, Wait
from nurture.domain.errors import NurtureError
from nurture.domain.journey import Facts, Itinerary
from nurture.domain.message import MessageKind, MessageState, nurture_key
from nurture.engine import enrolment, links
from nurture.engine.facts import Knowledge, know
from nurture.engine.lanes import lane_of
from nurture.engine.runtime import Runtime
from nurture.store import enrollments, messages
from nurture.store.database import transaction
from nurture.store.enrollments import Position

_PARKED_STATE = "parked"


@dataclass(frozen=True, slots=True)
class Advanced:
    """What one beat did: how many enrollments were due, and the decisions by outcome."""

    due: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)


@dataclass
class _Results:
    """What is written at the end of a batch."""

    positions: list[Position] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    mails: list[messages.NewMessage] = field(default_factory=list)
    mailed: list[int] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    enrolments: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)
    """(campaign, contact, the decision's row, whose reason tells what came of it)."""
    outcomes: Counter[str] = field(default_factory=Counter)


def advance(rt: Runtime, now: datetime, limit: int = 500) -> Advanced:
    """Decide for up to ``limit`` due enrollments.

    Costs about a dozen statements per batch, however many rows are stored; call again while ``due`` equals ``limit``.
    """
    with transaction(rt.db) as session:
        rows = enrollments.claim_due(session, now, limit)
        if not rows:
            return Advanced()
        knowledge = know(session, rows, links.tracking_purposes(rt.definitions), now)
        results = _Results()
        by_contact = sorted(rows, key=lambda r: (r.contact_id, -r.priority, r.id))
        for _, group in groupby(by_contact, key=lambda r: r.contact_id):
            _visit_contact(rt, session, list(group), knowledge, results, now)
        _write(rt, session, results, now)
        return Advanced(len(rows), results.outcomes)


def _visit_contact(
    rt: Runtime, session: Session, rows: list[Any], knowledge: Knowledge, results: _Results, now: datetime
) -> None:
    """Decide for all due enrollments of one contact, the most important campaign first; caps hold over all of them."""
    mail: Facts | None = None
    for row in rows:
        try:
            campaign = rt.campaign(session, row.campaign, row.version)
        except NurtureError as error:
            _park(row, str(error), results)
            continue
        facts = knowledge.facts(row, campaign.product, row.id)
        if mail is not None:
            facts = replace(facts, last_mail=mail.last_mail, mailed=mail.mailed)
        here = journey.Enrollment(row.id, row.contact_id, row.step, row.step_entered_at, row.entered_at, row.round)
        way = journey.itinerary(campaign, here, facts, rt.definitions.policy, now)
        _collect(rt, session, row, campaign, way, facts, results, now)
        mail = way.facts


def _park(row: Any, reason: str, results: _Results) -> None:
    """An enrollment nothing can be decided for is set aside with its reason; the others go on."""
    results.positions.append(Position(row.id, _PARKED_STATE, row.step, row.round, row.step_entered_at, None, False, reason))
    results.outcomes[_PARKED_STATE] += 1


def _collect(
    rt: Runtime,
    session: Session,
    row: Any,
    campaign: Campaign,
    way: Itinerary,
    facts: Facts,
    results: _Results,
    now: datetime,
) -> None:
    """Turn one itinerary into rows."""
    for decision in way.decisions:
        outcome = type(decision).__name__.lower()
        results.outcomes[outcome] += 1
        match decision:
            case Send():
                results.mails.append(_mail(rt, session, row, campaign, decision, facts, now))
                results.mailed.append(row.contact_id)
            case Call():
                results.tasks.append(_task(rt, row, campaign, decision, now))
            case Wait() if decision.reason == row.reason and decision.step == row.step:
                continue  # still waiting for the same reason: that is on record already
            case _:
                pass
        entry = {
            "enrollment_id": row.id,
            "step": decision.step,
            "round": decision.round,
            "outcome": outcome,
            "reason": decision.reason,
            "until": decision.until if isinstance(decision, Wait) else None,
            "at": now,
        }
        if isinstance(decision, Enrol):
            results.enrolments.append((decision.campaign, row.contact_id, entry))
        results.decisions.append(entry)
    results.positions.append(_position(way, now))


def _position(way: Itinerary, now: datetime) -> Position:
    e = way.enrollment
    last = way.decisions[-1]
    if way.left is not None:
        return Position(e.id, "left", e.step, e.round, e.step_entered, None, False, last.reason, now, way.left.kind)
    state = "held" if way.held else "active"
    return Position(e.id, state, e.step, e.round, e.step_entered, way.due, way.listening, last.reason)


def _mail(
    rt: Runtime, session: Session, row: Any, campaign: Campaign, decision: Send, facts: Facts, now: datetime
) -> messages.NewMessage:
    """The outbox row of a nurture mail. Without a template for this reader it is parked, visibly, and the way goes on."""
    phase = LeadClass.B1 if facts.known.lead_class is LeadClass.C else facts.known.lead_class
    template = rt.find_template(session, decision.mail, row.function, phase, row.language)
    missing = f"there is no template of '{decision.mail}' for {row.function or 'any'}/{phase}/{row.language}"
    return messages.NewMessage(
        kind=MessageKind.NURTURE,
        once_key=nurture_key(row.id, decision.step, decision.round),
        address=row.address,
        lane=lane_of(rt, row.address),
        language=row.language,
        mail=decision.mail,
        template_version=template.version if template else None,
        context={"phase": phase.value, "product": campaign.product, "version": campaign.version, **_uncounted(rt, facts)},
        purpose=campaign.purpose,
        tracked=links.observed(rt.definitions, facts.known.purposes),
        contact_id=row.contact_id,
        enrollment_id=row.id,
        campaign=campaign.id,
        step=decision.step,
        round=decision.round,
        queued_at=now,
        due_at=now if template else None,
        state=MessageState.QUEUED if template else MessageState.PARKED,
        reason="" if template else missing,
    )


def _uncounted(rt: Runtime, facts: Facts) -> dict[str, bool]:
    """What the mail notes when not even visits without a name are counted: by the house's mode, or by the reader's wish."""
    return {} if rt.definitions.tracking.aggregate and not facts.choice.uncounted else {links.UNCOUNTED: True}


def _task(rt: Runtime, row: Any, campaign: Campaign, decision: Call, now: datetime) -> dict[str, Any]:
    due = decision.task.due_in.after(now, rt.definitions.calendar.zone) if decision.task.due_in else None
    return {
        "contact_id": row.contact_id,
        "once_key": nurture_key(row.id, decision.step, decision.round),
        "title": in_language(decision.task.title, rt.definitions.organisation.languages[0]),
        "product": campaign.product,
        "due_at": due,
        "created_at": now,
    }


def _write(rt: Runtime, session: Session, results: _Results, now: datetime) -> None:
    """Everything the batch decided, in bulk."""
    messages.queue(session, rt.installation, rt.definitions.organisation.sender.domain, results.mails)
    enrollments.note_mailed(session, results.mailed, now)
    enrollments.open_tasks(session, results.tasks)
    enrollments.move(session, results.positions)
    _enrol(rt, session, results, now)
    enrollments.record_decisions(session, results.decisions)


def _enrol(rt: Runtime, session: Session, results: _Results, now: datetime) -> None:
    """Carry out the ``enrol`` steps; whoever is not taken has the reason on record."""
    for campaign, group in groupby(sorted(results.enrolments, key=lambda e: e[0]), key=lambda e: e[0]):
        entries = {contact: entry for _, contact, entry in group}
        for result in enrolment.enrol(rt, session, list(entries), campaign, now):
            if not result.done:
                entries[result.contact]["reason"] = f"not enrolled in {campaign}: {result.reason}"
