"""The audit log: who did what to people or rules. Append-only and hash-chained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
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


_CONDITIONS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "kind": lambda kind: AuditEntry.actor_kind == kind,
    "actor": lambda name: func.lower(AuditEntry.actor) == name.lower(),
    "action": lambda action: AuditEntry.action == action,
    "contact": lambda number: AuditEntry.contact_id == number,
    "since": lambda moment: AuditEntry.at >= moment,
    "until": lambda moment: AuditEntry.at < moment,
}


def _meant(query: Select[Any], wanted: Wanted) -> Select[Any]:
    asked = ((condition, getattr(wanted, name)) for name, condition in _CONDITIONS.items())
    return query.where(*(condition(value) for condition, value in asked if value not in (None, "")))
