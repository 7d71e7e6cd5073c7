"""After something happened: count the lead again, and hand over what crossed the agreed threshold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from nurture.engine.handoff import open_handoff
from nurture.engine.runtime import Runtime
from nurture.engine.scoring import lead_scores, store


def rescore(rt: Runtime, session: Session, ids: Iterable[int], now: datetime, *, actor: int | None = None) -> None:
    """Count again, keep the result on the lead, hand over what is ready. Joins the caller's transaction.

    ``actor``: the contact whose activity set this off; sales is told to talk to that person first.
    """
    results = lead_scores(rt, session, ids, now)
    store(session, results, now)
    for lead, result in results.items():
        if result.ready.ready:
            open_handoff(rt, session, lead, actor or result.contact, "score", result.ready.reason, now)
