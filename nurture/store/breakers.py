"""Streams of mail that are stopped on a lane because their figures are bad. Only a human lets them go on.

    running --check_breakers: a rule of domain/breaker.py--> open --resume--> running, judged by new figures only

Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import CursorResult, bindparam, func, select, update
from sqlalchemy.orm import Session

from nurture.domain.breaker import Figures, Recent, Verdict, verdict
from nurture.domain.delivery_rules import LOCAL, Breakers, DeliveryRules
from nurture.store import delivery_counts
from nurture.store.alarms import complaints_key, raise_alarm, stopped_key
from nurture.store.bulk import insert_many
from nurture.store.delivery_counts import Minute, minute_of
from nurture.store.schema import Alarm, BreakerRow

_ROW = BreakerRow.__table__.c
Pair = tuple[str, str]
"""(stream, lane)."""

_FIRST_LOOK = 30
"""Minutes that usually have enough mails."""
_WARN_AGAIN = timedelta(days=1)
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Opened:
    """A stream that was stopped on a lane just now."""

    stream: str
    lane: str
    rule: str
    reason: str


def open_breakers(session: Session) -> set[Pair]:
    """The (stream, lane) that are stopped."""
    rows = session.execute(select(BreakerRow.stream, BreakerRow.lane).where(BreakerRow.resumed_at.is_(None)))
    return {(stream, lane) for stream, lane in rows}


def all_open(session: Session) -> Sequence[BreakerRow]:
    """What is stopped, for people to look at; the oldest first."""
    return session.scalars(select(BreakerRow).where(BreakerRow.resumed_at.is_(None)).order_by(BreakerRow.opened_at)).all()


def check_breakers(session: Session, rules: DeliveryRules, now: datetime, which: Collection[Pair]) -> list[Opened]:
    """Stop those of ``which`` whose newest figures ask for it, and raise an alarm; warn where a warning is due.

    Ask after a refusal, a bounce or a complaint, once it is counted. One statement, and one per pair (two where little
    is sent), while nothing is wrong.
    """
    wanted = sorted({pair for pair in which if pair[1] != LOCAL})
    if not wanted:
        return []
    limits = rules.breakers
    recent = {pair: _recent(session, limits, pair, after, now) for pair, after in _since(session, wanted).items()}
    found = {pair: v for pair, figures in recent.items() if (v := verdict(figures, limits.of_stream(pair[0])))}
    _warn(session, rules, {pair: v for pair, v in found.items() if not v.stops}, now)
    return _open(session, rules, {pair: v for pair, v in found.items() if v.stops}, now)


def resume(session: Session, breaker_id: int, by: str, now: datetime) -> bool:
    """Let a stopped stream go on. False: it is not stopped (any more)."""
    result = session.execute(
        update(BreakerRow)
        .where(BreakerRow.id == breaker_id, BreakerRow.resumed_at.is_(None))
        .values(resumed_at=now, resumed_by=by)
    )
    return isinstance(result, CursorResult) and result.rowcount == 1


# --- judging ------------------------------------------------------------------------------------------------------------


_PAST = (
    select(_ROW.stream, _ROW.lane, func.count() - func.count(_ROW.resumed_at), func.max(_ROW.resumed_at))
    .where(_ROW.lane.in_(bindparam("lanes", expanding=True)))
    .group_by(_ROW.stream, _ROW.lane)
)


def _since(session: Session, pairs: Sequence[Pair]) -> dict[Pair, datetime]:
    """Those that are not stopped already -> the moment after which figures count: when a human let them go on."""
    rows = session.connection().execute(_PAST, {"lanes": sorted({lane for _, lane in pairs})})
    past = {(stream, lane): (stopped, resumed) for stream, lane, stopped, resumed in rows}
    running = [pair for pair in pairs if not past.get(pair, (0, None))[0]]
    return {pair: minute_of(past[pair][1]) if pair in past else _BEGINNING for pair in running}


def _recent(session: Session, limits: Breakers, pair: Pair, after: datetime, now: datetime) -> Recent:
    window = int(limits.policy_within.total_seconds() // 60) + 1
    first = max(_FIRST_LOOK, window)
    rows = delivery_counts.newest(session, *pair, after, first)
    if len(rows) == first and _ended(rows) < limits.sample:
        # too few mails in those minutes: look further back, at most to where each minute had one
        rows = delivery_counts.newest(session, *pair, after, max(limits.sample, first))
    return _sampled(rows, limits, now)


def _ended(rows: Sequence[Minute]) -> int:
    return sum(row.figures.ended for row in rows)


def _sampled(rows: Sequence[Minute], limits: Breakers, now: datetime) -> Recent:
    sample = Figures()
    for row in rows:
        if sample.ended >= limits.sample:
            break
        sample += row.figures
    begin = minute_of(now - limits.policy_within)
    return Recent(sample, sum(row.figures.policy for row in rows if row.at > begin))


# --- acting -------------------------------------------------------------------------------------------------------------


def _open(session: Session, rules: DeliveryRules, stops: Mapping[Pair, Verdict], now: datetime) -> list[Opened]:
    rows = [
        {"stream": stream, "lane": lane, "rule": v.rule, "reason": v.reason, "opened_at": now}
        for (stream, lane), v in stops.items()
    ]
    # another worker may have found out at the same moment: whoever writes the row raises the alarm
    new = insert_many(session, BreakerRow, rows, [_ROW.stream, _ROW.lane])
    pairs = [(row.stream, row.lane) for row in new]
    opened = [Opened(*pair, stops[pair].rule, stops[pair].reason) for pair in pairs]
    for stop in opened:
        text = f"{_mail(stop.stream)} to {_name(rules, stop.lane)} is stopped until you resume it: {stop.reason}"
        raise_alarm(session, stopped_key(stop.stream, stop.lane), text, now)
    return opened


def _warn(session: Session, rules: DeliveryRules, warnings: Mapping[Pair, Verdict], now: datetime) -> None:
    """Once a day; figures of the same complaints come by again and again."""
    keys = {complaints_key(stream, lane): (stream, lane) for stream, lane in warnings}
    if not keys:
        return
    recent = session.scalars(select(Alarm.key).where(Alarm.key.in_(keys), Alarm.last_at > now - _WARN_AGAIN)).all()
    for key, (stream, lane) in keys.items():
        if key not in recent:
            reason = warnings[stream, lane].reason
            raise_alarm(session, key, f"{_mail(stream)} to {_name(rules, lane)}: {reason}", now)


def _mail(stream: str) -> str:
    return f"Mail of the kind '{stream}'"


def _name(rules: DeliveryRules, lane: str) -> str:
    return rules.provider(lane).name
