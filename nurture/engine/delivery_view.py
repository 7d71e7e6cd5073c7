"""How delivery is doing, asked once: the page, the command line and the metrics all show this one value.

    queue    what waits, is on its way or stuck, by state, stream and lane        (partial indexes of messages)
    figures  what became of tries, and what came back: five minutes, an hour, today, since ever
             (delivery_counts, delivery_totals)
    lanes    what each takes at present, against what is configured                (lanes, lane_leases)
    trouble  breakers, alarms, routes left alone, what servers said, quarantine

The number of queries is constant, and none of them reads what is over and done. Reads only; what a human may do about it is
in ``delivery_desk.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from nurture.domain.breaker import Figures
from nurture.domain.delivery_rules import OTHER
from nurture.domain.message import MessageState
from nurture.engine.delivery_progress import Progress, progress
from nurture.engine.delivery_said import Said, said
from nurture.engine.runtime import Runtime
from nurture.store import alarms, breakers, delivery_counts, delivery_view, returned
from nurture.store.database import reading
from nurture.store.delivery_counts import RETURNS, Counted, minute_of
from nurture.store.delivery_view import QueueRow
from nurture.store.lane_states import LaneState, lane_states

Pair = tuple[str, str]
"""(stream, lane)."""

SHORT, LONG = timedelta(minutes=5), timedelta(hours=1)
OF_TRIES = ("accepted", "deferred", "invalid", "policy", "failed", "unknown")
"""What a try may come to: refused for the address, for us, or for another reason."""
OF_RETURNS = ("invalid", "policy", "failed", "complaints")
_LOOK_BACK = timedelta(days=1)
_DEFERRALS = 1_000
"""How many of the newest deferrals are looked at."""


@dataclass(frozen=True, slots=True)
class Window:
    """What became of tries since ``since``, and what came back; ``minutes``: how long that is.

    A mail has one try at least. It is accepted once and refused once at most, and may be deferred many times; what comes
    back was accepted before, perhaps in another window.
    """

    since: datetime
    minutes: float
    counted: Counted

    def of(self, stream: str | None = None, lane: str | None = None) -> Figures:
        """Tries; None: of all."""
        return _of(self.counted.tries, stream, lane)

    def back(self, stream: str | None = None, lane: str | None = None) -> Figures:
        """Bounces by class, and complaints; None: of all."""
        return _of(self.counted.back, stream, lane)

    def rate(self, stream: str | None = None, lane: str | None = None) -> float:
        """Mails a minute that a server accepted."""
        return self.of(stream, lane).accepted / self.minutes


@dataclass(frozen=True, slots=True)
class Stop:
    """A stream that is stopped on a lane. ``waiting``: mails that wait for it."""

    id: int
    stream: str
    lane: str
    rule: str
    reason: str
    opened_at: datetime
    waiting: int


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """An open alarm. ``key``: what makes it one."""

    key: str
    text: str
    first_at: datetime
    last_at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A route that is left alone until then."""

    name: str
    until: datetime
    reason: str
    failures: int


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """``hour``: lane -> what became of tries in each of the last 60 minutes, the oldest first. ``ever``: since ever."""

    at: datetime
    queue: tuple[QueueRow, ...]
    short: Window
    long: Window
    today: Window
    ever: Counted
    hour: Mapping[str, tuple[Figures, ...]]
    lanes: tuple[LaneState, ...]
    routes: tuple[LeftAlone, ...]
    stops: tuple[Stop, ...]
    alarms: tuple[OpenAlarm, ...]
    said: tuple[Said, ...]
    quarantine: int
    progress: Progress | None
    _counts: Mapping[MessageState, int] = field(repr=False)

    def count(self, state: MessageState) -> int:
        """How many mails are in ``state``: one of those that are not final, parked or unknown."""
        return self._counts.get(state, 0)

    @property
    def due(self) -> int:
        return sum(row.due for row in self.queue)

    @property
    def later(self) -> int:
        return self.count(MessageState.QUEUED) - self.due

    @property
    def under_way(self) -> int:
        return self.count(MessageState.CLAIMED) + self.count(MessageState.SENDING)

    @property
    def oldest(self) -> datetime | None:
        """Since when the first of what is due is."""
        return min((row.oldest for row in self.queue if row.oldest), default=None)

    @property
    def pairs(self) -> list[Pair]:
        """(stream, lane) of which there is anything to tell, by lane; what is no provider comes last."""
        made = (self.today.counted, self.long.counted)
        found = {(row.stream, row.lane) for row in self.queue} | {pair for c in made for pair in (*c.tries, *c.back)}
        return sorted(found, key=lambda pair: (pair[1] in ("", OTHER), pair[1], pair[0]))


def total(figures: Iterable[Figures]) -> Figures:
    return sum(figures, Figures())


def _of(found: Mapping[Pair, Figures], stream: str | None, lane: str | None) -> Figures:
    return total(f for (s, p), f in found.items() if stream in (None, s) and lane in (None, p))


def view(rt: Runtime, now: datetime) -> DeliveryView:
    """How delivery is doing now."""
    rules = rt.definitions.delivery
    midnight = now.astimezone(rt.definitions.calendar.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    with reading(rt.db) as session:
        queue = delivery_view.queue(session, now)
        rows = delivery_counts.minutes(session, minute_of(now - LONG))
        lanes = lane_states(session, rules, now)
        stops = _stops(session, queue)
        today = delivery_counts.figures_since(session, midnight.astimezone(now.tzinfo))
        ended = delivery_counts.ended_by_minute(session, now - _LOOK_BACK, RETURNS)
        short = _window(rows, now, SHORT)
        return DeliveryView(
            at=now,
            queue=tuple(sorted(queue, key=lambda row: (row.lane, row.stream, list(MessageState).index(row.state)))),
            short=short,
            long=_window(rows, now, LONG),
            today=Window(midnight, max(1.0, (now - midnight).total_seconds() / 60), today),
            ever=delivery_counts.totals(session),
            hour=_by_minute(rows, now),
            lanes=tuple(lanes),
            routes=tuple(
                LeftAlone(r.name, r.paused_until, r.reason, r.failures) for r in delivery_view.paused_routes(session, now)
            ),
            stops=tuple(stops),
            alarms=tuple(_alarms(session, stops)),
            said=said(delivery_view.deferrals(session, now - _LOOK_BACK, _DEFERRALS)),
            quarantine=returned.in_quarantine(session),
            progress=progress(
                queue, ended, short.counted.tries, short.minutes, lanes, {(s.stream, s.lane) for s in stops}, now
            ),
            _counts=_by_state(queue),
        )


def _by_state(queue: Iterable[QueueRow]) -> dict[MessageState, int]:
    counts: dict[MessageState, int] = {}
    for row in queue:
        counts[row.state] = counts.get(row.state, 0) + row.count
    return counts


def _stops(session: Session, queue: Iterable[QueueRow]) -> list[Stop]:
    waiting = {(row.stream, row.lane): row.count for row in queue if row.state is MessageState.QUEUED}
    return [
        Stop(b.id, b.stream, b.lane, b.rule, b.reason, b.opened_at, waiting.get((b.stream, b.lane), 0))
        for b in breakers.all_open(session)
    ]


def _alarms(session: Session, stops: Iterable[Stop]) -> list[OpenAlarm]:
    """Without those that tell of a stop, which is told already."""
    told = {alarms.stopped_key(stop.stream, stop.lane) for stop in stops}
    return [
        OpenAlarm(a.key, a.text, a.first_at, a.last_at, a.count) for a in alarms.open_alarms(session) if a.key not in told
    ]


def standing(state: LaneState, now: datetime) -> str:
    """How a lane is: paused, used-up (a new sender's plan for today), slowed or running."""
    if state.lane.paused_until is not None and state.lane.paused_until > now:
        return "paused"
    if state.planned is not None and state.lane.warm_sent >= state.planned:
        return "used-up"
    return "slowed" if state.lane.slowdowns else "running"


Rows = list[tuple[datetime, Counted]]


def _window(rows: Rows, now: datetime, span: timedelta) -> Window:
    """The minutes that lie in ``span``, the present one as far as it has come."""
    since = minute_of(now - span)
    found = Counted()
    for minute, made in rows:
        if minute >= since:
            _add(found.tries, made.tries)
            _add(found.back, made.back)
    return Window(since, (now - since).total_seconds() / 60, found)


def _add(to: dict[Pair, Figures], figures: Mapping[Pair, Figures]) -> None:
    for pair, made in figures.items():
        to[pair] = to.get(pair, Figures()) + made


def _by_minute(rows: Rows, now: datetime) -> dict[str, tuple[Figures, ...]]:
    """Lane -> its tries of the last sixty minutes, the present one last."""
    first, last = minute_of(now - LONG) + timedelta(minutes=1), minute_of(now)
    slots: dict[str, list[Figures]] = {}
    for minute, counted in rows:
        for (_, lane), made in counted.tries.items() if first <= minute <= last else ():
            slots.setdefault(lane, [Figures()] * 60)[int((minute - first).total_seconds() // 60)] += made
    return {lane: tuple(found) for lane, found in slots.items()}
