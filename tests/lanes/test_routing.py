"""Which lane and which servers: the DNS from a table, both databases for real."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from support.zones import TableResolver

from nurture.delivery.dns import DnsTrouble
from nurture.delivery.transport import Work
from nurture.domain.message import MessageKind, MessageState
from nurture.engine import routing
from nurture.engine.lanes import lane_of, present_lane
from nurture.engine.publication import Publication
from nurture.engine.runtime import Runtime
from nurture.store import mail_domains, messages
from nurture.store.database import reading, transaction
from nurture.store.messages import NewMessage
from nurture.store.schema import MailDomain, Message, Suppression

NULL = {"mx": [(0, ".")]}
ZONES: dict[str, Any] = {
    "gmail.com": {"mx": [(5, "gmail-smtp-in.l.google.com"), (10, "alt1.gmail-smtp-in.l.google.com")]},
    "werk.example": {"mx": [(20, "mx2.werk.example"), (10, "werk-example.mail.protection.outlook.com")]},
    "old.example": {"a": ["192.0.2.7"]},
    "xn--strae-oqa.de": {"mx": [(10, "mx00.kundenserver.de")]},
    "null.example": NULL,
    "empty.example": {},
    "broken.example": DnsTrouble("broken.example", "SERVFAIL"),
    "half.example": {"mx": DnsTrouble("half.example", "time was over"), "a": ["192.0.2.8"]},
}


class OnTheWay:
    """A way out of this kind; nothing is carried in these tests."""

    def __init__(self, name: str, *, idempotent: bool = False) -> None:
        self.name, self.idempotent = name, idempotent

    def carry(self, work: Work) -> None:
        raise AssertionError("nothing is to be carried")


Direct = Callable[..., Runtime]


@pytest.fixture
def house(db: Engine, make_runtime: Callable[..., Runtime], example: Publication) -> Direct:
    def make(name: str = "direct", **rules: Any) -> Runtime:
        delivery = replace(example.definitions.delivery, warm_up=None, **rules)
        publication = replace(example, definitions=replace(example.definitions, delivery=delivery))
        return make_runtime(db, transport=OnTheWay(name), resolver=TableResolver(ZONES), publication=publication)

    return make


def queue(rt: Runtime, now: datetime, *addresses: str, kind: MessageKind = MessageKind.NURTURE) -> None:
    with transaction(rt.db) as session:
        new = [
            NewMessage(kind, f"test:{address}", address, "de", "hello", queued_at=now, due_at=now) for address in addresses
        ]
        messages.queue(session, "test", "mail.example", new)


def lanes(rt: Runtime) -> dict[str, str]:
    with reading(rt.db) as session:
        return {m.address: m.lane for m in session.scalars(select(Message))}


def message(rt: Runtime, address: str) -> Message:
    with reading(rt.db) as session:
        return session.scalars(select(Message).where(Message.address == address)).one()


def domain(rt: Runtime, name: str) -> MailDomain | None:
    with reading(rt.db) as session:
        return session.get(MailDomain, name)


def change(rt: Runtime, zones: Mapping[str, Any]) -> TableResolver:
    """The DNS says something else from now on."""
    rt.resolver = resolver = TableResolver(zones)
    return resolver


# --- lanes --------------------------------------------------------------------------------------------------------------


def test_mails_get_the_lane_of_whoever_takes_them(house: Direct, now: datetime) -> None:
    rt = house()
    expected = {
        "anna@gmail.com": "google",
        "anna@werk.example": "microsoft",
        "bernd@Werk.Example": "microsoft",
        "anna@old.example": "other",
        "anna@straße.de": "ionos",
    }
    queue(rt, now, *expected)
    assert routing.route(rt, now) == 5
    assert lanes(rt) == expected
    assert routing.route(rt, now) == 0


def test_each_domain_is_asked_for_once_and_then_remembered(house: Direct, now: datetime) -> None:
    rt = house()
    queue(rt, now, *(f"reader{n}@werk.example" for n in range(50)))
    assert routing.route(rt, now) == 50
    queue(rt, now, "late@werk.example")
    assert routing.route(rt, now + timedelta(minutes=59)) == 1
    assert rt.resolver.asked == [("mx", "werk.example")]  # type: ignore[attr-defined]


def test_hosts_come_by_preference_and_without_mx_the_domain_itself(house: Direct, now: datetime) -> None:
    rt = house()
    queue(rt, now, "a@werk.example", "a@old.example")
    routing.route(rt, now)
    with transaction(rt.db) as session:
        found = routing.hosts(rt, session, ["Werk.Example", "old.example", "unknown.example", "-"], now)
    assert {name: row.hosts for name, row in found.items()} == {
        "Werk.Example": ["werk-example.mail.protection.outlook.com", "mx2.werk.example"],
        "old.example": ["old.example"],
    }


def test_what_is_out_of_date_is_used_once_more_and_looked_up_again(house: Direct, now: datetime) -> None:
    rt = house()
    queue(rt, now, "a@werk.example")
    routing.route(rt, now)
    change(rt, {"werk.example": {"mx": [(10, "aspmx.l.google.com")]}})
    later = now + timedelta(hours=2)
    with transaction(rt.db) as session:
        assert routing.hosts(rt, session, ["werk.example"], later)["werk.example"].hosts[0].endswith("outlook.com")
    assert routing.route(rt, later) == 0
    with transaction(rt.db) as session:
        row = routing.hosts(rt, session, ["werk.example"], later)["werk.example"]
    assert (row.hosts, row.wanted) == (["aspmx.l.google.com"], False)


def test_while_the_dns_is_away_what_it_said_last_holds_on(house: Direct, now: datetime) -> None:
    rt = house()
    queue(rt, now, "a@werk.example")
    routing.route(rt, now)
    resolver = change(rt, {"werk.example": DnsTrouble("werk.example", "time was over")})
    later = now + timedelta(days=2)
    queue(rt, later, "b@werk.example")
    assert routing.route(rt, later) == 1
    assert lanes(rt)["b@werk.example"] == "microsoft"
    assert resolver.asked
    assert domain(rt, "werk.example").expires_at == later + timedelta(minutes=5)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("ttl", "believed"),
    [(0, timedelta(minutes=5)), (7200, timedelta(hours=2)), (10**6, timedelta(days=1))],
    ids=["none", "two hours", "weeks"],
)
def test_an_answer_is_believed_for_five_minutes_to_a_day(
    ttl: int, believed: timedelta, sqlite_db: Engine, make_runtime: Callable[..., Runtime], now: datetime
) -> None:
    rt = make_runtime(sqlite_db, transport=OnTheWay("direct"), resolver=TableResolver(ZONES, ttl=ttl))
    queue(rt, now, "a@werk.example", "a@null.example")
    routing.route(rt, now)
    assert domain(rt, "werk.example").expires_at == now + believed  # type: ignore[union-attr]
    assert domain(rt, "null.example").expires_at == now + min(believed, timedelta(hours=1))  # type: ignore[union-attr]


# --- nobody takes it ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("anna@null.example", "5.1.10"),
        ("anna@gone.example", "5.1.2"),
        ("anna@empty.example", "5.4.4"),
        ("anna@[192.0.2.1]", "5.1.2"),
    ],
)
def test_nobody_takes_it(address: str, status: str, house: Direct, now: datetime) -> None:
    rt = house()
    queue(rt, now, address, "bernd@werk.example")
    assert routing.route(rt, now) == 2
    failed = message(rt, address)
    assert (failed.state, failed.failure, failed.attempts) == (MessageState.FAILED, "invalid", 1)
    assert failed.reason.startswith(f"{status} ")
    with reading(rt.db) as session:
        assert [t.status for t in messages.tries_of(session, [failed.id])[failed.id]] == [status]
        # this address, and nobody else of the domain
        assert session.scalars(select(Suppression.address_key)).all() == [address]


def test_a_server_that_denies_a_name_without_mx_does_not_kill_a_domain(house: Direct, now: datetime) -> None:
    class Denying(TableResolver):
        def mx(self, name: str) -> Any:
            return super().mx("no-such-name")

    rt = house()
    rt.resolver = Denying(ZONES)
    queue(rt, now, "anna@old.example")
    routing.route(rt, now)
    assert lanes(rt) == {"anna@old.example": "other"}


@pytest.mark.parametrize("name", ["broken.example", "half.example"])
def test_trouble_is_no_verdict(name: str, house: Direct, now: datetime) -> None:
    rt = house()
    address = f"anna@{name}"
    queue(rt, now, address)
    assert routing.route(rt, now) == 1
    waiting = message(rt, address)
    assert (waiting.state, waiting.lane, waiting.attempts) == (MessageState.QUEUED, "", 1)
    assert waiting.reason.startswith("4.4.3 ")
    assert waiting.due_at is not None
    assert timedelta(minutes=4) <= waiting.due_at - now <= timedelta(minutes=6)
    assert routing.route(rt, now) == 0  # it waits for its time
    change(rt, {name: {"a": ["192.0.2.9"]}})
    assert routing.route(rt, waiting.due_at) == 1
    assert lanes(rt) == {address: "other"}


def test_trouble_is_remembered_for_a_few_minutes(house: Direct, now: datetime) -> None:
    rt = house()
    queue(rt, now, "a@broken.example")
    routing.route(rt, now)
    queue(rt, now, "b@broken.example")
    assert routing.route(rt, now + timedelta(minutes=2)) == 1
    assert message(rt, "b@broken.example").reason == message(rt, "a@broken.example").reason
    assert rt.resolver.asked == [("mx", "broken.example")]  # type: ignore[attr-defined]
    with transaction(rt.db) as session:
        row = routing.hosts(rt, session, ["broken.example"], now)["broken.example"]
    assert (row.hosts, row.expires_at) == ([], now + timedelta(minutes=3))
    change(rt, {"broken.example": {"a": ["192.0.2.9"]}})
    queue(rt, now, "c@broken.example")
    assert routing.route(rt, now + timedelta(minutes=4)) >= 1
    assert lanes(rt)["c@broken.example"] == "other"


def test_name_servers_that_hang_hold_up_a_call_for_a_few_seconds(house: Direct, now: datetime) -> None:
    """Each question takes five seconds, eight at a time; what was not asked comes with the next calls."""

    class Hanging(TableResolver):
        seconds = 0.0

        def mx(self, name: str) -> Any:
            self.asked.append(("mx", name))
            Hanging.seconds += 5 / 8
            raise DnsTrouble(name, "time was over")

    rt = house()
    rt.resolver = resolver = Hanging({})
    queue(rt, now, *(f"a@d{n}.example" for n in range(60)))
    before: list[int] = []
    while routing.route(rt, now, stopwatch=lambda: Hanging.seconds):
        assert len(resolver.asked) - sum(before) <= 16
        before.append(len(resolver.asked) - sum(before))
    assert (sum(before), len({name for _, name in resolver.asked})) == (60, 60)
    assert {row.attempts for row in [message(rt, f"a@d{n}.example") for n in range(60)]} == {1}


def test_a_domain_that_died_while_its_mail_waited(house: Direct, now: datetime) -> None:
    rt = house()
    queue(rt, now, "a@werk.example")
    routing.route(rt, now)
    change(rt, {"werk.example": NULL})
    later = now + timedelta(hours=2)
    with transaction(rt.db) as session:
        routing.hosts(rt, session, ["werk.example"], later)
    routing.route(rt, later)
    with transaction(rt.db) as session:
        assert routing.hosts(rt, session, ["werk.example"], later)["werk.example"].hosts == []
        session.execute(update(Message).values(lane=""))  # what whoever finds no host does
    assert routing.route(rt, later) == 1
    assert message(rt, "a@werk.example").state is MessageState.FAILED


# --- other ways out -----------------------------------------------------------------------------------------------------


def test_a_relay_takes_everything_and_nobody_is_asked(house: Direct, now: datetime) -> None:
    rt = house("smtp")
    queue(rt, now, "anna@null.example")
    assert lane_of(rt, "anna@null.example") == "relay"
    assert present_lane(rt, "") == present_lane(rt, "google") == "relay"
    assert routing.route(rt, now) == 0
    with reading(rt.db) as session:
        assert routing.hosts(rt, session, ["werk.example"], now) == {}
    assert rt.resolver.asked == []  # type: ignore[attr-defined]


def test_a_relay_fed_by_lanes_fails_nothing_itself(house: Direct, now: datetime) -> None:
    rt = house("smtp", by_provider=True)
    expected = {
        "anna@gmail.com": "google",
        "anna@werk.example": "microsoft",
        "anna@null.example": "other",
        "anna@gone.example": "other",
        "anna@broken.example": "other",
    }
    queue(rt, now, *expected)
    assert lane_of(rt, "anna@gmail.com") == "google"
    assert lane_of(rt, "anna@werk.example") == ""
    assert routing.route(rt, now) == 5
    assert lanes(rt) == expected
    assert ("mx", "gmail.com") not in rt.resolver.asked  # type: ignore[attr-defined]


def test_a_local_way_has_a_lane_without_limits(db: Engine, make_runtime: Callable[..., Runtime], now: datetime) -> None:
    rt = make_runtime(db)
    assert lane_of(rt, "anna@gmail.com") == present_lane(rt, "") == "local"
    assert routing.route(rt, now) == 0


def test_mails_stamped_for_another_way_are_looked_up_again(house: Direct, now: datetime) -> None:
    rt = house()
    queue(rt, now, "a@werk.example")
    with transaction(rt.db) as session:
        session.execute(update(Message).values(lane="relay"))
    assert present_lane(rt, "relay") == ""
    assert routing.route(rt, now) == 1
    assert lanes(rt) == {"a@werk.example": "microsoft"}


def test_domains_nobody_writes_to_are_forgotten(house: Direct, now: datetime) -> None:
    rt = house()
    queue(rt, now, "a@werk.example")
    routing.route(rt, now)
    with transaction(rt.db) as session:
        assert mail_domains.forget(session, now) == 0
        assert mail_domains.forget(session, now + timedelta(hours=2)) == 1


def test_more_domains_than_are_asked_for_at_once(house: Direct, now: datetime) -> None:
    rt = house()
    change(rt, {f"d{n}.example": {"a": ["192.0.2.1"]} for n in range(150)})
    queue(rt, now, *(f"a@d{n}.example" for n in range(150)))
    assert [routing.route(rt, now) for _ in range(4)] == [64, 64, 22, 0]


def test_two_processes_route_the_same_mails(house: Direct, now: datetime) -> None:
    """Both ask, and neither minds; each mail that nobody takes fails once."""
    rt = house()
    queue(rt, now, *(f"a{n}@werk.example" for n in range(20)), *(f"a{n}@gone.example" for n in range(20)))
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: routing.route(rt, now), range(2)))
    assert sum(done) >= 40
    with reading(rt.db) as session:
        rows = session.scalars(select(Message)).all()
        assert sorted({(m.address[-12:], m.lane, m.state, m.attempts) for m in rows}) == [
            ("gone.example", "", MessageState.FAILED, 1),
            ("werk.example", "microsoft", MessageState.QUEUED, 0),
        ]
        tries = messages.tries_of(session, [m.id for m in rows])
    assert all(len(t) == (m.state is MessageState.FAILED) for m in rows for t in [tries[m.id]])
