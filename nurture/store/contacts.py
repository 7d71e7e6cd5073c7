"""Contacts, their units and companies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from importlib.resources import files

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from nurture.domain.address import address_key, domain_of
from nurture.store.bulk import among, fetch, given
from nurture.store.schema import Company, Contact, Suppression, Unit
from nurture.store.upsert import insert_new

_COLUMNS = ("salutation", "first_name", "last_name", "function", "phone", "time_zone", "country")
_COMPANY_FACTS = {"industry": "industry", "company_size": "size", "country": "country", "region": "region"}


@dataclass(frozen=True, slots=True)
class Person:
    """What is told of a contact. ``facts``: field -> value, both columns and further answers; empty values say nothing."""

    address: str
    language: str
    source: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1)
def freemail_domains() -> frozenset[str]:
    """Domains that say nothing about a company; one per line in freemail.txt beside this module."""
    lines = files("nurture.store").joinpath("freemail.txt").read_text("utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def by_address(session: Session, address: str, *, lock: bool = False) -> Contact | None:
    """The contact with this address, in any spelling."""
    query = select(Contact).where(Contact.address_key == address_key(address))
    return session.scalar(query.with_for_update() if lock else query)


def addresses(session: Session, contacts: Collection[int]) -> dict[int, str]:
    """Contact -> address, of those that are still there. One query."""
    rows = session.execute(select(Contact.id, Contact.address).where(among(session, Contact.id, contacts)))
    return {contact: address for contact, address in rows}


def keep(session: Session, contact: int) -> Contact | None:
    """The contact, which nobody erases before the transaction ends; None: somebody has.

    What a person asks for is done one after the other, so that two such transactions never wait for each other crosswise.
    """
    return session.get(Contact, contact, with_for_update={"key_share": True})


def save(session: Session, person: Person, now: datetime) -> tuple[Contact, bool]:
    """The contact of this address, made or brought up to date; and whether it is new.

    What is told replaces what was told before; what is not told stays.
    """
    contact = by_address(session, person.address, lock=True)
    if contact is None:
        contact = _create(session, person, now)
        _tell(session, contact, person.facts, now)
        return contact, True
    contact.language = person.language
    _tell(session, contact, person.facts, now)
    session.flush()
    return contact, False


def tell(session: Session, contact: Contact, facts: Mapping[str, str], now: datetime) -> None:
    """Add what a known contact said."""
    _tell(session, contact, facts, now)
    session.flush()


def _create(session: Session, person: Person, now: datetime) -> Contact:
    unit = _unit_for(session, person, now)
    row = {
        "address": person.address,
        "address_key": address_key(person.address),
        "unit_id": unit.id,
        "language": person.language,
        "source": person.source,
        "answers": {},
        "created_at": now,
        "last_active_at": now,
    }
    insert_new(session, Contact, [row])
    contact = by_address(session, person.address, lock=True)
    assert contact is not None  # noqa: S101 - inserted just now, by us or by somebody at the same moment
    return contact


def _unit_for(session: Session, person: Person, now: datetime) -> Unit:
    """The unit of the person's company (known by its mail domain, else by its name), or a unit of its own."""
    domain = domain_of(person.address)
    name = person.facts.get("company", "").strip()
    company_domain = None if domain in freemail_domains() else domain
    company = find_company(session, company_domain, name)
    if company is None and (company_domain or name):
        company = _new_company(session, name or domain, company_domain, now)
    if company is None:
        unit = Unit(company_id=None, name=person.address, created_at=now)
        session.add(unit)
        session.flush()
        return unit
    return main_unit(session, company, now)


def find_company(session: Session, domain: str | None, name: str) -> Company | None:
    """The company with this mail domain; else the one of this name that has no other domain."""
    if domain and (company := session.scalar(select(Company).where(Company.domain == domain))):
        return company
    if domain or not name:
        return None
    return session.scalar(select(Company).where(func.lower(Company.name) == name.lower()).order_by(Company.id).limit(1))


def _new_company(session: Session, name: str, domain: str | None, now: datetime) -> Company:
    if domain:
        insert_new(session, Company, [{"name": name, "domain": domain, "created_at": now}])
        company = session.scalar(select(Company).where(Company.domain == domain))
        assert company is not None  # noqa: S101 - inserted just now
        return company
    company = Company(name=name, domain=None, created_at=now)
    session.add(company)
    session.flush()
    return company


def main_unit(session: Session, company: Company, now: datetime) -> Unit:
    """The company's first unit, made if there is none. The company's row is the lock."""
    session.execute(select(Company.id).where(Company.id == company.id).with_for_update())
    unit = session.scalar(select(Unit).where(Unit.company_id == company.id).order_by(Unit.id).limit(1))
    if unit is None:
        unit = Unit(company_id=company.id, name=company.name, created_at=now)
        session.add(unit)
        session.flush()
    return unit


def _tell(session: Session, contact: Contact, facts: Mapping[str, str], now: datetime) -> None:
    told = {name: value for name, value in facts.items() if value and name not in ("email", "call_me")}
    for column in _COLUMNS:
        if column in told:
            setattr(contact, column, told[column])
    contact.answers = {**contact.answers, **{k: v for k, v in told.items() if k not in _COLUMNS}}
    if told.keys() & {*_COMPANY_FACTS, "company"}:
        _tell_company(session, contact, told, now)


def _tell_company(session: Session, contact: Contact, told: Mapping[str, str], now: datetime) -> None:
    unit = session.get_one(Unit, contact.unit_id)
    if unit.company_id is None and (name := told.get("company")):
        company = find_company(session, None, name) or _new_company(session, name, None, now)
        unit.company_id, unit.name = company.id, company.name
    if unit.company_id is None:
        return
    company = session.get_one(Company, unit.company_id)
    if (name := told.get("company")) and company.name == company.domain:
        company.name = unit.name = name
    for field_name, column in _COMPANY_FACTS.items():
        if field_name in told and not getattr(company, column):
            setattr(company, column, told[field_name][:2] if column == "country" else told[field_name])


def told(contact: Contact) -> dict[str, str]:
    """What a contact itself said, field -> value; what it did not say is missing."""
    columns = {name: value for name in _COLUMNS if (value := getattr(contact, name))}
    return {**columns, **{name: str(value) for name, value in contact.answers.items()}, "language": contact.language}


def take_back(contact: Contact, changes: Iterable[tuple[str, str | None, str | None]]) -> None:
    """Undo changes (field, before, after) of what a contact said, where nobody changed it again since."""
    present, answers = told(contact), dict(contact.answers)
    for name, before, after in changes:
        if present.get(name) != after:
            continue
        if name in _COLUMNS or (name == "language" and before):
            setattr(contact, name, before)
        elif before is None:
            answers.pop(name, None)
        else:
            answers[name] = before
    contact.answers = answers


def profile(contact: Contact, company: Company | None) -> dict[str, str]:
    """All facts of a contact and its company as field -> value, for scoring rules and conditions."""
    facts: dict[str, str] = {name: value for name in _COLUMNS if (value := getattr(contact, name))}
    if company is not None:
        facts.update({name: value for name, column in _COMPANY_FACTS.items() if (value := getattr(company, column))})
        facts["company"] = company.name
    facts.update({k: str(v) for k, v in contact.answers.items()})
    return facts


def active(session: Session, contact: int, now: datetime) -> None:
    """Note human activity, for the quiet-period entry."""
    session.execute(update(Contact).where(Contact.id == contact).values(last_active_at=now))


def of_units(session: Session, units: Iterable[int]) -> dict[int, list[Contact]]:
    """Unit -> its contacts by id."""
    found: dict[int, list[Contact]] = {unit: [] for unit in units}
    for contact in session.scalars(select(Contact).where(Contact.unit_id.in_(found)).order_by(Contact.id)):
        found[contact.unit_id].append(contact)
    return found


@lru_cache(maxsize=2)
def _suppressed(dialect: str) -> Select[str, str]:
    return select(Suppression.address_key, Suppression.reason).where(given(dialect, Suppression.address_key, "keys"))


def suppressed(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Which of these address keys get no mail, and why."""
    rows = fetch(session, _suppressed(session.get_bind().dialect.name), keys=keys)
    return {key: reason for key, reason in rows}


def suppress(session: Session, key: str, reason: str, now: datetime) -> None:
    """No more mail to this address. The first reason stays."""
    insert_new(session, Suppression, [{"address_key": key, "reason": reason[:200], "since": now}])


def disguise(session: Session, key: str, mark: str) -> None:
    """An address that gets no mail goes on getting none, known by its mark only; unless it is a contact's."""
    if session.scalar(select(Contact.id).where(Contact.address_key == key)) is not None:
        return
    if (row := session.get(Suppression, key)) is not None:
        insert_new(
            session, Suppression, [{"address_key": mark, "reason": "the address does not take mail", "since": row.since}]
        )
        session.delete(row)


def release(session: Session, key: str) -> None:
    """The address proved that it works and wants mail again; also that of somebody who was erased."""
    mark = session.connection().get_execution_options().get("mark")
    for known in (key, mark(key)) if mark else (key,):
        if (row := session.get(Suppression, known)) is not None:
            session.delete(row)


def remove(session: Session, contact: int) -> None:
    """Take a contact out again that should not have been made, with its unit and company where nobody else is in them."""
    unit = session.scalar(select(Contact.unit_id).where(Contact.id == contact))
    session.execute(delete(Contact).where(Contact.id == contact))
    if unit is None or session.scalar(select(Contact.id).where(Contact.unit_id == unit).limit(1)) is not None:
        return
    company = session.scalar(select(Unit.company_id).where(Unit.id == unit))
    session.execute(delete(Unit).where(Unit.id == unit))
    if company is not None and session.scalar(select(Unit.id).where(Unit.company_id == company).limit(1)) is None:
        session.execute(delete(Company).where(Company.id == company))


def companies(session: Session, units: Iterable[int]) -> dict[int, Company]:
    """Unit -> its company, where known."""
    rows = session.execute(select(Unit.id, Company).join(Company, Company.id == Unit.company_id).where(Unit.id.in_(units)))
    return {key: value for key, value in rows}
