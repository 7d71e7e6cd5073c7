"""Hash-chained tables (``domain/chain.py``): entries are put on when a transaction ends, under the lock of the chain's end.

Whoever holds the end of a chain waits for nothing else any more, so it can be part of no deadlock; and numbers have no
gaps. The end is sealed by whoever holds the pepper (``Engine.execution_options(seal=…)``), so that cutting off the newest
entries shows as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from nurture.domain import chain
from nurture.store.database import at_end
from nurture.store.schema import AuditEntry, Base, ChainEnd, ConsentEventRow
from nurture.store.upsert import insert_new

Entry = dict[str, Any]
"""Column -> value."""


@dataclass(frozen=True)
class Chained:
    """A table, and the columns that are hashed."""

    table: type[Base]
    hashed: tuple[str, ...]


CHAINS: Mapping[str, Chained] = {
    "consents": Chained(
        ConsentEventRow, ("number", "previous", "own_previous", "subject", "purpose", "event", "at", "content")
    ),
    "audit": Chained(
        AuditEntry,
        ("number", "previous", "at", "actor_kind", "actor", "action", "object", "object_id", "contact_id", "details"),
    ),
}


def append(session: Session, name: str, entry: Entry) -> None:
    """Put ``entry`` on chain ``name`` when the transaction ends."""
    session.info.setdefault(f"chain {name}", []).append(entry)
    at_end(session, f"chain {name}", lambda s: _close(s, name))


def _close(session: Session, name: str) -> None:
    """Put on what waits: one lock, one insert, one update."""
    waiting: list[Entry] = session.info.pop(f"chain {name}", [])
    if not waiting:
        return
    insert_new(session, ChainEnd, [{"name": name, "number": 0, "hash": chain.START, "seal": ""}])
    number, previous = session.execute(
        select(ChainEnd.number, ChainEnd.hash).where(ChainEnd.name == name).with_for_update()
    ).one()
    for entry in waiting:
        number += 1
        entry |= {"number": number, "previous": previous}
        entry["hash"] = previous = fingerprint(name, entry)
    session.execute(insert(CHAINS[name].table), waiting)
    session.execute(
        update(ChainEnd)
        .where(ChainEnd.name == name)
        .values(number=number, hash=previous, seal=_seal(session, name, number, previous))
    )


def fingerprint(name: str, entry: Mapping[str, Any]) -> str:
    """The hash of an entry: over its columns, instants as ISO 8601 in UTC."""
    return chain.digest({column: _plain(entry.get(column)) for column in CHAINS[name].hashed})


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _seal(session: Session, name: str, number: int, last: str) -> str:
    """'' in a house that has no pepper."""
    seal = session.connection().get_execution_options().get("seal")
    return str(seal(sealed_text(name, number, last))) if seal else ""


def sealed_text(name: str, number: int, last: str) -> str:
    """What the seal of a chain's end is made over."""
    return f"{name}:{number}:{last}"


def end(session: Session, name: str) -> ChainEnd | None:
    """The newest entry as it was sealed; None: nothing was put on yet."""
    return session.get(ChainEnd, name)
