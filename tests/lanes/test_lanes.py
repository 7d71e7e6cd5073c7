"""Lanes over both databases: tokens, shares of connections, backing off, the plan of a new sender."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from nurture.domain.breaker import Figures
from nurture.domain.delivery_rules import LOCAL, RELAY, UNLIMITED, DeliveryRules, Provider, WarmUp
from nurture.domain.throttle import PLENTY, Signal
from nurture.store import delivery_counts, lanes
from nurture.store.database import transaction
from nurture.store.delivery_counts import Count
from nurture.store.lane_states import lane_states
from nurture.store.lanes import Grant
from nurture.store.schema import LaneLease, LaneRow

SMALL = Provider("small", "Small", connections=4, per_connection=20, per_second=1.0)
FREE = Provider("free", "Free", connections=4, per_second=UNLIMITED)
RULES = DeliveryRules(providers={"small": SMALL, "free": FREE})
MINUTE = timedelta(minutes=1)


def opened(db: Engine, now: datetime, worker: str = "a", *names: str, rules: DeliveryRules = RULES) -> dict[str, Grant]:
    with transaction(db) as session:
        return lanes.open_lanes(session, rules, names or ("small",), worker, now)


def take(
    db: Engine,
    now: datetime,
    mails: Mapping[str, int],
    worker: str = "a",
    rules: DeliveryRules = RULES,
    lease: timedelta = MINUTE,
) -> dict[str, Grant]:
    """One round of a worker: open, take up to ``mails``, hold the connections granted."""
    with transaction(db) as session:
        grants = lanes.open_lanes(session, rules, mails, worker, now)
        spent = {lane: min(number, grants[lane].mails) for lane, number in mails.items()}
        held = {lane: grant.connections for lane, grant in grants.items()}
        lanes.spend(session, worker, now, spent, held, now + lease)
    return grants


@contextmanager
def statements(db: Engine) -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    seen: list[str] = []

    def listen(_c: Any, _cursor: Any, statement: str, _p: Any, _ctx: Any, _many: bool) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(db, "before_cursor_execute", listen)
    yield seen
    event.remove(db, "before_cursor_execute", listen)


def row(db: Engine, lane: str = "small") -> LaneRow:
    with transaction(db) as session:
        return session.get_one(LaneRow, lane)


def hear(db: Engine, now: datetime, rules: DeliveryRules = RULES, **signals: Signal) -> None:
    with transaction(db) as session:
        lanes.note(session, rules, "a", now, signals)


# --- tokens -----------------------------------------------------------------------------------------------------------


def test_a_lane_gives_out_its_burst_and_then_its_rate(db: Engine, now: datetime) -> None:
    assert take(db, now, {"small": 100})["small"].mails == 10
    empty = opened(db, now)["small"]
    assert (empty.mails, empty.again) == (0, now + timedelta(seconds=1))
    assert empty.reason == "at most 1 a second"
    assert take(db, now + timedelta(seconds=3), {"small": 100})["small"].mails == 3
    assert opened(db, now + timedelta(hours=1))["small"].mails == 10


def test_what_is_not_used_stays(db: Engine, now: datetime) -> None:
    take(db, now, {"small": 4})
    assert opened(db, now)["small"].mails == 6


def test_unlimited_and_local_lanes(db: Engine, now: datetime) -> None:
    grants = take(db, now, {"free": 500, LOCAL: 500, RELAY: 500})
    assert {lane: grant.mails for lane, grant in grants.items()} == {"free": PLENTY, LOCAL: PLENTY, RELAY: PLENTY}
    assert opened(db, now, "a", "free")["free"].mails == PLENTY
    assert grants[RELAY].connections == 16


def test_a_clock_that_went_back_gives_nothing_away(db: Engine, now: datetime) -> None:
    take(db, now, {"small": 10})
    assert opened(db, now - timedelta(hours=1))["small"].mails == 0
    assert take(db, now + timedelta(seconds=2), {"small": 10})["small"].mails == 2


def test_two_workers_at_the_same_moment_never_take_more_than_there_is(db: Engine, now: datetime) -> None:
    """Rounds of eight threads over one lane: what they take together is the burst and the rate, no mail more."""

    def work(worker: int) -> int:
        taken = 0
        for second in range(5):
            with transaction(db) as session:
                grant = lanes.open_lanes(session, RULES, ["small"], f"w{worker}", now + timedelta(seconds=second))["small"]
                use = min(3, grant.mails)
                held = {"small": grant.connections}
                lanes.spend(session, f"w{worker}", now, {"small": use}, held, now + MINUTE)
            with transaction(db) as session:
                leases = session.scalars(select(LaneLease.connections)).all()
            assert sum(leases) <= SMALL.connections
            taken += use
        return taken

    opened(db, now)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8))) == 10 + 4
    assert row(db).tokens == pytest.approx(0)


# --- connections --------------------------------------------------------------------------------------------------------


def connections(db: Engine, now: datetime, worker: str, lease: timedelta = MINUTE) -> int:
    return take(db, now, {"small": 0}, worker, lease=lease)["small"].connections


def test_a_new_worker_gets_its_share_once_the_others_gave_back(db: Engine, now: datetime) -> None:
    assert connections(db, now, "a") == 4
    assert connections(db, now, "b") == 0
    assert connections(db, now + timedelta(seconds=1), "a") == 2
    assert connections(db, now + timedelta(seconds=2), "b") == 2
    assert connections(db, now + timedelta(seconds=3), "a") == 2


def test_the_share_of_a_dead_worker_comes_back_by_itself(db: Engine, now: datetime) -> None:
    connections(db, now, "dead")
    connections(db, now, "b")
    assert connections(db, now + timedelta(seconds=59), "b") == 0
    assert connections(db, now + timedelta(seconds=60), "b") == 4
    with transaction(db) as session:
        assert session.scalars(select(LaneLease.worker)).all() == ["b"]


def test_a_worker_that_leaves_without_a_connection_is_still_heard(db: Engine, now: datetime) -> None:
    connections(db, now, "a")
    assert connections(db, now, "b") == 0
    with transaction(db) as session:
        lanes.release(session, "b")
    assert connections(db, now + timedelta(seconds=1), "a") == 2
    assert connections(db, now + timedelta(seconds=2), "b") == 2


def test_a_worker_that_ends_gives_everything_back(db: Engine, now: datetime) -> None:
    connections(db, now, "a")
    with transaction(db) as session:
        lanes.release(session, "a")
    assert connections(db, now, "b") == 4


# --- backing off --------------------------------------------------------------------------------------------------------


def test_a_lane_that_is_asked_to_slow_down_rests_and_the_others_go_on(db: Engine, now: datetime) -> None:
    opened(db, now, "a", "small", "free", RELAY)
    hear(db, now, small=Signal(5, "421 too many"))
    grants = opened(db, now + timedelta(minutes=14), "b", "small", "free", RELAY)
    assert (grants["small"].mails, grants["small"].again) == (0, now + timedelta(minutes=15))
    assert grants["small"].reason == "paused until 09:15 UTC: 421 too many"
    assert grants["free"].mails == grants[RELAY].mails == PLENTY
    later = opened(db, now + timedelta(minutes=15), "b")["small"]
    assert (later.mails, later.connections, later.slowed) == (5, 2, True)


def test_a_slowed_lane_recovers_over_all_workers_together(db: Engine, now: datetime) -> None:
    hear(db, now, small=Signal(slowed="421"))
    for _ in range(20):
        hear(db, now, small=Signal(50))
    assert (row(db).connections, row(db).slowdowns, row(db).reason) == (4, 0, "")
    assert not opened(db, now)["small"].slowed


# --- the plan of a new sender -------------------------------------------------------------------------------------------


def planned(now: datetime) -> DeliveryRules:
    return replace(RULES, warm_up=WarmUp(now.date(), first_day=50, growth=2.0))


def day(db: Engine, rules: DeliveryRules, morning: datetime, worst: Callable[[int], Figures]) -> int:
    """A day with far more mail than the plan has. Returns how many left."""
    sent = 0
    for hour in range(12):
        grant = take(db, morning + timedelta(hours=hour), {"free": 700}, rules=rules)["free"]
        sent += (use := min(700, grant.mails))
        if use:
            with transaction(db) as session:
                delivery_counts.count(session, "a", morning + timedelta(hours=hour), [Count("free", "nurture", worst(use))])
    return sent


def test_ten_thousand_mails_by_the_plan(db: Engine, now: datetime) -> None:
    """Twice as many after each good day; the day with 5 % put off and the one with complaints are repeated."""
    rules = planned(now)

    def fine(n: int) -> Figures:
        return Figures(accepted=n)

    def put_off(n: int) -> Figures:
        return Figures(accepted=n - n // 20, deferred=n // 20)

    def complained(n: int) -> Figures:
        return Figures(accepted=n, complaints=1)

    days = [fine, fine, put_off, fine, fine, complained, fine, fine, fine, fine]
    sent = [day(db, rules, now + timedelta(days=number), worst) for number, worst in enumerate(days)]
    assert sent == [50, 100, 200, 200, 400, 800, 800, 1600, 3200, 6400]


def test_opt_in_mail_does_not_wait_for_the_plan(db: Engine, now: datetime) -> None:
    rules = planned(now)
    take(db, now, {"free": 100}, rules=rules)
    over = opened(db, now, "a", "free", rules=rules)["free"]
    assert (over.mails, over.service) == (0, PLENTY)
    with transaction(db) as session:
        lanes.open_lanes(session, rules, ["free"], "a", now)
        lanes.spend(session, "a", now, {"free": 7}, {}, now)
    assert row(db, "free").warm_sent == 57


def test_the_plan_ends_where_it_is_taken_out(db: Engine, now: datetime) -> None:
    take(db, now, {"free": 50}, rules=planned(now))
    assert opened(db, now, "a", "free")["free"].mails == PLENTY


# --- what it costs ------------------------------------------------------------------------------------------------------


def test_the_number_of_statements_does_not_depend_on_the_number_of_lanes(db: Engine, now: datetime) -> None:
    many = {f"lane-{n:02}": replace(SMALL, id=f"lane-{n:02}") for n in range(30)}
    rules = DeliveryRules(providers=many)
    costs = []
    for names in (["lane-00"], list(many)):
        take(db, now, dict.fromkeys(names, 3), rules=rules)
        with statements(db) as seen:
            take(db, now, dict.fromkeys(names, 3), rules=rules)
            hear(db, now, rules, **dict.fromkeys(names, Signal(30, "421")))
        costs.append(len(seen))
    assert costs == [7, 7]


def test_an_unlimited_lane_costs_two_looks_one_lease_and_an_update_that_finds_nothing(db: Engine, now: datetime) -> None:
    take(db, now, {RELAY: 500})
    before = row(db, RELAY)
    with statements(db) as seen:
        take(db, now + MINUTE / 2, {RELAY: 500})
        hear(db, now + MINUTE / 2, relay=Signal(500))
    assert [statement.split()[0] for statement in seen] == ["SELECT", "SELECT", "UPDATE", "INSERT", "SELECT"]
    assert {c: getattr(row(db, RELAY), c) for c in ("tokens", "filled_at", "warm_sent")} == {
        c: getattr(before, c) for c in ("tokens", "filled_at", "warm_sent")
    }


def test_how_the_lanes_are_doing(db: Engine, now: datetime) -> None:
    rules = planned(now)
    take(db, now, {"small": 4, "free": 20}, rules=rules)
    hear(db, now, rules, small=Signal(slowed="421"))
    with transaction(db) as session:
        free, small = lane_states(session, rules, now)
    assert (free.provider.name, free.leased, free.planned, free.lane.warm_sent) == ("Free", 4, 50, 20)
    assert (free.allowed.mails, free.allowed.reason) == (30, "")
    assert (small.lane.rate, small.lane.slowdowns, small.allowed.reason) == (0.5, 1, "paused until 09:15 UTC: 421")
