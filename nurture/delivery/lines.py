"""Who goes where over what: lanes, their destinations, the connections there, and the shipments on their way.

Plain records of a round, with the questions they can answer by themselves.
"""

from __future__ import annotations

from collections import deque
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
    """The servers some shipments of a lane go to. ``limit``: connections they have been seen to bear."""

    lane: Lane
    hosts: tuple[str, ...]
    loads: deque[Load] = field(default_factory=deque)
    returned: deque[Parcel] = field(default_factory=deque)
    lines: set[Line] = field(default_factory=set)
    failed: dict[str, Outcome] = field(default_factory=dict)
    limit: int | None = None

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


def tidy(destination: Destination) -> None:
    """Forget shipments of which nothing is left. Those with mails on their way stay: they may have to be stopped."""
    while destination.loads and destination.loads[0].ended and not destination.loads[0].open:
        destination.loads.popleft()
