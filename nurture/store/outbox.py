"""Delivery's hold on the outbox: what is due, claiming it, and giving back what dead workers held; alike on both databases.

Two processes never hold the same row: every UPDATE names the state (and the worker) it expects. How mails move on from
there is in ``store/moves.py``. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, select, text, update
from sqlalchemy.orm import Session

from nurture.domain.message import MessageKind, MessageState
from nurture.store import claims
from nurture.store.bulk import among
from nurture.store.messages import COLUMNS, OWN_COLUMNS, Outgoing, Try, literally, outgoing, own, record_tries
from nurture.store.schema import Message
from nurture.store.types import UtcDateTime

_TABLE = Message.__table__
PRIORITY = (MessageKind.OPT_IN, MessageKind.SERVICE, MessageKind.SALES, MessageKind.NURTURE)
"""Who goes first: service mail overtakes nurture mail."""

# --- claiming ---------------------------------------------------------------------------------------------------------


def something_to_do(session: Session, now: datetime) -> bool:
    """Whether a mail is due or a lease is over: two looks at short indexes, so that an idle beat writes nothing."""
    return bool(due_lanes(session, now)) or bool(claims.over(session, now))


_FROM_LANE_TO_LANE = " UNION ALL ".join(
    f"""SELECT '{kind.value}' AS kind, lane FROM (
              WITH RECURSIVE found(lane) AS (
                SELECT min(lane) FROM messages WHERE waiting_until IS NOT NULL AND kind = '{kind.value}'
                UNION ALL
                SELECT (SELECT min(lane) FROM messages
                        WHERE waiting_until IS NOT NULL AND kind = '{kind.value}' AND lane > found.lane)
                FROM found WHERE found.lane IS NOT NULL)
              SELECT lane FROM found) AS {kind.name.lower()}
            WHERE EXISTS (SELECT 1 FROM messages WHERE kind = '{kind.value}'
                          AND messages.lane = {kind.name.lower()}.lane AND waiting_until <= :now)"""  # noqa: S608 - our own
    for kind in PRIORITY
)
# one walk instead of four: planning four takes longer than all walks
_FROM_PAIR_TO_PAIR = """
    WITH RECURSIVE found AS (
        (SELECT kind, lane FROM messages WHERE waiting_until IS NOT NULL ORDER BY kind, lane LIMIT 1)
        UNION ALL
        SELECT following.kind, following.lane FROM found CROSS JOIN LATERAL (
            SELECT kind, lane FROM messages
            WHERE waiting_until IS NOT NULL AND (kind, lane) > (found.kind, found.lane)
            ORDER BY kind, lane LIMIT 1) AS following)
    SELECT kind, lane FROM found
    WHERE (SELECT min(waiting_until) FROM messages WHERE kind = found.kind AND lane = found.lane) <= :now"""
_DUE_LANES = {
    dialect: text(statement).bindparams(bindparam("now", type_=UtcDateTime()))
    for dialect, statement in (("sqlite", _FROM_LANE_TO_LANE), ("postgresql", _FROM_PAIR_TO_PAIR))
}


def due_lanes(session: Session, now: datetime) -> list[tuple[MessageKind, str]]:
    """(kind, lane) that have mail to send, the most urgent kind first. One statement.

    It steps from lane to lane along the index, so that it costs what there are lanes, not what is queued.
    """
    statement = _DUE_LANES[session.get_bind().dialect.name]
    rows = [(MessageKind(kind), lane) for kind, lane in session.connection().execute(statement, {"now": now})]
    return sorted(rows, key=lambda row: (PRIORITY.index(row[0]), row[1]))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Up to ``most`` mails of one kind that are stamped with the lane ``stamped``; from now on they leave by ``lane``."""

    kind: MessageKind
    stamped: str
    lane: str
    most: int


def claim_lane(session: Session, wanted: Wanted, now: datetime, worker: str, until: datetime) -> list[Outgoing]:
    """Due mails, the oldest first, now this worker's until then.

    What other workers hold is left out (PostgreSQL); on SQLite the write lock keeps them apart.
    """
    if session.get_bind().dialect.name != "sqlite":
        given = {"stamped": wanted.stamped, "lane": wanted.lane, "most": wanted.most}
        given |= {"now": now, "worker": worker, "until": until}
        rows = session.connection().exec_driver_sql(_CLAIM[wanted.kind], given)
        return [own(row, wanted.kind, MessageState.CLAIMED, wanted.lane) for row in rows]
    statement = (
        update(_TABLE)
        .where(_TABLE.c.id.in_(_due(wanted, now)))
        .values(state=MessageState.CLAIMED, lane=wanted.lane, claimed_by=worker, claimed_until=until)
        .returning(*COLUMNS)
    )
    found = [outgoing(row) for row in session.connection().execute(statement).all()]
    claims.begin(session, [row.id for row in found])
    return sorted(found, key=lambda m: (m.due_at or now, m.id))


def _due(wanted: Wanted, now: datetime) -> Select[int]:
    return (
        select(Message.id)
        .where(literally("kind", wanted.kind.value), Message.waiting_until <= now, Message.lane == wanted.stamped)
        .order_by(Message.waiting_until)
        .limit(wanted.most)
    )


# built once, and without SQLAlchemy's way from row to row: a mail costs half as much
_CLAIM = {
    kind: f"""
        WITH due AS (
            SELECT id FROM messages
            WHERE kind = '{kind.value}' AND waiting_until <= %(now)s AND lane = %(stamped)s
            ORDER BY waiting_until LIMIT %(most)s FOR UPDATE SKIP LOCKED),
        taken AS (
            UPDATE messages
            SET state = 'claimed', lane = %(lane)s, claimed_by = %(worker)s, claimed_until = %(until)s
            FROM due WHERE messages.id = due.id
            RETURNING {OWN_COLUMNS}),
        begun AS ({claims.BEGIN} SELECT id FROM taken ORDER BY id {claims.ANEW})
        SELECT * FROM taken ORDER BY due_at, id"""  # noqa: S608 - our own
    for kind in PRIORITY
}


def renew(session: Session, worker: str, ids: Collection[int], until: datetime) -> set[int]:
    """Keep claimed mails longer. Returns those that are still this worker's."""
    rows = session.execute(
        update(_TABLE)
        .where(among(session, Message.id, ids), _TABLE.c.claimed_by == worker, _TABLE.c.state == MessageState.CLAIMED)
        .values(claimed_until=until)
        .returning(_TABLE.c.id)
    )
    return set(rows.scalars())


# --- giving back what dead workers held --------------------------------------------------------------------------------

_DIED = "the worker that was sending it stopped before the server's answer was recorded"
_RETURNED = "the worker that held it stopped; back in the queue"
_AGAIN = f"{_DIED}; it is sent again with the same Message-ID"
_NOT_AGAIN = f"{_DIED}; it may have arrived, and nobody may get it twice, so it is not sent again"


def release_expired(session: Session, now: datetime, *, idempotent: bool) -> int:
    """Give back mails whose lease is over. At most nine statements, however many there are; one if none is held.

    Claimed ones were not sent: back into the queue. Of those being sent nobody knows: service mail, and any mail over a
    transport that delivers the same mail only once (``idempotent``), is queued again; a nurture mail becomes unknown.
    """
    ids = claims.lock(session, claims.over(session, now))
    if not ids:
        return 0
    released = _release_those(session, ids, now, idempotent=idempotent)
    claims.clear(session, ids)
    return released


def _release_those(session: Session, ids: Sequence[int], now: datetime, *, idempotent: bool) -> int:
    queued, unknown = MessageState.QUEUED, MessageState.UNKNOWN
    over = and_(among(session, Message.id, ids), claims.is_over(now))
    back = _release(session, over, literally("state", "claimed"), {"state": queued, "reason": _RETURNED})
    sending, nurture = literally("state", "sending"), literally("kind", "nurture")
    if idempotent:
        again = _release(session, over, sending, {"state": queued, "reason": _AGAIN, "due_at": now})
        return len(back) + len(again)
    again = _release(session, over, and_(sending, ~nurture), {"state": queued, "reason": _AGAIN, "due_at": now})
    gone = {"state": unknown, "reason": _NOT_AGAIN, "due_at": None, "settled_at": now}
    lost = _release(session, over, and_(sending, nurture), gone)
    record_tries(session, [Try(id_, now, "unknown", "answer", _DIED) for id_ in (*again, *lost)])
    return len(back) + len(again) + len(lost)


def _release(session: Session, over: ColumnElement[bool], which: ColumnElement[bool], values: dict[str, Any]) -> list[int]:
    found = select(Message.id).where(over, which).with_for_update(skip_locked=True).cte("found")
    statement = (
        update(_TABLE)
        .where(_TABLE.c.id == found.c.id)
        .values(claimed_by=None, claimed_until=None, **values)
        .returning(_TABLE.c.id)
    )
    return list(session.execute(statement).scalars())
