"""D5: of whoever does not confirm nothing stays but a keyed hash that counts, and that for 30 days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from stories.world import World, berlin

from nurture.delivery import MemoryTransport, Outcome, Parcel
from nurture.delivery.outcome import Kind, Phase
from nurture.domain.failure import Failure
from nurture.engine import opt_in
from nurture.engine.beats import BEATS, Worker
from nurture.engine.retention import retain
from nurture.engine.runtime import Runtime
from nurture.engine.visitor import Visitor
from nurture.store.database import reading
from nurture.store.schema import Base, RateLimit, Suppression

ADDRESS = "maria.unbestaetigt@anlagenbau-huber.example"
SAID = ("maria.unbestaetigt", "Unbestaetigt-Nachname", "Unbestaetigt GmbH", "203.0.113.77")


@pytest.fixture
def world(runtime: Runtime) -> World:
    return World(runtime, berlin("2026-03-02 10:00"))


class Refusing(MemoryTransport):
    """A server that knows nobody."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self._outcome = outcome

    def keep(self, parcel: Parcel) -> Outcome:
        return self._outcome


def dump(rt: Runtime) -> str:
    """Every value of every row of every table."""
    with reading(rt.db) as session:
        return "\n".join(str(tuple(row)) for table in Base.metadata.sorted_tables for row in session.execute(select(table)))


def test_d5_on_day_8_no_table_knows_who_did_not_confirm(world: World) -> None:
    world.visitor = lambda ip="203.0.113.77", **more: World.visitor(world, ip=ip, **more)  # type: ignore[method-assign]
    world.fill_form(ADDRESS, last_name="Unbestaetigt-Nachname", company="Unbestaetigt GmbH")
    assert all(text in dump(world.rt) for text in SAID), "or this could not fail"
    world.now += timedelta(days=7, minutes=1)
    expire = next(beat for beat in BEATS if beat.name == "expire")
    assert expire.every <= timedelta(minutes=1)
    expire.run(world.rt, world.now, Worker("test"))
    left = dump(world.rt)
    assert [text for text in SAID if text in left] == []
    with reading(world.rt.db) as session:
        buckets = set(session.scalars(select(RateLimit.bucket)))
    assert f"opt-in-address:{world.rt.pseudonyms.mark(ADDRESS)}" in buckets, "the keyed hash goes on counting"


def test_d5_whoever_declines_leaves_no_trace_of_the_press(world: World) -> None:
    world.fill_form(ADDRESS)
    (mail,) = world.to(ADDRESS)
    world.wait(minutes=5)
    visitor = Visitor("203.0.113.77", "Maria-Browser/1.0", "POST")
    opt_in.decline(world.rt, mail.tokens("/c/")[0], visitor, world.now)
    world.wait(minutes=3)
    left = dump(world.rt)
    assert [text for text in (*SAID, "Maria-Browser") if text in left] == []


def test_d5_nor_does_the_server_that_refused_the_question(world: World) -> None:
    """Its words quote the address; that it takes no mail stays known, by its mark."""
    refused = Outcome(
        Kind.FAILED, Phase.RECIPIENT, f"550 5.1.1 <{ADDRESS}> unknown", failure=Failure.INVALID, status="5.1.1"
    )
    world.rt.transport = Refusing(refused)
    world.fill_form(ADDRESS)
    world.beat()
    assert ADDRESS in dump(world.rt), "or this could not fail"
    world.now += timedelta(days=7, minutes=2)
    next(beat for beat in BEATS if beat.name == "expire").run(world.rt, world.now, Worker("test"))
    assert "maria.unbestaetigt" not in dump(world.rt)
    with reading(world.rt.db) as session:
        assert session.scalars(select(Suppression.address_key)).all() == [world.rt.pseudonyms.mark(ADDRESS)]


def test_d5_the_count_is_gone_after_30_days(world: World) -> None:
    world.fill_form(ADDRESS)
    world.now += timedelta(days=31)
    retain(world.rt, world.now)
    assert (
        world.rt.pseudonyms.mark(ADDRESS)
        not in dump(world.rt).replace("'hmac", "hmac").split("opt-in-address:", 1)[-1][:70]
    )
    with reading(world.rt.db) as session:
        assert session.scalars(select(RateLimit.bucket).where(RateLimit.bucket.like("opt-in%"))).all() == []
