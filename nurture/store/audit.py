"""The audit log: who did what to people or rules. Append-only and hash-chained."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from nurture.domain.audit import Actor
from nurture.store import chains


def note(
    session: Session,
    actor: Actor,
    action: str,
    what: tuple[str, object],
    at: datetime,
    contact: int | None = None,
    **details: Any,
) -> None:
    """Write it down with this transaction. ``action``: a verb ('erased', 'released', 'published'); ``what``: kind and id.

    ``details``: strings, integers and booleans that say nothing personal (no address, no name, no answer).
    """
    kind, which = what
    chains.append(
        session,
        "audit",
        {
            "at": at,
            "actor_kind": actor.kind.value,
            "actor": actor.name[:80],
            "action": action[:60],
            "object": kind[:40],
            "object_id": str(which)[:120],
            "contact_id": contact,
            "details": details,
        },
    )
