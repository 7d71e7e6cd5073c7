"""What became of tries, per minute, lane, stream and worker, and in all: the figures behind plans, breakers and pages.

Bounces and complaints count in the minute in which they came back, under the name of a worker of their own: they are no
tries, and their mails are among those accepted before. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CursorResult,
    Integer,
    SQLColumnExpression,
    Table,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Session

from nurture.domain.breaker import Figures
from nurture.store.schema import DeliveryCount, DeliveryTotal
from nurture.store.upsert import insert_in

RETURNS = "returns"
"""The worker under whose name bounces and complaints are counted; they are no mails that left."""

_TABLE = DeliveryCount.__table__
_TOTALS = DeliveryTotal.__table__
_NAMES = tuple(field.name for field in fields(Figures))
_SUMS = [cast(func.sum(_TABLE.c[name]), Integer).label(name) for name in _NAMES]
# for groups of what lies behind a minute: SQLite would walk the whole key, to save sorting a few rows
_LANE, _STREAM = func.coalesce(_TABLE.c.lane, ""), func.coalesce(_TABLE.c.stream, "")


def _came_back(worker: SQLColumnExpression[str]) -> ColumnElement[int]:
    """1 for what came back, 0 for tries; without parameters, so that PostgreSQL knows it again under GROUP BY."""
    return case((worker == literal_column(f"'{RETURNS}'"), literal_column("1")), else_=literal_column("0"))


@dataclass(frozen=True, slots=True)
class Count:
    """Figures of one lane and stream (kind of message)."""

    lane: str
    stream: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Counted:
    """(stream, lane) -> what became of ``tries``, each counted once, and of what came ``back``, whenever it left."""

    tries: dict[tuple[str, str], Figures] = field(default_factory=dict)
    back: dict[tuple[str, str], Figures] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Minute:
    """What became of tries in the minute that began at ``at``."""

    at: datetime
    figures: Figures


def minute_of(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def count(session: Session, worker: str, now: datetime, rows: Sequence[Count]) -> None:
    """Add ``rows`` to the present minute and to the totals. Two statements."""
    added: dict[tuple[str, str], Figures] = {}
    for row in rows:
        added[row.lane, row.stream] = added.get((row.lane, row.stream), Figures()) + row.figures
    if not added:
        return
    values = [
        {"lane": lane, "stream": stream, "worker": worker, **_figures(figures)}
        for (lane, stream), figures in sorted(added.items())
    ]
    _add(session, _TABLE, [{"minute": minute_of(now), **row} for row in values])
    _add(session, _TOTALS, values)


def _add(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    session.connection().execute(_adding(session.get_bind().dialect.name, table.name), [dict(row) for row in rows])


@lru_cache(maxsize=4)
def _adding(dialect: str, name: str) -> Any:
    model = DeliveryCount if name == _TABLE.name else DeliveryTotal
    table = model.__table__
    statement = insert_in(dialect, model)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: table.c[name] + statement.excluded[name] for name in _NAMES},
    )


def _figures(figures: Figures) -> dict[str, int]:
    return {name: getattr(figures, name) for name in _NAMES}


# --- questions --------------------------------------------------------------------------------------------------------


def since_day(session: Session, days: Mapping[str, datetime]) -> dict[str, Figures]:
    """Lane -> its figures in the 24 hours from the moment given for it. One statement."""
    found = dict.fromkeys(days, Figures())
    c = DeliveryCount
    wanted = [and_(c.lane == lane, c.minute >= begin, c.minute < begin + timedelta(days=1)) for lane, begin in days.items()]
    rows = session.execute(select(c.lane, *_SUMS).where(or_(*wanted)).group_by(c.lane)) if wanted else ()
    return found | {lane: Figures(*figures) for lane, *figures in rows}


# built once: it is asked after every refusal
_NEWEST = (
    select(_TABLE.c.minute, *_SUMS)
    .where(
        _TABLE.c.lane == bindparam("lane"),
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


def figures_since(session: Session, since: datetime) -> Counted:
    """What became of tries from ``since`` on, and what came back."""
    by = (_STREAM, _LANE, _came_back(_TABLE.c.worker))
    return _counted(session.execute(select(*by, *_SUMS).where(_TABLE.c.minute >= since).group_by(*by)))


def minutes(session: Session, since: datetime) -> list[tuple[datetime, Counted]]:
    """(minute, what happened in it) from ``since`` on, in the order of time."""
    minute, by = _TABLE.c.minute, (_STREAM, _LANE, _came_back(_TABLE.c.worker))
    rows = session.execute(select(minute, *by, *_SUMS).where(minute >= since).group_by(minute, *by).order_by(minute))
    return [(at, _counted(row[1:] for row in same)) for at, same in groupby(rows, key=lambda row: row[0])]


def ended_by_minute(session: Session, since: datetime, without: str) -> list[tuple[datetime, int]]:
    """(minute, how many mails were tried and not put off) from ``since`` on, oldest first. ``without``: a worker."""
    c = DeliveryCount
    ended = cast(func.sum(c.accepted + c.invalid + c.policy + c.failed + c.unknown), Integer)
    rows = session.execute(
        select(c.minute, ended).where(c.minute >= since, c.worker != without).group_by(c.minute).order_by(c.minute)
    )
    return [(minute, number) for minute, number in rows]


def totals(session: Session) -> Counted:
    """What became of all tries there ever were, and what ever came back. Only ever rises."""
    t = DeliveryTotal
    sums = [cast(func.sum(_TOTALS.c[name]), BigInteger) for name in _NAMES]
    by = (t.stream, t.lane, _came_back(t.worker))
    return _counted(session.execute(select(*by, *sums).group_by(*by)))


def _counted(rows: Iterable[Any]) -> Counted:
    found = Counted()
    for stream, lane, back, *figures in rows:
        (found.back if back else found.tries)[stream, lane] = Figures(*figures)
    return found


# --- what is old --------------------------------------------------------------------------------------------------------


def put_together(session: Session) -> int:
    """Add up the totals of workers, of which there come new ones with every start. Returns of how many rows.

    What came back stays apart. A worker that still runs begins a new row. One process at a time.
    """
    keys = (_TOTALS.c.lane, _TOTALS.c.stream)
    columns = [_TOTALS.c[name] for name in _NAMES]
    gone = session.execute(
        delete(DeliveryTotal).where(DeliveryTotal.worker.not_in(("", RETURNS))).returning(*keys, *columns)
    ).all()
    added: dict[tuple[str, str], Figures] = {}
    for lane, stream, *numbers in gone:
        added[lane, stream] = added.get((lane, stream), Figures()) + Figures(*numbers)
    rows = [{"lane": lane, "stream": stream, "worker": "", **_figures(f)} for (lane, stream), f in sorted(added.items())]
    if rows:
        _add(session, _TOTALS, rows)
    return len(gone)


def forget(session: Session, before: datetime) -> int:
    """Remove the figures of minutes before ``before``; the totals keep them. Returns how many rows."""
    result = session.execute(delete(DeliveryCount).where(DeliveryCount.minute < before))
    return result.rowcount if isinstance(result, CursorResult) else 0
