"""The beats of the house: which verbs run by themselves, and how often. One table for the scheduler and the simulation.

Every beat is safe to run twice, after a crash, and beside another process. *Duties* are periodic and done once per slot
over all processes: whoever inserts the (duty, slot) row does it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from nurture.domain.audit import beat as beat_actor
from nurture.engine import form_guard
from nurture.engine.advance import advance
from nurture.engine.delivery import Delivered, deliver
from nurture.engine.engagement import Judged, judge
from nurture.engine.enrolment import enrol_quiet
from nurture.engine.erasure import finish_all
from nurture.engine.handoff_clock import Clocked, run_clocks
from nurture.engine.registration import expire_registrations
from nurture.engine.retention import retain
from nurture.engine.routing import route
from nurture.engine.runtime import Runtime
from nurture.engine.scoring import refresh_scores
from nurture.store.database import transaction
from nurture.store.schema import Duty
from nurture.store.upsert import insert_for

ADVANCE_BATCH = 500


@dataclass(frozen=True, slots=True)
class Worker:
    """Who runs a beat. ``stopping``: whether to come to an end; ``said``: takes what was done so far, in words.

    Only a beat that may go on for long asks and tells.
    """

    name: str
    stopping: Callable[[], bool] = lambda: False
    said: Callable[[str], None] = lambda words: None  # noqa: ARG005 - nobody listens


@dataclass(frozen=True, slots=True)
class Beat:
    """``run(rt, now, worker)`` does one batch and says in words what it did; '' for nothing. ``every``: the pause."""

    name: str
    every: timedelta
    run: Callable[[Runtime, datetime, Worker], str]
    duty: bool = False
    """Whether it is done once per slot of ``every`` over all processes."""


def _words(done: Delivered | Judged | Clocked) -> str:
    """What was done, in words: '3 claimed, 2 accepted, 1 parked'; '' for nothing."""
    counts = ((field.name, getattr(done, field.name)) for field in fields(done))
    return ", ".join(f"{count} {name}" if isinstance(count, int) else f"{name}: {count}" for name, count in counts if count)


def _advance(rt: Runtime, now: datetime, worker: Worker) -> str:  # noqa: ARG001 - one form for all beats
    total = 0
    while (done := advance(rt, now, ADVANCE_BATCH)).due:
        total += done.due
        if done.due < ADVANCE_BATCH:
            break
    return f"{total} decided" if total else ""


def _deliver(rt: Runtime, now: datetime, worker: Worker) -> str:
    done = deliver(rt, now, worker=worker.name, stopping=worker.stopping, said=lambda so_far: worker.said(_words(so_far)))
    return _words(done)


def _route(rt: Runtime, now: datetime, worker: Worker) -> str:  # noqa: ARG001
    return f"{done} routed" if (done := route(rt, now)) else ""


def _judge(rt: Runtime, now: datetime, worker: Worker) -> str:  # noqa: ARG001
    return _words(judge(rt, now))


def _clocks(rt: Runtime, now: datetime, worker: Worker) -> str:  # noqa: ARG001
    return _words(run_clocks(rt, now))


def _quiet(rt: Runtime, now: datetime, worker: Worker) -> str:  # noqa: ARG001
    return f"{done} enrolled" if (done := enrol_quiet(rt, now)) else ""


def _expire(rt: Runtime, now: datetime, worker: Worker) -> str:  # noqa: ARG001
    done = expire_registrations(rt, now) + form_guard.drop_undecided(rt, now)
    return f"{done} expired" if done else ""


def _retain(rt: Runtime, now: datetime, worker: Worker) -> str:  # noqa: ARG001
    return ", ".join(f"{count} {what}" for what, count in retain(rt, now).items() if count)


def _scores(rt: Runtime, now: datetime, worker: Worker) -> str:  # noqa: ARG001
    return f"{done} leads counted again" if (done := refresh_scores(rt, now)) else ""


def _erasures(rt: Runtime, now: datetime, worker: Worker) -> str:  # noqa: ARG001
    return f"{done} erasures finished" if (done := finish_all(rt, beat_actor("erasures"), now)) else ""


def _returns(rt: Runtime, now: datetime, worker: Worker) -> str:  # noqa: ARG001
    return f"{done} taken in" if rt.sources is not None and (done := rt.sources.collect(rt, now)) else ""


BEATS: tuple[Beat, ...] = (
    Beat("advance", timedelta(seconds=1), _advance),
    Beat("route", timedelta(seconds=1), _route),
    Beat("deliver", timedelta(seconds=1), _deliver),
    Beat("returns", timedelta(seconds=10), _returns),
    Beat("engagement", timedelta(seconds=5), _judge),
    Beat("handoff-clocks", timedelta(minutes=1), _clocks),
    Beat("expire", timedelta(minutes=1), _expire),
    Beat("erasures", timedelta(minutes=1), _erasures),
    Beat("quiet", timedelta(hours=1), _quiet, duty=True),
    Beat("scores", timedelta(days=1), _scores, duty=True),
    Beat("retention", timedelta(days=1), _retain, duty=True),
)


def slot(beat: Beat, now: datetime) -> str:
    """The slot of a duty that ``now`` lies in: the start of its period, counted in UTC."""
    seconds = int(beat.every.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=now.tzinfo).isoformat()


def take_duty(rt: Runtime, beat: Beat, now: datetime, worker: str) -> bool:
    """Whether this process does the duty in this slot; True for one process only."""
    row = {"duty": beat.name, "slot": slot(beat, now), "taken_by": worker, "taken_at": now}
    with transaction(rt.db) as session:
        statement = insert_for(session, Duty).values(row).on_conflict_do_nothing().returning(Duty.duty)
        return session.scalar(statement) is not None
