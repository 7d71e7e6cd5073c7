"""How delivery is doing, as Prometheus takes it: the figures of ``delivery_view.py`` under the names of metrics.

Counters come from the totals, which outlive the minutes they were made of; everything else is a gauge.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from nurture.domain.breaker import Figures
from nurture.engine.delivery_view import OF_RETURNS, OF_TRIES, DeliveryView


def families(v: DeliveryView) -> Iterator[Metric]:
    """Every metric of delivery."""
    yield _outcomes(v)
    yield from _queue(v)
    yield from _lanes(v)
    yield _gauge("breakers_open", "Streams that are stopped on a lane.", (), [((), len(v.stops))])
    stops = [((stop.lane, stop.stream), 1) for stop in v.stops]
    yield _gauge("breaker_open", "1: this stream is stopped on this lane.", ("lane", "stream"), stops)
    yield _gauge("alarms_open", "Alarms about us as a sender that nobody has closed.", (), [((), len(v.alarms))])
    yield _gauge("quarantine", "Returned mails that a human has to look at.", (), [((), v.quarantine)])


def _outcomes(v: DeliveryView) -> Metric:
    """Counts from zero, so that a first failure is seen as a rise."""
    counter = CounterMetricFamily(
        "nurture_mails", "when=try: tries, by what became of them; when=return: mails that bounced later, and complaints.",
        labels=["lane", "stream", "outcome", "when"],
    )  # fmt: skip
    pairs = sorted({*v.ever.tries, *v.ever.back})
    for when, counted, outcomes in (("try", v.ever.tries, OF_TRIES), ("return", v.ever.back, OF_RETURNS)):
        for stream, lane in pairs:
            figures = counted.get((stream, lane), Figures())
            for outcome in outcomes:
                counter.add_metric([lane, stream, outcome, when], getattr(figures, outcome))
    return counter


def _queue(v: DeliveryView) -> Iterator[Metric]:
    rows = [((row.state.value, row.lane, row.stream), row.count) for row in v.queue]
    yield _gauge("queue", "Mails on their way, parked or of unknown outcome.", ("state", "lane", "stream"), rows)
    kinds: dict[tuple[str, ...], float] = {}
    for row in v.queue:
        kinds[row.stream, row.state.value] = kinds.get((row.stream, row.state.value), 0) + row.count
    yield _gauge("messages", "The same over all lanes.", ("kind", "state"), sorted(kinds.items()))
    due = [((row.lane, row.stream), row.due) for row in v.queue if row.due]
    yield _gauge("queue_due", "Mails that are due and still wait.", ("lane", "stream"), due)
    oldest = [((row.lane, row.stream), _seconds(row.oldest, v.at)) for row in v.queue if row.oldest]
    yield _gauge("queue_oldest_seconds", "How long the first that is due has been due.", ("lane", "stream"), oldest)


def _lanes(v: DeliveryView) -> Iterator[Metric]:
    """What a lane takes now; ``configured`` is what it takes at rest. There is no rate where there is no limit."""
    rates, connections, paused, warm = [], [], [], []
    for state in v.lanes:
        lane, limits = state.lane, state.provider
        known = (((state.id, "present"), lane.rate), ((state.id, "configured"), limits.per_second))
        rates += [(labels, rate) for labels, rate in known if not math.isinf(rate)]
        connections += [
            ((state.id, "held"), state.leased),
            ((state.id, "present"), lane.connections),
            ((state.id, "configured"), limits.connections),
        ]
        paused.append(((state.id,), _seconds(v.at, lane.paused_until) if lane.paused_until else 0.0))
        if state.planned is not None:
            warm += [((state.id, "sent"), lane.warm_sent), ((state.id, "planned"), state.planned)]
    yield _gauge("lane_rate", "Mails per second.", ("lane", "which"), rates)
    yield _gauge("lane_connections", "At the same time, over all workers.", ("lane", "which"), connections)
    yield _gauge("lane_paused_seconds", "For how long a lane rests; 0: it does not.", ("lane",), paused)
    yield _gauge("lane_warm_up", "Mails today under the plan of a new sender.", ("lane", "which"), warm)


def _gauge(
    name: str, help_text: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(f"nurture_{name}", help_text, labels=labels)
    for key, value in values:
        gauge.add_metric(key, value)
    return gauge


def _seconds(since: datetime, now: datetime | None) -> float:
    return max(0.0, (now - since).total_seconds()) if now else 0.0
