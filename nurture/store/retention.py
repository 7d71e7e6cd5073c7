"""Removing what is old."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, or_, update
from sqlalchemy.orm import Session

from nurture.store.schema import Activity, Duty, RateLimit


def forget_ips(session: Session, before: datetime) -> int:
    """Network addresses and user agents of activities. Consents keep theirs: they are evidence."""
    return _count(
        session,
        update(Activity)
        .where(Activity.at < before, or_(Activity.ip.is_not(None), Activity.user_agent.is_not(None)))
        .values(ip=None, user_agent=None),
    )


def delete_clicks(session: Session, before: datetime) -> int:
    return _count(session, delete(Activity).where(Activity.kind == "click", Activity.at < before))


def delete_counters(session: Session, now: datetime) -> int:
    """Rate limits and duties that no longer say anything."""
    done = _count(session, delete(RateLimit).where(RateLimit.expires_at < now))
    return done + _count(session, delete(Duty).where(Duty.taken_at < now - timedelta(days=40)))


def _count(session: Session, statement: Any) -> int:
    result = session.execute(statement)
    assert isinstance(result, CursorResult)  # noqa: S101 - what an UPDATE or DELETE gives
    return result.rowcount
