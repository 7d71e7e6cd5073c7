"""What contacts chose beyond consents, and what was said of them before it was corrected. Nothing here commits.

Few contacts have a row; questions about many cost one query that finds only those.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, func, select, update
from sqlalchemy.orm import Session

from nurture.domain.message import MessageKind, MessageState
from nurture.domain.preferences import Choice
from nurture.store.bulk import among, fetch, given
from nurture.store.schema import ContactChange, ContactPreferences, Message
from nurture.store.upsert import insert_new

_P, _M = ContactPreferences, Message
_GONE = (MessageState.SENDING, MessageState.ACCEPTED, MessageState.UNKNOWN)


@lru_cache(maxsize=2)
def _choices(dialect: str) -> Select[Any]:
    columns = (_P.contact_id, _P.paused_until, _P.gap_days, _P.topics, _P.restricted_since, _P.uncounted)
    return select(*columns).where(given(dialect, _P.contact_id, "contacts"))


def of(session: Session, contacts: Iterable[int]) -> dict[int, Choice]:
    """Contact -> what it chose, of those who chose anything. One query."""
    return {
        row.contact_id: Choice(
            row.paused_until, row.gap_days, frozenset(row.topics), row.restricted_since, bool(row.uncounted)
        )
        for row in fetch(session, _choices(session.get_bind().dialect.name), contacts=contacts)
    }


def choose(session: Session, contact: int, now: datetime, **values: Any) -> None:
    """Keep what was chosen; ``values``: columns of contact_preferences. What is not named stays."""
    blank = {"contact_id": contact, "topics": [], "uncounted": False, "changed_at": now}
    insert_new(session, _P, [blank])
    session.execute(update(_P).where(_P.contact_id == contact).values(**values, changed_at=now))


def restricted() -> Select[int]:
    """The contacts whose data may only be stored (Art. 18 GDPR), for other statements."""
    return select(_P.contact_id).where(_P.restricted_since.is_not(None))


def waiting_mails(session: Session, contact: int) -> Sequence[Row[int, str | None]]:
    """(id, campaign) of marketing mails that wait for a moment, and were not tried yet."""
    mine = (_M.contact_id == contact, _M.kind == MessageKind.NURTURE, _M.state == MessageState.QUEUED, _M.attempts == 0)
    return session.execute(select(_M.id, _M.campaign).where(*mine)).all()


def look_at(session: Session, message: int, at: datetime) -> None:
    """Look at a mail that still waits at this moment: what it waits for may be over by then."""
    waits = (_M.id == message, _M.state == MessageState.QUEUED)
    session.execute(update(_M).where(*waits).values(due_at=at))


def last_mails(session: Session, contacts: Iterable[int], since: datetime) -> dict[int, datetime]:
    """Contact -> when its latest marketing mail went out after ``since``. One query."""
    left = func.max(func.coalesce(_M.settled_at, _M.queued_at))
    rows = session.execute(
        select(_M.contact_id, left)
        .where(among(session, _M.contact_id, contacts), _M.kind == MessageKind.NURTURE, _M.state.in_(_GONE))
        .where(func.coalesce(_M.settled_at, _M.queued_at) > since)
        .group_by(_M.contact_id)
    )
    return {contact: at for contact, at in rows if contact is not None}


def mail_of_link(session: Session, message: int) -> Any:
    """(kind, contact, address, when it was queued and left) of the mail that a link stands in; None: there is none."""
    columns = (_M.kind, _M.contact_id, _M.address, _M.queued_at, _M.settled_at)
    return session.execute(select(*columns).where(_M.id == message)).first()


def present(session: Session, message: int) -> int | None:
    """``message``, if there still is such a one."""
    return session.scalar(select(_M.id).where(_M.id == message))


def mail_leaves(session: Session, registration: int) -> bool:
    """Whether the opt-in mail of this registration is queued."""
    waits = (_M.registration_id == registration, _M.state == MessageState.QUEUED)
    return session.scalar(select(_M.id).where(*waits).limit(1)) is not None


# --- corrections ------------------------------------------------------------------------------------------------------


def note_changes(
    session: Session,
    contact: int,
    changes: Sequence[tuple[str, str | None, str | None]],
    by: str,
    now: datetime,
    case: int | None = None,
) -> None:
    """Keep (field, old, new) of what was corrected."""
    session.add_all(
        ContactChange(contact_id=contact, field=field, old=old, new=new, by=by[:80], at=now, case_id=case)
        for field, old, new in changes
    )
    session.flush()


def changes(session: Session, contact: int) -> Sequence[Row[str, str | None, str | None, str, datetime]]:
    """(field, old, new, by, at) of every correction, newest first."""
    c = ContactChange
    query = select(c.field, c.old, c.new, c.by, c.at).where(c.contact_id == contact).order_by(c.id.desc())
    return session.execute(query).all()
