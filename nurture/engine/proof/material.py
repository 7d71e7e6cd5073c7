"""What a proof is made of: entries and everything they refer to, taken from the database in one look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nurture.domain.address import address_key
from nurture.domain.errors import NotFound
from nurture.engine.consent_ledger import controller
from nurture.engine.runtime import Runtime
from nurture.store import chains, exhibits, ledger, ledger_walk, registrations
from nurture.store.schema import ConsentEventRow, Contact


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the ledger. ``plain``: what is hashed of it, as JSON says it."""

    number: int
    at: datetime
    purpose: str
    event: str
    evidence: Mapping[str, Any]
    redacted: int | None
    content: str
    own_previous: str
    hash: str
    plain: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WordingText:
    """``id`` of a wording is the SHA-256 of these four, joined by NUL."""

    purpose: str
    version: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownFile:
    """``file``: its place in the bundle."""

    file: str
    kind: str
    media_type: str
    body: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Everything of one person. ``mails``: place in the bundle -> bytes. ``mail_files``: message id -> that place.

    ``contact``: None for somebody whose registration never became one. ``language``: of the person.
    """

    address: str
    name: str
    language: str
    contact: int | None
    subjects: Sequence[str]
    made_at: datetime
    made_by: str
    controller: str
    entries: Sequence[Entry]
    wordings: Mapping[str, WordingText]
    exhibits: Mapping[str, ShownFile]
    mails: Mapping[str, bytes]
    mail_files: Mapping[str, str]
    end: Mapping[str, Any]


def gather(rt: Runtime, session: Session, address: str, made_by: str, now: datetime) -> Proof:
    """Raises NotFound if the ledger knows nothing of the address."""
    key = address_key(address)
    contact = session.scalar(select(Contact).where(Contact.address_key == key))
    subjects = _subjects(session, rt.pseudonyms.mark(key), contact)
    entries = [_entry(row) for row in ledger.entries_of(session, subjects)]
    if not entries:
        raise NotFound("consent of", address)
    mails = _mails(session, entries)
    shown = _shown(session, entries)
    end = chains.end(session, ledger.NAME)
    return Proof(
        address=contact.address if contact else address,
        name=" ".join(filter(None, (contact.first_name, contact.last_name))) if contact else "",
        language=contact.language if contact else rt.definitions.organisation.languages[0],
        contact=contact.id if contact else None,
        subjects=subjects,
        made_at=now,
        made_by=made_by,
        controller=_controller(rt, entries, shown),
        entries=entries,
        wordings=_wordings(session, entries),
        exhibits=shown,
        mails={file: raw for file, raw in mails.values()},
        mail_files={str(message): file for message, (file, _) in mails.items()},
        end={"number": end.number, "hash": end.hash, "seal": end.seal} if end else {},
    )


def _subjects(session: Session, mark: str, contact: Contact | None) -> list[str]:
    """The address's pseudonym, and those of addresses the same contact had before."""
    if contact is None:
        return [mark]
    e = ConsentEventRow
    found = session.scalars(select(e.subject).where(e.contact_id == contact.id, e.subject.is_not(None)).distinct())
    return sorted({mark, *(subject for subject in found if subject)})


def _entry(row: ConsentEventRow) -> Entry:
    hashed = {name: getattr(row, name) for name in chains.CHAINS[ledger.NAME].hashed}
    return Entry(
        number=row.number or 0,
        at=row.at,
        purpose=row.purpose,
        event=row.event,
        evidence=row.evidence,
        redacted=row.redacted,
        content=row.content or "",
        own_previous=row.own_previous or "",
        hash=row.hash or "",
        plain=chains.plain(ledger.NAME, hashed),
    )


def _named(entries: Sequence[Entry], *names: str) -> list[str]:
    """What the evidence names under ``names``, each once, in order."""
    return list(dict.fromkeys(str(e.evidence[n]) for e in entries for n in names if e.evidence.get(n)))


def _wordings(session: Session, entries: Sequence[Entry]) -> dict[str, WordingText]:
    """Those that were agreed to, and those offered beside them."""
    ids = _named(entries, "wording")
    ids += [id_ for e in entries for id_ in e.evidence.get("offered", {}).values() if id_ not in ids]
    rows = registrations.wordings(session, list(dict.fromkeys(ids)))
    found = ((id_, rows[id_]) for id_ in dict.fromkeys(ids) if id_ in rows)
    return {id_: WordingText(row.purpose, row.version, row.language, row.text) for id_, row in found}


_ENDINGS = {"text/html": "html", "application/json": "json"}


def _shown(session: Session, entries: Sequence[Entry]) -> dict[str, ShownFile]:
    ids = _named(entries, "shown", "controller")
    rows = exhibits.find(session, ids)
    return {
        id_: ShownFile(
            f"exhibits/{row.kind}-{id_[:16]}.{_ENDINGS.get(row.media_type, 'txt')}", row.kind, row.media_type, row.body
        )
        for id_ in ids
        if (row := rows.get(id_))
    }


def _mails(session: Session, entries: Sequence[Entry]) -> dict[int, tuple[str, bytes]]:
    """Message -> (place in the bundle, bytes)."""
    messages = [int(e.evidence["message"]) for e in entries if e.event == "mailed" and e.evidence.get("message")]
    raw = ledger_walk.raw_mails(session, messages) if messages else {}
    return {message: (f"mails/opt-in-{message}.eml", raw[message]) for message in dict.fromkeys(messages) if message in raw}


def _controller(rt: Runtime, entries: Sequence[Entry], shown: Mapping[str, ShownFile]) -> str:
    """Who asked, as it named itself when it asked last; as it names itself now where that is not on record."""
    named = [shown[id_].body for id_ in _named(entries, "controller") if id_ in shown]
    return named[-1] if named else controller(rt).body
