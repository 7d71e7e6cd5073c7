"""How far a large send is: what is gone of what was due, how fast it goes, and how long the rest will take.

A send begins when the first mail leaves after a rest, and lasts until nothing is due any more. Lanes go side by side, so
the slowest one says when it is over; what is paused or stopped waits for something else than time and is told apart. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nurture.domain.breaker import Figures
from nurture.domain.message import MessageState
from nurture.store.delivery_view import QueueRow
from nurture.store.lane_states import LaneState

LARGE = 50
"""Fewer mails than this are gone before anybody has looked."""
_REST = timedelta(minutes=10)
"""Without a mail for so long, a send is over."""
_SOON = timedelta(minutes=1)
_UNDER_WAY = (MessageState.CLAIMED, MessageState.SENDING)
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Progress:
    """``gone`` of ``gone + left`` since ``began``. ``held``: of those left, on lanes that are paused or stopped.

    ``rate``: mails a minute; ``ends``: when the lanes that move should be done; None: none moves.
    """

    began: datetime | None
    gone: int
    left: int
    held: int
    rate: float
    ends: datetime | None

    @property
    def share(self) -> float:
        return self.gone / (self.gone + self.left)


def progress(
    queue: Iterable[QueueRow],
    ended: Sequence[tuple[datetime, int]],
    lately: Mapping[Pair, Figures],
    minutes: float,
    lanes: Iterable[LaneState],
    stopped: Collection[Pair],
    now: datetime,
) -> Progress | None:
    """How far the present send is; None: there is none that is worth a look.

    ``ended``: mails gone per minute, oldest first. ``lately``: figures of the last ``minutes``.
    """
    left = _left(queue)
    began, gone = _begun(ended, now)
    if not left or sum(left.values()) + gone < LARGE:
        return None
    resting = {lane.id for lane in lanes if _rests(lane, now)}
    held = {pair for pair in left if pair in stopped or pair[1] in resting}
    span = max(1.0, min(minutes, (now - began).total_seconds() / 60)) if began else minutes
    speed = {lane: sum(f.ended for (_, p), f in lately.items() if p == lane) / span for _, lane in left}
    return Progress(
        began=began,
        gone=gone,
        left=sum(left.values()),
        held=sum(left[pair] for pair in held),
        rate=sum(speed.values()),
        ends=_ends({pair: number for pair, number in left.items() if pair not in held}, speed, now),
    )


def _left(queue: Iterable[QueueRow]) -> dict[Pair, int]:
    found: dict[Pair, int] = {}
    for row in queue:
        number = row.count if row.state in _UNDER_WAY else row.due
        if number:
            found[row.stream, row.lane] = found.get((row.stream, row.lane), 0) + number
    return found


def _begun(ended: Sequence[tuple[datetime, int]], now: datetime) -> tuple[datetime | None, int]:
    """(when the present send began, how many are gone since)."""
    began, gone, after = None, 0, now
    for minute, number in reversed(ended):
        if after - minute > _REST:
            break
        if number:
            began, gone, after = minute, gone + number, minute
    return began, gone


def _rests(lane: LaneState, now: datetime) -> bool:
    """Whether nothing goes there for longer than it takes a token to fill up."""
    return lane.allowed.mails <= 0 and lane.allowed.again is not None and lane.allowed.again - now > _SOON


def _ends(left: Mapping[Pair, int], speed: Mapping[str, float], now: datetime) -> datetime | None:
    by_lane: dict[str, int] = {}
    for (_, lane), number in left.items():
        by_lane[lane] = by_lane.get(lane, 0) + number
    minutes = [number / speed[lane] for lane, number in by_lane.items() if speed.get(lane)]
    return now + timedelta(minutes=max(minutes)) if minutes else None
