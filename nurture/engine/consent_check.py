"""Whether the consent ledger is as it was written: every entry, the links between them, the end, and what they refer to.

A finding names the entry by its number. Evidence may be missing only where a later entry says that it was removed.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from nurture.domain import chain
from nurture.domain.audit import Actor
from nurture.engine.runtime import Runtime
from nurture.store import audit, chains, exhibits, ledger, ledger_walk, registrations
from nurture.store.database import reading, transaction

BITE = 2000
_MOST = 10_000
"""Findings kept; they are counted further on."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """``number``: of the entry; None: it is about something else, which the text names.

    ``kind``: altered, evidence, missing, foreign, order, link, removal, end, seal, exhibit, wording, mail, noted.
    """

    kind: str
    number: int | None
    text: str


@dataclass
class Report:
    """``end``: 'number:hash' of the last entry, to be noted elsewhere."""

    entries: int = 0
    removed: int = 0
    found: int = 0
    findings: list[Finding] = field(default_factory=list)
    end: str = ""

    def take(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.found += 1
            if len(self.findings) < _MOST:
                self.findings.append(finding)

    @property
    def intact(self) -> bool:
        return self.found == 0


def check(rt: Runtime, actor: Actor, now: datetime, *, noted: str = "", progress: Progress | None = None) -> Report:
    """Walk the whole ledger. ``noted``: an end that was noted earlier ('number:hash') and must still be part of it.

    What is wrong goes on record in the audit log.
    """
    report = Report()
    with reading(rt.db) as session:
        _Walk(rt, session, report, noted).go(progress)
    if not report.intact:
        with transaction(rt.db) as session:
            first = report.findings[0].number or 0
            audit.note(session, actor, "found-faults", ("ledger", "consents"), now, findings=report.found, first=first)
    return report


class _Walk:
    """From the first entry to the last; knows the one before."""

    def __init__(self, rt: Runtime, session: Session, report: Report, noted: str) -> None:
        self._rt, self._session, self._report = rt, session, report
        number, _, self._noted_hash = noted.partition(":")
        self._noted = int(number) if number.isdecimal() else 0
        self._number = 0
        self._hashes = {chain.START}
        """By which hashes the entry before may be named: the one it bears, and the one it should bear."""
        self._known: set[str] = set()

    def go(self, progress: Progress | None) -> None:
        report, total = self._report, ledger_walk.count(self._session)
        report.take(self._shown())
        for rows in ledger_walk.bites(self._session, BITE):
            report.take(self._bite(rows))
            report.entries += len(rows)
            if progress is not None:
                progress(report.entries, total)
        report.take(self._end())

    # --- what entries refer to --------------------------------------------------------------------------------------------

    def _shown(self) -> Iterator[Finding]:
        """Exhibits and wordings bear the digest of what they say."""
        for id_, body in ledger_walk.exhibits(self._session):
            self._known.add(id_)
            if exhibits.exhibit_id(body) != id_:
                yield Finding("exhibit", None, f"exhibit {id_[:12]}… does not say what it said: its digest is another")
        for row in ledger_walk.wordings(self._session):
            self._known.add(row.id)
            if registrations.wording_digest(row.purpose, row.version, row.language, row.text) != row.id:
                what = f"wording of '{row.purpose}', version {row.version}, {row.language}"
                yield Finding("wording", None, f"{what} does not say what it said: its digest is another")

    def _mails(self, rows: Sequence[Row[Any]]) -> Iterator[Finding]:
        """The bytes of opt-in mails are those that left."""
        sent = {row.number: row.evidence for row in rows if row.event == "mailed" and row.evidence.get("sha256")}
        raw = ledger_walk.raw_mails(self._session, {said["message"] for said in sent.values()}) if sent else {}
        digests = {message: sha256(mail).hexdigest() for message, mail in raw.items()}
        for number, said in sent.items():
            if (digest := digests.get(said["message"])) != said["sha256"]:
                wrong = "is another than the one that left" if digest else "is not kept any more"
                yield Finding("mail", number, f"the opt-in mail it names (message {said['message']}) {wrong}")

    # --- entries ----------------------------------------------------------------------------------------------------------

    def _bite(self, rows: Sequence[Row[Any]]) -> Iterator[Finding]:
        own = ledger_walk.last_before(self._session, {row.subject or "" for row in rows}, rows[0].number)
        removals = self._removals(rows)
        for row in rows:
            yield from self._place(row)
            yield from self._own(row, own)
            yield from self._content(row, removals)
        yield from self._mails(rows)

    def _place(self, row: Row[Any]) -> Iterator[Finding]:
        expected = self._number + 1
        if row.number > expected:
            which = f"entries {expected} to {row.number - 1} are" if row.number - expected > 1 else f"entry {expected} is"
            yield Finding("missing", expected, f"{which} missing")
        elif row.number < expected:
            yield Finding("foreign", row.number, "no entry of this ledger has such a number")
        elif row.previous not in self._hashes:
            yield Finding(
                "order", row.number, "it does not name the entry before it: entries were exchanged, or this one is not ours"
            )
        computed = chains.fingerprint("consents", dict(row._mapping))
        if computed != row.hash:
            yield Finding("altered", row.number, "its columns do not give its hash: it was altered or moved")
        if self._noted == row.number and self._noted_hash != row.hash:
            yield Finding("noted", row.number, "its hash is not the one that was noted: the ledger was written anew")
        self._number, self._hashes = row.number, {row.hash, computed}

    def _own(self, row: Row[Any], own: dict[str, str]) -> Iterator[Finding]:
        subject = row.subject or ""
        if row.own_previous != own.get(subject, chain.START):
            yield Finding(
                "link", row.number, "it does not name the entry before it of the same person: one is missing or altered"
            )
        own[subject] = row.hash

    def _content(self, row: Row[Any], removals: dict[int, Row[Any]]) -> Iterator[Finding]:
        if row.redacted is not None:
            self._report.removed += 1
            yield from self._removed(row, removals.get(row.redacted))
            return
        if chain.digest(row.evidence) != row.content:
            yield Finding("evidence", row.number, "its evidence is not what it was")
        for name in ("wording", "shown", "controller"):
            if (named := row.evidence.get(name)) and named not in self._known:
                yield Finding("exhibit", row.number, f"what it names as '{name}' is not kept any more ({named[:12]}…)")
        if row.event in ledger.REMOVALS:
            yield from self._carried_out(row, removals)

    def _removed(self, row: Row[Any], by: Row[Any] | None) -> Iterator[Finding]:
        entry = f"entry {row.redacted}"
        if by is None or by.event not in ledger.REMOVALS or row.number not in by.evidence.get("redacts", ()):
            yield Finding("removal", row.number, f"its evidence was removed, and {entry} does not say so")
        elif row.evidence or row.event in ledger.REMOVALS:
            yield Finding("removal", row.number, f"{entry} says that its evidence was removed, but it bears some")

    def _carried_out(self, row: Row[Any], known: dict[int, Row[Any]]) -> Iterator[Finding]:
        for number in row.evidence.get("redacts", ()):
            if (meant := known.get(number)) is not None and meant.redacted is None:
                yield Finding("removal", number, f"entry {row.number} says that its evidence was removed, but it is there")

    def _removals(self, rows: Sequence[Row[Any]]) -> dict[int, Row[Any]]:
        """The entries that removals in ``rows`` name, and those that say why evidence of ``rows`` is missing."""
        numbers = {row.redacted for row in rows if row.redacted is not None}
        for row in rows:
            if row.event in ledger.REMOVALS:
                numbers.update(n for n in row.evidence.get("redacts", ()) if isinstance(n, int))
        return ledger_walk.some(self._session, numbers) if numbers else {}

    # --- the end ----------------------------------------------------------------------------------------------------------

    def _end(self) -> Iterator[Finding]:
        for id_ in ledger_walk.unnumbered(self._session, 100):
            yield Finding("foreign", None, f"row {id_} of consent_events is on no chain")
        if self._noted > self._number:
            yield Finding("noted", self._noted, "this entry was noted, and is missing now")
        end = chains.end(self._session, "consents")
        if end is None:
            if self._number:
                yield Finding("end", None, "nothing says where the ledger ends: its seal was removed")
            return
        self._report.end = f"{end.number}:{end.hash}"
        yield from self._cut(end.number)
        if self._number == end.number and end.hash not in self._hashes:
            yield Finding("end", end.number, "the last entry is not the one that was sealed")
        seal = self._rt.pseudonyms.seal(chains.sealed_text("consents", end.number, end.hash))
        if not hmac.compare_digest(seal, end.seal):
            yield Finding("seal", None, "the seal of the ledger's end is not ours (or the pepper is another)")

    def _cut(self, sealed: int) -> Iterator[Finding]:
        if self._number < sealed:
            missing = f"{self._number + 1} to {sealed}" if sealed - self._number > 1 else str(sealed)
            yield Finding("missing", self._number + 1, f"the end is cut off: {missing} missing")
        elif self._number > sealed:
            yield Finding(
                "foreign", sealed + 1, f"the ledger was sealed at {sealed}: what follows was put on by somebody else"
            )
