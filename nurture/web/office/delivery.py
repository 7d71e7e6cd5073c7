"""How mail gets out: the queue, the lanes, what servers say, and what has to be decided. Keeps itself up to date."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from nurture.domain.breaker import Figures
from nurture.domain.delivery_rules import OTHER
from nurture.domain.errors import IllegalTransition
from nurture.domain.message import MessageState
from nurture.engine import delivery_desk, naming, reasons
from nurture.engine.delivery_view import DeliveryView, standing, total, view
from nurture.store.delivery_view import QueueRow
from nurture.store.lane_states import LaneState
from nurture.web.office import charts
from nurture.web.office.desk import desk, done, language, me, page

_SHOWN = 8
"""Groups of deferrals."""
_OFTEN, _SELDOM = 4, 20
"""Seconds after which the page asks again: while a large send goes on, and else."""


@dataclass(frozen=True, slots=True)
class LaneLine:
    """A lane as a row of the table. ``state``: what is known of its limits; None: it was never used."""

    id: str
    state: LaneState | None
    standing: str
    stopped: tuple[str, ...]
    rows: tuple[QueueRow, ...]
    today: Figures
    back: Figures
    series: tuple[Figures, ...]

    @property
    def due(self) -> int:
        return sum(row.due for row in self.rows)

    @property
    def later(self) -> int:
        return sum(row.count - row.due for row in self.rows if row.state is MessageState.QUEUED)

    @property
    def oldest(self) -> Any:
        return min((row.oldest for row in self.rows if row.oldest), default=None)


def add_pages(office: Blueprint) -> None:
    office.add_url_rule("/delivery", "delivery", show)
    office.add_url_rule("/delivery/breakers/<int:number>", "breaker", show_breaker)
    office.add_url_rule("/delivery/breakers/<int:number>", "resume_breaker", resume, methods=["POST"])
    office.add_url_rule("/delivery/alarms", "close_alarm", close_alarm, methods=["POST"])
    office.add_url_rule("/delivery/lanes", "retry_lane", retry_lane, methods=["POST"])


def show() -> Response:
    """The page; only its changing part when htmx asks."""
    found = view(desk().rt, desk().now())
    hour = [total(minute) for minute in zip(*found.hour.values(), strict=True)] or [Figures()] * 60
    template = "delivery_live" if request.headers.get("HX-Request") else "delivery"
    return page(
        template,
        v=found,
        lanes=list(_lanes(found)),
        hour=charts.bars(hour, 72),
        said=found.said[:_SHOWN],
        seconds=_OFTEN if found.progress else _SELDOM,
        **_words(),
    )


def _words() -> dict[str, Any]:
    d, lang = desk().definitions, language()
    return {
        "charts": charts,
        "infinite": math.inf,
        "lane_name": partial(naming.lane_name, d, language=lang),
        "told": partial(reasons.told, d, language=lang),
    }


def _lanes(v: DeliveryView) -> Iterable[LaneLine]:
    """Lanes with something to tell: mail on them, mail today, or not at rest."""
    states, today = {state.id: state for state in v.lanes}, v.today.counted
    named = (
        {row.lane for row in v.queue} | {lane for _, lane in (*today.tries, *today.back)} | {stop.lane for stop in v.stops}
    )
    for lane in sorted({*named, *states}, key=_order):
        state = states.get(lane)
        yield LaneLine(
            lane,
            state,
            standing(state, v.at) if state else "",
            tuple(stop.stream for stop in v.stops if stop.lane == lane),
            tuple(row for row in v.queue if row.lane == lane),
            v.today.of(lane=lane),
            v.today.back(lane=lane),
            v.hour.get(lane, (Figures(),) * 60),
        )


def _order(lane: str) -> tuple[bool, str]:
    """By name; what is no provider comes last."""
    return lane in ("", OTHER), naming.lane_name(desk().definitions, lane, language()).lower()


# --- acting -------------------------------------------------------------------------------------------------------------


def show_breaker(number: int) -> Response:
    """What was stopped and why, and what follows if it goes on: asked before it does."""
    row, found = delivery_desk.breaker(desk().rt, number), view(desk().rt, desk().now())
    stop = next((stop for stop in found.stops if stop.id == number), None)
    today, back = found.today.of(row.stream, row.lane), found.today.back(row.stream, row.lane)
    return page("breaker", row=row, stop=stop, today=today, back=back, **_words())


def resume(number: int) -> Response:
    if request.form.get("sure") != "yes":
        return done("delivery.not-sure", "office.breaker", number=number)
    try:
        delivery_desk.resume(desk().rt, number, me().name, desk().now())
    except IllegalTransition:
        return done("delivery.resumed-already", "office.delivery")
    return done("delivery.resumed", "office.delivery")


def close_alarm() -> Response:
    delivery_desk.close_alarm(desk().rt, request.form.get("key", "")[:120], me().name, desk().now())
    return done("delivery.alarm-closed", "office.delivery")


def retry_lane() -> Response:
    delivery_desk.retry(desk().rt, request.form.get("lane", "")[:40], me().name, desk().now())
    return done("delivery.retried", "office.delivery")
