"""What the lanes allow, shared by all workers: tokens, connections, the plan of a new sender. Nothing here commits.

    open_lanes (locks the lanes' rows) -> claim at most that many mails -> spend     in one transaction
    ... results ... -> note (what the servers said about our pace), count            in the one that settles

``domain/throttle.py`` has the rules. The lock is the row of the lane, held until the transaction ends, so that no two
workers give out the same token or connection; SQLite has its one writer. A worker that dies stops renewing its lease,
and its connections are free again when that is over.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, bindparam, delete, or_, select
from sqlalchemy.orm import Session

from nurture.domain import throttle
from nurture.domain.delivery_rules import LOCAL, DeliveryRules, WarmUp
from nurture.domain.throttle import PLENTY, Lane, Signal
from nurture.store.bulk import among, update_many
from nurture.store.delivery_counts import since_day
from nurture.store.schema import LaneLease, LaneRow
from nurture.store.upsert import insert_in, insert_new

_INTEREST = timedelta(minutes=1)
"""How long a worker that found no free connection is counted among those who want one."""
_LANES = LaneRow.__table__
_LEASES = LaneLease.__table__
_MOST = 1e12
"""An unlimited rate as a number; JSON and some databases have none for infinity."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a worker may do on a lane now.

    ``mails``: how many may be claimed; ``service``: the same for service mail, which the plan of a new sender does not
    hold back (what is sent of either counts against both). ``connections``: how many this worker may have;
    ``per_connection``: mails before one is closed. ``slowed``: the lane recovers, so accepted mails have to be noted.
    ``again``: when there will be more, if a limit is reached; ``reason``: which one.
    """

    lane: str
    mails: int
    connections: int
    per_connection: int
    service: int = 0
    slowed: bool = False
    again: datetime | None = None
    reason: str = ""


def open_lanes(
    session: Session, rules: DeliveryRules, lanes: Collection[str], worker: str, now: datetime
) -> dict[str, Grant]:
    """Lane -> what ``worker`` may do there. Locks the lanes until the transaction ends; two statements when all is calm."""
    wanted = sorted(set(lanes) - {LOCAL})
    grants = {LOCAL: Grant(LOCAL, PLENTY, 1, PLENTY, PLENTY)} if LOCAL in lanes else {}
    if not wanted:
        return grants
    present = _locked(session, rules, wanted, now)
    _turn_days(session, rules.warm_up, present, now)
    held = _held(session, wanted, now)
    for lane, state in present.items():
        grants[lane] = _grant(rules, lane, state, held[lane], worker, now)
    _keep_filled(session, present, grants)
    _show_interest(session, worker, [g.lane for g in grants.values() if not g.connections], now)
    return grants


def spend(
    session: Session,
    worker: str,
    now: datetime,  # noqa: ARG001 - every verb of a worker takes it
    spent: Mapping[str, int],
    connections: Mapping[str, int],
    until: datetime,
) -> None:
    """Take what was used of the grants: lane -> mails claimed, lane -> connections held from now on, until ``until``.

    Connections still busy count as held even where the grant was smaller. In the transaction of ``open_lanes``.
    """
    _take_tokens(session, {lane: number for lane, number in spent.items() if number and lane != LOCAL})
    rows = [
        {"lane": lane, "worker": worker, "connections": number, "until": until}
        for lane, number in sorted(connections.items())
        if lane != LOCAL
    ]
    _lease(session, rows)


def note(
    session: Session,
    rules: DeliveryRules,
    worker: str,  # noqa: ARG001 - every verb of a worker takes it
    now: datetime,
    signals: Mapping[str, Signal],
) -> None:
    """Let the lanes slow down or recover. Lanes at rest on which nothing but acceptance was heard cost nothing but a look.

    Two statements at most; one if no lane is to change.
    """
    heard = {lane: s for lane, s in signals.items() if lane != LOCAL and (s.accepted or s.slowed is not None)}
    if not heard:
        return
    present = _locked(session, rules, sorted(heard), now)
    changed = {
        lane: after
        for lane, before in present.items()
        if (after := throttle.after(before, rules.provider(lane), heard[lane], now)) != before
    }
    _write(session, changed)


def release(session: Session, worker: str) -> None:
    """Give back every connection of a worker that is done for now.

    That it wants one stays on record where it had none, or those who have them all would never hear of it.
    """
    session.execute(delete(LaneLease).where(LaneLease.worker == worker, LaneLease.connections > 0))


# --- reading ------------------------------------------------------------------------------------------------------------


def _locked(session: Session, rules: DeliveryRules, lanes: Sequence[str], now: datetime) -> dict[str, Lane]:
    """The lanes as configured at present and filled up to now; made where there are none yet."""
    found = _rows(session, lanes)
    if missing := [lane for lane in lanes if lane not in found]:
        insert_new(session, LaneRow, [_row(lane, throttle.begin(rules.provider(lane), now)) for lane in missing])
        found = _rows(session, lanes)
    return {
        lane: throttle.refill(throttle.configured(lane_in(row), rules.provider(lane)), now) for lane, row in found.items()
    }


# statements are built once: on the hot path building them costs more than carrying them out
_LOCK = (
    select(_LANES)
    .where(_LANES.c.lane.in_(bindparam("lanes", expanding=True)))
    .order_by(_LANES.c.lane)  # always the same order, so that no two transactions wait for each other
    .with_for_update()
)


def _rows(session: Session, lanes: Sequence[str]) -> dict[str, Row[Any]]:
    return {row.lane: row for row in session.connection().execute(_LOCK, {"lanes": list(lanes)})}


def lane_in(row: Row[Any]) -> Lane:
    """What a row of ``lanes`` says."""
    return Lane(
        rate=row.rate if row.rate < _MOST else math.inf,
        connections=row.connections,
        tokens=row.tokens,
        filled_at=row.filled_at,
        accepted=row.accepted,
        slowdowns=row.slowdowns,
        paused_until=row.paused_until,
        reason=row.reason,
        warm_day=date.fromisoformat(row.warm_day) if row.warm_day else None,
        warm_level=row.warm_level,
        warm_sent=row.warm_sent,
    )


_HELD = select(_LEASES).where(_LEASES.c.lane.in_(bindparam("lanes", expanding=True)))


def _held(session: Session, lanes: Sequence[str], now: datetime) -> dict[str, dict[str, int]]:
    """Lane -> worker -> connections, of leases that are not over; those that are get removed."""
    held: dict[str, dict[str, int]] = {lane: {} for lane in lanes}
    over = False
    for row in session.connection().execute(_HELD, {"lanes": list(lanes)}):
        if row.until > now:
            held[row.lane][row.worker] = row.connections
        else:
            over = True
    if over:
        session.execute(delete(LaneLease).where(among(session, LaneLease.lane, lanes), LaneLease.until <= now))
    return held


def _grant(rules: DeliveryRules, lane: str, state: Lane, held: Mapping[str, int], worker: str, now: datetime) -> Grant:
    others = {name: number for name, number in held.items() if name != worker}
    connections = throttle.share(state.connections, others, worker)
    allowed = throttle.allowance(state, rules.warm_up, now)
    return Grant(
        lane,
        allowed.mails,
        connections,
        rules.provider(lane).per_connection,
        service=allowed.service,
        slowed=state.slowdowns > 0,
        again=allowed.again,
        reason=allowed.reason,
    )


# --- writing ------------------------------------------------------------------------------------------------------------


def _turn_days(session: Session, plan: WarmUp | None, present: dict[str, Lane], now: datetime) -> None:
    """Begin the day of lanes that do not know of it yet; once a day and lane."""
    turning = [lane for lane, state in present.items() if throttle.turns(state, plan, now)]
    if plan is None or not turning:
        return
    last = since_day(session, {lane: _midnight(present[lane].warm_day or now.date()) for lane in turning})
    for lane in turning:
        present[lane] = throttle.new_day(present[lane], plan, last[lane], now)
    _write(session, {lane: present[lane] for lane in turning})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _keep_filled(session: Session, present: Mapping[str, Lane], grants: Mapping[str, Grant]) -> None:
    """Write down how full the lanes are of which tokens may be taken; unlimited ones have none to count."""
    limited = {lane: state for lane, state in present.items() if not math.isinf(state.rate)}
    _write(session, {lane: state for lane, state in limited.items() if grants[lane].service})


# limited lanes were filled and written down by open_lanes; the others have nothing to take from
_TAKE = (
    _LANES.update()
    .where(_LANES.c.lane == bindparam("b_lane"), or_(_LANES.c.rate < _MOST, _LANES.c.warm_day.is_not(None)))
    .values(tokens=_LANES.c.tokens - bindparam("used"), warm_sent=_LANES.c.warm_sent + bindparam("used"))
)


def _take_tokens(session: Session, spent: Mapping[str, int]) -> None:
    if spent:
        session.connection().execute(_TAKE, [{"b_lane": lane, "used": number} for lane, number in sorted(spent.items())])


def _write(session: Session, lanes: Mapping[str, Lane]) -> None:
    update_many(session, LaneRow, [_row(lane, state) for lane, state in sorted(lanes.items())], key="lane")


def _row(lane: str, state: Lane) -> dict[str, Any]:
    return {
        "lane": lane,
        "rate": min(state.rate, _MOST),
        "connections": state.connections,
        "tokens": state.tokens,
        "filled_at": state.filled_at,
        "accepted": state.accepted,
        "slowdowns": state.slowdowns,
        "paused_until": state.paused_until,
        "reason": state.reason,
        "warm_day": state.warm_day.isoformat() if state.warm_day else None,
        "warm_level": state.warm_level,
        "warm_sent": state.warm_sent,
    }


def _show_interest(session: Session, worker: str, lanes: Sequence[str], now: datetime) -> None:
    """Be counted among those who want a connection, so that the others give one back when they ask next."""
    rows = [{"lane": lane, "worker": worker, "connections": 0, "until": now + _INTEREST} for lane in lanes]
    if rows:
        _lease(session, rows)


def _lease(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.connection().execute(_leasing(session.get_bind().dialect.name), [dict(row) for row in rows])


@lru_cache(maxsize=2)
def _leasing(dialect: str) -> Any:
    statement = insert_in(dialect, LaneLease)
    changed = {"connections": statement.excluded.connections, "until": statement.excluded.until}
    return statement.on_conflict_do_update(index_elements=["lane", "worker"], set_=changed)
