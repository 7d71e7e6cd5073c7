"""What a round works on: mail that is due, by lanes and kinds, and may still go.

    which (kind, lane) have mail due -> claim, the most urgent first, as much as each lane takes -> permission -> desk

A lane that is paused, has had its share for now, or whose stream was stopped, is not claimed for at all: its mail stays
where it is and holds up nobody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from nurture.domain.message import MessageKind, MessageState
from nurture.engine import letters, permission
from nurture.engine.delivery_mails import Group, Held, Time
from nurture.engine.letters import Desk
from nurture.engine.runtime import Runtime
from nurture.store import outbox, routes
from nurture.store.database import reading, transaction
from nurture.store.messages import Outgoing
from nurture.store.moves import Move

LEASE = timedelta(minutes=5)
"""How long a claimed mail belongs to its worker; renewed while the round goes on."""
RELAY = "relay"
"""The one lane of whoever gives all mail to the same server."""
_RELEASE_EVERY = 30.0
"""Seconds between looks for what dead workers held."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a lane takes: mails now, connections at the same time, mails per connection."""

    mails: int
    connections: int
    per_connection: int


@dataclass(frozen=True)
class Supplies:
    """What one look brought. ``claimed``: how many mails; some of them may have been called off at once."""

    claimed: int
    held: Sequence[Held]
    limits: dict[str, Limits]


class Supply:
    """Claims for one round. ``paused``: why nothing is claimed at present; ``troubled``: routes that failed lately."""

    def __init__(self, rt: Runtime, worker: str, time: Time) -> None:
        self._rt, self._worker, self._time = rt, worker, time
        self._released = -_RELEASE_EVERY
        self.groups: dict[tuple[str, tuple[str, ...]], Group] = {}
        self.paused = ""
        self.troubled: frozenset[str] = frozenset()

    def route(self, lane: str) -> str:
        """What is left alone when the servers of ``lane`` fail."""
        return self._rt.transport.name

    def claim(self, most: int, called_off: list[Move]) -> Supplies:
        """Up to ``most`` mails that may go; the moves of those that may not are added to ``called_off``."""
        rows, limits = self._claim(most)
        if not rows:
            return Supplies(0, (), limits)
        with reading(self._rt.db) as session:
            allowed = self.allowed(session, rows, called_off)
            desk = letters.open_desk(self._rt, session, allowed)
        return Supplies(len(rows), self._hold(allowed, desk), limits)

    def allowed(self, session: Session, rows: Sequence[Outgoing], called_off: list[Move]) -> list[Outgoing]:
        """Those that may go now. The others are cancelled or put back, with the reason."""
        obstacles = permission.obstacles(self._rt, session, rows, self._time.now)
        if not obstacles:
            return list(rows)
        for row in rows:
            if (obstacle := obstacles.get(row.id)) is not None:
                to = MessageState.CANCELLED if obstacle.again is None else MessageState.QUEUED
                called_off.append(Move(row.id, MessageState.CLAIMED, to, obstacle.reason, due=obstacle.again))
        return [row for row in rows if row.id not in obstacles]

    # --- claiming -----------------------------------------------------------------------------------------------------

    def _claim(self, most: int) -> tuple[list[Outgoing], dict[str, Limits]]:
        now = self._time.now
        with transaction(self._rt.db) as session:
            self._release(session)
            route = routes.state(session, self._rt.transport.name)
            self.troubled = frozenset({route.name} if route else ())
            self.paused = route.reason if route is not None and route.paused_until > now else ""
            if self.paused:
                return [], {}
            due = outbox.due_lanes(session, now)
            limits = {RELAY: Limits(most, 16, 100)}
            return self._share(session, due, limits, most), limits

    def _release(self, session: Session) -> None:
        """Take back what dead workers held."""
        if self._time.seconds - self._released >= _RELEASE_EVERY:
            outbox.release_expired(session, self._time.now, idempotent=self._rt.transport.idempotent)
            self._released = self._time.seconds

    def _share(
        self, session: Session, due: Sequence[tuple[MessageKind, str]], limits: dict[str, Limits], most: int
    ) -> list[Outgoing]:
        """Claim kind by kind; lanes of one kind get equal shares, and what one leaves goes to the next."""
        claimed: list[Outgoing] = []
        for kind in outbox.PRIORITY:
            providers = [provider for k, provider in due if k is kind]
            for number, provider in enumerate(providers):
                share = -(-(most - len(claimed)) // (len(providers) - number))
                if share:
                    claimed += outbox.claim_lane(session, kind, provider, self._time.now, self._worker, share, LEASE)
        return claimed

    def _hold(self, rows: Iterable[Outgoing], desk: Desk) -> list[Held]:
        seconds = self._time.seconds
        held = []
        for row in rows:
            group = self.groups.setdefault((RELAY, ()), Group(RELAY, ()))
            mail = Held(row, group, desk, seconds)
            group.add(mail)
            held.append(mail)
        return held
