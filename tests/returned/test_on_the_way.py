"""What gateways, forwarders and mail stores do to reports: they still say the same."""

from __future__ import annotations

import base64
import quopri
import re
from collections.abc import Callable

import pytest
from returned.mails import OURS, failed, feedback, human, mail, report
from returned.servers_words import DEAD

from nurture.delivery.returned import read
from nurture.domain.failure import Failure
from nurture.domain.returns import ReturnKind

Change = Callable[[bytes], bytes]


def encoded(name: bytes, encode: Change) -> Change:
    def change(raw: bytes) -> bytes:
        head, _, body = raw.partition(b"\n\n")
        return head.replace(b"Transfer-Encoding: 8bit", b"Transfer-Encoding: " + name) + b"\n\n" + encode(body)

    return change


def without(*names: bytes) -> Change:
    lines = re.compile(rb"^(?:%s):.*\n(?:[ \t].*\n)*" % b"|".join(names), re.MULTILINE)
    return lambda raw: lines.sub(b"", raw.partition(b"\n\n")[0] + b"\n") + b"\n" + raw.partition(b"\n\n")[2]


def below(text: bytes) -> Change:
    return lambda raw: raw.replace(b"\n\n", b"\n\n" + text, 1)


def indented(raw: bytes) -> bytes:
    head, _, body = raw.partition(b"\n\n")
    return head + b"\n\n" + re.sub(rb"(?m)^(?=.)", b"      ", body)


def within(raw: bytes, sender: str = "MAILER-DAEMON@gateway.example.org") -> bytes:
    body = f"--w\nContent-Type: text/plain\n\nSee the attachment.\n--w\nContent-Type: message/rfc822\n\n{raw.decode()}\n--w--\n"
    return mail("Returned mail", body, sender, Content_Type='multipart/mixed; boundary="w"')


ON_THE_WAY: dict[str, Change] = {
    "empty lines before it": lambda raw: b"\n\n" + raw,
    "a byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "a mailbox's separator": lambda raw: b"From MAILER-DAEMON Thu Nov 12 09:00:00 2026\n" + raw,
    "a quoted separator": lambda raw: b">From MAILER-DAEMON Thu Nov 12 09:00:00 2026\n" + raw,
    "CRLF": lambda raw: raw.replace(b"\n", b"\r\n"),
    "CR CR LF": lambda raw: raw.replace(b"\n", b"\r\r\n"),
    "its type taken away": without(b"Content-Type"),
    "all of MIME taken away": without(b"Content-Type", b"MIME-Version", b"Content-Transfer-Encoding"),
    "header in small letters": lambda raw: re.sub(rb"(?m)^[A-Z][\w-]+:", lambda name: name[0].lower(), raw),
    "inside another server's mail": within,
}
PLAIN: dict[str, Change] = {
    "base64": encoded(b"base64", base64.encodebytes),
    "quoted-printable": encoded(b"quoted-printable", quopri.encodestring),
    "indented": indented,
    "a gateway's banner": below(
        b"CAUTION: This mail came from outside. Ask security@gateway.example.org for help.\n---\n\n"
    ),
    "external": lambda raw: raw.replace(b"Subject: ", b"Subject: [EXTERNAL] ", 1),
}
FAMILIES = ["EXIM", "QMAIL", "SENDMAIL", "GMX", "YAHOO", "DRAGONFLY", "EXCHANGE_GERMAN", "NO_REPLY"]


def assert_no_petra(raw: bytes) -> None:
    found = read(raw)
    assert found.kind is ReturnKind.BOUNCE
    assert [(one.recipient, one.failure) for one in found.reports] == [("petra@example.net", Failure.INVALID)]
    assert found.message_id == OURS


@pytest.mark.parametrize("way", ON_THE_WAY)
def test_reports_of_any_family(way: str) -> None:
    for family in FAMILIES:
        assert_no_petra(ON_THE_WAY[way](DEAD[family]))
    assert_no_petra(ON_THE_WAY[way](report(failed("5.1.1", "550 5.1.1 user unknown"))))


@pytest.mark.parametrize("way", PLAIN)
def test_reports_that_are_one_text(way: str) -> None:
    for family in FAMILIES[:-1]:
        assert_no_petra(PLAIN[way](DEAD[family]))


@pytest.mark.parametrize("way", ON_THE_WAY)
def test_complaints(way: str) -> None:
    found = read(ON_THE_WAY[way](feedback("Feedback-Type: abuse\nOriginal-Rcpt-To: petra@example.net")))
    assert found.kind is ReturnKind.COMPLAINT
    assert found.complaint
    assert found.complaint.recipients == ("petra@example.net",)


MISSING = {
    "Status": b"Status: 5.1.1\n",
    "Action": b"Action: failed\n",
    "Final-Recipient": b"Final-Recipient: rfc822; petra@example.net\n",
    "Diagnostic-Code": b"Diagnostic-Code: smtp; 550 5.1.1 user unknown",
}


@pytest.mark.parametrize("field", MISSING)
def test_a_status_that_lacks_a_field(field: str) -> None:
    text = "Delivery to the following recipient failed:\n\n   petra@example.net\n"
    raw = report(failed("5.1.1", "550 5.1.1 user unknown"), text)
    assert MISSING[field] in raw
    assert_no_petra(raw.replace(MISSING[field], b""))


def test_parts_of_what_was_returned_are_not_the_reports_parts() -> None:
    raw = mail(
        "Failure Notice",
        "Could not be delivered:\n\n<petra@example.net>:\n550 no such user\n\n--x\nContent-Type: text/plain\n\nHello\n--x--\n",
        Content_Type="",
        Content_Transfer_Encoding="",
    )
    assert [one.recipient for one in read(raw).reports] == ["petra@example.net"]


def test_a_human_who_passes_a_report_on_reports_nothing() -> None:
    found = read(
        within(DEAD["EXIM"], "Petra Muster <petra@example.net>").replace(b"Subject: Returned", b"Subject: Fwd: Returned")
    )
    assert (found.kind, found.reports) != (ReturnKind.BOUNCE, ())
    assert found.reports == ()


def test_an_answer_inside_a_servers_mail_is_no_report() -> None:
    assert read(within(human("Danke!"))).kind is not ReturnKind.REPLY
