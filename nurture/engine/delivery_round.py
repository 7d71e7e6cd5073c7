"""One round of delivery, as the transport sees it: what goes, what may have left, what became of it.

    more --> claimed --> (parcel) written --> ahead --> sending --> settled --> recorded with the next ahead
               |              |                 |
               +-- stopped ---+- cannot be -----+-- not ours any more, or may not go any more: does not leave
                   back into     written: parked
                   the queue

Feeding goes on as long as anything is on its way: a server that hangs holds up its own mails only, and service mail that
comes meanwhile goes next. Consent and suppression are looked at when mails are claimed, and again right before a mail
leaves if that was more than a minute ago.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError

from nurture.delivery import Outcome, Parcel, Shipment
from nurture.domain.errors import NurtureError
from nurture.domain.message import MessageKind, MessageState
from nurture.engine import letters
from nurture.engine.delivery_mails import Group, Held, Time
from nurture.engine.delivery_record import Departure, Record
from nurture.engine.delivery_result import Result
from nurture.engine.delivery_supply import LEASE, Supplies, Supply
from nurture.engine.return_path import return_path
from nurture.engine.runtime import Runtime
from nurture.store import outbox
from nurture.store.database import reading, transaction
from nurture.store.lanes import Grant
from nurture.store.messages import Outgoing
from nurture.store.moves import Letter, Move

log = logging.getLogger(__name__)

BATCH = 500
"""How many mails are claimed at once."""
_RENEW_AFTER = 60.0
_SENDING_LEASE = timedelta(minutes=15)
"""How long a mail that is being sent is this worker's: longer than a server may take to answer (RFC 5321 4.5.3.2.6)."""
_LOOK_EVERY = 0.5
"""Seconds between looks into a queue that had nothing due."""
_SAY_EVERY = 5.0
_RECORD_AFTER = 0.5
"""Seconds after which results are recorded even though nothing else is about to leave."""


class Round:
    """The engine's side of ``Transport.carry``. See ``delivery.transport.Work``."""

    def __init__(
        self,
        rt: Runtime,
        worker: str,
        time: Time,
        *,
        limit: int | None,
        stopping: Callable[[], bool],
        wait: Callable[[float], None],
        said: Callable[[], None],
    ) -> None:
        self._rt, self._worker, self._time = rt, worker, time
        self._limit, self._stopping, self._say = limit, stopping, said
        self._supply = Supply(rt, worker, time)
        self.record = Record(rt, worker, wait)
        self._held: dict[int, Held] = {}
        self._frames: set[str] = set()
        self._renewed = self._recorded = self._spoke = 0.0
        self._found_nothing: float | None = None
        self.claimed = self.cancelled = self.put_off = self.parked = 0

    @property
    def paused(self) -> str:
        """Why nothing is claimed at present, if so."""
        return next(iter(self.record.pending.paused.values()), self._supply.paused)

    # --- more -----------------------------------------------------------------------------------------------------------

    def more(self, waiting: Mapping[str, int]) -> Sequence[Shipment]:
        if self._stopping():
            self._return([held for group in self._supply.groups.values() for held in group])
            return ()
        try:
            self._keep_up()
            return self._supplied(waiting)
        except (OperationalError, InterfaceError) as error:
            if not self._held:
                raise
            # what is on its way must not be given up for it; results stay here until they can be recorded
            log.warning("nothing new is begun while the database is away: %s", error.orig)
            return ()

    def _supplied(self, waiting: Mapping[str, int]) -> Sequence[Shipment]:
        while room := self._room():
            called_off: list[Move] = []
            supplies = self._supply.claim(room, waiting, called_off)
            # a local transport is done in no time: a queue that gave less than was asked for has nothing more
            last = supplies.claimed < room if self._rt.transport.idempotent else not supplies.claimed
            self._found_nothing = self._time.seconds if last else None
            self.claimed += supplies.claimed
            self._call_off(called_off)
            self._held |= {held.row.id: held for held in supplies.held}
            if supplies.held or not supplies.claimed:
                return self._shipments(supplies)
        return ()

    def _room(self) -> int:
        """How many mails to claim now."""
        if self._found_nothing is not None and self._time.seconds - self._found_nothing < _LOOK_EVERY:
            return 0
        return BATCH if self._limit is None else min(BATCH, self._limit - self.claimed)

    def _shipments(self, supplies: Supplies) -> list[Shipment]:
        groups = dict.fromkeys(held.group for held in supplies.held)
        return [self._shipment(group, self._supply.grants[group.lane]) for group in groups]

    def _shipment(self, group: Group, grant: Grant) -> Shipment:
        strangers = self._supply.route(group.lane) is None
        per_host = max(1, grant.connections // 2) if strangers else None
        return Shipment(group.lane, group.hosts, grant.connections, grant.per_connection, self._parcels(group), per_host)

    def _keep_up(self) -> None:
        """What has to be done now and then, however long a round takes."""
        seconds = self._time.seconds
        if seconds - self._recorded >= _RECORD_AFTER:
            self._commit()
        if seconds - self._renewed >= _RENEW_AFTER:
            self._renewed = seconds
            self._renew([held for held in self._held.values() if held.state is MessageState.CLAIMED])
        if seconds - self._spoke >= _SAY_EVERY:
            self._spoke = seconds
            self._say()

    def _renew(self, mails: Sequence[Held]) -> None:
        if not mails:
            return
        with transaction(self._rt.db) as session:
            ours = outbox.renew(session, self._worker, [held.row.id for held in mails], self._time.now + LEASE)
        self._forget(held.row.id for held in mails if held.row.id not in ours)

    # --- written as they are taken ----------------------------------------------------------------------------------------

    def _parcels(self, group: Group) -> Iterator[Parcel]:
        while (held := group.take()) is not None:
            if held.stale(self._time.seconds):
                group.put_first(held)
                self._check_again(list(group))
            elif (parcel := self._written(held)) is not None:
                yield parcel

    def _written(self, held: Held) -> Parcel | None:
        """The finished mail. One that cannot be written is parked, and holds up no other."""
        row = held.row
        try:
            written = held.desk.write(row)
        except NurtureError as fault:
            log.error("message %d is parked: %s", row.id, fault)
            self.record.pending.moves.append(Move(row.id, held.state, MessageState.PARKED, str(fault)))
            self._forget([row.id])
            self.parked += 1
            return None
        if letters.OWN not in row.context:
            held.letter = Letter(written.context, written.subject, written.template_version)
            held.evidence = row.kind is MessageKind.OPT_IN
        sender, envelope_id = return_path(self._rt, row.id), row.header_id.strip("<>")
        return Parcel(row.id, row.header_id, sender, row.address, written.raw, envelope_id, written.undotted)

    def _check_again(self, mails: Sequence[Held]) -> None:
        """Time has passed: ask for consent once more."""
        rows = [held.row for held in mails]
        self._call_off(self.record.insist(lambda _: self._obstructed(rows)))
        for held in mails:
            held.checked = self._time.seconds

    def _obstructed(self, rows: Sequence[Outgoing]) -> list[Move]:
        called_off: list[Move] = []
        with reading(self._rt.db) as session:
            self._supply.allowed(session, rows, called_off)
        return called_off

    def _call_off(self, moves: Sequence[Move]) -> None:
        self.record.pending.moves += moves
        cancelled = sum(move.to is MessageState.CANCELLED for move in moves)
        self.cancelled, self.put_off = self.cancelled + cancelled, self.put_off + len(moves) - cancelled
        self._forget(move.id for move in moves)

    def _forget(self, ids: Iterable[int]) -> None:
        for id_ in ids:
            if (held := self._held.pop(id_, None)) is not None:
                held.gone = True

    # --- leaving, settled -------------------------------------------------------------------------------------------------

    def ahead(self, ready: Sequence[Parcel], meanwhile: Callable[[], None] = lambda: None) -> Collection[int]:
        seconds = self._time.seconds
        going = {p.message_id: held for p in ready if (held := self._held.get(p.message_id)) is not None}
        if stale := [held for held in going.values() if held.stale(seconds)]:
            self._check_again(stale)
            going = {id_: held for id_, held in going.items() if not held.gone}
        departure = self._departure(going, ready)
        recorded = self.record.begin(self._time.now, departure)
        try:
            meanwhile()
        except BaseException:
            self._departed(going, departure, recorded())
            self._return([held for held in going.values() if not held.gone])  # on record, and none of them has left
            raise
        self._departed(going, departure, recorded())
        return {p.message_id for p in ready if p.message_id not in self._held}

    def _departed(self, going: Mapping[int, Held], departure: Departure, lost: set[int]) -> None:
        """It is on record that they may leave."""
        self._recorded = self._time.seconds
        self._frames |= departure.frames.keys()
        self._forget(lost & going.keys())
        for held in going.values():
            held.state, held.letter = MessageState.SENDING, None

    def _departure(self, going: Mapping[int, Held], ready: Sequence[Parcel]) -> Departure:
        until = self._time.now + _SENDING_LEASE
        sending = [
            Move(id_, held.state, MessageState.SENDING, due=held.row.due_at, until=until, letter=held.letter)
            for id_, held in going.items()
        ]
        raw = [(p.message_id, p.raw) for p in ready if p.message_id in going and going[p.message_id].evidence]
        return Departure(sending, until, self._new_frames(going.values()), raw)

    def _new_frames(self, going: Iterable[Held]) -> dict[str, Mapping[str, Any]]:
        """Shared parts of these letters that this round has not kept yet."""
        used = {held.letter.context[letters.FRAME]: held.desk.frames for held in going if held.letter is not None}
        return {id_: made[id_] for id_, made in used.items() if id_ in made and id_ not in self._frames}

    def _commit(self) -> None:
        self.record.commit(self._time.now)
        self._recorded = self._time.seconds

    def settled(self, parcel: Parcel, outcome: Outcome) -> None:
        held = self._held.pop(parcel.message_id, None)
        if held is None:
            return  # it is not ours any more: whoever has it now settles it
        route = self._supply.route(held.group.lane)
        if outcome.of_server and route is not None:
            self._pause(held.group.lane, route, [held], outcome)
            return
        self._note(held, outcome)
        if route in self._supply.troubled:
            self.record.pending.works.add(route)

    def _note(self, held: Held, outcome: Outcome) -> None:
        if outcome.slow and self._supply.route(held.group.lane) is None:
            outcome = outcome._replace(slow=False)  # one stranger's wish; each of its mails waits by itself
        self.record.pending.results.append(Result(held.row, held.group.lane, held.state, outcome, self._time.now))

    def slowed(self, lane: str, outcome: Outcome) -> None:
        if self._supply.route(lane) is not None:
            self.record.pending.slowed[lane] = outcome.reply

    def stopped(self, shipment: Shipment, outcome: Outcome) -> None:
        group, route = self._supply.groups[shipment.lane, shipment.hosts], self._supply.route(shipment.lane)
        group.clear()
        back = (MessageState.CLAIMED, MessageState.SENDING) if self._rt.transport.idempotent else (MessageState.CLAIMED,)
        left = [held for held in self._held.values() if held.group is group and held.state in back]
        self._forget([held.row.id for held in left])
        if route is not None:
            self._pause(shipment.lane, route, left, outcome)
            return
        for held in left:
            self._note(held, outcome)

    def _pause(self, lane: str, route: str, left: Sequence[Held], outcome: Outcome) -> None:
        """The server takes nothing at present. The mails stay due; it is the route that is left alone for a while."""
        log.warning("mail cannot leave by %s at present: %s", route, outcome.reply)
        why = f"the mail server could not be used ({outcome.phase}): {outcome.reply}"
        self.record.pending.moves += [Move(h.row.id, h.state, MessageState.QUEUED, why, due=h.row.due_at) for h in left]
        self.record.tally["deferred"] += len(left)
        self.record.pending.paused[route] = why
        if outcome.slow:
            self.record.pending.slowed[lane] = outcome.reply

    # --- the end ----------------------------------------------------------------------------------------------------------

    def _return(self, mails: Sequence[Held]) -> None:
        """What has not left goes back into the queue, as it came."""
        moves = [Move(h.row.id, h.state, MessageState.QUEUED, h.row.reason, due=h.row.due_at) for h in mails]
        self.record.pending.moves += moves
        self._forget([held.row.id for held in mails])

    def end(self) -> None:
        """Record what is known; nothing that has not left stays claimed."""
        self._return([held for held in self._held.values() if held.state is MessageState.CLAIMED])
        try:
            self._commit()
            self._supply.leave()
        finally:
            self.record.close()
