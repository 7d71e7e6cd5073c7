"""Servers that misbehave at every phase in every way: what becomes of the mail, and of the next one.

Real sockets, stepped clock: a server that hangs is waited for as long as the protocol says, in no time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from delivery.carrier import RAW, Recorder, Town, carry, parcels, shipment
from delivery.servers import CERTIFICATES, CLOSE, DRIP, GARBAGE, HANG, FaultServer, SteppedClock, fault_server

from nurture.delivery import Kind, Outcome, Parcel, Phase, Shipment, SmtpSettings, SmtpTransport
from nurture.delivery.conversation import Conversation
from nurture.delivery.events import Manner, Over, Settled

A, D, F, U = Kind.ACCEPTED, Kind.DEFERRED, Kind.FAILED, Kind.UNKNOWN
STOPPED = "stopped"
"""Nothing is said about any mail: the server cannot be used."""
AGAIN = "again"
"""The connection was no good, the mail went over the next one."""

ACTIONS = {
    "421": "421 4.3.2 going down",
    "4xx": "451 4.3.0 later",
    "5xx": "554 5.7.1 no",
    "close": CLOSE,
    "hang": HANG,
    "garbage": GARBAGE,
    "slow drip": DRIP,
    "wrong multi-line": "250-one\r\n550 two",
}
_NEVER = dict.fromkeys(ACTIONS, STOPPED)
_LATER = dict.fromkeys(ACTIONS, D)
TABLE: dict[str, tuple[Phase, dict[str, Kind | str]]] = {
    "connect": (Phase.CONNECT, _NEVER),
    "greeting": (Phase.GREETING, _NEVER),
    "tls": (Phase.TLS, _NEVER),
    "login": (Phase.LOGIN, _NEVER),
    "mail": (Phase.MAIL, _NEVER),
    "recipient": (Phase.RECIPIENT, {**_LATER, "5xx": F}),
    "data": (Phase.DATA, {**_LATER, "5xx": F}),
    "body": (Phase.BODY, {**_LATER, "5xx": F}),
    "answer": (Phase.ANSWER, {**dict.fromkeys(ACTIONS, U), "421": D, "4xx": D, "5xx": F}),
}
IN_GROUPS: dict[tuple[str, str], str] = {("mail", "garbage"): AGAIN, ("mail", "wrong multi-line"): AGAIN}
"""Where commands come in groups: the second connection does without groups, and gets a sensible answer."""
GOOD = {
    "connect": "220-two lines\r\n220 are fine",
    "tls": "220 go",
    "login": "235 in",
    "mail": "251 any 2xx",
    "recipient": "251 will forward",
    "answer": "252 fine",
}
PATIENCE = {
    "greeting": 300,
    "tls": 300,
    "login": 300,
    "mail": 300,
    "recipient": 300,
    "data": 120,
    "body": 180,
    "answer": 600,
}
BIG = RAW + (b"x" * 76 + b"\r\n") * 75_000


def _carry(transport: SmtpTransport, clock: SteppedClock, phase: str, mails: int = 2) -> Recorder:
    """Only a big message can be cut off in the middle: small ones have left with their dot before anything happens."""
    first, second = parcels(2)
    if phase != "body":
        return carry(transport, shipment([first, second][:mails]))
    return carry(transport, shipment([replace(first, raw=BIG), second][:mails]), clock=clock)


def _transport(server: FaultServer, clock: SteppedClock) -> SmtpTransport:
    settings = SmtpSettings("127.0.0.1", server.port, tls="none")
    if server.starttls:
        ca = str(CERTIFICATES / "ca.pem")
        settings = SmtpSettings("localhost", server.port, user="nurture", password="grün", ca_file=ca)
    return SmtpTransport(settings, stopwatch=clock, poll=clock.poll)


@pytest.fixture(params=[True, False], ids=["in groups", "one at a time"])
def pipelining(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def server(request: pytest.FixtureRequest, pipelining: bool) -> Iterator[FaultServer]:
    secured = request.node.callspec.params.get("phase") in ("tls", "login")
    extensions = ("AUTH PLAIN LOGIN",) if secured else ()
    with fault_server(pipelining=pipelining, extensions=extensions, starttls="localhost" if secured else "") as server:
        yield server


def _first(recorder: Recorder) -> Outcome:
    return recorder.stops[0][1] if recorder.stops else recorder.outcomes[1]


CELLS = [(phase, action) for phase in TABLE for action in ACTIONS]


@pytest.mark.parametrize(("phase", "action"), CELLS, ids=[f"{phase}, {action}" for phase, action in CELLS])
def test_phase_and_fault(server: FaultServer, pipelining: bool, phase: str, action: str) -> None:
    server.plan(phase, ACTIONS[action])
    clock = SteppedClock(server)
    transport = _transport(server, clock)
    recorder = _carry(transport, clock, phase)
    expected_phase, kinds = TABLE[phase]
    expected = IN_GROUPS.get((phase, action), kinds[action]) if pipelining else kinds[action]
    if expected == STOPPED:
        assert not recorder.outcomes
        assert len(recorder.stops) == 1
        assert _first(recorder).of_server
        recorder = _carry(transport, clock, phase)  # the fault has passed
        assert [recorder.outcomes[n].kind for n in (1, 2)] == [A, A]
    elif expected == AGAIN:
        assert [recorder.outcomes[n].kind for n in (1, 2)] == [A, A]
    else:
        outcome = recorder.outcomes[1]
        assert (outcome.kind, outcome.phase, outcome.of_server) == (expected, expected_phase, False)
        assert not recorder.stops
        assert recorder.outcomes[2].kind is A, "the next mail is not harmed"
    assert len(server.taken) == (2 if phase == "answer" or expected in (STOPPED, AGAIN) else 1)


@pytest.mark.parametrize(("phase", "action"), CELLS, ids=[f"{phase}, {action}" for phase, action in CELLS])
def test_what_is_kept_of_a_fault(server: FaultServer, pipelining: bool, phase: str, action: str) -> None:
    if pipelining and (phase, action) in IN_GROUPS:
        server.plan(phase, ACTIONS[action], ACTIONS[action])
    else:
        server.plan(phase, ACTIONS[action])
    clock = SteppedClock(server)
    recorder = _carry(_transport(server, clock), clock, phase, mails=1)
    outcome = _first(recorder)
    assert outcome.phase is TABLE[phase][0]
    assert "[127.0.0.1]" in outcome.host
    assert outcome.slow == (action == "421")
    if ACTIONS[action][:3] in ("421", "451", "554"):
        assert outcome.reply == ACTIONS[action]
        assert outcome.status == ACTIONS[action].split(" ")[1]
        assert (outcome.failure is not None) == (action == "5xx")
    if action in ("hang", "slow drip"):
        assert outcome.reply == "no answer in time"
        assert clock.now - 1_000 >= PATIENCE.get(phase, 300), "not a second earlier than the protocol says"
        assert clock.now - 1_000 <= PATIENCE.get(phase, 300) + 60
    else:
        assert clock.now == 1_000


@pytest.mark.parametrize("phase", GOOD)
def test_phase_and_2xx(server: FaultServer, phase: str) -> None:
    server.plan(phase, GOOD[phase])
    clock = SteppedClock(server)
    recorder = _carry(_transport(server, clock), clock, phase)
    assert [recorder.outcomes[n].kind for n in (1, 2)] == [A, A]
    assert len(server.taken) == 2


MISPLACED = {
    "data": (D, Phase.DATA),
    "body": (D, Phase.BODY),
}


@pytest.mark.parametrize("phase", MISPLACED)
def test_a_yes_that_answers_nothing_is_no_yes(server: FaultServer, phase: str) -> None:
    server.plan(phase, "250 2.0.0 ok")
    clock = SteppedClock(server)
    recorder = _carry(_transport(server, clock), clock, phase)
    assert (recorder.outcomes[1].kind, recorder.outcomes[1].phase) == MISPLACED[phase]
    assert recorder.outcomes[2].kind is A
    assert len(server.taken) == 1


def test_a_server_that_hangs_occupies_its_own_connection_alone() -> None:
    """The others go on, and more is asked for every second."""
    with fault_server() as server:
        server.plan("answer", HANG)
        clock = SteppedClock(server, others=0.03)
        recorder = carry(_transport(server, clock), shipment(parcels(6), connections=2))
    assert sorted(outcome.kind for outcome in recorder.outcomes.values()) == [*[A] * 5, U]
    assert len(recorder.waiting) > 10
    assert recorder.waiting.count({"relay": 1}) > 10


def test_a_mail_announced_behind_a_dot_without_answer_goes_over_another_connection(server: FaultServer) -> None:
    """It has not left: half a minute later another connection has it. The mail in front is waited for as long as ever."""
    server.plan("answer", HANG)
    clock = SteppedClock(server, others=0.03)
    recorder = Recorder([[shipment(parcels(6), connections=2)]])
    heard: dict[int, float] = {}
    settled = recorder.settled

    def at(parcel: Parcel, outcome: Outcome) -> None:
        heard[parcel.message_id] = clock.now - 1_000.0
        settled(parcel, outcome)

    recorder.settled = at  # type: ignore[method-assign]
    _transport(server, clock).carry(recorder)
    (unknown,) = [id_ for id_, outcome in recorder.outcomes.items() if outcome.kind is U]
    assert [o.kind for id_, o in sorted(recorder.outcomes.items()) if id_ != unknown] == [A] * 5
    assert max(seconds for id_, seconds in heard.items() if id_ != unknown) < 100
    assert heard[unknown] >= 600
    assert len(server.taken) == 6, "each message once"


def test_the_answer_that_comes_late_still_counts() -> None:
    """Its connection ends with it, and what was announced there is not sent a second time."""
    talk = Conversation(Manner("out.example"), "mx.example")
    for line in ("220 hi", "250-mx\r\n250 PIPELINING"):
        talk.receive(f"{line}\r\n".encode())
    first, second = parcels(2)
    talk.offer(first)
    talk.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
    assert talk.withdraw() is None
    talk.go()
    assert talk.withdraw() is None
    talk.offer(second)
    talk.take()
    assert talk.withdraw() is second
    assert talk.withdraw() is None
    settled, over = talk.receive(b"250 2.0.0 queued\r\n250 ok\r\n250 ok\r\n354 go\r\n")
    assert isinstance(settled, Settled)
    assert (settled.parcel, settled.outcome.kind) == (first, A)
    assert over == Over(None)
    assert (talk.over, talk.take()) == (True, b"")


# --- strangers on one lane ----------------------------------------------------------------------------------------------


def _stranger(mails: list[Parcel], *hosts: str) -> Shipment:
    return shipment(mails, lane="other", hosts=hosts, connections=2, per_host=1)


def test_two_tarpits_do_not_hold_up_the_mails_of_others_on_their_lane() -> None:
    """Half a minute, then the lane has its two connections back. Who gave no answer in time is not asked for a while."""
    mails = parcels(30)
    with fault_server() as tarpit, fault_server() as good:
        tarpit.plan("mail", *[HANG] * 9)
        clock = SteppedClock(tarpit, others=0.05)
        town = Town(clock, good.port, slow=tarpit.port, slower=tarpit.port)
        bad = [_stranger(mails[20:25], "slow"), _stranger(mails[25:], "slower")]
        left: list[float] = []
        recorder = Recorder([[*bad, *(_stranger([mail], mail.recipient) for mail in mails[:20])]])
        recorder.on_news = lambda: left.append(clock.now - 1_000)
        town.carry(recorder)
        assert {recorder.outcomes[mail.message_id].kind for mail in mails[:20]} == {A}
        assert max(left[:20]) < 200, "a tarpit is waited for until 300"
        assert [given for given, _ in recorder.stops] == bad
        assert {outcome.reply for _, outcome in recorder.stops} == {"no answer in time"}
        assert (len(recorder.outcomes), tarpit.connections) == (20, 2)
        again = carry(town, _stranger(mails[20:], "slow"))
        assert ([outcome.reply for _, outcome in again.stops], tarpit.connections) == (["no answer in time"], 2)
        clock.now += 601
        tarpit.script.clear()
        assert len(carry(town, _stranger(mails[20:], "slow")).outcomes) == 10


def test_a_tarpit_at_the_dot_gets_one_mail_and_no_more() -> None:
    """It has taken a sender, so it counts as a server that works; but its next mails are not waited for as long again."""
    with fault_server() as tarpit:
        tarpit.plan("answer", *[HANG] * 9)
        clock = SteppedClock(tarpit)
        recorder = carry(Town(clock, tarpit.port), _stranger(parcels(5), "slow"))
        assert [(id_, outcome.kind) for id_, outcome in recorder.outcomes.items()] == [(1, U)]
        ((_, outcome),) = recorder.stops
        assert (outcome.kind, outcome.phase, outcome.reply) == (D, Phase.CONNECT, "no answer in time")
        assert len(tarpit.taken) == 1


def test_a_stranger_has_its_share_of_the_lane_alone() -> None:
    with fault_server() as server:
        clock = SteppedClock(server)
        given = shipment(parcels(40), lane="other", hosts=("a",), connections=6, per_host=3)
        assert len(carry(Town(clock, server.port), given).outcomes) == 40
        assert server.connections == 3
