"""Consent per contact and purpose: the ledger and its current state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nurture.domain.consent import ConsentEvent, ConsentState, after
from nurture.store.bulk import among
from nurture.store.schema import Consent, ConsentEventRow
from nurture.store.upsert import insert_new


@dataclass(frozen=True, slots=True)
class Entry:
    """When something was said about a consent, and the proof."""

    at: datetime
    evidence: dict[str, Any]


def record(
    session: Session,
    contact: int,
    purpose: str,
    event: ConsentEvent,
    at: datetime,
    evidence: dict[str, Any],
    registration: int | None = None,
) -> ConsentState:
    """Write ``event`` into the ledger and move the state. Raises IllegalTransition."""
    start = {"contact_id": contact, "purpose": purpose, "state": ConsentState.NONE, "since": at}
    insert_new(session, Consent, [start])
    consent = session.scalars(
        select(Consent).where(Consent.contact_id == contact, Consent.purpose == purpose).with_for_update()
    ).one()
    state = after(consent.state, event)
    session.add(
        ConsentEventRow(
            contact_id=contact, purpose=purpose, event=event, at=at, registration_id=registration, evidence=evidence
        )
    )
    if state is not consent.state:
        consent.state, consent.since = state, at
    session.flush()
    return state


def record_double_opt_in(
    session: Session, contact: int, asked: Mapping[str, Entry], confirmed_now: Mapping[str, Entry], registration: int
) -> None:
    """Write 'asked' and then 'confirmed' for several purposes; a constant number of statements."""
    start = [{"contact_id": contact, "purpose": p, "state": ConsentState.NONE, "since": e.at} for p, e in asked.items()]
    insert_new(session, Consent, start)
    query = select(Consent).where(Consent.contact_id == contact, Consent.purpose.in_(asked)).with_for_update()
    for consent in session.scalars(query):
        for event, entry in (
            (ConsentEvent.ASKED, asked[consent.purpose]),
            (ConsentEvent.CONFIRMED, confirmed_now[consent.purpose]),
        ):
            state = after(consent.state, event)
            session.add(
                ConsentEventRow(
                    contact_id=contact,
                    purpose=consent.purpose,
                    event=event,
                    at=entry.at,
                    registration_id=registration,
                    evidence=entry.evidence,
                )
            )
            if state is not consent.state:
                consent.state, consent.since = state, entry.at
    session.flush()


def confirmed(session: Session, contacts: Iterable[int]) -> dict[int, frozenset[str]]:
    """Contact -> purposes with a confirmed consent. One query."""
    found: dict[int, set[str]] = {contact: set() for contact in contacts}
    rows = session.execute(
        select(Consent.contact_id, Consent.purpose).where(
            among(session, Consent.contact_id, found), Consent.state == ConsentState.CONFIRMED
        )
    )
    for contact, purpose in rows:
        found[contact].add(purpose)
    return {contact: frozenset(purposes) for contact, purposes in found.items()}


def states(session: Session, contact: int) -> dict[str, ConsentState]:
    """Purpose -> state, of one contact."""
    rows = session.execute(select(Consent.purpose, Consent.state).where(Consent.contact_id == contact))
    return {key: value for key, value in rows}
