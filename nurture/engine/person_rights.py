"""Whom a request is about: what the office shows before it acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from nurture.domain.address import address_key
from nurture.engine import choices
from nurture.engine.rights import FIELDS
from nurture.engine.runtime import Runtime
from nurture.engine.timeline import NothingKnown
from nurture.store import contacts, registrations
from nurture.store.database import reading


@dataclass(frozen=True, slots=True)
class Subject:
    """``contact`` None: only a registration. ``values``: what can be corrected, '' where nothing is told."""

    address: str
    contact: int | None
    name: str
    language: str
    restricted_since: datetime | None
    values: Mapping[str, str]

    @property
    def id(self) -> int:
        assert self.contact is not None  # noqa: S101 - asked for only of contacts
        return self.contact


def subject(rt: Runtime, address: str) -> Subject:
    """Raises NothingKnown."""
    found = find(rt, address)
    if found is None:
        raise NothingKnown(address)
    return found


def find(rt: Runtime, address: str) -> Subject | None:
    """Whom we know by this address; None: nobody."""
    with reading(rt.db) as session:
        person = contacts.by_address(session, address)
        if person is None:
            row = registrations.any_of(session, address_key(address))
            if row is None:
                return None
            return Subject(row.address, None, row.address, row.language, None, dict.fromkeys(FIELDS, ""))
        company = contacts.companies(session, [person.unit_id]).get(person.unit_id)
        values = {name: getattr(person, name, None) or "" for name in FIELDS}
        values["company"] = company.name if company else ""
        name = " ".join(filter(None, (person.first_name, person.last_name))) or person.address
        chosen = choices.of(session, person.id)
        return Subject(person.address, person.id, name, person.language, chosen.restricted_since, values)
