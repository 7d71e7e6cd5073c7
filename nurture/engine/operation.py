"""What the operator and the monitoring ask: does it live, is it ready for work, how much lies about.

alive   the process answers (no look at the database: a restart would not help a database)
ready   the database answers, its tables are current, and somebody ran the beats a moment ago
metrics gauges and counters from the database, the same from whichever process they are asked
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from prometheus_client.core import CollectorRegistry, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from nurture.domain.errors import DefinitionError
from nurture.engine.delivery_metrics import families
from nurture.engine.delivery_view import view
from nurture.engine.runtime import Runtime
from nurture.store import alarms, migrations, operation
from nurture.store.database import reading, transaction
from nurture.store.operation import Pulse

STALE = timedelta(seconds=60)
"""A beat older than this counts as missing; they come every second."""

FORGET_AFTER = timedelta(days=30)

DEFINITIONS = "definitions"
"""The heartbeat that says which state of the definitions a process runs on, and what is wrong with a newer one."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
VITAL = ("advance", "deliver")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that readiness depends on. ``vital`` False: worth knowing, but it works on without."""

    name: str
    ok: bool
    detail: str
    vital: bool = True


@dataclass(frozen=True, slots=True)
class Readiness:
    """Ready if every vital check is."""

    checks: tuple[Check, ...] = field(default_factory=tuple)

    @property
    def ready(self) -> bool:
        return all(check.ok for check in self.checks if check.vital)

    def as_json(self) -> dict[str, object]:
        checks = {check.name: {"ok": check.ok, "detail": check.detail} for check in self.checks}
        return {"ready": self.ready, "checks": checks}


def readiness(rt: Runtime, now: datetime) -> Readiness:
    """Whether this installation can work, and if not, why. Never raises."""
    try:
        if not migrations.is_current(rt.db):
            return Readiness((_REACHED, Check("migrations", False, "not up to date; run: nurture db upgrade")))
        with reading(rt.db) as session:
            pulses = operation.pulses(session)
            paused = operation.paused_routes(session)
            sources = alarms.troubled_sources(session)
    except SQLAlchemyError as error:
        return Readiness((Check("database", False, f"not reachable: {type(error).__name__}"),))
    beats = [_beat_check(name, pulses, now) for name in VITAL]
    routes = [
        Check(f"route {name}", until <= now, f"left alone until {until:%Y-%m-%d %H:%M:%S} UTC: {reason}", vital=False)
        for name, (until, reason) in paused.items()
    ]
    returned = [Check("returned mail", False, "; ".join(sources), vital=False)] if sources else []
    current = Check("migrations", True, f"up to date ({migrations.head()})")
    return Readiness((_REACHED, current, *beats, _definitions_check(pulses, now), *routes, *returned))


_REACHED = Check("database", True, "reachable")


def _beat_check(name: str, pulses: list[Pulse], now: datetime) -> Check:
    latest = next((pulse for pulse in pulses if pulse.beat == name), None)
    if latest is None:
        return Check(f"beat {name}", False, "never ran; start: nurture worker")
    age = now - latest.at
    detail = f"{max(0, round(age.total_seconds()))} s ago in {latest.process}"
    failed = latest.result.startswith(FAILED)
    return Check(f"beat {name}", age <= STALE and not failed, f"{detail}: {latest.result}" if latest.result else detail)


FAILED = "failed: "
"""How the result of a beat begins that ended in an error."""
FAULTY = "faulty: "
"""How the result of the definitions' heartbeat begins when the last good version goes on running."""


def _definitions_check(pulses: list[Pulse], now: datetime) -> Check:
    found = [p for p in pulses if p.beat == DEFINITIONS and now - p.at <= STALE]
    faulty = next((p.result.removeprefix(FAULTY) for p in found if p.result.startswith(FAULTY)), None)
    if faulty is not None:
        return Check(DEFINITIONS, False, f"the last good version goes on running; {faulty}", vital=False)
    return Check(DEFINITIONS, True, found[0].result if found else "as at the start", vital=False)


def definition_faults(rt: Runtime, now: datetime) -> str:
    """What is wrong with the definitions on disk while an older version runs on; '' if nothing is."""
    with reading(rt.db) as session:
        check = _definitions_check(operation.pulses(session), now)
    return "" if check.ok else check.detail


# --- what processes say of themselves ---------------------------------------------------------------------------------


def heartbeat(rt: Runtime, process: str, beat: str, result: str, now: datetime) -> None:
    with transaction(rt.db) as session:
        operation.beat(session, process, beat, result, now)


def definitions_result(rt: Runtime, error: DefinitionError | None) -> str:
    """What the definitions' heartbeat says: which ones run here, or what is wrong with the newer ones."""
    return f"{FAULTY}{error}" if error else f"version {rt.definitions.version[:12]}"


def say_stopped(rt: Runtime, process: str) -> None:
    with transaction(rt.db) as session:
        operation.stopped(session, process)


def give_back_duty(rt: Runtime, duty: str, slot: str) -> None:
    with transaction(rt.db) as session:
        operation.give_back_duty(session, duty, slot)


def forget_old(rt: Runtime, now: datetime) -> int:
    """Remove what processes said long ago."""
    with transaction(rt.db) as session:
        return operation.forget(session, now - FORGET_AFTER)


# --- metrics ----------------------------------------------------------------------------------------------------------


def metrics(rt: Runtime, now: datetime) -> bytes:
    """Gauges and counters in the text format of Prometheus."""
    found = view(rt, now)
    with reading(rt.db) as session:
        gauges = list(_gauges(session, now))
    gauges += families(found)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Fixed(gauges))
    return generate_latest(registry)


class _Fixed:
    """Metrics that were read already, in the form prometheus_client collects."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> list[Metric]:
        return self._metrics


def _gauges(session: Session, now: datetime) -> Iterator[Metric]:
    work = operation.backlog(session, now)
    yield _gauge("due", "Due and not done yet.", "what", {"enrollments": work.enrollments, "messages": work.messages,
                                                          "clicks": work.clicks})  # fmt: skip
    late = {"enrollments": _seconds(work.enrollments_oldest, now), "messages": _seconds(work.messages_oldest, now)}
    yield _gauge("late_seconds", "How long the first of what is due has been due.", "what", late)
    yield _gauge("handoffs_open", "Leads that sales has.", "state", operation.open_handoffs(session))
    yield _gauge("stored", "Contacts, active enrollments, registrations waiting, users.", "what", operation.counts(session))
    pulses = operation.pulses(session)
    ages = {name: min(_seconds(p.at, now) for p in pulses if p.beat == name) for name in {p.beat for p in pulses}}
    yield _gauge("beat_age_seconds", "Since when a beat did not run, over all processes.", "beat", ages)
    failing = {name: sum(p.result.startswith(FAILED) for p in pulses if p.beat == name) for name in ages}
    yield _gauge("beat_failing", "Processes in which the last run of a beat failed.", "beat", failing)
    paused = {name: _seconds(now, until) for name, (until, _) in operation.paused_routes(session).items()}
    yield _gauge("route_paused_seconds", "For how long a transport is left alone.", "route", paused)
    faulty = sum(p.beat == DEFINITIONS and p.result.startswith(FAULTY) for p in pulses)
    yield GaugeMetricFamily("nurture_definitions_faulty", "Processes that found faults on disk and run on.", value=faulty)


def _gauge(name: str, help_text: str, label: str, values: dict[str, int] | dict[str, float]) -> Metric:
    gauge = GaugeMetricFamily(f"nurture_{name}", help_text, labels=[label])
    for key in sorted(values):
        gauge.add_metric([key], values[key])
    return gauge


def _seconds(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
