"""Consent per contact and purpose: the ledger and its current state."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nurture.domain.consent import ConsentEvent, ConsentState, after
from nurture.store.schema import Consent, ConsentEventRow
from nurture.store.upsert import insert_new


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


def confirmed(session: Session, contacts: Iterable[int]) -> dict[int, frozenset[str]]:
    """Contact -> purposes with a confirmed consent. One query."""
    found: dict[int, set[str]] = {contact: set() for contact in contacts}
    rows = session.execute(
        select(Consent.contact_id, Consent.purpose).where(
            Consent.contact_id.in_(found), Consent.state == ConsentState.CONFIRMED
        )
    )
    for contact, purpose in rows:
        found[contact].add(purpose)
    return {contact: frozenset(purposes) for contact, purposes in found.items()}


def states(session: Session, contact: int) -> dict[str, ConsentState]:
    """Purpose -> state, of one contact."""
    rows = session.execute(select(Consent.purpose, Consent.state).where(Consent.contact_id == contact))
    return {key: value for key, value in rows}
