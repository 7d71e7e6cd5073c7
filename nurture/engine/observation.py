"""Whether somebody may be observed, and what follows when that ends: what was observed is deleted and stops counting.

    consent to individual tracking confirmed --> clicks and downloads are recorded, score, and open branches of campaigns
    withdrawn, objected, lapsed              --> they are deleted, points are counted again, and mails that wait lose their
                                                 personal links; links of mails that have left lead on and record nothing

What somebody told us themselves (forms, answers, wishes) was never observation and stays. The class of a lead stays, too:
it is a judgement of its own, with its reason, and the next sign can change it. What sales was told stays as it was told.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from nurture.engine import links
from nurture.engine.runtime import Runtime
from nurture.engine.scoring import lead_scores, store
from nurture.store import activities, consents, contacts, observation, preferences

ENDED = "unobserved"
"""The activity that says so."""


def permitted(rt: Runtime, session: Session, contact: int) -> bool:
    """Whether this contact agreed to individual tracking, and nothing restricts it."""
    if not links.observed(rt.definitions, consents.confirmed(session, [contact])[contact]):
        return False
    choice = preferences.of(session, [contact]).get(contact)
    return choice is None or not choice.restricted


def countable(rt: Runtime, session: Session, contact: int | None) -> bool:
    """Whether a visit may be counted without a name; ``contact`` None: nobody knows whose it is."""
    if not rt.definitions.tracking.aggregate:
        return False
    choice = preferences.of(session, [contact]).get(contact) if contact is not None else None
    return choice is None or not (choice.uncounted or choice.restricted)


def ended(
    rt: Runtime, session: Session, contact: int, purposes: Collection[str], now: datetime, *, by_person: bool = True
) -> None:
    """These consents ended: if tracking is among them, nothing that was observed stays. Joins the transaction.

    ``by_person``: ending it was an act of theirs, and the latest one.
    """
    if not links.observed(rt.definitions, frozenset(purposes)):
        return
    observation.untrack(session, contact)
    gone = observation.forget(session, contact)
    if by_person:
        contacts.active(session, contact, now)
    if any(gone.values()):
        activities.record(session, contact, ENDED, now, data={**gone})
        store(session, lead_scores(rt, session, observation.leads_of(session, contact), now), now)
