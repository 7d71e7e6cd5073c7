"""What a human may do with a mail that is stuck: let it go, or call it off. Both are on record with their author."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from nurture.domain import audit
from nurture.domain.errors import NotFound
from nurture.domain.message import MessageKind, MessageState, move
from nurture.engine.runtime import Runtime
from nurture.store import audit as audit_log
from nurture.store.database import transaction
from nurture.store.schema import Contact, Message

RELEASABLE = (MessageState.PARKED, MessageState.UNKNOWN)
CANCELLABLE = (MessageState.QUEUED, MessageState.PARKED)


def release(rt: Runtime, message: int, by: str, now: datetime) -> None:
    """Try a parked or unknown mail again; a parked one with the template as it is now.

    An unknown mail may have arrived already: releasing it is the one way in which somebody can get a mail twice, and only
    because a human said so. Raises NotFound, IllegalTransition.
    """
    with transaction(rt.db) as session:
        row = _locked(session, message)
        was = row.state
        row.state = move(was, MessageState.QUEUED)
        row.due_at, row.settled_at, row.failure, row.reason = now, None, None, f"released by {by}"
        if was is MessageState.PARKED and row.kind is MessageKind.NURTURE:
            row.template_version = _present_template(rt, session, row)
        audit_log.note(session, audit.user(by), "released", ("message", message), now, row.contact_id, was=was.value)


def cancel(rt: Runtime, message: int, by: str, now: datetime) -> None:
    """Call a waiting or parked mail off. Raises NotFound, IllegalTransition."""
    with transaction(rt.db) as session:
        row = _locked(session, message)
        was = row.state
        row.state = move(was, MessageState.CANCELLED)
        row.due_at, row.settled_at, row.reason = None, now, f"cancelled by {by}"
        audit_log.note(session, audit.user(by), "called off", ("message", message), now, row.contact_id, was=was.value)


def _locked(session: Session, message: int) -> Message:
    row = session.scalar(select(Message).where(Message.id == message).with_for_update())
    if row is None:
        raise NotFound("message", message)
    return row


def _present_template(rt: Runtime, session: Session, row: Message) -> str | None:
    function = session.scalar(select(Contact.function).where(Contact.id == row.contact_id))
    template = rt.find_template(session, row.mail, function, row.context.get("phase", "B1"), row.language)
    return template.version if template else row.template_version
