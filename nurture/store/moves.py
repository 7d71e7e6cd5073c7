"""Mails moving from state to state, many in one statement, the same on both databases.

Every move names the state and the worker it expects, so that two processes never move the same mail. Which move follows
from what is decided elsewhere; ``domain/message.py`` has the states. Nothing here commits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Text, bindparam, func, select, text, update
from sqlalchemy.orm import Session

from nurture.domain.message import OPEN, MessageState, move
from nurture.store import claims
from nurture.store.bulk import spelled
from nurture.store.schema import Message

_TABLE = Message.__table__
_LATE = frozenset({MessageState.ACCEPTED, MessageState.FAILED})
_HELD = frozenset({MessageState.CLAIMED, MessageState.SENDING})


@dataclass(slots=True)  # not frozen: there is one for every mail, and that takes a fifth of the time
class Letter:
    """What a letter was written from, so that it can be written again."""

    context: Mapping[str, Any]
    subject: str
    template_version: str | None


@dataclass(slots=True)  # not frozen: there is one for every mail, and that takes a fifth of the time
class Move:
    """One message goes from ``state`` to ``to``.

    ``due``: when to try again (queued only). ``until``: the lease while it is being sent. ``tried``: counts as an attempt.
    ``failure``: why it did not arrive, as a class. ``letter``: what it was written from, to be kept; None: as it is.
    """

    id: int
    state: MessageState
    to: MessageState
    reason: str = ""
    due: datetime | None = None
    until: datetime | None = None
    tried: bool = False
    failure: str | None = None
    letter: Letter | None = None


def settle(session: Session, worker: str, moves: Sequence[Move], now: datetime) -> set[int]:
    """Make these moves of mails this worker holds. Two statements for all of them; when some did not move, one more,
    and one for each outcome that comes late.

    Returns the ids that did not move, because the lease was over and somebody else has them, or they are gone. A mail
    that was given up as unknown meanwhile takes its late outcome. Raises IllegalTransition.
    """
    if not moves:
        return set()
    rows = [_row(m, worker, now) for m in moves]
    update_rows = _one_by_one if session.get_bind().dialect.name == "sqlite" else _at_once
    lost = set() if update_rows(session, worker, rows) == len(moves) else _lost(session, worker, moves, now)
    claims.end(session, [m.id for m in moves if m.to not in _HELD and m.id not in lost])
    return lost


def made(session: Session, worker: str, moves: Sequence[Move]) -> set[int]:
    """Which of these moves were made already: asked after a commit whose answer never came."""
    present = _present(session, moves)
    return {m.id for m in moves if _is_there(m, worker, *present.get(m.id, (None, None)))}


def _row(m: Move, worker: str, now: datetime) -> dict[str, Any]:
    to, letter = move(m.state, m.to), m.letter
    return {
        "id": m.id,
        "was": m.state.value,
        "state": to.value,
        "reason": m.reason,
        "due_at": m.due,
        "claimed_by": worker if to is MessageState.SENDING else None,
        "claimed_until": m.until,
        "settled_at": None if to in OPEN else now,
        "attempts": int(m.tried),
        "failure": m.failure,
        "context": dict(letter.context) if letter else None,
        "subject": letter.subject[:400] if letter else None,
        "template_version": letter.template_version if letter else None,
    }


_SET = ("state", "reason", "due_at", "claimed_by", "claimed_until", "settled_at", "failure")
_KEPT = ("subject", "template_version")

_ONE = (
    _TABLE.update()
    .where(
        _TABLE.c.id == bindparam("b_id"),
        _TABLE.c.state == bindparam("b_was", type_=Text),
        _TABLE.c.claimed_by == bindparam("b_worker"),
    )
    .values(
        {
            **{name: bindparam(f"b_{name}", type_=Text if name == "state" else _TABLE.c[name].type) for name in _SET},
            **{name: func.coalesce(bindparam(f"b_{name}"), _TABLE.c[name]) for name in _KEPT},
            "attempts": _TABLE.c.attempts + bindparam("b_attempts"),
            "context": func.coalesce(bindparam("b_context", type_=JSON(none_as_null=True)), _TABLE.c.context),
        }
    )
)


def _one_by_one(session: Session, worker: str, rows: Sequence[dict[str, Any]]) -> int:
    given = [{"b_worker": worker, **{f"b_{name}": value for name, value in row.items()}} for row in rows]
    return session.connection().execute(_ONE, given).rowcount


_MANY = text("""UPDATE messages
       SET state = given.state, reason = given.reason, due_at = given.due_at, claimed_by = given.claimed_by,
           claimed_until = given.claimed_until, settled_at = given.settled_at, failure = given.failure,
           attempts = messages.attempts + given.attempts,
           subject = COALESCE(given.subject, messages.subject),
           template_version = COALESCE(given.template_version, messages.template_version),
           context = COALESCE(given.context, messages.context)
       FROM json_to_recordset(CAST(:rows AS json)) AS given(
           id bigint, was text, state text, reason text, due_at timestamptz, claimed_by text, claimed_until timestamptz,
           settled_at timestamptz, failure text, attempts integer, subject text, template_version text, context json)
       WHERE messages.id = given.id AND messages.state = given.was AND messages.claimed_by = :worker""")


def _at_once(session: Session, worker: str, rows: Sequence[dict[str, Any]]) -> int:
    """For PostgreSQL: the rows travel as one parameter."""
    return session.connection().execute(_MANY, {"rows": json.dumps(rows, default=spelled), "worker": worker}).rowcount


def _lost(session: Session, worker: str, moves: Sequence[Move], now: datetime) -> set[int]:
    """Which moves did not happen. Outcomes that come late settle what is unknown."""
    present = _present(session, moves)
    lost: set[int] = set()
    for m in moves:
        state, holder = present.get(m.id, (None, None))
        if state is MessageState.UNKNOWN and m.to in _LATE:
            _settle_late(session, m, now)
        elif not _is_there(m, worker, state, holder):
            lost.add(m.id)
    return lost


def _is_there(m: Move, worker: str, state: MessageState | None, holder: str | None) -> bool:
    return state is m.to and (m.to is not MessageState.SENDING or holder == worker)


def _present(session: Session, moves: Sequence[Move]) -> dict[int, tuple[MessageState, str | None]]:
    rows = session.execute(
        select(Message.id, Message.state, Message.claimed_by).where(Message.id.in_([m.id for m in moves]))
    )
    return {id_: (state, holder) for id_, state, holder in rows}


def _settle_late(session: Session, m: Move, now: datetime) -> None:
    session.execute(
        update(Message)
        .where(Message.id == m.id, Message.state == MessageState.UNKNOWN)
        .values(state=move(MessageState.UNKNOWN, m.to), reason=m.reason, failure=m.failure, settled_at=now)
    )
