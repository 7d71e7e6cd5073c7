"""The way back: one thing that came back is read, matched with the mail it belongs to, and has its consequences.

    source --> read --> match --> policy --> on record     (one transaction; the source lets go of it only afterwards)
                          '-- in doubt --> quarantine, with the reason; nobody is suppressed

Each thing has its consequences once, however often and by whatever way it comes. What cannot be worked on at all goes
into quarantine too, so that it never comes again; only a database that does not answer makes the source keep it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from nurture.delivery.returned.address import same
from nurture.delivery.returned.subject import repeats
from nurture.domain.returns import ReturnKind
from nurture.engine.returns_came import Came, from_mail, knowing
from nurture.engine.returns_erased import about_erased
from nurture.engine.returns_match import Match, match
from nurture.engine.returns_policy import Case, act, hold_for_stop
from nurture.engine.runtime import Runtime
from nurture.store import returned
from nurture.store.database import transaction
from nurture.store.schema import Message, ReturnedMail

log = logging.getLogger("nurture.returns")

MAX_RAW = 1_000_000
"""Of larger ones (an answer with attachments) only the beginning is kept."""
_WRITTEN = (ReturnKind.REPLY, ReturnKind.AUTO_REPLY, ReturnKind.UNCLEAR)
_NOTHING_TO_DO = (ReturnKind.AUTO_REPLY, ReturnKind.DELAYED, ReturnKind.DELIVERED)
"""Kinds that need no human even if nobody knows whose they are."""


class DatabaseAway(Exception):
    """The database does not answer: nothing was recorded, the source has to keep what it gave."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it. ``new`` False: it was on record already, and nothing was done again."""

    id: int
    new: bool
    kind: str
    state: str
    action: str
    message: int | None
    contact: int | None

    @property
    def for_humans(self) -> bool:
        """Whether a human wrote it, or has to find out what it is: the source should leave it where people read."""
        return self.kind in (ReturnKind.REPLY, ReturnKind.UNCLEAR)


def take_in(rt: Runtime, raw: bytes, source: str, now: datetime, *, to: str | None = None) -> Taken:
    """Take in one returned mail. ``to``: whom the envelope named, where the source knows. Raises DatabaseAway only."""
    return _guarded(rt, lambda: from_mail(raw, source, to), raw, source, now)


def take(rt: Runtime, came: Came, now: datetime) -> Taken:
    """Take in what a provider reported. Raises DatabaseAway only."""
    return _guarded(rt, lambda: came, came.raw, came.source, now)


def _guarded(rt: Runtime, read: Callable[[], Came], raw: bytes, source: str, now: datetime) -> Taken:
    try:
        try:
            return _take(rt, read(), now)
        except (OperationalError, InterfaceError, PoolTimeout):
            raise
        except Exception as error:
            log.exception("something that came back by %s could not be worked on; it is in quarantine", source)
            return _set_aside(rt, raw, source, error, now)
    except (DBAPIError, PoolTimeout) as error:
        raise DatabaseAway(str(error)) from error


def _take(rt: Runtime, came: Came, now: datetime) -> Taken:
    with transaction(rt.db) as session:
        id_ = returned.add(session, _row(came, now))
        if id_ is None:
            return _as_recorded(session, came.digest)
        came, found = _seen(rt, session, came, now)
        if about_erased(rt, session, came, found):
            return _keep_nothing(session, id_, came)
        state, action = _consequences(Case(rt, session, id_, came, found, now))
        failure = found.recipient.failure if found.recipient else None
        row = _row(came, now)
        values: dict[str, Any] = {
            "kind": row["kind"],
            "said": row["said"],
            "state": state,
            "action": action,
            "failure": failure.value if failure and came.kind is ReturnKind.BOUNCE else None,
            "message_id": found.sent.id if found.sent else None,
            "contact_id": found.contact,
        }
        returned.settle(session, id_, values)
        return Taken(id_, True, came.kind.value, state, action, values["message_id"], found.contact)


def _seen(rt: Runtime, session: Session, came: Came, now: datetime) -> tuple[Came, Match]:
    """What came and whose it is; read again where it repeats the subject of our mail, which only the send log knows."""
    found = match(rt, session, came, now)
    if came.kind not in _WRITTEN or found.sent is None:
        return came, found
    ours = session.scalar(select(Message.subject).where(Message.id == found.sent.id)) or ""
    if not repeats(came.subject, ours):
        return came, found
    came = knowing(came, ours)
    return came, match(rt, session, came, now)


def _keep_nothing(session: Session, id_: int, came: Came) -> Taken:
    """Somebody who was erased: that something came is on record, and what a human wrote is for a human to read."""
    if came.kind in (ReturnKind.REPLY, ReturnKind.UNCLEAR):
        state, action = returned.QUARANTINE, "somebody who was erased wrote to us; nothing was done"
        returned.settle(session, id_, {"state": state, "action": action, "kind": came.kind.value})
    else:
        state, action = returned.DONE, "it is about somebody who was erased; nothing of it was kept"
        blank: dict[str, Any] = {"subject": "", "report": {}, "said": None, "raw": None}
        returned.settle(session, id_, {"state": state, "action": action, **blank})
    return Taken(id_, True, came.kind.value, state, action, None, None)


def _consequences(case: Case) -> tuple[str, str]:
    """(state, what was done). Where there is doubt, nothing is done; but nobody who says stop is mailed meanwhile."""
    came, found = case.came, case.found
    if came.kind is ReturnKind.UNCLEAR:
        why = found.doubt or case.follows.why
        theirs = came.stops and found.sent is not None and not found.doubt and same(came.sender, found.sent.address)
        return returned.QUARANTINE, f"{hold_for_stop(case)}; {why}" if theirs else why
    if not found.doubt:
        return returned.DONE, act(case)
    if came.kind is ReturnKind.REPLY and found.sent is not None and came.stops:
        return returned.QUARANTINE, f"{hold_for_stop(case)}; {found.doubt}"
    if came.kind in _NOTHING_TO_DO and found.sent is None and not came.stops:
        return returned.DONE, f"on record: {found.doubt}"
    return returned.QUARANTINE, found.doubt


def _row(came: Came, now: datetime) -> dict[str, Any]:
    report = {
        "recipients": [
            {
                "address": r.address,
                "original": r.original,
                "failure": r.failure and r.failure.value,
                "status": r.status,
                "words": r.words[:2000],
                "action": r.action,
            }
            for r in came.recipients[:20]
        ],
        "from": came.sender,
        "addresses": list(came.addresses[:10]),
    }
    return {
        "digest": came.digest, "source": came.source, "received_at": now, "kind": came.kind.value,
        "state": returned.QUARANTINE, "subject": came.subject[:400], "action": "", "report": report,
        "said": came.said[:20_000] if came.kind in (ReturnKind.REPLY, ReturnKind.UNCLEAR) else None,
        "raw": came.raw[:MAX_RAW],
    }  # fmt: skip


def _as_recorded(session: Session, digest: str) -> Taken:
    r = ReturnedMail
    row = session.execute(
        select(r.id, r.kind, r.state, r.action, r.message_id, r.contact_id).where(r.digest == digest)
    ).one()
    return Taken(row.id, False, row.kind, row.state, row.action, row.message_id, row.contact_id)


def _set_aside(rt: Runtime, raw: bytes, source: str, error: Exception, now: datetime) -> Taken:
    """It cannot be worked on: a human looks, and it does not come again."""
    action = f"could not be worked on: {type(error).__name__}: {error}"[:500].replace("\0", "")
    came = Came(sha256(raw).hexdigest(), source, ReturnKind.UNCLEAR, "", "", raw)
    with transaction(rt.db) as session:
        id_ = returned.add(session, {**_row(came, now), "action": action})
        if id_ is None:
            return _as_recorded(session, came.digest)
        return Taken(id_, True, came.kind.value, returned.QUARANTINE, action, None, None)
