"""Rounds of delivery that take their time: who waits for whom, what each lane gets, and how they end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from delivery.carrier import Town
from delivery.outbox import Outbox
from delivery.scripted import ACCEPTED, ScriptedServer
from delivery.servers import CLOSE, HANG, SteppedClock, fault_server
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from nurture.delivery import Kind, MailboxTransport, Outcome, Parcel, Phase, Shipment, SmtpSettings, SmtpTransport, Work
from nurture.domain.delivery_rules import DeliveryRules, Provider
from nurture.domain.failure import Failure
from nurture.domain.message import MessageState
from nurture.engine.delivery import Delivered, deliver
from nurture.engine.runtime import Runtime
from nurture.store import breakers, mail_domains
from nurture.store.database import reading, transaction
from nurture.store.schema import DeliveryCount, LaneRow, Route

S = MessageState
DOWN = Outcome(Kind.DEFERRED, Phase.CONNECT, "connection refused")
GOOGLE = Provider("google", "Google", domains=("werk.example",), connections=4, per_connection=20, per_second=1.0)
GMX = Provider("gmx", "GMX", domains=("gmx.example",), connections=4, per_connection=20, per_second=1.0)


@pytest.fixture
def server(outbox: Outbox) -> ScriptedServer:
    outbox.rt.transport = ScriptedServer()
    return outbox.rt.transport


def _by_provider(outbox: Outbox, **rules: object) -> None:
    found = DeliveryRules(by_provider=True, providers={"google": GOOGLE, "gmx": GMX}, **rules)  # type: ignore[arg-type]
    publication = outbox.rt.publication
    outbox.rt.publication = replace(publication, definitions=replace(publication.definitions, delivery=found))


def _deliver(outbox: Outbox, worker: str = "one", **later: float) -> Delivered:
    return deliver(outbox.rt, outbox.now + timedelta(**later), worker=worker, stopwatch=lambda: 0.0)


# --- nobody waits for somebody else -------------------------------------------------------------------------------------


def test_a_server_that_hangs_holds_up_its_own_mail_only(outbox: Outbox) -> None:
    """One connection never gets its answer; meanwhile the others go out, and a service mail that came later as well."""
    mails = outbox.nurture_mails(outbox.people(30))
    late: list[int] = []
    accepted_before: list[int] = []
    with fault_server() as server:
        server.plan("answer", HANG)
        clock = SteppedClock(server, others=0.2)

        def meanwhile(so_far: Delivered) -> None:
            if not late and so_far.accepted == 29:
                late.append(outbox.opt_in_mail())
            if late and outbox.state(late[0]) is S.ACCEPTED:
                accepted_before.append(outbox.states().get("sending", 0))

        transport = SmtpTransport(SmtpSettings("127.0.0.1", server.port, tls="none"), stopwatch=clock, poll=clock.poll)
        outbox.rt.transport = transport
        report = deliver(outbox.rt, outbox.now, worker="one", stopwatch=clock, said=meanwhile)
    assert (report.accepted, report.unknown) == (30, 1)
    assert accepted_before[0] == 1, "the service mail arrived while the other one was still on its way"
    assert [outbox.state(mail) for mail in mails].count(S.UNKNOWN) == 1
    assert len(server.taken) == 31


def test_service_mail_that_comes_in_the_middle_goes_next(outbox: Outbox, server: ScriptedServer) -> None:
    outbox.nurture_mails(outbox.people(10))
    server.between = lambda parcel: None if server.arrived else late.append(outbox.opt_in_mail())
    late: list[int] = []
    assert _deliver(outbox).accepted == 11
    assert [p.message_id for p in server.arrived].index(late[0]) == 1


def test_who_unsubscribes_while_a_mail_is_deferred_does_not_get_it(outbox: Outbox, server: ScriptedServer) -> None:
    (contact,) = outbox.people(1)
    (mail,) = outbox.nurture_mails([contact])
    server.finishes = {outbox.row(mail).address: [Outcome(Kind.DEFERRED, Phase.ANSWER, "451 4.3.0 later"), ACCEPTED]}
    assert _deliver(outbox).deferred == 1
    outbox.unsubscribe(contact)
    assert _deliver(outbox, hours=1).cancelled == 1
    assert server.arrived == []


def test_who_unsubscribes_while_the_server_thinks_about_it_does_not_get_it(outbox: Outbox, server: ScriptedServer) -> None:
    """The mail is on offer for more than a minute; consent is looked at again before the message leaves."""
    (contact,) = outbox.people(1)
    (mail,) = outbox.nurture_mails([contact])
    seconds = [0.0]

    def slowly(parcel: Parcel) -> None:
        outbox.unsubscribe(contact)
        seconds[0] += 61

    server.between = slowly
    assert deliver(outbox.rt, outbox.now, worker="one", stopwatch=lambda: seconds[0]).cancelled == 1
    assert (server.arrived, server.abandoned, outbox.state(mail)) == ([], 1, S.CANCELLED)


def test_the_network_is_gone_for_a_minute(sqlite_outbox: Outbox) -> None:
    outbox = sqlite_outbox
    mails = outbox.nurture_mails(outbox.people(20))
    with fault_server() as server:
        server.plan("connect", *[CLOSE] * 200)
        outbox.rt.transport = SmtpTransport(SmtpSettings("127.0.0.1", server.port, tls="none"))
        for second in range(0, 60, 10):
            assert deliver(outbox.rt, outbox.now + timedelta(seconds=second), worker="one").accepted == 0
        assert outbox.states() == {"queued": 20}
        server.script.clear()
        for second in range(60, 180, 10):
            deliver(outbox.rt, outbox.now + timedelta(seconds=second), worker="one")
        assert len(server.taken) == 20
    assert outbox.states() == {"accepted": 20}
    assert {outbox.row(mail).attempts for mail in mails} == {1}


def test_a_mailbox_that_cannot_be_written_gives_everything_back(outbox: Outbox, tmp_path: Path) -> None:
    mails = outbox.nurture_mails(outbox.people(5))
    (tmp_path / "file").write_text("in the way")
    outbox.rt.transport = MailboxTransport(tmp_path / "file" / "mailbox")
    report = _deliver(outbox)
    assert (report.deferred, "cannot be written" in report.paused) == (5, True)
    assert {(outbox.row(mail).state, outbox.row(mail).attempts) for mail in mails} == {(S.QUEUED, 0)}
    assert _deliver(outbox, seconds=10).claimed == 0
    outbox.rt.transport = MailboxTransport(tmp_path / "mailbox")
    assert _deliver(outbox, seconds=40).accepted == 5


# --- lanes ----------------------------------------------------------------------------------------------------------------


def test_two_workers_share_what_a_lane_takes(outbox: Outbox, server: ScriptedServer) -> None:
    """Ten seconds' worth at once, then one per second, whoever asks."""
    _by_provider(outbox)
    outbox.nurture_mails(outbox.people(40), lane="google")
    taken = [_deliver(outbox, worker, seconds=second).accepted for second in range(6) for worker in ("one", "two")]
    assert sum(taken) == 15
    assert taken[:2] == [10, 0]


def test_a_lane_that_is_full_holds_up_no_other(outbox: Outbox, server: ScriptedServer) -> None:
    _by_provider(outbox)
    outbox.nurture_mails(outbox.people(30), lane="google")
    others = outbox.nurture_mails(outbox.people(5), step="gmx", lane="gmx")
    _deliver(outbox)
    assert [outbox.state(mail) for mail in others] == [S.ACCEPTED] * 5


def test_a_provider_that_asks_for_less_gets_nothing_for_a_while(outbox: Outbox, server: ScriptedServer) -> None:
    _by_provider(outbox)
    mails = outbox.nurture_mails(outbox.people(3), lane="google")
    outbox.nurture_mails(outbox.people(3), step="gmx", lane="gmx")
    slow = Outcome(Kind.DEFERRED, Phase.RECIPIENT, "421 4.7.0 too many mails", slow=True)
    server.offers = {outbox.row(mails[0]).address: [slow]}
    _deliver(outbox)
    outbox.nurture_mail("later", lane="google")
    outbox.nurture_mail("later, too", lane="gmx")
    assert _deliver(outbox, minutes=5).claimed == 1
    assert _deliver(outbox, minutes=16).claimed == 2


def test_a_server_that_wants_fewer_connections_slows_the_lane_for_all_workers(outbox: Outbox) -> None:
    """One connection works, the other is refused: the round goes on with one, and the lane rests afterwards."""
    outbox.nurture_mails(outbox.people(8))
    with fault_server() as server:
        server.plan("connect", "220 hello", *["421 4.7.0 too many connections"] * 15)
        outbox.rt.transport = SmtpTransport(SmtpSettings("127.0.0.1", server.port, tls="none"))
        assert deliver(outbox.rt, outbox.now, worker="one", stopwatch=lambda: 0.0).accepted == 8
        with reading(outbox.rt.db) as session:
            lane = session.get_one(LaneRow, "relay")
            assert (lane.slowdowns, lane.reason, lane.connections) == (1, "421 4.7.0 too many connections", 8)
        outbox.nurture_mail("later")
        assert _deliver(outbox, worker="two", seconds=50).claimed == 0
        server.script.clear()
        assert _deliver(outbox, worker="two", seconds=70).accepted == 1


def test_three_refusals_for_policy_stop_the_stream_and_nobody_is_blamed(outbox: Outbox, server: ScriptedServer) -> None:
    mails = outbox.nurture_mails(outbox.people(5))
    refused = Outcome(Kind.FAILED, Phase.RECIPIENT, "550 5.7.1 listed", Failure.POLICY, "5.7.1", "mx.example [192.0.2.1]")
    server.offers = {outbox.row(mail).address: [refused] for mail in mails[:3]}
    _deliver(outbox)
    with reading(outbox.rt.db) as session:
        assert breakers.open_breakers(session) == {("nurture", "relay")}
    outbox.nurture_mail("more")
    opt_in = outbox.opt_in_mail()
    assert _deliver(outbox, minutes=1).claimed == 1
    assert outbox.state(opt_in) is S.ACCEPTED
    (attempt,) = outbox.tries(mails[0])
    assert (attempt.status, attempt.host) == ("5.7.1", "mx.example [192.0.2.1]")


def test_figures_by_lane_and_stream(outbox: Outbox, server: ScriptedServer) -> None:
    mails = outbox.nurture_mails(outbox.people(4))
    outbox.opt_in_mail()
    server.offers = {outbox.row(mails[0]).address: [Outcome(Kind.FAILED, Phase.RECIPIENT, "550", Failure.INVALID)]}
    server.finishes = {outbox.row(mails[1]).address: [Outcome(Kind.UNKNOWN, Phase.ANSWER, "lost")]}
    _deliver(outbox)
    with reading(outbox.rt.db) as session:
        rows = {row.stream: row for row in session.query(DeliveryCount)}
    assert {(r.lane, r.worker) for r in rows.values()} == {("relay", "one")}
    nurture = rows["nurture"]
    assert (nurture.accepted, nurture.invalid, nurture.unknown, nurture.failed) == (2, 1, 1, 0)
    assert rows["opt-in"].accepted == 1


# --- direct ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def direct(outbox: Outbox) -> ScriptedServer:
    """Straight to the recipients' servers: Google's, and two of whoever."""
    _by_provider(outbox)
    outbox.rt.transport = ScriptedServer(name="direct")
    rows = [
        {"domain": d, "hosts": [f"mx.{d}"], "fault": "", "expires_at": outbox.now + timedelta(days=1)}
        for d in ("werk.example", "klein.example", "fein.example")
    ]
    with transaction(outbox.rt.db) as session:
        mail_domains.keep(session, rows)
    return outbox.rt.transport


def test_a_provider_that_is_down_is_left_alone_as_a_whole(outbox: Outbox, direct: ScriptedServer) -> None:
    google = outbox.nurture_mails(outbox.people(3), lane="google")
    other = outbox.nurture_mails(outbox.people(1, address="a@klein.example"), lane="other")
    direct.offers = {outbox.row(google[0]).address: [DOWN]}
    report = _deliver(outbox)
    assert (report.accepted, report.deferred) == (1, 3)
    assert [outbox.row(mail).attempts for mail in (*google, *other)] == [0, 0, 0, 1]
    with reading(outbox.rt.db) as session:
        assert [route.name for route in session.query(Route)] == ["direct:google"]
    direct.offers = {}
    assert _deliver(outbox, seconds=31).accepted == 3
    with reading(outbox.rt.db) as session:
        assert session.query(Route).all() == []


def test_somebodys_own_server_that_is_down_defers_its_mail_and_pauses_nobody(
    outbox: Outbox, direct: ScriptedServer
) -> None:
    down = outbox.nurture_mails(outbox.people(1, address="a@klein.example"), lane="other")
    fine = outbox.nurture_mails(outbox.people(1, address="b@fein.example"), lane="other")
    direct.offers = {"a@klein.example": [DOWN]}
    assert not _deliver(outbox).paused
    assert [outbox.state(mail) for mail in (*down, *fine)] == [S.QUEUED, S.ACCEPTED]
    row = outbox.row(down[0])
    assert (row.attempts, row.reason) == (1, "connection refused")
    assert row.due_at is not None
    assert row.due_at > outbox.now + timedelta(minutes=3)


@pytest.mark.parametrize("phase", [Phase.CONNECT, Phase.RECIPIENT])
def test_somebodys_own_server_that_wants_less_slows_down_nobody_elses_mail(
    outbox: Outbox, direct: ScriptedServer, phase: Phase
) -> None:
    busy = outbox.nurture_mails(outbox.people(1, address="a@klein.example"), lane="other")
    direct.offers = {"a@klein.example": [Outcome(Kind.DEFERRED, phase, "421 4.7.0 slow down", slow=True)]}
    assert _deliver(outbox).deferred == 1
    outbox.nurture_mails(outbox.people(1, address="b@fein.example"), step="next", lane="other")
    assert _deliver(outbox, minutes=1).accepted == 1
    assert outbox.row(busy[0]).reason == "421 4.7.0 slow down"


def test_nobodys_own_server_gets_more_than_half_of_what_strangers_share(outbox: Outbox, direct: ScriptedServer) -> None:
    outbox.nurture_mails(outbox.people(3), lane="google")
    outbox.nurture_mails(outbox.people(1, address="b@fein.example"), lane="other")
    given: list[Shipment] = []

    def carry(work: Work) -> None:
        given.extend(work.more({}))

    direct.carry = carry  # type: ignore[method-assign]
    _deliver(outbox)
    assert {(s.lane, s.connections, s.per_host) for s in given} == {("google", 4, None), ("other", 2, 1)}


def test_two_tarpits_hold_up_nobody_elses_mail(outbox: Outbox) -> None:
    """Both take a connection of the two that strangers share, and never answer; twenty others have their mail meanwhile."""
    _by_provider(outbox)
    names = ["tar.example", "pitch.example", *(f"firm{n}.example" for n in range(20))]
    known = [
        {"domain": name, "hosts": [f"mx.{name}"], "fault": "", "expires_at": outbox.now + timedelta(days=1)}
        for name in names
    ]
    with transaction(outbox.rt.db) as session:
        mail_domains.keep(session, known)
    mails = {
        name: [outbox.nurture_mails(outbox.people(1, address=f"{who}@{name}"), lane="other", step=who)[0] for who in whom]
        for name, whom in ((name, "abc" if name in names[:2] else "a") for name in names)
    }
    with fault_server() as tarpit, fault_server() as good:
        tarpit.plan("greeting", *[HANG] * 20)
        clock = SteppedClock(tarpit, others=0.05)
        outbox.rt.transport = Town(clock, good.port, **{f"mx.{name}": tarpit.port for name in names[:2]})
        began, done = clock(), []

        def meanwhile(so_far: Delivered) -> None:
            if so_far.accepted == 20:
                done.append(clock() - began)

        report = deliver(outbox.rt, outbox.now, worker="one", stopwatch=clock, said=meanwhile)
    assert (report.accepted, report.deferred, report.paused) == (20, 6, "")
    assert done[0] < 120, "long before the tarpits' time was over"
    assert tarpit.connections == 2
    for mail in (*mails["tar.example"], *mails["pitch.example"]):
        row = outbox.row(mail)
        assert (row.state, row.attempts, row.reason) == (S.QUEUED, 1, "no answer in time")


def test_mail_for_a_domain_nothing_is_known_of_is_looked_up_again(outbox: Outbox, direct: ScriptedServer) -> None:
    mails = outbox.nurture_mails(outbox.people(1, address="a@neu.example"), lane="other")
    _deliver(outbox)
    assert (outbox.state(mails[0]), outbox.row(mails[0]).lane, direct.arrived) == (S.QUEUED, "", [])


# --- the end of a round -----------------------------------------------------------------------------------------------------


def test_a_worker_that_is_asked_to_stop_gives_back_what_has_not_begun(outbox: Outbox, server: ScriptedServer) -> None:
    outbox.nurture_mails(outbox.people(10))
    report = deliver(outbox.rt, outbox.now, worker="one", stopwatch=lambda: 0.0, stopping=lambda: len(server.arrived) >= 3)
    assert report.accepted == 3
    assert outbox.states() == {"accepted": 3, "queued": 7}
    assert _deliver(outbox, worker="two").accepted == 7


def test_a_round_tells_now_and_then_how_far_it_is(outbox: Outbox, server: ScriptedServer) -> None:
    outbox.nurture_mails(outbox.people(5))
    seconds, heard = [0.0], []

    def slowly(parcel: Parcel) -> None:
        seconds[0] += 10

    server.between = slowly
    deliver(outbox.rt, outbox.now, worker="one", stopwatch=lambda: seconds[0], said=lambda so_far: heard.append(so_far))
    assert [so_far.accepted for so_far in heard] == sorted({so_far.accepted for so_far in heard})
    assert len(heard) >= 4


def test_results_are_on_record_though_nothing_else_leaves(outbox: Outbox, server: ScriptedServer) -> None:
    """The last answer of a round came, and another server keeps us waiting."""
    mail = outbox.nurture_mail()
    seconds, seen = [0.0], []

    class Waiting(ScriptedServer):
        def carry(self, work: object) -> None:
            super().carry(work)  # type: ignore[arg-type]
            seconds[0] += 1
            work.more({"relay": 1})  # type: ignore[attr-defined]
            seen.append(outbox.state(mail))

    outbox.rt.transport = Waiting()
    deliver(outbox.rt, outbox.now, worker="one", stopwatch=lambda: seconds[0])
    assert seen == [S.ACCEPTED]


def test_a_commit_whose_answer_never_came_is_not_recorded_twice(
    postgres_db: Engine, make_runtime: Callable[..., Runtime], now: datetime
) -> None:
    outbox = Outbox(make_runtime(postgres_db, transport=ScriptedServer()), now)
    mail = outbox.nurture_mail()
    recorded, failed = [], []

    def committed(connection: Any) -> None:
        """The commit happened; then the connection breaks."""
        if recorded and not failed:
            failed.append(True)
            connection.connection.commit()
            raise OperationalError("COMMIT", {}, Exception("server closed the connection unexpectedly"))

    def executed(*args: Any) -> None:
        recorded.extend(["attempts"] if "INTO attempts" in args[2] else [])

    event.listen(postgres_db, "after_cursor_execute", executed)
    event.listen(postgres_db, "commit", committed)
    report = deliver(outbox.rt, now, worker="one", stopwatch=lambda: 0.0, wait=lambda seconds: None)
    event.remove(postgres_db, "commit", committed)
    assert (report.accepted, outbox.state(mail), failed) == (1, S.ACCEPTED, [True])
    assert (outbox.row(mail).attempts, len(outbox.tries(mail))) == (1, 1)
