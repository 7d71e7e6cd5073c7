"""Mails that are no bounces, however much they speak of them."""

from __future__ import annotations

import pytest
from returned.mails import OUTLOOK_QUOTED, human, mail
from returned.servers_words import EXIM, POSTFIX_OLD

from nurture.delivery.returned import read
from nurture.domain.returns import ReturnKind

QUOTED_BOUNCE = "> " + POSTFIX_OLD.decode().replace("\n", "\n> ")

CALENDAR = """\
--p
Content-Type: text/plain

Petra Muster hat die Einladung angenommen.
--p
Content-Type: text/calendar; method=REPLY

BEGIN:VCALENDAR
METHOD:REPLY
END:VCALENDAR
--p--
"""

ORDINARY = {
    "an answer": (human("Danke!"), ReturnKind.REPLY),
    "an answer that quotes a bounce": (human(f"Das kam zurück:\n\n{QUOTED_BOUNCE}", "Re: Undelivered Mail"), ReturnKind.REPLY),
    "a bounce passed on": (human(f"See below.\n\n{QUOTED_BOUNCE}", "Fwd: Undelivered Mail Returned to Sender"), ReturnKind.REPLY),
    "German, a bounce passed on": (human(f"Siehe unten.\n\n{QUOTED_BOUNCE}", "WG: Unzustellbar: Five ways"), ReturnKind.REPLY),
    "somebody speaks of failed delivery": (human("My mail to jan@example.net could not be delivered, user unknown."), ReturnKind.REPLY),
    "a bounce attached to an answer": (
        human(
            f"--p\nContent-Type: text/plain\n\nSehen Sie selbst.\n--p\nContent-Type: message/rfc822\n\n{EXIM.decode()}\n--p--",
            "Ihre Mails kommen nicht an",
            Content_Type='multipart/mixed; boundary="p"',
        ),
        ReturnKind.REPLY,
    ),
    "a customer's problem": (human("The parts have not been delivered to jan@example.net yet!", "Delivery problem: order 17"), ReturnKind.REPLY),
    "a customer's problem, quoting": (
        human(f"Unsere Bestellung konnte nicht zugestellt werden.\n{OUTLOOK_QUOTED}", "Zustellung fehlgeschlagen, Bestellung 17"),
        ReturnKind.REPLY,
    ),
    "a parcel service": (
        mail("Zustellung fehlgeschlagen: Empfänger unbekannt", "Die Sendung an jan@example.net konnte nicht zugestellt werden, Empfänger unbekannt.", "DHL Paket <noreply@parcels.example>", Return_Path="<x@parcels.example>"),
        ReturnKind.REPLY,
    ),
    "a parcel service, marked": (
        mail("Zustellung fehlgeschlagen: Empfänger unbekannt", "Die Sendung an jan@example.net konnte nicht zugestellt werden, Empfänger unbekannt.", "DHL Paket <noreply@parcels.example>", Return_Path="<x@parcels.example>", Auto_Submitted="auto-generated"),
        ReturnKind.AUTO_REPLY,
    ),
    "an invoice": (
        mail("Ihre Rechnung konnte nicht zugestellt werden", "Die Rechnung an jan@example.net kam zurück: Empfaenger unbekannt.", "noreply@telephone.example", Return_Path="<x@telephone.example>"),
        ReturnKind.REPLY,
    ),
    "a help desk": (
        mail("Delivery problem reported", "A user reported: mailbox full for jan@example.net.", "Help Desk <no-reply@desk.example>", Return_Path="<x@desk.example>"),
        ReturnKind.REPLY,
    ),
    "an invitation answered": (human(CALENDAR, "Zugesagt: Vorführung", Content_Type='multipart/alternative; boundary="p"'), ReturnKind.REPLY),
    "a newsletter": (
        mail("Deliverability news", "Undelivered mail? 550 user unknown? jan@example.net", "news@example.org", List_Id="<n.example.org>", Return_Path="<x@y.example>"),
        ReturnKind.AUTO_REPLY,
    ),
    "a newsletter on failed delivery": (
        mail("Mail delivery failed? Ten tips", "Write to jan@example.net", "news@example.org", Precedence="bulk", Return_Path="<x@y.example>"),
        ReturnKind.AUTO_REPLY,
    ),
    "a postmaster's letter": (mail("Welcome to the postmaster programme", "Hello.", "postmaster@example.org"), ReturnKind.UNCLEAR),
    "nothing at all": (b"", ReturnKind.UNCLEAR),
    "no sender": (b"Subject: x\n\nhello", ReturnKind.UNCLEAR),
    "a server's mail that says nothing": (b"From: MAILER-DAEMON@example.org\nSubject: hello\n\nhello", ReturnKind.UNCLEAR),
}  # fmt: skip


@pytest.mark.parametrize("case", ORDINARY)
def test_no_false_bounce(case: str) -> None:
    raw, kind = ORDINARY[case]
    found = read(raw)
    assert found.kind is kind
    assert found.reports == ()
