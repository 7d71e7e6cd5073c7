"""A lead's score from the journal, and its cache on the lead.

One function counts (``lead_scores``); every screen, export and threshold uses it, so that no two figures disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nurture.domain.condition import GRADES
from nurture.domain.scoring import Act, Readiness, Score, behaviour_lines, profile_score, readiness
from nurture.engine.links import tracking_purposes
from nurture.engine.runtime import Runtime
from nurture.store import activities, contacts, handoffs, leads
from nurture.store.database import transaction
from nurture.store.schema import Contact, Lead

DAILY_BATCH = 500


@dataclass(frozen=True, slots=True)
class LeadScore:
    """``contact``: whose profile gave the grade. ``fresh``: points since sales last gave the lead back (else all)."""

    lead: int
    product: str
    unit: int
    contact: int
    score: Score
    fresh: float
    ready: Readiness


def lead_scores(rt: Runtime, session: Session, ids: Iterable[int], now: datetime) -> dict[int, LeadScore]:
    """Lead -> score. Five queries for any number of leads; linear in their activities."""
    rows = list(session.scalars(select(Lead).where(Lead.id.in_(list(ids)))))
    units = {lead.unit_id for lead in rows}
    people = contacts.of_units(session, units)
    companies = contacts.companies(session, units)
    closed = handoffs.last_closed(session, [lead.id for lead in rows])
    acts: dict[int, list[Any]] = {unit: [] for unit in units}
    for act in activities.human_of_units(session, units, tracking_purposes(rt.definitions)):
        acts[act.unit_id].append(act)
    return {
        lead.id: _score(
            rt, lead, people[lead.unit_id], companies.get(lead.unit_id), acts[lead.unit_id], closed.get(lead.id), now
        )
        for lead in rows
        if people[lead.unit_id] and lead.product in rt.definitions.products
    }


def _score(
    rt: Runtime, lead: Lead, people: list[Contact], company: Any, rows: list[Any], closed: datetime | None, now: datetime
) -> LeadScore:
    model = rt.definitions.scoring
    profiles = [(contact.id, *profile_score(model, contacts.profile(contact, company))) for contact in people]
    contact, grade, profile_points, profile_lines = min(profiles, key=lambda p: (GRADES.index(p[1]), -p[2], p[0]))
    acts = [_act(rt, row) for row in rows if row.product in (None, lead.product)]
    lines = behaviour_lines(model, acts, rt.definitions.calendar.zone, now)
    points = round(sum(line.counts for line in lines), 1)
    fresh = points if closed is None else round(sum(x.counts for x in lines if x.at is not None and x.at > closed), 1)
    score = Score(grade, profile_points, points, profile_lines, lines)
    return LeadScore(
        lead.id, lead.product, lead.unit_id, contact, score, fresh, readiness(model, lead.product, grade, fresh)
    )


def _act(rt: Runtime, row: Any) -> Act:
    item = rt.definitions.content.get(row.content) if row.content else None
    return Act(
        id=row.id,
        contact=row.contact_id,
        kind=row.kind,
        at=row.at,
        product=row.product,
        content=row.content,
        content_kind=item.kind if item else None,
        topic=row.topic,
        phases=tuple(phase.value for phase in item.phases) if item else (),
        form=row.form,
        link=row.link,
    )


def store(session: Session, results: Mapping[int, LeadScore], now: datetime) -> None:
    """Keep what was counted on the leads."""
    leads.store_scores(session, {lead: (r.score.grade, r.score.points) for lead, r in results.items()}, now)


def refresh_scores(rt: Runtime, now: datetime) -> int:
    """Let time pass over the cached points (they decay). One transaction per batch; returns how many leads."""
    done = 0
    while True:
        with transaction(rt.db) as session:
            ids = leads.with_stale_scores(session, now, DAILY_BATCH)
            store(session, lead_scores(rt, session, ids, now), now)
            leads.scored(session, ids, now)
            done += len(ids)
        if len(ids) < DAILY_BATCH:
            return done
