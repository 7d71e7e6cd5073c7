"""Taking in contacts from a file: every good row, every bad row by its number and reason, and again without harm.

    file -> table -> columns -> rows --batch by batch, each one transaction--> contacts, companies, consents, journal

What a person said stays; a file fills what is not known yet (or replaces it, if it is told to). A consent comes in only if
its row proves it, and never over one that was withdrawn. A suppressed address stays out. A second import of the same file
finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from nurture.domain.audit import HOUSE, Actor
from nurture.domain.consent import ConsentEvent, ConsentState, after
from nurture.domain.errors import IllegalTransition
from nurture.engine import spreadsheet
from nurture.engine.import_columns import BadRow, Columns, Said, find_columns, read_row
from nurture.engine.import_companies import COMPANY_FACTS, fill_companies, units_for
from nurture.engine.import_report import Finding, Report
from nurture.engine.runtime import Runtime
from nurture.store import audit, contacts, personal, registrations
from nurture.store import importing as store
from nurture.store.database import transaction
from nurture.store.schema import Contact

BATCH = 500
_TRIES = 3
"""How often a batch is begun anew when somebody registers one of its addresses at the same moment."""
_COLUMNS = ("salutation", "first_name", "last_name", "function", "phone", "time_zone", "country")

Item = TypeVar("Item")


def import_contacts(
    rt: Runtime,
    path: Path,
    now: datetime,
    *,
    dry_run: bool = False,
    replace: bool = False,
    actor: Actor = HOUSE,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Take in ``path``. ``dry_run``: change nothing. ``replace``: the file knows better than what is stored.

    ``progress``: is told rows done and rows in all. Raises UnreadableTable, NoAddressColumn before anything is changed.
    """
    table = spreadsheet.open_table(path)
    columns = find_columns(rt.definitions, table.headings, path.name)
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    report = Report(path.name, dry_run, unused_columns=columns.unused)
    seen: dict[str, int] = {}
    for rows in _batches(spreadsheet.read(table), BATCH):
        job = _Job(rt, columns, path.name, digest, str(actor), now, replace)
        done = _try_batch(job, rows, seen, dry_run=dry_run)
        report.add(done)
        if progress is not None:
            progress(report.rows, table.rows)
    if not dry_run:
        _note(rt, report, actor, now)
    return report


def _note(rt: Runtime, report: Report, actor: Actor, now: datetime) -> None:
    """On record with its figures; the file's name may tell of people and stays out."""
    counts = {name: getattr(report, name) for name in ("rows", "created", "updated", "unchanged", "consents")}
    with transaction(rt.db) as session:
        audit.note(session, actor, "imported", ("contacts", ""), now, **counts, left_out=len(report.faults))


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


@dataclass(frozen=True, slots=True)
class _Job:
    rt: Runtime
    columns: Columns
    file: str
    digest: str
    by: str
    now: datetime
    replace: bool


def _try_batch(job: _Job, rows: Sequence[tuple[int, list[str]]], seen: dict[str, int], *, dry_run: bool) -> Report:
    """One transaction; begun anew if somebody else made one of its contacts meanwhile."""
    for tries_left in reversed(range(_TRIES)):
        batch = _Batch(job, dict(seen))
        try:
            with transaction(job.rt.db) as session:
                batch.take_in(session, rows)
                if dry_run:
                    session.rollback()
        except IntegrityError:
            if not tries_left:
                raise
            continue
        seen.update(batch.seen)
        break
    return batch.report


class _Batch:
    """Some rows on their way in. A constant number of statements for all of them."""

    def __init__(self, job: _Job, seen: dict[str, int]) -> None:
        self._job, self.seen = job, seen
        self.report = Report(job.file, dry_run=False)
        self._repeated: set[int] = set()
        self._news: dict[int, list[str]] = {}
        """Contact -> what changed, for the journal."""

    def take_in(self, session: Session, rows: Sequence[tuple[int, list[str]]]) -> None:
        self.report.rows = len(rows)
        said = self._without_suppressed(session, list(self._read(rows)))
        known = store.known_contacts(session, {s.key for s in said})
        new = self._create(session, [s for s in said if s.key not in known])
        fill_companies(session, [(one, (known | new)[one.key].unit_id) for one in said])
        for one in said:
            self._fill(one, (known | new)[one.key], is_new=one.key in new)
        session.flush()
        self._consent(session, [(one, (known | new)[one.key].id) for one in said if one.claim])
        self._write_journal(session, said, known | new)
        self._count(said, known, new)

    def _read(self, rows: Sequence[tuple[int, list[str]]]) -> Iterator[Said]:
        for row, cells in rows:
            try:
                said = read_row(self._job.rt.definitions, self._job.columns, row, cells, self._job.now)
            except BadRow as fault:
                self.report.faults.append(Finding(row, "", str(fault)))
                continue
            self.report.notes += [Finding(row, said.address, note) for note in said.notes]
            if said.key in self.seen:
                self._repeated.add(row)
                text = f"the same address as in row {self.seen[said.key]}; what it adds was taken up"
                self.report.notes.append(Finding(row, said.address, text))
            else:
                self.seen[said.key] = row
            yield said

    def _without_suppressed(self, session: Session, said: list[Said]) -> list[Said]:
        registrations.one_at_a_time(session, *{s.key for s in said})  # nobody is erased between the look and the writing
        suppressed = contacts.suppressed(session, {s.key for s in said})
        left_out = {key: f"this address gets no mail and was left out ({why})" for key, why in suppressed.items()}
        marks = {self._job.rt.pseudonyms.mark(s.key): s.key for s in said}
        for mark, since in personal.erased_since(session, marks).items():
            left_out[marks[mark]] = f"erased on {since:%Y-%m-%d}; only the person can come back, by the form"
        self.report.faults += [Finding(one.row, one.address, left_out[one.key]) for one in said if one.key in left_out]
        return [one for one in said if one.key not in left_out]

    # --- contacts ---------------------------------------------------------------------------------------

    def _create(self, session: Session, said: Sequence[Said]) -> dict[str, Contact]:
        first: dict[str, Said] = {}
        for one in said:
            first.setdefault(one.key, one)
        units = units_for(session, list(first.values()), self._job.now)
        default = self._job.rt.definitions.organisation.languages[0]
        new = {
            key: Contact(
                address=one.address,
                address_key=key,
                unit_id=units[key].id,
                language=one.language or default,
                source=one.source,
                answers={},
                created_at=self._job.now,
                last_active_at=self._job.now,
            )
            for key, one in first.items()
        }
        store.add(session, new.values())
        return new

    def _fill(self, said: Said, contact: Contact, *, is_new: bool) -> None:
        """What the row tells of the person, where it is not known yet (or anyway, if the file knows better)."""
        changed = ["created"] if is_new else []
        replace = self._job.replace and not is_new
        columns: dict[str, str | None] = {name: said.facts[name] for name in _COLUMNS if name in said.facts}
        columns["source"] = said.source
        if replace and said.language:
            columns["language"] = said.language
        for name, new in columns.items():
            if new and new != (present := getattr(contact, name)) and (not present or (replace and name != "source")):
                setattr(contact, name, new)
                changed.append(name)
        answers = {k: v for k, v in said.facts.items() if k not in _COLUMNS and k not in COMPANY_FACTS}
        told = {k: v for k, v in answers.items() if contact.answers.get(k) != v and (replace or k not in contact.answers)}
        if told:
            contact.answers = {**contact.answers, **told}
            changed += sorted(told)
        if changed:
            self._news.setdefault(contact.id, []).extend(changed)

    # --- consent ------------------------------------------------------------------------------------------------------

    def _consent(self, session: Session, claims: Sequence[tuple[Said, int]]) -> None:
        states = store.consent_states(session, {contact for _, contact in claims})
        current: dict[tuple[int, str], dict[str, Any]] = {}
        ledger: list[dict[str, Any]] = []
        pseudonyms = self._job.rt.pseudonyms
        for said, contact in claims:
            for purpose in said.claim.purposes if said.claim else ():
                state = self._may_confirm(said, purpose, states.get((contact, purpose), ConsentState.NONE))
                if state is None:
                    continue
                states[contact, purpose] = state
                key = {"contact_id": contact, "purpose": purpose}
                current[contact, purpose] = {**key, "state": state, "since": self._job.now}
                ledger.append({"contact": contact, "purpose": purpose, "event": ConsentEvent.IMPORTED, "at": self._job.now,
                               "subject": pseudonyms.mark(said.key), "evidence": self._evidence(said)})  # fmt: skip
                self._news.setdefault(contact, []).append(f"consent {purpose}")
        store.set_consents(session, list(current.values()))
        store.write_ledger(session, ledger)
        self.report.consents += len(ledger)

    def _may_confirm(self, said: Said, purpose: str, state: ConsentState) -> ConsentState | None:
        """The state after the import; None: nothing is to be done."""
        if state is ConsentState.CONFIRMED:
            return None
        try:
            return after(state, ConsentEvent.IMPORTED)
        except IllegalTransition:
            text = f"no consent: this person has withdrawn '{purpose}'; only the person can give it again"
            self.report.notes.append(Finding(said.row, said.address, text))
            return None

    def _evidence(self, said: Said) -> dict[str, Any]:
        assert said.claim is not None  # noqa: S101 - asked only for rows that claim one
        told = {f"consent_{name}": value for name, value in said.claim.evidence.items()}
        read = {"file": self._job.file, "file_sha256": self._job.digest, "row": said.row, "by": self._job.by}
        return {**told, "consented_at": said.claim.at.isoformat(), **read}

    # --- what came of it ----------------------------------------------------------------------------------------------

    def _write_journal(self, session: Session, said: Sequence[Said], people: dict[str, Contact]) -> None:
        rows = {people[one.key].id: one for one in said}
        store.write_journal(
            session,
            [
                {"contact_id": contact, "kind": "imported", "at": self._job.now,
                 "data": {"file": self._job.file, "row": rows[contact].row, "source": rows[contact].source, "what": what}}
                for contact, what in self._news.items()
            ],
        )  # fmt: skip

    def _count(self, said: Sequence[Said], known: dict[str, Contact], new: dict[str, Contact]) -> None:
        for one in said:
            if one.row in self._repeated:
                continue
            if one.key in new:
                self.report.created += 1
            elif known[one.key].id in self._news:
                self.report.updated += 1
            else:
                self.report.unchanged += 1
