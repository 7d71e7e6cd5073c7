"""The view of delivery as plain values, for scripts: what ``nurture queue --json`` prints."""

from __future__ import annotations

import math
from typing import Any

from nurture.domain.breaker import Figures
from nurture.domain.message import MessageState
from nurture.engine.delivery_view import OF_RETURNS, OF_TRIES, DeliveryView, Pair, standing
from nurture.engine.plain import plain
from nurture.store.delivery_counts import Counted
from nurture.store.lane_states import LaneState


def as_json(v: DeliveryView) -> dict[str, Any]:
    """Instants as ISO 8601 in UTC; a rate without a limit is null."""
    return {
        "at": v.at.isoformat(),
        "due": v.due,
        "later": v.later,
        "under_way": v.under_way,
        "unknown": v.count(MessageState.UNKNOWN),
        "parked": v.count(MessageState.PARKED),
        "oldest": plain(v.oldest),
        "quarantine": v.quarantine,
        "queue": [plain(row) for row in v.queue],
        "figures": [
            {
                "lane": lane,
                "stream": stream,
                "per_minute": {"5min": round(v.short.rate(stream, lane), 2), "1h": round(v.long.rate(stream, lane), 2)},
                "5min": _figures(v.short.counted, (stream, lane)),
                "1h": _figures(v.long.counted, (stream, lane)),
                "today": _figures(v.today.counted, (stream, lane)),
                "total": _figures(v.ever, (stream, lane)),
            }
            for stream, lane in sorted({*v.pairs, *v.ever.tries, *v.ever.back}, key=lambda pair: (pair[1], pair[0]))
        ],
        "lanes": [_lane(v, lane) for lane in v.lanes],
        "routes": [plain(route) for route in v.routes],
        "breakers": [plain(stop) for stop in v.stops],
        "alarms": [plain(alarm) for alarm in v.alarms],
        "deferrals": [plain(one) for one in v.said],
        "progress": plain(v.progress),
    }


def _figures(counted: Counted, pair: Pair) -> dict[str, Any]:
    """``tries``, and how many of them ended how: these add up to it. ``came_back``: mails, whenever they had left."""
    made, back = counted.tries.get(pair, Figures()), counted.back.get(pair, Figures())
    return {
        "tries": made.tried,
        **{name: getattr(made, name) for name in OF_TRIES},
        "came_back": {name: getattr(back, name) for name in OF_RETURNS},
    }


def _lane(v: DeliveryView, state: LaneState) -> dict[str, Any]:
    lane, limits = state.lane, state.provider
    return {
        "lane": state.id,
        "state": standing(state, v.at),
        "per_second": _finite(lane.rate),
        "per_second_configured": _finite(limits.per_second),
        "connections_held": state.leased,
        "connections": lane.connections,
        "connections_configured": limits.connections,
        "paused_until": plain(lane.paused_until),
        "reason": lane.reason,
        "warm_up": None
        if state.planned is None
        else {"level": lane.warm_level, "sent": lane.warm_sent, "planned": state.planned},
    }


def _finite(rate: float) -> float | None:
    return None if math.isinf(rate) else rate
