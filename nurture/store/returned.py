"""The journal of what came back: each thing once, by its digest. Raw bytes and what a human wrote go after a while.

    new --> done                nothing is left to do
        '-> quarantine          nobody knows what it is, or whose --> done or dismissed, by a human

Nothing here commits.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from nurture.store.schema import ReturnedMail
from nurture.store.upsert import insert_for

DONE, QUARANTINE, DISMISSED = "done", "quarantine", "dismissed"


def add(session: Session, row: dict[str, Any]) -> int | None:
    """Put it on record. Returns its id; None: it was there already (whoever writes it at this moment is waited for)."""
    statement = insert_for(session, ReturnedMail).values(row).on_conflict_do_nothing(index_elements=["digest"])
    new: int | None = session.scalar(statement.returning(ReturnedMail.id))
    return new


def settle(session: Session, id_: int, values: dict[str, Any]) -> None:
    """Write what was concluded."""
    session.execute(update(ReturnedMail).where(ReturnedMail.id == id_).values(values))


def find(session: Session, id_: int) -> ReturnedMail | None:
    return session.get(ReturnedMail, id_)


def in_quarantine(session: Session) -> int:
    """How many wait for a human."""
    return session.scalar(select(func.count()).where(ReturnedMail.state == QUARANTINE)) or 0


def on_record(session: Session, message: int, kind: str, *, but: int) -> bool:
    """Whether something of this kind is on record of the message already, besides ``but``."""
    others = (ReturnedMail.message_id == message, ReturnedMail.kind == kind, ReturnedMail.id != but)
    return session.scalar(select(ReturnedMail.id).where(*others, ReturnedMail.state == DONE).limit(1)) is not None
