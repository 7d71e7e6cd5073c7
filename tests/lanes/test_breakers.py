"""Breakers over both databases: they open exactly at the threshold, raise an alarm, and only a human closes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from nurture.domain.breaker import Figures
from nurture.domain.delivery_rules import LOCAL, Breakers, DeliveryRules
from nurture.store import breakers, delivery_counts
from nurture.store.alarms import open_alarms
from nurture.store.breakers import Opened
from nurture.store.database import reading, transaction
from nurture.store.delivery_counts import Count
from nurture.store.schema import BreakerRow, DeliveryCount

RULES = DeliveryRules()
PAIR = ("nurture", "google")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def counted(
    db: Engine, now: datetime, figures: Figures, lane: str = "google", stream: str = "nurture", worker: str = "a"
) -> None:
    with transaction(db) as session:
        delivery_counts.count(session, worker, now, [Count(lane, stream, figures)])


def check(db: Engine, now: datetime, *pairs: tuple[str, str], rules: DeliveryRules = RULES) -> list[Opened]:
    with transaction(db) as session:
        return breakers.check_breakers(session, rules, now, pairs or (PAIR,))


def stopped(db: Engine) -> set[tuple[str, str]]:
    with reading(db) as session:
        return breakers.open_breakers(session)


def alarms(db: Engine) -> list[tuple[str, str]]:
    with reading(db) as session:
        return [(alarm.key, alarm.text) for alarm in open_alarms(session)]


def sends(db: Engine, start: datetime, results: Iterable[Figures], size: int = 50) -> int | None:
    """One mail a second, counted and checked in groups of ``size``. Returns after how many mails the stream was stopped."""
    group = Figures()
    for number, figures in enumerate(results, 1):
        group += figures
        if number % size == 0:
            now = start + number * SECOND
            counted(db, now, group)
            group = Figures()
            if check(db, now):
                return number
    return None


OK, BAD = Figures(accepted=1), Figures(invalid=1)


def test_ten_thousand_mails_at_exactly_two_percent_pass(db: Engine, now: datetime) -> None:
    results = (BAD if number % 50 == 0 else OK for number in range(10_000))
    assert sends(db, now, results, size=100) is None
    assert stopped(db) == set()


def test_they_are_stopped_at_the_first_mail_beyond(sqlite_db: Engine, now: datetime) -> None:
    """Nine thousand good ones do not hide what goes wrong now: the newest minutes count."""
    results = [OK] * 9_000 + [BAD if number % 25 == 0 else OK for number in range(1_000)]
    count = sends(sqlite_db, now, results, size=20)
    assert count is not None
    # 11 of 500 are too many; the oldest minute of the sample is looked at as a whole, so up to 60 more may dilute it
    assert 9_000 + 11 * 25 - 25 < count <= 9_000 + 12 * 25 + 25
    assert stopped(sqlite_db) == {PAIR}


@pytest.mark.parametrize(
    ("first", "then", "rule"),
    [
        pytest.param(Figures(accepted=489, invalid=10), BAD, "invalid", id="invalid"),
        pytest.param(Figures(accepted=998, complaints=2), Figures(accepted=2, complaints=1), "complaints", id="complaints"),
        pytest.param(Figures(policy=2), Figures(policy=1), "policy", id="policy"),
    ],
)
def test_exactly_at_the_threshold_and_only_a_human_lets_it_go_on(
    first: Figures, then: Figures, rule: str, db: Engine, now: datetime
) -> None:
    counted(db, now, first)
    assert check(db, now) == []
    counted(db, now + SECOND, then)
    [opened] = check(db, now + SECOND)
    assert (opened.stream, opened.lane, opened.rule) == (*PAIR, rule)
    assert stopped(db) == {PAIR}
    key, text = alarms(db)[0]
    assert key == "breaker:nurture:google"
    assert text == f"Mail of the kind 'nurture' to Google is stopped until you resume it: {opened.reason}"

    later = now + timedelta(days=30)
    counted(db, later, Figures(accepted=100_000))
    assert check(db, later) == []
    assert stopped(db) == {PAIR}, "good figures do not close it"

    with transaction(db) as session:
        [row] = breakers.all_open(session)
        assert breakers.resume(session, row.id, "katrin", later)
        assert not breakers.resume(session, row.id, "katrin", later)
    assert stopped(db) == set()
    with reading(db) as session:
        closed = session.get_one(BreakerRow, row.id)
        assert (closed.resumed_at, closed.resumed_by) == (later, "katrin")


def test_what_was_before_does_not_stop_it_again(db: Engine, now: datetime) -> None:
    counted(db, now, Figures(invalid=20))
    check(db, now)
    with transaction(db) as session:
        breakers.resume(session, breakers.all_open(session)[0].id, "katrin", now + 5 * SECOND)
    counted(db, now + 2 * MINUTE, Figures(accepted=100, invalid=10))
    assert check(db, now + 2 * MINUTE) == []
    counted(db, now + 3 * MINUTE, BAD)
    assert [opened.rule for opened in check(db, now + 3 * MINUTE)] == ["invalid"]


def test_policy_refusals_count_within_ten_minutes(db: Engine, now: datetime) -> None:
    for minute in (0, 5, 10):
        counted(db, now + minute * MINUTE, Figures(accepted=10, policy=1))
    assert check(db, now + 10 * MINUTE) == []
    counted(db, now + 11 * MINUTE, Figures(policy=1))
    assert [opened.rule for opened in check(db, now + 11 * MINUTE)] == ["policy"]


def test_streams_and_lanes_are_judged_by_themselves(db: Engine, now: datetime) -> None:
    counted(db, now, Figures(invalid=11))
    counted(db, now, Figures(invalid=10), stream="opt-in")
    counted(db, now, Figures(invalid=10), lane="gmx")
    found = check(db, now, PAIR, ("opt-in", "google"), ("nurture", "gmx"), ("nurture", LOCAL))
    assert [(opened.stream, opened.lane) for opened in found] == [PAIR]


def test_workers_count_together_and_only_one_of_them_finds_out(db: Engine, now: datetime) -> None:
    counted(db, now, Figures(invalid=6), worker="a")
    counted(db, now, Figures(invalid=5), worker="b")
    with transaction(db) as session:
        rows = session.scalars(select(DeliveryCount.invalid).order_by(DeliveryCount.worker)).all()
    assert rows == [6, 5]
    assert len(check(db, now)) == 1
    assert check(db, now) == []
    assert [key for key, _ in alarms(db)] == ["breaker:nurture:google"]


def test_a_quiet_lane_is_judged_by_its_last_five_hundred_however_long_ago(db: Engine, now: datetime) -> None:
    for day in range(40):
        counted(db, now - day * timedelta(days=1), Figures(accepted=10))
    counted(db, now - 50 * timedelta(days=1), Figures(accepted=90, invalid=10))
    assert check(db, now) == []
    counted(db, now + MINUTE, BAD)
    assert [opened.reason for opened in check(db, now + MINUTE)] == [
        "11 addresses of the last 501 mails did not exist; more than 2 % of 501 is too many"
    ]


def test_a_warning_of_complaints_comes_once_a_day(db: Engine, now: datetime) -> None:
    counted(db, now, Figures(accepted=900, complaints=1))
    for minute in range(3):
        assert check(db, now + minute * MINUTE) == []
    assert [key for key, _ in alarms(db)] == ["complaints:nurture:google"]
    with reading(db) as session:
        assert [alarm.count for alarm in open_alarms(session)] == [1]
    check(db, now + timedelta(days=1, minutes=5))
    with reading(db) as session:
        assert [alarm.count for alarm in open_alarms(session)] == [2]


def test_counting_adds_up_in_one_row_per_minute(db: Engine, now: datetime) -> None:
    with transaction(db) as session:
        for _ in range(3):
            rows = [Count("google", "nurture", Figures(accepted=2)), Count("google", "nurture", Figures(deferred=1))]
            delivery_counts.count(session, "a", now + 59 * SECOND, [*rows, Count("gmx", "opt-in", Figures(unknown=1))])
        delivery_counts.count(session, "a", now, [])
    with reading(db) as session:
        figures = delivery_counts.figures_since(session, now).tries
        assert figures == {PAIR: Figures(accepted=6, deferred=3), ("opt-in", "gmx"): Figures(unknown=3)}
        assert len(session.scalars(select(DeliveryCount.minute)).all()) == 2


def test_old_figures_are_forgotten(db: Engine, now: datetime) -> None:
    counted(db, now - timedelta(days=90), OK)
    counted(db, now, OK)
    with transaction(db) as session:
        assert delivery_counts.forget(session, now - timedelta(days=60)) == 1


def test_a_sample_that_is_configured(db: Engine, now: datetime) -> None:
    counted(db, now, Figures(accepted=98, invalid=2))
    strict = DeliveryRules(breakers=Breakers(sample=50, invalid=0.01))
    assert len(check(db, now, rules=strict)) == 1
