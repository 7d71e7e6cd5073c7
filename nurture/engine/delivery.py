"""The beat that delivers what lies in the outbox.

    claim -> may it still go? -> write the letters -> per mail: offer, record, hand over -> settle

Each arrow is a commit of its own, so that a process may die anywhere: what was only claimed goes back into the queue when
its lease is over; what may have left is on record as being sent before its last byte is. Faults of the mail server hold
up the route, not the single mail: nothing is used up and everything goes out once the server is back.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

from nurture.delivery import Kind, Outcome, Parcel, Session
from nurture.domain.address import address_key
from nurture.domain.message import MessageKind, MessageState, retry_at
from nurture.engine import letters, permission
from nurture.engine.letters import Written
from nurture.engine.runtime import Runtime
from nurture.store import contacts, messages, outbox, routes
from nurture.store import letters as letter_store
from nurture.store.database import reading, transaction
from nurture.store.messages import Outgoing, Try
from nurture.store.outbox import Move

log = logging.getLogger(__name__)
T = TypeVar("T")

LEASE = timedelta(minutes=5)
"""How long a claimed mail belongs to its worker; renewed while the batch goes on."""
_SENDING_LEASE = timedelta(minutes=15)
"""The same for a mail that is being sent: longer than the server may take over the final dot (RFC 5321 4.5.3.2.6)."""
_CHECK_AGAIN = 60.0
"""Seconds after which consent is looked at again before the next mail of the batch."""
_UNKNOWN_AGAIN = timedelta(minutes=10)
_UNKNOWN_LIMIT = 2
"""How often a service mail is sent again after the server's answer was never seen."""
_INSIST = (0.5, 1, 2, 4, 8, 16)
"""Seconds between tries to record results while the database is away."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one beat did. ``claimed``: call again while it equals the limit. ``held``: put back, to be looked at later."""

    claimed: int = 0
    accepted: int = 0
    deferred: int = 0
    failed: int = 0
    unknown: int = 0
    cancelled: int = 0
    parked: int = 0
    held: int = 0
    paused: str = ""
    """Why the route is paused, if it is."""


def deliver(
    rt: Runtime,
    now: datetime,
    *,
    worker: str,
    limit: int = 100,
    stopwatch: Callable[[], float] | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Delivered:
    """Deliver up to ``limit`` due mails, service mail first. ``worker``: a name no other process has.

    ``stopwatch`` counts seconds, for batches that take long; by default a monotonic one for transports that talk to
    others, and none for local ones, whose batches are over in no time.
    """
    with reading(rt.db) as session:
        if not outbox.something_to_do(session, now):
            return Delivered()
    with transaction(rt.db) as session:
        outbox.release_expired(session, now, idempotent=rt.transport.idempotent)
        route = routes.state(session, rt.transport.name)
        if route is not None and route.paused_until > now:
            return Delivered(paused=route.reason)
        rows = outbox.claim(session, now, worker, limit, LEASE)
    if not rows:
        return Delivered()
    watch = stopwatch or (time.monotonic if not rt.transport.idempotent else lambda: 0.0)
    return _Round(rt, now, worker, watch, wait, troubled=route is not None).run(rows)


def release_leases(rt: Runtime, now: datetime) -> int:
    """Give back what dead workers held. Part of every beat; here for those who do not want to deliver."""
    with transaction(rt.db) as session:
        return outbox.release_expired(session, now, idempotent=rt.transport.idempotent)


@dataclass
class _Results:
    """What is known but not yet recorded."""

    moves: list[Move] = field(default_factory=list)
    tries: list[Try] = field(default_factory=list)
    invalid: list[tuple[str, str]] = field(default_factory=list)
    """(address key, the server's words) of addresses that do not exist."""


class _Round:
    """One batch on its way out."""

    def __init__(
        self,
        rt: Runtime,
        now: datetime,
        worker: str,
        stopwatch: Callable[[], float],
        wait: Callable[[float], None],
        *,
        troubled: bool,
    ) -> None:
        self._rt, self._start, self._worker, self._wait = rt, now, worker, wait
        self._stopwatch, self._began = stopwatch, stopwatch()
        self._checked = self._began
        self._troubled, self._works = troubled, False
        self._paused = ""
        self._results = _Results()
        self._tally: Counter[str] = Counter()

    @property
    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._stopwatch() - self._began)

    def run(self, rows: Sequence[Outgoing]) -> Delivered:
        ready = self._write(self._still_allowed(rows))
        with self._rt.transport.open() as session:
            if self._rt.transport.idempotent:
                self._send_together(session, ready)
            else:
                self._send_one_by_one(session, ready)
            self._record([])
        return Delivered(claimed=len(rows), paused=self._paused, **self._tally)

    # --- before ---------------------------------------------------------------------------------------------------

    def _still_allowed(self, rows: Sequence[Outgoing]) -> list[Outgoing]:
        """Those that may go now. The others are cancelled or put back, with the reason."""
        with reading(self._rt.db) as session:
            obstacles = permission.obstacles(self._rt, session, rows, self.now)
        for row in rows:
            if (obstacle := obstacles.get(row.id)) is None:
                continue
            to = MessageState.CANCELLED if obstacle.again is None else MessageState.QUEUED
            self._results.moves.append(Move(row.id, MessageState.CLAIMED, to, obstacle.reason, due=obstacle.again))
            self._tally["cancelled" if obstacle.again is None else "held"] += 1
        return [row for row in rows if row.id not in obstacles]

    def _write(self, rows: Sequence[Outgoing]) -> list[Written]:
        """Their letters, with what they were written from on record. Those that cannot be written are parked."""
        with reading(self._rt.db) as session:
            batch = letters.compose_messages(self._rt, session, rows)
        for fault in batch.unwritable:
            log.error("message %d is parked: %s", fault.message.id, fault.reason)
            self._results.moves.append(Move(fault.message.id, MessageState.CLAIMED, MessageState.PARKED, fault.reason))
            self._tally["parked"] += 1
        self._insist(lambda: self._keep(batch))
        return batch.written

    def _keep(self, batch: letters.Batch) -> None:
        new = [w for w in batch.written if letters.OWN not in w.message.context]
        with transaction(self._rt.db) as session:
            letter_store.keep_frames(session, batch.frames)
            outbox.note_letters(session, [(w.message.id, w.context, w.subject, w.template_version) for w in new])
            evidence = [(w.message.id, w.raw) for w in new if w.message.kind is MessageKind.OPT_IN]
            letter_store.keep_raw(session, evidence)

    # --- sending --------------------------------------------------------------------------------------------------

    def _send_together(self, session: Session, ready: Sequence[Written]) -> None:
        """Over a transport that may repeat: one record before, one after."""
        lost = self._record([_sending(w.message, self.now) for w in ready])
        for number, written in enumerate(ready):
            if written.message.id in lost:
                continue
            parcel = self._parcel(written)
            outcome = session.offer(parcel) or session.finish(parcel)
            if outcome.of_server:
                self._put_back(ready[number:], outcome, MessageState.SENDING)
                return
            self._settle(written.message, MessageState.SENDING, outcome)

    def _send_one_by_one(self, session: Session, ready: Sequence[Written]) -> None:
        """Over a transport that may not: each mail is on record as being sent before it can have left."""
        left = list(ready)
        while left:
            if self._stopwatch() - self._checked > _CHECK_AGAIN:
                left = self._check_again(left)
                continue
            written = left.pop(0)
            parcel = self._parcel(written)
            outcome = session.offer(parcel)
            if outcome is not None and outcome.of_server:
                self._put_back([written, *left], outcome, MessageState.CLAIMED)
                return
            self._go_on(session, written, parcel, outcome)

    def _go_on(self, session: Session, written: Written, parcel: Parcel, outcome: Outcome | None) -> None:
        if outcome is not None:
            self._settle(written.message, MessageState.CLAIMED, outcome)
        elif self._record([_sending(written.message, self.now)]):
            session.abandon()  # the lease was over and somebody else has it, or it is gone
        else:
            self._settle(written.message, MessageState.SENDING, session.finish(parcel))

    def _check_again(self, left: list[Written]) -> list[Written]:
        """Time has passed: keep the lease, and ask for consent once more."""
        self._checked = self._stopwatch()
        self._record([])
        with transaction(self._rt.db) as session:
            ours = outbox.renew(session, self._worker, [w.message.id for w in left], self.now + LEASE)
        allowed = {row.id for row in self._still_allowed([w.message for w in left if w.message.id in ours])}
        return [w for w in left if w.message.id in allowed]

    def _parcel(self, written: Written) -> Parcel:
        message = written.message
        sender = self._rt.definitions.organisation.sender.address
        return Parcel(message.id, message.header_id, sender, message.address, written.raw)

    # --- after ----------------------------------------------------------------------------------------------------

    def _settle(self, message: Outgoing, state: MessageState, outcome: Outcome) -> None:
        """Note what became of one mail; recorded with the next one."""
        now = self.now
        self._works = True
        to, due, reason = _after(message, outcome, now, self._unknown_before)
        self._results.moves.append(Move(message.id, state, to, reason, due=due, tried=True))
        self._results.tries.append(Try(message.id, now, outcome.kind, outcome.phase, outcome.reply))
        if outcome.invalid_address and message.kind is not MessageKind.SALES:
            self._results.invalid.append((address_key(message.address), outcome.reply))
        self._tally[_TALLY[to]] += 1

    def _unknown_before(self, message: Outgoing) -> int:
        with reading(self._rt.db) as session:
            return messages.unknown_tries(session, [message.id]).get(message.id, 0)

    def _put_back(self, left: Sequence[Written], outcome: Outcome, state: MessageState) -> None:
        """The server takes nothing at present. The mails stay due; it is the route that is left alone for a while."""
        log.warning("mail cannot leave by %s at present: %s", self._rt.transport.name, outcome.reply)
        reason = f"the mail server could not be used ({outcome.phase}): {outcome.reply}"
        moves = [Move(w.message.id, state, MessageState.QUEUED, reason, due=w.message.due_at) for w in left]
        self._results.moves += moves
        self._tally["deferred"] += len(moves)
        self._paused = reason

    def _record(self, write_ahead: Sequence[Move]) -> set[int]:
        """Commit what is known together with what is about to be sent. Returns which of these are not ours any more."""
        return self._insist(lambda: self._commit(write_ahead))

    def _commit(self, write_ahead: Sequence[Move]) -> set[int]:
        results, now = self._results, self.now
        with transaction(self._rt.db) as session:
            outbox.settle(session, self._worker, results.moves, now)
            messages.record_tries(session, results.tries)
            for key, reply in results.invalid:
                contacts.suppress(session, key, f"the address does not exist: {reply}", now)
            if self._paused:
                routes.failed(session, self._rt.transport.name, self._paused, now)
            elif self._troubled and self._works:
                routes.works(session, self._rt.transport.name)
            lost = outbox.settle(session, self._worker, write_ahead, now)
        self._results = _Results()
        self._troubled = self._troubled and not self._works
        return lost

    def _insist(self, action: Callable[[], T]) -> T:
        """Do it, and do it again while the database is away: results are known here and nowhere else."""
        for seconds in _INSIST:
            try:
                return action()
            except (OperationalError, InterfaceError) as error:
                log.warning("delivery waits for the database: %s", error.orig)
                self._wait(seconds)
        return action()


def _sending(message: Outgoing, now: datetime) -> Move:
    return Move(message.id, MessageState.CLAIMED, MessageState.SENDING, due=message.due_at, until=now + _SENDING_LEASE)


_TALLY = {
    MessageState.ACCEPTED: "accepted",
    MessageState.QUEUED: "deferred",
    MessageState.FAILED: "failed",
    MessageState.UNDELIVERED: "failed",
    MessageState.UNKNOWN: "unknown",
}


def _after(
    message: Outgoing, outcome: Outcome, now: datetime, unknown_before: Callable[[Outgoing], int]
) -> tuple[MessageState, datetime | None, str]:
    """(state, when to try again, reason) after one try."""
    if outcome.kind is Kind.ACCEPTED:
        return MessageState.ACCEPTED, None, outcome.reply
    if outcome.kind is Kind.FAILED:
        return MessageState.FAILED, None, outcome.reply
    if outcome.kind is Kind.UNKNOWN:
        return _after_unknown(message, outcome, now, unknown_before)
    due = retry_at(message.kind, message.attempts + 1, message.queued_at, now, message.header_id)
    if due is None:
        return MessageState.UNDELIVERED, None, f"given up after {message.attempts + 1} attempts; the last: {outcome.reply}"
    return MessageState.QUEUED, due, outcome.reply


def _after_unknown(
    message: Outgoing, outcome: Outcome, now: datetime, unknown_before: Callable[[Outgoing], int]
) -> tuple[MessageState, datetime | None, str]:
    """No answer after the final dot: a service mail is sent again with the same Message-ID, a nurture mail is not."""
    never = f"the server's answer was never seen ({outcome.reply}), so it may have arrived"
    if message.kind.service and unknown_before(message) < _UNKNOWN_LIMIT:
        return MessageState.QUEUED, now + _UNKNOWN_AGAIN, f"{never}; it is sent again with the same Message-ID"
    return MessageState.UNKNOWN, None, f"{never}; nobody may get it twice, so it is not sent again"
