"""Finding everything of one person, and taking it away: by contact, registration, mail, lead, and by address in texts.

Which columns are emptied or removed is told by the caller (``engine/personal_tables.py``); here it is known which rows are
somebody's. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    CursorResult,
    LargeBinary,
    Table,
    and_,
    delete,
    exists,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from nurture.domain.message import MessageState
from nurture.store.bulk import among
from nurture.store.schema import (
    MARKED,
    Activity,
    Attempt,
    Base,
    ClassChangeRow,
    Company,
    Consent,
    ConsentEventRow,
    Contact,
    ContactChange,
    ContactPreferences,
    DecisionRow,
    EnrollmentRow,
    Handoff,
    HandoffEventRow,
    Hit,
    Hold,
    Lead,
    MailDomain,
    Message,
    MessageBytes,
    Registration,
    ReturnedMail,
    RightsCase,
    Suppression,
    TaskRow,
    Unit,
)

GONE = "erased"
"""What stands where something had to stand."""
NOBODY = 0
"""No contact has this id: of an address that was never confirmed."""
TABLES: Mapping[str, Table] = {table.name: table for table in Base.metadata.sorted_tables}
_UNDER_WAY = (MessageState.QUEUED, MessageState.CLAIMED, MessageState.PARKED)


@dataclass(frozen=True)
class Trace:
    """Where somebody stands in the database. ``keys``: every address of theirs we ever had; the present one first.

    ``mails``: to them; ``sales_mails``: about them, to our own people. ``unit``, ``company``, ``domain``: those that only
    they were known in, to be removed as well.
    """

    contact: int
    keys: tuple[str, ...]
    marks: tuple[str, ...]
    registrations: Collection[int]
    mails: Collection[int]
    sales_mails: Collection[int]
    enrollments: Collection[int]
    handoffs: Collection[int]
    leads: Collection[int]
    """Of their unit."""
    unit: int | None
    company: int | None
    domain: str | None

    @property
    def nobody(self) -> bool:
        return self.contact == NOBODY and not self.registrations

    @property
    def messages(self) -> tuple[int, ...]:
        return (*self.mails, *self.sales_mails)


def trace(session: Session, key: str, mark: Callable[[str], str], *, lock: bool = True) -> Trace:
    """Everything that hangs on this address; its contact is locked."""
    query = select(Contact).where(Contact.address_key == key)
    person = session.scalar(query.with_for_update() if lock else query)
    me = person.id if person else NOBODY
    forms = session.execute(
        select(Registration.id, Registration.address_key, Registration.state).where(
            or_(Registration.contact_id == me, Registration.address_key == key)
        )
    ).all()
    # what was only typed in may be anybody's address; what was confirmed was theirs
    proven = [k for _, k, state in forms if state == "confirmed" and "@" in k]
    keys = (key, *_of_nobody_else(session, me, {*_former_keys(session, me), *proven} - {key}))
    registrations = [id_ for id_, *_ in forms]
    to_them = or_(Message.contact_id == me, Message.registration_id.in_(registrations))
    mails = ids(session, Message, to_them, Message.handoff_id.is_(None))
    handoffs = ids(session, Handoff, Handoff.contact_id == me)
    unit, company = _left_empty(session, person)
    return Trace(
        contact=me,
        keys=keys,
        marks=tuple(mark(k) for k in keys),
        registrations=registrations,
        mails=mails,
        sales_mails=ids(session, Message, Message.handoff_id.in_(handoffs)),
        enrollments=ids(session, EnrollmentRow, EnrollmentRow.contact_id == me),
        handoffs=handoffs,
        leads=ids(session, Lead, Lead.unit_id == person.unit_id) if person else [],
        unit=unit,
        company=company,
        domain=_own_domain(session, key) if unit is not None else None,
    )


def ids(session: Session, model: Any, *where: ColumnElement[bool]) -> list[int]:
    return list(session.scalars(select(model.id).where(*where)))


def _former_keys(session: Session, contact: int) -> list[str]:
    query = select(ContactChange.old).where(ContactChange.contact_id == contact, ContactChange.field == "address")
    return [old.lower() for old in session.scalars(query) if old]


def _of_nobody_else(session: Session, contact: int, keys: Collection[str]) -> list[str]:
    """Those of ``keys`` that have not become another contact's address."""
    others = select(Contact.address_key).where(among(session, Contact.address_key, keys), Contact.id != contact)
    return sorted(set(keys) - set(session.scalars(others)))


def _left_empty(session: Session, person: Contact | None) -> tuple[int | None, int | None]:
    """(unit, company) that nobody else is known in."""
    if person is None:
        return None, None
    other = exists().where(Contact.unit_id == person.unit_id, Contact.id != person.id)
    if session.scalar(select(other)):
        return None, None
    company = session.scalar(select(Unit.company_id).where(Unit.id == person.unit_id))
    elsewhere = exists().where(Unit.company_id == company, Unit.id != person.unit_id)
    return person.unit_id, None if company is None or session.scalar(select(elsewhere)) else company


def _own_domain(session: Session, key: str) -> str | None:
    """The domain of the address, if nobody else has one there."""
    domain = key.rpartition("@")[2]
    other = exists().where(Contact.address_key.endswith(f"@{domain}", autoescape=True), Contact.address_key != key)
    return None if session.scalar(select(other)) else domain


# --- whose rows -------------------------------------------------------------------------------------------------------


def rows_of(t: Trace) -> dict[str, ColumnElement[bool] | None]:
    """Table -> which of its rows are the person's; in an order in which they can be deleted."""
    me = t.contact
    my_acts = select(Activity.id).where(Activity.contact_id == me)
    return {
        "hits": Hit.activity_id.in_(my_acts),
        "activities": Activity.contact_id == me,
        "tasks": TaskRow.contact_id == me,
        "attempts": Attempt.message_id.in_(t.messages),
        "message_bytes": MessageBytes.message_id.in_(t.messages),
        "returned_mails": or_(ReturnedMail.contact_id == me, ReturnedMail.message_id.in_(t.messages)),
        "messages": Message.id.in_(t.messages),
        "decisions": DecisionRow.enrollment_id.in_(t.enrollments),
        "enrollments": EnrollmentRow.id.in_(t.enrollments),
        "handoff_events": HandoffEventRow.handoff_id.in_(t.handoffs),
        "handoffs": Handoff.id.in_(t.handoffs),
        "class_changes": ClassChangeRow.contact_id == me,
        "contact_preferences": ContactPreferences.contact_id == me,
        "contact_changes": ContactChange.contact_id == me,
        "consents": Consent.contact_id == me,
        "registrations": Registration.id.in_(t.registrations),
        "holds": Hold.address_key.in_(t.keys),
        "rights_cases": or_(RightsCase.contact_id == me, RightsCase.subject.in_(t.marks)),
        "contacts": Contact.id == me,
        "leads": Lead.unit_id == t.unit if t.unit else None,
        "units": Unit.id == t.unit if t.unit else None,
        "companies": Company.id == t.company if t.company else None,
        "mail_domains": MailDomain.domain == t.domain if t.domain else None,
    }


@dataclass(frozen=True, slots=True)
class Treatment:
    """What is done with the person's rows of a table. ``delete``: the row goes; else these columns are changed."""

    delete: bool
    blank: Sequence[str] = ()
    unlink: Sequence[str] = ()
    mark: Sequence[str] = ()


def treat(
    session: Session, t: Trace, treatments: Mapping[str, Treatment], *, spared: Collection[str] = ()
) -> dict[str, int]:
    """Do it to every table that has rows of the person, but those ``spared``. Returns how many rows, by table."""
    done: dict[str, int] = {}
    for name, where in rows_of(t).items():
        if where is None or name in spared:
            continue
        how, table = treatments[name], TABLES[name]
        statement = delete(table) if how.delete else update(table).values(changed_values(table, how, t.marks[0]))
        done[name] = count(session, statement.where(where))
    return {name: rows for name, rows in done.items() if rows}


def changed_values(table: Table, how: Treatment, mark: str) -> dict[str, Any]:
    found = {name: _blank(table.c[name]) for name in how.blank}
    found |= {name: null() for name in how.unlink}
    return found | dict.fromkeys(how.mark, mark)


def _blank(column: Column[Any]) -> Any:
    if column.nullable:
        return null()
    if isinstance(column.type, JSON):
        return {}
    return b"" if isinstance(column.type, LargeBinary) else GONE


def count(session: Session, statement: Any) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return result.rowcount if isinstance(result, CursorResult) else 0


# --- what is under way ---------------------------------------------------------------------------------------------------


def stop(session: Session, t: Trace, now: datetime) -> None:
    """Mails that wait are called off, campaigns left, registrations expired. What is leaving at this moment is left alone.

    The lease of a claimed mail stays noted: until it is over, its worker may still write.
    """
    over = {"state": MessageState.CANCELLED, "settled_at": now, "due_at": None, "claimed_by": None}
    waits = and_(among(session, Message.id, t.messages), Message.state.in_(_UNDER_WAY))
    count(session, update(Message).where(waits).values(**over))
    gone = {"state": "left", "left_kind": GONE, "left_at": now, "due_at": None, "listening": False}
    inside = and_(EnrollmentRow.id.in_(t.enrollments), EnrollmentRow.state != "left")
    count(session, update(EnrollmentRow).where(inside).values(**gone))
    waiting = and_(Registration.id.in_(t.registrations), Registration.state != "confirmed")
    count(session, update(Registration).where(waiting).values(state="expired", settled_at=now))
    # of before the chain, and never put on it
    mine = and_(ConsentEventRow.contact_id == t.contact, ConsentEventRow.number.is_(None))
    count(session, delete(ConsentEventRow).where(mine))


def acts_of(contact: int, column: Any) -> Any:
    """Select ``column`` of everything this contact did."""
    return select(column).where(Activity.contact_id == contact)


def forget_blocks(session: Session, keys: Iterable[str]) -> None:
    """The rows that name the address itself."""
    count(session, delete(Suppression).where(Suppression.address_key.in_(list(keys))))


def marked(session: Session, mark: str) -> list[tuple[int, str, bool, datetime | None]]:
    """(id, Message-ID, leaving at this moment, lease) of mails of somebody who is being erased."""
    m = Message
    theirs = (m.address == mark, text(MARKED))  # as the index spells it, which holds these alone
    rows = session.execute(select(m.id, m.header_id, m.state, m.claimed_until).where(*theirs))
    return [(id_, header, state is MessageState.SENDING, until) for id_, header, state, until in rows]


def strip_again(
    session: Session,
    messages: Sequence[int],
    treatments: Mapping[str, Treatment],
    now: datetime,
    proofs: Collection[int] = (),
) -> None:
    """What a worker wrote of these mails while the person was being erased. ``proofs``: those whose bytes are evidence."""
    over = {"state": MessageState.CANCELLED, "settled_at": now, "due_at": None, "claimed_by": None}
    waits = and_(among(session, Message.id, messages), Message.state.in_(_UNDER_WAY))
    count(session, update(Message).where(waits).values(**over))
    for name, where in (
        ("attempts", Attempt.message_id.in_(messages)),
        ("returned_mails", ReturnedMail.message_id.in_(messages)),
        ("messages", Message.id.in_(messages)),
    ):
        values = changed_values(TABLES[name], treatments[name], GONE)
        count(session, update(TABLES[name]).where(where).values(values))
    count(session, delete(MessageBytes).where(MessageBytes.message_id.in_(set(messages) - set(proofs))))
    count(session, update(Message).where(Message.id.in_(messages)).values(claimed_until=None))


def told_to(session: Session, t: Trace) -> list[str]:
    """The salespeople who were told of the person (Art. 19 GDPR)."""
    query = select(Handoff.salesperson).where(Handoff.id.in_(t.handoffs))
    return sorted({person for person in session.scalars(query) if person})


def erased_since(session: Session, marks: Collection[str]) -> dict[str, datetime]:
    """Mark -> when its person was erased, of those who were."""
    s = Suppression
    rows = session.execute(select(s.address_key, s.since).where(among(session, s.address_key, marks)))
    return {mark: since for mark, since in rows}
