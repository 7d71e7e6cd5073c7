"""Taking in many contacts at once: a constant number of statements per batch, however many rows it has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from nurture.domain.consent import ConsentState
from nurture.store import ledger
from nurture.store.schema import Activity, Company, Consent, Contact, Unit
from nurture.store.upsert import insert_for


def known_contacts(session: Session, keys: Iterable[str]) -> dict[str, Contact]:
    """Address key -> contact, locked until the end of the transaction."""
    query = select(Contact).where(Contact.address_key.in_(keys)).order_by(Contact.id).with_for_update()
    return {contact.address_key: contact for contact in session.scalars(query)}


def companies_by_domain(session: Session, domains: Iterable[str]) -> dict[str, Company]:
    found = session.scalars(select(Company).where(Company.domain.in_(domains)))
    return {company.domain: company for company in found if company.domain}


def companies_by_name(session: Session, names: Iterable[str]) -> dict[str, Company]:
    """Name in lower case -> the first company of that name, whatever its domain."""
    query = select(Company).where(func.lower(Company.name).in_(names)).order_by(Company.id.desc())
    return {company.name.lower(): company for company in session.scalars(query)}


def company_of(session: Session, units: Iterable[int]) -> dict[int, Company]:
    """Unit -> its company, where known."""
    rows = session.execute(select(Unit.id, Company).join(Company, Company.id == Unit.company_id).where(Unit.id.in_(units)))
    return {unit: company for unit, company in rows}


def main_units(session: Session, companies: Sequence[Company], now: datetime) -> dict[int, Unit]:
    """Company -> its first unit, made where there is none. The companies' rows are the lock."""
    ids = sorted({company.id for company in companies})
    session.execute(select(Company.id).where(Company.id.in_(ids)).order_by(Company.id).with_for_update())
    query = select(Unit).where(Unit.company_id.in_(ids)).order_by(Unit.id.desc())
    found = {unit.company_id: unit for unit in session.scalars(query) if unit.company_id is not None}
    names = {company.id: company.name for company in companies}
    new = [Unit(company_id=company, name=names[company], created_at=now) for company in ids if company not in found]
    add(session, new)
    return {**found, **{unit.company_id: unit for unit in new if unit.company_id is not None}}


def add(session: Session, rows: Iterable[Any]) -> None:
    """Insert all of them in one go; they know their ids then. Raises IntegrityError."""
    session.add_all(rows)
    session.flush()


def consent_states(session: Session, contacts: Iterable[int]) -> dict[tuple[int, str], ConsentState]:
    """(contact, purpose) -> state, locked."""
    query = select(Consent.contact_id, Consent.purpose, Consent.state).where(Consent.contact_id.in_(contacts))
    return {(contact, purpose): state for contact, purpose, state in session.execute(query.with_for_update())}


def set_consents(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Current states: contact_id, purpose, state, since."""
    if rows:
        statement = insert_for(session, Consent)
        values = {"state": statement.excluded.state, "since": statement.excluded.since}
        key = ["contact_id", "purpose"]
        session.execute(statement.on_conflict_do_update(index_elements=key, set_=values), list(rows))


def write_ledger(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Consent events: the arguments of ``ledger.append``."""
    for row in rows:
        ledger.append(session, **row)


def write_journal(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Activities: contact_id, kind, at, data."""
    if rows:
        session.execute(insert(Activity), list(rows))
