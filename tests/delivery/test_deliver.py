"""The beat that delivers: what goes, what does not, and that one mail's trouble is nobody else's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from itertools import pairwise
from typing import Any

import pytest
from delivery.outbox import Outbox, claim
from delivery.scripted import ACCEPTED, ScriptedServer
from sqlalchemy import Engine, event, select, update
from sqlalchemy.exc import OperationalError

from nurture.delivery import Kind, MemoryTransport, Outcome, Parcel, Phase
from nurture.domain.failure import Failure
from nurture.domain.message import MessageState
from nurture.engine import letters
from nurture.engine.delivery import Delivered, deliver
from nurture.store import messages, turn
from nurture.store import outbox as outbox_store
from nurture.store.alarms import open_alarms
from nurture.store.database import reading, transaction
from nurture.store.schema import Contact, EnrollmentRow, MessageBytes, Registration, Suppression

S = MessageState


def _deliver(outbox: Outbox, limit: int = 100, worker: str = "one", **later: float) -> Delivered:
    return deliver(outbox.rt, outbox.now + timedelta(**later), worker=worker, limit=limit, stopwatch=lambda: 0.0)


def _parcels(outbox: Outbox) -> list[Parcel]:
    assert isinstance(outbox.rt.transport, MemoryTransport)
    return outbox.rt.transport.parcels


@pytest.fixture
def server(outbox: Outbox) -> ScriptedServer:
    outbox.rt.transport = ScriptedServer()
    return outbox.rt.transport


# --- what goes --------------------------------------------------------------------------------------------------------


def test_queued_mail_is_delivered_once(outbox: Outbox) -> None:
    mails = outbox.nurture_mails(outbox.people(3))
    assert _deliver(outbox) == Delivered(claimed=3, accepted=3)
    assert _deliver(outbox, hours=1) == Delivered()
    assert len(_parcels(outbox)) == 3
    assert outbox.states() == {"accepted": 3}
    row = outbox.row(mails[0])
    assert (row.due_at, row.claimed_by, row.attempts, row.settled_at) == (None, None, 1, outbox.now)
    assert [t.outcome for t in outbox.tries(mails[0])] == ["accepted"]


def test_a_batch_has_the_size_asked_for(outbox: Outbox) -> None:
    outbox.nurture_mails(outbox.people(25))
    assert [_deliver(outbox, limit=10).claimed for _ in range(4)] == [10, 10, 5, 0]


def test_the_letter_that_leaves(outbox: Outbox) -> None:
    mail = outbox.nurture_mail()
    _deliver(outbox)
    (parcel,) = _parcels(outbox)
    row = outbox.row(mail)
    read = message_from_bytes(parcel.raw, policy=policy.default)
    assert parcel.header_id == row.header_id == read["Message-ID"]
    assert parcel.recipient == row.address
    assert read["Subject"] == row.subject
    assert read["To"].addresses[0].display_name.startswith("Anna Weber")
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    body = read.get_body(("plain",)).get_content()
    assert "Guten Tag Frau Weber" in body
    assert "https://nurture.example/l/" in body


def test_tracked_links_name_the_message_untracked_ones_nobody(outbox: Outbox) -> None:
    rt = outbox.rt
    tracked, untracked = outbox.nurture_mail("one"), outbox.nurture_mail("two", tracked=False)
    _deliver(outbox)
    for mail, purpose, first in ((tracked, "click", str(tracked)), (untracked, "anonymous-click", None)):
        row = outbox.row(mail)
        text = letters.preview(rt, mail).text
        token = text.partition("https://nurture.example/l/")[2].split()[0]
        said = rt.signer.verify(purpose, token).split(".")
        expected = [first] if first else []
        assert said[:-1] == [*expected, row.template_version[:16]]


def test_opt_in_mail_goes_to_the_unconfirmed_and_keeps_its_bytes(outbox: Outbox) -> None:
    mail = outbox.opt_in_mail("neu@werk.example")
    _deliver(outbox)
    (parcel,) = _parcels(outbox)
    read = message_from_bytes(parcel.raw, policy=policy.default)
    assert read["List-Unsubscribe"] is None
    assert read["Auto-Submitted"] == "auto-generated"
    assert "https://nurture.example/c/" in read.get_body(("plain",)).get_content()
    with reading(outbox.rt.db) as session:
        assert session.get_one(MessageBytes, mail).raw == parcel.raw


# --- what may not go any more -----------------------------------------------------------------------------------------


def test_unsubscribed_between_decision_and_delivery(outbox: Outbox) -> None:
    people = outbox.people(2)
    gone, stays = outbox.nurture_mails(people)
    outbox.unsubscribe(people[0])
    assert _deliver(outbox) == Delivered(claimed=2, accepted=1, cancelled=1)
    assert outbox.state(gone) is S.CANCELLED
    assert "no confirmed consent" in outbox.row(gone).reason
    assert outbox.state(stays) is S.ACCEPTED


def test_a_suppressed_address_gets_no_nurture_mail(outbox: Outbox) -> None:
    mail = outbox.nurture_mail()
    with transaction(outbox.rt.db) as session:
        session.add(Suppression(address_key=outbox.row(mail).address, reason="complaint", since=outbox.now))
    assert _deliver(outbox).cancelled == 1
    assert outbox.row(mail).reason == "the address gets no mail: complaint"


REGISTRATIONS = {
    "confirmed": ({"state": "confirmed"}, "the registration is confirmed already"),
    "declined": ({"state": "declined"}, "the registration is declined already"),
    "expired by time": ({"expires_at": "now"}, "the registration has expired"),
}


@pytest.mark.parametrize(("facts", "reason"), REGISTRATIONS.values(), ids=REGISTRATIONS.keys())
def test_opt_in_mail_is_only_for_pending_registrations(outbox: Outbox, facts: dict[str, Any], reason: str) -> None:
    mail = outbox.opt_in_mail()
    values = {k: outbox.now if v == "now" else v for k, v in facts.items()}
    with transaction(outbox.rt.db) as session:
        session.execute(update(Registration).values(**values))
    assert _deliver(outbox).cancelled == 1
    assert outbox.row(mail).reason == reason


def test_mail_of_a_lead_with_sales_waits_and_goes_when_sales_is_done(outbox: Outbox) -> None:
    (contact,) = outbox.people(1)
    (mail,) = outbox.nurture_mails([contact])
    outbox.hand_to_sales(contact)
    assert _deliver(outbox) == Delivered(claimed=1, held=1)
    row = outbox.row(mail)
    assert (row.state, row.reason, row.attempts) == (S.QUEUED, "sales is working on this lead", 0)
    assert row.due_at is not None
    assert row.due_at >= outbox.now + timedelta(hours=1)
    outbox.sales_is_done()
    assert _deliver(replace(outbox, now=row.due_at)).accepted == 1


def test_mail_held_for_sales_too_long_is_out_of_date(outbox: Outbox) -> None:
    (contact,) = outbox.people(1)
    (mail,) = outbox.nurture_mails([contact])
    outbox.hand_to_sales(contact)
    assert _deliver(outbox, days=31).cancelled == 1
    assert "out of date" in outbox.row(mail).reason


@pytest.mark.parametrize(("kind", "cancelled"), [("sales", 1), ("exit", 1), ("finished", 0)])
def test_whoever_left_the_campaign_gets_only_what_its_end_allows(outbox: Outbox, kind: str, cancelled: int) -> None:
    (contact,) = outbox.people(1)
    campaign = outbox.rt.definitions.campaigns["welcome-feintakt"]
    with transaction(outbox.rt.db) as session:
        enrollment = EnrollmentRow(
            contact_id=contact, campaign=campaign.id, version=campaign.version, number=1, state="left", step="end",
            round=1, step_entered_at=outbox.now, entered_at=outbox.now, priority=1, listening=False, reason="because",
            left_at=outbox.now, left_kind=kind,
        )  # fmt: skip
        session.add(enrollment)
        session.flush()
        id_ = enrollment.id
    outbox.nurture_mails([contact], enrollment_id=id_)
    assert _deliver(outbox).cancelled == cancelled


def test_an_erased_contact_takes_its_mails_along(outbox: Outbox) -> None:
    (contact,) = outbox.people(1)
    outbox.nurture_mails([contact])
    with transaction(outbox.rt.db) as session:
        session.delete(session.get_one(Contact, contact))
    assert _deliver(outbox) == Delivered()


def test_checking_and_writing_cost_the_same_number_of_queries_for_any_batch(outbox: Outbox) -> None:
    counts = []
    statements: list[str] = []
    event.listen(outbox.rt.db, "after_cursor_execute", lambda *args: statements.append(args[2]))
    for size in (1, 60):
        outbox.nurture_mails(outbox.people(size), step=f"size-{size}")
        statements.clear()
        assert _deliver(outbox).accepted == size
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 40


# --- faults in one letter ---------------------------------------------------------------------------------------------


def _with_broken_template(outbox: Outbox) -> str:
    """The version of a stored template that fails while it is rendered."""
    from nurture.store.schema import TemplateVersion

    with transaction(outbox.rt.db) as session:
        good = session.scalars(select(TemplateVersion).where(TemplateVersion.mail == "welcome-feintakt")).first()
        assert good is not None
        sources = {
            name: text.replace("{% block subject %}", "{% block subject %}{{ 1 // 0 }}")
            for name, text in good.sources.items()
        }
        facts = {"mail": good.mail, "cell": good.cell, "language": good.language, "links": good.links}
        session.add(TemplateVersion(id="b" * 64, sources=sources, first_used_at=outbox.now, **facts))
    return "b" * 64


def test_a_template_fault_parks_that_mail_and_no_other(outbox: Outbox) -> None:
    broken = outbox.nurture_mail("broken", template_version=_with_broken_template(outbox))
    fine = outbox.nurture_mail("fine")
    assert _deliver(outbox) == Delivered(claimed=2, accepted=1, parked=1)
    assert outbox.state(fine) is S.ACCEPTED
    row = outbox.row(broken)
    assert row.state is S.PARKED
    assert "division" in row.reason
    assert ".txt.j2:" in row.reason
    assert _deliver(outbox, days=1) == Delivered()


def test_a_missing_template_version_parks(outbox: Outbox) -> None:
    mail = outbox.nurture_mail(template_version="f" * 64)
    assert _deliver(outbox).parked == 1
    assert "there is no template version" in outbox.row(mail).reason


# --- what the server says -----------------------------------------------------------------------------------------------

RCPT, ANSWER = Phase.RECIPIENT, Phase.ANSWER


def _failed(phase: Phase, reply: str, failure: Failure) -> Outcome:
    return Outcome(Kind.FAILED, phase, reply, failure)


REPLIES = {
    # outcome of the offer or of the finish -> (state, suppressed, alarm)
    "accepted": (None, ACCEPTED, S.ACCEPTED, False, False),
    "greylisted": (Outcome(Kind.DEFERRED, RCPT, "450 4.7.1 try later"), None, S.QUEUED, False, False),
    "no such user": (_failed(RCPT, "550 5.1.1 no such user", Failure.INVALID), None, S.FAILED, True, False),
    "policy": (_failed(RCPT, "550 5.7.1 refused by policy", Failure.POLICY), None, S.FAILED, False, True),
    "refused for whatever reason": (_failed(RCPT, "550 no", Failure.OTHER), None, S.FAILED, False, False),
    "spam after the dot": (None, _failed(ANSWER, "554 looks like spam", Failure.POLICY), S.FAILED, False, True),
    "no user after the dot": (None, _failed(ANSWER, "550 5.1.1 no", Failure.INVALID), S.FAILED, True, False),
    "no user, said of the data": (_failed(Phase.DATA, "550 5.1.1 no", Failure.INVALID), None, S.FAILED, False, False),
    "deferred after the dot": (None, Outcome(Kind.DEFERRED, ANSWER, "451 4.3.0 later"), S.QUEUED, False, False),
    "no answer": (None, Outcome(Kind.UNKNOWN, ANSWER, "connection lost"), S.UNKNOWN, False, False),
}


@pytest.mark.parametrize(("offer", "finish", "state", "suppressed", "alarm"), REPLIES.values(), ids=REPLIES.keys())
def test_what_the_server_says_of_a_mail(
    outbox: Outbox,
    server: ScriptedServer,
    offer: Outcome | None,
    finish: Outcome | None,
    state: MessageState,
    suppressed: bool,
    alarm: bool,
) -> None:
    mail = outbox.nurture_mail()
    address = outbox.row(mail).address
    server.offers = {address: [offer]} if offer else {}
    server.finishes = {address: [finish]} if finish else {}
    _deliver(outbox)
    row = outbox.row(mail)
    said = offer or finish
    assert said is not None
    assert row.state is state
    assert said.reply in row.reason
    assert [(t.outcome, t.phase, t.reply) for t in outbox.tries(mail)] == [(said.kind, said.phase, said.reply)]
    assert row.failure == (said.failure if state is S.FAILED else None)
    with reading(outbox.rt.db) as session:
        assert (session.get(Suppression, address) is not None) == suppressed
        assert [(a.key, a.text) for a in open_alarms(session)] == (
            [("policy:relay", f"Relay refuses our mail: {said.reply}")] if alarm else []
        )


def test_deferred_then_accepted_keeps_message_id_and_bytes(outbox: Outbox, server: ScriptedServer) -> None:
    mail = outbox.nurture_mail()
    offered: list[Parcel] = []
    server.between = offered.append
    later = Outcome(Kind.DEFERRED, Phase.ANSWER, "451 4.7.1 greylisted")
    server.finishes = {outbox.row(mail).address: [later, ACCEPTED]}
    assert _deliver(outbox).deferred == 1
    due = outbox.row(mail).due_at
    assert due is not None
    assert timedelta(minutes=4) <= due - outbox.now <= timedelta(minutes=6)
    assert _deliver(replace(outbox, now=due - timedelta(seconds=1))) == Delivered()
    with transaction(outbox.rt.db) as session:
        session.execute(update(Contact).values(last_name="Neuer-Name", language="en"))
    assert _deliver(replace(outbox, now=due)).accepted == 1
    assert offered[0] == offered[1]
    assert outbox.row(mail).attempts == 2


@pytest.mark.parametrize(("kind", "hours"), [("nurture", 72), ("opt-in", 12)])
def test_a_mail_that_is_always_deferred_is_given_up_in_time(
    outbox: Outbox, server: ScriptedServer, kind: str, hours: int
) -> None:
    mail = outbox.nurture_mail() if kind == "nurture" else outbox.opt_in_mail()
    server.offers = {outbox.row(mail).address: [Outcome(Kind.DEFERRED, Phase.RECIPIENT, "450 4.2.1 busy")]}
    while (due := outbox.row(mail).due_at) is not None:
        _deliver(replace(outbox, now=due))
    row = outbox.row(mail)
    assert row.state is S.UNDELIVERED
    assert row.settled_at is not None
    assert timedelta(hours=hours * 0.6) < row.settled_at - row.queued_at <= timedelta(hours=hours)
    assert f"given up after {row.attempts} attempts" in row.reason
    with reading(outbox.rt.db) as session:
        assert session.get(Suppression, row.address) is None


def test_service_mail_without_an_answer_is_sent_again_twice_at_most(outbox: Outbox, server: ScriptedServer) -> None:
    mail = outbox.opt_in_mail()
    offered: list[Parcel] = []
    server.between = offered.append
    server.finishes = {outbox.row(mail).address: [Outcome(Kind.UNKNOWN, Phase.ANSWER, "connection lost")]}
    moments = [outbox.now]
    while outbox.state(mail) is not S.UNKNOWN:
        _deliver(replace(outbox, now=moments[-1]))
        moments.append(outbox.row(mail).due_at or moments[-1])
    assert len({p.header_id for p in offered}) == 1
    assert len({p.raw for p in offered}) == 1
    assert len(offered) == 3
    assert [b - a for a, b in pairwise(moments[:3])] == [timedelta(minutes=10)] * 2


# --- the server is away -------------------------------------------------------------------------------------------------

UNREACHABLE = {
    "refused": Outcome(Kind.DEFERRED, Phase.CONNECT, "connection refused"),
    "certificate": Outcome(Kind.DEFERRED, Phase.TLS, "self-signed certificate"),
    "login": Outcome(Kind.DEFERRED, Phase.LOGIN, "535 5.7.8 bad credentials"),
    "banner": Outcome(Kind.DEFERRED, Phase.CONNECT, "554 bad reputation"),
    "sender": Outcome(Kind.DEFERRED, Phase.MAIL, "550 5.7.1 sender refused"),
}


@pytest.mark.parametrize("outcome", UNREACHABLE.values(), ids=UNREACHABLE.keys())
def test_server_down_for_an_hour_costs_nothing(outbox: Outbox, server: ScriptedServer, outcome: Outcome) -> None:
    outbox.nurture_mails(outbox.people(30))
    outbox.opt_in_mail()
    tries = 0
    for minute in range(60):
        server.offers = {"*": [outcome]}
        report = _deliver(outbox, limit=20, minutes=minute)
        tries += bool(report.claimed)
        assert report.accepted == 0
    assert 4 <= tries <= 12
    assert outbox.states() == {"queued": 31}
    paused = _deliver(outbox, minutes=59).paused
    assert outcome.reply in paused or not paused
    server.offers = {}
    for minute in range(60, 80):
        while _deliver(outbox, limit=20, minutes=minute).accepted:
            pass
    assert outbox.states() == {"accepted": 31}
    assert len(server.arrived) == len({p.header_id for p in server.arrived}) == 31
    with reading(outbox.rt.db) as session:
        assert {m.attempts for m in session.scalars(select(messages.Message))} == {1}


def test_a_pause_ends_with_the_first_mail_that_is_taken(outbox: Outbox, server: ScriptedServer) -> None:
    outbox.nurture_mails(outbox.people(2))
    server.offers = {"*": [UNREACHABLE["refused"]]}
    assert _deliver(outbox).paused
    assert _deliver(outbox, seconds=29).paused
    server.offers = {}
    assert _deliver(outbox, seconds=30).accepted == 2
    server.offers = {"*": [UNREACHABLE["refused"]]}
    outbox.nurture_mail("again")
    assert _deliver(outbox, seconds=40).paused
    server.offers = {}
    assert _deliver(outbox, seconds=70).accepted == 1


def test_the_connection_breaks_in_the_middle_of_a_batch(outbox: Outbox, server: ScriptedServer) -> None:
    outbox.nurture_mails(outbox.people(10))
    rows = sorted(_addresses(outbox))
    server.offers = {rows[4]: [UNREACHABLE["refused"]]}
    report = _deliver(outbox)
    assert (report.accepted + report.deferred, bool(report.paused)) == (10, True)
    assert outbox.states()["queued"] == report.deferred >= 1


def _addresses(outbox: Outbox) -> Sequence[str]:
    with reading(outbox.rt.db) as session:
        return session.scalars(select(messages.Message.address)).all()


# --- crashes and rivals -------------------------------------------------------------------------------------------------


def test_on_record_as_being_sent_before_the_message_leaves(outbox: Outbox, server: ScriptedServer) -> None:
    first, second = outbox.nurture_mails(outbox.people(2))
    seen = []

    def finish(parcel: Parcel) -> Outcome:
        seen.append((outbox.state(first), outbox.state(second)))
        return ACCEPTED

    server.finish = finish  # type: ignore[method-assign]
    _deliver(outbox)
    assert seen == [(S.SENDING, S.CLAIMED), (S.ACCEPTED, S.SENDING)]


def test_a_mail_that_somebody_else_got_is_not_handed_over(outbox: Outbox, server: ScriptedServer) -> None:
    outbox.nurture_mail()

    def rival(parcel: Parcel) -> None:
        """The worker slept over its lease; another one took the mail and is sending it."""
        server.between = lambda _: None
        _deliver(outbox, worker="two", minutes=6)

    server.between = rival
    assert _deliver(outbox).accepted == 0
    assert server.abandoned == 1
    assert len(server.arrived) == 1
    assert outbox.states() == {"accepted": 1}


def test_what_a_dead_worker_held_comes_back_when_its_lease_is_over(outbox: Outbox) -> None:
    mails = outbox.nurture_mails(outbox.people(2))
    with transaction(outbox.rt.db) as session:
        assert [row.id for row in claim(session, outbox.now, "dead", 100, timedelta(minutes=5))] == mails
        assert outbox_store.release_expired(session, outbox.now, idempotent=False) == 0
        assert outbox_store.release_expired(session, outbox.now + timedelta(minutes=5), idempotent=False) == 2
    assert outbox.states() == {"queued": 2}


def test_consent_is_asked_again_when_a_batch_takes_long(outbox: Outbox, server: ScriptedServer) -> None:
    """A slow server: 40 seconds per mail. The last reader unsubscribes meanwhile."""
    people = outbox.people(4)
    mails = outbox.nurture_mails(people)
    clock = iter(range(0, 100_000, 10))
    server.between = lambda parcel: outbox.unsubscribe(people[3]) if not server.arrived else None
    report = deliver(outbox.rt, outbox.now, worker="one", stopwatch=lambda: next(clock))
    assert (report.accepted, report.cancelled) == (3, 1)
    assert outbox.state(mails[3]) is S.CANCELLED


def test_a_long_batch_keeps_its_lease(outbox: Outbox, server: ScriptedServer) -> None:
    outbox.nurture_mails(outbox.people(20))
    seconds = [0.0]

    def slowly(parcel: Parcel) -> None:
        seconds[0] += 61
        assert deliver(outbox.rt, outbox.now + timedelta(seconds=seconds[0]), worker="two").claimed == 0

    server.between = slowly
    assert deliver(outbox.rt, outbox.now, worker="one", stopwatch=lambda: seconds[0]).accepted == 20


@contextmanager
def _going_away(engine: Engine, away: list[bool]) -> Iterator[None]:
    """Whatever is said to the database fails while it is ``away``."""
    send = turn.Line.send

    def gone(*_: object) -> None:
        if away[0]:
            raise OperationalError("COMMIT", {}, Exception("the database is away"))

    def sent(*given: Any) -> None:
        gone()
        send(*given)

    event.listen(engine, "before_cursor_execute", gone)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(turn.Line, "send", sent)
        yield
    event.remove(engine, "before_cursor_execute", gone)


def test_results_wait_for_a_database_that_is_away(outbox: Outbox, server: ScriptedServer) -> None:
    """Thirty seconds without the database while a mail has just been accepted: its result is not lost."""
    outbox.nurture_mails(outbox.people(3))
    away, waited = [False], []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        away[0] = sum(waited) < 30

    def finish(parcel: Parcel) -> Outcome:
        away[0] = len(server.arrived) == 1
        server.arrived.append(parcel)
        return ACCEPTED

    server.finish = finish  # type: ignore[method-assign]
    with _going_away(outbox.rt.db, away):
        assert deliver(outbox.rt, outbox.now, worker="one", wait=wait).accepted == 3
    assert sum(waited) > 30
    assert outbox.states() == {"accepted": 3}


def test_a_database_that_stays_away_loses_nothing(outbox: Outbox, server: ScriptedServer) -> None:
    outbox.nurture_mails(outbox.people(3))
    away = [False]

    def lose(parcel: Parcel) -> None:
        away[0] = len(server.arrived) == 1

    server.between = lose
    with _going_away(outbox.rt.db, away), pytest.raises(OperationalError):
        deliver(outbox.rt, outbox.now, worker="one", wait=lambda seconds: None)
    server.between = lambda parcel: None
    assert outbox.states() == {"sending": 1, "claimed": 2}
    assert _deliver(outbox, minutes=6).accepted == 2
    _deliver(outbox, minutes=16)
    assert outbox.states() == {"accepted": 2, "unknown": 1}
    assert len(server.arrived) == len({p.header_id for p in server.arrived}) == 3
