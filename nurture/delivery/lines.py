"""Who goes where over what: lanes, their destinations, the connections there, and the shipments on their way.

Plain records of a round, with the questions they can answer by themselves.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from nurture.delivery.connection import Connection, Server
from nurture.delivery.events import Over
from nurture.delivery.outcome import Outcome
from nurture.delivery.transport import Parcel, Shipment


class Directory(Protocol):
    """How to reach a server, and what was learned about it."""

    def hosts(self, shipment: Shipment) -> tuple[str, ...]: ...

    def connections(self, shipment: Shipment) -> int: ...

    def server(self, host: str) -> Server: ...

    def learn(self, host: str, over: Over) -> bool:
        """Whether it is worth while to try the same host again at once, in another manner."""

    def set_aside(self, hosts: tuple[str, ...], outcome: Outcome) -> None:
        """They gave no answer in time: they are not tried for a while."""

    def aside(self, hosts: tuple[str, ...]) -> Outcome | None:
        """Why they are not tried at present, if so."""


@dataclass(eq=False)
class Load:
    """A shipment. ``open``: parcels taken from it and not settled."""

    shipment: Shipment
    ended: bool = False
    open: int = 0


@dataclass(eq=False)
class Destination:
    """The servers some shipments of a lane go to. ``limit``: connections they have been seen to bear.

    ``share``: connections they may have of a lane of strangers; None: they are all that is on it, or all the same house.

    ``returned``: parcels at hand, taken and not announced. ``load_of``: message id -> the shipment of a parcel that was
    taken. ``ran_out``: told whenever a shipment ends.
    """

    lane: Lane
    hosts: tuple[str, ...]
    ran_out: Callable[[], None]
    loads: deque[Load] = field(default_factory=deque)
    returned: deque[Parcel] = field(default_factory=deque)
    lines: set[Line] = field(default_factory=set)
    failed: dict[str, Outcome] = field(default_factory=dict)
    limit: int | None = None
    share: int | None = None
    load_of: dict[int, Load] = field(default_factory=dict)

    def next(self) -> Parcel | None:
        """The next parcel that goes there."""
        return self.returned.popleft() if self.returned else self._taken()

    def take_ahead(self, most: int) -> None:
        """Have so many parcels at hand, if there are, before somebody asks for the ``next``."""
        while len(self.returned) < most and (parcel := self._taken()) is not None:
            self.returned.append(parcel)

    def _taken(self) -> Parcel | None:
        """One from the shipments: it is composed now."""
        for load in self.loads:
            if load.ended:
                continue
            parcel = next(load.shipment.parcels, None)
            if parcel is not None:
                load.open += 1
                self.load_of[parcel.message_id] = load
                return parcel
            load.ended = True
            self.ran_out()
        self.tidy()
        return None

    def done(self, parcel: Parcel) -> None:
        """It is settled, or never was on its way."""
        load = self.load_of.pop(parcel.message_id, None)
        if load is not None:
            load.open -= 1

    def tidy(self) -> None:
        """Forget shipments of which nothing is left. Those with mails on their way stay: they may have to be stopped."""
        while self.loads and self.loads[0].ended and not self.loads[0].open:
            self.loads.popleft()

    def host(self) -> str | None:
        """The server to try next."""
        return next((host for host in self.hosts if host not in self.failed), None)

    @property
    def full(self) -> bool:
        """Whether it may have no further connection: it bears no more, it has its share, or it keeps us waiting."""
        if self.limit is not None and len(self.lines) >= self.limit:
            return True
        return self.share is not None and (len(self.lines) >= self.share or any(line.slow for line in self.lines))

    @property
    def wanting(self) -> bool:
        return bool(self.returned) or any(not load.ended for load in self.loads)

    @property
    def empty(self) -> bool:
        return not self.loads and not self.returned and not self.lines


MOST_WAITED_FOR = 32
"""Connections of strangers that keep us waiting, beside those that a lane may have."""


@dataclass(eq=False)
class Lane:
    """``waited_for``: lines of strangers that keep us waiting; they take no room from others."""

    name: str
    limit: int = 1
    per_connection: int = 1
    lines: set[Line] = field(default_factory=set)
    destinations: dict[tuple[str, ...], Destination] = field(default_factory=dict)
    waited_for: int = 0

    @property
    def spare(self) -> int:
        """How many more connections it may have; less than 0: some have to end."""
        return self.limit - len(self.lines) + min(self.waited_for, MOST_WAITED_FOR)


@dataclass(eq=False)
class Line:
    """A connection and what it is for. ``first``: the mail it is opened for. ``resting``: since when it has none.

    ``since``: when it was last seen that its server had said something; ``slow``: that is long ago. ``late``: time is over.
    """

    connection: Connection
    destination: Destination
    host: str
    first: Parcel | None
    resting: float | None = None
    leaving: bool = False
    since: float = 0.0
    slow: bool = False
    late: bool = False
    _answers: int = -1

    def look(self, now: float, patience: float) -> bool:
        """Whether its server keeps us waiting; asked now and then."""
        answers = self.connection.conversation.answers
        if answers != self._answers or self.resting is not None:
            self._answers, self.since = answers, now
        waits = now - self.since > patience
        if waits != self.slow:
            self.slow = waits
            if self.destination.share is not None:
                self.destination.lane.waited_for += 1 if waits else -1
        return waits

    def forget(self) -> None:
        """It is closed: nobody waits for it any more."""
        if self.slow and self.destination.share is not None:
            self.destination.lane.waited_for -= 1
        self.slow = False


def is_busy(line: Line) -> bool:
    return line.resting is None and not line.leaving
