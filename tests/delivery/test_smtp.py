"""The SMTP transport against servers that say special things, and against a proper one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

import pytest
from delivery.carrier import PARCEL, RAW, carry, parcels, send, shipment
from delivery.servers import CERTIFICATES, CLOSE, GARBAGE, HANG, FaultServer, SteppedClock, fault_server, smtp_server

from nurture.delivery import DirectTransport, Kind, Outcome, Parcel, Phase, SmtpSettings, SmtpTransport
from nurture.delivery.lookup import on_the_internet
from nurture.domain.failure import Failure

A, D, F, U = Kind.ACCEPTED, Kind.DEFERRED, Kind.FAILED, Kind.UNKNOWN


@pytest.fixture(params=[True, False], ids=["in groups", "one at a time"])
def server(request: pytest.FixtureRequest) -> Iterator[FaultServer]:
    with fault_server(pipelining=request.param) as server:
        yield server


def _plain(port: int, **more: object) -> SmtpTransport:
    return SmtpTransport(SmtpSettings("127.0.0.1", port, tls="none"), **more)


def _send(transport: SmtpTransport, *mails: Parcel) -> list[Outcome]:
    outcomes = send(transport, *mails)
    assert None not in outcomes
    return [outcome for outcome in outcomes if outcome is not None]


def _refused(transport: SmtpTransport, *mails: Parcel) -> Outcome:
    """Why the server could not be used at all."""
    recorder = carry(transport, shipment(mails or [PARCEL]))
    assert not recorder.outcomes
    ((_, outcome),) = recorder.stops
    assert outcome.of_server
    return outcome


SPECIAL = {
    "mailbox full at RCPT is temporary (RFC 5321 4.5.3.1.10)": ("recipient", "552 too many recipients", D),
    "mailbox full by status": ("recipient", "550 5.2.2 mailbox full", D),
    "mailbox full after the dot": ("answer", "552 5.2.2 over quota", D),
    "too big for the server": ("mail", "552 5.3.4 message too big", F),
    "too big after the dot": ("answer", "552 5.3.4 message too big", F),
    "any 2xx after the dot is yes": ("answer", "251 2.0.0 will forward", A),
    "a 3xx after the dot makes no sense": ("answer", "354 go ahead", U),
    "a 2xx instead of 354": ("data", "250 ok", D),
    "several lines": ("recipient", "550-5.1.1 The mailbox\r\n550 5.1.1 does not exist", F),
}


@pytest.mark.parametrize(("phase", "reply", "kind"), SPECIAL.values(), ids=SPECIAL.keys())
def test_special_replies(server: FaultServer, phase: str, reply: str, kind: Kind) -> None:
    server.plan(phase, reply)
    (outcome,) = _send(_plain(server.port), PARCEL)
    assert outcome.kind is kind


def test_the_whole_reply_is_kept(server: FaultServer) -> None:
    server.plan("recipient", "550-5.1.1 The mailbox\r\n550 5.1.1 does not exist")
    (outcome,) = _send(_plain(server.port), PARCEL)
    assert outcome.reply == "550 5.1.1 The mailbox\n5.1.1 does not exist"
    assert outcome.failure is Failure.INVALID


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    outcome = _refused(_plain(port))
    assert (outcome.kind, outcome.phase, outcome.reply) == (D, Phase.CONNECT, "Connection refused")


def test_a_host_that_does_not_exist() -> None:
    outcome = _refused(SmtpTransport(SmtpSettings("no-such-host.invalid", 25)))
    assert outcome.phase is Phase.CONNECT
    assert outcome.reply.startswith("no-such-host.invalid was not found: ")


# --- the line -----------------------------------------------------------------------------------------------------------


def test_what_arrives_is_what_was_sent(server: FaultServer) -> None:
    (outcome,) = _send(_plain(server.port), PARCEL)
    assert outcome == Outcome(A, Phase.ANSWER, "250 2.0.0 queued as 4711", None, "2.0.0", "127.0.0.1 [127.0.0.1]")
    assert server.taken == [RAW]


DOTTED = {
    "nothing at all": b"",
    "a dot alone": b".\r\n",
    "dots first and last": b"..\r\nx\r\n.",
    "no line end": b"Subject: x\r\n\r\n.x",
    "the end in the middle": b"x\r\n.\r\nMAIL FROM:<evil@werk.example>\r\n",
    "From and dots": b"From you\r\n.From me\r\n...\r\n",
}


@pytest.mark.parametrize("raw", DOTTED.values(), ids=DOTTED.keys())
def test_dots(server: FaultServer, raw: bytes) -> None:
    first, second = parcels(2)
    outcomes = _send(_plain(server.port), replace(first, raw=raw), second)
    assert [o.kind for o in outcomes] == [A, A]
    whole = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
    assert server.taken == [whole, RAW]


def test_one_connection_for_many_mails(server: FaultServer) -> None:
    assert [o.kind for o in _send(_plain(server.port), *parcels(5))] == [A] * 5
    assert server.connections == 1
    assert server.commands[-1] == "QUIT"


def test_a_connection_is_not_used_for_ever(server: FaultServer) -> None:
    recorder = carry(_plain(server.port), shipment(parcels(7), per_connection=3))
    assert [o.kind for o in recorder.outcomes.values()] == [A] * 7
    assert server.connections == 3
    assert server.commands.count("QUIT") == 3


@pytest.mark.parametrize("bye", ["421 4.4.2 idle too long", "452 4.5.3 too many messages here", CLOSE])
def test_a_connection_that_takes_no_second_mail_costs_nothing(server: FaultServer, bye: str) -> None:
    server.plan("mail", "250 ok", bye)
    assert [o.kind for o in _send(_plain(server.port), *parcels(2))] == [A, A]
    assert server.connections == 2


@pytest.mark.parametrize("bye", ["500 what?", GARBAGE, CLOSE, HANG])
def test_faults_at_goodbye_do_not_matter(server: FaultServer, bye: str) -> None:
    server.plan("quit", bye)
    clock = SteppedClock(server)
    transport = _plain(server.port, stopwatch=clock, poll=clock.poll)
    assert [o.kind for o in _send(transport, *parcels(2))] == [A, A]


def test_a_refused_mail_leaves_nothing_behind(server: FaultServer) -> None:
    """The next mail goes over the same connection, to its own recipient alone."""
    server.plan("recipient", "550 5.1.1 unknown", "250 ok", "450 4.2.0 later")
    outcomes = _send(_plain(server.port), *parcels(4))
    assert [o.kind for o in outcomes] == [F, A, D, A]
    assert server.connections == 1
    assert len(server.taken) == 2


def test_a_mail_that_must_not_leave_does_not(server: FaultServer) -> None:
    recorder = carry(_plain(server.port), shipment(parcels(3)), held=[2])
    assert sorted(recorder.outcomes) == [1, 3]
    assert [o.kind for o in recorder.outcomes.values()] == [A, A]
    assert len(server.taken) == 2
    assert server.connections == 2, "after DATA the only way back is to hang up"


def test_all_mails_whose_dot_is_about_to_leave_are_announced_together(server: FaultServer) -> None:
    recorder = carry(_plain(server.port), shipment(parcels(40), connections=4))
    assert [o.kind for o in recorder.outcomes.values()] == [A] * 40
    assert sorted(chain(*recorder.ahead_of)) == list(range(1, 41))
    assert max(map(len, recorder.ahead_of)) <= 4
    assert 1 < server.connections <= 4


def test_no_more_connections_than_mails(server: FaultServer) -> None:
    carry(_plain(server.port), shipment(parcels(2), connections=16))
    assert server.connections == 2


def test_a_url_can_allow_fewer_connections(server: FaultServer) -> None:
    transport = SmtpTransport(SmtpSettings("127.0.0.1", server.port, tls="none", connections=2))
    carry(transport, shipment(parcels(20), connections=16))
    assert server.connections == 2


def test_one_limit_for_all_shipments_of_a_lane(server: FaultServer) -> None:
    mails = parcels(30)
    shipments = [shipment(mails[n : n + 3], lane="post", connections=2) for n in range(0, 30, 3)]
    recorder = carry(_plain(server.port), *shipments)
    assert [o.kind for o in recorder.outcomes.values()] == [A] * 30
    assert server.connections == 2


def test_a_server_that_takes_few_connections_gets_few() -> None:
    with fault_server() as server:
        server.plan("connect", "220 hello", *["421 4.7.0 too many connections"] * 3)
        recorder = carry(_plain(server.port), shipment(parcels(12), connections=4))
        assert [o.kind for o in recorder.outcomes.values()] == [A] * 12
        assert not recorder.stops
        assert server.connections == 4
        assert [(lane, outcome.reply) for lane, outcome in recorder.slows] == [
            ("relay", "421 4.7.0 too many connections")
        ] * 3


@pytest.mark.parametrize(
    ("bye", "heard"), [("421 4.4.2 idle too long", []), ("421 4.7.0 too many mails from you", ["relay"])]
)
def test_a_server_that_has_taken_mails_slows_the_lane_only_where_it_means_us(
    server: FaultServer, bye: str, heard: list[str]
) -> None:
    server.plan("mail", "250 ok", bye)
    recorder = carry(_plain(server.port), shipment(parcels(3)))
    assert [o.kind for o in recorder.outcomes.values()] == [A] * 3
    assert [lane for lane, _ in recorder.slows] == heard


def test_a_server_without_order_is_not_asked_in_groups_again() -> None:
    """One answer too many: nobody can say what belongs to what."""
    with fault_server() as server:
        server.plan("recipient", "250 ok\r\n250 and once more")
        first, *others = _send(_plain(server.port), *parcels(5))
        assert (first.kind, first.phase) == (D, Phase.DATA)
        assert [o.kind for o in others] == [A] * 4
        assert len(server.taken) == 4
        assert server.connections == 2


def test_a_shipment_stops_when_its_servers_do(server: FaultServer) -> None:
    """What was not settled goes back, and nothing more is written for it."""
    written = iter(parcels(10))
    server.plan("mail", *["250 ok"] * 2, *["550 5.7.1 we do not like this sender"] * 9)
    given = shipment(written)
    recorder = carry(_plain(server.port), given)
    assert sorted(recorder.outcomes) == [1, 2]
    ((stopped, outcome),) = recorder.stops
    assert stopped is given
    assert (outcome.kind, outcome.phase, outcome.failure) == (D, Phase.MAIL, Failure.POLICY)
    assert next(written).message_id == 4


@pytest.mark.parametrize("recipient", ["a b@werk.example", "a>@werk.example", "a\r\nRSET@werk.example", "@werk.example"])
def test_an_address_that_could_end_the_command_is_refused(server: FaultServer, recipient: str) -> None:
    first, second = parcels(2)
    outcome, after = _send(_plain(server.port), replace(first, recipient=recipient), second)
    assert (outcome.kind, outcome.phase) == (F, Phase.RECIPIENT)
    assert after.kind is A
    assert sum("RCPT" in command for command in server.commands) == 1


def test_the_domain_travels_in_ascii(server: FaultServer) -> None:
    _send(_plain(server.port), replace(PARCEL, recipient="info@stra\u00dfe.example"))
    assert "RCPT TO:<info@xn--strae-oqa.example>" in server.commands  # not strasse.example, which is somebody else's


def test_letters_beyond_ascii_before_the_at_need_smtputf8() -> None:
    first, second = parcels(2)
    first = replace(first, recipient="j\u00f6rg@werk.example")
    with smtp_server(utf8=False) as inbox:
        (outcome,) = _send(_plain(inbox.port), first)
        assert (outcome.kind, outcome.phase, outcome.of_server) == (F, Phase.RECIPIENT, False)
        assert outcome.failure is not Failure.INVALID
    with smtp_server(utf8=True) as inbox:
        assert [o.kind for o in _send(_plain(inbox.port), first, second)] == [A, A]
        assert inbox.mails[0][1] == ["j\u00f6rg@werk.example"]


def test_a_big_mail_arrives_whole() -> None:
    raw = RAW + (b"x" * 76 + b"\r\n") * 20_000
    with fault_server(starttls="localhost") as server:
        (outcome,) = _send(SmtpTransport(_settings(server.port, "required")), replace(PARCEL, raw=raw))
        assert outcome.kind is A
        assert server.taken == [raw]


# --- servers in their order -----------------------------------------------------------------------------------------------


def _direct(port: int, **more: object) -> DirectTransport:
    return DirectTransport("out.example.com", port=port, ca_file=str(CERTIFICATES / "ca.pem"), anywhere=True, **more)


def test_the_next_server_where_the_first_is_down() -> None:
    """All of 127.0.0.0/8 is this machine, but only 127.0.0.1 listens."""
    with fault_server() as server:
        given = shipment(parcels(3), lane="other", hosts=("127.0.0.2", "127.0.0.1"))
        recorder = carry(_direct(server.port), given)
    assert [o.kind for o in recorder.outcomes.values()] == [A] * 3
    assert not recorder.stops


def test_no_server_takes_anything() -> None:
    with fault_server() as server:
        server.plan("connect", "554 5.7.1 your address is listed")
        mails = parcels(4)
        down = shipment(mails[:2], lane="other", hosts=("127.0.0.1", "127.0.0.2"))
        well = shipment(mails[2:], lane="well", hosts=("127.0.0.1",))
        recorder = carry(_direct(server.port), down, well)
    assert [stopped.lane for stopped, _ in recorder.stops] == ["other"]
    assert recorder.stops[0][1].reply == "Connection refused", "of the last one that was tried"
    assert [recorder.outcomes[n].kind for n in (3, 4)] == [A, A]


def test_many_destinations_of_one_lane_share_its_connections() -> None:
    with fault_server() as server:
        mails = parcels(12)
        shipments = [
            shipment(mails[n : n + 2], lane="other", hosts=(f"127.0.0.{2 + n}", "127.0.0.1"), connections=2)
            for n in range(0, 12, 2)
        ]
        recorder = carry(_direct(server.port), *shipments)
    assert [o.kind for o in recorder.outcomes.values()] == [A] * 12
    assert max(sum(waiting.values()) for waiting in recorder.waiting) <= 2


def test_a_big_destination_does_not_keep_the_others_waiting() -> None:
    """One connection for the lane: after a connection's worth of mails it is somebody else's turn."""
    with fault_server() as server:
        mails = parcels(44)
        big = shipment(mails[:40], lane="other", hosts=("127.0.0.1",), per_connection=5)
        small = shipment(mails[40:], lane="other", hosts=("localhost",), per_connection=5)
        recorder = carry(_direct(server.port), big, small)
    order = list(recorder.outcomes)
    assert len(order) == 44
    assert order.index(44) < 10


def test_a_shipment_without_servers_stops() -> None:
    recorder = carry(DirectTransport("out.example.com"), shipment([PARCEL]))
    assert recorder.stops[0][1].of_server
    assert not recorder.outcomes


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_strangers_cannot_send_us_to_a_host_inside_our_own_network(host: str) -> None:
    with fault_server() as server:
        transport = DirectTransport("out.example.com", port=server.port)
        recorder = carry(transport, shipment([PARCEL], lane="other", hosts=(host,)))
        assert not server.taken
    assert recorder.stops[0][1].reply == f"{host} has no address on the Internet"


PLACES = {
    "93.184.215.14": True,
    "2606:2800:21f:cb07:6820:80da:af6b:8b2c": True,
    "127.0.0.1": False,
    "10.1.2.3": False,
    "192.168.0.1": False,
    "169.254.169.254": False,
    "100.64.0.1": False,
    "0.0.0.0": False,
    "224.0.0.1": False,
    "::1": False,
    "fe80::1%eth0": False,
    "fd00::1": False,
    "::ffff:127.0.0.1": False,
}


@pytest.mark.parametrize(("address", "public"), PLACES.items())
def test_what_is_on_the_internet(address: str, public: bool) -> None:
    assert on_the_internet(address) is public


TRUST = {
    "in clear where nothing else is offered": ("", "localhost", "localhost [127.0.0.1]"),
    "verified": ("localhost", "localhost", "localhost [127.0.0.1] TLSv1.3"),
    "encrypted only": ("other.example", "localhost", "localhost [127.0.0.1] TLSv1.3 unverified"),
}


@pytest.mark.parametrize(("certificate", "host", "said"), TRUST.values(), ids=TRUST.keys())
def test_a_recipients_server_is_encrypted_as_well_as_it_can(certificate: str, host: str, said: str) -> None:
    with fault_server(starttls=certificate) as server:
        transport = _direct(server.port)
        for _ in range(2):
            recorder = carry(transport, shipment([PARCEL], hosts=(host,)))
            assert recorder.outcomes[PARCEL.message_id].kind is A
            assert recorder.outcomes[PARCEL.message_id].host == said
        assert server.connections == (3 if "unverified" in said else 2), "what was learned is remembered"


def test_a_recipients_server_that_cannot_do_what_it_offers() -> None:
    with fault_server(starttls="localhost") as server:
        server.plan("tls", CLOSE, GARBAGE)
        recorder = carry(_direct(server.port), shipment([PARCEL], hosts=("localhost",)))
        assert recorder.outcomes[PARCEL.message_id].kind is A
        assert server.connections == 3


# --- encryption and login -------------------------------------------------------------------------------------------------


def _settings(port: int, tls: str, *, trusted: bool = True, host: str = "localhost", **login: str) -> SmtpSettings:
    return SmtpSettings(host, port, tls=tls, ca_file=str(CERTIFICATES / "ca.pem") if trusted else None, **login)


@pytest.mark.parametrize(("tls", "host"), [("required", "localhost"), ("implicit", "localhost"), ("required", "127.0.0.1")])
def test_encrypted(tls: str, host: str) -> None:
    kind = {"required": "starttls", "implicit": "implicit"}[tls]
    with smtp_server(**{kind: "localhost"}) as inbox:
        (outcome,) = _send(SmtpTransport(_settings(inbox.port, tls, host=host)), PARCEL)
    assert outcome.kind is A
    assert outcome.host == f"{host} [127.0.0.1] TLSv1.3"
    assert inbox.mails == [("a@news.example", ["b@werk.example"], RAW, True, "")]


@pytest.mark.parametrize("tls", ["required", "implicit"])
@pytest.mark.parametrize(
    ("certificate", "trusted"), [("localhost", False), ("other.example", True)], ids=["nobody's", "another host's"]
)
def test_a_certificate_that_proves_nothing_is_refused(tls: str, certificate: str, trusted: bool) -> None:
    kind = {"required": "starttls", "implicit": "implicit"}[tls]
    with smtp_server(**{kind: certificate}) as inbox:
        outcome = _refused(SmtpTransport(_settings(inbox.port, tls, trusted=trusted)))
    assert (outcome.kind, outcome.phase) == (D, Phase.TLS)
    assert "certificate" in outcome.reply
    assert inbox.mails == []


def test_starttls_that_somebody_took_away_is_not_done_without(server: FaultServer) -> None:
    outcome = _refused(SmtpTransport(_settings(server.port, "required", user="nurture", password="secret")))
    assert (outcome.kind, outcome.phase) == (D, Phase.TLS)
    assert [command.split(" ")[0].upper() for command in server.commands] == ["EHLO"]


def test_answers_in_clear_behind_starttls_are_not_taken_for_the_servers() -> None:
    """CVE-2011-0411 and its like: what somebody in between put there would be read as said under encryption."""
    with fault_server(starttls="localhost") as server:
        server.plan("tls", "220 go ahead\r\n250-evil.example\r\n250 AUTH PLAIN")
        outcome = _refused(SmtpTransport(_settings(server.port, "required", user="nurture", password="secret")))
        assert outcome.phase is Phase.TLS
        assert not any("AUTH" in command for command in server.commands)


@pytest.mark.parametrize("auth", ["", "plain", "login"])
def test_login(auth: str) -> None:
    with smtp_server(starttls="localhost", login=True) as inbox:
        settings = _settings(inbox.port, "required", user="nurture", password="gr\u00fcn:s/3", auth=auth)
        (outcome,) = _send(SmtpTransport(settings), PARCEL)
    assert outcome.kind is A
    assert inbox.mails[0][3:] == (True, "nurture")


def test_a_refused_login_is_the_servers_matter_and_tells_no_password() -> None:
    with smtp_server(starttls="localhost", login=True) as inbox:
        settings = _settings(inbox.port, "required", user="nurture", password="wrong-secret")
        outcome = _refused(SmtpTransport(settings))
    assert (outcome.kind, outcome.phase) == (D, Phase.LOGIN)
    assert "535" in outcome.reply
    assert "wrong-secret" not in f"{outcome} {settings}"


def test_a_login_that_is_not_offered() -> None:
    with smtp_server(starttls="localhost", login=True) as inbox:
        settings = _settings(inbox.port, "required", user="nurture", password="token", auth="xoauth2")
        outcome = _refused(SmtpTransport(settings))
    assert outcome.phase is Phase.LOGIN
    assert "no login by xoauth2; it offers " in outcome.reply


def test_a_server_that_wants_a_login_we_have_not() -> None:
    with smtp_server(starttls="localhost", login=True) as inbox:
        outcome = _refused(SmtpTransport(_settings(inbox.port, "required")))
    assert (outcome.kind, outcome.phase) == (D, Phase.MAIL)
