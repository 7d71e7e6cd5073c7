"""Counters over fixed windows, shared by every process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select

from nurture.store import limits
from nurture.store.database import reading, transaction
from nurture.store.limits import Budget
from nurture.store.schema import RateLimit

TEN = Budget("network:a", 10, timedelta(minutes=10))
TWO = Budget("address:b", 2, timedelta(hours=1))
NOW = datetime(2026, 3, 2, 9, 3, tzinfo=UTC)


def take(db: Engine, *budgets: Budget, now: datetime = NOW) -> datetime | None:
    with transaction(db) as session:
        return limits.take(session, budgets, now)


def test_room_until_the_budget_is_spent_and_again_in_the_next_window(db: Engine) -> None:
    assert [take(db, TWO) for _ in range(3)] == [None, None, datetime(2026, 3, 2, 10, 0, tzinfo=UTC)]
    assert take(db, TWO, now=NOW + timedelta(hours=1)) is None


def test_the_last_of_several_windows_decides(db: Engine) -> None:
    for _ in range(10):
        take(db, TEN)
    assert take(db, TEN, TWO) == datetime(2026, 3, 2, 9, 10, tzinfo=UTC)
    take(db, TWO)
    assert take(db, TEN, TWO) == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def test_giving_back(db: Engine) -> None:
    take(db, TWO)
    take(db, TWO)
    with transaction(db) as session:
        limits.give_back(session, [TWO], NOW)
    assert [take(db, TWO), take(db, TWO) is None] == [None, False]


def test_forgetting_windows_that_are_over(db: Engine) -> None:
    take(db, TEN, TWO)
    with transaction(db) as session:
        assert limits.forget(session, NOW + timedelta(minutes=8)) == 1
    with reading(db) as session:
        assert session.scalars(select(RateLimit.bucket)).all() == [TWO.bucket]


def test_many_at_once_never_get_more_than_there_is(db: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: take(db, *((TEN, TWO) if n % 2 else (TWO, TEN))), range(40)))
    assert sum(answer is None for answer in answers) == 2
