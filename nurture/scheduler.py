"""Runs the beats: APScheduler says when, the engine's verbs do it, the database decides who.

    every beat   one thread at a time in this process; again at once while there is more; never beside itself
    a fault      is logged with the beat's name, shown in its heartbeat, and the beat comes again
    a stop       lets the running batch end (and the mail servers' answers come in), then nothing begins any more

Reads the clock; knows nothing of what a beat does.
"""

from __future__ import annotations

import gc
import logging
import os
import secrets
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event, Thread

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from nurture.delivery.sources import SourceTrouble
from nurture.engine import operation
from nurture.engine.beats import BEATS, Beat, Worker, slot, take_duty
from nurture.engine.reloading import Watch
from nurture.engine.runtime import Clock, Runtime

log = logging.getLogger("nurture.beats")

PULSE = timedelta(seconds=5)
"""A beat that has nothing new to say says so this often."""
LOOK_EVERY = timedelta(seconds=2)
"""How often the definitions on disk are looked at."""
TRY_DUTY_EVERY = timedelta(minutes=1)
CLOCK_EVERY = timedelta(seconds=5)
AT_MOST = timedelta(seconds=20)
"""How long a beat with more and more to do goes on before the others are waited for."""

TIDY = Beat(
    "tidy",
    timedelta(days=1),
    lambda rt, now, _worker: f"{gone} old entries removed" if (gone := operation.forget_old(rt, now)) else "",
    duty=True,
)
"""Removes what processes said of themselves long ago."""


def process_name() -> str:
    """A name no other process has: containers share host names and process ids."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


class Scheduler:
    """The beats of one process. ``beats`` empty: it only watches the definitions (a web process)."""

    def __init__(
        self, rt: Runtime, clock: Clock, *, beats: tuple[Beat, ...] = (*BEATS, TIDY), name: str | None = None
    ) -> None:
        self._rt, self._clock, self.name, self._beats = rt, clock, name or process_name(), beats
        self._stopping = Event()
        self._said: dict[str, tuple[str, datetime]] = {}
        self._faults: dict[str, str] = {}
        self._watch = Watch(rt)
        self._ticks = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(len(beats) + 1)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin; returns at once."""
        if self._beats:
            gc.collect()
            gc.freeze()  # definitions and templates stay; looking through them again and again costs more than mails
        for beat in self._beats:
            self._add(partial(self.run, beat), beat.name, min(beat.every, TRY_DUTY_EVERY) if beat.duty else beat.every)
        self._add(self.look, operation.DEFINITIONS, LOOK_EVERY)
        self._ticks.start()
        Thread(target=self._mind_the_clock, name="clock", daemon=True).start()

    def _mind_the_clock(self) -> None:
        """The ticks are due by the wall clock; when that is set back, they would wait until it has caught up again."""
        last = self._clock()
        while not self._stopping.wait(CLOCK_EVERY.total_seconds()):
            last = self.after_clock(last)

    def after_clock(self, last: datetime) -> datetime:
        """Let every tick be due now if the clock shows less than ``last``. Returns what it shows."""
        now = self._clock()
        if now < last:
            log.warning("the clock was set back by %s; the beats go on", last - now)
            for job in self._ticks.get_jobs():
                job.modify(next_run_time=now)
        return now

    def stop(self) -> None:
        """Let what runs come to its end, then return. Safe to call twice."""
        self._stopping.set()
        if self._ticks.running:
            self._ticks.shutdown(wait=True)
            self._guarded("stop", lambda: operation.say_stopped(self._rt, self.name))

    def run(self, beat: Beat) -> None:
        """One tick of ``beat``: again and again while it finds something to do."""
        began = self._clock()
        while not self._stopping.is_set():
            now = self._clock()
            result = self._guarded(beat.name, partial(self._batch, beat, now))
            if result is not None:
                self._guarded(f"{beat.name} (heartbeat)", partial(self._say, beat.name, result, now))
            if not _did_work(result) or beat.duty or now - began > AT_MOST:
                return

    def look(self) -> None:
        """Look at the definitions on disk: load what changed, or say what is wrong with it."""
        now = self._clock()
        self._guarded(operation.DEFINITIONS, partial(self._look, now))

    def _look(self, now: datetime) -> str:
        error = self._watch.look(now)
        self._say(operation.DEFINITIONS, operation.definitions_result(self._rt, error), now)
        return ""

    def _add(self, function: Callable[[], None], name: str, every: timedelta) -> None:
        self._ticks.add_job(function, "interval", seconds=every.total_seconds(), id=name, next_run_time=datetime.now(UTC))

    def _batch(self, beat: Beat, now: datetime) -> str | None:
        """What one batch did, in words; None: a duty that somebody else does."""
        if beat.duty and not take_duty(self._rt, beat, now, self.name):
            return None
        try:
            return beat.run(self._rt, now, Worker(self.name, self._stopping.is_set, partial(self._so_far, beat.name)))
        except Exception:
            if beat.duty:
                operation.give_back_duty(self._rt, beat.name, slot(beat, now))
            raise

    def _so_far(self, beat: str, words: str) -> None:
        """The heartbeat of a beat that is still at it."""
        self._guarded(f"{beat} (heartbeat)", lambda: self._say(beat, words, self._clock()))

    def _guarded(self, name: str, do: Callable[[], str | None]) -> str | None:
        """The result; whatever goes wrong is said, and is not the end of the scheduler."""
        try:
            result = do()
        except Exception as error:  # noqa: BLE001 - the rim: every fault of a beat ends here, logged
            return self._report(name, error)
        self._faults.pop(name, None)
        return result

    def _report(self, name: str, error: Exception) -> str:
        """Log the fault: the first time with its origin, the same one again in a line.

        A mailbox that cannot be read says all there is to say: its server or its password is wrong, not the program.
        """
        foreseen = isinstance(error, SourceTrouble)
        text = str(error) if foreseen else f"{type(error).__name__}: {error}"
        again = self._faults.get(name) == text
        self._faults[name] = text
        log.error("beat %s failed, it comes again: %s", name, text, exc_info=None if again or foreseen else error)
        return f"{operation.FAILED}{text}"

    def _say(self, beat: str, result: str, now: datetime) -> str:
        """Write the heartbeat; the same words not more often than every few seconds."""
        said = self._said.get(beat)
        if said is None or said[0] != result or not timedelta(0) <= now - said[1] < PULSE:
            operation.heartbeat(self._rt, self.name, beat, result, now)
            self._said[beat] = (result, now)
        return result


def _did_work(result: str | None) -> bool:
    """Beats that did something begin with how much; 'paused: …' and 'failed: …' are no reason to go on at once."""
    return result is not None and result[:1].isdigit()
