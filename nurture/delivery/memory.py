"""A transport that keeps what it is given, for simulations and tests."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from nurture.delivery.outcome import Kind, Outcome, Phase
from nurture.delivery.transport import Parcel, Session


class MemoryTransport:
    """``parcels``: what was delivered, in order, each Message-ID once."""

    name = "memory"
    idempotent = True

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []
        self._seen: set[str] = set()

    def open(self) -> AbstractContextManager[Session]:
        return nullcontext(_MemorySession(self))

    def keep(self, parcel: Parcel) -> None:
        if parcel.header_id not in self._seen:
            self._seen.add(parcel.header_id)
            self.parcels.append(parcel)


class _MemorySession:
    def __init__(self, transport: MemoryTransport) -> None:
        self._transport = transport

    def offer(self, parcel: Parcel) -> Outcome | None:  # noqa: ARG002 - takes everything
        return None

    def finish(self, parcel: Parcel) -> Outcome:
        self._transport.keep(parcel)
        return Outcome(Kind.ACCEPTED, Phase.ANSWER, "kept in memory")

    def abandon(self) -> None:
        pass
