"""Feedback reports (RFC 5965): complaints, and what only looks like one."""

from __future__ import annotations

import pytest
from returned.mails import ORIGINAL, OURS, feedback, mail

from nurture.delivery.returned import Complaint, read
from nurture.domain.returns import ReturnKind

FULL = """\
Feedback-Type: abuse
User-Agent: Provider-Feedback/1.0
Version: 1
Original-Mail-From: <b+mfxgc3dpnzuxg5dfon2gk3q@bounce.nurture.example>
Original-Rcpt-To: <Petra@example.net>
Arrival-Date: Thu, 12 Nov 2026 09:00:02 +0100
Reported-Domain: nurture.example
Source-IP: 192.0.2.7"""


def complaint(raw: bytes) -> Complaint:
    found = read(raw)
    assert found.kind is ReturnKind.COMPLAINT
    assert found.complaint is not None
    return found.complaint


def test_every_field_is_read() -> None:
    told = complaint(feedback(FULL))
    assert (told.feedback_type, told.recipients, told.reported_domain) == (
        "abuse",
        ("petra@example.net",),
        "nurture.example",
    )
    assert (told.user_agent, told.source_ip) == ("Provider-Feedback/1.0", "192.0.2.7")
    assert told.arrival == "Thu, 12 Nov 2026 09:00:02 +0100"
    assert read(feedback(FULL)).message_id == OURS


def test_without_the_field_the_reported_mail_tells_whom_it_was_for() -> None:
    assert complaint(feedback("Feedback-Type: abuse\nUser-Agent: X/1\nVersion: 1")).recipients == ("petra@example.net",)


def test_a_blacked_out_report_is_a_complaint_known_by_its_message_id() -> None:
    raw = feedback(
        "Feedback-Type: abuse\nUser-Agent: X/1\nVersion: 1",
        ORIGINAL.replace("Petra Muster <petra@example.net>", "[redacted]"),
    )
    assert complaint(raw).recipients == ()
    assert read(raw).message_id == OURS


@pytest.mark.parametrize(
    ("type_", "blames"),
    [("abuse", True), ("fraud", True), ("opt-out", True), ("other", True), ("not-spam", False), ("auth-failure", False), ("virus", False)],
)  # fmt: skip
def test_not_every_feedback_is_somebody_who_did_not_want_the_mail(type_: str, blames: bool) -> None:
    assert complaint(feedback(f"Feedback-Type: {type_}\nUser-Agent: X/1\nVersion: 1")).blames is blames


def test_a_subject_that_says_forwarded_does_not_hide_it() -> None:
    assert b"Subject: FW: " in feedback(FULL)
    assert read(feedback(FULL)).kind is ReturnKind.COMPLAINT


def test_outlooks_junk_mail_report_has_no_feedback_part() -> None:
    reported = "X-HmXmrOriginalRecipient: petra@example.net\n" + ORIGINAL
    body = f"--part\nContent-Type: message/rfc822\n\n{reported}\n--part--\n"
    raw = mail(
        "complaint about message from 192.0.2.7", body, "staff@hotmail.com", Content_Type='multipart/mixed; boundary="part"'
    )
    assert complaint(raw).recipients == ("petra@example.net",)


def test_amazons_notification() -> None:
    body = '{"notificationType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"petra@exa!\n mple.net"}],"complaintFeedbackType":"abuse"},"mail":{"headers":[{"name":"Message-ID","value":"<0192f3a1-17@mail.nurture.example>"}]}}'
    raw = mail("AWS Notification Message", body, "no-reply@sns.amazonaws.com", Return_Path="<x@amazonses.example>")
    assert complaint(raw).recipients == ("petra@example.net",)
    assert read(raw).message_id == OURS


def test_a_mail_programs_unsubscribe_mail_is_an_opt_out() -> None:
    raw = mail(
        "unsubscribe",
        "Apple Mail sent this email to unsubscribe.",
        "petra@example.net",
        Auto_Submitted="auto-replied",
        Return_Path="",
    )
    assert (complaint(raw).feedback_type, complaint(raw).recipients) == ("opt-out", ("petra@example.net",))
