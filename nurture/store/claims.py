"""Which mails may be in a worker's hands: the short way to leases that are over.

    claimed --begin--> row --end, with the move that settles it--> no row          worker died --lease over--> lock, clear

The lease itself stands with the mail (``claimed_by``, ``claimed_until``); a row here only says "look at that one", so that
no index of the many mails has to be written when one is sent and accepted. Each mail that is claimed or being sent has a
row: it comes in the transaction that claims the mail. One that is left over does no harm, and ``clear`` removes it, under a
lock that whoever claims the mail meanwhile has to wait for. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, delete, literal_column, or_, select, text
from sqlalchemy.orm import Session

from nurture.store.bulk import among, numbers
from nurture.store.schema import Claim, Message

_TABLE = Claim.__table__
HELD: ColumnElement[bool] = literal_column("messages.state IN ('claimed', 'sending')")
_NO_LEASE = timedelta(days=1)
"""Longer than any lease: who holds a mail for longer had a clock that has been set right since."""

BEGIN = "INSERT INTO claims (message_id)"
ANEW = "ON CONFLICT (message_id) DO UPDATE SET message_id = excluded.message_id"
"""For PostgreSQL, where a mail is claimed by the same statement. The update, which changes nothing, waits for whoever is
about to remove the row."""
_BEGIN = {
    "postgresql": text(f"{BEGIN} SELECT unnest(CAST(:ids AS bigint[])) {ANEW}"),
    "sqlite": text("INSERT OR IGNORE INTO claims (message_id) VALUES (:id)"),
}
_END = delete(_TABLE).where(_TABLE.c.message_id == bindparam("id"))


def begin(session: Session, messages: Collection[int]) -> None:
    """In the transaction that claims them."""
    if not messages:
        return
    dialect = session.get_bind().dialect.name
    given = [{"id": id_} for id_ in messages] if dialect == "sqlite" else {"ids": numbers(sorted(messages))}
    session.connection().execute(_BEGIN[dialect], given)


def end(session: Session, messages: Collection[int]) -> None:
    """In the transaction that settles them or puts them back."""
    if not messages:
        return
    if session.get_bind().dialect.name == "sqlite":
        session.connection().execute(_END, [{"id": id_} for id_ in messages])
    else:
        session.execute(delete(Claim).where(among(session, Claim.message_id, messages)), **_AS_IT_IS)


_AS_IT_IS = {"execution_options": {"synchronize_session": False}}


def held(session: Session) -> list[int]:
    """Every mail that may be held; a few of them may not be any more."""
    return list(session.scalars(select(Claim.message_id)))


def is_over(now: datetime) -> ColumnElement[bool]:
    """Whether a mail is held and its lease is over."""
    return and_(HELD, or_(Message.claimed_until <= now, Message.claimed_until > now + _NO_LEASE))


def over(session: Session, now: datetime) -> list[int]:
    """Mails to look at: those whose lease is over, and those that are not held any more. Locks nothing."""
    if not (ids := held(session)):
        return []
    alive = select(Message.id).where(among(session, Message.id, ids), HELD, ~is_over(now))
    return sorted(set(ids) - set(session.scalars(alive)))


def lock(session: Session, messages: Collection[int]) -> list[int]:
    """Those of ``messages`` that are still here and that no other process is busy with; nobody claims them meanwhile."""
    if not messages:
        return []
    rows = select(Claim.message_id).where(among(session, Claim.message_id, messages))
    return list(session.scalars(rows.with_for_update(skip_locked=True)))


def clear(session: Session, messages: Collection[int]) -> None:
    """Remove the rows of those of ``messages`` (locked) that are not held."""
    still = set(session.scalars(select(Message.id).where(among(session, Message.id, messages), HELD)))
    end(session, [id_ for id_ in messages if id_ not in still])
