"""Lanes over both databases: tokens, shares of connections, backing off, the plan of a new sender."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, event

from nurture.domain.breaker import Figures
from nurture.domain.delivery_rules import LOCAL, RELAY, UNLIMITED, DeliveryRules, Provider, WarmUp
from nurture.domain.throttle import PLENTY, Signal
from nurture.store import lanes
from nurture.store.database import transaction
from nurture.store.lanes import Count, Grant

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
