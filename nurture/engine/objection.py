"""Somebody objects to mail outside the pages made for it: by a complaint to the provider, or in words to a human."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from nurture.domain.consent import ConsentEvent, ConsentState
from nurture.domain.form import PurposeKind
from nurture.engine import enrolment
from nurture.engine.runtime import Runtime
from nurture.store import activities, consents, enrollments


def object_to_mail(
    rt: Runtime, session: Session, contact: int, reason: str, evidence: dict[str, Any], now: datetime
) -> None:
    """No more marketing mail, from this moment on, what is queued included. Safe to repeat. Joins the transaction."""
    states = consents.states(session, contact)
    gone = [p for p, state in states.items() if state is ConsentState.CONFIRMED and means_mail(rt, p)]
    for purpose in gone:
        consents.record(session, contact, purpose, ConsentEvent.OBJECTED, now, evidence)
    if gone:
        activities.record(session, contact, "unsubscribed", now, data={"purposes": gone, **evidence})
    ended = enrolment.inside(rt, session, [contact], lambda campaign: campaign.purpose in gone)
    enrollments.leave(session, ended, "no-consent", reason, now)


def means_mail(rt: Runtime, purpose: str) -> bool:
    """Whether mail is sent for this consent; one that is gone from the definitions still carries those who gave it."""
    known = rt.definitions.purposes.get(purpose)
    return known is None or known.kind is PurposeKind.MAIL
