"""Whether the consent ledger is as it was written: its chain (``chain_check``), the evidence, what that refers to, and
whether the present states follow from it (``consent_states``).

Evidence may be missing only where a later entry says that it was removed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from nurture.domain import chain
from nurture.domain.audit import Actor
from nurture.engine import chain_check, consent_states
from nurture.engine.chain_check import Finding, Progress
from nurture.engine.runtime import Runtime
from nurture.store import exhibits, ledger, ledger_walk, registrations
from nurture.store.database import reading


@dataclass
class Report(chain_check.Report):
    """``removed``: entries whose evidence was removed by law."""

    removed: int = 0


def check(rt: Runtime, actor: Actor, now: datetime, *, noted: str = "", progress: Progress | None = None) -> Report:
    """Walk the whole ledger. ``noted``: an end that was noted earlier ('number:hash') and must still be part of it.

    What is wrong goes on record in the audit log.
    """
    report = Report()
    with reading(rt.db) as session:
        contents = _Contents(session, report)
        report.take(contents.shown())
        more = ("evidence", "redacted", "contact_id")
        chain_check.walk(rt, session, ledger.NAME, report, noted=noted, also=contents.wrong, more=more, progress=progress)
        report.take(consent_states.wrong(session))
    chain_check.put_on_record(rt, ledger.NAME, report, actor, now)
    return report


class _Contents:
    """What entries say: evidence, who is meant, and what they name."""

    def __init__(self, session: Session, report: Report) -> None:
        self._session, self._report = session, report
        self._known: set[str] = set()

    # --- what entries refer to --------------------------------------------------------------------------------------------

    def shown(self) -> Iterator[Finding]:
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

    def wrong(self, rows: Sequence[Row[Any]]) -> Iterator[Finding]:
        """With these entries, which follow those of the call before."""
        own = ledger_walk.last_before(self._session, {row.subject or "" for row in rows}, rows[0].number)
        removals = self._removals(rows)
        for row in rows:
            yield from self._own(row, own)
            yield from self._content(row, removals)
        yield from self._mails(rows)

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
        elif row.contact_id is not None and row.contact_id != ledger.whose(row.evidence):
            yield Finding("contact", row.number, f"it is put down to contact {row.contact_id}, whose entry it is not")
        for name in ("wording", "shown", "controller"):
            if (named := row.evidence.get(name)) and named not in self._known:
                yield Finding("exhibit", row.number, f"what it names as '{name}' is not kept any more ({named[:12]}…)")
        if row.event in ledger.REMOVALS:
            yield from self._carried_out(row, removals)

    def _removed(self, row: Row[Any], by: Row[Any] | None) -> Iterator[Finding]:
        entry = f"entry {row.redacted}"
        if by is None or by.event not in ledger.REMOVALS or row.number not in by.evidence.get("redacts", ()):
            yield Finding("removal", row.number, f"its evidence was removed, and {entry} does not say so")
        elif row.evidence or row.contact_id is not None or row.event in ledger.REMOVALS:
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
