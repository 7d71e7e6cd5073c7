"""Requests of data subjects as cases: received, due within a month, extended with a reason, done or refused (Art. 12 GDPR).

    open --within a month, or three with a reason--> done | refused (with a reason)

What is done about a request is elsewhere (``rights.py``, ``erasure.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from nurture.domain.address import address_key
from nurture.domain.audit import Actor
from nurture.domain.deadline import EXTENDED, answer_due
from nurture.domain.errors import IllegalTransition, InvalidInput, NotFound
from nurture.engine import submission
from nurture.engine.runtime import Runtime
from nurture.store import audit, cases, contacts
from nurture.store.database import reading, transaction
from nurture.store.schema import Contact, RightsCase

CHANNELS = ("mail", "phone", "letter", "page", "cli")


class Kind(StrEnum):
    ACCESS = "access"
    PORTABILITY = "portability"
    RECTIFICATION = "rectification"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    ERASURE = "erasure"


@dataclass(frozen=True, slots=True)
class Case:
    """``address`` '': the person was erased. ``contact`` None: nobody is stored under the address (any more)."""

    id: int
    kind: str
    state: str
    address: str
    contact: int | None
    channel: str
    note: str
    received_at: datetime
    due_at: datetime
    overdue: bool
    extended: str
    settled_at: datetime | None
    settled_by: str
    outcome: str

    @property
    def last_day(self) -> datetime:
        """A moment on the last day on which an answer is in time."""
        return self.due_at - timedelta(seconds=1)


# --- cases --------------------------------------------------------------------------------------------------------------


def open_case(
    rt: Runtime, kind: str, address: str, channel: str, actor: Actor, now: datetime, *, note: str = "",
    received: datetime | None = None,
) -> int:  # fmt: skip
    """Put a request on record; its month begins with ``received``. The address need not be known. Raises InvalidInput."""
    address = _checked(kind, address, channel, received or now, now)
    with transaction(rt.db) as session:
        person = contacts.by_address(session, address)
        row = add(rt, session, kind, address, person, channel, received or now, note[:4000])
        audit.note(session, actor, "opened", ("case", row.id), now, contact=person.id if person else None, kind=kind)
        return row.id


def _checked(kind: str, address: str, channel: str, received: datetime, now: datetime) -> str:
    problems = {}
    if kind not in set(Kind):
        problems["kind"] = f"one of {', '.join(Kind)}"
    if channel not in CHANNELS:
        problems["channel"] = f"one of {', '.join(CHANNELS)}"
    if received > now:
        problems["received"] = "in the future"
    try:
        address = submission.canonical_address(address)
    except ValueError:
        problems["address"] = "no e-mail address"
    if problems:
        raise InvalidInput(problems)
    return address


def add(
    rt: Runtime, session: Session, kind: str, address: str, person: Contact | None, channel: str, received: datetime,
    note: str = "",
) -> RightsCase:  # fmt: skip
    return cases.add(
        session,
        kind=kind,
        subject=rt.pseudonyms.mark(address_key(address)),
        contact_id=person.id if person else None,
        address=address,
        channel=channel,
        note=note,
        received_at=received,
        due_at=answer_due(received, rt.definitions.calendar.zone),
    )


def extend(rt: Runtime, case: int, why: str, actor: Actor, now: datetime) -> datetime:
    """Two months more, once, with the reason the person has to be told within the first month (Art. 12(3))."""
    with transaction(rt.db) as session:
        row = locked(session, case)
        if row.extended is not None:
            raise IllegalTransition("case", "extended", "extend")
        if now >= row.due_at:
            raise IllegalTransition("case", "overdue", "extend")
        row.extended, row.due_at = _reason(why), answer_due(row.received_at, rt.definitions.calendar.zone, EXTENDED)
        audit.note(session, actor, "extended", ("case", case), now, contact=row.contact_id)
        return row.due_at


def settle(rt: Runtime, case: int, outcome: str, actor: Actor, now: datetime, *, refused: bool = False) -> None:
    """It is done, or refused; either way with what the person was told."""
    with transaction(rt.db) as session:
        row = locked(session, case)
        close(session, row, _reason(outcome), actor, now, refused=refused)


def _reason(text: str) -> str:
    said = submission.clean_long(text)[:4000]
    if not said:
        raise InvalidInput({"reason": "say why, or what was done"})
    return said


def locked(session: Session, case: int) -> RightsCase:
    row = cases.find(session, case, lock=True)
    if row is None:
        raise NotFound("case", case)
    if row.state != cases.OPEN or row.outcome == cases.HALF_ERASED:
        raise IllegalTransition("case", row.state, "change")
    return row


def close(session: Session, row: RightsCase, outcome: str, actor: Actor, now: datetime, *, refused: bool = False) -> None:
    row.state = cases.REFUSED if refused else cases.DONE
    row.outcome, row.settled_at, row.settled_by = outcome, now, str(actor)[:80]
    audit.note(session, actor, "refused" if refused else "settled", ("case", row.id), now, contact=row.contact_id,
               kind=row.kind)  # fmt: skip


def listing(rt: Runtime, now: datetime, *, state: str = "", kind: str = "", limit: int = 50, offset: int = 0) -> tuple[
    list[Case], int
]:  # fmt: skip
    """Cases and how many there are in all: open ones by their deadline, others the latest first."""
    with reading(rt.db) as session:
        rows, total = cases.listing(session, state=state, kind=kind, limit=limit, offset=offset)
        return [_shown(row.RightsCase, row.present, now) for row in rows], total


def case(rt: Runtime, number: int, now: datetime) -> Case:
    """Raises NotFound."""
    with reading(rt.db) as session:
        row = cases.with_address(session, number)
        if row is None:
            raise NotFound("case", number)
        return _shown(row.RightsCase, row.present, now)


def _shown(row: RightsCase, present: str | None, now: datetime) -> Case:
    return Case(
        id=row.id,
        kind=row.kind,
        state=row.state,
        address=present or row.address or "",
        contact=row.contact_id,
        channel=row.channel,
        note=row.note,
        received_at=row.received_at,
        due_at=row.due_at,
        overdue=row.state == cases.OPEN and row.due_at <= now,
        extended=row.extended or "",
        settled_at=row.settled_at,
        settled_by=row.settled_by or "",
        outcome=row.outcome,
    )
