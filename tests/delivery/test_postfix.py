"""A real Postfix: as the relay that passes on, and as the recipient's server that takes or refuses."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from delivery.carrier import RAW, carry, parcels, shipment
from delivery.servers import CERTIFICATES, Inbox, smtp_server
from support import postfix
from support.postfix import Postfix

from nurture.delivery import DirectTransport, Kind, SmtpSettings, SmtpTransport
from nurture.domain.failure import Failure

A, D, F = Kind.ACCEPTED, Kind.DEFERRED, Kind.FAILED
WHOLE = b"Date: Mon, 2 Mar 2026 09:00:00 +0100\r\nMessage-ID: <7@news.example>\r\n" + RAW
"""With all headers, so that Postfix has nothing to mend."""
CA = str(CERTIFICATES / "ca.pem")


@pytest.fixture(scope="module")
def beyond() -> Iterator[Inbox]:
    """Where the relay sends everything on to."""
    with smtp_server() as inbox:
        yield inbox


@pytest.fixture(scope="module")
def server(beyond: Inbox) -> Iterator[Postfix]:
    with postfix.required(CERTIFICATES / "localhost.pem", beyond.port) as server:
        yield server


def _until(true: Callable[[], bool], server: Postfix) -> None:
    for _ in range(200):
        if true():
            return
        time.sleep(0.05)  # a queue of another process
    raise AssertionError(server.log())


def _relay(server: Postfix) -> SmtpTransport:
    return SmtpTransport(SmtpSettings("localhost", server.port, ca_file=CA))


def test_a_hundred_mails_through_the_relay(server: Postfix, beyond: Inbox) -> None:
    """In groups, encrypted, over several connections: each arrives once and whole."""
    mails = [replace(mail, raw=WHOLE + b"%d\r\n" % mail.message_id) for mail in parcels(100)]
    recorder = carry(_relay(server), shipment(mails, connections=4, per_connection=20))
    assert [outcome.kind for outcome in recorder.outcomes.values()] == [A] * 100
    outcome = recorder.outcomes[1]
    assert (outcome.status, outcome.host) == ("2.0.0", "localhost [127.0.0.1] TLSv1.3")
    assert "queued as" in outcome.reply
    _until(lambda: len(beyond.mails) == 100, server)
    arrived = {recipients[0]: raw for _, recipients, raw, _, _ in beyond.mails}
    for mail in mails:
        assert arrived[mail.recipient].endswith(mail.raw), "only lines of the relay stand before it"


def test_a_recipients_server_takes_and_refuses(server: Postfix) -> None:
    """Over one connection: a mail to nobody leaves no trace in the next."""
    first, nobody, big, last = parcels(4)
    mails = [
        replace(first, recipient="anna@box.example", raw=WHOLE),
        replace(nobody, recipient="nobody@box.example"),
        replace(big, recipient="anna@box.example", raw=WHOLE + b"x\r\n" * 40_000),
        replace(last, recipient="anna@box.example", raw=WHOLE.replace(b"Hallo", b"zum zweiten")),
    ]
    direct = DirectTransport("out.example.com", port=server.port, ca_file=CA, anywhere=True)
    recorder = carry(direct, shipment(mails, lane="other", hosts=("localhost",)))
    outcomes = [recorder.outcomes[n] for n in (1, 2, 3, 4)]
    assert [outcome.kind for outcome in outcomes] == [A, F, F, A]
    assert outcomes[1].failure is Failure.INVALID
    assert outcomes[1].status == "5.1.1"
    assert outcomes[2].failure is Failure.OTHER, "too big: nobody's reputation, no one's address"
    _until(lambda: len(server.box("anna")) == 2, server)
    texts = sorted(server.box("anna"), key=lambda raw: b"zweiten" in raw)
    assert texts[0].endswith(WHOLE.replace(b"\r\n", b"\n"))
    assert b"X-Original-To: anna@box.example" in texts[0]


def test_it_knows_what_we_ask_of_it(server: Postfix, beyond: Inbox) -> None:
    """Envelope id and wishes for reports are taken; letters beyond ASCII are not beyond it."""
    beyond.mails.clear()
    first, second = parcels(2, envelope_id="m=7+")
    mails = [first, replace(second, recipient="jörg@werk.example")]
    recorder = carry(_relay(server), shipment(mails))
    assert [outcome.kind for outcome in recorder.outcomes.values()] == [A, A]
    _until(lambda: len(beyond.mails) == 2, server)
    assert sorted(recipients[0] for _, recipients, *_ in beyond.mails) == ["b1@werk.example", "jörg@werk.example"]


def test_a_certificate_for_another_name(server: Postfix) -> None:
    """The relay is refused; a recipient's server is used all the same, and it is on record how."""
    (mail,) = [replace(mail, recipient="anna@box.example") for mail in parcels(1)]
    relay = SmtpTransport(SmtpSettings("localhost", server.port))  # signed by nobody the system trusts
    recorder = carry(relay, shipment([mail]))
    assert not recorder.outcomes
    assert "certificate is not trusted" in recorder.stops[0][1].reply
    direct = DirectTransport("out.example.com", port=server.port, anywhere=True)
    recorder = carry(direct, shipment([mail], hosts=("localhost",)))
    assert recorder.outcomes[1].kind is A
    assert recorder.outcomes[1].host == "localhost [127.0.0.1] TLSv1.3 unverified"
