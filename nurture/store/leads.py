"""Leads: units in their relation to a product, with class and score."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from nurture.domain.catalogue import LeadClass
from nurture.domain.handoff import OPEN
from nurture.domain.lead_class import ClassChange, ClassState
from nurture.store import activities
from nurture.store.bulk import fetch, given
from nurture.store.schema import Activity, ClassChangeRow, Contact, Handoff, Lead
from nurture.store.upsert import insert_new


def find(session: Session, unit: int, product: str, *, lock: bool = False) -> Lead | None:
    query = select(Lead).where(Lead.unit_id == unit, Lead.product == product)
    return session.scalar(query.with_for_update() if lock else query)


def ensure(session: Session, unit: int, product: str, source: str | None, now: datetime) -> Lead:
    """The lead of this unit for this product, made (class B1, presumed) if there is none; locked."""
    lead = find(session, unit, product, lock=True)
    if lead is None:
        row = {
            "unit_id": unit,
            "product": product,
            "lead_class": LeadClass.B1,
            "confirmed": False,
            "class_since": now,
            "grade": "D",
            "points": 0.0,
            "source": source,
            "created_at": now,
        }
        insert_new(session, Lead, [row])
        lead = find(session, unit, product, lock=True)
        assert lead is not None  # noqa: S101 - inserted just now
    return lead


def class_state(session: Session, lead: Lead) -> ClassState | None:
    """The present class; None: nothing was ever found out (the lead was only just made)."""
    known = session.scalar(select(ClassChangeRow.id).where(ClassChangeRow.lead_id == lead.id).limit(1))
    return ClassState(lead.lead_class, lead.confirmed, lead.class_since) if known else None


def change_class(session: Session, lead: Lead, change: ClassChange, contact: int | None, by: str, now: datetime) -> None:
    """Write the change into the journal and move the lead."""
    first = class_state(session, lead) is None
    session.add(
        ClassChangeRow(
            lead_id=lead.id,
            from_class=None if first else lead.lead_class,
            to_class=change.to,
            confirmed=change.confirmed,
            evidence=change.evidence.value,
            reason=change.reason,
            contact_id=contact,
            by=by,
            at=now,
        )
    )
    lead.lead_class, lead.confirmed, lead.class_since = change.to, change.confirmed, now
    session.flush()


@lru_cache(maxsize=2)
def _of_units(dialect: str) -> Select[int, str, int, LeadClass, str, float, bool]:
    with_sales = select(Handoff.id).where(Handoff.lead_id == Lead.id, Handoff.state.in_(OPEN)).exists()
    columns = (
        Lead.unit_id,
        Lead.product,
        Lead.id,
        Lead.lead_class,
        Lead.grade,
        Lead.points,
        with_sales.label("with_sales"),
    )
    return select(*columns).where(given(dialect, Lead.unit_id, "units"))


def of_units(session: Session, units: Iterable[int]) -> dict[tuple[int, str], Any]:
    """(unit, product) -> (lead, class, grade, points, whether sales has it). One query."""
    rows = fetch(session, _of_units(session.get_bind().dialect.name), units=units)
    return {(row.unit_id, row.product): row for row in rows}


def of_contacts(session: Session, pairs: Iterable[tuple[int, str | None]]) -> dict[tuple[int, str], int]:
    """(contact, product) -> lead, of those that exist. One query."""
    wanted = set(pairs)
    rows = session.execute(
        select(Contact.id, Lead.product, Lead.id)
        .join(Lead, Lead.unit_id == Contact.unit_id)
        .where(Contact.id.in_({contact for contact, _ in wanted}))
    )
    return {(contact, product): lead for contact, product, lead in rows if (contact, product) in wanted}


def store_scores(session: Session, scores: Mapping[int, tuple[str, float]], now: datetime) -> None:
    """Keep lead -> (grade, points). Two statements."""
    for lead in session.scalars(select(Lead).where(Lead.id.in_(scores))):
        lead.grade, lead.points = scores[lead.id]
        lead.scored_at = now
    session.flush()


def scored(session: Session, ids: Iterable[int], now: datetime) -> None:
    """These leads were looked at just now, whatever came of it."""
    session.execute(update(Lead).where(Lead.id.in_(list(ids))).values(scored_at=now))


def with_stale_scores(session: Session, now: datetime, limit: int) -> list[int]:
    """Leads whose points decayed for a day since they were last counted; locked."""
    return list(
        session.scalars(
            select(Lead.id)
            .where(Lead.points > 0, Lead.scored_at < now - timedelta(hours=20))
            .order_by(Lead.scored_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def content_signs(session: Session, unit: int, product: str, since: datetime, observing: Collection[str]) -> Sequence[Any]:
    """(content, at) of downloads that count by the unit's people for the product since then."""
    return session.execute(
        activities.human((Activity.content, Activity.at), observing)
        .join(Contact, Contact.id == Activity.contact_id)
        .where(Contact.unit_id == unit, Activity.kind == "download", Activity.product == product, Activity.at >= since)
        .order_by(Activity.at, Activity.id)
    ).all()
