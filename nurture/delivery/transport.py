"""What a way out looks like from the engine's side.

A transport carries what it is given and asks for more whenever one of its lanes runs short. Twice per mail it tells the
engine: right before the mail can have left (after that nobody can take it back), and when it is known what became of it.

    more() -> shipments -> offer ... server waits for the message -> ahead(ready) -> message, dot -> settled(parcel, …)
                                                                   (meanwhile: further parcels are composed)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from nurture.delivery.outcome import Outcome


@dataclass(slots=True)  # not frozen: there is one for every mail, and that takes a fifth of the time
class Parcel:
    """One mail for one recipient.

    ``raw`` is exactly what goes over the wire (CRLF, not dot-stuffed). ``sender``: the envelope's, '' for none.
    ``envelope_id``: names the mail in delivery reports (RFC 3461 ENVID); '' for none. ``undotted``: whether it is
    known that no line of ``raw`` begins with a dot.
    """

    message_id: int
    header_id: str
    sender: str
    recipient: str
    raw: bytes
    envelope_id: str = ""
    undotted: bool = False


@dataclass(frozen=True, slots=True)
class Shipment:
    """Mails that go to the same servers.

    ``lane``: whose limits hold. ``hosts``: servers in the order they are tried; empty: the transport's own.
    ``connections``: at most so many at the same time over all shipments of the lane; ``per_connection``: mails before one
    is closed. ``parcels`` are composed while they are taken, so that writing and sending overlap and memory stays flat.

    ``per_host``: given where the servers on the lane are strangers to each other. At most so many of its connections go to
    ``hosts``, and while they keep us waiting, the lane's other servers have theirs.
    """

    lane: str
    hosts: tuple[str, ...]
    connections: int
    per_connection: int
    parcels: Iterator[Parcel]
    per_host: int | None = None


class Work(Protocol):
    """The engine's side of a round. Nothing here raises anything that a transport could mend."""

    def more(self, waiting: Mapping[str, int]) -> Sequence[Shipment]:
        """Further shipments, or none for now. ``waiting``: lane -> connections busy with it (lanes at rest are missing).

        Called when a lane runs short and, as long as anything is on its way, at least every second.
        """

    def ahead(self, ready: Sequence[Parcel], meanwhile: Callable[[], None] = ...) -> Collection[int]:
        """Put on record that these may leave from now on. Returns the message ids of those that must not.

        ``meanwhile`` is done once while the record is on its way, if that takes time; it may take parcels from shipments
        and nothing else.
        """

    def settled(self, parcel: Parcel, outcome: Outcome) -> None:
        """What became of one parcel; recorded with the next ``ahead`` or when the round ends."""

    def slowed(self, lane: str, outcome: Outcome) -> None:
        """A server wants less of us, though others of its connections work."""

    def stopped(self, shipment: Shipment, outcome: Outcome) -> None:
        """Its servers take nothing at present; what was not settled of it goes back. Its iterator is asked no more."""


class Transport(Protocol):
    """A way out."""

    @property
    def name(self) -> str: ...

    @property
    def idempotent(self) -> bool:
        """Whether handing over the same parcel twice leaves one mail, so that after a crash it may simply be repeated."""

    def carry(self, work: Work) -> None:
        """Deliver until nothing is on its way and ``more`` gives nothing."""


TOGETHER = 100
"""How many mails a transport that may repeat puts on record at once."""


def carry_together(work: Work, keep: Callable[[Parcel], Outcome]) -> None:
    """``Transport.carry`` of a transport that may repeat: one record before up to a hundred mails, then mail by mail."""
    while shipments := work.more({}):
        for shipment in shipments:
            _keep_all(work, shipment, keep)


def _keep_all(work: Work, shipment: Shipment, keep: Callable[[Parcel], Outcome]) -> None:
    while ready := list(islice(shipment.parcels, TOGETHER)):
        lost = work.ahead(ready)
        for parcel in ready:
            if parcel.message_id in lost:
                continue
            outcome = keep(parcel)
            if outcome.of_server:
                work.stopped(shipment, outcome)
                return
            work.settled(parcel, outcome)
