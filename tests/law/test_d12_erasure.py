"""D12, Art. 17 GDPR: who is erased is gone from every table, file and log; counts stay; only the person comes back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from law.people import OTTO, ZDENKA, Kept, everything_stored, found, lives
from sqlalchemy import Engine
from stories.world import World, berlin

from nurture.domain.audit import user
from nurture.engine import erasure
from nurture.engine.runtime import Runtime

ANNA = user("anna")


@pytest.fixture
def world(db: Engine, make_runtime: Callable[..., Runtime], tmp_path: Path) -> World:
    box = Kept(tmp_path / "mailbox")
    return World(make_runtime(db, transport=box, mailbox=box.box), berlin("2026-03-02 10:00"))


@pytest.fixture
def two(world: World) -> World:
    """Zdenka and Otto, both with everything that can be stored of somebody."""
    for who in (ZDENKA, OTTO):
        lives(world, who)
    return world


def contact_of(world: World, address: str) -> int:
    found = world.contact(address)
    assert found is not None
    return found.id


def test_d12_an_erased_person_is_found_nowhere_and_the_other_one_is_whole(
    two: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mailbox = tmp_path / "mailbox"
    before = {who: found(who, everything_stored(two.rt.db, mailbox)) for who in (ZDENKA, OTTO)}
    for who in (ZDENKA, OTTO):
        missing = [s for s in who.strings if not any(hit.endswith(s) for hit in before[who])]
        assert not missing, f"the test stores nothing of {missing}, so it proves nothing"

    done = erasure.erase(two.rt, contact_of(two, ZDENKA.address), ANNA, two.now)
    two.wait(days=3)

    assert done.finished
    assert done.files >= 3
    assert found(ZDENKA, everything_stored(two.rt.db, mailbox)) == []
    assert found(ZDENKA, [("log", caplog.text.encode())]) == []
    after = found(OTTO, everything_stored(two.rt.db, mailbox))
    # SQLite's journal may be empty by now; in tables and files nothing of Otto's is missing
    assert {hit for hit in before[OTTO] if "-wal" not in hit} <= set(after)
