"""The outbox as a store: once, claimed once, moved once, given back."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from delivery.outbox import Outbox, claim
from sqlalchemy import event, text

from nurture.domain.errors import IllegalTransition
from nurture.domain.message import MessageKind, MessageState
from nurture.engine import outbox as by_hand
from nurture.store import claims, messages, moves
from nurture.store import outbox as outbox_store
from nurture.store.database import reading, transaction
from nurture.store.messages import Try
from nurture.store.moves import Letter, Move
from nurture.store.outbox import Wanted
from nurture.store.schema import Message

LEASE = timedelta(minutes=5)
S = MessageState


def _claim(outbox: Outbox, limit: int = 100, worker: str = "one", **later: float) -> list[messages.Outgoing]:
    with transaction(outbox.rt.db) as session:
        return claim(session, outbox.now + timedelta(**later), worker, limit, LEASE)


def _settle(outbox: Outbox, *wanted: Move, worker: str = "one") -> set[int]:
    with transaction(outbox.rt.db) as session:
        return moves.settle(session, worker, wanted, outbox.now)


# --- queueing ---------------------------------------------------------------------------------------------------------


def test_the_same_mail_is_queued_once(outbox: Outbox) -> None:
    people = outbox.people(3)
    first = outbox.nurture_mails(people)
    assert len(first) == 3
    assert outbox.nurture_mails(people) == []
    assert outbox.states() == {"queued": 3}


def test_queueing_says_which_are_new(outbox: Outbox) -> None:
    people = outbox.people(3)
    outbox.nurture_mails(people[:1])
    assert len(outbox.nurture_mails(people)) == 2


def test_queueing_thousands_at_once(outbox: Outbox) -> None:
    assert len(outbox.nurture_mails(outbox.people(3_000))) == 3_000


def test_the_message_id_comes_from_installation_and_once_key(outbox: Outbox) -> None:
    row = outbox.row(outbox.nurture_mail())
    assert row.header_id.endswith(f"@{outbox.rt.definitions.organisation.sender.domain}>")
    assert len(row.header_id.partition("@")[0]) == len("<") + 32


def test_a_mail_without_template_is_parked_and_never_claimed(outbox: Outbox) -> None:
    mail = outbox.nurture_mail(state=S.PARKED, due_at=None, reason="there is no template")
    assert _claim(outbox) == []
    assert (outbox.state(mail), outbox.row(mail).reason) == (S.PARKED, "there is no template")


# --- claiming ---------------------------------------------------------------------------------------------------------


def test_service_mail_overtakes_nurture_mail(outbox: Outbox) -> None:
    outbox.nurture_mails(outbox.people(5))
    opt_in = outbox.opt_in_mail(queued_at=outbox.now, due_at=outbox.now)
    assert [m.id for m in _claim(outbox, limit=1)] == [opt_in]


def test_the_oldest_due_goes_first_and_the_future_waits(outbox: Outbox) -> None:
    later = outbox.nurture_mail("later", due_at=outbox.now + timedelta(hours=1))
    second = outbox.nurture_mail("second", due_at=outbox.now - timedelta(minutes=1))
    first = outbox.nurture_mail("first", due_at=outbox.now - timedelta(minutes=2))
    assert [m.id for m in _claim(outbox)] == [first, second]
    assert [m.id for m in _claim(outbox, hours=2)] == [later]


def test_claimed_mail_is_not_claimed_again(outbox: Outbox) -> None:
    outbox.nurture_mails(outbox.people(5))
    assert len(_claim(outbox, limit=3)) == 3
    assert len(_claim(outbox, limit=3, worker="two")) == 2
    assert _claim(outbox, worker="three") == []


def test_many_workers_at_once_claim_each_mail_once(outbox: Outbox) -> None:
    outbox.nurture_mails(outbox.people(400))
    start, claimed = Barrier(4), [[] for _ in range(4)]

    def work(number: int) -> None:
        start.wait()
        while rows := _claim(outbox, limit=20, worker=f"worker-{number}"):
            claimed[number] += [row.id for row in rows]

    threads = [Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [id_ for part in claimed for id_ in part]
    assert len(ids) == len(set(ids)) == 400


def test_claiming_costs_a_statement_per_kind_and_lane_whatever_is_stored(outbox: Outbox) -> None:
    for lane in ("google", "gmx"):
        outbox.nurture_mails(outbox.people(100), step=lane, lane=lane)
    outbox.opt_in_mail(lane="gmx")
    statements: list[str] = []
    event.listen(outbox.rt.db, "after_cursor_execute", lambda *args: statements.append(args[2]))
    _claim(outbox, limit=200)
    assert ["UPDATE" in s for s in statements if "messages" in s] == [False, True, True, True]


def test_which_lanes_have_mail_due(outbox: Outbox) -> None:
    later = outbox.now + timedelta(hours=1)
    outbox.nurture_mail("one", lane="google")
    outbox.nurture_mail("two", lane="gmx")
    outbox.nurture_mail("three", lane="gmx", due_at=later)
    outbox.nurture_mail("four", lane="web-de", due_at=later)
    outbox.nurture_mail("five")
    outbox.opt_in_mail(lane="web-de")
    with reading(outbox.rt.db) as session:
        found = outbox_store.due_lanes(session, outbox.now)
        assert len(outbox_store.due_lanes(session, later)) == 5
    nurture = MessageKind.NURTURE
    assert found == [(MessageKind.OPT_IN, "web-de"), (nurture, ""), (nurture, "gmx"), (nurture, "google")]


def test_claiming_by_lane_leaves_the_others_alone(outbox: Outbox) -> None:
    google, gmx = (outbox.nurture_mail(lane, lane=lane) for lane in ("google", "gmx"))
    with transaction(outbox.rt.db) as session:
        rows = outbox_store.claim_lane(
            session, Wanted(MessageKind.NURTURE, "gmx", "relay", 10), outbox.now, "one", outbox.now
        )
    assert [(row.id, row.lane) for row in rows] == [(gmx, "relay")]
    assert outbox.state(google) is S.QUEUED


def test_what_is_due_is_found_by_a_partial_index(outbox: Outbox) -> None:
    where = "kind = 'nurture' AND lane = 'relay' AND waiting_until <= '2030-01-01' ORDER BY waiting_until LIMIT 10"
    sqlite = outbox.rt.db.dialect.name == "sqlite"
    with reading(outbox.rt.db) as session:
        if not sqlite:
            # A table this small has other plans as good; which one wins differs from one set of statistics to the next.
            session.execute(text("SET LOCAL enable_seqscan = off"))
            session.execute(text("SET LOCAL enable_bitmapscan = off"))
        explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
        plan = "\n".join(str(row) for row in session.execute(text(f"{explain} SELECT id FROM messages WHERE {where}")))
    assert "ix_messages_due" in plan
    assert "SORT" not in plan.upper()


def test_lanes_with_mail_due_are_found_in_the_index_alone(outbox: Outbox) -> None:
    """No look goes through the mails themselves, of which there may be a million."""
    outbox.nurture_mails(outbox.people(500), lane="relay")
    dialect = outbox.rt.db.dialect.name
    explain = "EXPLAIN QUERY PLAN" if dialect == "sqlite" else "EXPLAIN"
    with transaction(outbox.rt.db) as session:
        session.execute(text("ANALYZE messages"))
        statement = text(f"{explain} {outbox_store._DUE_LANES[dialect]}")
        plan = "\n".join(str(row) for row in session.execute(statement, {"now": str(outbox.now)}))
    looks = re.findall(r"(?:Scan|SEARCH|SCAN)(?: using| USING)?.* messages.*", plan)
    assert looks
    assert all("ix_messages_due" in look for look in looks), plan


def test_no_index_names_what_changes_while_a_mail_is_sent_and_accepted() -> None:
    """PostgreSQL writes such moves at a third of the price."""
    changes = {"state", "subject", "template_version", "context", "claimed_by", "claimed_until", "settled_at", "attempts"}
    changes |= {"reason", "failure", "due_at"}
    for index in Message.__table__.indexes:
        where = str(index.dialect_options["postgresql"]["where"])
        assert not changes & {column.name for column in index.columns}, index.name
        assert not changes & set(re.findall(r"\w+", where)), index.name


def _claims(outbox: Outbox) -> list[int]:
    with reading(outbox.rt.db) as session:
        return sorted(claims.held(session))


def test_a_mail_has_a_claim_while_it_is_held(outbox: Outbox) -> None:
    mails = [outbox.nurture_mail(step) for step in ("one", "two", "three")]
    _claim(outbox)
    assert _claims(outbox) == mails
    _settle(outbox, Move(mails[0], S.CLAIMED, S.SENDING, until=outbox.now + LEASE))
    _settle(outbox, Move(mails[1], S.CLAIMED, S.QUEUED, due=outbox.now + LEASE))
    assert _claims(outbox) == [mails[0], mails[2]]
    _settle(outbox, Move(mails[0], S.SENDING, S.ACCEPTED))
    assert _claims(outbox) == [mails[2]]


def test_a_claim_that_was_left_over_is_removed_and_does_no_harm(outbox: Outbox) -> None:
    mail = outbox.nurture_mail()
    with transaction(outbox.rt.db) as session:
        claims.begin(session, [mail, 4711])
    _claim(outbox)
    with transaction(outbox.rt.db) as session:
        assert claims.over(session, outbox.now) == [4711]
        assert outbox_store.release_expired(session, outbox.now, idempotent=False) == 0
    assert (_claims(outbox), outbox.state(mail)) == ([mail], S.CLAIMED)


def test_who_claims_a_mail_waits_for_whoever_removes_its_old_claim(outbox: Outbox) -> None:
    """Or the mail would be held without a claim, and stuck for ever if its worker died."""
    if outbox.rt.db.dialect.name == "sqlite":
        pytest.skip("has one writer at a time")
    mail = outbox.nurture_mail()
    with transaction(outbox.rt.db) as session:
        claims.begin(session, [mail])
    with ThreadPoolExecutor(1) as pool:
        with transaction(outbox.rt.db) as session:
            left = claims.lock(session, claims.over(session, outbox.now))
            claiming = pool.submit(_claim, outbox)
            with pytest.raises(TimeoutError):
                claiming.result(0.3)
            claims.clear(session, left)
        claiming.result(10)
    assert (_claims(outbox), outbox.state(mail)) == ([mail], S.CLAIMED)


# --- moving -----------------------------------------------------------------------------------------------------------

WAYS = {
    "sending": [S.SENDING],
    "accepted": [S.SENDING, S.ACCEPTED],
    "deferred before the dot": [S.QUEUED],
    "deferred after the dot": [S.SENDING, S.QUEUED],
    "refused": [S.FAILED],
    "given up": [S.UNDELIVERED],
    "no answer": [S.SENDING, S.UNKNOWN],
    "no consent": [S.CANCELLED],
    "template fault": [S.PARKED],
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_moves(outbox: Outbox, way: list[MessageState]) -> None:
    mail = outbox.nurture_mail()
    _claim(outbox)
    before = S.CLAIMED
    for to in way:
        assert _settle(outbox, Move(mail, before, to, "because", due=outbox.now if to is S.QUEUED else None)) == set()
        before = to
    row = outbox.row(mail)
    assert (row.state, row.reason) == (way[-1], "because")
    assert (row.settled_at is None) == (row.state in (S.QUEUED, S.SENDING))
    assert (row.claimed_by == "one") == (row.state is S.SENDING)


def test_an_illegal_move_is_an_error(outbox: Outbox) -> None:
    mail = outbox.nurture_mail()
    _claim(outbox)
    with pytest.raises(IllegalTransition):
        _settle(outbox, Move(mail, S.CLAIMED, S.ACCEPTED))
    assert outbox.state(mail) is S.CLAIMED


def test_only_the_holder_moves_a_mail(outbox: Outbox) -> None:
    mails = outbox.nurture_mails(outbox.people(2))
    _claim(outbox)
    lost = _settle(outbox, *(Move(mail, S.CLAIMED, S.SENDING) for mail in mails), worker="two")
    assert lost == set(mails)
    assert outbox.states() == {"claimed": 2}


def test_a_mail_that_went_elsewhere_does_not_hold_up_the_others(outbox: Outbox) -> None:
    first, second = outbox.nurture_mails(outbox.people(2))
    _claim(outbox)
    _settle(outbox, Move(first, S.CLAIMED, S.CANCELLED))
    assert _settle(outbox, Move(first, S.CLAIMED, S.SENDING), Move(second, S.CLAIMED, S.SENDING)) == {first}
    assert (outbox.state(first), outbox.state(second)) == (S.CANCELLED, S.SENDING)


def test_what_a_letter_was_written_from_is_kept_with_the_move_and_stays(outbox: Outbox) -> None:
    mail = outbox.nurture_mail()
    _claim(outbox)
    letter = Letter({"own": {"name": "Zo\u00eb"}}, "Betreff", "v" * 64)
    _settle(outbox, Move(mail, S.CLAIMED, S.SENDING, due=outbox.now, letter=letter))
    _settle(outbox, Move(mail, S.SENDING, S.FAILED, "550 5.1.1 no", tried=True, failure="invalid"))
    row = outbox.row(mail)
    assert (row.context, row.subject, row.template_version) == (letter.context, "Betreff", "v" * 64)
    assert (row.failure, row.attempts, row.settled_at) == ("invalid", 1, outbox.now)


def test_which_moves_were_made_by_a_commit_that_was_never_answered(outbox: Outbox) -> None:
    first, second, third = outbox.nurture_mails(outbox.people(3))
    _claim(outbox)
    wanted = [Move(mail, S.CLAIMED, S.SENDING, due=outbox.now) for mail in (first, second, third)]
    _settle(outbox, wanted[0])
    with transaction(outbox.rt.db) as session:
        assert moves.made(session, "one", wanted) == {first}
        assert moves.made(session, "two", wanted) == set()


def test_a_late_outcome_settles_what_was_given_up_as_unknown(outbox: Outbox) -> None:
    mail = outbox.nurture_mail()
    _claim(outbox)
    _settle(outbox, Move(mail, S.CLAIMED, S.SENDING, until=outbox.now + LEASE))
    with transaction(outbox.rt.db) as session:
        outbox_store.release_expired(session, outbox.now + timedelta(hours=1), idempotent=False)
    assert outbox.state(mail) is S.UNKNOWN
    assert _settle(outbox, Move(mail, S.SENDING, S.ACCEPTED, "250 ok")) == set()
    assert (outbox.state(mail), outbox.row(mail).reason) == (S.ACCEPTED, "250 ok")


# --- giving back ------------------------------------------------------------------------------------------------------

RELEASED = {
    # kind, state when the worker died, idempotent transport -> state after the lease
    "nurture, only claimed": (MessageKind.NURTURE, S.CLAIMED, False, S.QUEUED),
    "nurture, being sent": (MessageKind.NURTURE, S.SENDING, False, S.UNKNOWN),
    "nurture, being sent to a mailbox": (MessageKind.NURTURE, S.SENDING, True, S.QUEUED),
    "opt-in, only claimed": (MessageKind.OPT_IN, S.CLAIMED, False, S.QUEUED),
    "opt-in, being sent": (MessageKind.OPT_IN, S.SENDING, False, S.QUEUED),
}


@pytest.mark.parametrize(("kind", "state", "idempotent", "then"), RELEASED.values(), ids=RELEASED.keys())
def test_a_dead_workers_lease(
    outbox: Outbox, kind: MessageKind, state: MessageState, idempotent: bool, then: MessageState
) -> None:
    mail = outbox.nurture_mail() if kind is MessageKind.NURTURE else outbox.opt_in_mail()
    _claim(outbox)
    if state is S.SENDING:
        _settle(outbox, Move(mail, S.CLAIMED, S.SENDING, due=outbox.now, until=outbox.now + LEASE))
    for minutes, expected in ((4, state), (5, then)):
        with transaction(outbox.rt.db) as session:
            outbox_store.release_expired(session, outbox.now + timedelta(minutes=minutes), idempotent=idempotent)
        assert outbox.state(mail) is expected
    row = outbox.row(mail)
    assert row.claimed_by is None
    assert "worker" in row.reason
    assert (row.due_at is None) == (then is S.UNKNOWN)


def test_a_lease_can_be_renewed_by_its_holder_only(outbox: Outbox) -> None:
    mail = outbox.nurture_mail()
    _claim(outbox)
    until = outbox.now + timedelta(hours=1)
    with transaction(outbox.rt.db) as session:
        assert outbox_store.renew(session, "two", [mail], until) == set()
        assert outbox_store.renew(session, "one", [mail], until) == {mail}
    assert outbox.row(mail).claimed_until == until


# --- questions --------------------------------------------------------------------------------------------------------


def test_attempts_are_kept_in_order(outbox: Outbox) -> None:
    mail = outbox.nurture_mail()
    tries = [Try(mail, outbox.now + timedelta(minutes=n), "deferred", "recipient", f"450 {n}") for n in range(3)]
    with transaction(outbox.rt.db) as session:
        messages.record_tries(session, tries)
    assert outbox.tries(mail) == tries


def test_an_idle_outbox_has_nothing_to_do(outbox: Outbox) -> None:
    outbox.nurture_mail(due_at=outbox.now + timedelta(days=1))
    with reading(outbox.rt.db) as session:
        assert not outbox_store.something_to_do(session, outbox.now)
        assert outbox_store.something_to_do(session, outbox.now + timedelta(days=1))


def test_the_queue_by_kind(outbox: Outbox) -> None:
    outbox.nurture_mails(outbox.people(2))
    outbox.nurture_mail("later", due_at=outbox.now + timedelta(days=1))
    outbox.opt_in_mail()
    with reading(outbox.rt.db) as session:
        rows = {row.kind: (row.due, row.later) for row in messages.waiting(session, outbox.now)}
    assert rows == {MessageKind.NURTURE: (2, 1), MessageKind.OPT_IN: (1, 0)}


def test_mails_that_count_for_the_frequency_cap(outbox: Outbox) -> None:
    (contact,) = outbox.people(1)
    old = outbox.now - timedelta(days=8)
    outbox.nurture_mails([contact], "still queued", queued_at=old)
    outbox.nurture_mails([contact], "recent", queued_at=outbox.now)
    outbox.nurture_mails([contact], "parked", state=S.PARKED, due_at=None)
    with reading(outbox.rt.db) as session:
        assert messages.mailed_since(session, [contact], outbox.now) == {contact: [old, outbox.now]}


@pytest.mark.parametrize("state", [S.PARKED, S.UNKNOWN])
def test_parked_and_unknown_mail_can_be_tried_again_by_hand(outbox: Outbox, state: MessageState) -> None:
    mail = outbox.nurture_mail(state=state, due_at=None)
    by_hand.release(outbox.rt, mail, "Anna", outbox.now)
    with pytest.raises(IllegalTransition, match="'queued' is not possible in state 'queued'"):
        by_hand.release(outbox.rt, mail, "Anna", outbox.now)
    [claimed] = _claim(outbox)
    assert claimed.id == mail
    assert claimed.template_version is not None


def test_what_is_called_off_by_hand_does_not_leave_and_says_who_did_it(outbox: Outbox) -> None:
    mail = outbox.nurture_mail()
    by_hand.cancel(outbox.rt, mail, "Anna", outbox.now)
    assert _claim(outbox) == []
    with reading(outbox.rt.db) as session:
        row = session.get_one(Message, mail)
        assert (row.state, row.reason) == (S.CANCELLED, "cancelled by Anna")


@pytest.mark.parametrize("state", [S.ACCEPTED, S.SENDING, S.CANCELLED])
def test_what_left_cannot_be_called_off(outbox: Outbox, state: MessageState) -> None:
    mail = outbox.nurture_mail(state=state, due_at=None)
    with pytest.raises(IllegalTransition):
        by_hand.cancel(outbox.rt, mail, "Anna", outbox.now)


def test_a_claimed_row_reads_like_the_stored_one(outbox: Outbox) -> None:
    mail = outbox.nurture_mail()
    (claimed,) = _claim(outbox)
    with reading(outbox.rt.db) as session:
        found = messages.find(session, mail)
    assert found is not None
    assert replace(found, state=S.CLAIMED) == claimed
