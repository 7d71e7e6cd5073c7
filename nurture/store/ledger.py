"""The consent ledger: what was said about consents, hash-chained, and what the law takes off it again.

Entries wait until their transaction ends; then, under the lock of the chain's end, each learns its number, its hash and
the hash of the entry before it of the same person. What an entry says of a person (``evidence``) lies beside the chain: it
can be removed by an entry that names the ones it was removed from, and in no other way without it showing.

    evidence --digest--> content --+
    number, previous, own_previous, subject, purpose, event, at --> hash --> previous of the next entry
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from nurture.domain import chain
from nurture.store import chains
from nurture.store.bulk import among, update_many
from nurture.store.chains import Entry
from nurture.store.database import at_end
from nurture.store.schema import ConsentEventRow, Contact

NAME = "consents"
_WAITING, _REMOVALS = "ledger entries", "ledger removals"
_E = ConsentEventRow


class Removal(StrEnum):
    """Why evidence was removed: an event of the ledger itself."""

    ERASED = "erased"
    """The person asked for it (Art. 17 GDPR)."""
    RETAINED = "retained"
    """It was kept as long as it may be (retention)."""


REMOVALS = tuple(Removal)


@dataclass(frozen=True, slots=True)
class _Order:
    """Evidence to be removed: of a subject, or of numbered entries of one."""

    why: Removal
    at: datetime
    subject: str
    numbers: frozenset[int] | None


def mark(session: Session, address_key: str) -> str:
    """By which name an address stands in the ledger. The database has to be that of a ``Runtime``, which has the pepper."""
    named: str = session.connection().get_execution_options()["mark"](address_key)
    return named


def append(
    session: Session,
    subject: str,
    purpose: str,
    event: str,
    at: datetime,
    evidence: Mapping[str, Any],
    contact: int | None = None,
    registration: int | None = None,
) -> None:
    """Put one entry on when the transaction ends. ``evidence``: strings, integers, booleans, None, nested."""
    salted = _salted(evidence, contact)
    session.info.setdefault(_WAITING, []).append(
        {
            "contact_id": contact,
            "registration_id": registration,
            "subject": subject,
            "purpose": purpose,
            "event": str(event),
            "at": at,
            "evidence": salted,
            "content": chain.digest(salted),
            "redacted": None,
        }
    )
    at_end(session, f"chain {NAME}", _close)


def redact(
    session: Session, why: Removal, at: datetime, *, subjects: Iterable[str] = (), numbers: Collection[int] = ()
) -> None:
    """Remove evidence (and who it was of) when the transaction ends: of all entries of ``subjects``, or of ``numbers``.

    What waits to be put on in this transaction is meant as well. One entry per subject says which were removed.
    """
    orders = session.info.setdefault(_REMOVALS, [])
    orders += [_Order(why, at, subject, None) for subject in subjects]
    orders += [_Order(why, at, s, frozenset(them)) for s, them in _by_subject(session, numbers).items()]
    at_end(session, f"chain {NAME}", _close)


def entries_of(session: Session, subjects: Collection[str]) -> list[ConsentEventRow]:
    """The entries of these subjects, in their order."""
    return list(session.scalars(select(_E).where(_E.subject.in_(subjects)).order_by(_E.number)))


# --- when the transaction ends ------------------------------------------------------------------------------------------


def _close(session: Session) -> None:
    session.flush()
    waiting: list[Entry] = session.info.pop(_WAITING, [])
    orders: list[_Order] = session.info.pop(_REMOVALS, [])
    end = chains.lock_end(session, NAME)
    for place, entry in enumerate(waiting, end.number + 1):
        entry["number"] = place
    removing: list[Entry] = []
    for order in orders:
        if (removal := _removal(session, order, waiting)) is not None:
            removing.append(removal)
            _strip(session, waiting, removal["evidence"]["redacts"], end.number + len(waiting) + len(removing))
    if entries := [*waiting, *removing]:
        chains.put_on(session, NAME, end, entries, _Own(session, {e["subject"] for e in entries}))


class _Own:
    """Tells each entry the hash of the one before it of the same subject. One query for all of them."""

    def __init__(self, session: Session, subjects: Collection[str]) -> None:
        mine = select(func.max(_E.number)).where(among(session, _E.subject, subjects)).group_by(_E.subject)
        rows = session.execute(select(_E.subject, _E.hash).where(_E.number.in_(mine)))
        self._last: dict[str, Mapping[str, Any]] = {str(subject): {"hash": hash_} for subject, hash_ in rows}

    def __call__(self, entry: Entry) -> None:
        before = self._last.get(entry["subject"])
        entry["own_previous"] = before["hash"] if before else chain.START
        self._last[entry["subject"]] = entry


def _removal(session: Session, order: _Order, waiting: Sequence[Entry]) -> Entry | None:
    """The entry that says what is removed; None: there is nothing to remove."""
    stored = select(_E.number).where(_E.subject == order.subject, _E.redacted.is_(None), _E.event.not_in(REMOVALS))
    if order.numbers is not None:
        stored = stored.where(among(session, _E.number, order.numbers))
    numbers = [number for number in session.scalars(stored.order_by(_E.number)) if number is not None]
    if order.numbers is None:
        numbers += [entry["number"] for entry in waiting if entry["subject"] == order.subject and not entry["redacted"]]
    if not numbers:
        return None
    evidence = _salted({"redacts": numbers}, None)
    told = {"subject": order.subject, "purpose": "", "event": order.why.value, "at": order.at, "redacted": None}
    return {**told, "evidence": evidence, "content": chain.digest(evidence), "contact_id": None, "registration_id": None}


def _strip(session: Session, waiting: Sequence[Entry], numbers: Collection[int], by: int) -> None:
    """Take the evidence off the entries with these numbers, whether they are stored already or still wait."""
    stripped: Entry = {"evidence": {}, "contact_id": None, "registration_id": None, "redacted": by}
    session.execute(update(_E).where(among(session, _E.number, numbers)).values(stripped))
    for entry in waiting:
        if entry["number"] in numbers:
            entry |= stripped


def _by_subject(session: Session, numbers: Collection[int]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    if numbers:
        for subject, number in session.execute(select(_E.subject, _E.number).where(among(session, _E.number, numbers))):
            found.setdefault(str(subject), set()).add(number or 0)
    return found


def _salted(evidence: Mapping[str, Any], contact: int | None) -> dict[str, Any]:
    """A digest of evidence without a salt would let whoever guesses it see that the guess is right.

    The salt ends with the contact's number, so that the digest holds whose entry it is.
    """
    return {**evidence, "salt": f"{secrets.token_hex(16)}:{contact or ''}"}


def whose(evidence: Mapping[str, Any]) -> int | None:
    """The contact whose entry this evidence was made for; None: nobody's, or the evidence does not say."""
    number = str(evidence.get("salt", "")).partition(":")[2]
    return int(number) if number.isdecimal() else None


# --- what was there before the chain -------------------------------------------------------------------------------------


def adopt(session: Session, at: datetime, limit: int) -> int:
    """Put at most ``limit`` entries of before the chain on it, in the order they were made. Returns how many.

    Their evidence says when they were put on: the chain proves nothing about them for the time before.
    """
    end = chains.lock_end(session, NAME)
    rows = session.execute(
        select(_E.id, _E.contact_id, _E.purpose, _E.event, _E.at, _E.evidence, Contact.address_key)
        .join(Contact, Contact.id == _E.contact_id, isouter=True)
        .where(_E.number.is_(None))
        .order_by(_E.id)
        .limit(limit)
    ).all()
    entries = [_adopted(session, *row, at=at) for row in rows]
    if entries:
        chains.number(NAME, end, entries, _Own(session, {entry["subject"] for entry in entries}))
        update_many(session, _E, [{name: entry[name] for name in _NEW} for entry in entries])
        chains.set_end(session, NAME, end, entries[-1])
    return len(entries)


_NEW = ("id", "evidence", "subject", "content", "number", "previous", "own_previous", "hash")


def _adopted(
    session: Session,
    id_: int,
    contact: int | None,
    purpose: str,
    event: str,
    said_at: datetime,
    evidence: dict[str, Any],
    key: str | None,
    *,
    at: datetime,
) -> Entry:
    evidence = _salted({**evidence, "chained_later": at.isoformat()}, contact)
    subject = mark(session, key) if key is not None else ""
    told = {"id": id_, "subject": subject, "purpose": purpose, "event": event, "at": said_at}
    return {**told, "evidence": evidence, "content": chain.digest(evidence)}


def unchained(session: Session) -> bool:
    """Whether there are entries of before the chain that are not on it yet."""
    return session.scalar(select(_E.id).where(_E.number.is_(None)).limit(1)) is not None
