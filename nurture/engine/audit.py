"""The audit log for people to read, and whether nobody changed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nurture.domain.audit import Actor
from nurture.domain.errors import NotFound
from nurture.engine import chain_check
from nurture.engine.audit_details import in_words
from nurture.engine.audit_words import ACTIONS, ACTORS, OBJECTS, said
from nurture.engine.chain_check import Progress, Report
from nurture.engine.runtime import Runtime
from nurture.store import audit as store
from nurture.store import contacts
from nurture.store.audit import Wanted
from nurture.store.database import reading
from nurture.store.schema import AuditEntry


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. ``contact``: the address of the person concerned, while that person is known."""

    number: int
    at: datetime
    actor_kind: str
    actor: str
    action: str
    object: str
    object_id: str
    contact_id: int | None
    contact: str
    details: Mapping[str, Any]
    hash: str
    who: str
    done: str
    what: str
    told: tuple[tuple[str, str], ...]
    """``details`` in words."""

    def as_json(self) -> dict[str, Any]:
        """As it is stored, without translations."""
        names = ("number", "actor_kind", "actor", "action", "object", "object_id", "contact_id", "details", "hash")
        return {"at": self.at.astimezone(UTC).isoformat(), **{name: getattr(self, name) for name in names}}


def log(rt: Runtime, wanted: Wanted, language: str, limit: int, offset: int = 0) -> tuple[list[Line], int]:
    """One page of entries, the newest first, and how many there are in all. Three queries."""
    with reading(rt.db) as session:
        rows = store.entries(session, wanted, limit, offset)
        people = contacts.addresses(session, {row.contact_id for row in rows if row.contact_id is not None})
        return [_line(rt, row, people, language) for row in rows], store.count(session, wanted)


def actions(rt: Runtime, language: str) -> list[tuple[str, str]]:
    """(action, its word), in the order of the words."""
    with reading(rt.db) as session:
        found = [(action, said(ACTIONS, action, language)) for action in store.actions(session)]
    return sorted(found, key=lambda pair: pair[1].casefold())


def concerning(rt: Runtime, address: str) -> int:
    """The number of the contact with this address. Raises NotFound."""
    with reading(rt.db) as session:
        contact = contacts.by_address(session, address)
        if contact is None:
            raise NotFound("contact", address)
        return contact.id


def verify(rt: Runtime, actor: Actor, now: datetime, *, noted: str = "", progress: Progress | None = None) -> Report:
    """Walk the whole log and find what is not as it was written. ``noted``: an end noted earlier ('number:hash')."""
    return chain_check.check(rt, "audit", actor, now, noted=noted, progress=progress)


def _line(rt: Runtime, row: AuditEntry, people: Mapping[int, str], language: str) -> Line:
    known = people.get(row.contact_id or 0, "")
    return Line(
        number=row.number,
        at=row.at,
        actor_kind=row.actor_kind,
        actor=row.actor,
        action=row.action,
        object=row.object,
        object_id=row.object_id,
        contact_id=row.contact_id,
        contact=known,
        details=row.details,
        hash=row.hash,
        who=said(ACTORS, row.actor_kind, language),
        done=said(ACTIONS, row.action, language),
        what=said(OBJECTS, row.object, language),
        told=tuple(in_words(rt.definitions, row.details, language)),
    )
