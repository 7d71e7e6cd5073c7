"""A transport that keeps what it is given, for simulations and tests."""

from __future__ import annotations

from nurture.delivery.outcome import Kind, Outcome, Phase
from nurture.delivery.transport import Parcel, Work, carry_together

_KEPT = Outcome(Kind.ACCEPTED, Phase.ANSWER, "kept in memory")


class MemoryTransport:
    """``parcels``: what was delivered, in order, each Message-ID once."""

    name = "memory"
    idempotent = True

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []
        self._seen: set[str] = set()

    def carry(self, work: Work) -> None:
        carry_together(work, self.keep)

    def keep(self, parcel: Parcel) -> Outcome:
        if parcel.header_id not in self._seen:
            self._seen.add(parcel.header_id)
            self.parcels.append(parcel)
        return _KEPT
