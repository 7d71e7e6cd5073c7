"""Everything decisions look at, loaded for a whole batch in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.orm import Session

from nurture.domain.catalogue import LeadClass
from nurture.domain.condition import Known, Seen
from nurture.domain.journey import Facts
from nurture.domain.preferences import NOTHING, Choice
from nurture.store import activities, consents, contacts, enrollments, holds, leads, messages, preferences
from nurture.store.holds import Held


@dataclass(frozen=True)
class Knowledge:
    """What is known of a batch of contacts. Rows are those of ``enrollments.claim_due`` (contact columns)."""

    permitted: dict[int, frozenset[str]]
    suppressed: dict[str, str]
    held: dict[str, Held]
    leads: dict[tuple[int, str], Any]
    companies: dict[int, Any]
    seen: dict[int, list[Seen]]
    mailed: dict[int, list[datetime]]
    choices: dict[int, Choice]
    observing: frozenset[str]
    """Purposes of individual tracking."""

    def facts(self, row: Any, product: str, enrollment: int | None = None) -> Facts:
        """The facts for one contact in a campaign for ``product``."""
        lead = self.leads.get((row.unit_id, product))
        known = Known(
            function=row.function,
            language=row.language,
            source=row.source,
            lead_class=lead.lead_class if lead else LeadClass.B1,
            grade=lead.grade if lead else "D",
            points=lead.points if lead else 0.0,
            purposes=self.permitted[row.contact_id],
            answers=self._answers(row),
            seen=tuple(self.seen[row.contact_id]),
            enrollment=enrollment,
            observed=not self.observing.isdisjoint(self.permitted[row.contact_id]),
        )
        held = self.held.get(row.address_key)
        return Facts(
            known=known,
            undeliverable=self.suppressed.get(row.address_key),
            held=held.reason if held else None,
            held_until=held.until if held else None,
            with_sales=bool(lead and lead.with_sales),
            last_mail=row.last_mail_at,
            mailed=tuple(self.mailed.get(row.contact_id, ())),
            zone=zone(row.time_zone),
            choice=self.choices.get(row.contact_id, NOTHING),
        )

    def _answers(self, row: Any) -> dict[str, str]:
        """Field -> value: the person's own answers win over what is known of the company."""
        found: dict[str, str] = {}
        if (company := self.companies.get(row.unit_id)) is not None:
            known = {
                "company": company.name,
                "industry": company.industry,
                "company_size": company.size,
                "region": company.region,
            }
            found.update({k: v for k, v in known.items() if v})
        found.update({k: str(v) for k, v in row.answers.items()})
        for name in ("function", "country", "phone", "salutation", "first_name", "last_name"):
            if value := getattr(row, name):
                found[name] = value
        return found


def know(session: Session, rows: Sequence[Any], observing: frozenset[str], now: datetime) -> Knowledge:
    """Eight queries, whatever the number of rows. ``observing``: the purposes of individual tracking."""
    people = list({row.contact_id for row in rows})
    units = list({row.unit_id for row in rows})
    return Knowledge(
        permitted=consents.confirmed(session, people),
        suppressed=contacts.suppressed(session, _keys(rows)),
        held=holds.held(session, _keys(rows), now),
        leads=leads.of_units(session, units),
        companies=enrollments.company_facts(session, units),
        seen=activities.seen_by(session, people, observing),
        mailed=messages.mailed_since(session, people, now),
        choices=preferences.of(session, people),
        observing=observing,
    )


def _keys(rows: Iterable[Any]) -> list[str]:
    return [row.address_key for row in rows]


@lru_cache(maxsize=512)
def zone(name: str | None) -> ZoneInfo | None:
    """The time zone of this name; None if there is none of that name (then the sender's holds)."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
