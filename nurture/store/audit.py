"""The audit log: who did what to people or rules. Append-only and hash-chained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from nurture.domain.audit import Actor
from nurture.store import chains
from nurture.store.schema import AuditEntry


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


# --- reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; what is None or '' does not matter. ``until`` is exclusive."""

    kind: str = ""
    actor: str = ""
    action: str = ""
    contact: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def entries(session: Session, wanted: Wanted, limit: int, offset: int = 0) -> Sequence[AuditEntry]:
    """The newest first."""
    query = _meant(select(AuditEntry), wanted).order_by(AuditEntry.number.desc())
    return session.scalars(query.limit(limit).offset(offset)).all()


def count(session: Session, wanted: Wanted) -> int:
    return session.scalar(_meant(select(func.count()).select_from(AuditEntry), wanted)) or 0


def actions(session: Session) -> list[str]:
    """Every kind of thing that was ever done."""
    return list(session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)))


def _meant(query: Select[Any], wanted: Wanted) -> Select[Any]:
    e = AuditEntry
    conditions = (
        (wanted.kind, e.actor_kind == wanted.kind),
        (wanted.actor, func.lower(e.actor) == wanted.actor.lower()),
        (wanted.action, e.action == wanted.action),
        (wanted.contact, e.contact_id == wanted.contact),
        (wanted.since, e.at >= wanted.since),
        (wanted.until, e.at < wanted.until),
    )
    return query.where(*(condition for asked, condition in conditions if asked))
