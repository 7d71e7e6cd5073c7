"""F3: limits count networks as they are given out, and believe only our own proxies."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from stories.world import World, berlin
from web.house import House, build

from nurture.domain.ip import network_of
from nurture.engine.runtime import Runtime
from nurture.web.security import client_ip


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("nonsense", ""),
    ],
)
def test_f3_one_customer_is_one_network(ip: str, network: str) -> None:
    assert network_of(ip) == network


@pytest.mark.parametrize(
    ("forwarded", "proxies", "believed"),
    [
        ("1.1.1.1", 0, "10.0.0.9"),
        ("1.1.1.1, 203.0.113.7", 1, "203.0.113.7"),
        ("1.1.1.1, 203.0.113.7, 10.0.0.8", 2, "203.0.113.7"),
        ("", 1, "10.0.0.9"),
        ("203.0.113.7, <script>", 1, ""),
    ],
)
def test_f3_forwarded_addresses_are_read_from_the_right(forwarded: str, proxies: int, believed: str) -> None:
    assert client_ip("10.0.0.9", forwarded, proxies) == believed


def test_f3_made_up_hops_give_nobody_more_room(sqlite_db: Engine, make_runtime: Callable[..., Runtime]) -> None:
    house: House = build(World(make_runtime(sqlite_db), berlin("2026-03-02 10:00")), trusted_proxies=1)
    told = [
        house.send(email=f"p{n}@firma{n}.example", headers={"X-Forwarded-For": f"192.0.{n}.1, 2001:db8:1:2::{n + 1:x}"})
        for n in range(11)
    ]
    assert [answer.status_code for answer in told] == [303] * 10 + [429]
