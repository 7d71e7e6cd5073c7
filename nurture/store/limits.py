"""How often something may happen, and what may happen only once: shared by every process through the database.

    Budget   a counter over fixed windows: cheap, for what comes in masses
    Pace     the moment of every use: exact over any span, for what must not happen once too often
    spend    a token that is good for one use; the same use again is the same use

Buckets hold no personal data: whoever counts per person or network names the bucket by a keyed hash. Nothing here commits.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from nurture.store.schema import RateLimit
from nurture.store.upsert import insert_for


@dataclass(frozen=True, slots=True)
class Budget:
    """At most ``most`` uses of ``bucket`` in each window of ``span``; the windows begin at the Unix epoch."""

    bucket: str
    most: int
    span: timedelta

    def began(self, now: datetime) -> datetime:
        """When the window that ``now`` lies in began."""
        seconds = int(self.span.total_seconds())
        return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)

    def window(self, now: datetime) -> str:
        return f"{self.span.total_seconds():.0f}s@{self.began(now):%Y-%m-%dT%H:%M:%SZ}"


def take(session: Session, budgets: Sequence[Budget], now: datetime) -> datetime | None:
    """Count one use of every budget. None: there was room in all; else the moment from which there is room again."""
    spent = [
        budget.began(now) + budget.span
        for budget in sorted(budgets, key=lambda b: b.bucket)  # one order for everybody: no deadlocks
        if _count(session, budget, now) > budget.most
    ]
    return max(spent, default=None)


def used_otherwise(session: Session, token: str, use: str, until: datetime) -> bool:
    """Whether ``token`` (good for one use only) was used for something else than ``use``; else it is used up for that.

    Kept until ``until``, when the token is no good any more by itself.
    """
    row = {"bucket": f"token:{token}"[:160], "window": "once", "count": 1, "expires_at": until}
    known = {"bucket": row["bucket"], "window": use[:40], "count": 1, "expires_at": until}
    session.execute(insert_for(session, RateLimit).values(row).on_conflict_do_nothing())
    first = select(RateLimit.count).where(RateLimit.bucket == row["bucket"], RateLimit.window == "once").with_for_update()
    session.execute(first)
    uses = session.scalars(
        select(RateLimit.window).where(RateLimit.bucket == row["bucket"], RateLimit.window != "once")
    ).all()
    if not uses:
        session.execute(insert_for(session, RateLimit).values(known))
    return bool(uses) and use[:40] not in uses


# --- exact ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pace:
    """At most ``most`` uses of ``bucket`` within any ``span``."""

    bucket: str
    most: int
    span: timedelta


def uses(session: Session, bucket: str, span: timedelta, now: datetime) -> list[datetime]:
    """When ``bucket`` was used within ``span`` before ``now``, oldest first. Each is kept for ``span``: name it alike."""
    ends = session.scalars(
        select(RateLimit.expires_at)
        .where(RateLimit.bucket == bucket, RateLimit.expires_at > now)
        .order_by(RateLimit.expires_at)
    )
    return [end - span for end in ends]


def note(session: Session, bucket: str, span: timedelta, now: datetime) -> None:
    """Note one use of ``bucket``, for ``span``."""
    window = f"{now:%Y-%m-%dT%H:%M:%SZ}-{secrets.token_hex(8)}"
    session.add(RateLimit(bucket=bucket, window=window, count=1, expires_at=now + span))
    session.flush()


def use(session: Session, pace: Pace, now: datetime) -> datetime | None:
    """Use ``pace`` if there is room. None: done; else the moment from which there is room again. One at a time."""
    one_at_a_time(session, pace.bucket)
    before = uses(session, pace.bucket, pace.span, now)
    if len(before) >= pace.most:
        return before[-pace.most] + pace.span
    note(session, pace.bucket, pace.span, now)
    return None


def one_at_a_time(session: Session, key: str) -> None:
    """Let others with this key wait until the transaction ends. On SQLite every writer waits anyway."""
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(sha256(key.encode()).digest()[:8], "big", signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))


# --- once ----------------------------------------------------------------------------------------------------------


class Spent(StrEnum):
    NOW = "now"
    """Its first use."""
    ALIKE = "alike"
    """Spent before, for the very same."""
    OTHERWISE = "otherwise"
    """Spent before, for something else."""


def spend(session: Session, token: str, use_: str, until: datetime) -> Spent:
    """Use ``token`` up for ``use_``. Kept until ``until``, when the token is no good any more by itself."""
    mark = int.from_bytes(sha256(use_.encode()).digest()[:4], "big") >> 1
    row = {"bucket": f"spent:{token}"[:160], "window": "once", "count": mark, "expires_at": until}
    put = insert_for(session, RateLimit).values(row).on_conflict_do_nothing().returning(RateLimit.count)
    if session.scalar(put) is not None:
        return Spent.NOW
    known = session.scalar(select(RateLimit.count).where(RateLimit.bucket == row["bucket"], RateLimit.window == "once"))
    return Spent.ALIKE if known == mark else Spent.OTHERWISE


# --- tidying ----------------------------------------------------------------------------------------------------------


def give_back(session: Session, budgets: Sequence[Budget], now: datetime) -> None:
    """Undo one use of each: what was counted turned out to have no effect."""
    for budget in sorted(budgets, key=lambda b: b.bucket):
        session.execute(
            update(RateLimit)
            .where(RateLimit.bucket == budget.bucket, RateLimit.window == budget.window(now), RateLimit.count > 0)
            .values(count=RateLimit.count - 1)
        )


def forget(session: Session, now: datetime) -> int:
    """Remove the counters whose window is over. Returns how many."""
    result = session.execute(delete(RateLimit).where(RateLimit.expires_at <= now))
    return result.rowcount if isinstance(result, CursorResult) else 0


def _count(session: Session, budget: Budget, now: datetime) -> int:
    statement = insert_for(session, RateLimit).values(
        bucket=budget.bucket, window=budget.window(now), count=1, expires_at=budget.began(now) + budget.span
    )
    counted = statement.on_conflict_do_update(
        index_elements=[RateLimit.bucket, RateLimit.window], set_={"count": RateLimit.count + 1}
    ).returning(RateLimit.count)
    return int(session.execute(counted).scalar_one())
