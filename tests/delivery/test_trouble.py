"""Real mail servers and real databases that go away while mail is being delivered."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest
from delivery.outbox import Outbox
from delivery.servers import CLOSE, fault_server, smtp_server
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from support import postgres, schema

from nurture.delivery import Outcome, Parcel, SmtpSettings, SmtpTransport, Work
from nurture.domain.message import MessageState
from nurture.engine import delivery_record
from nurture.engine.delivery import deliver
from nurture.engine.return_path import message_of
from nurture.engine.runtime import Runtime
from nurture.store.database import connect, reading, transaction

S = MessageState


def _to(outbox: Outbox, port: int) -> None:
    outbox.rt.transport = SmtpTransport(SmtpSettings("127.0.0.1", port, tls="none"))


# --- mail servers -------------------------------------------------------------------------------------------------------


def test_from_the_outbox_to_a_real_server(outbox: Outbox) -> None:
    outbox.nurture_mails(outbox.people(20))
    opt_in = outbox.opt_in_mail()
    with smtp_server() as inbox:
        _to(outbox, inbox.port)
        assert deliver(outbox.rt, outbox.now, worker="one").accepted == 21
        assert deliver(outbox.rt, outbox.now, worker="one").claimed == 0
    assert len(inbox.mails) == 21
    [(sender, raw)] = [(m[0], m[2]) for m in inbox.mails if m[1] == [outbox.row(opt_in).address]]
    assert message_of(outbox.rt, sender) == opt_in or sender == outbox.rt.definitions.organisation.sender.address
    assert message_from_bytes(raw, policy=policy.default)["Message-ID"] == outbox.row(opt_in).header_id


def test_a_server_that_breaks_off_before_its_answer(outbox: Outbox) -> None:
    """The nurture mail is not sent again; the opt-in mail is, with the same Message-ID."""
    nurture, opt_in = outbox.nurture_mail(), outbox.opt_in_mail()
    with fault_server() as server:
        _to(outbox, server.port)
        server.plan("answer", CLOSE, CLOSE)
        for minutes in (0, 11, 30, 60):
            deliver(outbox.rt, outbox.now + timedelta(minutes=minutes), worker="one")
        ids = [message_from_bytes(raw)["Message-ID"] for raw in server.taken]
    assert ids.count(outbox.row(nurture).header_id) == 1
    assert ids.count(outbox.row(opt_in).header_id) == 2
    assert (outbox.state(nurture), outbox.state(opt_in)) == (S.UNKNOWN, S.ACCEPTED)


def test_a_server_that_is_down_for_an_hour(sqlite_outbox: Outbox) -> None:
    outbox = sqlite_outbox
    mails = outbox.nurture_mails(outbox.people(10))
    with fault_server() as gone:
        _to(outbox, gone.port)
    for minute in range(0, 60, 2):
        assert deliver(outbox.rt, outbox.now + timedelta(minutes=minute), worker="one").accepted == 0
    assert all(outbox.row(mail).attempts == 0 for mail in mails)
    assert "Connection refused" in outbox.row(mails[0]).reason
    with fault_server() as back:
        _to(outbox, back.port)
        for minute in range(60, 80, 2):
            deliver(outbox.rt, outbox.now + timedelta(minutes=minute), worker="one")
        assert len(back.taken) == 10
    assert outbox.states() == {"accepted": 10}


def test_greylisting(sqlite_outbox: Outbox) -> None:
    outbox = sqlite_outbox
    mail = outbox.nurture_mail()
    with fault_server() as server:
        _to(outbox, server.port)
        server.plan("recipient", "450 4.7.1 greylisted, come back in five minutes")
        assert deliver(outbox.rt, outbox.now, worker="one").deferred == 1
        due = outbox.row(mail).due_at
        assert due is not None
        assert deliver(outbox.rt, due, worker="one").accepted == 1
        assert len(server.taken) == 1
    assert [t.outcome for t in outbox.tries(mail)] == ["deferred", "accepted"]


# --- databases ----------------------------------------------------------------------------------------------------------


class _Lock:
    """Somebody else who has the SQLite file's write lock."""

    def __init__(self, engine: Engine) -> None:
        assert engine.url.database is not None
        self._connection = sqlite3.connect(engine.url.database, isolation_level=None)

    def take(self) -> None:
        """Safe to repeat."""
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")

    def give_back(self) -> None:
        self._connection.rollback()

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def impatient(sqlite_db: Engine, make_runtime: Callable[..., Runtime], now: datetime) -> Outbox:
    """A house whose database connection waits for locks for 5 ms instead of 30 s."""
    event.listen(sqlite_db, "checkout", lambda connection, *_: connection.execute("PRAGMA busy_timeout = 5"))
    return Outbox(make_runtime(sqlite_db), now)


def test_a_locked_database_while_a_mail_is_being_accepted(impatient: Outbox) -> None:
    """The answer is seen, the lock is there for 30 seconds, the answer is recorded."""
    outbox, lock, waited = impatient, _Lock(impatient.rt.db), [0.0]
    outbox.nurture_mails(outbox.people(3))

    def wait(seconds: float) -> None:
        waited[0] += seconds
        if waited[0] >= 30:
            lock.give_back()

    with fault_server() as server:
        outbox.rt.transport = _after_each(server.port, lambda: lock.take() if len(server.taken) == 2 else None)
        assert deliver(outbox.rt, outbox.now, worker="one", wait=wait).accepted == 3
        assert len(server.taken) == 3
    lock.close()
    assert outbox.states() == {"accepted": 3}


def test_a_locked_database_before_anything_was_claimed(impatient: Outbox) -> None:
    outbox, lock = impatient, _Lock(impatient.rt.db)
    outbox.nurture_mails(outbox.people(3))
    lock.take()
    with pytest.raises(OperationalError, match="locked"):
        deliver(outbox.rt, outbox.now, worker="one")
    lock.give_back()
    lock.close()
    assert deliver(outbox.rt, outbox.now, worker="one").accepted == 3


def test_figures_count_once_though_the_answer_to_a_commit_is_lost(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    mails, commits = outbox.nurture_mails(outbox.people(20)), itertools.count()

    @contextmanager
    def lossy(engine: Engine) -> Iterator[Session]:
        with transaction(engine) as session:
            yield session
        if next(commits) % 2 == 0:
            raise OperationalError("commit", {}, Exception("the answer was lost"))

    monkeypatch.setattr(delivery_record, "transaction", lossy)
    with fault_server() as server:
        _to(outbox, server.port)
        deliver(outbox.rt, outbox.now, worker="one", wait=lambda seconds: None)
    assert [len(outbox.tries(mail)) for mail in mails] == [1] * 20
    with reading(outbox.rt.db) as session:
        assert session.scalar(text("SELECT sum(accepted) FROM delivery_totals")) == 20


def test_connections_that_the_database_server_ends(
    postgres_db: Engine, make_runtime: Callable[..., Runtime], now: datetime
) -> None:
    """As a restart does, once after each mail."""
    outbox = Outbox(make_runtime(postgres_db), now)
    outbox.nurture_mails(outbox.people(5))

    def end_all() -> None:
        with postgres_db.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )

    with fault_server() as server:
        outbox.rt.transport = _after_each(server.port, end_all)
        assert deliver(outbox.rt, now, worker="one", wait=lambda seconds: None).accepted == 5
        assert len(server.taken) == 5
    assert outbox.states() == {"accepted": 5}


def test_postgresql_is_restarted_in_the_middle(make_runtime: Callable[..., Runtime], now: datetime) -> None:
    """While sixteen mails at a time are on their way."""
    try:
        database = postgres.start_own()
    except postgres.NoServer as error:
        pytest.skip(str(error))
    engine = connect(database.create("restarted").render_as_string(hide_password=False))
    schema.create(engine)
    outbox = Outbox(make_runtime(engine), now)
    outbox.nurture_mails(outbox.people(60))
    restarted: list[int] = []

    def restart() -> None:
        if len(server.taken) >= 20 and not restarted:
            restarted.append(len(server.taken))
            database.restart()

    with fault_server() as server:
        outbox.rt.transport = _after_each(server.port, restart)
        assert deliver(outbox.rt, now, worker="one", wait=lambda seconds: None).accepted == 60
        assert len(server.taken) == 60
    assert (len(restarted), outbox.states()) == (1, {"accepted": 60})
    engine.dispose()
    database.close()


def _after_each(port: int, then: Callable[[], None]) -> SmtpTransport:
    """SMTP where something happens right after each answer to the final dot."""

    class Watched:
        def __init__(self, work: Work) -> None:
            self.more, self.ahead, self.stopped, self._work = work.more, work.ahead, work.stopped, work

        def settled(self, parcel: Parcel, outcome: Outcome) -> None:
            self._work.settled(parcel, outcome)
            then()

    class Transport(SmtpTransport):
        def carry(self, work: Work) -> None:
            super().carry(Watched(work))

    return Transport(SmtpSettings("127.0.0.1", port, tls="none"))


def test_two_houses_on_one_database_do_not_share_a_message_id(outbox: Outbox) -> None:
    first = outbox.row(outbox.nurture_mail()).header_id
    other = replace(outbox, rt=replace(outbox.rt, installation="another"))
    assert other.row(other.nurture_mail()).header_id != first
