"""What follows later: timelines tell it, campaigns wait or end by it, humans decide, bytes are forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from returns.postroom import FULL, Postroom, letter

from nurture.delivery import Kind, Phase
from nurture.delivery.outcome import Outcome
from nurture.domain.campaign import Exit, WaitStep
from nurture.domain.condition import Replied
from nurture.domain.consent import ConsentEvent
from nurture.domain.durations import Duration
from nurture.domain.errors import IllegalTransition, InvalidInput, NotFound
from nurture.domain.failure import Failure
from nurture.domain.form import PurposeKind
from nurture.domain.message import MessageState
from nurture.engine import enrolment, links, permission, returns_desk, tracking
from nurture.engine.advance import advance
from nurture.engine.delivery_record import Record
from nurture.engine.delivery_result import Result
from nurture.engine.retention import retain
from nurture.engine.timeline import timeline
from nurture.engine.visitor import Visitor
from nurture.store import consents, messages
from nurture.store.database import reading, transaction
from nurture.store.schema import ReturnedMail

DAY = timedelta(days=1)
ANNA = "anna@werk.example"


def told(room: Postroom, language: str) -> list[tuple[str, str, str]]:
    found = timeline(room.rt, ANNA, language, room.now).entries
    return [
        (e.kind, e.title, e.reason)
        for e in found
        if e.group in ("mail", "reading", "consent", "lead") and e.kind != "mail-nurture"
    ]


def obstacle(room: Postroom, message: int) -> permission.Obstacle | None:
    with reading(room.rt.db) as session:
        row = messages.find(session, message)
        assert row is not None
        return permission.obstacles(room.rt, session, [row], room.now).get(message)


# --- timelines ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", [("suppressed", "Address suppressed", "the address does not exist: 550 5.1.1"),
                ("bounce", "A mail came back", "suppressed: the address does not exist: 550 5.1.1")]),
        ("de", [("suppressed", "Adresse gesperrt", "die Adresse gibt es nicht: 550 5.1.1"),
                ("bounce", "Mail kam zurück", "gesperrt: die Adresse gibt es nicht: 550 5.1.1")]),
    ],
)  # fmt: skip
def test_a_timeline_tells_of_a_bounce(one_room: Postroom, language: str, expected: list[tuple[str, str, str]]) -> None:
    one_room.bounced(one_room.send(one_room.person(address=ANNA)))
    found = [(kind, title, reason.partition(" <")[0]) for kind, title, reason in told(one_room, language)]
    assert found == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", [("held", "Held until somebody decides", "asks for no more mail"),
                ("task", "Aufgabe: ", ""),
                ("reply", "Replied", "held until somebody decides: asks for no more mail")]),
        ("de", [("held", "Pausiert, bis jemand entscheidet", "bittet darum, keine Mails mehr zu bekommen"),
                ("task", "Aufgabe: ", ""),
                ("reply", "Hat geantwortet", "pausiert, bis jemand entscheidet: bittet darum, keine Mails mehr zu bekommen")]),
    ],
)  # fmt: skip
def test_a_timeline_tells_of_an_answer(one_room: Postroom, language: str, expected: list[tuple[str, str, str]]) -> None:
    contact = one_room.person(address=ANNA)
    one_room.take(letter(ANNA, "Bitte keine Mails mehr."))
    found = told(one_room, language)
    assert [entry for entry in found if entry[0] != "task"] == [entry for entry in expected if entry[0] != "task"]
    reply = next(e for e in timeline(one_room.rt, ANNA, language).entries if e.kind == "reply")
    assert dict(reply.facts)["said"] == "Bitte keine Mails mehr."
    assert contact


def test_an_answer_is_told_once(one_room: Postroom) -> None:
    one_room.person(address=ANNA)
    one_room.take(letter(ANNA, "Gern."))
    assert [kind for kind, _, _ in told(one_room, "de")].count("reply") == 1


# --- campaigns ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("says", ["end", "wake", "nothing"])
def test_an_answer_ends_or_wakes_a_campaign_as_it_says(room: Postroom, says: str) -> None:
    publication, name = room.rt.publication, "followup-feintakt"
    campaign = publication.definitions.campaigns[name]
    pause = WaitStep("pause", Duration(21, "days"), until=Replied() if says == "wake" else None)
    changed = replace(
        campaign,
        steps=(pause, WaitStep("after", Duration(7, "days"))),
        exits=(Exit(Replied(), "answered"),) if says == "end" else (),
    )
    campaigns = {**publication.definitions.campaigns, name: changed}
    room.rt.publication = replace(publication, definitions=replace(publication.definitions, campaigns=campaigns))
    contact = room.person(address=ANNA)
    with transaction(room.rt.db) as session:
        assert enrolment.enrol(room.rt, session, [contact], name, room.now)[0].done
    advance(room.rt, room.now)
    later = room.now + DAY
    room.take(letter(ANNA, "Ich bin bis Montag nicht da.", Auto_Submitted="auto-replied"), later)
    assert advance(room.rt, later).due == 0
    room.take(letter(ANNA, "Gern, danke!"), later)
    advance(room.rt, later)
    (row,) = room.enrollments(contact)
    assert (row.state, row.step) == {"end": ("left", "pause"), "wake": ("active", "after"), "nothing": ("active", "pause")}[
        says
    ]
    if says == "end":
        assert (row.left_kind, row.reason) == ("exit", "answered (replied)")


def test_who_said_stop_gets_nothing_until_a_human_decides(room: Postroom) -> None:
    contact = room.person(address=ANNA)
    with transaction(room.rt.db) as session:
        enrolment.enrol(room.rt, session, [contact], "followup-feintakt", room.now)
    queued = room.send(contact, state=MessageState.QUEUED)
    assert obstacle(room, queued) is None
    room.take(letter(ANNA, "Bitte tragen Sie mich aus dem Verteiler aus."))
    advance(room.rt, room.now)
    assert [(e.state, e.due_at, e.reason) for e in room.enrollments(contact)] == [
        ("held", None, "the address is held: asks for no more mail")
    ]
    held = obstacle(room, queued)
    assert held == permission.Obstacle("the address is held: asks for no more mail", room.now + DAY)


def test_a_human_may_let_it_go_on(room: Postroom) -> None:
    contact = room.person(address=ANNA)
    with transaction(room.rt.db) as session:
        enrolment.enrol(room.rt, session, [contact], "followup-feintakt", room.now)
    room.take(letter(ANNA, "Bitte keine Mails mehr, nur noch anrufen!"))
    advance(room.rt, room.now)
    returns_desk.go_on(room.rt, ANNA, "katrin", room.now)
    assert room.held(ANNA) is None
    (row,) = room.enrollments(contact)
    assert (row.state, row.reason) == ("active", "the hold was lifted by katrin")
    advance(room.rt, room.now)
    assert room.enrollments(contact)[0].state == "active"
    with pytest.raises(NotFound):
        returns_desk.go_on(room.rt, ANNA, "katrin", room.now)


def test_a_human_may_agree_that_it_was_a_stop(room: Postroom) -> None:
    contact = room.person(address=ANNA)
    with transaction(room.rt.db) as session:
        enrolment.enrol(room.rt, session, [contact], "followup-feintakt", room.now)
    queued = room.send(contact, state=MessageState.QUEUED)
    room.take(letter(ANNA, "Bitte keine Mails mehr."))
    returns_desk.meant_stop(room.rt, ANNA, "katrin", room.now)
    assert room.consent(contact) == "withdrawn"
    assert [(e.state, e.left_kind) for e in room.enrollments(contact)] == [("left", "no-consent")]
    found = obstacle(room, queued)
    assert found is not None
    assert found.again is None
    assert room.held(ANNA) is None


def test_a_softly_held_address_waits_until_the_hold_is_over(one_room: Postroom) -> None:
    contact = one_room.person(address=ANNA)
    for day in (1, 4, 8):
        at = one_room.now + day * DAY
        one_room.bounced(one_room.send(contact, at), at + timedelta(minutes=1), FULL)
    held = one_room.held(ANNA, at + DAY)
    assert held is not None
    one_room.now = at + DAY
    waiting = one_room.send(contact, at, MessageState.QUEUED)
    assert obstacle(one_room, waiting) == permission.Obstacle(
        "the address is held: 3 mails in a row did not arrive", held.until
    )
    one_room.now = at + 31 * DAY
    assert obstacle(one_room, waiting) is None


# --- quarantine and retention -------------------------------------------------------------------------------------------


def test_quarantine_is_emptied_by_hand(one_room: Postroom) -> None:
    first = one_room.take(b"From: x@y.example\n\nwhat")
    returns_desk.dismiss(one_room.rt, first.id, "katrin", one_room.now)
    assert one_room.quarantine() == []
    with pytest.raises(IllegalTransition):
        returns_desk.wants_no_more(one_room.rt, first.id, ANNA, "katrin", one_room.now)


@pytest.mark.parametrize("address", [ANNA, " Anna@Werk.Example "])
def test_a_human_reads_that_somebody_wants_no_more_mail(room: Postroom, address: str) -> None:
    contact = room.person(address=ANNA)
    queued = room.send(contact, state=MessageState.QUEUED)
    strange = room.take(b"From: x@y.example\n\nwhat")
    returns_desk.wants_no_more(room.rt, strange.id, address, "katrin", room.now)
    assert (room.quarantine(), room.consent(contact)) == ([], "withdrawn")
    found = obstacle(room, queued)
    assert found is not None
    assert found.again is None
    assert room.came_back()[-1].contact_id == contact


def test_somebody_we_do_not_know_may_want_no_mail_either(one_room: Postroom) -> None:
    strange = one_room.take(b"From: x@y.example\n\nwhat")
    with pytest.raises(InvalidInput):
        returns_desk.wants_no_more(one_room.rt, strange.id, "nobody", "katrin", one_room.now)
    with pytest.raises(NotFound):
        returns_desk.wants_no_more(one_room.rt, 4711, ANNA, "katrin", one_room.now)
    assert one_room.quarantine() != []
    returns_desk.wants_no_more(one_room.rt, strange.id, "nobody@werk.example", "katrin", one_room.now)
    assert one_room.suppressed("nobody@werk.example") == returns_desk.OBJECTED


def test_bytes_and_words_are_forgotten_after_thirty_days(room: Postroom) -> None:
    room.person(address=ANNA)
    taken = room.take(letter(ANNA, "Gern."))

    def kept() -> tuple[bool, str | None, str]:
        with reading(room.rt.db) as session:
            row = session.get_one(ReturnedMail, taken.id)
            return row.raw is not None, row.said, row.action

    assert retain(room.rt, room.now + 29 * DAY)["returned_kept"] == 0
    assert kept() == (True, "Gern.", "a task: an answer to read")
    assert retain(room.rt, room.now + 31 * DAY)["returned_kept"] == 1
    assert kept() == (False, None, "a task: an answer to read")


# --- mails whose outcome was unknown, and mails that were given up ------------------------------------------------------


def test_a_click_settles_a_mail_of_unknown_outcome(one_room: Postroom) -> None:
    contact = one_room.person(address=ANNA)
    message = one_room.send(contact, state=MessageState.UNKNOWN)
    tracking_purpose = next(p.id for p in one_room.rt.definitions.purposes.values() if p.kind is PurposeKind.TRACKING)
    with transaction(one_room.rt.db) as session:
        consents.record(session, contact, tracking_purpose, ConsentEvent.CONFIRMED, one_room.now, {})
    version = one_room.message(message).template_version
    assert version is not None
    url = links.signed_url(one_room.rt, "click", message, version[: links.VERSION_DIGITS], 0)
    tracking.follow(one_room.rt, url.rpartition("/")[2], Visitor(), one_room.now + DAY)
    row = one_room.message(message)
    assert (row.state, row.reason) == (MessageState.ACCEPTED, "arrived: a link in it was followed")
    assert row.settled_at == one_room.now, "clicks are judged by the time it left"


def test_mails_given_up_softly_count_like_soft_bounces(one_room: Postroom) -> None:
    contact = one_room.person(address=ANNA)
    for day in (1, 4, 8):
        at = one_room.now + day * DAY
        message = one_room.send(contact, at, MessageState.SENDING)
        one_room.set(message, claimed_by="worker", claimed_until=at + DAY)
        with reading(one_room.rt.db) as session:
            row = messages.find(session, message)
        assert row is not None
        record = Record(one_room.rt, "worker", lambda seconds: None)
        full = Outcome(Kind.FAILED, Phase.RECIPIENT, "552 5.2.2 mailbox full", failure=Failure.SOFT)
        record.pending.results.append(Result(row, "other", MessageState.SENDING, full, at))
        record.commit(at)
        assert one_room.message(message).state is MessageState.FAILED
    held = one_room.held(ANNA, at)
    assert held is not None
    assert held.reason == "3 mails in a row did not arrive"
