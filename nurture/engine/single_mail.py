"""One mail to one person, outside of campaigns: service, opt-in and sales mail goes into the outbox here.

Knows by which lane it leaves, and whose installation its Message-ID names; what the mail is about, and whether it may be
asked for at all, is decided by whoever queues it. The mails of campaigns are queued many at a time (``advance.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from nurture.domain.message import MessageKind, MessageState
from nurture.engine.lanes import lane_of
from nurture.engine.runtime import Runtime
from nurture.store import messages

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def queue(
    rt: Runtime,
    session: Session,
    kind: MessageKind,
    mail: str,
    once_key: str,
    address: str,
    language: str,
    now: datetime,
    *,
    contact: int | None = None,
    registration: int | None = None,
    handoff: int | None = None,
    purpose: str | None = None,
    context: Mapping[str, Any] = _NOTHING,
    due_at: datetime | None = None,
    cancelled: str = "",
) -> None:
    """Queue ``mail`` to ``address``, once for its ``once_key``. Joins the caller's transaction.

    ``purpose``: the consent it needs. ``due_at``: when it may leave, if not at once. ``cancelled``: why it never leaves and
    is on record only.
    """
    new = messages.NewMessage(
        kind=kind,
        once_key=once_key,
        address=address,
        lane=lane_of(rt, address),
        language=language,
        mail=mail,
        purpose=purpose,
        context=context,
        contact_id=contact,
        registration_id=registration,
        handoff_id=handoff,
        queued_at=now,
        due_at=None if cancelled else due_at or now,
        state=MessageState.CANCELLED if cancelled else MessageState.QUEUED,
        reason=cancelled,
    )
    messages.queue(session, rt.installation, rt.definitions.organisation.sender.domain, [new])
