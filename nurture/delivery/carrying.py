"""One round of delivery over many connections at the same time: a single loop, one thread.

    more -> shipments -> who has room -> connect or reuse -> (354 from some) -> ahead, once for all -> go -> settled
                                                                               (meanwhile the next letters are written)

Knows lanes and how many connections each may have, which servers answer, and which mails are on their way. Decides
nothing about a mail: that is the server's and the engine's business.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from nurture.delivery.connection import Connection
from nurture.delivery.envelope import Unsendable
from nurture.delivery.events import Event, Over, Ready, Settled, Waiting
from nurture.delivery.lines import Destination, Directory, Lane, Line, Load, is_busy
from nurture.delivery.lookup import Lookup
from nurture.delivery.outcome import Outcome, Phase, lost
from nurture.delivery.timeouts import Timeouts
from nurture.delivery.transport import Parcel, Shipment, Work
from nurture.delivery.watch import Seen, Watch, open_watch

Poll = Callable[[Watch, float], list[Seen]]
_ASK_AGAIN = 1.0
_CHECK_AGAIN = 1.0
"""So many seconds late may a deadline be noticed."""
_GATHER = 0.01
"""So many seconds at most a server that is ready waits for others, to be put on record together."""
_IDLE = 10.0
"""Seconds a connection is kept without a mail."""
_PATIENCE = 30.0
"""Seconds without a word after which a server keeps us waiting, and others are not to wait with it."""


class Round:
    """``run`` once."""

    def __init__(
        self, work: Work, directory: Directory, timeouts: Timeouts, stopwatch: Callable[[], float], poll: Poll
    ) -> None:
        self._work, self._directory, self._timeouts = work, directory, timeouts
        self._stopwatch, self._poll = stopwatch, poll
        self._watch = open_watch()
        self._lookup = Lookup(self._watch)
        self._now = stopwatch()
        self._asked = self._checked = self._now
        self._recording = self._wrote = 0.0  # what it took last to have mails put on record, and to write others meanwhile
        self._short, self._room = True, True
        self._lanes: dict[str, Lane] = {}
        self._lines: dict[Connection, Line] = {}
        self._ready: list[tuple[Line, Parcel]] = []

    def run(self) -> None:
        try:
            while self._turn():
                pass
            self._say_goodbye()
        finally:
            for connection in list(self._lines):
                connection.close()
            self._lookup.close()
            self._watch.close()

    def _turn(self) -> bool:
        """One look at all connections. Whether there is more to do."""
        if due := self._short or self._now - self._asked >= _ASK_AGAIN:
            self._ask()
        if self._room:
            self._fill()
        if self._busy():
            self._look()
            self._gather()
            self._release()
            return True
        if self._short or not due:
            self._ask()
        return self._room

    def _ask(self) -> None:
        busy = Counter(line.destination.lane.name for line in self._lines.values() if is_busy(line))
        self._asked, self._short = self._now, False
        for shipment in self._work.more(busy):
            self._add(shipment)

    def _add(self, shipment: Shipment) -> None:
        if not (hosts := self._directory.hosts(shipment)):
            self._work.stopped(shipment, lost(Phase.CONNECT, "no mail server is known for it"))
            return
        if shipment.per_host is not None and (outcome := self._directory.aside(hosts)) is not None:
            self._work.stopped(shipment, outcome)
            return
        lane = self._lanes.setdefault(shipment.lane, Lane(shipment.lane))
        lane.limit = max(1, self._directory.connections(shipment))
        lane.per_connection = max(1, shipment.per_connection)
        destination = lane.destinations.setdefault(hosts, Destination(lane, hosts, self._ran_out))
        destination.share = shipment.per_host
        destination.loads.append(Load(shipment))
        self._room = True

    def _ran_out(self) -> None:
        self._short = True

    # --- who has room -----------------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        """Give mails to connections at rest and open new ones, as far as lanes allow."""
        self._room = False
        for lane in list(self._lanes.values()):
            for destination in list(lane.destinations.values()):
                self._fill_destination(lane, destination)
                destination.tidy()
                if destination.empty:
                    del lane.destinations[destination.hosts]

    def _fill_destination(self, lane: Lane, destination: Destination) -> None:
        for line in [line for line in destination.lines if line.resting is not None]:
            self._feed(line)
        while self._may_open(lane, destination) and (parcel := destination.next()) is not None:
            self._open(destination, parcel)

    def _may_open(self, lane: Lane, destination: Destination) -> bool:
        if not destination.loads and not destination.returned:
            return False
        if destination.full:
            return False
        if lane.spare > 0:
            return True
        for line in lane.lines:
            if line.resting is not None and line.destination is not destination:
                self._leave(line)
                break
        return False

    def _open(self, destination: Destination, parcel: Parcel) -> None:
        host = destination.host()
        if host is None:  # all failed once, and some work: try from the beginning
            destination.failed.clear()
            host = destination.hosts[0]
        connection = Connection(self._directory.server(host), self._watch, self._lookup, self._timeouts)
        line = self._lines[connection] = Line(connection, destination, host, parcel, since=self._now)
        destination.lines.add(line)
        lane = destination.lane
        lane.lines.add(line)
        lane.destinations[destination.hosts] = lane.destinations.pop(destination.hosts)  # next time the others come first
        self._heard(line, connection.open(self._now))

    def _feed(self, line: Line) -> None:
        """Give a connection at rest its next mail, if there is one for it."""
        lane, conversation = line.destination.lane, line.connection.conversation
        if conversation.begun >= lane.per_connection or lane.spare < 0:
            self._leave(line)
            return
        if self._offer_next(line):
            line.resting = None
            self._heard(line, line.connection.send(self._now))
        elif line.resting is None:
            line.resting, self._room = self._now, True

    def _offer_next(self, line: Line) -> bool:
        """Announce the next mail that can be sent; whether there is one."""
        while True:
            parcel, line.first = line.first or line.destination.next(), None
            if parcel is None:
                return False
            try:
                line.connection.conversation.offer(parcel)
            except Unsendable as fault:
                self._settle(line, parcel, fault.outcome)
            else:
                return True

    def _leave(self, line: Line) -> None:
        line.leaving, line.resting = True, None
        line.destination.lines.discard(line)
        self._heard(line, line.connection.leave(self._now))

    # --- what happens -----------------------------------------------------------------------------------------------------

    def _busy(self) -> bool:
        """Whether mails are on their way, or wait for a connection that is still saying goodbye."""
        if any(is_busy(line) for line in self._lines.values()):
            return True
        return any(d.wanting for lane in self._lanes.values() for d in lane.destinations.values())

    def _look(self) -> None:
        """Wait for something to happen, at most until more has to be asked for or deadlines have to be looked at."""
        self._look_until(min(self._asked + _ASK_AGAIN, self._checked + _CHECK_AGAIN))

    def _gather(self) -> None:
        """Recording costs nearly the same for one mail as for all: see who else is ready, no longer than it took last."""
        until, busy = self._now + min(self._recording, _GATHER), self._busy_lines()
        while self._ready and self._now < until and (ready := len(self._ready)) < busy:
            self._look_until(until)
            if len(self._ready) == ready:  # something else happened: one may have ended
                busy = self._busy_lines()

    def _busy_lines(self) -> int:
        return sum(map(is_busy, self._lines.values()))

    def _look_until(self, until: float) -> None:
        seen = self._poll(self._watch, max(0.0, until - self._now))
        self._now = self._stopwatch()
        for owner, mask in seen:
            if isinstance(owner, Connection):
                if (line := self._lines.get(owner)) and (events := owner.handle(mask, self._now)):
                    self._heard(line, events)
            elif owner is self._lookup:
                self._looked_up()
        if self._now - self._checked >= _CHECK_AGAIN:
            self._check()

    def _check(self) -> None:
        """Whether a server took too long, or a connection rests for too long. Not each turn: it adds up."""
        self._checked = self._now
        for connection, line in list(self._lines.items()):
            if connection.deadline is not None and connection.deadline <= self._now:
                line.late = True
                self._heard(line, connection.expired(self._now))
                line.late = False
            elif line.resting is not None and self._now - line.resting > _IDLE:
                self._leave(line)
            elif line.look(self._now, _PATIENCE):
                self._not_with(line)

    def _not_with(self, line: Line) -> None:
        """This server keeps us waiting; what others could take, or could be asked to take, does not wait with it."""
        destination = line.destination
        self._room = True
        if len(destination.lines) == 1 and (destination.lane.spare <= 0 or destination.full):
            return  # there is nobody else
        if (parcel := line.connection.conversation.withdraw()) is not None:
            destination.returned.appendleft(parcel)

    def _looked_up(self) -> None:
        self._lookup.heard()
        for connection, line in list(self._lines.items()):
            self._heard(line, connection.looked_up(self._now))

    def _heard(self, line: Line, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Settled):
                self._settle(line, event.parcel, event.outcome)
            elif isinstance(event, Waiting):
                self._ready.append((line, event.parcel))
            elif isinstance(event, Ready):
                self._feed(line)
            elif isinstance(event, Over):
                self._over(line, event)

    def _settle(self, line: Line, parcel: Parcel, outcome: Outcome) -> None:
        line.destination.done(parcel)
        self._work.settled(parcel, outcome)

    def _release(self) -> None:
        """Let go all messages that servers wait for, after the engine has them on record."""
        if not self._ready:
            return
        ready, self._ready = self._ready, []
        waiting = [(line, parcel) for line, parcel in ready if line.connection in self._lines]
        begun, self._wrote = self._stopwatch(), 0.0
        held = self._work.ahead([parcel for _, parcel in waiting], lambda: self._write_on(line for line, _ in waiting))
        self._now = self._stopwatch()
        self._recording = self._now - begun - self._wrote
        for line, parcel in waiting:
            if parcel.message_id in held:
                self._abandon(line, parcel)
            else:
                self._go(line)

    def _write_on(self, lines: Iterable[Line]) -> None:
        """Have the mails written that follow on these lines. What that takes is no part of what recording takes."""
        begun = self._stopwatch()
        for destination, number in Counter(line.destination for line in lines).items():
            destination.take_ahead(number)
        self._wrote = self._stopwatch() - begun

    def _go(self, line: Line) -> None:
        conversation, lane = line.connection.conversation, line.destination.lane
        conversation.go()
        if conversation.pipelines and conversation.begun < lane.per_connection and lane.spare >= 0:
            self._offer_next(line)
        if events := line.connection.send(self._now):
            self._heard(line, events)

    def _abandon(self, line: Line, parcel: Parcel) -> None:
        line.connection.conversation.abandon()
        line.destination.done(parcel)
        self._forget(line)

    # --- the end of a connection ------------------------------------------------------------------------------------------

    def _forget(self, line: Line) -> None:
        line.connection.close()
        self._lines.pop(line.connection, None)
        line.destination.lines.discard(line)
        line.destination.lane.lines.discard(line)
        line.forget()
        self._room = True

    def _over(self, line: Line, over: Over) -> None:
        """Its mails go over another connection of the same destination, unless no server there is usable."""
        destination, conversation = line.destination, line.connection.conversation
        self._forget(line)
        destination.returned.extendleft(reversed(over.unsettled))
        if line.first is not None:
            destination.returned.appendleft(line.first)
        again, hung = self._directory.learn(line.host, over), line.late and destination.share is not None
        if over.outcome is None or again:
            return
        if conversation.useful and not hung:
            self._hear_wish(destination, over.outcome, after_mails=True)
            return
        outcome = over.outcome if over.outcome.of_server else lost(Phase.CONNECT, over.outcome.reply, over.outcome.host)
        destination.failed[line.host] = outcome
        if destination.host() is None and not destination.lines:
            if hung:
                self._directory.set_aside(destination.hosts, outcome)
            self._stop(destination, outcome)
            return
        if destination.host() is None:
            destination.limit = len(destination.lines)
        self._hear_wish(destination, outcome)

    def _hear_wish(self, destination: Destination, outcome: Outcome, *, after_mails: bool = False) -> None:
        """Tell the engine of a server that wants less. One that has taken mails may just want another connection."""
        if outcome.of_server and outcome.slow and (not after_mails or (outcome.status or "").startswith("4.7.")):
            self._work.slowed(destination.lane.name, outcome)

    def _stop(self, destination: Destination, outcome: Outcome) -> None:
        """No server of this destination takes anything."""
        for parcel in destination.returned:
            destination.done(parcel)
        destination.returned.clear()
        loads = list(destination.loads)
        destination.loads.clear()
        destination.failed.clear()
        self._short = True
        for load in loads:
            self._work.stopped(load.shipment, outcome)

    def _say_goodbye(self) -> None:
        self._asked = math.inf  # nothing more is asked for
        for line in list(self._lines.values()):
            if not line.leaving:
                self._leave(line)
        while self._lines:
            self._look()
