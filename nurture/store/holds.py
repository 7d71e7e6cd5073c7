"""Addresses that get no marketing mail for a while. Who became active after a soft hold began is not held any more.

    soft   bounced softly too often; over when its time is over, or at the first sign of life
    stop   its owner asked us to stop; only a human ends it (``until`` is NULL until then)

Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Select, and_, bindparam, delete, or_, select
from sqlalchemy.orm import Session

from nurture.store.bulk import fetch, given
from nurture.store.schema import Contact, Hold
from nurture.store.upsert import insert_for

SOFT, STOP = "soft", "stop"


@dataclass(frozen=True, slots=True)
class Held:
    """``until`` None: until a human decided."""

    kind: str
    reason: str
    until: datetime | None


@lru_cache(maxsize=2)
def _held(dialect: str) -> Select[str, str, str, datetime | None]:
    quiet = or_(Contact.last_active_at.is_(None), Contact.last_active_at <= Hold.since)
    lasting = or_(Hold.kind == STOP, and_(Hold.until > bindparam("now"), quiet))
    return (
        select(Hold.address_key, Hold.kind, Hold.reason, Hold.until)
        .outerjoin(Contact, Contact.address_key == Hold.address_key)
        .where(given(dialect, Hold.address_key, "keys"), lasting)
    )


def held(session: Session, keys: Iterable[str], now: datetime) -> dict[str, Held]:
    """Address key -> what holds it now, of those that are held. One query."""
    rows = fetch(session, _held(session.get_bind().dialect.name), keys=keys, now=now)
    return {key: Held(kind, reason, until) for key, kind, reason, until in rows}


def find(session: Session, key: str) -> Hold | None:
    """The hold of this address, over or not."""
    return session.get(Hold, key)


def hold(
    session: Session, key: str, kind: str, reason: str, now: datetime, *, until: datetime | None = None, times: int = 0
) -> None:
    """Hold this address. A soft hold never weakens what its owner said."""
    row = {"address_key": key, "kind": kind, "reason": reason, "since": now, "until": until, "times": times}
    statement = insert_for(session, Hold).values(row)
    statement = statement.on_conflict_do_update(
        index_elements=["address_key"], set_=row, where=Hold.kind != STOP if kind == SOFT else None
    )
    session.execute(statement)


def release(session: Session, key: str) -> None:
    """The address is held no longer."""
    session.execute(delete(Hold).where(Hold.address_key == key))
