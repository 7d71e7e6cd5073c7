"""Which company and unit an imported person belongs to: by the mail domain, else by the company's name, else alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from nurture.domain.address import domain_of
from nurture.engine.import_columns import Said
from nurture.store import contacts
from nurture.store import importing as store
from nurture.store.schema import Company, Unit

COMPANY_FACTS = {"industry": "industry", "company_size": "size", "country": "country", "region": "region"}
"""Fact of a row -> column of the company."""

_Handle = tuple[str, str]
"""How a company is found: ('domain', it) or ('name', it in lower case)."""


def units_for(session: Session, said: Sequence[Said], now: datetime) -> dict[str, Unit]:
    """Address key -> the unit of its company, or a unit of its own; what is not there is made."""
    handles = {one.key: handle for one in said if (handle := _handle(one)) is not None}
    companies = _companies(session, said, handles, now)
    main = store.main_units(session, list(companies.values()), now)
    alone = {
        one.key: Unit(company_id=None, name=one.address[:200], created_at=now) for one in said if one.key not in handles
    }
    store.add(session, alone.values())
    return {**alone, **{key: main[companies[handle].id] for key, handle in handles.items()}}


def _handle(said: Said) -> _Handle | None:
    domain = domain_of(said.address)
    if domain not in contacts.freemail_domains():
        return "domain", domain
    name = said.facts.get("company")
    return ("name", name.lower()) if name else None


def _companies(
    session: Session, said: Sequence[Said], handles: dict[str, _Handle], now: datetime
) -> dict[_Handle, Company]:
    domains = {value for kind, value in handles.values() if kind == "domain"}
    names = {value for kind, value in handles.values() if kind == "name"}
    known = {("domain", domain): company for domain, company in store.companies_by_domain(session, domains).items()}
    known |= {("name", name): company for name, company in store.companies_by_name(session, names).items()}
    new: dict[_Handle, Company] = {}
    for one in said:
        if (handle := handles.get(one.key)) is not None and handle not in known and handle not in new:
            domain = handle[1] if handle[0] == "domain" else None
            new[handle] = Company(name=one.facts.get("company") or domain, domain=domain, created_at=now)
    store.add(session, new.values())
    return known | new


def fill_companies(session: Session, said: Sequence[tuple[Said, int]]) -> None:
    """What rows tell of the companies of their units, where it is not known yet."""
    companies = store.company_of(session, {unit for _, unit in said})
    for one, unit in said:
        if (company := companies.get(unit)) is None:
            continue
        if (name := one.facts.get("company")) and company.name == company.domain:
            company.name = name
        for fact, column in COMPANY_FACTS.items():
            if fact in one.facts and not getattr(company, column):
                setattr(company, column, one.facts[fact])
