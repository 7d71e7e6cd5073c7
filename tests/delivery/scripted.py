"""A server whose answers are written down."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from nurture.delivery import Kind, Outcome, Parcel, Phase, Work

ACCEPTED = Outcome(Kind.ACCEPTED, Phase.ANSWER, "250 2.0.0 ok")


@dataclass
class ScriptedServer:
    """Answers by recipient; whoever has no script is accepted. Talks like a network transport: nothing may be repeated.

    ``offers``/``finishes``: recipient -> outcomes, one per try (the last one stays). ``between``: called while a mail is
    on offer, to see and change the world at that moment.
    """

    offers: dict[str, list[Outcome]] = field(default_factory=dict)
    finishes: dict[str, list[Outcome]] = field(default_factory=dict)
    between: Callable[[Parcel], None] = lambda parcel: None
    arrived: list[Parcel] = field(default_factory=list)
    abandoned: int = 0
    name: str = "scripted"
    idempotent: bool = False

    def carry(self, work: Work) -> None:
        """One mail after the other, asking for more after each."""
        shipments = deque(work.more({}))
        while shipments:
            shipment = shipments.popleft()
            for parcel in shipment.parcels:
                outcome = self.offer(parcel)
                if outcome is None and parcel.message_id in work.ahead([parcel]):
                    self.abandoned += 1
                    continue
                outcome = outcome or self.finish(parcel)
                if outcome.of_server:
                    work.stopped(shipment, outcome)
                    break
                work.settled(parcel, outcome)
                shipments += work.more({shipment.lane: 1})
            shipments += work.more({})

    def offer(self, parcel: Parcel) -> Outcome | None:
        outcome = self._next(self.offers, parcel) or self._next(self.offers, replace(parcel, recipient="*"))
        if outcome is None:
            self.between(parcel)
        return outcome

    def finish(self, parcel: Parcel) -> Outcome:
        outcome = self._next(self.finishes, parcel) or ACCEPTED
        if outcome.kind is Kind.ACCEPTED:
            self.arrived.append(parcel)
        return outcome

    @staticmethod
    def _next(script: dict[str, list[Outcome]], parcel: Parcel) -> Outcome | None:
        answers = script.get(parcel.recipient)
        if not answers:
            return None
        return answers.pop(0) if len(answers) > 1 else answers[0]
