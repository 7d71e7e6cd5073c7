"""What is due to go, and taking it away in batches. Nothing here commits.

A *target* is a table, the rows of it that are due, and what is done to them: so what is said to be due and what goes is
asked with the same words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    and_,
    delete,
    exists,
    func,
    inspect,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session, aliased

from nurture.domain.consent import ConsentEvent, ConsentState
from nurture.domain.handoff import OPEN, HandoffState
from nurture.domain.message import OPEN as UNDER_WAY
from nurture.store.bulk import among, update_many
from nurture.store.schema import (
    EVIDENCE_ENDS,
    Activity,
    Attempt,
    Consent,
    ConsentEventRow,
    Contact,
    ContactPreferences,
    DeliveryCount,
    Duty,
    FormGuard,
    FormTraffic,
    Handoff,
    Installation,
    Lead,
    MailDomain,
    Message,
    MessageBytes,
    RateLimit,
    Registration,
    ReturnedMail,
    RightsCase,
)
from nurture.store.upsert import insert_new

WARNED = "inactive"
"""The activity that says that somebody is inactive."""
_C, _E, _M = Contact, ConsentEventRow, Message
_DUTIES_KEPT = timedelta(days=40)
_LETTERS_DONE = "retained-letters"
"""Up to which mail (by id) the contents are gone: of 'installation', so that no mail is looked at twice."""
_KEPT_OF_CONTEXT = ("product", "phase", "version", "uncounted")
GONE = "retained"
"""What the context of a mail says whose contents are gone."""


class Item(NamedTuple):
    """One thing that is due: what it is called, and since when its period counted."""

    name: str
    since: datetime | None


@dataclass(frozen=True)
class Target:
    """Rows of ``model`` that are due by ``where``; ``at``: what their period counts from. ``values`` None: they go."""

    model: Any
    at: Any
    where: tuple[ColumnElement[bool], ...]
    values: Mapping[str, Any] | None = None

    @property
    def _key(self) -> list[Any]:
        return list(inspect(self.model).primary_key)


def count(session: Session, target: Target) -> tuple[int, datetime | None]:
    """How many, and since when the oldest."""
    found = session.execute(select(func.count(), func.min(target.at)).where(*target.where)).one()
    return found[0], found[1]


def listed(session: Session, target: Target, limit: int) -> list[Item]:
    rows = session.execute(select(*target._key, target.at).where(*target.where).order_by(target.at).limit(limit))
    return [Item(" ".join(map(str, key)), at) for *key, at in rows]


def take_away(session: Session, target: Target, limit: int) -> int:
    """One batch, oldest first. Returns how many rows."""
    key = target._key
    some = select(*key).where(*target.where).order_by(target.at).limit(limit)
    mine = key[0].in_(some) if len(key) == 1 else tuple_(*key).in_(some)
    table = target.model.__table__
    statement: Any = delete(table) if target.values is None else update(table).values(**target.values)
    return _count(session.execute(statement.where(mine)))


# --- plain targets ----------------------------------------------------------------------------------------------------


def networks(before: datetime) -> Target:
    """Network addresses and user agents of activities. Consents keep theirs: they are evidence."""
    known: ColumnElement[bool] = literal_column("(ip IS NOT NULL OR user_agent IS NOT NULL)")
    return Target(Activity, Activity.at, (known, Activity.at < before), {"ip": None, "user_agent": None})


def clicks(before: datetime) -> Target:
    return Target(Activity, Activity.at, (literal_column("kind = 'click'"), Activity.at < before))


def returned(before: datetime) -> Target:
    """The bytes of what came back, and what humans wrote."""
    kept = or_(ReturnedMail.raw.is_not(None), ReturnedMail.said.is_not(None))
    return Target(
        ReturnedMail, ReturnedMail.received_at, (ReturnedMail.received_at < before, kept), {"raw": None, "said": None}
    )


def figures(before: datetime) -> list[Target]:
    return [
        Target(DeliveryCount, DeliveryCount.minute, (DeliveryCount.minute < before,)),
        Target(MailDomain, MailDomain.expires_at, (MailDomain.expires_at < before,)),
        Target(FormTraffic, FormTraffic.hour, (FormTraffic.hour < before,)),
        Target(FormGuard, FormGuard.until, (FormGuard.until < before,)),
    ]


def counters(now: datetime) -> list[Target]:
    return [
        Target(RateLimit, RateLimit.expires_at, (RateLimit.expires_at < now,)),
        Target(Duty, Duty.taken_at, (Duty.taken_at < now - _DUTIES_KEPT,)),
    ]


def cases(before: datetime) -> Target:
    return Target(RightsCase, RightsCase.settled_at, (RightsCase.state != "open", RightsCase.settled_at < before))


def unconfirmed(now: datetime) -> Target:
    """Registrations whose time is over; how they end is not decided here."""
    waiting = Registration.state.in_(("pending", "declining", "doubted", "held"))
    return Target(Registration, Registration.expires_at, (waiting, Registration.expires_at <= now))


# --- contents of mails ------------------------------------------------------------------------------------------------


def letters(session: Session, before: datetime) -> Target:
    """Mails that were settled, queued before then, whose contents are still there. In the order of their ids."""
    done = session.scalar(select(Installation.value).where(Installation.key == _LETTERS_DONE))
    where = (_M.id > int(done or 0), _M.queued_at < before, _M.state.not_in(UNDER_WAY))
    return Target(Message, _M.queued_at, where)


def empty_letters(session: Session, before: datetime, limit: int) -> int:
    """Take the contents out of one batch of mails: what they said of their reader, and what servers said."""
    due = letters(session, before)
    rows = session.execute(select(_M.id, _M.context).where(*due.where).order_by(_M.id).limit(limit)).all()
    if not rows:
        return 0
    kept = [{"id": id_, "subject": None, "context": _stripped(context)} for id_, context in rows]
    update_many(session, Message, kept)
    mails = [row.id for row in rows]
    session.execute(update(Attempt).where(among(session, Attempt.message_id, mails)).values(reply="", host=None))
    insert_new(session, Installation, [{"key": _LETTERS_DONE, "value": "0"}])
    session.execute(update(Installation).where(Installation.key == _LETTERS_DONE).values(value=str(mails[-1])))
    return len(rows)


def _stripped(context: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: context[name] for name in _KEPT_OF_CONTEXT if name in context}, GONE: True}


# --- evidence of consents ---------------------------------------------------------------------------------------------


def over(before: datetime) -> Select[Any]:
    """(subject, purpose, number of the last end, its moment) of consents that ended before then and do not stand.

    A request that nobody confirmed, by a form with the address of somebody whose consent stands, ends nothing.
    """
    given, ended = aliased(ConsentEventRow), aliased(ConsentEventRow)
    taken_back = exists().where(
        ended.subject == given.subject,
        ended.purpose == given.purpose,
        ended.number > given.number,
        ended.event.in_((ConsentEvent.WITHDRAWN, ConsentEvent.OBJECTED, ConsentEvent.LAPSED, ConsentEvent.DOUBTED)),
    )
    stands = exists().where(
        given.subject == _E.subject,
        given.purpose == _E.purpose,
        given.event.in_((ConsentEvent.CONFIRMED, ConsentEvent.IMPORTED, ConsentEvent.RENEWED)),
        ~taken_back,
    )
    found = (
        select(_E.subject, _E.purpose, func.max(_E.number).label("number"), func.max(_E.at).label("at"))
        .where(literal_column(EVIDENCE_ENDS), _E.at < before, ~stands)
        .group_by(_E.subject, _E.purpose)
        .order_by(func.max(_E.number))
    )
    return cast("Select[Any]", found)


def evidence_of(session: Session, subject: str, purpose: str, number: int) -> Sequence[Any]:
    """(number, registration) of the entries of a consent up to this one that still have their evidence."""
    mine = (_E.subject == subject, _E.purpose == purpose, _E.number <= number, _E.redacted.is_(None))
    rows: Sequence[Any] = session.execute(select(_E.number, _E.registration_id).where(*mine)).all()
    return rows


def mails_in_evidence(session: Session, subjects: Collection[str], but: Collection[int] = ()) -> set[int]:
    """The opt-in mails that evidence of these subjects speaks of, ``but`` in the entries with these numbers."""
    left = (_E.subject.in_(subjects), _E.event == ConsentEvent.MAILED, _E.redacted.is_(None))
    rows = session.execute(select(_E.number, _E.evidence).where(*left)).all()
    return {int(evidence["message"]) for number, evidence in rows if number not in but and evidence.get("message")}


def forget_proofs(
    session: Session, subjects: Collection[str], registrations: Collection[int], numbers: Collection[int]
) -> None:
    """The opt-in mails' bytes, and who sent and confirmed: of registrations without any evidence but ``numbers``."""
    mails = mails_in_evidence(session, subjects) - mails_in_evidence(session, subjects, numbers)
    session.execute(delete(MessageBytes).where(MessageBytes.message_id.in_(mails)))
    needed = select(_E.registration_id).where(
        _E.registration_id.in_(registrations), _E.redacted.is_(None), _E.number.not_in(numbers)
    )
    free = set(registrations) - set(session.scalars(needed))
    nothing = dict.fromkeys(("page_url", "ip", "user_agent", "settled_ip", "settled_user_agent", "evidence"))
    session.execute(update(Registration).where(Registration.id.in_(free)).values(**nothing))


# --- people -----------------------------------------------------------------------------------------------------------


def _silent(before: datetime) -> ColumnElement[bool]:
    """Neither an act of theirs nor a mail to them since then."""
    return and_(
        or_(_C.last_active_at < before, and_(_C.last_active_at.is_(None), _C.created_at < before)),
        or_(_C.last_mail_at.is_(None), _C.last_mail_at < before),
    )


def _permits(before: datetime, purposes: Collection[str] | None = None) -> ColumnElement[bool]:
    """A consent (for one of ``purposes``) that was confirmed before then."""
    stands = exists().where(Consent.contact_id == _C.id, Consent.state == ConsentState.CONFIRMED, Consent.since < before)
    return stands.where(Consent.purpose.in_(purposes)) if purposes is not None else stands


def warned() -> ColumnElement[bool]:
    """Whether a contact is known to be inactive, and nothing came since."""
    a = Activity
    since_mail = or_(_C.last_mail_at.is_(None), a.at > _C.last_mail_at)
    since_act = or_(_C.last_active_at.is_(None), a.at > _C.last_active_at)
    return exists().where(a.contact_id == _C.id, a.kind == WARNED, since_mail, since_act).correlate(Contact)


def to_warn(before: datetime, block: datetime, purposes: Collection[str]) -> Target:
    """Who has become inactive and was not told about yet; not those who are so for too long already."""
    where = (_silent(before), ~_silent(block), _permits(before, purposes), ~warned())
    return Target(Contact, _since(), where)


def to_block(before: datetime) -> Target:
    """Whose consents are too old to be used."""
    return Target(Contact, _since(), (_silent(before), _permits(before)))


def to_erase(before: datetime) -> Target:
    """Who agreed to nothing (any more), is nobody's customer, and asked for nothing that is open."""
    stands = exists().where(
        Consent.contact_id == _C.id,
        or_(Consent.state.in_((ConsentState.CONFIRMED, ConsentState.PENDING)), Consent.since >= before),
    )
    in_work = exists().where(
        Handoff.lead_id == Lead.id, Lead.unit_id == _C.unit_id, Handoff.state.in_((*OPEN, HandoffState.WON))
    )
    asked = exists().where(RightsCase.contact_id == _C.id, RightsCase.state == "open")
    restricted = exists().where(ContactPreferences.contact_id == _C.id, ContactPreferences.restricted_since.is_not(None))
    waits = exists().where(
        Registration.address_key == _C.address_key, Registration.state.in_(("pending", "doubted", "held"))
    )
    return Target(
        Contact, _since(), (_silent(before), _C.created_at < before, ~stands, ~in_work, ~asked, ~restricted, ~waits)
    )


def _since() -> Any:
    return func.coalesce(_C.last_active_at, _C.created_at, type_=_C.created_at.type)


def addresses(session: Session, target: Target, limit: int) -> list[Item]:
    rows = session.execute(select(_C.address, target.at).where(*target.where).order_by(_C.id).limit(limit))
    return [Item(address, at) for address, at in rows]


def people(session: Session, target: Target, limit: int) -> list[int]:
    return list(session.scalars(select(_C.id).where(*target.where).order_by(_C.id).limit(limit)))


def _count(result: Any) -> int:
    assert isinstance(result, CursorResult)  # noqa: S101 - what an UPDATE or DELETE gives
    return result.rowcount
