"""Consent per contact and purpose: the ledger and its current state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from nurture.domain.consent import ConsentEvent, ConsentState, after
from nurture.store import ledger
from nurture.store.bulk import fetch, given
from nurture.store.schema import Consent, Contact
from nurture.store.upsert import insert_new


@dataclass(frozen=True, slots=True)
class Said:
    """One event of one consent, when it was, and the proof."""

    purpose: str
    event: ConsentEvent
    at: datetime
    evidence: Mapping[str, Any]


def record(
    session: Session,
    contact: int,
    purpose: str,
    event: ConsentEvent,
    at: datetime,
    evidence: Mapping[str, Any],
    registration: int | None = None,
) -> ConsentState:
    """Write ``event`` into the ledger and move the state. Raises IllegalTransition."""
    return record_all(session, contact, [Said(purpose, event, at, evidence)], registration)[purpose]


def record_all(
    session: Session, contact: int, said: Sequence[Said], registration: int | None = None
) -> dict[str, ConsentState]:
    """Write events of one contact into the ledger, in this order, and move the states; purpose -> new state.

    A constant number of statements. Raises IllegalTransition.
    """
    if not said:
        return {}
    key, current = _locked(session, contact, said)
    subject = ledger.mark(session, key)
    for one in said:
        state = after(current[one.purpose].state, one.event)
        ledger.append(session, subject, one.purpose, one.event, one.at, one.evidence, contact, registration)
        if state is not current[one.purpose].state:
            current[one.purpose].state, current[one.purpose].since = state, one.at
    session.flush()
    return {purpose: consent.state for purpose, consent in current.items()}


def _locked(session: Session, contact: int, said: Sequence[Said]) -> tuple[str, dict[str, Consent]]:
    """The contact's address key, and its consents for what was said, locked and made where there are none."""
    firsts = {one.purpose: one.at for one in reversed(said)}
    start = [{"contact_id": contact, "purpose": p, "state": ConsentState.NONE, "since": at} for p, at in firsts.items()]
    insert_new(session, Consent, start)
    rows = session.execute(
        select(Contact.address_key, Consent)
        .join(Consent, Consent.contact_id == Contact.id)
        .where(Contact.id == contact, Consent.purpose.in_(firsts))
        .order_by(Consent.purpose)
        .with_for_update(of=Consent)
    ).all()
    return rows[0][0], {consent.purpose: consent for _, consent in rows}


@lru_cache(maxsize=2)
def _confirmed(dialect: str) -> Select[int, str]:
    mine = (given(dialect, Consent.contact_id, "contacts"), Consent.state == ConsentState.CONFIRMED)
    return select(Consent.contact_id, Consent.purpose).where(*mine)


def agreed(session: Session, contacts: Iterable[int]) -> set[tuple[int, str]]:
    """(contact, purpose) of every confirmed consent of these. One query."""
    rows = fetch(session, _confirmed(session.get_bind().dialect.name), contacts=contacts)
    return {(contact, purpose) for contact, purpose in rows}


def confirmed(session: Session, contacts: Collection[int]) -> dict[int, frozenset[str]]:
    """Contact -> purposes with a confirmed consent. One query."""
    found: dict[int, set[str]] = {contact: set() for contact in contacts}
    for contact, purpose in agreed(session, contacts):
        found[contact].add(purpose)
    return {contact: frozenset(purposes) for contact, purposes in found.items()}


def states(session: Session, contact: int) -> dict[str, ConsentState]:
    """Purpose -> state, of one contact."""
    rows = session.execute(select(Consent.purpose, Consent.state).where(Consent.contact_id == contact))
    return {key: value for key, value in rows}
