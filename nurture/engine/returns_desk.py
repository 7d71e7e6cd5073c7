"""What a human decides about what came back: whether somebody meant "stop", and what is in quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from nurture.delivery.returned import read, wants_to_stop
from nurture.domain import audit
from nurture.domain.address import address_key
from nurture.domain.errors import IllegalTransition, NotFound
from nurture.domain.failure import Failure
from nurture.domain.returns import ReturnKind
from nurture.engine.objection import object_to_mail
from nurture.engine.returns_came import Came, Recipient, clean
from nurture.engine.returns_match import Match, another, said_of
from nurture.engine.returns_policy import Case, act
from nurture.engine.runtime import Runtime
from nurture.mail.headers import wire_address
from nurture.store import audit as audit_log
from nurture.store import contacts, enrollments, evidence, holds, returned
from nurture.store.database import transaction
from nurture.store.schema import ReturnedMail, TaskRow

OBJECTED = "asked in words for no more mail"


def meant_stop(rt: Runtime, address: str, by: str, now: datetime) -> None:
    """The owner of a held address meant it: no more marketing mail. Raises NotFound."""
    with transaction(rt.db) as session:
        key, contact = _held(session, address)
        if contact is None:
            contacts.suppress(session, key, OBJECTED, now)
        else:
            object_to_mail(rt, session, contact, OBJECTED, {"via": "reply", "by": by}, now)
            _decided(session, contact, by, now)
        holds.release(session, key)
        audit_log.note(session, audit.user(by), "stop understood", ("contact", contact or "unknown"), now, contact)


def go_on(rt: Runtime, address: str, by: str, now: datetime) -> None:
    """It was not meant so, or the address works again: campaigns go on where they were. Raises NotFound."""
    with transaction(rt.db) as session:
        key, contact = _held(session, address)
        holds.release(session, key)
        if contact is not None:
            enrollments.go_on(session, contact, f"the hold was lifted by {by}", now)
            enrollments.look_again(session, contact, now)
            _decided(session, contact, by, now)
        audit_log.note(session, audit.user(by), "hold lifted", ("contact", contact or "unknown"), now, contact)


def dismiss(rt: Runtime, id_: int, by: str, now: datetime) -> None:
    """There is nothing to do about this one. Raises NotFound."""
    with transaction(rt.db) as session:
        row = returned.find(session, id_)
        if row is None:
            raise NotFound("returned mail", id_)
        if row.state == returned.QUARANTINE:
            returned.settle(session, id_, {"state": returned.DISMISSED, "action": f"dismissed by {by}; {row.action}"})
            audit_log.note(session, audit.user(by), "dismissed", ("returned mail", id_), now, row.contact_id)


def wants_no_more(rt: Runtime, id_: int, address: str, by: str, now: datetime) -> None:
    """A human read it: the owner of this address wants no more marketing mail, whether or not a mail of ours is meant.

    Raises NotFound; InvalidInput for what is no address; IllegalTransition where it is in quarantine no longer.
    """
    key = address_key(wire_address(address))
    with transaction(rt.db) as session:
        row = session.scalar(select(ReturnedMail).where(ReturnedMail.id == id_).with_for_update())
        if row is None:
            raise NotFound("returned mail", id_)
        if row.state != returned.QUARANTINE:
            raise IllegalTransition("returned mail", row.state, "object")
        person = contacts.by_address(session, address.strip(), lock=True)
        contact = person.id if person is not None else None
        if contact is None:
            contacts.suppress(session, key, OBJECTED, now)
        else:
            object_to_mail(rt, session, contact, OBJECTED, {"via": "reply", "by": by, "returned": id_}, now)
            _decided(session, contact, by, now)
        holds.release(session, key)
        action = f"assigned by {by}; {OBJECTED}"
        returned.settle(session, id_, {
            "state": returned.DONE, "action": action, "kind": ReturnKind.REPLY.value, "contact_id": contact,
        })  # fmt: skip
        audit_log.note(session, audit.user(by), "stop understood", ("returned mail", id_), now, contact)


def _held(session: Session, address: str) -> tuple[str, int | None]:
    """(key, contact) of a held address. Raises NotFound."""
    key = address_key(address)
    if holds.find(session, key) is None:
        raise NotFound("hold of the address", address)
    person = contacts.by_address(session, address, lock=True)
    return key, person.id if person else None


def _decided(session: Session, contact: int, by: str, now: datetime) -> None:
    """The task that asked for this decision is done."""
    asked = select(ReturnedMail.id).where(ReturnedMail.contact_id == contact)
    keys = [f"returned:{id_}:stop" for id_ in session.scalars(asked)]
    session.execute(
        update(TaskRow).where(TaskRow.once_key.in_(keys), TaskRow.done_at.is_(None)).values(done_at=now, done_by=by)
    )


def assign(
    rt: Runtime, id_: int, message: int, by: str, now: datetime, *, kind: ReturnKind | None = None
) -> tuple[str, str]:
    """A human read it: it belongs to this mail of ours, and what follows from such a thing follows. (state, what was done).

    ``kind``: what it is, where it could not be told or was told wrongly. Raises NotFound; IllegalTransition where it is in
    quarantine no longer, or nobody says what it is.
    """
    with transaction(rt.db) as session:
        row = session.scalar(select(ReturnedMail).where(ReturnedMail.id == id_).with_for_update())
        sent = evidence.by_id(session, message)
        if row is None or sent is None:
            raise NotFound("returned mail" if row is None else "message", id_ if row is None else message)
        meant = kind or ReturnKind(row.kind)
        if row.state != returned.QUARANTINE:
            raise IllegalTransition("returned mail", row.state, "assign")
        if meant is ReturnKind.UNCLEAR:
            raise IllegalTransition("returned mail of an unclear kind", row.state, "assign")
        came = replace(_came_again(row), kind=meant)
        about = _about(sent.address, came.recipients)
        action = f"assigned by {by}; {act(Case(rt, session, id_, came, Match(sent, sent.contact_id, about), now))}"
        failure = about.failure if about and meant is ReturnKind.BOUNCE else None
        returned.settle(session, id_, {
            "state": returned.DONE, "action": action, "kind": meant.value, "message_id": sent.id,
            "contact_id": sent.contact_id, "failure": failure.value if failure else None,
        })  # fmt: skip
        audit_log.note(
            session,
            audit.user(by),
            "assigned",
            ("returned mail", id_),
            now,
            sent.contact_id,
            message=sent.id,
            kind=meant.value,
        )
        return returned.DONE, action


def _about(address: str, recipients: Sequence[Recipient]) -> Recipient | None:
    """What the report says of our address; where it names only others, what it says of the first, which is not ours."""
    first = next(iter(recipients), None)
    return said_of(address, recipients) or (another(first) if first and first.address else first)


def _came_again(row: ReturnedMail) -> Came:
    """What was read when it came, from what is on record of it."""
    recipients = tuple(
        Recipient(
            r["address"],
            Failure(r["failure"]) if r.get("failure") else None,
            r.get("status") or "",
            r.get("words") or "",
            r.get("original") or "",
            r.get("action") or "",
        )
        for r in row.report.get("recipients", [])
    )
    said = row.said or (clean(read(row.raw).said) if row.raw else "")
    return Came(
        row.digest, row.source, ReturnKind(row.kind), row.subject, said, row.raw or b"", recipients,
        sender=str(row.report.get("from") or ""), stops=wants_to_stop(said, row.subject),
    )  # fmt: skip
