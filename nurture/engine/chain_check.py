"""Whether a hash-chained table (``store/chains.py``) is as it was written: each entry, the links between them, and the end.

Knows no table by name; what the entries of one say beyond their columns is checked by whoever asks (``consent_check``).
A finding names the entry by its number.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from nurture.domain import chain
from nurture.domain.audit import Actor
from nurture.engine.runtime import Runtime
from nurture.store import audit, chain_walk, chains
from nurture.store.database import reading, transaction

BATCH = 2000
_MOST = 10_000
"""Findings kept; they are counted further on."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """``number``: of the entry; None: it is about something else, which the text names.

    ``kind``: altered, missing, foreign, order, end, seal, noted; of consents also evidence, contact, link, removal,
    exhibit, wording, mail, state.
    """

    kind: str
    number: int | None
    text: str


@dataclass
class Report:
    """``end``: 'number:hash' of the last entry, to be noted elsewhere."""

    entries: int = 0
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


Also = Callable[[Sequence[Row[Any]]], Iterable[Finding]]
"""What else is wrong with some entries, which follow those of the call before."""


def check(
    rt: Runtime, name: str, actor: Actor, now: datetime, *, noted: str = "", progress: Progress | None = None
) -> Report:
    """Walk all of a chain whose entries say nothing beyond their columns. What is wrong goes on record.

    ``noted``: an end that was noted earlier ('number:hash') and must still be part of it.
    """
    report = Report()
    with reading(rt.db) as session:
        walk(rt, session, name, report, noted=noted, progress=progress)
    put_on_record(rt, name, report, actor, now)
    return report


def put_on_record(rt: Runtime, name: str, report: Report, actor: Actor, now: datetime) -> None:
    """Note in the audit log that there are faults, if there are."""
    if not report.intact:
        first = report.findings[0].number or 0
        with transaction(rt.db) as session:
            audit.note(session, actor, "found faults in", ("ledger", name), now, findings=report.found, first=first)


def walk(
    rt: Runtime,
    session: Session,
    name: str,
    report: Report,
    *,
    noted: str = "",
    also: Also = lambda _: (),
    more: Sequence[str] = (),
    progress: Progress | None = None,
) -> None:
    """Put into ``report`` what is wrong with chain ``name``. ``also`` gets the rows, with the columns ``more``."""
    way, total = _Walk(rt, session, name, noted), chain_walk.count(session, name)
    for rows in chain_walk.batches(session, name, BATCH, more):
        for row in rows:
            report.take(way.place(row))
        report.take(also(rows))
        report.entries += len(rows)
        if progress is not None:
            progress(report.entries, total)
    report.take(way.end())
    end = chains.end(session, name)
    report.end = f"{end.number}:{end.hash}" if end is not None else ""


class _Walk:
    """From the first entry to the last; knows the one before."""

    def __init__(self, rt: Runtime, session: Session, name: str, noted: str) -> None:
        self._rt, self._session, self._name = rt, session, name
        number, _, self._noted_hash = noted.partition(":")
        self._noted = int(number) if number.isdecimal() else 0
        self._number = 0
        self._hashes = {chain.START}
        """By which hashes the entry before may be named: the one it bears, and the one it should bear."""

    def place(self, row: Row[Any]) -> Sequence[Finding]:
        """What is wrong with the place and the columns of the next entry."""
        number, hash_ = row.number, row.hash
        computed = chains.fingerprint_of(self._name, row)
        right = number == self._number + 1 and row.previous in self._hashes and computed == hash_
        found = [] if right and number != self._noted else list(self._faults(row, computed))
        self._number, self._hashes = number, {hash_, computed}
        return found

    def _faults(self, row: Row[Any], computed: str) -> Iterator[Finding]:
        expected = self._number + 1
        if row.number > expected:
            which = f"entries {expected} to {row.number - 1} are" if row.number - expected > 1 else f"entry {expected} is"
            yield Finding("missing", expected, f"{which} missing")
        elif row.number < expected:
            yield Finding("foreign", row.number, "no entry of this chain has such a number")
        elif row.previous not in self._hashes:
            yield Finding(
                "order", row.number, "it does not name the entry before it: entries were exchanged, or this one is not ours"
            )
        if computed != row.hash:
            yield Finding("altered", row.number, "its columns do not give its hash: it was altered or moved")
        if self._noted == row.number and self._noted_hash != row.hash:
            yield Finding("noted", row.number, "its hash is not the one that was noted: the chain was written anew")

    def end(self) -> Iterator[Finding]:
        """What is wrong with the end, when every entry was seen."""
        for id_ in chain_walk.unnumbered(self._session, self._name, 100):
            table = chains.CHAINS[self._name].table.__tablename__
            yield Finding("foreign", None, f"row {id_} of {table} is on no chain")
        if self._noted > self._number:
            yield Finding("noted", self._noted, "this entry was noted, and is missing now")
        end = chains.end(self._session, self._name)
        if end is None:
            if self._number:
                yield Finding("end", None, "nothing says where the chain ends: its seal was removed")
            return
        yield from self._cut(end.number)
        if self._number == end.number and end.hash not in self._hashes:
            yield Finding("end", end.number, "the last entry is not the one that was sealed")
        seal = self._rt.pseudonyms.seal(chains.sealed_text(self._name, end.number, end.hash))
        if end.number and not hmac.compare_digest(seal.encode(), end.seal.encode()):
            yield Finding("seal", None, "the seal of the chain's end is not ours (or the pepper is another)")

    def _cut(self, sealed: int) -> Iterator[Finding]:
        if self._number < sealed:
            missing = f"{self._number + 1} to {sealed}" if sealed - self._number > 1 else str(sealed)
            yield Finding("missing", self._number + 1, f"the end is cut off: {missing} missing")
        elif self._number > sealed:
            yield Finding(
                "foreign", sealed + 1, f"the chain was sealed at {sealed}: what follows was put on by somebody else"
            )
