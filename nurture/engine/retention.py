"""Applies the rules of retention, and says beforehand what they would do (``retention_rules.py`` has them in words).

Each rule has one question, "what is due?", which the preview asks and the beat asks again before each batch. Batches are
transactions of their own, oldest first, so that a run costs what is due and holds up nobody; safe to run twice, after a
crash, and beside another process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nurture.domain import audit as actors
from nurture.domain.pacing import start_of
from nurture.engine import erasure, form_guard, freshness
from nurture.engine.erasure import Ground
from nurture.engine.registration import expire_registrations
from nurture.engine.retention_rules import RULES, Rule
from nurture.engine.runtime import Runtime
from nurture.store import audit, delivery_counts, ledger
from nurture.store import retention as store
from nurture.store.database import reading, transaction
from nurture.store.retention import Item, Target

BEAT = actors.beat("retention")
_BATCH = 500
_CONSENTS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Due:
    """What a rule would do now: to how many, since when the oldest is waiting, and (if asked for) to which."""

    rule: Rule
    count: int
    oldest: datetime | None
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class _Work:
    """``find``: what is due, in any number of tables. ``act``: does it all; returns how many."""

    find: Callable[[Runtime, Session, datetime], Sequence[Target]]
    act: Callable[[Runtime, datetime], int]
    people: bool = False
    """Whether they are listed by their address."""


def due(rt: Runtime, now: datetime, listed: int = 0) -> list[Due]:
    """What would be done now, rule by rule. Changes nothing. ``listed``: name at most so many of each."""
    with reading(rt.db) as session:
        return [_due(rt, session, rule, now, listed) for rule in RULES]


def retain(rt: Runtime, now: datetime) -> dict[str, int]:
    """Apply every rule; to how many, by rule."""
    return {rule.id: _apply(rt, rule, now) for rule in RULES if rule.id in _WORK}


def _apply(rt: Runtime, rule: Rule, now: datetime) -> int:
    done = _WORK[rule.id].act(rt, now)
    if done:
        with transaction(rt.db) as session:
            audit.note(session, BEAT, "retained", ("retention", rule.id), now, count=done)
    return done


def _due(rt: Runtime, session: Session, rule: Rule, now: datetime, listed: int) -> Due:
    if rule.id == "evidence":
        return _evidence_due(rt, session, rule, now, listed)
    work = _WORK.get(rule.id)
    targets = work.find(rt, session, now) if work else ()
    found = [store.count(session, target) for target in targets]
    since = min((oldest for _, oldest in found if oldest is not None), default=None)
    name = store.addresses if work and work.people else store.listed
    items = [item for target in targets for item in name(session, target, listed)] if listed else []
    return Due(rule, sum(count for count, _ in found), since, tuple(items))


# --- since when -------------------------------------------------------------------------------------------------------


def _before(rt: Runtime, name: str, now: datetime, *, year_end: bool = False) -> datetime:
    """What is of before this moment is due. ``year_end``: only what became so in an earlier calendar year."""
    zone = rt.definitions.calendar.zone
    if year_end:
        now = start_of(now.astimezone(zone).date().replace(month=1, day=1), zone)
    before: datetime = getattr(rt.definitions.retention, name).before(now, zone)
    return before


# --- rows that go, or lose columns ----------------------------------------------------------------------------------------


def _plain(find: Callable[[Runtime, datetime], Sequence[Target]]) -> _Work:
    def act(rt: Runtime, now: datetime) -> int:
        return sum(_all(rt, target) for target in find(rt, now))

    return _Work(lambda rt, _, now: find(rt, now), act)


def _all(rt: Runtime, target: Target) -> int:
    return _until_done(rt, lambda session: store.take_away(session, target, _BATCH))


def _until_done(rt: Runtime, batch: Callable[[Session], int]) -> int:
    """Batch after batch, each a transaction, until there is nothing left."""
    total = 0
    while True:
        with transaction(rt.db) as session:
            done = batch(session)
        if not done:
            return total
        total += done


def _figures(rt: Runtime, now: datetime) -> int:
    done = sum(_all(rt, target) for target in store.figures(_before(rt, "figures", now)))
    with transaction(rt.db) as session:
        delivery_counts.put_together(session)
    return done


def _returned(rt: Runtime, now: datetime) -> list[Target]:
    return [store.returned(now - rt.definitions.delivery.returned_kept)]


# --- registrations, letters -------------------------------------------------------------------------------------------


def _expire(rt: Runtime, now: datetime) -> int:
    total = 0
    while done := expire_registrations(rt, now) + form_guard.drop_undecided(rt, now):
        total += done
    return total


def _letters(rt: Runtime, now: datetime) -> int:
    before = _before(rt, "letters", now)
    return _until_done(rt, lambda session: store.empty_letters(session, before, _BATCH))


# --- evidence of consents -----------------------------------------------------------------------------------------------


def _evidence_due(rt: Runtime, session: Session, rule: Rule, now: datetime, listed: int) -> Due:
    over = store.over(_before(rt, "evidence", now, year_end=True))
    found = over.order_by(None).subquery()
    count, oldest = session.execute(select(func.count(), func.min(found.c.at)).select_from(found)).one()
    items = [Item(f"{row.subject} {row.purpose}", row.at) for row in session.execute(over.limit(listed))] if listed else []
    return Due(rule, count, oldest, tuple(items))


def _evidence(rt: Runtime, now: datetime) -> int:
    before = _before(rt, "evidence", now, year_end=True)
    return _until_done(rt, lambda session: _evidence_batch(session, before, now))


def _evidence_batch(session: Session, before: datetime, now: datetime) -> int:
    """Take the evidence off some consents that ended long ago; the ledger says so in an entry of its own."""
    over = session.execute(store.over(before).limit(_CONSENTS_AT_ONCE)).all()
    entries = [e for row in over for e in store.evidence_of(session, row.subject, row.purpose, row.number)]
    numbers = [entry.number for entry in entries]
    subjects = {row.subject for row in over}
    store.forget_proofs(session, subjects, {e.registration_id for e in entries if e.registration_id is not None}, numbers)
    ledger.redact(session, ledger.Removal.RETAINED, now, numbers=numbers)
    return len(over)


# --- people -----------------------------------------------------------------------------------------------------------


def _to_erase(rt: Runtime, now: datetime) -> list[Target]:
    return [store.to_erase(_before(rt, "people", now))]


def _erase(rt: Runtime, now: datetime) -> int:
    """One by one: each is a transaction, and a case that says when and why."""
    (target,) = _to_erase(rt, now)
    done = 0
    while True:
        with reading(rt.db) as session:
            people = store.people(session, target, _BATCH)
        if not people:
            return done
        for person in people:
            erasure.erase(rt, person, BEAT, now, ground=Ground.OVER, channel="retention")
            done += 1


_WORK: Mapping[str, _Work] = {
    "opt_in_expires": _Work(lambda _rt, _s, now: [store.unconfirmed(now)], _expire),
    "raw_ip": _plain(lambda rt, now: [store.networks(_before(rt, "raw_ip", now))]),
    "clicks": _plain(lambda rt, now: [store.clicks(_before(rt, "clicks", now))]),
    "inactive_warn": _Work(lambda rt, _, now: [freshness.to_warn(rt, now)], freshness.warn, people=True),
    "inactive_block": _Work(lambda rt, _, now: [freshness.to_block(rt, now)], freshness.block, people=True),
    "evidence": _Work(lambda _rt, _s, _n: [], _evidence),
    "returned_kept": _plain(_returned),
    "letters": _Work(lambda rt, s, now: [store.letters(s, _before(rt, "letters", now))], _letters),
    "cases": _plain(lambda rt, now: [store.cases(_before(rt, "cases", now, year_end=True))]),
    "figures": _Work(lambda rt, _, now: store.figures(_before(rt, "figures", now)), _figures),
    "counters": _plain(lambda _rt, now: store.counters(now)),
    "inactive": _Work(lambda rt, _, now: _to_erase(rt, now), _erase, people=True),
}
"""Of every rule that anything is done by."""
