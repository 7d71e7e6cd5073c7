"""Erasing a person (Art. 17 GDPR): from every table, stored mail and file; what stays is a keyed hash, and counts.

    asked --one transaction--> database done, case still open --files, mails that were leaving--> case done
                                  |  (a crash here loses nothing: the beat finishes it)
                                  '-- address kept with the case only until then

What becomes of each column stands in ``personal_tables.py``. Where nobody asked for the erasure and the data is only over,
the evidence of the consents stays, under the pseudonym of the ledger, until its own period is over (Art. 17(3)(e)). A mail
that is leaving at this moment cannot be called back; whatever its worker writes afterwards is removed when its lease is
over. An address that was erased is known by its mark only: nothing but the person's own double opt-in lets it in again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from nurture.delivery.mailbox import MailboxTransport
from nurture.domain.address import address_key
from nurture.domain.audit import Actor
from nurture.domain.deadline import answer_due
from nurture.domain.errors import NotFound, NurtureError
from nurture.engine.personal_data import Erasing
from nurture.engine.personal_tables import TABLES
from nurture.engine.quotes import Quotes
from nurture.engine.runtime import Runtime
from nurture.engine.scoring import lead_scores
from nurture.engine.scoring import store as store_scores
from nurture.store import audit, cases, contacts, ledger, personal, personal_texts, registrations, retention
from nurture.store.database import leave_no_copy, reading, transaction
from nurture.store.ledger import Removal
from nurture.store.personal import Trace, Treatment
from nurture.store.schema import Activity, Contact

BLOCKED = "erased"
"""The reason in the suppression list."""
_SCRUBBED = [(t.name, column) for t in TABLES for column in t.erased(Erasing.SCRUB)]
_TREATMENTS: Mapping[str, Treatment] = {
    t.name: Treatment(
        delete=bool(t.erased(Erasing.ROW)),
        blank=t.erased(Erasing.BLANK),
        unlink=t.erased(Erasing.UNLINK),
        mark=t.erased(Erasing.MARK),
    )
    for t in TABLES
}
_EVIDENCE = ("message_bytes",)
"""The opt-in mails: evidence that is kept apart from the ledger."""
_FREE_TEXTS = ("wish", "message", "text", "said")
"""Keys of activities under which people's own words stand."""


class Ground(StrEnum):
    """On what ground somebody is erased (Art. 17(1) GDPR)."""

    ASKED = "asked"
    """The person asked for it."""
    UNLAWFUL = "unlawful"
    """The data should not have been stored."""
    OVER = "over"
    """It is needed no longer."""


@dataclass(frozen=True, slots=True)
class Erased:
    """``counts``: rows by table. ``told``: salespeople who had been given data and have to be told (Art. 19 GDPR).

    ``finished`` False: a mail was leaving at that moment; the beat does the rest within minutes.
    """

    case: int
    counts: Mapping[str, int] = field(default_factory=dict)
    files: int = 0
    told: tuple[str, ...] = ()
    finished: bool = True


class NothingToErase(NotFound):
    """Nothing is stored under this address."""

    def __init__(self, address: str, since: datetime | None) -> None:
        super().__init__("contact or registration with the address", address)
        gone = f"; it was erased on {since:%Y-%m-%d}" if since else "; check the spelling"
        self.args = (f"nothing is stored under {address}{gone}",)


def erase(
    rt: Runtime,
    contact_id: int,
    actor: Actor,
    now: datetime,
    *,
    ground: Ground = Ground.ASKED,
    case: int | None = None,
    channel: str = "page",
) -> Erased:
    """Erase this contact. Raises NotFound."""
    with reading(rt.db) as session:
        person = session.get(Contact, contact_id)
        if person is None:
            raise NotFound("contact", contact_id)
        address = person.address
    return erase_address(rt, address, actor, now, ground=ground, case=case, channel=channel)


def erase_address(
    rt: Runtime,
    address: str,
    actor: Actor,
    now: datetime,
    *,
    ground: Ground = Ground.ASKED,
    case: int | None = None,
    channel: str = "cli",
) -> Erased:
    """Erase whoever has this address, contact or only a registration. Raises NothingToErase."""
    key = address_key(address)
    with transaction(rt.db) as session:
        registrations.one_at_a_time(session, key)
        registrations.lock_of(session, key)  # whoever is confirming now is waited for, and then seen
        found = personal.trace(session, key, rt.pseudonyms.mark)
        if found.nobody:
            since = personal.erased_since(session, found.marks).get(found.marks[0])
            raise NothingToErase(address, since)
        number = _case(rt, session, found, case, address, channel, now)
        told = tuple(personal.told_to(session, found))
        counts = _out_of_database(rt, session, found, ground, now)
        # the case may have been opened under a former address; what is left to do is found under the present one
        cases.change(session, number, outcome=cases.HALF_ERASED, address=address, subject=found.marks[0])
        audit.note(session, actor, "erased", ("contact", found.contact), now, contact=found.contact or None,
                   case=number, why=ground.value)  # fmt: skip
    files, finished = finish(rt, number, actor, now)
    return Erased(number, counts, files, told, finished)


def _case(rt: Runtime, session: Session, found: Trace, case: int | None, address: str, channel: str, now: datetime) -> int:
    """The case this is done for; one of its own if none is named."""
    if case is None:
        due = answer_due(now, rt.definitions.calendar.zone)
        return cases.add(session, kind="erasure", subject=found.marks[0], contact_id=found.contact or None,
                         address=address, channel=channel, received_at=now, due_at=due).id  # fmt: skip
    row = cases.find(session, case, lock=True)
    if row is None or row.state != cases.OPEN or row.kind != "erasure":
        raise NotFound("open case of an erasure", case)
    if row.subject not in found.marks:
        raise WrongCase(case)
    return row.id


class WrongCase(NurtureError):
    """A case of somebody else."""

    def __init__(self, case: int) -> None:
        super().__init__(f"case {case} is about another address; nothing was erased")


def _out_of_database(rt: Runtime, session: Session, found: Trace, ground: Ground, now: datetime) -> dict[str, int]:
    quotes = _quotes(session, found)
    personal.stop(session, found, now)
    # before the commit, since nothing says afterwards which they were
    _out_of_mailbox(rt, personal_texts.scrub_neighbours(session, found, quotes.cut))
    if ground is not Ground.OVER:
        ledger.redact(session, Removal.ERASED, now, subjects=found.marks)
    returned = _returns_about(session, quotes)
    counts = personal.treat(session, found, _TREATMENTS, spared=_EVIDENCE if ground is Ground.OVER else ())
    personal_texts.strip_returns(session, returned, _TREATMENTS["returned_mails"])
    personal.forget_blocks(session, found.keys)
    for mark in found.marks:
        contacts.suppress(session, mark, BLOCKED, now)
    personal_texts.scrub(session, _SCRUBBED, quotes.addresses, quotes.cut)
    if found.unit is None and found.leads:
        store_scores(session, lead_scores(rt, session, found.leads, now), now)
    return counts


def _quotes(session: Session, found: Trace) -> Quotes:
    person = session.get(Contact, found.contact)
    if person is None:
        return Quotes(found.keys)
    said = [str(person.answers.get(name) or "") for name in _FREE_TEXTS]
    for data in session.scalars(personal.acts_of(found.contact, Activity.data)):
        said += [str(data.get(name) or "") for name in _FREE_TEXTS]
    name = f"{person.first_name or ''} {person.last_name or ''}".strip()
    return Quotes(found.keys, [*(text.strip() for text in said), name, person.phone or ""])


def _returns_about(session: Session, quotes: Quotes) -> list[int]:
    """What came back about the person and was assigned to nobody."""
    return [
        row.id
        for row in personal_texts.unclaimed_returns(session)
        if any(quotes.in_text(text) for text in (row.subject, row.action, row.said, str(row.report)))
        or quotes.in_mail(row.raw)
    ]


# --- afterwards ---------------------------------------------------------------------------------------------------------


def finish(rt: Runtime, case: int, actor: Actor, now: datetime) -> tuple[int, bool]:
    """What cannot be part of the transaction: files, and mails that were leaving. (files removed, whether all is done).

    Safe to repeat, and after a crash.
    """
    with reading(rt.db) as session:
        row = cases.find(session, case)
        if row is None or row.outcome != cases.HALF_ERASED:
            return 0, True
        mails = personal.marked(session, row.subject)
    files = _out_of_mailbox(rt, [header for _, header, _, _ in mails])
    if any(leaving or (until is not None and until > now) for _, _, leaving, until in mails):
        return files, False
    with transaction(rt.db) as session:
        _close(session, case, [id_ for id_, *_ in mails], actor, now)
    _out_of_mailbox(rt, [header for _, header, _, _ in mails])
    leave_no_copy(rt.db)
    return files, True


def _close(session: Session, case: int, mails: list[int], actor: Actor, now: datetime) -> None:
    row = cases.find(session, case, lock=True)
    if row is None or row.outcome != cases.HALF_ERASED:
        return
    quotes = Quotes([address_key(row.address)] if row.address else [])
    personal.strip_again(session, mails, _TREATMENTS, now, retention.mails_in_evidence(session, [row.subject]))
    if quotes.addresses and not _back_again(session, quotes.addresses[0]):
        personal.forget_blocks(session, quotes.addresses)
        personal_texts.strip_returns(session, _returns_about(session, quotes), _TREATMENTS["returned_mails"])
        personal_texts.scrub(session, _SCRUBBED, quotes.addresses, quotes.cut)
    cases.change(session, case, state=cases.DONE, outcome=BLOCKED, address=None, contact_id=None, settled_at=now,
                 settled_by=str(actor)[:80])  # fmt: skip


def _back_again(session: Session, key: str) -> bool:
    """Whether the person registered and confirmed anew meanwhile: what is stored now was given since."""
    return contacts.by_address(session, key) is not None


def finish_all(rt: Runtime, actor: Actor, now: datetime) -> int:
    """The beat: whatever was left half done. Returns how many are done now."""
    with reading(rt.db) as session:
        waiting = cases.half_erased(session)
    return sum(finish(rt, case, actor, now)[1] for case in waiting)


def _out_of_mailbox(rt: Runtime, header_ids: Iterable[str]) -> int:
    boxes = [rt.mailbox, rt.transport]
    return sum(box.forget(header_ids) for box in boxes if isinstance(box, MailboxTransport))


# --- whether somebody was erased ----------------------------------------------------------------------------------------


def any_erased(rt: Runtime, session: Session, addresses: Iterable[str]) -> bool:
    """Whether somebody of these was erased and has not come back."""
    marks = {rt.pseudonyms.mark(address_key(address)) for address in addresses if address}
    return bool(marks) and bool(personal.erased_since(session, marks))
