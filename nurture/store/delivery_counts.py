"""What became of tries, per minute, lane, stream and worker: the figures behind plans, breakers and pages.

Bounces and complaints count in the minute in which they came back. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import CursorResult, Integer, Select, Table, and_, cast, delete, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from nurture.domain.breaker import Figures
from nurture.store.schema import DeliveryCount
from nurture.store.upsert import insert_in

_TABLE: Table = DeliveryCount.__table__  # type: ignore[assignment]
_NAMES = tuple(field.name for field in fields(Figures))
_SUMS = [cast(func.sum(getattr(DeliveryCount, name)), Integer).label(name) for name in _NAMES]


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


def newest(
    session: Session, pairs: Mapping[tuple[str, str], datetime], minutes: int
) -> dict[tuple[str, str], list[Minute]]:
    """(stream, lane) -> its newest ``minutes`` in which anything happened, after the moment given for it, newest first.

    One statement that reads the end of one index per pair, however much history there is.
    """
    found: dict[tuple[str, str], list[Minute]] = {pair: [] for pair in pairs}
    if pairs:
        looks = [_look(stream, lane, after, minutes).subquery() for (stream, lane), after in pairs.items()]
        for stream, lane, at, *figures in session.execute(union_all(*(select(look) for look in looks))):
            found[stream, lane].append(Minute(at, Figures(*figures)))
    for rows in found.values():
        rows.sort(key=lambda row: row.at, reverse=True)
    return found


def _look(stream: str, lane: str, after: datetime, minutes: int) -> Select[*tuple[Any, ...]]:
    c = DeliveryCount
    return (
        select(literal(stream).label("stream"), literal(lane).label("provider"), c.minute, *_SUMS)
        .where(c.provider == lane, c.stream == stream, c.minute > after)
        .group_by(c.minute)
        .order_by(c.minute.desc())
        .limit(minutes)
    )


def figures_since(session: Session, since: datetime) -> dict[tuple[str, str], Figures]:
    """(stream, lane) -> what became of tries from ``since`` on."""
    c = DeliveryCount
    rows = session.execute(select(c.stream, c.provider, *_SUMS).where(c.minute >= since).group_by(c.stream, c.provider))
    return {(stream, lane): Figures(*figures) for stream, lane, *figures in rows}


def forget(session: Session, before: datetime) -> int:
    """Remove the figures of minutes before ``before``. Returns how many rows."""
    result = session.execute(delete(DeliveryCount).where(DeliveryCount.minute < before))
    return result.rowcount if isinstance(result, CursorResult) else 0
