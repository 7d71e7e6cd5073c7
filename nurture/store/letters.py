"""What letters are written from, for a whole batch in a constant number of queries, and what is kept of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from nurture.store import activities
from nurture.store.bulk import among, fetch, given
from nurture.store.schema import Activity, LetterFrame, MessageBytes, Registration, Wording
from nurture.store.upsert import insert_new

_Question = Callable[[str, frozenset[str]], Select[Any]]
"""The statement for a database of this kind, counting what was observed under these consents."""


@lru_cache(maxsize=8)
def _interests(dialect: str, observing: frozenset[str]) -> Select[Any]:
    a = Activity
    times, latest = func.count().label("times"), func.max(a.at).label("latest")
    return (
        activities.human((a.contact_id, a.topic, times, latest), observing)
        .where(given(dialect, a.contact_id, "contacts"), a.topic.is_not(None), a.kind.in_(("click", "download")))
        .group_by(a.contact_id, a.topic)
        .order_by(times.desc(), latest.desc(), a.topic)
    )


def interests(session: Session, contacts: Collection[int], observing: frozenset[str]) -> dict[int, list[str]]:
    """Contact -> topics it clicked on or downloaded from, the strongest first. One query."""
    found: dict[int, list[str]] = {}
    for row in _asked(session, _interests, contacts, observing):
        found.setdefault(row.contact_id, []).append(row.topic)
    return found


@lru_cache(maxsize=8)
def _downloads(dialect: str, observing: frozenset[str]) -> Select[Any]:
    a = Activity
    return (
        activities.human((a.contact_id, a.content), observing)
        .where(given(dialect, a.contact_id, "contacts"), a.kind == "download", a.content.is_not(None))
        .order_by(a.at, a.id)
    )


def first_downloads(session: Session, contacts: Collection[int], observing: frozenset[str]) -> dict[int, str]:
    """Contact -> the content it downloaded first. One query."""
    found: dict[int, str] = {}
    for contact, content in _asked(session, _downloads, contacts, observing):
        found.setdefault(contact, content or "")
    return found


def _asked(session: Session, question: _Question, contacts: Collection[int], observing: frozenset[str]) -> Sequence[Any]:
    if not contacts:
        return ()
    return fetch(session, question(session.get_bind().dialect.name, observing), contacts=contacts)


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
