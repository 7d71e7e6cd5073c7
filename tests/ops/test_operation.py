"""Readiness and metrics: what monitoring is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from nurture.engine import operation
from nurture.engine.runtime import Runtime
from nurture.store.database import connect, transaction
from nurture.store.schema import Message, Route


def checks(rt: Runtime, now: datetime) -> dict[str, bool]:
    return {check.name: check.ok for check in operation.readiness(rt, now).checks}


def test_ready_while_the_beats_run(runtime: Runtime, now: datetime) -> None:
    for beat in operation.VITAL:
        operation.heartbeat(runtime, "worker-1", beat, "", now)
    found = operation.readiness(runtime, now + timedelta(seconds=10))
    assert found.ready
    assert found.as_json()["checks"]["beat deliver"] == {"ok": True, "detail": "10 s ago in worker-1"}  # type: ignore[index]


def test_one_living_worker_is_enough(runtime: Runtime, now: datetime) -> None:
    for beat in operation.VITAL:
        operation.heartbeat(runtime, "dead", beat, "", now - timedelta(days=1))
        operation.heartbeat(runtime, "alive", beat, "", now)
    assert operation.readiness(runtime, now).ready


NOT_READY: dict[str, tuple[Callable[[Runtime, datetime], None], str]] = {
    "no worker ever": (lambda rt, now: None, "never ran"),
    "the worker died": (
        lambda rt, now: [operation.heartbeat(rt, "w", b, "", now - timedelta(minutes=5)) for b in operation.VITAL],  # type: ignore[dict-item]
        "300 s ago",
    ),
    "the beat fails": (
        lambda rt, now: [operation.heartbeat(rt, "w", b, "failed: OSError: no", now) for b in operation.VITAL],  # type: ignore[dict-item]
        "failed: OSError: no",
    ),
}


@pytest.mark.parametrize("name", NOT_READY)
def test_not_ready(name: str, runtime: Runtime, now: datetime) -> None:
    prepare, detail = NOT_READY[name]
    prepare(runtime, now)
    found = operation.readiness(runtime, now)
    assert not found.ready
    assert any(detail in check.detail for check in found.checks if not check.ok)


def test_not_ready_without_tables(
    empty_url: str, sqlite_db: Engine, make_runtime: Callable[..., Runtime], now: datetime
) -> None:
    rt = make_runtime(sqlite_db)
    rt.db = connect(empty_url)
    assert checks(rt, now) == {"database": True, "migrations": False}
    rt.db.dispose()


def test_not_ready_without_a_database(sqlite_db: Engine, make_runtime: Callable[..., Runtime], now: datetime) -> None:
    rt = make_runtime(sqlite_db)
    rt.db = connect("postgresql://nobody:geheim@127.0.0.1:1/nothing")
    found = operation.readiness(rt, now)
    assert [(check.name, check.ok) for check in found.checks] == [("database", False)]
    assert "geheim" not in str(found)
    rt.db.dispose()


def test_a_paused_mail_server_is_told_but_work_goes_on(runtime: Runtime, now: datetime) -> None:
    for beat in operation.VITAL:
        operation.heartbeat(runtime, "w", beat, "", now)
    with transaction(runtime.db) as session:
        session.add(Route(name="smtp", failures=3, paused_until=now + timedelta(minutes=5), reason="connection refused"))
    found = operation.readiness(runtime, now)
    assert found.ready
    assert [check.detail for check in found.checks if not check.ok] == [
        "left alone until 2026-03-02 09:05:00 UTC: connection refused"
    ]


def test_metrics(runtime: Runtime, now: datetime) -> None:
    facts = {"kind": "opt-in", "language": "de", "mail": "opt-in", "context": {}, "tracked": False, "attempts": 0,
             "queued_at": now, "reason": "", "address": "a@werk.example"}  # fmt: skip
    with transaction(runtime.db) as session:
        for number, state, due in ((1, "queued", now - timedelta(minutes=5)), (2, "parked", None), (3, "queued", now)):
            session.add(Message(**facts, state=state, once_key=str(number), header_id=str(number), due_at=due))
    operation.heartbeat(runtime, "w", "deliver", "failed: no", now - timedelta(seconds=30))
    text = operation.metrics(runtime, now).decode()
    for line in (
        'nurture_due{what="messages"} 2.0',
        'nurture_late_seconds{what="messages"} 300.0',
        'nurture_messages{kind="opt-in",state="parked"} 1.0',
        'nurture_messages{kind="opt-in",state="queued"} 2.0',
        'nurture_beat_age_seconds{beat="deliver"} 30.0',
        'nurture_beat_failing{beat="deliver"} 1.0',
        'nurture_stored{what="contacts"} 0.0',
        "nurture_definitions_faulty 0.0",
    ):
        assert line in text.splitlines()
    assert "werk.example" not in text


def test_a_process_that_stopped_is_not_missed(runtime: Runtime, now: datetime) -> None:
    operation.heartbeat(runtime, "w", "deliver", "", now)
    operation.say_stopped(runtime, "w")
    assert "nurture_beat_age_seconds{" not in operation.metrics(runtime, now).decode()


def test_old_heartbeats_are_forgotten(runtime: Runtime, now: datetime) -> None:
    operation.heartbeat(runtime, "w", "deliver", "", now - timedelta(days=31))
    operation.heartbeat(runtime, "v", "deliver", "", now)
    assert operation.forget_old(runtime, now) == 1
