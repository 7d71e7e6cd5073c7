"""What is asked to see how delivery is doing: the queue, what servers said, what waits for a human.

Every question reads a partial index or the end of one, so that it costs what waits and not what is stored. Locks nothing,
changes nothing but what ``hurry`` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    and_,
    case,
    delete,
    func,
    literal_column,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session, defer

from nurture.domain.message import MessageKind, MessageState
from nurture.store import alarms, breakers, claims, returned
from nurture.store.bulk import among
from nurture.store.messages import literally
from nurture.store.schema import Attempt, BreakerRow, LaneRow, Message, ReturnedMail, Route

_WAITING: ColumnElement[bool] = literal_column("messages.waiting_until IS NOT NULL")
_STUCK: ColumnElement[bool] = literal_column("messages.stuck IS NOT NULL")
"""As the partial indexes have it."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """Mails in one state, of one stream (kind), on one lane. ``due``: now; ``oldest``: since when the first of these is."""

    state: MessageState
    stream: str
    lane: str
    count: int
    due: int
    oldest: datetime | None


def queue(session: Session, now: datetime) -> list[QueueRow]:
    """Everything on its way, and what stays where it is until a human decides (parked, unknown)."""
    by = (Message.kind, Message.lane)
    until = Message.waiting_until
    waiting = select(*by, func.count(), func.count(case((until <= now, 1))), func.min(until)).where(_WAITING)
    rows: list[Any] = [(MessageState.QUEUED, *row) for row in session.execute(waiting.group_by(*by))]
    rows += session.execute(_counted(and_(among(session, Message.id, claims.held(session)), claims.HELD)))
    for state in ("parked", "unknown"):
        rows += session.execute(_counted(literally("stuck", state)))
    return [_row(now, *row) for row in rows]


def _counted(which: ColumnElement[bool]) -> Select[Any]:
    by = (Message.state, Message.kind, Message.lane)
    nothing: list[ColumnElement[Any]] = [literal_column("0"), literal_column("NULL")]
    return select(*by, func.count(), *nothing).where(which).group_by(*by)


def _row(
    now: datetime, state: MessageState, kind: MessageKind, lane: str, count: int, due: int, oldest: datetime | None
) -> QueueRow:
    return QueueRow(state, kind.value, lane, count, due, oldest if oldest is not None and oldest <= now else None)


def stuck(session: Session) -> dict[MessageState, int]:
    """State -> how many mails there are in it, of those that somebody should look at."""
    rows = session.execute(select(Message.stuck, func.count()).where(_STUCK).group_by(Message.stuck))
    return {MessageState(state): count for state, count in rows if state is not None}


def needing_a_human(session: Session) -> int:
    """Stopped streams, open alarms that do not tell of one, and what is in quarantine."""
    stopped = {alarms.stopped_key(row.stream, row.lane) for row in breakers.all_open(session)}
    others = sum(alarm.key not in stopped for alarm in alarms.open_alarms(session))
    return len(stopped) + others + returned.in_quarantine(session)


# --- what servers said ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Deferral:
    """A try that was put off, of the mail ``message`` to ``address``."""

    at: datetime
    lane: str
    status: str | None
    reply: str
    host: str | None
    message: int
    address: str


def deferrals(session: Session, since: datetime, limit: int) -> list[Deferral]:
    """The newest ``limit`` tries since ``since`` that were put off, newest first."""
    a, m = Attempt, Message
    rows = session.execute(
        select(a.at, m.lane, a.status, a.reply, a.host, m.id, m.address)
        .join(m, m.id == a.message_id)
        .where(literal_column("attempts.outcome") == literal_column("'deferred'"), a.at >= since)
        .order_by(a.at.desc(), a.id.desc())
        .limit(limit)
    )
    return [Deferral(*row) for row in rows]


def paused_routes(session: Session, now: datetime) -> Sequence[Route]:
    """Ways that are left alone at present, because the server failed for all mail."""
    return session.scalars(select(Route).where(Route.paused_until > now).order_by(Route.name)).all()


# --- breakers -----------------------------------------------------------------------------------------------------------


def breaker(session: Session, id_: int) -> BreakerRow | None:
    return session.get(BreakerRow, id_)


# --- what came back -----------------------------------------------------------------------------------------------------


def came_back(session: Session, since: datetime) -> dict[str, int]:
    """Kind -> how many since ``since``; what is in quarantine not among them."""
    r = ReturnedMail
    rows = session.execute(
        select(r.kind, func.count()).where(r.received_at >= since, r.state != returned.QUARANTINE).group_by(r.kind)
    )
    return {kind: count for kind, count in rows}


def returned_mails(
    session: Session, *, quarantine: bool, kind: str, limit: int, offset: int
) -> list[tuple[ReturnedMail, Message | None]]:
    """(what came back, the mail it belongs to), the latest first, without the bytes. ``kind`` '': all."""
    r = ReturnedMail
    query = select(r, Message).outerjoin(Message, Message.id == r.message_id).options(defer(r.raw))
    if quarantine:
        query = query.where(literal_column("returned_mails.state") == literal_column("'quarantine'"))
    if kind:
        query = query.where(r.kind == kind)
    rows = session.execute(query.order_by(r.received_at.desc(), r.id.desc()).limit(limit).offset(offset))
    return [(row, message) for row, message in rows]


# --- trying again -------------------------------------------------------------------------------------------------------


def hurry(session: Session, lane: str, routes: Sequence[str], now: datetime) -> int:
    """The pause of ``lane`` and of ``routes`` is over, and what was put off on it is due. Returns how many mails."""
    session.execute(update(LaneRow).where(LaneRow.lane == lane).values(paused_until=None))
    session.execute(delete(Route).where(Route.name.in_(routes)))
    result = session.execute(
        update(Message)
        .where(Message.lane == lane, Message.waiting_until > now, Message.attempts > 0)
        .values(due_at=now)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount if isinstance(result, CursorResult) else 0


def lanes_known(session: Session) -> set[str]:
    """Lanes that were ever used, or by which mail is to leave."""
    used = select(LaneRow.lane)
    queued = select(Message.lane).where(_WAITING).group_by(Message.lane)
    return set(session.scalars(union_all(used, queued)))
