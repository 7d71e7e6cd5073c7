"""Delivery's hold on the outbox: what is due, claiming it, and giving back what dead workers held; alike on both databases.

Two processes never hold the same row: every UPDATE names the state (and the worker) it expects. How mails move on from
there is in ``store/moves.py``. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, select, text, update
from sqlalchemy.orm import Session

from nurture.domain.message import MessageKind, MessageState
from nurture.store import claims
from nurture.store.bulk import among
from nurture.store.messages import COLUMNS, Outgoing, Try, literally, outgoing, record_tries
from nurture.store.schema import Message
from nurture.store.types import UtcDateTime

_TABLE: Table = Message.__table__  # type: ignore[assignment]
PRIORITY = (MessageKind.OPT_IN, MessageKind.SERVICE, MessageKind.SALES, MessageKind.NURTURE)
"""Who goes first: service mail overtakes nurture mail."""

# --- claiming ---------------------------------------------------------------------------------------------------------


def something_to_do(session: Session, now: datetime) -> bool:
    """Whether a mail is due or a lease is over: two looks at short indexes, so that an idle beat writes nothing."""
    return bool(due_lanes(session, now)) or bool(claims.over(session, now))


_DUE_LANES = text(
    " UNION ALL ".join(
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
).bindparams(bindparam("now", type_=UtcDateTime()))


def due_lanes(session: Session, now: datetime) -> list[tuple[MessageKind, str]]:
    """(kind, lane) that have mail to send, the most urgent kind first. One statement.

    It steps from lane to lane along the index, so that it costs what there are lanes, not what is queued.
    """
    rows = [(MessageKind(kind), lane) for kind, lane in session.execute(_DUE_LANES, {"now": now})]
    return sorted(rows, key=lambda row: (PRIORITY.index(row[0]), row[1]))


def _due(kind: MessageKind, now: datetime) -> ColumnElement[bool]:
    return and_(literally("kind", kind.value), Message.waiting_until <= now)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Up to ``most`` mails of one kind that are stamped with the lane ``stamped``; from now on they leave by ``lane``."""

    kind: MessageKind
    stamped: str
    lane: str
    most: int


def claim_lane(session: Session, wanted: Wanted, now: datetime, worker: str, until: datetime) -> list[Outgoing]:
    """Due mails, the oldest first, now this worker's until then. Two statements.

    What other workers hold is left out (PostgreSQL); on SQLite the write lock keeps them apart.
    """
    due = (
        select(Message.id)
        .where(_due(wanted.kind, now), Message.lane == wanted.stamped)
        .order_by(Message.waiting_until)
        .limit(wanted.most)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    statement = (
        update(_TABLE)
        .where(_TABLE.c.id == due.c.id)
        .values(state=MessageState.CLAIMED, lane=wanted.lane, claimed_by=worker, claimed_until=until)
        .returning(*COLUMNS)
    )
    rows = [outgoing(row) for row in session.connection().execute(statement).all()]
    claims.begin(session, [row.id for row in rows])
    return sorted(rows, key=lambda m: (m.due_at or now, m.id))


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
    """Give back mails whose lease is over. At most eight statements, however many there are; one if none is held.

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
