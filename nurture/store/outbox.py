"""Delivery's hold on the outbox: claiming, moving and giving back, in bulk and the same on both databases.

Two processes never move the same row: every UPDATE names the state (and the worker) it expects. Which move follows from
what is decided elsewhere; ``domain/message.py`` has the states. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, literal_column, select, update
from sqlalchemy.orm import Session

from nurture.domain.message import OPEN, MessageKind, MessageState, move
from nurture.store.messages import COLUMNS, Outgoing, Try, literally, record_tries
from nurture.store.schema import Message

_TABLE: Table = Message.__table__  # type: ignore[assignment]
_PRIORITY = (MessageKind.OPT_IN, MessageKind.SALES, MessageKind.NURTURE)
"""Who goes first: service mail overtakes nurture mail."""
_LEASED: ColumnElement[bool] = literal_column("messages.state IN ('claimed', 'sending')")


# --- claiming ---------------------------------------------------------------------------------------------------------


def something_to_do(session: Session, now: datetime) -> bool:
    """Whether a mail is due or a lease is over: two looks at partial indexes, so that an idle beat writes nothing."""
    due = [select(Message.id).where(_due(kind, now)).limit(1) for kind in _PRIORITY]
    over = select(Message.id).where(_LEASED, Message.claimed_until <= now).limit(1)
    return any(session.scalar(query) is not None for query in (*due, over))


def _due(kind: MessageKind, now: datetime) -> ColumnElement[bool]:
    return and_(literally("state", "queued"), literally("kind", kind.value), Message.due_at <= now)


def claim(session: Session, now: datetime, worker: str, limit: int, lease: timedelta) -> list[Outgoing]:
    """Up to ``limit`` due mails, now this worker's until the lease is over; the most urgent first.

    At most three statements. What other workers hold is left out (PostgreSQL); on SQLite the write lock keeps them apart.
    """
    claimed: list[Outgoing] = []
    for kind in _PRIORITY:
        if len(claimed) < limit:
            claimed += _claim_kind(session, kind, now, worker, limit - len(claimed), lease)
    return claimed


def _claim_kind(
    session: Session, kind: MessageKind, now: datetime, worker: str, limit: int, lease: timedelta
) -> list[Outgoing]:
    due = (
        select(Message.id)
        .where(_due(kind, now))
        .order_by(Message.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    statement = (
        update(_TABLE)
        .where(_TABLE.c.id == due.c.id)
        .values(state=MessageState.CLAIMED, claimed_by=worker, claimed_until=now + lease)
        .returning(*COLUMNS)
    )
    rows = [Outgoing(*row) for row in session.execute(statement)]
    return sorted(rows, key=lambda m: (m.due_at or now, m.id))


def renew(session: Session, worker: str, ids: Collection[int], until: datetime) -> set[int]:
    """Keep claimed mails longer. Returns those that are still this worker's."""
    rows = session.execute(
        update(_TABLE)
        .where(_TABLE.c.id.in_(ids), _TABLE.c.claimed_by == worker, _TABLE.c.state == MessageState.CLAIMED)
        .values(claimed_until=until)
        .returning(_TABLE.c.id)
    )
    return set(rows.scalars())


# --- moving -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Move:
    """One message goes from ``state`` to ``to``.

    ``due``: when to try again (queued only). ``until``: the lease while it is being sent. ``tried``: counts as an attempt.
    """

    id: int
    state: MessageState
    to: MessageState
    reason: str = ""
    due: datetime | None = None
    until: datetime | None = None
    tried: bool = False


_MOVE = (
    _TABLE.update()
    .where(
        _TABLE.c.id == bindparam("b_id"),
        _TABLE.c.state == bindparam("b_from"),
        _TABLE.c.claimed_by == bindparam("b_worker"),
    )
    .values(
        state=bindparam("b_to"),
        reason=bindparam("b_reason"),
        due_at=bindparam("b_due"),
        claimed_by=bindparam("b_holder"),
        claimed_until=bindparam("b_until"),
        settled_at=bindparam("b_settled"),
        attempts=_TABLE.c.attempts + bindparam("b_tried"),
    )
)


def settle(session: Session, worker: str, moves: Sequence[Move], now: datetime) -> set[int]:
    """Make these moves of mails this worker holds. One statement for all of them, one more when some were lost.

    Returns the ids that did not move, because the lease was over and somebody else has them, or they are gone. A mail
    that was given up as unknown meanwhile takes its late outcome. Raises IllegalTransition.
    """
    if not moves:
        return set()
    result = session.connection().execute(_MOVE, [_move_row(m, worker, now) for m in moves])
    return set() if result.rowcount == len(moves) else _lost(session, worker, moves, now)


def _move_row(m: Move, worker: str, now: datetime) -> dict[str, Any]:
    to = move(m.state, m.to)
    return {
        "b_id": m.id,
        "b_from": m.state,
        "b_worker": worker,
        "b_to": to,
        "b_reason": m.reason,
        "b_due": m.due,
        "b_holder": worker if to is MessageState.SENDING else None,
        "b_until": m.until,
        "b_settled": None if to in OPEN else now,
        "b_tried": int(m.tried),
    }


def _lost(session: Session, worker: str, moves: Sequence[Move], now: datetime) -> set[int]:
    """Which moves did not happen. Outcomes that come late settle what is unknown."""
    wanted = {m.id: m for m in moves}
    rows = session.execute(select(Message.id, Message.state, Message.claimed_by).where(Message.id.in_(wanted)))
    present = {id_: (state, holder) for id_, state, holder in rows}
    late = {MessageState.ACCEPTED, MessageState.FAILED}
    lost: set[int] = set()
    for m in moves:
        state, holder = present.get(m.id, (None, None))
        if state is MessageState.UNKNOWN and m.to in late:
            _settle_late(session, m, now)
        elif state is not m.to or (m.to is MessageState.SENDING and holder != worker):
            lost.add(m.id)
    return lost


def _settle_late(session: Session, m: Move, now: datetime) -> None:
    session.execute(
        update(Message)
        .where(Message.id == m.id, Message.state == MessageState.UNKNOWN)
        .values(state=move(MessageState.UNKNOWN, m.to), reason=m.reason, settled_at=now)
    )


_WRITTEN = (
    _TABLE.update()
    .where(_TABLE.c.id == bindparam("b_id"))
    .values(context=bindparam("b_context"), subject=bindparam("b_subject"), template_version=bindparam("b_template"))
)


def note_letters(session: Session, letters: Sequence[tuple[int, Mapping[str, Any], str, str | None]]) -> None:
    """Keep what letters were written from: (message, context, subject, template version). One statement."""
    rows = [
        {"b_id": id_, "b_context": dict(context), "b_subject": subject[:400], "b_template": template}
        for id_, context, subject, template in letters
    ]
    if rows:
        session.connection().execute(_WRITTEN, rows)


# --- giving back what dead workers held --------------------------------------------------------------------------------

_DIED = "the worker that was sending it stopped before the server's answer was recorded"
_RETURNED = "the worker that held it stopped; back in the queue"
_AGAIN = f"{_DIED}; it is sent again with the same Message-ID"
_NOT_AGAIN = f"{_DIED}; it may have arrived, and nobody may get it twice, so it is not sent again"


def release_expired(session: Session, now: datetime, *, idempotent: bool) -> int:
    """Give back mails whose lease is over. At most four statements, however many there are.

    Claimed ones were not sent: back into the queue. Of those being sent nobody knows: service mail, and any mail over a
    transport that delivers the same mail only once (``idempotent``), is queued again; a nurture mail becomes unknown.
    """
    queued, unknown = MessageState.QUEUED, MessageState.UNKNOWN
    back = _release(session, now, literally("state", "claimed"), {"state": queued, "reason": _RETURNED})
    sending, nurture = literally("state", "sending"), literally("kind", "nurture")
    if idempotent:
        again = _release(session, now, sending, {"state": queued, "reason": _AGAIN, "due_at": now})
        return len(back) + len(again)
    again = _release(session, now, and_(sending, ~nurture), {"state": queued, "reason": _AGAIN, "due_at": now})
    gone = {"state": unknown, "reason": _NOT_AGAIN, "due_at": None, "settled_at": now}
    lost = _release(session, now, and_(sending, nurture), gone)
    record_tries(session, [Try(id_, now, "unknown", "answer", _DIED) for id_ in (*again, *lost)])
    return len(back) + len(again) + len(lost)


def _release(session: Session, now: datetime, which: ColumnElement[bool], values: dict[str, Any]) -> list[int]:
    over = (
        select(Message.id).where(_LEASED, which, Message.claimed_until <= now).with_for_update(skip_locked=True).cte("over")
    )
    statement = (
        update(_TABLE)
        .where(_TABLE.c.id == over.c.id)
        .values(claimed_by=None, claimed_until=None, **values)
        .returning(_TABLE.c.id)
    )
    return list(session.execute(statement).scalars())
