"""How often something may happen: counters over fixed windows, shared by every process through the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import CursorResult, delete, select, update
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
