"""Hash-chained tables (``domain/chain.py``): entries are put on when a transaction ends, under the lock of the chain's end.

Whoever holds the end of a chain waits for nothing else any more, so it can be part of no deadlock; and numbers have no
gaps. The end is sealed by whoever holds the pepper (``Engine.execution_options(seal=…)``), so that cutting off the newest
entries shows as well. An end whose seal is not ours is never sealed again: what is put on behind it must not make good what
somebody else did.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
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
    """The newest entry: its number and hash. ``ours``: it was sealed by this house."""

    number: int
    hash: str
    ours: bool = True


def lock_end(session: Session, name: str) -> End:
    """Where chain ``name`` ends; nobody else can put anything on it before this transaction ends."""
    query = select(ChainEnd.number, ChainEnd.hash, ChainEnd.seal).where(ChainEnd.name == name).with_for_update()
    if (found := session.execute(query).first()) is None:
        insert_new(session, ChainEnd, [_begun(session, name)])
        found = session.execute(query).one()
    number, hash_, seal = found
    sealed = _seal(session, name, number, hash_)
    return End(number, hash_, number == 0 or hmac.compare_digest(seal.encode(), sealed.encode()))


def _begun(session: Session, name: str) -> Entry:
    """The end of a chain that has none: before the first entry, or, if somebody took it away, at the last one, unsealed."""
    table: Any = CHAINS[name].table
    query = select(table.number, table.hash).where(table.number.is_not(None)).order_by(table.number.desc()).limit(1)
    last = session.execute(query).first()
    number, hash_ = last or (0, chain.START)
    return {"name": name, "number": number, "hash": hash_, "seal": ""}


def put_on(session: Session, name: str, end: End, entries: Sequence[Entry], link: Link | None = None) -> None:
    """Number, hash and insert ``entries`` behind ``end``, which has to be locked, and seal the new end."""
    session.execute(insert(CHAINS[name].table), number(name, end, entries, link))
    set_end(session, name, end, entries[-1])


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


def set_end(session: Session, name: str, before: End, newest: Entry) -> None:
    """Seal ``newest`` as the end of the chain, which was at ``before``."""
    values = {"number": newest["number"], "hash": newest["hash"]}
    values["seal"] = _seal(session, name, newest["number"], newest["hash"]) if before.ours else ""
    session.execute(update(ChainEnd).where(ChainEnd.name == name).values(values))


def fingerprint(name: str, entry: Mapping[str, Any]) -> str:
    """The hash of an entry: over its columns, instants as ISO 8601 in UTC."""
    return chain.digest(plain(name, entry))


def fingerprint_of(name: str, values: Iterable[Any]) -> str:
    """The same for an entry whose hashed columns come first in ``values``, in their order."""
    return chain.digest({column: _plain(value) for column, value in zip(CHAINS[name].hashed, values, strict=False)})


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
