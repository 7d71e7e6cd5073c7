"""Forms that were sent and wait for their double opt-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ARRAY, BigInteger, func, literal, or_, select
from sqlalchemy.orm import Session

from nurture.domain.form import Purpose
from nurture.domain.message import MessageKind
from nurture.store import messages
from nurture.store.messages import Try
from nurture.store.schema import Contact, Message, MessageBytes, Registration, Wording
from nurture.store.upsert import insert_new


def remember_wordings(session: Session, purposes: list[Purpose], language: str, now: datetime) -> dict[str, str]:
    """Keep the exact texts shown; purpose -> wording id."""
    rows = [
        {
            "id": wording_id(purpose, language),
            "purpose": purpose.id,
            "version": purpose.version,
            "language": language,
            "text": purpose.wording[language],
            "first_shown_at": now,
        }
        for purpose in purposes
    ]
    insert_new(session, Wording, rows)
    return {str(row["purpose"]): str(row["id"]) for row in rows}


def wording_id(purpose: Purpose, language: str) -> str:
    """SHA-256 over purpose, version, language and text: another text is another wording."""
    return wording_digest(purpose.id, purpose.version, language, purpose.wording[language])


def wording_digest(purpose: str, version: str, language: str, text: str) -> str:
    """The id of a wording, over the parts of its row."""
    return sha256(f"{purpose}\0{version}\0{language}\0{text}".encode()).hexdigest()


def changed_wordings(session: Session, purpose: Purpose) -> dict[str, datetime]:
    """Language -> since when this version was shown with other words than now, where it was."""
    rows = session.scalars(select(Wording).where(Wording.purpose == purpose.id, Wording.version == purpose.version)).all()
    known = {row.id for row in rows}
    return {
        row.language: row.first_shown_at
        for row in rows
        if row.language in purpose.wording and wording_id(purpose, row.language) not in known
    }


def wordings(session: Session, ids: list[str]) -> dict[str, Wording]:
    return {row.id: row for row in session.scalars(select(Wording).where(Wording.id.in_(ids)))}


def locked(session: Session, registration: int) -> Registration | None:
    """The registration, locked until the end of the transaction."""
    return session.scalar(select(Registration).where(Registration.id == registration).with_for_update())


def any_of(session: Session, key: str) -> Registration | None:
    """One of those of this address key."""
    return session.scalar(select(Registration).where(Registration.address_key == key).limit(1))


def lock_of(session: Session, key: str) -> None:
    """Let nobody confirm or decline for this address, or for the contact that has it, until the transaction ends."""
    me = select(Contact.id).where(Contact.address_key == key).scalar_subquery()
    mine = or_(Registration.address_key == key, Registration.contact_id == me)
    session.execute(select(Registration.id).where(mine).order_by(Registration.id).with_for_update())


def one_at_a_time(session: Session, *keys: str) -> None:
    """Let others with one of these keys wait until the transaction ends. On SQLite every writer waits anyway."""
    if keys and session.get_bind().dialect.name == "postgresql":
        numbers = sorted({int.from_bytes(sha256(key.encode()).digest()[:8], "big", signed=True) for key in keys})
        wanted = func.unnest(literal(numbers, ARRAY(BigInteger))).column_valued("number")
        session.execute(select(func.pg_advisory_xact_lock(wanted)))


def same(session: Session, address_key: str, form: str, since: datetime) -> Registration | None:
    """The latest registration of this address for this form, if it began after ``since`` and was not given up."""
    return session.scalar(
        select(Registration)
        .where(
            Registration.address_key == address_key,
            Registration.form == form,
            Registration.state.in_(("pending", "held", "confirmed")),
            Registration.created_at > since,
        )
        .order_by(Registration.id.desc())
        .limit(1)
    )


@dataclass(frozen=True, slots=True)
class OptInMail:
    """``raw``: its bytes, once they are written. ``accepted``: the try that a server took it in, if one did."""

    message: int
    header_id: str
    queued_at: datetime
    raw: bytes | None
    accepted: Try | None


def opt_in_mails(session: Session, registration: int) -> list[OptInMail]:
    """The opt-in mails of a registration, oldest first."""
    rows = session.execute(
        select(Message.id, Message.header_id, Message.queued_at, MessageBytes.raw)
        .join(MessageBytes, MessageBytes.message_id == Message.id, isouter=True)
        .where(Message.registration_id == registration, Message.kind == MessageKind.OPT_IN)
        .order_by(Message.id)
    ).all()
    tries = messages.tries_of(session, [row.id for row in rows])
    accepted = {m: next((t for t in them if t.outcome == "accepted"), None) for m, them in tries.items()}
    return [OptInMail(row.id, row.header_id, row.queued_at, row.raw, accepted[row.id]) for row in rows]


def expired(session: Session, now: datetime, limit: int) -> list[Registration]:
    """Pending registrations whose time is over, locked; oldest first."""
    return list(
        session.scalars(
            select(Registration)
            .where(Registration.state == "pending", Registration.expires_at <= now)
            .order_by(Registration.expires_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def pending_count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Registration).where(Registration.state == "pending")) or 0
