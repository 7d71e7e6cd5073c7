"""Delivery reports, well-formed and not, and the words of servers that send none."""

from __future__ import annotations

import pytest
from returned.mails import ORIGINAL, OURS, RETURN_PATH, failed, mail, report
from returned.servers_words import DEAD, EXIM, POSTFIX_OLD

from nurture.delivery.returned import Failed, Report, read
from nurture.delivery.returned.consequence import consequence
from nurture.domain.failure import Failure
from nurture.domain.failure_reason import Reason
from nurture.domain.returns import Action, ReturnKind


def only(found: Report) -> Failed:
    (one,) = found.reports
    return one


@pytest.mark.parametrize("family", DEAD)
def test_each_servers_way_to_say_that_there_is_no_such_person(family: str) -> None:
    found = read(DEAD[family])
    assert found.kind is ReturnKind.BOUNCE
    assert (only(found).recipient, only(found).failure) == ("petra@example.net", Failure.INVALID)


@pytest.mark.parametrize("family", sorted(DEAD.keys() - {"EXCHANGE_2003", "DOMINO", "WORKMAIL"}))
def test_the_message_it_is_about_is_found_in_what_was_returned(family: str) -> None:
    assert read(DEAD[family]).message_id == OURS


def test_a_report_tells_everything_that_identifies_the_mail() -> None:
    found = read(report(failed("5.1.1", "550 5.1.1 user unknown"), X_Original_To=RETURN_PATH))
    assert found.found_by == "delivery status"
    assert (found.envelope_id, found.message_id, found.references) == ("nurture-17", OURS, (OURS,))
    assert found.return_paths[0] == RETURN_PATH
    assert (found.own_id, found.sender) == ("<report-1@mx.example.net>", "mailer-daemon@mx.example.net")


RECIPIENTS = {
    "plain": ("petra@example.net", "petra@example.net"),
    "in brackets": ("<Petra@Example.NET>", "petra@example.net"),
    "a comment behind": ("petra@example.net (Petra Muster)", "petra@example.net"),
    "a route": ("<@relay.example:petra@example.net>", "petra@example.net"),
    "xtext": ("petra+2Bnews@example.net", "petra+news@example.net"),
    "a tag that looks like xtext": ("petra+20@example.net", "petra+20@example.net"),
    "international": ("pétra@exämple.net", "pétra@exämple.net"),
    "escaped international (RFC 6533)": (r"p\x{E9}tra@example.net", "pétra@example.net"),
    "an apostrophe": ("o'brien@example.net", "o'brien@example.net"),
}


@pytest.mark.parametrize("case", RECIPIENTS)
def test_addresses_as_servers_write_them(case: str) -> None:
    written, meant = RECIPIENTS[case]
    assert only(read(report(failed("5.1.1", "550 unknown", written)))).recipient == meant


def test_the_address_we_wrote_to_is_kept_where_the_mail_was_forwarded() -> None:
    status = "Original-Recipient: rfc822; petra@example.net\n" + failed(
        "5.1.1", "550 user unknown", "p.muster@private.example"
    )
    one = only(read(report(status)))
    assert (one.recipient, one.original) == ("p.muster@private.example", "petra@example.net")


FORWARDED = {
    "Exim": EXIM.replace(
        b"  petra@example.net\n", b"  p.muster@private.example\n    (generated from petra@example.net)\n"
    ).replace(b"X-Failed-Recipients: petra@example.net", b"X-Failed-Recipients: p.muster@private.example"),
    "Postfix": POSTFIX_OLD.replace(
        b"<petra@example.net>: host", b"<p.muster@private.example> (expanded from <petra@example.net>): host"
    ),
}


@pytest.mark.parametrize("case", FORWARDED)
def test_a_server_tells_in_words_whom_it_forwarded_from(case: str) -> None:
    one = only(read(FORWARDED[case]))
    assert (one.recipient, one.original) == ("p.muster@private.example", "petra@example.net")


def test_a_filters_notice_blames_us_alone() -> None:
    said = "Ihre Nachricht an petra@example.net wurde als Spam eingestuft und nicht zugestellt."
    sender = "Filter <noreply@filter.example>"
    path = "<noreply@filter.example>"
    raw = mail("Ihre E-Mail wurde blockiert", said, sender, Auto_Submitted="auto-generated", Return_Path=path)
    found = read(raw)
    assert (found.kind, only(found).recipient, only(found).failure) == (
        ReturnKind.BOUNCE,
        "petra@example.net",
        Failure.POLICY,
    )
    unknown = raw.replace(b"als Spam eingestuft und nicht zugestellt", "nicht zugestellt, Empfänger unbekannt".encode())
    assert read(unknown).kind is ReturnKind.AUTO_REPLY


def test_several_recipients_keep_what_was_said_of_each() -> None:
    status = "\n\n".join(
        (
            failed("5.1.1", "550 user unknown"),
            failed("5.2.2", "552 mailbox full", "jan@example.net"),
            failed("2.0.0", "250 ok", "a@b.example", "relayed"),
        )
    )
    found = read(report(status))
    assert [(one.recipient, one.reason) for one in found.reports][:2] == [
        ("petra@example.net", Reason.USER_UNKNOWN),
        ("jan@example.net", Reason.MAILBOX_FULL),
    ]
    assert found.reports[2].action == "relayed"
    assert found.reports[2].failure is Failure.OTHER


STATUS = {
    "quota": ("5.2.2", "552 5.2.2 mailbox full", Failure.SOFT, Reason.MAILBOX_FULL),
    "given up, status 4": ("4.4.7", "delivery time expired", Failure.SOFT, Reason.EXPIRED),
    "given up over no connection": ("4.4.1", "connect to mx.example.net: Connection timed out", Failure.SOFT, Reason.NETWORK),
    "status 4 of an unknown user": ("4.1.1", "450 4.1.1 user unknown", Failure.SOFT, Reason.EXPIRED),
    "suspended": ("5.2.1", "550 5.2.1 account disabled", Failure.SOFT, Reason.SUSPENDED),
    "no such domain": ("5.4.4", "Host or domain name not found. Name service error for name=x.example type=A: Host not found", Failure.INVALID, Reason.HOST_UNKNOWN),
    "null MX": ("5.1.10", "556 5.1.10 Recipient address has null MX", Failure.INVALID, Reason.NOT_ACCEPT),
    "moved": ("5.1.6", "550 5.1.6 recipient no longer on server", Failure.INVALID, Reason.HAS_MOVED),
    "Exchange Online's edge": ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. [X.eop-EUR.prod.protection.outlook.com]", Failure.INVALID, Reason.USER_UNKNOWN),
    "Microsoft's sender rules": ("5.7.515", "550 5.7.515 Access denied, sending domain does not meet the required authentication level", Failure.POLICY, Reason.AUTH),
    "Microsoft's block": ("5.7.1", "550 5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. part of their network is on our block list (S3150)", Failure.POLICY, Reason.BLOCKED),
    "Gmail's authentication": ("5.7.26", "550-5.7.26 This mail is unauthenticated: SPF did not pass, DKIM did not pass", Failure.POLICY, Reason.AUTH),
    "spam": ("5.7.1", "550 5.7.1 Message rejected as spam by content filter", Failure.POLICY, Reason.SPAM),
    "GMX: block list": ("5.0.0", "554-gmx.net (mxgmx017) Nemesis ESMTP Service not available 554-No SMTP service 554-IP address is block listed.", Failure.POLICY, Reason.BLOCKED),
    "GMX: no PTR": ("5.0.0", "554-web.de (mxweb011) Nemesis ESMTP Service not available 554 Bad DNS PTR resource record.", Failure.POLICY, Reason.POINTER),
    "GMX: full": ("5.0.0", "552-Requested mail action aborted: exceeded storage allocation 552-Quota exceeded. The recipient mailbox is full.", Failure.SOFT, Reason.MAILBOX_FULL),
    "T-Online: reputation": ("5.0.0", "554 IP=192.0.2.7 - None/bad reputation. Ask your postmaster for help or to contact tobr@rx.t-online.de for reset. (NOWL)", Failure.POLICY, Reason.BLOCKED),
    "T-Online: problem": ("5.0.0", "554 IP=192.0.2.7 - A problem occurred. Ask your postmaster for help or to contact tosa@rx.t-online.de to clarify.", Failure.POLICY, Reason.BLOCKED),
    "the sender is unknown": ("5.1.0", "550 5.1.0 sender unknown", Failure.POLICY, Reason.SENDER),
    "the sender's domain": ("5.1.8", "501 5.1.8 Sender domain does not exist", Failure.POLICY, Reason.SENDER),
    "a status against the words": ("5.1.1", "550 5.1.1 192.0.2.7 is listed in a block list", Failure.POLICY, Reason.BLOCKED),
    "full under a wrong status": ("5.1.1", "552 sorry, the mailbox is over quota (#5.1.1)", Failure.SOFT, Reason.MAILBOX_FULL),
    "unknown or filtered, nobody can say": ("5.2.0", "550 : User unknown", Failure.SOFT, Reason.FILTERED),
    "unknown, said after the content": ("5.0.0", "550 Unknown user petra (in reply to end of DATA command)", Failure.SOFT, Reason.FILTERED),
    "refused without a reason": ("5.0.0", "550 no", Failure.OTHER, Reason.UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize("case", STATUS)
def test_what_may_be_concluded(case: str) -> None:
    status, diagnostic, failure, reason = STATUS[case]
    one = only(read(report(failed(status, diagnostic))))
    assert (one.reason, one.failure) == (reason, failure)


def test_the_humans_part_decides_where_the_status_says_nothing() -> None:
    text = "The following address failed:\n\n<petra@example.net>:\n  550 5.1.1 no mailbox here by that name (in reply to RCPT TO)\n"
    one = only(read(report(failed("5.0.0", ""), text)))
    assert (one.reason, one.status) == (Reason.USER_UNKNOWN, "5.1.1")


def test_our_own_words_say_nothing_of_the_recipient() -> None:
    original = ORIGINAL.replace("Five ways to cut downtime", "Spam? Mailbox full? User unknown?")
    one = only(
        read(report(failed("5.0.0", ""), original=original, subject="Undeliverable: Spam? Mailbox full? User unknown?"))
    )
    assert one.reason is Reason.UNKNOWN


def test_a_delay_is_no_bounce_and_kills_no_address() -> None:
    found = read(
        report(failed("4.1.1", "450 4.1.1 user unknown", action="delayed"), subject="Delayed Mail (still being retried)")
    )
    assert (found.kind, only(found).failure) == (ReturnKind.DELAYED, Failure.SOFT)


def test_a_delay_told_in_words() -> None:
    body = "THIS IS A WARNING MESSAGE ONLY.\n\nDelivery to the following recipient has been delayed:\n\n     petra@example.net\n"
    assert read(mail("Delivery Status Notification (Delay)", body)).kind is ReturnKind.DELAYED


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_success_is_told(action: str) -> None:
    assert (
        read(report(failed("2.1.5", "250 ok", action=action), subject="Successful Mail Delivery Report")).kind
        is ReturnKind.DELIVERED
    )


def test_an_encoded_status_part_is_read() -> None:
    raw = report("RmluYWwtUmVjaXBpZW50OiByZmM4MjI7IHBldHJhQGV4YW1wbGUubmV0CkFjdGlvbjogZmFpbGVkClN0YXR1czogNS4xLjEK")
    raw = raw.replace(b"message/delivery-status\n", b"message/delivery-status\nContent-Transfer-Encoding: base64\n")
    raw = raw.replace(
        b"Reporting-MTA: dns; mx.example.net\nOriginal-Envelope-Id: nurture-17\nArrival-Date: Thu, 12 Nov 2026 09:00:02 +0100\n\n",
        b"",
    )
    assert (only(read(raw)).recipient, only(read(raw)).status) == ("petra@example.net", "5.1.1")


def test_only_headers_came_back() -> None:
    raw = report(failed("5.1.1", "550 unknown")).replace(
        b"Content-Type: message/rfc822", b"Content-Type: text/rfc822-headers"
    )
    assert read(raw).message_id == OURS


def test_a_report_that_names_nobody_is_still_one() -> None:
    found = read(mail("Undelivered Mail Returned to Sender", "Your message could not be delivered: user unknown."))
    assert (found.kind, only(found).recipient, only(found).reason) == (ReturnKind.BOUNCE, "", Reason.USER_UNKNOWN)


def test_neither_the_postmaster_nor_our_own_address_has_failed() -> None:
    body = f"Contact postmaster@mx.example.net for help.\n\nYour mail from hello@nurture.example failed.\n\n{ORIGINAL}"
    assert [one.recipient for one in read(mail("Returned mail", body)).reports] == ["petra@example.net"]


def test_an_automatic_mark_does_not_make_a_bounce_an_automatic_reply() -> None:
    assert b"Auto-Submitted: auto-replied" in EXIM
    assert read(EXIM).kind is ReturnKind.BOUNCE


def test_two_failed_recipients_in_a_header() -> None:
    found = read(
        EXIM.replace(
            b"X-Failed-Recipients: petra@example.net", b"X-Failed-Recipients: petra@example.net,\n jan@example.net"
        )
    )
    assert [one.recipient for one in found.reports] == ["petra@example.net", "jan@example.net"]


def test_what_failed_for_others_is_not_said_of_an_address_it_was_delivered_to() -> None:
    others = failed("5.1.1", "550 5.1.1 user unknown", "jan@example.net")
    ours = "Final-Recipient: rfc822; petra@example.net\nAction: delivered\nStatus: 2.0.0"
    found = read(report(f"{ours}\n\n{others}", "<petra@example.net>, <jan@example.net>: 550 5.1.1 user unknown"))
    assert [(one.action, one.status, one.failure) for one in found.reports] == [
        ("delivered", "2.0.0", Failure.OTHER),
        ("failed", "5.1.1", Failure.INVALID),
    ]
    assert consequence(found).recipients == (Action.NOTHING, Action.SUPPRESS)
    assert "arrived" in consequence(found).why
