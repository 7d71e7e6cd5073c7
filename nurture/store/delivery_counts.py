"""What became of tries, per minute, lane, stream and worker: the figures behind plans, breakers and pages.

Bounces and complaints count in the minute in which they came back. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import CursorResult, Integer, Table, and_, bindparam, cast, delete, func, or_, select
from sqlalchemy.orm import Session

from nurture.domain.breaker import Figures
from nurture.store.schema import DeliveryCount
from nurture.store.upsert import insert_in

_TABLE: Table = DeliveryCount.__table__  # type: ignore[assignment]
_NAMES = tuple(field.name for field in fields(Figures))
_SUMS = [cast(func.sum(_TABLE.c[name]), Integer).label(name) for name in _NAMES]


@dataclass(frozen=True, slots=True)
class Count:
    """Figures of one lane and stream (kind of message)."""

    provider: str
    stream: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Minute:
    """What became of tries in the minute that began at ``at``."""

    at: datetime
    figures: Figures


def minute_of(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def count(session: Session, worker: str, now: datetime, rows: Sequence[Count]) -> None:
    """Add ``rows`` to the present minute. One statement."""
    added: dict[tuple[str, str], Figures] = {}
    for row in rows:
        added[row.provider, row.stream] = added.get((row.provider, row.stream), Figures()) + row.figures
    if not added:
        return
    statement = _adding(session.get_bind().dialect.name)
    minute = minute_of(now)
    values = [
        {"minute": minute, "provider": provider, "stream": stream, "worker": worker, **_figures(figures)}
        for (provider, stream), figures in added.items()
    ]
    session.connection().execute(statement, values)


@lru_cache(maxsize=2)
def _adding(dialect: str) -> Any:
    statement = insert_in(dialect, DeliveryCount)
    return statement.on_conflict_do_update(
        index_elements=list(_TABLE.primary_key.columns),
        set_={name: _TABLE.c[name] + statement.excluded[name] for name in _NAMES},
    )


def _figures(figures: Figures) -> dict[str, int]:
    return {name: getattr(figures, name) for name in _NAMES}


# --- questions --------------------------------------------------------------------------------------------------------


def since_day(session: Session, days: Mapping[str, datetime]) -> dict[str, Figures]:
    """Lane -> its figures in the 24 hours from the moment given for it. One statement."""
    found = dict.fromkeys(days, Figures())
    c = DeliveryCount
    wanted = [
        and_(c.provider == lane, c.minute >= begin, c.minute < begin + timedelta(days=1)) for lane, begin in days.items()
    ]
    rows = session.execute(select(c.provider, *_SUMS).where(or_(*wanted)).group_by(c.provider)) if wanted else ()
    return found | {lane: Figures(*figures) for lane, *figures in rows}


# built once: it is asked after every refusal
_NEWEST = (
    select(_TABLE.c.minute, *_SUMS)
    .where(
        _TABLE.c.provider == bindparam("lane"),
        _TABLE.c.stream == bindparam("stream"),
        _TABLE.c.minute > bindparam("after"),
    )
    .group_by(_TABLE.c.minute)
    .order_by(_TABLE.c.minute.desc())
    .limit(bindparam("most"))
)


def newest(session: Session, stream: str, lane: str, after: datetime, minutes: int) -> list[Minute]:
    """The newest ``minutes`` after ``after`` in which anything happened, newest first.

    One statement that reads the end of an index, however much history there is.
    """
    wanted = {"stream": stream, "lane": lane, "after": after, "most": minutes}
    return [Minute(at, Figures(*figures)) for at, *figures in session.connection().execute(_NEWEST, wanted)]


def figures_since(session: Session, since: datetime) -> dict[tuple[str, str], Figures]:
    """(stream, lane) -> what became of tries from ``since`` on."""
    c = DeliveryCount
    rows = session.execute(select(c.stream, c.provider, *_SUMS).where(c.minute >= since).group_by(c.stream, c.provider))
    return {(stream, lane): Figures(*figures) for stream, lane, *figures in rows}


def forget(session: Session, before: datetime) -> int:
    """Remove the figures of minutes before ``before``. Returns how many rows."""
    result = session.execute(delete(DeliveryCount).where(DeliveryCount.minute < before))
    return result.rowcount if isinstance(result, CursorResult) else 0
