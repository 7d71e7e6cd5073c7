"""What a human may do about delivery: let a stopped stream go on, see to an alarm, try a lane again now."""

from __future__ import annotations

import logging
from datetime import datetime

from nurture.domain import audit
from nurture.domain.errors import IllegalTransition, NotFound
from nurture.engine.lanes import DIRECT
from nurture.engine.runtime import Runtime
from nurture.store import alarms, breakers, delivery_view
from nurture.store import audit as audit_log
from nurture.store.database import reading, transaction
from nurture.store.schema import BreakerRow

log = logging.getLogger("nurture.delivery")


def breaker(rt: Runtime, id_: int) -> BreakerRow:
    """A stop, open or not. Raises NotFound."""
    with reading(rt.db) as session:
        row = delivery_view.breaker(session, id_)
        if row is None:
            raise NotFound("breaker", id_)
        session.expunge(row)
        return row


def resume(rt: Runtime, id_: int, by: str, now: datetime) -> BreakerRow:
    """Let a stopped stream go on, on record with who said so; the alarm about it is closed. Raises NotFound,
    IllegalTransition where somebody has done so already.
    """
    with transaction(rt.db) as session:
        done = breakers.resume(session, id_, by, now)
        row = delivery_view.breaker(session, id_)
        if row is None:
            raise NotFound("breaker", id_)
        if not done:
            raise IllegalTransition("breaker", "resumed", "resume")
        alarms.close_alarm(session, alarms.stopped_key(row.stream, row.lane), by, now)
        audit_log.note(session, audit.user(by), "resumed", ("breaker", id_), now, stream=row.stream, lane=row.lane)
        session.flush()
        session.refresh(row)
        session.expunge(row)
    log.warning("%s lets %s mail to %s go on: %s", by, row.stream, row.lane, row.reason)
    return row


def close_alarm(rt: Runtime, key: str, by: str, now: datetime) -> None:
    """Somebody has seen to it. Safe to repeat. Raises NotFound."""
    with transaction(rt.db) as session:
        alarms.close_alarm(session, key, by, now)
        if not alarms.known(session, key):
            raise NotFound("alarm", key)
        audit_log.note(session, audit.user(by), "closed", ("alarm", key), now)


def retry(rt: Runtime, lane: str, by: str, now: datetime) -> int:
    """The pause of a lane is over, and what was put off on it is tried now; how many mails. Raises NotFound.

    What holds it back otherwise (rate, warm-up, a breaker) goes on doing so.
    """
    with transaction(rt.db) as session:
        if lane not in delivery_view.lanes_known(session):
            raise NotFound("lane", lane)
        routes = [f"{DIRECT}:{lane}" if rt.transport.name == DIRECT else rt.transport.name]
        hurried = delivery_view.hurry(session, lane, routes, now)
        audit_log.note(session, audit.user(by), "tried again", ("lane", lane), now, mails=hurried)
    log.warning("%s has lane %s tried again now", by, lane)
    return hurried
