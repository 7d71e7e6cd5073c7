"""What became of tries, counted by lane and stream until it is written down, with what follows from it.

results -> figures (delivery_counts) -> after a refusal: breakers      server wants less, lane recovers -> its pace
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from nurture.delivery import Kind
from nurture.domain.breaker import Figures
from nurture.domain.delivery_rules import DeliveryRules
from nurture.domain.failure import Failure
from nurture.domain.throttle import Signal
from nurture.engine.delivery_result import Result
from nurture.store import breakers, delivery_counts, lanes
from nurture.store.delivery_counts import Count

_WRITE_EVERY = timedelta(seconds=1)
_CLASSES = {Failure.INVALID: "invalid", Failure.POLICY: "policy"}
_REFUSALS = frozenset({*_CLASSES.values(), "failed"})
Key = tuple[str, str, str]
"""(lane, stream, figure)."""


@dataclass(frozen=True)
class Tallies:
    """``since``: when figures were last written down. ``slowed``: lane -> the words of a server that wants less."""

    since: datetime | None = None
    counts: Counter[Key] = field(default_factory=Counter)
    slowed: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.counts or self.slowed)

    def with_results(self, results: Iterable[Result], slowed: Mapping[str, str]) -> Tallies:
        counts = self.counts + Counter((r.lane, r.row.kind.value, _figure(r)) for r in results)
        words = {r.lane: r.outcome.reply for r in results if r.outcome.slow}
        return Tallies(self.since, counts, {**self.slowed, **slowed, **words})

    def due(self, now: datetime) -> bool:
        """Whether they may not wait: something was refused, or it has been a while."""
        if self.slowed or any(figure in _REFUSALS for _, _, figure in self.counts):
            return True
        return bool(self.counts) and (self.since is None or now - self.since >= _WRITE_EVERY)

    def write(self, session: Session, rules: DeliveryRules, worker: str, now: datetime) -> None:
        found: dict[tuple[str, str], dict[str, int]] = {}
        for (lane, stream, figure), number in self.counts.items():
            found.setdefault((lane, stream), {})[figure] = number
        delivery_counts.count(
            session, worker, now, [Count(lane, stream, Figures(**f)) for (lane, stream), f in sorted(found.items())]
        )
        lanes.note(session, rules, worker, now, self._signals())
        refused = {(stream, lane) for (lane, stream), f in found.items() if f.keys() & _REFUSALS}
        if refused:
            breakers.check_breakers(session, rules, now, sorted(refused))

    def _signals(self) -> dict[str, Signal]:
        accepted: Counter[str] = Counter()
        for (lane, _, figure), number in self.counts.items():
            if figure == "accepted":
                accepted[lane] += number
        return {lane: Signal(accepted[lane], self.slowed.get(lane)) for lane in {*accepted, *self.slowed}}


def _figure(r: Result) -> str:
    if r.outcome.kind is Kind.FAILED:
        return _CLASSES.get(r.outcome.failure or Failure.OTHER, "failed")
    return r.outcome.kind.value
