"""How often an answer behind a personal link may be sent; the refusal says when to come back.

Forms have limits of their own: engine/reception.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from nurture.engine.runtime import Runtime
from nurture.store import limits
from nurture.store.database import transaction
from nurture.store.limits import Budget


def for_link(rt: Runtime, token: str) -> list[Budget]:
    """What one answer behind a personal link uses up."""
    return [Budget(f"link:{rt.pseudonyms.mark(token)}", 20, timedelta(hours=1))]


def take(rt: Runtime, budgets: Sequence[Budget], now: datetime) -> int:
    """Count it. 0: go on; else in how many minutes it is possible again."""
    with transaction(rt.db) as session:
        room_at = limits.take(session, budgets, now)
    return ceil((room_at - now).total_seconds() / 60) if room_at else 0
