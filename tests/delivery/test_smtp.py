"""The SMTP transport against servers that misbehave at every phase, and against a proper one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from delivery.servers import CERTIFICATES, CLOSE, GARBAGE, HANG, FaultServer, fault_server, smtp_server

from nurture.delivery import Kind, Outcome, Parcel, Phase, SmtpSettings, SmtpTransport
from nurture.delivery.smtp import MAILS_PER_CONNECTION, Timeouts

RAW = b"From: a@news.example\r\nTo: b@werk.example\r\nSubject: Hallo\r\n\r\nGuten Tag\r\n.ein Punkt\r\n.\r\nEnde\r\n"
PARCEL = Parcel(7, "<0123456789abcdef@news.example>", "a@news.example", "b@werk.example", RAW)
SHORT = Timeouts(connect=0.3, command=0.3, data=0.3, body=0.3, answer=0.3)
A, D, F, U = Kind.ACCEPTED, Kind.DEFERRED, Kind.FAILED, Kind.UNKNOWN


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with fault_server() as server:
        yield server


def _plain(port: int, host: str = "127.0.0.1") -> SmtpTransport:
    return SmtpTransport(SmtpSettings(host, port, tls="none"), SHORT)


def _send(transport: SmtpTransport, *parcels: Parcel) -> list[Outcome]:
    with transport.open() as session:
        return [session.offer(parcel) or session.finish(parcel) for parcel in parcels]


# --- phase x reply ----------------------------------------------------------------------------------------------------

REPLIES = {
    "421": "421 4.3.2 going down",
    "4xx": "451 4.3.0 later",
    "5xx": "554 5.7.1 no",
    "close": CLOSE,
    "hang": HANG,
    "garbage": GARBAGE,
}
TABLE: dict[str, tuple[Phase, dict[str, Kind]]] = {
    "connect": (Phase.CONNECT, dict.fromkeys(REPLIES, D)),
    "greeting": (Phase.GREETING, dict.fromkeys(REPLIES, D)),
    "mail": (Phase.MAIL, dict.fromkeys(REPLIES, D)),
    "recipient": (Phase.RECIPIENT, {**dict.fromkeys(REPLIES, D), "5xx": F}),
    "data": (Phase.DATA, {**dict.fromkeys(REPLIES, D), "5xx": F}),
    "answer": (Phase.ANSWER, {"421": D, "4xx": D, "5xx": F, "close": U, "hang": U, "garbage": U}),
}
CELLS = [(phase, reply) for phase in TABLE for reply in REPLIES]


@pytest.mark.parametrize(("phase", "reply"), CELLS, ids=[f"{phase}, {reply}" for phase, reply in CELLS])
def test_phase_and_reply(server: FaultServer, phase: str, reply: str) -> None:
    server.plan(phase, REPLIES[reply])
    expected, kinds = TABLE[phase]
    outcome, after = _send(_plain(server.port), PARCEL, replace(PARCEL, header_id="<next@news.example>"))
    assert (outcome.kind, outcome.phase) == (kinds[reply], expected)
    assert outcome.of_server == (phase in ("connect", "greeting", "mail"))
    assert outcome.reply
    if reply in ("421", "4xx", "5xx"):
        assert outcome.reply == REPLIES[reply]
    assert after.kind is A, "the next mail of the session is not harmed"
    assert len(server.taken) == (2 if phase == "answer" else 1)


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
    assert outcome.invalid_address


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    (outcome,) = _send(_plain(port), PARCEL)
    assert (outcome.kind, outcome.phase, outcome.of_server) == (D, Phase.CONNECT, True)


# --- the line ---------------------------------------------------------------------------------------------------------


def test_what_arrives_is_what_was_sent(server: FaultServer) -> None:
    (outcome,) = _send(_plain(server.port), PARCEL)
    assert outcome == Outcome(A, Phase.ANSWER, "250 2.0.0 queued as 4711")
    assert server.taken == [RAW]


def test_one_connection_for_many_mails(server: FaultServer) -> None:
    outcomes = _send(_plain(server.port), *[PARCEL] * 5)
    assert [o.kind for o in outcomes] == [A] * 5
    assert server.connections == 1
    assert server.commands[-1] == "QUIT"


def test_a_connection_is_not_used_for_ever(server: FaultServer) -> None:
    _send(_plain(server.port), *[PARCEL] * (MAILS_PER_CONNECTION + 1))
    assert server.connections == 2


@pytest.mark.parametrize("bye", ["421 4.4.2 idle too long", CLOSE])
def test_a_connection_that_was_closed_while_idle_costs_nothing(server: FaultServer, bye: str) -> None:
    server.plan("mail", "250 ok", bye)
    assert [o.kind for o in _send(_plain(server.port), PARCEL, PARCEL)] == [A, A]
    assert server.connections == 2


def test_a_mail_that_is_abandoned_does_not_arrive(server: FaultServer) -> None:
    with _plain(server.port).open() as session:
        assert session.offer(PARCEL) is None
        session.abandon()
        assert session.offer(PARCEL) is None
        assert session.finish(PARCEL).kind is A
    assert len(server.taken) == 1


@pytest.mark.parametrize("recipient", ["a b@werk.example", "a>@werk.example", "a\r\nRSET@werk.example", "@werk.example"])
def test_an_address_that_could_end_the_command_is_refused(server: FaultServer, recipient: str) -> None:
    (outcome,) = _send(_plain(server.port), replace(PARCEL, recipient=recipient))
    assert (outcome.kind, outcome.phase) == (F, Phase.RECIPIENT)
    assert not any("RCPT" in command for command in server.commands)


def test_the_domain_travels_in_ascii(server: FaultServer) -> None:
    _send(_plain(server.port), replace(PARCEL, recipient="info@stra\u00dfe.example"))
    assert "RCPT TO:<info@xn--strae-oqa.example>" in server.commands  # not strasse.example, which is somebody else's


def test_letters_beyond_ascii_before_the_at_need_smtputf8() -> None:
    parcel = replace(PARCEL, recipient="j\u00f6rg@werk.example")
    with smtp_server(utf8=False) as inbox:
        (outcome,) = _send(_plain(inbox.port), parcel)
        assert (outcome.kind, outcome.phase, outcome.of_server) == (F, Phase.RECIPIENT, False)
        assert not outcome.invalid_address
    with smtp_server(utf8=True) as inbox:
        assert [o.kind for o in _send(_plain(inbox.port), parcel, PARCEL)] == [A, A]
        assert inbox.mails[0][1] == ["j\u00f6rg@werk.example"]


# --- encryption and login ---------------------------------------------------------------------------------------------


def _settings(port: int, tls: str, *, trusted: bool = True, host: str = "localhost", **login: str) -> SmtpSettings:
    return SmtpSettings(host, port, tls=tls, ca_file=str(CERTIFICATES / "ca.pem") if trusted else None, **login)


@pytest.mark.parametrize(("tls", "host"), [("required", "localhost"), ("implicit", "localhost"), ("required", "127.0.0.1")])
def test_encrypted(tls: str, host: str) -> None:
    kind = {"required": "starttls", "implicit": "implicit"}[tls]
    with smtp_server(**{kind: "localhost"}) as inbox:
        (outcome,) = _send(SmtpTransport(_settings(inbox.port, tls, host=host), SHORT), PARCEL)
    assert outcome.kind is A
    assert inbox.mails == [("a@news.example", ["b@werk.example"], RAW, True, "")]


@pytest.mark.parametrize("tls", ["required", "implicit"])
@pytest.mark.parametrize(
    ("certificate", "trusted"), [("localhost", False), ("other.example", True)], ids=["nobody's", "another host's"]
)
def test_a_certificate_that_proves_nothing_is_refused(tls: str, certificate: str, trusted: bool) -> None:
    kind = {"required": "starttls", "implicit": "implicit"}[tls]
    with smtp_server(**{kind: certificate}) as inbox:
        (outcome,) = _send(SmtpTransport(_settings(inbox.port, tls, trusted=trusted), SHORT), PARCEL)
    assert (outcome.kind, outcome.phase, outcome.of_server) == (D, Phase.TLS, True)
    assert "certificate" in outcome.reply
    assert inbox.mails == []


def test_starttls_that_somebody_took_away_is_not_done_without(server: FaultServer) -> None:
    settings = _settings(server.port, "required", user="nurture", password="secret")
    (outcome,) = _send(SmtpTransport(settings, SHORT), PARCEL)
    assert (outcome.kind, outcome.phase, outcome.of_server) == (D, Phase.TLS, True)
    assert [command.split(" ")[0].upper() for command in server.commands] == ["EHLO"]


def test_login() -> None:
    with smtp_server(starttls="localhost", login=True) as inbox:
        settings = _settings(inbox.port, "required", user="nurture", password="gr\u00fcn:s/3")
        (outcome,) = _send(SmtpTransport(settings, SHORT), PARCEL)
    assert outcome.kind is A
    assert inbox.mails[0][3:] == (True, "nurture")


def test_a_refused_login_is_the_servers_matter_and_tells_no_password() -> None:
    with smtp_server(starttls="localhost", login=True) as inbox:
        settings = _settings(inbox.port, "required", user="nurture", password="wrong-secret")
        (outcome,) = _send(SmtpTransport(settings, SHORT), PARCEL)
    assert (outcome.kind, outcome.phase, outcome.of_server) == (D, Phase.LOGIN, True)
    assert "535" in outcome.reply
    assert "wrong-secret" not in f"{outcome} {settings}"


def test_a_server_that_wants_a_login_we_have_not() -> None:
    with smtp_server(starttls="localhost", login=True) as inbox:
        (outcome,) = _send(SmtpTransport(_settings(inbox.port, "required"), SHORT), PARCEL)
    assert (outcome.kind, outcome.phase, outcome.of_server) == (D, Phase.MAIL, True)
