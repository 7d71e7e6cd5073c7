"""The mails a worker holds during a round, and in which order they go out. Knows nothing of databases and servers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nurture.domain.message import MessageKind, MessageState
from nurture.engine.letters import Desk
from nurture.store.messages import Outgoing
from nurture.store.moves import Letter
from nurture.store.outbox import PRIORITY

CHECK_AGAIN = 60.0
"""Seconds for which a look at consent and suppression holds."""


class Time:
    """The time of a round: when it began, and what the stopwatch has counted since."""

    def __init__(self, now: datetime, stopwatch: Callable[[], float]) -> None:
        self._start, self._stopwatch, self._began = now, stopwatch, stopwatch()
        self._at, self._now = 0, now

    @property
    def seconds(self) -> float:
        """Since the round began."""
        return self._stopwatch() - self._began

    @property
    def now(self) -> datetime:
        """To the millisecond: many mails are answered in one."""
        at = int((self._stopwatch() - self._began) * 1000)
        if at != self._at:
            self._at, self._now = at, self._start + timedelta(milliseconds=at)
        return self._now


@dataclass(slots=True, eq=False)
class Held:
    """A mail that is this worker's. ``checked``: second of the round in which its permission was last looked at.

    ``letter``: what it was written from, to be kept with it; ``evidence``: whether its bytes are kept as well.
    """

    row: Outgoing
    group: Group
    desk: Desk
    checked: float
    state: MessageState = MessageState.CLAIMED
    letter: Letter | None = None
    evidence: bool = False
    gone: bool = False
    """Whether it is not ours any more."""

    def stale(self, seconds: float) -> bool:
        return seconds - self.checked > CHECK_AGAIN


@dataclass(slots=True, eq=False)
class Group:
    """Mails for the same servers that have not begun their way, the most urgent first."""

    lane: str
    hosts: tuple[str, ...]
    _waiting: dict[MessageKind, deque[Held]] = field(default_factory=lambda: {kind: deque() for kind in PRIORITY})

    def add(self, held: Held) -> None:
        self._waiting[held.row.kind].append(held)

    def take(self) -> Held | None:
        """The next one that is still ours; service mail that came later goes first."""
        for waiting in self._waiting.values():
            while waiting:
                if not (held := waiting.popleft()).gone:
                    return held
        return None

    def put_first(self, held: Held) -> None:
        self._waiting[held.row.kind].appendleft(held)

    def clear(self) -> None:
        for waiting in self._waiting.values():
            waiting.clear()

    def __iter__(self) -> Iterator[Held]:
        return (held for waiting in self._waiting.values() for held in waiting if not held.gone)

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))
