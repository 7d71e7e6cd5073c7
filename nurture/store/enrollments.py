"""Who is in which campaign, at which step, and when it goes on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, literal_column, or_, select, update
from sqlalchemy.orm import Session

from nurture.store.bulk import among, insert_many, update_many
from nurture.store.schema import Company, Contact, DecisionRow, EnrollmentRow, TaskRow, Unit

E, C = EnrollmentRow, Contact
# literal, so that the partial index is used under prepared plans too
_ACTIVE: ColumnElement[bool] = literal_column("enrollments.state = 'active'")


@dataclass(frozen=True, slots=True)
class Position:
    """Where an enrollment stands after a visit."""

    id: int
    state: str
    step: str
    round: int
    step_entered_at: datetime
    due_at: datetime | None
    listening: bool
    reason: str
    left_at: datetime | None = None
    left_kind: str | None = None


def claim_due(session: Session, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Due enrollments with their contacts, both locked until the end of the transaction; what others hold is left out.

    Costs the index range of what is due. On SQLite the transaction's write lock is the lock.
    """
    columns = (
        E.id, E.contact_id, E.campaign, E.version, E.step, E.round, E.step_entered_at, E.entered_at, E.priority, E.reason,
        C.address, C.address_key, C.unit_id, C.function, C.language, C.time_zone, C.country, C.source, C.salutation,
        C.answers, C.last_mail_at, C.first_name, C.last_name, C.phone,
    )  # fmt: skip
    query = (
        select(*columns)
        .join(C, C.id == E.contact_id)
        .where(_ACTIVE, E.due_at <= now)
        .order_by(E.due_at)
        .limit(limit)
        .with_for_update(of=[E, C], skip_locked=True)
    )
    return session.execute(query).all()


def of_contacts(session: Session, contacts: Iterable[int]) -> Sequence[Row[Any]]:
    """The same facts of contacts, without an enrollment; locked in the order of their ids. One query."""
    columns = (
        C.id.label("contact_id"), C.address, C.address_key, C.unit_id, C.function, C.language, C.time_zone, C.country,
        C.source, C.salutation, C.answers, C.last_mail_at, C.first_name, C.last_name, C.phone,
    )  # fmt: skip
    return session.execute(select(*columns).where(among(session, C.id, contacts)).order_by(C.id).with_for_update()).all()


def company_facts(session: Session, units: Iterable[int]) -> dict[int, Any]:
    """Unit -> (name, industry, size, country, region) of its company. One query."""
    rows = session.execute(
        select(Unit.id, Company.name, Company.industry, Company.size, Company.country, Company.region)
        .join(Company, Company.id == Unit.company_id)
        .where(among(session, Unit.id, units))
    )
    return {row.id: row for row in rows}


def move(session: Session, positions: Sequence[Position]) -> None:
    """Write where the enrollments stand now. One statement for all of them."""
    update_many(session, E, [{name: getattr(p, name) for name in Position.__slots__} for p in positions])


def record_decisions(session: Session, rows: list[dict[str, Any]]) -> None:
    """Add to the journal of decisions. One statement for all of them."""
    insert_many(session, DecisionRow, rows)


def note_mailed(session: Session, contacts: Sequence[int], now: datetime) -> None:
    """These contacts got a marketing mail queued just now."""
    if contacts:
        session.execute(update(C).where(among(session, C.id, contacts)).values(last_mail_at=now))


def open_tasks(session: Session, rows: list[dict[str, Any]]) -> None:
    """Tasks for humans, each once."""
    insert_many(session, TaskRow, rows)


# --- coming in --------------------------------------------------------------------------------------------------------


def history(session: Session, contacts: Iterable[int], campaign: str) -> dict[int, Any]:
    """Contact -> (times, any still in, when the last time ended). One query."""
    rows = session.execute(
        select(
            E.contact_id,
            func.max(E.number).label("times"),
            func.max(E.left_at).label("left_at"),
            func.count().filter(E.left_at.is_(None)).label("inside"),
        )
        .where(among(session, E.contact_id, contacts), E.campaign == campaign)
        .group_by(E.contact_id)
    )
    return {row.contact_id: row for row in rows}


def add(session: Session, rows: list[dict[str, Any]]) -> None:
    """New enrollments; one that is there already (contact, campaign, number) is left alone."""
    insert_many(session, E, rows)


def wake(session: Session, contact: int, now: datetime) -> None:
    """An activity came: look at once at what this contact waits for with open ears."""
    session.execute(
        update(E).where(E.contact_id == contact, _ACTIVE, E.listening.is_(True), E.due_at > now).values(due_at=now)
    )


def look_again(session: Session, contact: int, now: datetime) -> None:
    """Something came that may end or hold any of this contact's campaigns: look at all of them at once."""
    session.execute(update(E).where(E.contact_id == contact, _ACTIVE, E.due_at > now).values(due_at=now))


def quiet_contacts(
    session: Session, before: datetime, campaign: str, purpose_holders: Any, after: int, limit: int
) -> list[int]:
    """Contacts without activity or marketing mail since ``before`` who are in no campaign now; by id, above ``after``."""
    inside = select(E.id).where(E.contact_id == C.id, E.state.in_(("active", "held"))).exists()
    ever = select(E.id).where(E.contact_id == C.id, E.campaign == campaign, E.entered_at > before).exists()
    query = (
        select(C.id)
        .where(
            C.id > after,
            C.last_active_at < before,
            or_(C.last_mail_at.is_(None), C.last_mail_at < before),
            ~inside,
            ~ever,
            C.id.in_(purpose_holders),
        )
        .order_by(C.id)
        .limit(limit)
    )
    return list(session.scalars(query))


# --- coming back and leaving ------------------------------------------------------------------------------------------


def inside(session: Session, contacts: Sequence[int]) -> Sequence[Row[int, str, str]]:
    """(id, campaign, version) of what these contacts are in now.

    Locked until the end of the transaction: whoever decides for one at this moment is waited for, so that nobody is held
    just after the others were released.
    """
    query = select(E.id, E.campaign, E.version).where(E.contact_id.in_(contacts), E.state.in_(("active", "held")))
    return session.execute(query.order_by(E.id).with_for_update()).all()


def hold(session: Session, ids: Sequence[int], reason: str) -> None:
    """Nothing goes on in these enrollments until they are let go of."""
    session.execute(update(E).where(E.id.in_(ids)).values(state="held", due_at=None, listening=False, reason=reason))


def release_held(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Let go of those that were held while sales had the lead; decided again at once."""
    held = update(E).where(E.id.in_(ids), E.state == "held")
    session.execute(held.values(state="active", due_at=now, reason="sales gave the lead back"))


def go_on(session: Session, contact: int, reason: str, now: datetime) -> None:
    """Let go of what was held because of the contact's address; decided again at once (sales may still hold it)."""
    held = update(E).where(E.contact_id == contact, E.state == "held")
    session.execute(held.values(state="active", due_at=now, reason=reason))


def leave(session: Session, ids: Sequence[int], kind: str, reason: str, now: datetime) -> None:
    """End these enrollments."""
    gone = {"state": "left", "due_at": None, "left_at": now, "left_kind": kind, "reason": reason, "listening": False}
    session.execute(update(E).where(E.id.in_(ids)).values(gone))
