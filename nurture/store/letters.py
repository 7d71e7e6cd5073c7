"""What letters are written from, for a whole batch in a constant number of queries, and what is kept of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from nurture.store import activities
from nurture.store.bulk import among
from nurture.store.schema import Activity, Company, Contact, LetterFrame, MessageBytes, Registration, Unit, Wording
from nurture.store.upsert import insert_new


def readers(session: Session, contacts: Collection[int]) -> dict[int, Row[Any]]:
    """Contact -> (id, address, language, salutation, names, function, time zone, created at, company). One query."""
    c = Contact
    columns = (
        c.id, c.address, c.language, c.salutation, c.first_name, c.last_name, c.function, c.time_zone, c.created_at,
        c.answers, Company.name.label("company"),
    )  # fmt: skip
    query = (
        select(*columns)
        .join(Unit, Unit.id == c.unit_id)
        .outerjoin(Company, Company.id == Unit.company_id)
        .where(among(session, c.id, contacts))
    )
    return {row.id: row for row in session.execute(query)} if contacts else {}


def interests(session: Session, contacts: Collection[int], observing: Collection[str]) -> dict[int, list[str]]:
    """Contact -> topics it clicked on or downloaded from, the strongest first. One query."""
    if not contacts:
        return {}
    a = Activity
    times, latest = func.count().label("times"), func.max(a.at).label("latest")
    rows = session.execute(
        activities.human((a.contact_id, a.topic, times, latest), observing)
        .where(among(session, a.contact_id, contacts), a.topic.is_not(None), a.kind.in_(("click", "download")))
        .group_by(a.contact_id, a.topic)
        .order_by(times.desc(), latest.desc(), a.topic)
    )
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.contact_id, []).append(row.topic)
    return found


def first_downloads(session: Session, contacts: Collection[int], observing: Collection[str]) -> dict[int, str]:
    """Contact -> the content it downloaded first. One query."""
    if not contacts:
        return {}
    a = Activity
    rows = session.execute(
        activities.human((a.contact_id, a.content), observing)
        .where(among(session, a.contact_id, contacts), a.kind == "download", a.content.is_not(None))
        .order_by(a.at, a.id)
    )
    found: dict[int, str] = {}
    for contact, content in rows:
        found.setdefault(contact, content or "")
    return found


def registrations(session: Session, ids: Collection[int]) -> dict[int, Registration]:
    """Registration id -> row. One query."""
    if not ids:
        return {}
    return {row.id: row for row in session.scalars(select(Registration).where(Registration.id.in_(ids)))}


def wording_texts(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Wording id -> the text that was shown. One query."""
    if not ids:
        return {}
    rows = session.execute(select(Wording.id, Wording.text).where(Wording.id.in_(ids)))
    return {id_: text for id_, text in rows}


def frames(session: Session, ids: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """Frame id -> what those letters share. One query."""
    if not ids:
        return {}
    rows = session.execute(select(LetterFrame.id, LetterFrame.data).where(LetterFrame.id.in_(ids)))
    return {id_: data for id_, data in rows}


def keep_frames(session: Session, new: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep what letters share; what is there already stays. One statement."""
    insert_new(session, LetterFrame, [{"id": id_, "data": dict(data)} for id_, data in sorted(new.items())])


def raw(session: Session, messages: Iterable[int]) -> dict[int, bytes]:
    """Message -> the bytes that were kept of it. One query."""
    rows = session.execute(
        select(MessageBytes.message_id, MessageBytes.raw).where(among(session, MessageBytes.message_id, messages))
    )
    return {message: bytes_ for message, bytes_ in rows}


def keep_raw(session: Session, letters: Sequence[tuple[int, bytes]]) -> None:
    """Keep the bytes of these messages; those kept before stay. One statement."""
    insert_new(session, MessageBytes, [{"message_id": message, "raw": bytes_} for message, bytes_ in letters])
