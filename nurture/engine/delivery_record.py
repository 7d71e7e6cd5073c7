"""What became of mails, on its way into the database: many results and the next write-ahead in one transaction.

    outcome -> after -> Move, Try; address does not exist -> suppressed; our reputation -> alarm; server's fault -> pause
            -> figures of lane and stream -> the lane's pace, breakers

While the database is away it is asked again and again: results are known here and nowhere else. Where the database is a
server, a record travels while the next letters are written.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from nurture.delivery import Kind, Phase
from nurture.domain.address import address_key
from nurture.domain.failure import Failure
from nurture.domain.message import MessageKind, MessageState
from nurture.engine.delivery_figures import Tallies
from nurture.engine.delivery_result import Result, after
from nurture.engine.returns_policy import bounced_softly, refused_us
from nurture.engine.runtime import Runtime
from nurture.store import contacts, letters, messages, moves, routes, turn
from nurture.store.database import transaction
from nurture.store.messages import Try
from nurture.store.moves import Move

log = logging.getLogger(__name__)
T = TypeVar("T")
_Recorded = tuple[Sequence[MessageState], set[int]]
"""Where the results went, and which mails are not ours any more."""
_Write = Callable[[bool], _Recorded]
"""Records; told whether it is not the first time."""

_INSIST = (0.5, 1, 2, 4, 8, 16)
"""Seconds between tries to record results while the database is away."""


@dataclass
class Pending:
    """What is known but not yet recorded. ``paused``, ``works``: names of routes, with why they are left alone."""

    moves: list[Move] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    paused: dict[str, str] = field(default_factory=dict)
    works: set[str] = field(default_factory=set)
    slowed: dict[str, str] = field(default_factory=dict)
    """Lane -> the words of a server that wants less of us."""

    def __bool__(self) -> bool:
        return bool(self.moves or self.results or self.paused or self.works or self.slowed)

    def put_first(self, earlier: Pending) -> None:
        """What was known before and could not be recorded."""
        self.moves[:0], self.results[:0] = earlier.moves, earlier.results
        self.paused, self.slowed = earlier.paused | self.paused, earlier.slowed | self.slowed
        self.works |= earlier.works


@dataclass(frozen=True)
class Departure:
    """Mails that are about to leave, with what is kept of their letters. ``until``: the lease of all of them."""

    moves: Sequence[Move] = ()
    until: datetime | None = None
    frames: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    raw: Sequence[tuple[int, bytes]] = ()


class Record:
    """Collects what is known and commits it. ``tally``: what was recorded, as counted in a report."""

    def __init__(self, rt: Runtime, worker: str, wait: Callable[[float], None]) -> None:
        self._rt, self._worker, self._wait = rt, worker, wait
        self._figures = Tallies()
        self._travels = rt.db.dialect.name != "sqlite"
        self._line: turn.Line | None = None
        self.pending = Pending()
        self.tally: Counter[str] = Counter()

    def commit(self, now: datetime, departure: Departure | None = None) -> set[int]:
        """Everything that is known together with what is about to leave. Returns which of these are not ours any more."""
        return self.begin(now, departure)()

    def begin(self, now: datetime, departure: Departure | None = None) -> Callable[[], set[int]]:
        """The same in two steps: the record is on its way, and what this gives, called once, waits until it has arrived.
        Only then it is on record. What comes to be known meanwhile is recorded by the next one.

        Figures of what went well may wait a second while mails are leaving; they are right again with the next commit.
        """
        known, departure, figures = self.pending, departure or Departure(), self._figures
        if not known and not departure.moves and not figures:
            return set
        noted = figures.with_results(known.results, known.slowed)
        due = noted.due(now) or not departure.moves
        write = partial(self._write, known, departure, noted if due else None, now)
        recorded = self._send(known, departure, now, write) if not due and self._goes_smoothly(known, departure) else write
        self.pending, self._figures = Pending(), Tallies(now) if due else noted

        def finish() -> set[int]:
            try:
                states, lost = self.insist(recorded)
            except BaseException:
                self.pending.put_first(known)
                self._figures = figures
                raise
            self.tally.update(_TALLY[state] for state in states)
            return lost

        return finish

    def _write(
        self,
        known: Pending,
        departure: Departure,
        figures: Tallies | None,
        now: datetime,
        again: bool,  # noqa: FBT001 - what insist says
    ) -> _Recorded:
        with transaction(self._rt.db) as session:
            results = _moves(session, known.results)
            wanted = [*known.moves, *results, *departure.moves]
            done = moves.made(session, self._worker, wanted) if again else set()
            if departure.frames:
                letters.keep_frames(session, departure.frames)
            if departure.raw:
                letters.keep_raw(session, departure.raw)
            lost = moves.settle(session, self._worker, [m for m in wanted if m.id not in done], now)
            # what a cut connection left behind may have been done after all, while we waited for its locks
            self._journal(session, known.results, {r.row.id for r in known.results} if again else lost)
            self._conclude(session, known.results, now)
            self._count_soft(session, known.results, [m for m in results if m.id not in lost], now)
            self._mind_routes(session, known, now)
            # all of it was made: the answer to this very record got lost, and its figures came with it
            if figures is not None and not (done and done >= {m.id for m in wanted}):
                figures.write(session, self._rt.definitions.delivery, self._worker, now)
        return [m.to for m in results], lost

    def _goes_smoothly(self, known: Pending, departure: Departure) -> bool:
        """Whether all that is to be said fits into one statement: mails that were accepted, and mails that leave."""
        if known.moves or known.paused or known.works or departure.frames or departure.raw or not self._travels:
            return False
        if any(m.state is not _CLAIMED for m in departure.moves):
            return False
        return all(r.outcome.kind is _ACCEPTED and r.state is _SENDING for r in known.results)

    def _send(self, known: Pending, departure: Departure, now: datetime, write: _Write) -> _Write:
        """The same as ``_write`` on one round trip to the database instead of five. The result waits for the answer, and
        does it the long way where that says that the short one did not lead there.
        """
        trouble: DBAPIError | None = None
        try:
            self._line = self._line or turn.Line(self._rt.db)
            tries = [_try(r) for r in known.results]
            self._line.send(self._worker, departure.moves, tries, departure.until or now, now)
        except DBAPIError as error:
            trouble = error

        def arrived(again: bool) -> _Recorded:  # noqa: FBT001 - what insist says
            if again:
                return write(again)
            return self._arrived(known, departure, write) if trouble is None else self._instead(trouble, write)

        return arrived

    def _arrived(self, known: Pending, departure: Departure, write: _Write) -> _Recorded:
        assert self._line is not None  # noqa: S101 - it was sent on it
        try:
            if self._line.moved() == len(known.results) + len(departure.moves):
                return [_ACCEPTED_STATE] * len(known.results), set()
        except IntegrityError:  # a mail is gone with its reader
            return write(False)
        except DBAPIError as error:
            return self._instead(error, write)
        return write(True)  # some of it is done, and nobody knows what

    def _instead(self, trouble: DBAPIError, write: _Write) -> _Recorded:
        """Where the database is away it is asked again; whatever else it refuses, the long way says what is wrong."""
        self.close()
        if isinstance(trouble, OperationalError | InterfaceError):
            raise trouble
        log.warning("a turn is recorded the long way: %s", trouble.orig)
        return write(False)

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _journal(self, session: Session, results: Sequence[Result], doubtful: set[int]) -> None:
        """The attempts; without those of a mail that is gone, and those recorded by a commit whose answer never came."""
        if doubtful:
            there = messages.tries_of(session, [r.row.id for r in results if r.row.id in doubtful])
            present = messages.present(session, doubtful)
            results = [
                r
                for r in results
                if r.row.id not in doubtful or (r.row.id in present and all(t.at != r.at for t in there[r.row.id]))
            ]
        messages.record_tries(session, [_try(r) for r in results])

    def _conclude(self, session: Session, results: Sequence[Result], now: datetime) -> None:
        for r in results:
            if (
                r.outcome.failure is Failure.INVALID
                and r.row.kind is not MessageKind.SALES
                and r.outcome.phase in _OF_PERSON
            ):
                contacts.suppress(
                    session, address_key(r.row.address), f"the address does not exist: {r.outcome.reply}", now
                )
        refused = {r.lane: r.outcome for r in results if r.outcome.failure is Failure.POLICY}
        for lane, outcome in refused.items():
            refused_us(self._rt, session, lane, outcome.reply, now)

    def _count_soft(self, session: Session, results: Sequence[Result], moved: Sequence[Move], now: datetime) -> None:
        """Mails that were given up although the address exists: a few of them hold it for a while."""
        over = {m.id for m in moved if m.failure == Failure.SOFT}
        soft = [r.row for r in results if r.row.id in over and not r.outcome.of_server]
        ours = [row for row in soft if row.kind is MessageKind.NURTURE and row.contact_id is not None]
        for contact, message in sorted((row.contact_id or 0, row.id) for row in ours):
            bounced_softly(self._rt, session, contact, message, now)

    def _mind_routes(self, session: Session, known: Pending, now: datetime) -> None:
        for name, reason in known.paused.items():
            routes.failed(session, name, reason, now)
        for name in known.works - set(known.paused):
            routes.works(session, name)

    def insist(self, action: Callable[[bool], T]) -> T:
        """Do it, and do it again while the database is away; ``action`` is told whether it is not the first time."""
        for number, seconds in enumerate(_INSIST):
            try:
                return action(number > 0)
            except (OperationalError, InterfaceError) as error:
                log.warning("delivery waits for the database: %s", error.orig)
                self._wait(seconds)
        return action(True)


# reached once: an enum's members are looked up slowly
_ACCEPTED, _CLAIMED, _SENDING = Kind.ACCEPTED, MessageState.CLAIMED, MessageState.SENDING
_ACCEPTED_STATE = MessageState.ACCEPTED

_OF_PERSON = frozenset({Phase.RECIPIENT, Phase.ANSWER})
"""Where a server speaks of the recipient."""

_TALLY = {
    MessageState.ACCEPTED: "accepted",
    MessageState.QUEUED: "deferred",
    MessageState.FAILED: "failed",
    MessageState.UNDELIVERED: "failed",
    MessageState.UNKNOWN: "unknown",
}


def _try(r: Result) -> Try:
    outcome = r.outcome
    return Try(r.row.id, r.at, outcome.kind, outcome.phase, outcome.reply, outcome.status, outcome.host or None)


def _moves(session: Session, results: Sequence[Result]) -> list[Move]:
    unanswered = [r.row.id for r in results if r.outcome.kind is Kind.UNKNOWN and r.row.kind.service]
    before = messages.unknown_tries(session, unanswered) if unanswered else {}
    return [after(r, before.get(r.row.id, 0)) for r in results]
