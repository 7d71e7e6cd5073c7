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


@dataclass(eq=False)
class Load:
    """A shipment. ``open``: parcels taken from it and not settled."""

    shipment: Shipment
    ended: bool = False
    open: int = 0


@dataclass(eq=False)
class Destination:
    """The servers some shipments of a lane go to. ``limit``: connections they have been seen to bear.

    ``load_of``: message id -> the shipment of a parcel that was taken. ``ran_out``: told whenever a shipment ends.
    """

    lane: Lane
    hosts: tuple[str, ...]
    ran_out: Callable[[], None]
    loads: deque[Load] = field(default_factory=deque)
    returned: deque[Parcel] = field(default_factory=deque)
    lines: set[Line] = field(default_factory=set)
    failed: dict[str, Outcome] = field(default_factory=dict)
    limit: int | None = None
    load_of: dict[int, Load] = field(default_factory=dict)

    def next(self) -> Parcel | None:
        """The next parcel that goes there."""
        if self.returned:
            return self.returned.popleft()
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
    def wanting(self) -> bool:
        return bool(self.returned) or any(not load.ended for load in self.loads)

    @property
    def empty(self) -> bool:
        return not self.loads and not self.returned and not self.lines


@dataclass(eq=False)
class Lane:
    name: str
    limit: int = 1
    per_connection: int = 1
    lines: set[Line] = field(default_factory=set)
    destinations: dict[tuple[str, ...], Destination] = field(default_factory=dict)


@dataclass(eq=False)
class Line:
    """A connection and what it is for. ``first``: the mail it is opened for. ``resting``: since when it has none."""

    connection: Connection
    destination: Destination
    host: str
    first: Parcel | None
    resting: float | None = None
    leaving: bool = False


def is_busy(line: Line) -> bool:
    return line.resting is None and not line.leaving
