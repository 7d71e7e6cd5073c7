"""``nurture queue``: how mail gets out; and what an administrator at a terminal may do about it."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta

import click

from nurture import app
from nurture.cli.house import existing
from nurture.domain.message import MessageState
from nurture.engine import delivery_desk
from nurture.engine.delivery_view import DeliveryView, standing, view
from nurture.engine.queue_report import as_json
from nurture.engine.runtime import Runtime

_COLUMNS = (MessageState.CLAIMED, MessageState.SENDING, MessageState.UNKNOWN, MessageState.PARKED)


@click.group(
    invoke_without_command=True,
    epilog="Examples: nurture queue; nurture queue --watch 5; nurture queue --json; nurture queue resume 3 --by anna",
)
@click.option("--json", "json_", is_flag=True, help="For scripts; the figures are those of the office and of /metrics.")
@click.option("--watch", type=click.IntRange(1, 3600), metavar="SECONDS", help="Show it again and again until Ctrl-C.")
@click.pass_context
def queue(context: click.Context, json_: bool, watch: int | None) -> None:  # noqa: FBT001 - click's form
    """Show what waits, by lane and kind; how fast each lane goes; what is paused or stopped, and why.

    Times are in UTC. A lane is a group of mail providers (config/delivery.yaml).
    """
    if context.invoked_subcommand is not None:
        return
    with existing() as rt:
        _show(rt, json_=json_)
        while watch:
            time.sleep(watch)
            if not json_:
                click.clear()
            _show(rt, json_=json_)


def _show(rt: Runtime, *, json_: bool) -> None:
    found = view(rt, app.utc_now())
    click.echo(json.dumps(as_json(found), ensure_ascii=False, indent=2) if json_ else "\n".join(_lines(found)))


@queue.command(epilog="Example: nurture queue resume 3 --by anna")
@click.argument("breaker", type=click.IntRange(1))
@click.option("--by", required=True, metavar="NAME", help="Who says so; it stays on record.")
def resume(breaker: int, by: str) -> None:
    """Let mail go on that was stopped: BREAKER is the number that `nurture queue` shows."""
    with existing() as rt:
        row = delivery_desk.resume(rt, breaker, by, app.utc_now())
    click.echo(f"{row.stream} mail to {row.lane} goes on; it had been stopped because: {row.reason}")


@queue.command(epilog="Example: nurture queue retry gmx --by anna")
@click.argument("lane")
@click.option("--by", required=True, metavar="NAME", help="Who says so; it is in the log.")
def retry(lane: str, by: str) -> None:
    """End the pause of LANE, and try what it put off again now."""
    with existing() as rt:
        hurried = delivery_desk.retry(rt, lane, by, app.utc_now())
    click.echo(f"{lane} is not paused any more; {hurried} deferred mails are due now")


# --- as text ------------------------------------------------------------------------------------------------------------


def _lines(v: DeliveryView) -> Iterator[str]:
    waiting = f"{v.due} due, {v.later} for later, {v.under_way} under way, {v.count(MessageState.UNKNOWN)} unknown"
    yield f"{v.at:%Y-%m-%d %H:%M:%S} UTC: {waiting}, {v.count(MessageState.PARKED)} parked"
    if v.oldest:
        yield f"the oldest is due for {_span(v.at - v.oldest)}"
    if v.progress:
        p = v.progress
        ends = f", {_span(p.ends - v.at)} left" if p.ends else ""
        out = f"{p.gone} of {p.gone + p.left} are out ({p.share:.1%})"
        yield f"sending: {out}, {p.rate:.0f} a minute{ends}; {p.held} are held up"
    yield from _trouble(v)
    if v.pairs:
        yield ""
        yield from _table(_HEAD, [_row(v, *pair) for pair in v.pairs])
        yield "5 min, 1 h: mails accepted a minute. Since midnight: mails accepted, tries deferred, mails refused at once,"
        yield "mails that came back later (they had been accepted, perhaps on another day)"
    if v.lanes:
        yield ""
        yield from _table(("lane", "state", "per second", "connections", "warm-up", "why"), list(_lanes(v)))
    if v.said:
        yield ""
        yield "what servers said when they deferred (newest 1,000 of 24 hours):"
        for one in v.said[:10]:
            tries, mails = _number(one.count, "try", "tries"), _number(one.mails, "mail", "mails")
            yield f"  {tries} ({mails}) {one.lane or '-'}: {one.text}"


def _trouble(v: DeliveryView) -> Iterator[str]:
    for stop in v.stops:
        name = f"{stop.stream} mail to {stop.lane} since {stop.opened_at:%m-%d %H:%M}"
        yield f"STOPPED breaker {stop.id}: {name}, {stop.waiting} wait: {stop.reason}"
    yield from (f"PAUSED {r.name} until {r.until:%m-%d %H:%M:%S}: {r.reason}" for r in v.routes)
    yield from (f"ALARM ({a.count}x, last {a.last_at:%m-%d %H:%M}): {a.text}" for a in v.alarms)
    if v.quarantine:
        yield f"{v.quarantine} returned mails are in quarantine; somebody should read them in the office"


_HEAD = (
    "lane",
    "kind",
    "due",
    "later",
    *(state.value for state in _COLUMNS),
    "5 min",
    "1 h",
    "accepted today",
    "tries deferred",
    "refused",
    "came back",
)


def _row(v: DeliveryView, stream: str, lane: str) -> tuple[str, ...]:
    rows = {row.state: row for row in v.queue if (row.stream, row.lane) == (stream, lane)}
    queued = rows.get(MessageState.QUEUED)
    due, later = (queued.due, queued.count - queued.due) if queued else (0, 0)
    states = (rows[state].count if state in rows else 0 for state in _COLUMNS)
    today = v.today.of(stream, lane)
    back = v.today.back(stream, lane)
    rates = (f"{v.short.rate(stream, lane):.1f}/min", f"{v.long.rate(stream, lane):.1f}/min")
    return (
        lane or "-",
        stream,
        *map(str, (due, later, *states)),
        *rates,
        *map(str, (today.accepted, today.deferred, today.refused, back.refused)),
    )


def _lanes(v: DeliveryView) -> Iterator[tuple[str, ...]]:
    for state in v.lanes:
        lane, limits = state.lane, state.provider
        until = f" until {lane.paused_until:%H:%M:%S}" if standing(state, v.at) == "paused" else ""
        plan = f"{lane.warm_sent} of {state.planned}" if state.planned is not None else "-"
        rate = _rate(lane.rate) if math.isinf(lane.rate) else f"{_rate(lane.rate)} of {_rate(limits.per_second)}"
        connections = f"{state.leased} of {lane.connections}"
        connections += f" ({limits.connections})" if lane.connections < limits.connections else ""
        yield state.id, standing(state, v.at) + until, rate, connections, plan, lane.reason


def _rate(rate: float) -> str:
    return "no limit" if math.isinf(rate) else f"{rate:g}"


def _number(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    lines = [head, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    for line in lines:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def _span(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {name}"
    return f"{seconds} s"
