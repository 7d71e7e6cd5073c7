"""What comes back has its consequences once, and only for the address that a mail really went to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from returns.postroom import BOUNCES, FULL, SPAM, UNKNOWN_USER, Postroom, complaint, dsn, letter
from sqlalchemy import func, select

from nurture.delivery.sources.webhooks.event import Event
from nurture.domain.message import MessageState
from nurture.domain.returns import ReturnKind
from nurture.engine import returns
from nurture.engine.return_path import return_path
from nurture.engine.returns import DatabaseAway
from nurture.engine.returns_desk import assign
from nurture.engine.returns_events import came_of
from nurture.store.database import reading
from nurture.store.schema import DeliveryCount, ReturnedMail

DAY = timedelta(days=1)


# --- whose it is --------------------------------------------------------------------------------------------------------


def test_a_report_at_the_return_path_suppresses_the_address_and_fails_the_mail(room: Postroom) -> None:
    contact = room.person(address="anna@werk.example")
    message = room.send(contact)
    taken = room.bounced(message)
    assert (taken.new, taken.kind, taken.state, taken.message, taken.contact) == (True, "bounce", "done", message, contact)
    row = room.message(message)
    assert (row.state, row.failure) == (MessageState.FAILED, "invalid")
    assert row.reason.startswith("came back: 550 5.1.1")
    assert str(room.suppressed("anna@werk.example")).startswith("the address does not exist: 550 5.1.1")
    with reading(room.rt.db) as session:
        assert session.scalar(select(func.sum(DeliveryCount.invalid))) == 1


def test_the_same_report_again_changes_nothing(room: Postroom) -> None:
    message = room.send(room.person())
    raw = dsn(room.message(message).address, header_id=room.message(message).header_id)
    to = return_path(room.rt, message)
    first = room.take(raw, to=to)
    for again in (raw, raw.replace(b"\r\n", b"\n"), b"Received: from elsewhere\r\n" + raw):
        taken = room.take(again, to=to)
        assert (taken.id, taken.new, taken.action) == (first.id, False, first.action)
    with reading(room.rt.db) as session:
        assert session.scalar(select(func.count()).select_from(ReturnedMail)) == 1
        assert session.scalar(select(func.sum(DeliveryCount.invalid))) == 1


FORGED = f"b+{'a' * 20}@{BOUNCES}"


@pytest.mark.parametrize(
    ("recipient", "to", "header", "why"),
    [
        pytest.param("anna@werk.example", FORGED, True, "signature is wrong", id="forged token"),
        pytest.param("foreign@elsewhere.example", "", True, "is about foreign@elsewhere.example", id="foreign address"),
        pytest.param("a.weber@private.example", "token", True, "is about a.weber@private.example", id="forwarded"),
        pytest.param("anna@werk.example", "", False, "anybody could have written", id="only the address"),
        pytest.param("nobody@werk.example", "", False, "belongs to no mail of ours", id="nobody we know"),
    ],
)
def test_nobody_is_suppressed_where_there_is_doubt(
    one_room: Postroom, recipient: str, to: str, header: bool, why: str
) -> None:
    message = one_room.send(one_room.person(address="anna@werk.example"))
    header_id = one_room.message(message).header_id if header else ""
    address = return_path(one_room.rt, message) if to == "token" else to
    taken = one_room.take(dsn(recipient, header_id=header_id), to=address or "bounces@sender.example")
    assert taken.state == "quarantine"
    assert why in taken.action
    assert one_room.quarantine() == [taken.action]
    assert one_room.message(message).state is MessageState.ACCEPTED
    assert [one_room.suppressed(a) for a in ("anna@werk.example", recipient)] == [None, None]


@pytest.mark.parametrize("sign", ["token", "token in capitals", "envelope id", "envelope id, our token", "message id"])
def test_a_mail_is_found_by(one_room: Postroom, sign: str) -> None:
    message = one_room.send(one_room.person(address="anna@werk.example"))
    row, token = one_room.message(message), return_path(one_room.rt, message)
    raw = dsn("Anna@Werk.example")
    to = "bounces@sender.example"
    if sign.startswith("token"):
        to = token.upper() if "capitals" in sign else token
    elif sign.startswith("envelope id"):
        envelope = token.partition("@")[0] if "token" in sign else row.header_id.strip("<>")
        raw = raw.replace(b"Reporting-MTA", f"Original-Envelope-Id: {envelope}\r\nReporting-MTA".encode())
    else:
        raw = dsn("Anna@Werk.example", header_id=row.header_id)
    assert one_room.take(raw, to=to).message == message
    assert one_room.suppressed("anna@werk.example")


def _without_bounce_domain(room: Postroom) -> None:
    publication = room.rt.publication
    rules = replace(publication.definitions.delivery, bounce_domain="")
    room.rt.publication = replace(publication, definitions=replace(publication.definitions, delivery=rules))


def _quoting_nothing(raw: bytes) -> bytes:
    """As old servers write it: not a word of the mail it is about."""
    return raw.replace(b"Message-ID: <nobodys@elsewhere.example>\r\n", b"")


@pytest.mark.parametrize(
    ("facts", "state", "said"),
    [
        pytest.param({}, "done", "did not arrive this time (1 in a row)", id="a server may still be trying"),
        pytest.param({"quotes": True}, "quarantine", "only an address in it fits", id="it quotes a mail of others"),
        pytest.param({"days": 8}, "quarantine", "only an address in it fits", id="no server tries for so long"),
        pytest.param({"state": MessageState.FAILED}, "quarantine", "only an address in it fits", id="it never left"),
    ],
)
def test_an_address_alone_is_believed_a_little_while_bounces_have_no_domain(
    one_room: Postroom, facts: dict[str, Any], state: str, said: str
) -> None:
    """Anybody can write such a report, so it suppresses nobody: at most it counts among several over days."""
    _without_bounce_domain(one_room)
    one_room.send(one_room.person(address="anna@werk.example"), state=facts.get("state", MessageState.ACCEPTED))
    raw = dsn("Anna@Werk.example")
    raw = raw if "quotes" in facts else _quoting_nothing(raw)
    taken = one_room.take(raw, one_room.now + timedelta(days=facts.get("days", 1)), to="news@sender.example")
    assert (taken.state, said in taken.action) == (state, True)
    assert one_room.suppressed("anna@werk.example") is None


def test_without_a_domain_for_bounces_the_quoted_mail_still_suppresses(one_room: Postroom) -> None:
    _without_bounce_domain(one_room)
    message = one_room.send(one_room.person(address="anna@werk.example"))
    raw = dsn("anna@werk.example", header_id=one_room.message(message).header_id)
    assert one_room.take(raw, to="news@sender.example").message == message
    assert one_room.suppressed("anna@werk.example")


def test_what_comes_back_gives_no_orders_to_a_terminal(one_room: Postroom) -> None:
    message = one_room.send(one_room.person(address="anna@werk.example"))
    taken = one_room.bounced(message, words="550 5.1.1 user unknown \x1b]0;owned\x07\x9b2J\0")
    assert taken.action == "suppressed: the address does not exist: 550 5.1.1 user unknown ]0;owned2J"


def test_nobody_complains_in_somebody_elses_name(one_room: Postroom) -> None:
    """Without a domain for bounces either: an address and the word "spam" are written quickly."""
    one_room.send(one_room.person(address="anna@werk.example"))
    _without_bounce_domain(one_room)
    asks = letter("anna@werk.example", "", "unsubscribe", **{"Auto-Submitted": "auto-generated"})
    for raw in (complaint("anna@werk.example"), asks):
        taken = one_room.take(raw, to="bounces@sender.example")
        assert (taken.kind, taken.state) == ("complaint", "quarantine")
    assert one_room.suppressed("anna@werk.example") is None


@pytest.mark.parametrize("known_by", ["To: {to}\r\n", "Delivered-To: {to}\r\n", ""])
def test_reports_that_differ_in_nothing_but_the_return_path_count_each(one_room: Postroom, known_by: str) -> None:
    for name in ("anna", "ben"):
        message = one_room.send(one_room.person(address=f"{name}@werk.example"))
        to = return_path(one_room.rt, message)
        head = (
            f"From: MAILER-DAEMON@werk.example\r\nSubject: Undelivered Mail Returned to Sender\r\n{known_by.format(to=to)}"
        )
        raw = f"{head}\r\nYour message could not be delivered:\r\n550 5.1.1 User unknown\r\n".encode()
        assert (one_room.take(raw, to=to).new, one_room.take(raw, to=to).new) == (True, False)
        assert one_room.suppressed(f"{name}@werk.example")


def test_the_token_wins_over_the_message_id_inside(one_room: Postroom) -> None:
    mine = one_room.send(one_room.person(address="anna@werk.example"))
    other = one_room.send(one_room.person(address="ben@werk.example"))
    raw = dsn("anna@werk.example", header_id=one_room.message(other).header_id)
    assert one_room.take(raw, to=return_path(one_room.rt, mine)).message == mine
    assert one_room.suppressed("ben@werk.example") is None


# --- classes of failure -------------------------------------------------------------------------------------------------


def test_a_policy_refusal_is_our_problem_and_nobody_elses(room: Postroom) -> None:
    message = room.send(room.person(address="anna@werk.example"))
    taken = room.bounced(message, words=SPAM)
    assert taken.action.startswith("an alarm for the sender: 554 5.7.1")
    assert "policy:other" in room.alarms()
    assert room.suppressed("anna@werk.example") is None
    assert room.held("anna@werk.example") is None


@pytest.mark.parametrize(("words", "refusals"), [(SPAM, 1), ("451 4.7.1 too many messages, slow down", 0)])
def test_only_a_permanent_refusal_counts_as_one(one_room: Postroom, words: str, refusals: int) -> None:
    assert "alarm" in one_room.bounced(one_room.send(one_room.person()), words=words).action
    with reading(one_room.rt.db) as session:
        assert session.scalar(select(func.sum(DeliveryCount.policy))) == refusals
        assert session.scalar(select(func.sum(DeliveryCount.failed))) == 1 - refusals


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", "delayed"])
def test_what_failed_for_others_fails_no_mail_of_ours(one_room: Postroom, action: str) -> None:
    message = one_room.send(one_room.person(address="anna@werk.example"), state=MessageState.UNKNOWN)
    raw = dsn("ben@werk.example", header_id=one_room.message(message).header_id)
    ours = f"Final-Recipient: rfc822; anna@werk.example\r\nAction: {action}\r\nStatus: 2.0.0\r\n\r\n"
    taken = one_room.take(raw.replace(b"Final-Recipient:", f"{ours}Final-Recipient:".encode()))
    assert taken.action == ("on record: still on its way" if action == "delayed" else "on record: arrived")
    expected = MessageState.UNKNOWN if action == "delayed" else MessageState.ACCEPTED
    assert (taken.state, one_room.message(message).state) == ("done", expected)
    with reading(one_room.rt.db) as session:
        assert session.scalar(select(func.count()).select_from(DeliveryCount)) == 0
        assert session.get_one(ReturnedMail, taken.id).failure is None


@pytest.mark.parametrize("words", [UNKNOWN_USER, FULL.replace("452 4", "552 5"), SPAM], ids=["invalid", "soft", "policy"])
def test_a_mail_that_comes_back_by_several_reports_counts_once(one_room: Postroom, words: str) -> None:
    message = one_room.send(one_room.person())
    for name in ("a", "b", "c"):
        assert one_room.bounced(message, words=words, name=name).new
    counted = DeliveryCount.invalid + DeliveryCount.policy + DeliveryCount.failed
    with reading(one_room.rt.db) as session:
        assert session.scalar(select(func.sum(counted))) == 1
    assert not [key for key in one_room.alarms() if key.startswith("breaker")]


def test_a_mail_that_is_complained_about_twice_counts_once(one_room: Postroom) -> None:
    message = one_room.send(one_room.person(address="anna@werk.example"))
    inside = f"Message-ID: {one_room.message(message).header_id}\r\n"
    for name in (b"<one-", b"<two-"):
        raw = complaint("anna@werk.example", inside)
        assert one_room.take(raw.replace(b"<arf-", name)).new
    with reading(one_room.rt.db) as session:
        assert session.scalar(select(func.sum(DeliveryCount.complaints))) == 1


def test_a_forwarded_mail_that_failed_is_a_soft_bounce_of_the_address_we_wrote_to(one_room: Postroom) -> None:
    message = one_room.send(one_room.person(address="anna@werk.example"))
    raw = dsn("a.weber@private.example", header_id=one_room.message(message).header_id)
    raw = raw.replace(b"Final-Recipient:", b"Original-Recipient: rfc822; Anna@werk.example\r\nFinal-Recipient:")
    taken = one_room.take(raw, to=return_path(one_room.rt, message))
    assert (taken.state, taken.message) == ("done", message)
    assert taken.action.startswith("on record: did not arrive this time")
    assert [one_room.suppressed(a) for a in ("anna@werk.example", "a.weber@private.example")] == [None, None]


@pytest.mark.parametrize(("action", "kind"), [("delayed", "delayed"), ("relayed", "delivered"), ("delivered", "delivered")])
def test_news_of_the_way_are_on_record_only(one_room: Postroom, action: str, kind: str) -> None:
    message = one_room.send(one_room.person())
    taken = one_room.bounced(
        message, words="250 2.0.0 queued" if kind == "delivered" else "451 4.4.1 no answer", action=action
    )
    assert (taken.kind, taken.state) == (kind, "done")
    assert one_room.message(message).state is MessageState.ACCEPTED


def test_a_mail_to_our_own_sales_team_that_comes_back_is_an_alarm(one_room: Postroom) -> None:
    message = one_room.send(one_room.person(address="sales@sender.example"))
    one_room.set(message, kind="sales", contact_id=None)
    one_room.bounced(message)
    assert one_room.alarms() == ["sales-mail:sales@sender.example"]
    assert one_room.suppressed("sales@sender.example") is None


@pytest.mark.parametrize(
    ("what", "state"),
    [
        ("bounce", "failed"),
        ("delivered", "accepted"),
        ("complaint", "accepted"),
        ("reply", "accepted"),
        ("auto-reply", "accepted"),
    ],
)
def test_a_mail_of_unknown_outcome_is_settled_by_what_comes_back(one_room: Postroom, what: str, state: str) -> None:
    message = one_room.send(one_room.person(address="anna@werk.example"), state=MessageState.UNKNOWN)
    row = one_room.message(message)
    raw = {
        "bounce": dsn(row.address),
        "delivered": dsn(row.address, "250 2.1.5 ok", action="delivered"),
        "complaint": complaint(row.address),
        "reply": letter(row.address, "Danke, das passt gut.", In_Reply_To=row.header_id),
        "auto-reply": letter(
            row.address, "Ich bin bis Montag nicht da.", In_Reply_To=row.header_id, Auto_Submitted="auto-replied"
        ),
    }[what]
    one_room.take(raw, to=return_path(one_room.rt, message))
    assert one_room.message(message).state == state


# --- soft bounces -------------------------------------------------------------------------------------------------------

SEQUENCES = [
    pytest.param([("soft", 0), ("soft", 3)], "", id="twice is not enough"),
    pytest.param([("soft", 0), ("soft", 2), ("soft", 4)], "", id="three within a week are not enough"),
    pytest.param([("soft", 0), ("soft", 3), ("soft", 7)], "held", id="three over a week hold"),
    pytest.param([("soft", 0), ("sent", 3), ("soft", 7), ("soft", 9)], "", id="a delivery begins anew"),
    pytest.param([("soft", 0), ("active", 3), ("soft", 7), ("soft", 9)], "", id="a sign of life begins anew"),
    pytest.param([("soft", 0), ("soft", 3), ("soft", 7), ("active", 8)], "", id="a sign of life ends the hold"),
    pytest.param([("soft", 0), ("soft", 3), ("soft", 7), ("none", 38)], "", id="the hold is over after 30 days"),
    pytest.param(
        [("soft", 0), ("soft", 3), ("soft", 7), ("soft", 40), ("soft", 43), ("soft", 47)],
        "suppressed",
        id="the second is for good",
    ),
    pytest.param(
        [("soft", 0), ("soft", 3), ("soft", 7), ("sent", 38), ("soft", 40), ("soft", 43), ("soft", 47)],
        "held",
        id="after a delivery the next hold is the first",
    ),
]


@pytest.mark.parametrize(("events", "expected"), SEQUENCES)
def test_soft_bounces(one_room: Postroom, events: list[tuple[str, int]], expected: str) -> None:
    contact = one_room.person(address="anna@werk.example")
    start = one_room.now + DAY
    for what, day in events:
        at = start + day * DAY
        if what in ("soft", "sent"):
            message = one_room.send(contact, at)
            if what == "soft":
                one_room.bounced(message, at + timedelta(minutes=5), FULL)
        elif what == "active":
            one_room.take(letter("anna@werk.example", f"Bin wieder da, Tag {day}"), at)
    last = start + events[-1][1] * DAY + timedelta(hours=1)
    found = (
        "suppressed"
        if one_room.suppressed("anna@werk.example")
        else "held"
        if one_room.held("anna@werk.example", last)
        else ""
    )
    assert found == expected


def test_younger_mails_still_on_their_way_do_not_hide_that_all_come_back(one_room: Postroom) -> None:
    """Each mail takes days to come back, and by then the next one is out."""
    contact = one_room.person(address="anna@werk.example")
    days = [one_room.now + DAY * day for day in (1, 4, 8, 12)]
    sent = [one_room.send(contact, at) for at in days]
    for message, at in zip(sent[:3], days[1:], strict=True):
        assert one_room.held("anna@werk.example", at) is None
        one_room.bounced(message, at + timedelta(hours=1), FULL)
    assert one_room.held("anna@werk.example", days[3] + timedelta(hours=2))


# --- complaints ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hidden", ["", "redacted", "redacted@redacted.invalid"])
def test_a_redacted_complaint_is_found_by_the_return_path_inside(room: Postroom, hidden: str) -> None:
    contact = room.person(address="anna@werk.example")
    message = room.send(contact)
    inside = f"Return-Path: <{return_path(room.rt, message)}>\r\n"
    taken = room.take(complaint(hidden, inside))
    assert (taken.kind, taken.state, taken.message) == ("complaint", "done", message)
    assert room.suppressed("anna@werk.example") == "reported as unwanted mail (spam)"
    assert room.consent(contact) == "withdrawn"
    with reading(room.rt.db) as session:
        assert session.scalar(select(func.sum(DeliveryCount.complaints))) == 1


@pytest.mark.parametrize("kind", [ReturnKind.COMPLAINT, ReturnKind.UNSUBSCRIBE])
@pytest.mark.parametrize("days", [31, None], ids=["the last mail is long ago", "no mail has left yet"])
def test_what_a_person_decided_at_the_provider_counts_without_a_mail(
    room: Postroom, kind: ReturnKind, days: int | None
) -> None:
    contact = room.person(address="anna@werk.example")
    if days is not None:
        room.send(contact)
    at = room.now + timedelta(days=days or 0)
    came = came_of("postmark", Event("1", kind, "Anna@Werk.example"))
    taken = returns.take(room.rt, came, at)
    assert (taken.state, taken.contact, taken.message) == ("done", contact, None)
    assert room.consent(contact) == "withdrawn"
    assert bool(room.suppressed("anna@werk.example")) is (kind is ReturnKind.COMPLAINT)
    stranger = came_of("postmark", Event("2", kind, "who@elsewhere.example"))
    assert returns.take(room.rt, stranger, at).state == "quarantine"


def test_a_complaint_about_somebody_else_touches_nobody(one_room: Postroom) -> None:
    message = one_room.send(one_room.person(address="anna@werk.example"))
    header = f"Message-ID: {one_room.message(message).header_id}\r\n"
    assert one_room.take(complaint("ben@other.example", header)).state == "quarantine"
    assert one_room.suppressed("anna@werk.example") is None


def test_not_spam_is_no_complaint(one_room: Postroom) -> None:
    message = one_room.send(one_room.person(address="anna@werk.example"))
    header = f"Message-ID: {one_room.message(message).header_id}\r\n"
    assert one_room.take(complaint("anna@werk.example", header, "not-spam")).state == "quarantine"
    assert one_room.suppressed("anna@werk.example") is None


# --- what somebody wrote ------------------------------------------------------------------------------------------------


def test_an_automatic_reply_changes_nothing(one_room: Postroom) -> None:
    contact = one_room.person(address="anna@werk.example")
    before = one_room.contact(contact).last_active_at
    taken = one_room.take(
        letter("anna@werk.example", "Ich bin bis Montag nicht im Büro. Bitte keine Mails!", "Abwesenheitsnotiz"),
        one_room.now + DAY,
    )
    assert (taken.kind, taken.action) == ("auto-reply", "on record: an automatic reply")
    assert (one_room.tasks(), one_room.activities(contact)) == ([], [])
    assert one_room.contact(contact).last_active_at == before
    assert one_room.held("anna@werk.example") is None


def test_an_automatic_reply_of_somebody_who_left_is_a_task(one_room: Postroom) -> None:
    one_room.person(address="anna@werk.example")
    text = "Ich bin nicht mehr für das Unternehmen tätig. Bitte wenden Sie sich an ben@werk.example."
    one_room.take(letter("anna@werk.example", text, "Automatische Antwort: Feinplanung", Auto_Submitted="auto-replied"))
    assert len(one_room.tasks()) == 1
    assert "nicht mehr im Unternehmen" in one_room.tasks()[0]


def test_an_automatic_reply_that_asks_for_no_more_mail_is_a_task(one_room: Postroom) -> None:
    message = one_room.send(one_room.person(address="anna@werk.example"))
    answers = one_room.message(message).header_id
    text = "Bitte nehmen Sie mich aus dem Verteiler."
    raw = letter("anna@werk.example", text, Auto_Submitted="auto-replied", In_Reply_To=answers)
    taken = one_room.take(raw)
    assert (taken.kind, taken.action) == ("auto-reply", "a task: an automatic reply asks for no more mail")
    assert one_room.tasks() == ["Will keine Mails mehr? Antwort lesen und entscheiden: Re: Feinplanung"]
    assert one_room.held("anna@werk.example") is None
    stranger = letter("who@elsewhere.example", text, Auto_Submitted="auto-replied", In_Reply_To="<of@nobody.example>")
    assert one_room.take(stranger).state == "quarantine"


def test_an_answer_that_repeats_our_subject_is_no_notice_of_absence(one_room: Postroom) -> None:
    contact = one_room.person(address="anna@werk.example")
    message = one_room.send(contact)
    one_room.set(message, subject="Urlaub planen trotz Eilauftrag")
    said = "Ich bin im Urlaub, rufen Sie mich bitte am Montag an."
    answers = one_room.message(message).header_id
    taken = one_room.take(letter("anna@werk.example", said, "AW: Urlaub planen trotz Eilauftrag", In_Reply_To=answers))
    assert (taken.kind, taken.state) == ("reply", "done")
    assert one_room.activities(contact) == ["reply"]
    with reading(one_room.rt.db) as session:
        row = session.get_one(ReturnedMail, taken.id)
        assert (row.kind, row.said) == ("reply", said)


def test_a_contact_with_a_servers_name_who_says_stop_is_held_while_a_human_looks(one_room: Postroom) -> None:
    one_room.send(one_room.person(address="postmaster@werk.example"))
    taken = one_room.take(letter("postmaster@werk.example", "Bitte nehmen Sie uns aus dem Verteiler.", "Ihre Mails"))
    assert (taken.kind, taken.state) == ("unclear", "quarantine")
    assert one_room.held("postmaster@werk.example") is not None


def test_what_a_human_finds_to_be_an_answer_stops_the_mails_by_its_words(one_room: Postroom) -> None:
    message = one_room.send(one_room.person(address="anna@werk.example"))
    raw = letter("Postmaster <postmaster@elsewhere.example>", "Bitte nehmen Sie mich aus dem Verteiler.", "Ihre Mails")
    taken = one_room.take(raw)
    assert taken.kind == "unclear"
    assert one_room.held("anna@werk.example") is None
    assign(one_room.rt, taken.id, message, "katrin", one_room.now, kind=ReturnKind.REPLY)
    assert one_room.held("anna@werk.example") is not None


def test_an_answer_counts_and_is_a_task(room: Postroom) -> None:
    contact = room.person(address="anna@werk.example")
    message = room.send(contact)
    raw = letter(
        "Anna <anna@werk.example>", "Das klingt gut, rufen Sie mich an.", In_Reply_To=room.message(message).header_id
    )
    taken = room.take(raw, room.now + DAY)
    assert (taken.kind, taken.state, taken.contact, taken.for_humans) == ("reply", "done", contact, True)
    assert room.activities(contact) == ["reply"]
    assert room.tasks() == ["Hat geantwortet, bitte lesen: Re: Feinplanung"]
    assert room.contact(contact).last_active_at == room.now + DAY
    assert room.held("anna@werk.example") is None


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        pytest.param("Bitte melden Sie mich ab.", "Re: Feinplanung", id="in words"),
        pytest.param("", "Abmelden", id="nothing but a subject"),
    ],
)
def test_an_answer_that_says_stop_holds_the_address_until_a_human_decides(room: Postroom, text: str, subject: str) -> None:
    contact = room.person(address="anna@werk.example")
    message = room.send(contact)
    raw = letter("anna@werk.example", text, subject, In_Reply_To=room.message(message).header_id)
    taken = room.take(raw)
    assert taken.action == "held until somebody decides: asks for no more mail"
    held = room.held("anna@werk.example", room.now + 1000 * DAY)
    assert held is not None
    assert (held.kind, held.until) == ("stop", None)
    assert len(room.tasks()) == 1
    assert room.activities(contact) == []
    assert room.consent(contact) == "confirmed"


@pytest.mark.parametrize(("text", "held"), [("Klingt gut.", False), ("Bitte keine weiteren Mails mehr!", True)])
def test_an_answer_by_somebody_else_is_for_a_human(one_room: Postroom, text: str, held: bool) -> None:
    contact = one_room.person(address="anna@werk.example")
    message = one_room.send(contact)
    raw = letter("ben@werk.example", text, In_Reply_To=one_room.message(message).header_id)
    assert one_room.take(raw).state == "quarantine"
    assert one_room.activities(contact) == []
    assert (one_room.held("anna@werk.example") is not None) is held


# --- what cannot be worked on -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [b"", b"\0\0\0", b"\xff" * 300, b"From: x\r\n\r\n\0", "Ünïcode".encode("utf-16")])
def test_any_bytes_are_taken_in_once(room: Postroom, raw: bytes) -> None:
    first, again = room.take(raw), room.take(raw)
    assert (first.new, again.new, first.state) == (True, False, "quarantine")


def test_a_fault_of_ours_puts_the_mail_aside_and_it_does_not_come_again(
    one_room: Postroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = one_room.send(one_room.person())
    monkeypatch.setattr(returns, "act", lambda case: 1 // 0)
    taken = one_room.bounced(message)
    assert (taken.state, taken.new) == ("quarantine", True)
    assert taken.action == "could not be worked on: ZeroDivisionError: integer division or modulo by zero"
    assert one_room.message(message).state is MessageState.ACCEPTED
    assert not one_room.bounced(message).new


def test_without_a_database_the_source_has_to_keep_it(one_room: Postroom, tmp_path: object) -> None:
    from nurture.store.database import connect

    one_room.rt.db = connect(f"sqlite:///{tmp_path}/nothing-there.db")
    with pytest.raises(DatabaseAway):
        one_room.take(dsn("anna@werk.example", UNKNOWN_USER))
    one_room.rt.db.dispose()
