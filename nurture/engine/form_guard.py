"""A form under attack: notice it, guard it, and let a human decide about what came meanwhile.

    usual --more than max(spike, 5 x hourly median of a week)--> guarded --an hour without a spike--> usual
                                                                   |
                    proof of work, harder; opt-in mails held; an alarm for the office

    held registration --release--> pending, its mail leaves, its time begins
                      --discard--> expired      --nobody decides in 14 days--> expired, with an alarm

A guard ends by itself, what is held does not leave by itself: that would be the attack, an hour late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from nurture.domain import audit
from nurture.domain.errors import NotFound
from nurture.domain.form import Form, ProofOfWork
from nurture.engine import registration
from nurture.engine.runtime import Runtime
from nurture.store import alarms, form_guards
from nurture.store import audit as audit_log
from nurture.store.database import reading, transaction
from nurture.store.form_guards import Held
from nurture.store.schema import FormGuard

QUIET = timedelta(hours=1)
"""So long without a spike, and a guard ends."""
_USUAL = timedelta(days=7)
_TIMES = 5
_KEPT = timedelta(days=60)
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Guard:
    """A form as the office sees it. ``until`` in the past: not guarded any more. ``held``: registrations that wait."""

    form: str
    since: datetime | None
    until: datetime | None
    on: bool
    sent: int
    allowed: int
    held: int
    people: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a form asks of browsers at present."""

    proof: bool
    hard: bool


def wanted(rt: Runtime, form: Form, now: datetime) -> Wanted:
    """Whether work is asked for, and how much. A form is shown even while the database does not answer."""
    if form.defence.proof_of_work is ProofOfWork.NEVER:
        return Wanted(proof=False, hard=False)
    try:
        with reading(rt.db) as session:
            on = is_on(session, form.id, now)
    except (OperationalError, PoolTimeout):
        on = False
    return Wanted(proof=on or form.defence.proof_of_work is ProofOfWork.ALWAYS, hard=on)


def is_on(session: Session, form: str, now: datetime) -> bool:
    row = form_guards.guard(session, form)
    return row is not None and row.until > now


def count(session: Session, form: Form, now: datetime) -> bool:
    """The form was sent once more. Returns whether it is (now) guarded."""
    sent, allowed = form_guards.count(session, form.id, now), allowance(session, form, now)
    if sent == 1:
        form_guards.forget_traffic(session, now - _KEPT)
    if sent > allowed:
        reason = f"form {form.id} was sent {sent} times within the hour, usual are at most {allowed}"
        if form_guards.put_up(session, form.id, reason, now, now + QUIET):
            text = f"{reason}; its opt-in mails wait for your decision (office, data protection, forms)"
            alarms.raise_alarm(session, alarms.form_key(form.id), text, now)
    return is_on(session, form.id, now)


def allowance(session: Session, form: Form, now: datetime) -> int:
    """How often it may be sent within an hour before that is an attack."""
    hours = int(_USUAL / timedelta(hours=1))
    known = form_guards.traffic(session, form.id, now - _USUAL, now)
    usual = median([*known, *[0] * (hours - len(known))]) if len(known) <= hours else median(known)
    return max(form.defence.spike, int(_TIMES * usual))


# --- what a human does ---------------------------------------------------------------------------------------------------


def overview(rt: Runtime, now: datetime) -> list[Guard]:
    """Forms that are or were guarded, and those with registrations that wait; these first."""
    with reading(rt.db) as session:
        known = {row.form: row for row in form_guards.guards(session)}
        held = form_guards.held_counts(session)
        told = [_guard(rt, session, form, known.get(form), held.get(form), now) for form in sorted({*known, *held})]
    return sorted(told, key=lambda g: (not g.held, not g.on, g.form))


def _guard(rt: Runtime, session: Session, form: str, row: FormGuard | None, held: Held | None, now: datetime) -> Guard:
    since, until = (row.since, row.until) if row else (None, None)
    count_, people, oldest = held or (0, 0, None)
    known = rt.definitions.forms.get(form)
    allowed = allowance(session, known, now) if known else 0
    sent = sum(form_guards.traffic(session, form, now, now + timedelta(hours=1)))
    return Guard(form, since, until, until is not None and until > now, sent, allowed, count_, people, oldest)


def waiting(rt: Runtime) -> int:
    """Forms that somebody has to decide about."""
    with reading(rt.db) as session:
        return len(form_guards.held_counts(session))


def release(rt: Runtime, form: str, by: audit.Actor, now: datetime) -> int:
    """Let the held mails of this form leave, within the limits of each address. Returns how many."""
    return _each(rt, form, by, now, "released", registration.release)


def discard(rt: Runtime, form: str, by: audit.Actor, now: datetime) -> int:
    """Forget what is held for this form. Returns how many."""
    return _each(rt, form, by, now, "discarded", registration.discard)


def _each(rt: Runtime, form: str, by: audit.Actor, now: datetime, action: str, do: registration.Settling) -> int:
    total = 0
    while True:
        with transaction(rt.db) as session:
            rows = form_guards.held(session, form, _BATCH)
            for row in rows:
                do(rt, session, row, now)
            if rows:
                audit_log.note(session, by, action, ("form", form), now, registrations=len(rows))
            alarms.close_alarm(session, alarms.form_key(form), by.name, now)
        total += len(rows)
        if len(rows) < _BATCH:
            return total


def end(rt: Runtime, form: str, by: audit.Actor, now: datetime) -> None:
    """The guard is over; what is held stays held. Raises NotFound."""
    with transaction(rt.db) as session:
        row = form_guards.guard(session, form)
        if row is None:
            raise NotFound("form guard", form)
        row.until, row.released_by = min(row.until, now), by.name[:80]
        audit_log.note(session, by, "unguarded", ("form", form), now)


def drop_undecided(rt: Runtime, now: datetime) -> int:
    """Forget what nobody decided about in time, and say so. Returns how many."""
    with transaction(rt.db) as session:
        rows = form_guards.held_too_long(session, now, _BATCH)
        forms = {row.form for row in rows}
        for row in rows:
            registration.discard(rt, session, row, now)
        for form in sorted(forms):
            count_ = sum(1 for row in rows if row.form == form)
            text = f"form {form}: {count_} requests were held for 14 days, nobody decided, and they are deleted"
            alarms.raise_alarm(session, alarms.form_key(form), text, now)
            audit_log.note(session, audit.beat("expire"), "discarded", ("form", form), now, registrations=count_)
        return len(rows)
