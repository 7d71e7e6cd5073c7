"""What a round works on: mail that is due, by lanes and kinds, and may still go.

    which (kind, lane) have mail due -> claim, the most urgent first, as much as each lane takes -> permission -> desk

A lane that is paused, has had its share for now, or whose stream was stopped, is not claimed for at all: its mail stays
where it is and holds up nobody else's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from nurture.domain.address import domain_of
from nurture.domain.delivery_rules import LOCAL, OTHER
from nurture.domain.message import MessageKind, MessageState
from nurture.engine import letters, permission, routing
from nurture.engine.delivery_mails import Group, Held, Time
from nurture.engine.lanes import DIRECT, present_lane
from nurture.engine.letters import Desk
from nurture.engine.permission import Known
from nurture.engine.runtime import Runtime
from nurture.store import breakers, lanes, mail_domains, outbox, routes
from nurture.store.database import reading, transaction
from nurture.store.lanes import Grant
from nurture.store.messages import Outgoing
from nurture.store.moves import Move
from nurture.store.outbox import Wanted

LEASE = timedelta(minutes=5)
"""How long a claimed mail belongs to its worker; renewed while the round goes on."""
_CONNECTION_LEASE = timedelta(minutes=1)
_RENEW_CONNECTIONS = 20.0
_RELEASE_EVERY = 30.0
"""Seconds between looks for what dead workers held."""
MOST_WAITING = 1_000
"""Mails of a lane that one worker holds before they begin their way: servers that are slow or hang must not make it take
the whole queue, away from the others and into its memory. Service mail goes ahead of them and may be as many again."""


@dataclass(frozen=True)
class Supplies:
    """What one look brought. ``claimed``: how many mails; some of them may have been called off at once."""

    claimed: int = 0
    held: Sequence[Held] = ()


@dataclass(frozen=True)
class _Due:
    """Mail of one kind, stamped with the lane ``stamped``, that leaves by ``lane`` now."""

    kind: MessageKind
    stamped: str
    lane: str


class Supply:
    """Claims for one round. ``paused``: why a route is left alone at present; ``troubled``: routes that failed lately.

    ``grants``: what the lanes allowed when they were last asked. ``groups``: by lane and servers.
    """

    def __init__(self, rt: Runtime, worker: str, time: Time) -> None:
        self._rt, self._worker, self._time = rt, worker, time
        self._released = -_RELEASE_EVERY
        self._leased = 0.0
        self.groups: dict[tuple[str, tuple[str, ...]], Group] = {}
        self.grants: dict[str, Grant] = {}
        self.paused = ""
        self.troubled: frozenset[str] = frozenset()

    def route(self, lane: str) -> str | None:
        """What is left alone when the servers of ``lane`` fail: the relay, or the provider.

        None: they have nothing to do with those of the next domain on the same lane, so each mail tries again by itself.
        """
        if self._rt.transport.name != DIRECT:
            return self._rt.transport.name
        return None if lane == OTHER else f"{DIRECT}:{lane}"

    def claim(self, most: int, busy: Mapping[str, int], called_off: list[Move]) -> Supplies:
        """Up to ``most`` mails that may go; the moves of those that may not are added to ``called_off``.

        ``busy``: lane -> connections this worker uses.
        """
        rows = self._claim(most, busy, called_off)
        if not rows:
            return Supplies()
        outgoing = [row for row, _ in rows]
        with reading(self._rt.db) as session:
            asked = permission.known(session, outgoing)
            allowed = self.allowed(session, outgoing, called_off, asked)
            desk = letters.open_desk(self._rt, session, allowed, asked)
        hosts = {row.id: to for row, to in rows}
        return Supplies(len(rows), self._hold(allowed, hosts, desk))

    def allowed(
        self, session: Session, rows: Sequence[Outgoing], called_off: list[Move], asked: Known | None = None
    ) -> list[Outgoing]:
        """Those that may go now. The others are cancelled or put back, with the reason."""
        obstacles = permission.obstacles(self._rt, session, rows, self._time.now, asked)
        if not obstacles:
            return list(rows)
        for row in rows:
            if (obstacle := obstacles.get(row.id)) is not None:
                to = MessageState.CANCELLED if obstacle.again is None else MessageState.QUEUED
                called_off.append(Move(row.id, MessageState.CLAIMED, to, obstacle.reason, due=obstacle.again))
        return [row for row in rows if row.id not in obstacles]

    # --- claiming -----------------------------------------------------------------------------------------------------

    def _claim(self, most: int, busy: Mapping[str, int], called_off: list[Move]) -> list[tuple[Outgoing, tuple[str, ...]]]:
        """Claimed mails, each with the servers it goes to."""
        with transaction(self._rt.db) as session:
            self._release(session)
            due = self._due(session)
            renew = busy if self._time.seconds - self._leased >= _RENEW_CONNECTIONS else {}
            if not due and not renew:
                return []
            self._open_lanes(session, {*renew, *(d.lane for d in due)})
            claimed = self._share(session, due, most)
            self._spend(session, claimed, busy, renew)
            return self._with_hosts(session, claimed, called_off)

    def _release(self, session: Session) -> None:
        """Take back what dead workers held."""
        if self._time.seconds - self._released >= _RELEASE_EVERY:
            outbox.release_expired(session, self._time.now, idempotent=self._rt.transport.idempotent)
            self._released = self._time.seconds

    def _due(self, session: Session) -> list[_Due]:
        """What may be claimed: not what leaves by a route that is left alone, nor streams that were stopped."""
        routes_ = routes.troubled(session)
        self.troubled = frozenset(routes_)
        now = self._time.now
        pauses = {name: route.reason for name, route in routes_.items() if routes.is_paused(route, now)}
        stopped = breakers.open_breakers(session)
        found, self.paused = [], ""
        for kind, stamped in outbox.due_lanes(session, now):
            lane = present_lane(self._rt, stamped)
            if (route := self.route(lane)) is not None and route in pauses:
                self.paused = pauses[route]
            elif lane and (kind.value, lane) not in stopped:
                found.append(_Due(kind, stamped, lane))
        return found

    def _open_lanes(self, session: Session, wanted: set[str]) -> None:
        rules = self._rt.definitions.delivery
        self.grants |= lanes.open_lanes(session, rules, wanted, self._worker, self._time.now)

    def _share(self, session: Session, due: Sequence[_Due], most: int) -> list[Outgoing]:
        """Claim kind by kind; lanes of one kind get equal shares, and what one leaves goes to the next."""
        claimed: list[Outgoing] = []
        taken, waiting = Counter[str](), self._waiting()
        now = self._time.now
        for kind in outbox.PRIORITY:
            of_kind = [d for d in due if d.kind is kind]
            for number, d in enumerate(of_kind):
                share = -(-(most - len(claimed)) // (len(of_kind) - number))
                room = MOST_WAITING * (2 if kind.service else 1) - waiting[d.lane]
                share = min(share, self._granted(d) - taken[d.lane], room - taken[d.lane])
                if share > 0:
                    wanted = Wanted(kind, d.stamped, d.lane, share)
                    rows = outbox.claim_lane(session, wanted, now, self._worker, now + LEASE)
                    taken[d.lane] += len(rows)
                    claimed += rows
        return claimed

    def _waiting(self) -> Counter[str]:
        """Lane -> mails that this worker holds and that have not begun their way."""
        waiting = Counter[str]()
        for group in self.groups.values():
            waiting[group.lane] += len(group)
        return waiting

    def _granted(self, due: _Due) -> int:
        grant = self.grants[due.lane]
        if not grant.connections:
            return 0
        return grant.service if due.kind.service else grant.mails

    def _spend(
        self, session: Session, claimed: Iterable[Outgoing], busy: Mapping[str, int], renew: Mapping[str, int]
    ) -> None:
        spent: dict[str, int] = {}
        for row in claimed:
            spent[row.lane] = spent.get(row.lane, 0) + 1
        if renew:
            self._leased = self._time.seconds
        held = {lane: max(self.grants[lane].connections, busy.get(lane, 0)) for lane in {*spent, *renew}}
        now = self._time.now
        lanes.spend(session, self._worker, now, spent, held, now + _CONNECTION_LEASE)

    # --- where to ---------------------------------------------------------------------------------------------------------

    def _with_hosts(
        self, session: Session, rows: Sequence[Outgoing], called_off: list[Move]
    ) -> list[tuple[Outgoing, tuple[str, ...]]]:
        """To our own server; or, where mail goes directly, to those the DNS named. Mail for others is looked up again."""
        if self._rt.transport.name != DIRECT:
            return [(row, ()) for row in rows]
        known = routing.hosts(self._rt, session, {domain_of(row.address) for row in rows}, self._time.now)
        found = {domain: tuple(row.hosts) for domain, row in known.items() if row.hosts}
        homeless = [row for row in rows if domain_of(row.address) not in found]
        if homeless:
            mail_domains.stamp(session, {row.id: "" for row in homeless})
            called_off += [Move(row.id, row.state, MessageState.QUEUED, row.reason, due=row.due_at) for row in homeless]
        return [(row, to) for row in rows if (to := found.get(domain_of(row.address))) is not None]

    def _hold(self, rows: Iterable[Outgoing], hosts: Mapping[int, tuple[str, ...]], desk: Desk) -> list[Held]:
        held = []
        for row in rows:
            key = row.lane, hosts[row.id]
            if (group := self.groups.get(key)) is None:
                group = self.groups[key] = Group(*key)
            mail = Held(row, group, desk, self._time.seconds)
            group.add(mail)
            held.append(mail)
        return held

    def leave(self) -> None:
        """Give back the connections."""
        if self.grants.keys() - {LOCAL}:
            with transaction(self._rt.db) as session:
                lanes.release(session, self._worker)
