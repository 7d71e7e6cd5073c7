"""D5: of whoever does not confirm nothing stays but a keyed hash that counts, and that for 30 days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from stories.world import World, berlin

from nurture.engine.beats import BEATS, Worker
from nurture.engine.retention import retain
from nurture.engine.runtime import Runtime
from nurture.store.database import reading
from nurture.store.schema import Base, RateLimit

ADDRESS = "maria.unbestaetigt@anlagenbau-huber.example"
SAID = ("maria.unbestaetigt", "Unbestaetigt-Nachname", "Unbestaetigt GmbH", "203.0.113.77")


@pytest.fixture
def world(runtime: Runtime) -> World:
    return World(runtime, berlin("2026-03-02 10:00"))


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
