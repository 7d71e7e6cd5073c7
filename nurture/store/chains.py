"""Hash-chained tables (``domain/chain.py``): entries are put on when a transaction ends, under the lock of the chain's end.

Whoever holds the end of a chain waits for nothing else any more, so it can be part of no deadlock; and numbers have no
gaps. The end is sealed by whoever holds the pepper (``Engine.execution_options(seal=…)``), so that cutting off the newest
entries shows as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
Link = Callable[[Entry], None]
"""Sets what an entry says of entries before it; called in order, when the hashes of all of those are known."""


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
    if waiting := session.info.pop(f"chain {name}", []):
        put_on(session, name, lock_end(session, name), waiting)


@dataclass(frozen=True, slots=True)
class End:
    """The newest entry: its number and hash."""

    number: int
    hash: str


def lock_end(session: Session, name: str) -> End:
    """Where chain ``name`` ends; nobody else can put anything on it before this transaction ends."""
    query = select(ChainEnd.number, ChainEnd.hash).where(ChainEnd.name == name).with_for_update()
    if (found := session.execute(query).first()) is None:
        insert_new(session, ChainEnd, [{"name": name, "number": 0, "hash": chain.START, "seal": ""}])
        found = session.execute(query).one()
    return End(*found)


def put_on(session: Session, name: str, end: End, entries: Sequence[Entry], link: Link | None = None) -> None:
    """Number, hash and insert ``entries`` behind ``end``, which has to be locked, and seal the new end."""
    session.execute(insert(CHAINS[name].table), number(name, end, entries, link))
    set_end(session, name, entries[-1])


def number(name: str, end: End, entries: Sequence[Entry], link: Link | None = None) -> list[Entry]:
    """``entries`` with their numbers and hashes, as they follow ``end``."""
    before: dict[str, Any] = {"number": end.number, "hash": end.hash}
    for entry in entries:
        entry |= {"number": before["number"] + 1, "previous": before["hash"]}
        if link is not None:
            link(entry)
        entry["hash"] = fingerprint(name, entry)
        before = entry
    return list(entries)


def set_end(session: Session, name: str, newest: Entry) -> None:
    """Seal ``newest`` as the end of the chain."""
    values = {"number": newest["number"], "hash": newest["hash"]}
    values["seal"] = _seal(session, name, newest["number"], newest["hash"])
    session.execute(update(ChainEnd).where(ChainEnd.name == name).values(values))


def fingerprint(name: str, entry: Mapping[str, Any]) -> str:
    """The hash of an entry: over its columns, instants as ISO 8601 in UTC."""
    return chain.digest(plain(name, entry))


def plain(name: str, entry: Mapping[str, Any]) -> Entry:
    """What is hashed of an entry, as JSON can say it."""
    return {column: _plain(entry.get(column)) for column in CHAINS[name].hashed}


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
