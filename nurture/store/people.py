"""Who is known: contacts by name, address or company, and registrations that are not confirmed yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from nurture.domain.consent import ConsentState
from nurture.domain.handoff import OPEN
from nurture.store.retention import warned
from nurture.store.schema import Company, Consent, Contact, Handoff, Lead, Registration, Suppression, Unit


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. ``state``: one of ``engine/person.STATES``; ``mail``: the purposes that permit marketing mail."""

    text: str = ""
    function: str = ""
    lead_class: str = ""
    state: str = ""
    mail: tuple[str, ...] = ()


def count(session: Session, wanted: Wanted) -> int:
    return session.scalar(_narrow(select(func.count()).select_from(Contact), wanted)) or 0


def page(session: Session, wanted: Wanted, limit: int, offset: int) -> Sequence[Any]:
    """(contact, company name, suppressed since, whether known as inactive) newest first."""
    columns = (Contact, Company.name.label("company"), Suppression.since.label("suppressed"), warned().label("inactive"))
    query = _narrow(select(*columns).outerjoin(Suppression, Suppression.address_key == Contact.address_key), wanted)
    return session.execute(query.order_by(Contact.id.desc()).limit(limit).offset(offset)).all()


def _narrow(query: Any, wanted: Wanted) -> Any:
    query = query.join(Unit, Unit.id == Contact.unit_id).outerjoin(Company, Company.id == Unit.company_id)
    name = func.coalesce(Contact.first_name, "") + " " + func.coalesce(Contact.last_name, "")
    query = query.where(*_words(wanted.text, (name, Contact.address_key, Company.name)))
    if wanted.function:
        query = query.where(Contact.function == wanted.function)
    if wanted.lead_class:
        query = query.where(
            exists().where(Lead.unit_id == Contact.unit_id, Lead.lead_class == wanted.lead_class).correlate(Contact)
        )
    return query.where(_in_state(wanted)) if wanted.state else query


def _words(text: str, columns: Iterable[Any]) -> list[ColumnElement[bool]]:
    """Each word of ``text`` stands in one of ``columns``, whatever its capitals.

    SQLite folds ASCII only, so that the usual spellings are tried for the other letters.
    """
    every = tuple(columns)
    return [
        or_(*(column.ilike(f"%{_escaped(form)}%", escape="\\") for column in every for form in _spellings(word)))
        for word in text.split()[:6]
    ]


def _spellings(word: str) -> set[str]:
    return {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _in_state(wanted: Wanted) -> ColumnElement[bool]:
    """The same order of precedence as ``engine/person.person_state``."""
    suppressed = exists().where(Suppression.address_key == Contact.address_key).correlate(Contact)
    with_sales = (
        exists()
        .where(Handoff.lead_id == Lead.id, Lead.unit_id == Contact.unit_id, Handoff.state.in_(OPEN))
        .correlate(Contact)
    )
    has = {state: _mail_consent(wanted, state) for state in ConsentState}
    free = and_(~suppressed, ~with_sales)
    asked = has[ConsentState.CONFIRMED] | has[ConsentState.PENDING]
    return {
        "suppressed": suppressed,
        "with-sales": and_(with_sales, ~suppressed),
        "active": and_(has[ConsentState.CONFIRMED], free, ~warned()),
        "inactive": and_(has[ConsentState.CONFIRMED], free, warned()),
        "pending": and_(has[ConsentState.PENDING], ~has[ConsentState.CONFIRMED], free),
        "withdrawn": and_(has[ConsentState.WITHDRAWN], ~asked, free),
    }.get(wanted.state, and_(free, ~asked, ~has[ConsentState.WITHDRAWN]))


def _mail_consent(wanted: Wanted, state: ConsentState) -> ColumnElement[bool]:
    return (
        exists()
        .where(Consent.contact_id == Contact.id, Consent.purpose.in_(wanted.mail), Consent.state == state)
        .correlate(Contact)
    )


# --- not confirmed yet ------------------------------------------------------------------------------------------------


def pending(session: Session, wanted: Wanted, limit: int, offset: int) -> Sequence[Registration]:
    """Registrations that wait for their double opt-in and belong to nobody known; the latest of each address first."""
    if limit <= 0 or not _shows_pending(wanted):
        return []
    latest = _pending(select(func.max(Registration.id)), wanted).group_by(Registration.address_key)
    query = select(Registration).where(Registration.id.in_(latest))
    return list(session.scalars(query.order_by(Registration.id.desc()).limit(limit).offset(offset)))


def pending_count(session: Session, wanted: Wanted) -> int:
    if not _shows_pending(wanted):
        return 0
    return session.scalar(_pending(select(func.count(Registration.address_key.distinct())), wanted)) or 0


def _shows_pending(wanted: Wanted) -> bool:
    """What is only claimed so far has neither class nor any state but this one."""
    return wanted.state in ("", "pending") and not wanted.lead_class


def _pending(query: Any, wanted: Wanted) -> Any:
    answers = Registration.answers
    told = [answers[field].as_string() for field in ("first_name", "last_name", "company")]
    known = exists().where(Contact.address_key == Registration.address_key)
    query = query.where(Registration.state == "pending", ~known, *_words(wanted.text, (Registration.address_key, *told)))
    return query.where(answers["function"].as_string() == wanted.function) if wanted.function else query


# --- beside each contact of a page --------------------------------------------------------------------------------------


def leads_of(session: Session, units: Iterable[int]) -> dict[int, list[Lead]]:
    """Unit -> its leads. One query."""
    found: dict[int, list[Lead]] = {unit: [] for unit in units}
    for lead in session.scalars(select(Lead).where(Lead.unit_id.in_(found)).order_by(Lead.id)):
        found[lead.unit_id].append(lead)
    return found


def mail_consents(session: Session, people: Iterable[int], purposes: Sequence[str]) -> dict[int, list[ConsentState]]:
    """Contact -> the states of its consents to marketing mail. One query."""
    found: dict[int, list[ConsentState]] = {contact: [] for contact in people}
    query = select(Consent.contact_id, Consent.state).where(Consent.contact_id.in_(found), Consent.purpose.in_(purposes))
    for contact, state in session.execute(query):
        found[contact].append(state)
    return found
