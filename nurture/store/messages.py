"""The outbox: intended mails on their way, and every try to deliver them.

Knows how rows are queued, claimed, moved and given back, in bulk and the same on both databases. Two processes never
move the same row: every UPDATE names the state (and the worker) it expects. Which move follows from what is decided
elsewhere; ``domain/message.py`` has the states. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, bindparam, delete, func, literal_column, or_, select, update
from sqlalchemy.orm import Session

from nurture.domain.message import OPEN, MessageKind, MessageState, message_id, move
from nurture.store.schema import Attempt, Message, MessageBytes
from nurture.store.upsert import insert_for

_TABLE: Table = Message.__table__  # type: ignore[assignment]
_ATTEMPTS: Table = Attempt.__table__  # type: ignore[assignment]
_PRIORITY = (MessageKind.OPT_IN, MessageKind.SALES, MessageKind.NURTURE)
"""Who goes first: service mail overtakes nurture mail."""


def _literally(column: str, value: str) -> ColumnElement[bool]:
    """``column = 'value'`` without a parameter, so that the partial indexes are used under prepared plans too."""
    return literal_column(f"messages.{column}") == literal_column(f"'{value}'")


_LEASED: ColumnElement[bool] = literal_column("messages.state IN ('claimed', 'sending')")


# --- queueing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewMessage:
    """One intended mail. Its ``once_key`` is what makes it one.

    ``context`` of a nurture mail: {"product", "phase"} and, from then on, whatever else should not change until it is
    written; of a sales mail: everything its template says beyond organisation and imprint. ``due_at``: None for a mail
    that is not to be tried (``state`` parked).
    """

    kind: MessageKind
    once_key: str
    address: str
    language: str
    mail: str
    queued_at: datetime
    due_at: datetime | None
    template_version: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    purpose: str | None = None
    tracked: bool = False
    contact_id: int | None = None
    registration_id: int | None = None
    handoff_id: int | None = None
    enrollment_id: int | None = None
    campaign: str | None = None
    step: str | None = None
    round: int | None = None
    state: MessageState = MessageState.QUEUED
    reason: str = ""


def queue(session: Session, installation: str, domain: str, messages: Sequence[NewMessage]) -> dict[str, int]:
    """Put mails into the outbox; those that are in it already stay as they are. One statement for all of them.

    Returns once-key -> id of the new ones. ``domain`` is the right-hand side of their Message-IDs.
    """
    if not messages:
        return {}
    statement = insert_for(session, Message).on_conflict_do_nothing().returning(_TABLE.c.id, _TABLE.c.once_key)
    rows = session.execute(statement, [_new_row(m, installation, domain) for m in messages])
    return {key: id_ for id_, key in rows}


def _new_row(message: NewMessage, installation: str, domain: str) -> dict[str, Any]:
    row = {name: getattr(message, name) for name in NewMessage.__slots__}
    row["context"] = dict(message.context)
    row["header_id"] = message_id(installation, message.once_key, domain)
    row["attempts"] = 0
    row["settled_at"] = None if message.state in OPEN else message.queued_at
    return row


# --- claiming ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as delivery needs it."""

    id: int
    kind: MessageKind
    state: MessageState
    header_id: str
    address: str
    language: str
    mail: str
    template_version: str | None
    context: Mapping[str, Any]
    purpose: str | None
    tracked: bool
    contact_id: int | None
    registration_id: int | None
    handoff_id: int | None
    enrollment_id: int | None
    campaign: str | None
    step: str | None
    attempts: int
    queued_at: datetime
    due_at: datetime | None


_COLUMNS = [_TABLE.c[name] for name in Outgoing.__slots__]


def something_to_do(session: Session, now: datetime) -> bool:
    """Whether a mail is due or a lease is over: two looks at partial indexes, so that an idle beat writes nothing."""
    due = [select(Message.id).where(_due(kind, now)).limit(1) for kind in _PRIORITY]
    over = select(Message.id).where(_LEASED, Message.claimed_until <= now).limit(1)
    return any(session.scalar(query) is not None for query in (*due, over))


def _due(kind: MessageKind, now: datetime) -> ColumnElement[bool]:
    return and_(_literally("state", "queued"), _literally("kind", kind.value), Message.due_at <= now)


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
        .returning(*_COLUMNS)
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


# --- attempts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Try:
    """One try to deliver a message. ``outcome``: accepted, deferred, failed, unknown. ``reply``: the server's words."""

    message: int
    at: datetime
    outcome: str
    phase: str
    reply: str


def record_tries(session: Session, tries: Sequence[Try]) -> None:
    """Add to the journal of attempts. One statement."""
    if tries:
        rows = [
            {"message_id": t.message, "at": t.at, "outcome": t.outcome, "phase": t.phase, "reply": t.reply} for t in tries
        ]
        session.connection().execute(_ATTEMPTS.insert(), rows)


def tries_of(session: Session, messages: Iterable[int]) -> dict[int, list[Try]]:
    """Message -> its attempts in the order of time. One query."""
    found: dict[int, list[Try]] = {message: [] for message in messages}
    a = Attempt
    rows = session.execute(
        select(a.message_id, a.at, a.outcome, a.phase, a.reply).where(a.message_id.in_(found)).order_by(a.id)
    )
    for row in rows:
        found[row.message_id].append(Try(*row))
    return found


def unknown_tries(session: Session, messages: Collection[int]) -> dict[int, int]:
    """Message -> how many of its attempts ended without an answer; only those with any."""
    rows = session.execute(
        select(Attempt.message_id, func.count())
        .where(Attempt.message_id.in_(messages), Attempt.outcome == "unknown")
        .group_by(Attempt.message_id)
    )
    return {message: count for message, count in rows}


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
    back = _release(session, now, _literally("state", "claimed"), {"state": queued, "reason": _RETURNED})
    sending, nurture = _literally("state", "sending"), _literally("kind", "nurture")
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


# --- questions --------------------------------------------------------------------------------------------------------


def find(session: Session, message: int) -> Outgoing | None:
    """The message of this id."""
    row = session.execute(select(*_COLUMNS).where(_TABLE.c.id == message)).first()
    return Outgoing(*row) if row else None


def counts(session: Session) -> dict[MessageState, int]:
    """State -> how many messages are in it."""
    rows = session.execute(select(Message.state, func.count()).group_by(Message.state))
    return {state: count for state, count in rows}


def waiting(session: Session, now: datetime) -> Sequence[Row[MessageKind, int, int, datetime | None]]:
    """(kind, how many are due, how many wait for later, since when the oldest is due) of the queue."""
    due = Message.due_at <= now
    return session.execute(
        select(
            Message.kind,
            func.count().filter(due).label("due"),
            func.count().filter(~due).label("later"),
            func.min(Message.due_at).label("oldest"),
        )
        .where(_literally("state", "queued"))
        .group_by(Message.kind)
    ).all()


def mailed_since(session: Session, contacts: Iterable[int], now: datetime) -> dict[int, list[datetime]]:
    """Contact -> when marketing mails to it were queued in the last 7 days or that are still on their way, ascending."""
    found: dict[int, list[datetime]] = {contact: [] for contact in contacts}
    recent = and_(
        Message.queued_at > now - timedelta(days=7),
        Message.state.not_in((MessageState.CANCELLED, MessageState.PARKED)),
    )
    rows = session.execute(
        select(Message.contact_id, Message.queued_at)
        .where(Message.contact_id.in_(found), Message.kind == MessageKind.NURTURE, or_(recent, Message.state.in_(OPEN)))
        .order_by(Message.queued_at)
    )
    for contact, at in rows:
        if contact is not None:
            found[contact].append(at)
    return found


def requeue(session: Session, message: int, now: datetime, reason: str) -> bool:
    """Try a parked or unknown mail again because somebody said so. Returns whether it was one."""
    rows = session.execute(
        update(Message)
        .where(Message.id == message, Message.state.in_((MessageState.PARKED, MessageState.UNKNOWN)))
        .values(state=MessageState.QUEUED, due_at=now, settled_at=None, reason=reason)
        .returning(Message.id)
    )
    return rows.first() is not None


def forget_registration(session: Session, registration: int) -> None:
    """Nothing of the person stays with the mails of a registration that was not confirmed: no address, no bytes."""
    mails = select(Message.id).where(Message.registration_id == registration)
    session.execute(delete(MessageBytes).where(MessageBytes.message_id.in_(mails)))
    session.execute(
        update(Message)
        .where(Message.registration_id == registration)
        .values(address=f"forgotten-{registration}", context={})
    )
