"""What a person may ask of whoever stores their data (Art. 15 to 21 GDPR), done by the house itself.

Each verb settles a case of its own at once, or the open one it is done for (``case=``). Cases and their deadlines are in
``rights_cases.py``, erasure in ``erasure.py``, what is handed out in ``rights_snapshot.py`` and ``rights_bundle.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from nurture.domain.audit import Actor
from nurture.domain.consent import ConsentEvent, ConsentState
from nurture.domain.errors import InvalidInput, NotFound
from nurture.engine import choices, enrolment, observation, submission
from nurture.engine.rights_bundle import bundle
from nurture.engine.rights_cases import CHANNELS, Case, Kind, add, case, close, extend, listing, locked, open_case, settle
from nurture.engine.rights_snapshot import Section, Snapshot, snapshot
from nurture.engine.rights_words import told
from nurture.engine.runtime import Runtime
from nurture.engine.scoring import lead_scores
from nurture.engine.scoring import store as store_scores
from nurture.store import activities, audit, consents, contacts, enrollments, leads, preferences
from nurture.store.consents import Said
from nurture.store.database import reading, transaction
from nurture.store.schema import Company, Contact, Unit

__all__ = ["CHANNELS", "Case", "Kind", "Section", "Snapshot", "bundle", "case", "extend", "listing", "open_case", "settle",
           "snapshot"]  # fmt: skip

FIELDS: Mapping[str, int] = {
    "salutation": 20, "first_name": 120, "last_name": 120, "function": 60, "company": 200, "phone": 60, "language": 8
}  # fmt: skip
"""What can be corrected, and the most characters of each; the address has its own way (it has to answer)."""
_SALUTATIONS = ("", "mr", "ms")


# --- what the house does by itself ----------------------------------------------------------------------------------------


def handed_out(
    rt: Runtime, contact_id: int, kind: str, actor: Actor, now: datetime, *, case: int | None = None, channel: str = "page"
) -> int:
    """The copy (access or portability) was given out. Returns the case."""
    return _do(rt, contact_id, kind, actor, now, "handed out", case, channel, lambda session, person: None)  # noqa: ARG005


def restrict(
    rt: Runtime, contact_id: int, actor: Actor, now: datetime, *, case: int | None = None, channel: str = "page"
) -> int:
    """Stored, and nothing else, until it is lifted (Art. 18)."""
    return _do(rt, contact_id, Kind.RESTRICTION, actor, now, "restricted", case, channel,
               lambda session, person: choices.restrict(rt, session, person.id, now))  # fmt: skip


def lift_restriction(rt: Runtime, contact_id: int, actor: Actor, now: datetime) -> None:
    """The person has to be told beforehand (Art. 18(3))."""
    with transaction(rt.db) as session:
        person = _kept(session, contact_id)
        choices.lift(rt, session, person.id, now)
        audit.note(session, actor, "restriction lifted", ("contact", person.id), now, contact=person.id)


def object_to(
    rt: Runtime, contact_id: int, actor: Actor, now: datetime, *, case: int | None = None, channel: str = "page"
) -> int:
    """No more marketing and no more profiling, from this moment on (Art. 21(2), (3)); what is queued is called off."""
    return _do(rt, contact_id, Kind.OBJECTION, actor, now, "objected", case, channel,
               lambda session, person: _object(rt, session, person, actor, now))  # fmt: skip


def _object(rt: Runtime, session: Session, person: Contact, actor: Actor, now: datetime) -> None:
    states = consents.states(session, person.id)
    gone = sorted({*rt.definitions.purposes, *states} - {p for p, s in states.items() if s is ConsentState.WITHDRAWN})
    evidence = {"via": "objection", "by": actor.kind.value}
    consents.record_all(session, person.id, [Said(p, ConsentEvent.OBJECTED, now, evidence) for p in gone])
    activities.record(session, person.id, "unsubscribed", now, data={"purposes": gone, "via": "objection"})
    ended = enrolment.inside(rt, session, [person.id], lambda _: True)
    enrollments.leave(session, ended, "no-consent", "objected", now)
    observation.ended(rt, session, person.id, gone, now, by_person=False)


def correct(
    rt: Runtime,
    contact_id: int,
    values: Mapping[str, str],
    actor: Actor,
    now: datetime,
    *,
    case: int | None = None,
    channel: str = "page",
) -> tuple[str, ...]:
    """Correct what is stored; what it was before stays with the case. Returns the fields that changed. Raises InvalidInput.

    Nothing is on record if nothing changed.
    """
    with reading(rt.db) as session:
        read = _read(rt, values, _person(session, contact_id).language)
        changes = _changes(session, _person(session, contact_id), read)
    if changes or case is not None:
        _do(rt, contact_id, Kind.RECTIFICATION, actor, now, "corrected", case, channel,
            lambda session, person: _correct(rt, session, person, read, actor, now))  # fmt: skip
    return tuple(changes)


def _read(rt: Runtime, values: Mapping[str, str], language: str) -> dict[str, str]:
    read, problems = {}, {}
    allowed = {"salutation": _SALUTATIONS, "function": ("", *rt.definitions.functions),
               "language": rt.definitions.organisation.languages}  # fmt: skip
    for name, raw in values.items():
        value = submission.clean(raw)
        if name not in FIELDS:
            problems[name] = told("no-field", language)
        elif len(value) > FIELDS[name]:
            problems[name] = told("too-long", language, n=FIELDS[name])
        elif name in allowed and value not in allowed[name]:
            problems[name] = told(f"bad-{name}", language)
        elif name == "phone" and value and not submission.is_phone(value):
            problems[name] = told("bad-phone", language)
        read[name] = value
    if problems:
        raise InvalidInput(problems)
    return read


def _changes(session: Session, person: Contact, read: Mapping[str, str]) -> dict[str, tuple[str | None, str | None]]:
    """Field -> (before, after), of those that change."""
    present = {name: getattr(person, name, None) for name in read}
    if "company" in read:
        company = contacts.companies(session, [person.unit_id]).get(person.unit_id)
        present["company"] = company.name if company else None
    return {name: (present[name], value or None) for name, value in read.items() if value != (present[name] or "")}


def _correct(rt: Runtime, session: Session, person: Contact, read: Mapping[str, str], actor: Actor, now: datetime) -> None:
    changes = _changes(session, person, read)
    for name, (_, value) in changes.items():
        if name == "company":
            _correct_company(session, person, value, now)
        else:
            setattr(person, name, value)
    rows = [(name, old, new) for name, (old, new) in changes.items()]
    preferences.note_changes(session, person.id, rows, str(actor), now)
    session.flush()
    ids = [lead.id for lead in leads.of_units(session, [person.unit_id]).values()]
    store_scores(session, lead_scores(rt, session, ids, now), now)


def _correct_company(session: Session, person: Contact, name: str | None, now: datetime) -> None:
    """Whoever shares a company that is known by its name alone leaves it for the one named; else it gets the right name."""
    if not name:
        return
    unit = session.get_one(Unit, person.unit_id)
    company = session.get(Company, unit.company_id) if unit.company_id else None
    alone = len(contacts.of_units(session, [unit.id])[unit.id]) == 1
    if company is not None and (company.domain or alone):
        company.name = unit.name = name
        return
    known = contacts.find_company(session, None, name) or _new_company(session, name, now)
    if company is None:
        unit.company_id, unit.name = known.id, known.name
    else:
        person.unit_id = contacts.main_unit(session, known, now).id


def _new_company(session: Session, name: str, now: datetime) -> Company:
    company = Company(name=name, domain=None, created_at=now)
    session.add(company)
    session.flush()
    return company


def _do(
    rt: Runtime,
    contact_id: int,
    kind: str,
    actor: Actor,
    now: datetime,
    action: str,
    case: int | None,
    channel: str,
    what: Callable[[Session, Contact], None],
) -> int:
    """Do it, and settle the case it is done for, in one transaction."""
    with transaction(rt.db) as session:
        person = _kept(session, contact_id)
        row = add(rt, session, kind, person.address, person, channel, now) if case is None else locked(session, case)
        if row.subject != rt.pseudonyms.mark(person.address_key) or row.kind != kind:
            raise NotFound(f"case of this person about {kind}", case)
        what(session, person)
        audit.note(session, actor, action, ("contact", person.id), now, contact=person.id, case=row.id)
        close(session, row, action, actor, now)
        return row.id


def _kept(session: Session, contact: int) -> Contact:
    """For whoever is going to write: not erased meanwhile."""
    if contacts.keep(session, contact) is None:
        raise NotFound("contact", contact)
    return _person(session, contact)


def _person(session: Session, contact: int) -> Contact:
    person = session.get(Contact, contact)
    if person is None:
        raise NotFound("contact", contact)
    return person
