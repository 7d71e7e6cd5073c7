"""Records that travel to PostgreSQL while the next letters are written."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

import pytest
from delivery.outbox import Outbox
from delivery.servers import FaultServer, fault_server
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from nurture.delivery import SmtpSettings, SmtpTransport
from nurture.domain.errors import NurtureError
from nurture.domain.message import MessageState
from nurture.engine.delivery import Delivered, deliver
from nurture.engine.letters import Desk, Written
from nurture.engine.runtime import Runtime
from nurture.store import turn
from nurture.store.database import reading, transaction
from nurture.store.messages import Outgoing, Try
from nurture.store.moves import Move
from nurture.store.schema import Contact

S = MessageState
MAILS = 80


@pytest.fixture
def outbox(postgres_db: Engine, make_runtime: Callable[..., Runtime], now: datetime) -> Outbox:
    return Outbox(make_runtime(postgres_db), now)


def _deliver(outbox: Outbox, server: FaultServer) -> Delivered:
    outbox.rt.transport = SmtpTransport(SmtpSettings("127.0.0.1", server.port, tls="none"))
    return deliver(outbox.rt, outbox.now, worker="one", wait=lambda seconds: None)


def test_letters_are_written_while_the_record_travels_and_leave_when_it_has_arrived(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.nurture_mails(outbox.people(MAILS))
    happened: list[str] = []
    send, moved, write = turn.Line.send, turn.Line.moved, Desk.write

    def sent(*given: object) -> None:
        send(*given)  # type: ignore[arg-type]
        happened.append("sent")

    def written(desk: Desk, row: Outgoing) -> Written:
        happened.append("written")
        return write(desk, row)

    def arrived(line: turn.Line) -> int:
        before = len(server.taken)
        count = moved(line)
        happened.append("arrived")
        states = outbox.states()
        assert before <= states.get("sending", 0) + states.get("accepted", 0), "nothing leaves that is not on record"
        return count

    monkeypatch.setattr(turn.Line, "send", sent)
    monkeypatch.setattr(turn.Line, "moved", arrived)
    monkeypatch.setattr(Desk, "write", written)
    with fault_server() as server:
        assert _deliver(outbox, server).accepted == MAILS
    travelling = "".join(what[0] for what in happened).split("s")[1:]
    assert all(turn_.count("a") == 1 for turn_ in travelling), "one record at a time"
    assert sum("w" in turn_.split("a")[0] for turn_ in travelling) > 1


@pytest.mark.parametrize("arrives", [True, False])
def test_what_comes_to_be_known_while_a_record_travels(
    outbox: Outbox,
    monkeypatch: pytest.MonkeyPatch,
    arrives: bool,
) -> None:
    """A mail that cannot be written is parked. Where the answer never comes, what the record said is recorded once."""
    mails = outbox.nurture_mails(outbox.people(MAILS))
    travels, failed, moved, write = [False], list[int](), turn.Line.moved, Desk.write
    send = turn.Line.send

    def sent(*given: object) -> None:
        send(*given)  # type: ignore[arg-type]
        travels[0] = True

    def arrived(line: turn.Line) -> int:
        count, travels[0] = moved(line), False
        if len(failed) == 1:
            failed.append(0)
        if len(failed) == 2 and not arrives:
            failed.append(0)
            raise OperationalError("a turn", {}, Exception("server closed the connection unexpectedly"))
        return count

    def written(desk: Desk, row: Outgoing) -> Written:
        if travels[0] and not failed:
            failed.append(row.id)
            raise NurtureError("nobody can write this")
        return write(desk, row)

    monkeypatch.setattr(turn.Line, "send", sent)
    monkeypatch.setattr(turn.Line, "moved", arrived)
    monkeypatch.setattr(Desk, "write", written)
    with fault_server() as server:
        report = _deliver(outbox, server)
        assert len(server.taken) == MAILS - 1
    assert (report.accepted, report.parked, len(failed)) == (MAILS - 1, 1, 2 if arrives else 3)
    assert outbox.states() == {"accepted": MAILS - 1, "parked": 1}
    assert outbox.state(failed[0]) is S.PARKED
    assert all(len(outbox.tries(mail)) == 1 for mail in mails if mail != failed[0]), "no try is recorded twice"


def test_a_mail_that_is_gone_before_its_record_arrives(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its reader was erased; the others of the turn are recorded."""
    outbox.nurture_mails(outbox.people(MAILS))
    send, erased = turn.Line.send, list[int]()

    def sent(line: turn.Line, worker: str, going: Sequence[Move], taken: Sequence[Try], *times: datetime) -> None:
        if taken and not erased:
            erased.append(taken[0].message)
            with transaction(outbox.rt.db) as session:
                session.delete(session.get_one(Contact, outbox.row(erased[0]).contact_id))
        send(line, worker, going, taken, *times)

    monkeypatch.setattr(turn.Line, "send", sent)
    with fault_server() as server:
        _deliver(outbox, server)
        assert len(server.taken) == MAILS
    assert (len(erased), outbox.states()) == (1, {"accepted": MAILS - 1})


def test_what_is_known_when_a_turn_cannot_be_said_is_recorded_at_the_end(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.nurture_mails(outbox.people(MAILS))
    known: list[int] = []

    def sent(line: turn.Line, worker: str, going: Sequence[Move], taken: Sequence[Try], *times: datetime) -> None:
        if taken:
            known.extend(t.message for t in taken)
            raise ValueError("nobody can say this")
        send(line, worker, going, taken, *times)

    send = turn.Line.send
    monkeypatch.setattr(turn.Line, "send", sent)
    with fault_server() as server, pytest.raises(ValueError, match="say this"):
        _deliver(outbox, server)
    assert known
    assert {outbox.state(mail) for mail in known} == {S.ACCEPTED}


def test_a_connection_that_others_used_between_two_rounds(outbox: Outbox) -> None:
    """The driver makes the server forget every prepared statement of a connection at some rollbacks."""
    with fault_server() as server:
        for number in range(1, 4):
            outbox.nurture_mails(outbox.people(MAILS))
            assert _deliver(outbox, server).accepted == MAILS
            assert outbox.states() == {"accepted": MAILS * number}
            with reading(outbox.rt.db) as one, reading(outbox.rt.db) as two:
                for session in (one, two):
                    for _ in range(8):
                        session.execute(text("SELECT count(*) FROM contacts"))


def test_a_turn_that_the_server_refuses_is_recorded_the_long_way(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    outbox.nurture_mails(outbox.people(MAILS))

    def never_prepared(line: turn.Line, *_: object) -> None:
        raise ProgrammingError("a turn", {}, Exception("prepared statement does not exist"))

    monkeypatch.setattr(turn.Line, "send", never_prepared)
    with fault_server() as server:
        assert _deliver(outbox, server).accepted == MAILS
    assert outbox.states() == {"accepted": MAILS}
    assert "recorded the long way: prepared statement does not exist" in caplog.text


def test_a_line_that_is_cut_while_the_server_goes_on(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server does the statement all the same, but later: it waits for a lock. Each try is on record once."""
    mails = outbox.nurture_mails(outbox.people(MAILS))
    send, cut = turn.Line.send, list[threading.Thread]()

    def sent(line: turn.Line, worker: str, going: Sequence[Move], taken: Sequence[Try], *times: datetime) -> None:
        if not taken or cut:
            send(line, worker, going, taken, *times)
            return
        blocker = outbox.rt.db.connect()
        blocker.execute(text("SELECT 1 FROM messages WHERE id = :id FOR UPDATE"), {"id": taken[0].message})

        def asked_until(number: int) -> None:
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            any(blocker.scalar(waiting) >= number for _ in range(20_000))

        send(line, worker, going, taken, *times)
        asked_until(1)  # the statement has come to the lock
        with socket.socket(fileno=os.dup(line._pg.socket)) as ours:
            ours.shutdown(socket.SHUT_RDWR)

        def let_go() -> None:
            asked_until(2)  # who records it anew waits for the same lock
            blocker.rollback()
            blocker.close()

        cut.append(threading.Thread(target=let_go))
        cut[0].start()

    monkeypatch.setattr(turn.Line, "send", sent)
    with fault_server() as server:
        _deliver(outbox, server)
        assert len(server.taken) == MAILS
    cut[0].join()
    assert outbox.states() == {"accepted": MAILS}
    assert [len(outbox.tries(mail)) for mail in mails] == [1] * MAILS


def test_a_fault_while_the_record_travels_leaves_no_mail_in_doubt(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is on record as being sent and has not left goes back into the queue."""
    outbox.nurture_mails(outbox.people(MAILS))
    send, moved, write, travels = turn.Line.send, turn.Line.moved, Desk.write, [False]
    leaving: list[int] = []

    def sent(line: turn.Line, worker: str, going: Sequence[Move], taken: Sequence[Try], *times: datetime) -> None:
        send(line, worker, going, taken, *times)
        travels[0], leaving[:] = True, [m.id for m in going]

    def arrived(line: turn.Line) -> int:
        travels[0] = False
        return moved(line)

    def written(desk: Desk, row: Outgoing) -> Written:
        if travels[0]:
            raise ValueError("nobody thought of this")
        return write(desk, row)

    monkeypatch.setattr(turn.Line, "send", sent)
    monkeypatch.setattr(turn.Line, "moved", arrived)
    with fault_server() as server:
        monkeypatch.setattr(Desk, "write", written)
        with pytest.raises(ValueError, match="thought of this"):
            _deliver(outbox, server)
        monkeypatch.setattr(Desk, "write", write)
    assert leaving
    assert {outbox.state(mail) for mail in leaving} == {S.QUEUED}
