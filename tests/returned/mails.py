"""Returned mails as servers, responders and people write them; composed here, with nobody's real words or addresses."""

from __future__ import annotations

OURS = "<0192f3a1-17@mail.nurture.example>"
RETURN_PATH = "b+mfxgc3dpnzuxg5dfon2gk3q@bounce.nurture.example"

ORIGINAL = f"""\
Return-Path: <{RETURN_PATH}>
Received: from out.nurture.example (out.nurture.example [192.0.2.7]) by mx.example.net; Thu, 12 Nov 2026 09:00:01 +0100
Date: Thu, 12 Nov 2026 09:00:00 +0100
From: Nurture <hello@nurture.example>
To: Petra Muster <petra@example.net>
Subject: Five ways to cut downtime
Message-ID: {OURS}

Good morning. To unsubscribe / Abmelden: https://nurture.example/u/1
"""


def mail(
    subject: str, body: str, sender: str = "MAILER-DAEMON@mx.example.net (Mail Delivery System)", **headers: str
) -> bytes:
    """A mail to our return path. ``headers``: X_Failed_Recipients="..." and the like."""
    lines = {"Return-Path": "<>", "To": RETURN_PATH, "From": sender, "Subject": subject}
    lines |= {"Date": "Thu, 12 Nov 2026 09:00:03 +0100", "Message-ID": "<report-1@mx.example.net>", "MIME-Version": "1.0"}
    lines |= {"Content-Type": "text/plain; charset=utf-8", "Content-Transfer-Encoding": "8bit"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\n" for name, value in lines.items() if value)
    return f"{head}\n{body}".encode()


def report(
    status: str, text: str = "Your message could not be delivered.", *, original: str = ORIGINAL, **headers: str
) -> bytes:
    """A delivery status notification (RFC 3464) with these fields about its recipients."""
    body = f"""\
--part
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{text}

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Original-Envelope-Id: nurture-17
Arrival-Date: Thu, 12 Nov 2026 09:00:02 +0100

{status}

--part
Content-Type: message/rfc822

{original}
--part--
"""
    type_ = 'multipart/report; report-type=delivery-status; boundary="part"'
    headers = {"subject": "Undelivered Mail Returned to Sender", **headers}
    return mail(headers.pop("subject"), body, Content_Type=type_, **headers)


def failed(status: str, diagnostic: str, address: str = "petra@example.net", action: str = "failed") -> str:
    """The fields of one recipient."""
    return f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {diagnostic}"


def human(said: str, subject: str = "Re: Five ways to cut downtime", **headers: str) -> bytes:
    """A human's answer to a mail of ours."""
    given = {
        "Return_Path": "<petra@example.net>",
        "In_Reply_To": OURS,
        "References": OURS,
        "Message_ID": "<answer-1@example.net>",
    }
    return mail(subject, said, "Petra Muster <petra@example.net>", **{**given, **headers})


QUOTED = """
Am 12.11.2026 um 09:00 schrieb Nurture <hello@nurture.example>:
> Good morning.
> To unsubscribe / Abmelden: https://nurture.example/u/1
"""

OUTLOOK_QUOTED = """
________________________________
Von: Nurture <hello@nurture.example>
Gesendet: Donnerstag, 12. November 2026 09:00
An: Petra Muster
Betreff: Five ways to cut downtime

Sie wollen keine Mails mehr? Abmelden: https://nurture.example/u/1
"""


def feedback(fields: str, original: str = ORIGINAL, sender: str = "fbl@provider.example") -> bytes:
    """An abuse report (RFC 5965)."""
    body = f"""\
--part
Content-Type: text/plain

This is an email abuse report for an email message received from 192.0.2.7.

--part
Content-Type: message/feedback-report

{fields}

--part
Content-Type: message/rfc822

{original}
--part--
"""
    type_ = 'multipart/report; report-type=feedback-report; boundary="part"'
    return mail("FW: Five ways to cut downtime", body, sender, Content_Type=type_, Return_Path="<fbl@provider.example>")
