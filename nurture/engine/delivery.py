"""The beat that delivers what lies in the outbox.

    claim -> may it still go? -> write the letter -> offer, record, hand over -> settle

Each arrow may be the last thing a process does: what was only claimed goes back into the queue when its lease is over;
what may have left is on record as being sent before its last byte is. Faults of the mail server hold up the route, not
the single mail: nothing is used up and everything goes out once the server is back. The round itself is in
``delivery_round.py``; how mail travels is the transport's matter.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from nurture.engine.delivery_mails import Time
from nurture.engine.delivery_round import Round
from nurture.engine.runtime import Runtime
from nurture.store import outbox
from nurture.store.database import reading


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round did. ``claimed``: call again while it equals the limit. ``held``: put back, to be looked at later."""

    claimed: int = 0
    accepted: int = 0
    deferred: int = 0
    failed: int = 0
    unknown: int = 0
    cancelled: int = 0
    parked: int = 0
    held: int = 0
    paused: str = ""
    """Why the route is paused, if it is."""


def deliver(
    rt: Runtime,
    now: datetime,
    *,
    worker: str,
    limit: int | None = None,
    stopwatch: Callable[[], float] | None = None,
    stopping: Callable[[], bool] = lambda: False,
    wait: Callable[[float], None] = time.sleep,
    said: Callable[[Delivered], None] = lambda so_far: None,  # noqa: ARG005 - nobody listens
) -> Delivered:
    """Deliver what is due, and what falls due meanwhile, service mail first, until nothing is on its way any more.

    ``worker``: a name no other process has. ``limit``: how many mails at most. ``stopping``: once it says so nothing new
    begins, and what is under way is brought to its end. ``said``: told now and then what was done. ``stopwatch`` counts
    seconds; by default a monotonic one for transports that talk to others, and none for local ones, whose rounds are over
    in no time.
    """
    with reading(rt.db) as session:
        if not outbox.something_to_do(session, now):
            return Delivered()
    watch = stopwatch or (time.monotonic if not rt.transport.idempotent else lambda: 0.0)
    round_ = Round(
        rt, worker, Time(now, watch), limit=limit, stopping=stopping, wait=wait, said=lambda: said(_report(round_))
    )
    try:
        rt.transport.carry(round_)
    finally:
        paused = round_.paused
        round_.end()
    return replace(_report(round_), paused=paused)


def _report(round_: Round) -> Delivered:
    counts = {"claimed": round_.claimed, "cancelled": round_.cancelled, "held": round_.put_off, "parked": round_.parked}
    return Delivered(**counts, **round_.record.tally, paused=round_.paused)
