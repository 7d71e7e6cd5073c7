"""Turns on PostgreSQL when something breaks beneath them: everything goes and is recorded once, and with consent."""

from __future__ import annotations

import os
import random
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from email import message_from_bytes
from threading import Event, Timer

import pytest
from delivery.outbox import Outbox
from delivery.servers import FaultServer, fault_server
from sqlalchemy import Engine, text

from nurture.delivery import SmtpSettings, SmtpTransport
from nurture.engine.delivery import Delivered, deliver
from nurture.engine.letters import Desk, Written
from nurture.engine.runtime import Runtime
from nurture.store import turn
from nurture.store.database import reading
from nurture.store.messages import Outgoing, Try
from nurture.store.moves import Move

MAILS = 60


@pytest.fixture
def outbox(postgres_db: Engine, make_runtime: Callable[..., Runtime], now: datetime) -> Outbox:
    return Outbox(make_runtime(postgres_db), now)


def _deliver(outbox: Outbox, server: FaultServer, stopwatch: Callable[[], float] | None = None) -> Delivered:
    outbox.rt.transport = SmtpTransport(SmtpSettings("127.0.0.1", server.port, tls="none"))
    return deliver(outbox.rt, outbox.now, worker="one", stopwatch=stopwatch, wait=lambda seconds: time.sleep(0.05))


def _hang_up(line: turn.Line) -> None:
    """As when the network is cut: the server knows nothing of it."""
    with socket.socket(fileno=os.dup(line._pg.socket)) as copy:
        copy.shutdown(socket.SHUT_RDWR)


def _assert_all_once(outbox: Outbox, server: FaultServer, mails: Sequence[int]) -> None:
    assert outbox.states() == {"accepted": len(mails)}
    assert Counter(len(outbox.tries(mail)) for mail in mails) == {1: len(mails)}
    assert len({message_from_bytes(mail)["Message-ID"] for mail in server.taken}) == len(server.taken) == len(mails)


@pytest.mark.skipif("TEST_DATABASE_URL" in os.environ, reason="only a server of our own can be halted")
def test_a_line_is_cut_and_the_server_gets_to_it_after_all_was_recorded_another_way(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mails = outbox.nurture_mails(outbox.people(MAILS))
    send, late, done = turn.Line.send, list[int](), Event()

    def sent(line: turn.Line, worker: str, going: Sequence[Move], taken: Sequence[Try], *times: datetime) -> None:
        if not taken or late:
            return send(line, worker, going, taken, *times)
        late.append(pid := line._pg.backend_pid)
        os.kill(pid, signal.SIGSTOP)
        send(line, worker, going, taken, *times)
        _hang_up(line)

        def go_on() -> None:
            os.kill(pid, signal.SIGCONT)
            done.set()

        Timer(0.7, go_on).start()
        return None

    monkeypatch.setattr(turn.Line, "send", sent)
    with fault_server() as server:
        _deliver(outbox, server)
        assert late
        assert done.wait(5)
        with reading(outbox.rt.db) as session:
            gone = text("SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = :pid")
            while not session.scalar(gone, {"pid": late[0]}):
                time.sleep(0.02)
                session.rollback()
        _assert_all_once(outbox, server, mails)


@pytest.mark.parametrize("seed", [1, 2])
def test_connections_that_are_killed(outbox: Outbox, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    mails = outbox.nurture_mails(outbox.people(4 * MAILS))
    send, chance, killed = turn.Line.send, random.Random(seed), list[int]()

    def kill(pid: int) -> None:
        with reading(outbox.rt.db) as session:
            session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        killed.append(pid)

    def sent(line: turn.Line, *said: object) -> None:
        pid, when = line._pg.backend_pid, chance.choice(["never", "never", "before", "after"])
        if when == "before":
            kill(pid)
        send(line, *said)  # type: ignore[arg-type]
        if when == "after":
            kill(pid)

    monkeypatch.setattr(turn.Line, "send", sent)
    with fault_server() as server:
        _deliver(outbox, server)
        assert killed
        _assert_all_once(outbox, server, mails)


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_letter_that_is_written_waits_for_consent_like_any_other(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch, pipelining: bool
) -> None:
    """It is withdrawn after a letter was written ahead; a minute later it is asked for again, before the letter leaves."""
    people = outbox.people(MAILS)
    mails = outbox.nurture_mails(people)
    moved, write, passed = turn.Line.moved, Desk.write, 0.0
    written, withdrawn = set[int](), set[int]()

    def wrote(desk: Desk, row: Outgoing) -> Written:
        written.add(row.id)
        return write(desk, row)

    def arrived(line: turn.Line) -> int:
        nonlocal passed
        count = moved(line)
        if not withdrawn:
            with reading(outbox.rt.db) as session:
                withdrawn.update(session.scalars(text("SELECT id FROM messages WHERE state = 'claimed'")))
            for mail in withdrawn:
                outbox.unsubscribe(people[mails.index(mail)])
            passed = 61
        return count

    monkeypatch.setattr(turn.Line, "moved", arrived)
    monkeypatch.setattr(Desk, "write", wrote)
    with fault_server(pipelining=pipelining) as server:
        _deliver(outbox, server, lambda: time.monotonic() + passed)
        assert len(server.taken) == MAILS - len(withdrawn)
    assert withdrawn & written
    assert outbox.states() == {"accepted": MAILS - len(withdrawn), "cancelled": len(withdrawn)}
