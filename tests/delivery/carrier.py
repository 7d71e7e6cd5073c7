"""The engine's side of a transport, as simple as can be: hands over parcels and keeps what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from delivery.servers import SteppedClock

from nurture.delivery import DirectTransport, Outcome, Parcel, Shipment, Transport
from nurture.delivery.connection import Server

RAW = b"From: a@news.example\r\nTo: b@werk.example\r\nSubject: Hallo\r\n\r\nGuten Tag\r\n.ein Punkt\r\n.\r\nEnde\r\n"
PARCEL = Parcel(7, "<0123456789abcdef@news.example>", "a@news.example", "b@werk.example", RAW)


def parcels(count: int, **changes: object) -> list[Parcel]:
    """Different mails to different people."""
    return [
        replace(PARCEL, message_id=n, header_id=f"<{n}@news.example>", recipient=f"b{n}@werk.example", **changes)
        for n in range(1, count + 1)
    ]


@dataclass
class Recorder:
    """``rounds``: shipments to give, one list each time ``more`` is called. ``held``: ids that must not leave.

    ``left``: parcels of stopped shipments that nothing is known of.
    """

    rounds: list[list[Shipment]]
    held: set[int] = field(default_factory=set)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    ahead_of: list[list[int]] = field(default_factory=list)
    stops: list[tuple[Shipment, Outcome]] = field(default_factory=list)
    waiting: list[dict[str, int]] = field(default_factory=list)
    slows: list[tuple[str, Outcome]] = field(default_factory=list)
    on_news: Callable[[], None] = lambda: None

    def more(self, waiting: Mapping[str, int]) -> Sequence[Shipment]:
        self.waiting.append(dict(waiting))
        return self.rounds.pop(0) if self.rounds else []

    def ahead(self, ready: Sequence[Parcel], meanwhile: Callable[[], None] = lambda: None) -> Collection[int]:
        self.ahead_of.append([parcel.message_id for parcel in ready])
        meanwhile()
        return self.held

    def settled(self, parcel: Parcel, outcome: Outcome) -> None:
        assert parcel.message_id not in self.outcomes, "settled twice"
        self.outcomes[parcel.message_id] = outcome
        self.on_news()

    def slowed(self, lane: str, outcome: Outcome) -> None:
        self.slows.append((lane, outcome))

    def stopped(self, shipment: Shipment, outcome: Outcome) -> None:
        self.stops.append((shipment, outcome))
        self.on_news()


def shipment(
    mails: Sequence[Parcel] | Iterator[Parcel],
    *,
    lane: str = "relay",
    hosts: tuple[str, ...] = (),
    connections: int = 1,
    per_connection: int = 100,
    per_host: int | None = None,
) -> Shipment:
    return Shipment(lane, hosts, connections, per_connection, iter(mails), per_host)


def carry(
    transport: Transport, *shipments: Shipment, held: Collection[int] = (), clock: SteppedClock | None = None
) -> Recorder:
    """One round with these shipments, given all at once."""
    recorder = Recorder([list(shipments)], set(held))
    if clock is not None:
        recorder.on_news = clock.settled
    transport.carry(recorder)
    return recorder


def send(transport: Transport, *mails: Parcel, clock: SteppedClock | None = None) -> list[Outcome | None]:
    """What became of these mails over one connection at a time; None: nothing, they go back."""
    recorder = carry(transport, shipment(mails), clock=clock)
    return [recorder.outcomes.get(mail.message_id) for mail in mails]


class Town(DirectTransport):
    """Many hosts, all on this machine. ``ports``: where each listens; the others are all the same."""

    def __init__(self, clock: SteppedClock, everybody: int, **ports: int) -> None:
        super().__init__("out.example.com", port=everybody, anywhere=True, stopwatch=clock, poll=clock.poll)
        self._ports = ports

    def server(self, host: str) -> Server:
        return replace(super().server(host), host="127.0.0.1", port=self._ports.get(host, self.port))
