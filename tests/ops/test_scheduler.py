"""The beats go on whatever happens, and end in good order."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine, func, select

from nurture.delivery.sources import SourceTrouble
from nurture.engine import operation
from nurture.engine.beats import BEATS, Beat, Worker
from nurture.engine.publication import Publication, load_publication
from nurture.engine.reloading import Watch
from nurture.engine.runtime import Runtime
from nurture.scheduler import TIDY, Scheduler
from nurture.store.database import reading
from nurture.store.operation import pulses
from nurture.store.schema import CampaignVersion, Duty

SECOND = timedelta(seconds=1)


class SteppedClock:
    """Moves when it is told to."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(now: datetime) -> SteppedClock:
    return SteppedClock(now)


def results(rt: Runtime) -> dict[tuple[str, str], str]:
    with reading(rt.db) as session:
        return {(p.process, p.beat): p.result for p in pulses(session)}


def test_a_mailbox_that_cannot_be_read_is_told_in_one_line(
    runtime: Runtime, clock: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """It is the administrator's to mend, and nothing in the program."""

    def refused(_rt: Runtime, _now: datetime, _worker: Worker) -> str:
        raise SourceTrouble("the folder Bounces on mail.example.com cannot be read: wrong password")

    with caplog.at_level(logging.ERROR):
        Scheduler(runtime, clock, name="one").run(Beat("returns", SECOND, refused))
    (record,) = caplog.records
    assert record.exc_info is None
    assert record.message.endswith("it comes again: the folder Bounces on mail.example.com cannot be read: wrong password")


def test_a_failing_beat_is_told_and_comes_again(
    runtime: Runtime, clock: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[datetime] = []

    def stumble(_rt: Runtime, now: datetime, _worker: Worker) -> str:
        calls.append(now)
        if len(calls) < 3:
            raise OSError("the disk is full")
        return ""

    beat = Beat("advance", SECOND, stumble)
    scheduler = Scheduler(runtime, clock, beats=(beat,), name="here")
    with caplog.at_level(logging.ERROR):
        scheduler.run(beat)
        clock.now += SECOND
        scheduler.run(beat)
    assert [("advance" in r.message, r.exc_info is not None) for r in caplog.records] == [(True, True), (True, False)]
    assert results(runtime) == {("here", "advance"): "failed: OSError: the disk is full"}
    clock.now += SECOND
    scheduler.run(beat)
    assert results(runtime) == {("here", "advance"): ""}


def test_a_beat_goes_on_while_there_is_something_to_do(runtime: Runtime, clock: SteppedClock) -> None:
    left = [3]

    def work(_rt: Runtime, _now: datetime, _worker: Worker) -> str:
        left[0] -= 1
        return f"{left[0]} left" if left[0] else ""

    beat = Beat("deliver", SECOND, work)
    Scheduler(runtime, clock, beats=(beat,)).run(beat)
    assert left == [0]


def test_a_beat_with_endless_work_lets_go(runtime: Runtime, clock: SteppedClock) -> None:
    def endless(_rt: Runtime, _now: datetime, _worker: Worker) -> str:
        clock.now += timedelta(seconds=15)
        return "100 sent"

    beat = Beat("deliver", SECOND, endless)
    started = clock.now
    Scheduler(runtime, clock, beats=(beat,)).run(beat)
    assert clock.now - started <= timedelta(minutes=1)


def test_a_paused_route_is_not_asked_again_at_once(runtime: Runtime, clock: SteppedClock) -> None:
    calls: list[datetime] = []

    def paused(_rt: Runtime, now: datetime, _worker: Worker) -> str:
        calls.append(now)
        return "paused: connection refused"

    beat = Beat("deliver", SECOND, paused)
    Scheduler(runtime, clock, beats=(beat,)).run(beat)
    assert len(calls) == 1


def test_a_duty_is_done_once_per_slot_over_all_processes(runtime: Runtime, clock: SteppedClock) -> None:
    done: list[str] = []
    beat = Beat("tidy", timedelta(hours=1), lambda _rt, _now, worker: done.append(worker.name) or "tidied", duty=True)
    first, second = (Scheduler(runtime, clock, beats=(beat,), name=name) for name in ("first", "second"))
    for scheduler in (first, second, first):
        scheduler.run(beat)
    assert done == ["first"]
    clock.now += timedelta(hours=1)
    second.run(beat)
    assert done == ["first", "second"]


def test_a_duty_that_failed_is_done_again_in_its_slot(runtime: Runtime, clock: SteppedClock) -> None:
    done: list[str] = []

    def stumble(_rt: Runtime, _now: datetime, worker: Worker) -> str:
        done.append(worker.name)
        if len(done) == 1:
            raise OSError("the disk is full")
        return "tidied"

    beat = Beat("tidy", timedelta(hours=1), stumble, duty=True)
    for name in ("first", "second", "third"):
        Scheduler(runtime, clock, beats=(beat,), name=name).run(beat)
    assert done == ["first", "second"]
    with reading(runtime.db) as session:
        assert session.scalar(select(func.count()).select_from(Duty)) == 1


def test_stopping_waits_for_the_running_batch_and_says_goodbye(runtime: Runtime, clock: SteppedClock) -> None:
    began, go_on, ended = Event(), Event(), Event()

    def work(_rt: Runtime, _now: datetime, _worker: Worker) -> str:
        began.set()
        assert go_on.wait(30)
        ended.set()
        return "more"

    scheduler = Scheduler(runtime, clock, beats=(Beat("deliver", SECOND, work),), name="here")
    scheduler.start()
    assert began.wait(30)
    operation.heartbeat(runtime, "here", "deliver", "", clock.now)
    assert results(runtime)
    go_on.set()
    scheduler.stop()
    assert ended.is_set()
    assert results(runtime) == {}
    scheduler.stop()


def test_the_real_beats_run_on_the_example(runtime: Runtime, clock: SteppedClock) -> None:
    scheduler = Scheduler(runtime, clock, name="here")
    for beat in (*BEATS, TIDY):
        scheduler.run(beat)
    scheduler.look()
    said = results(runtime)
    assert {beat for _, beat in said} == {*(beat.name for beat in BEATS), "tidy", "definitions"}
    assert [text for text in said.values() if text.startswith("failed")] == []
    assert operation.readiness(runtime, clock.now).ready


# --- definitions ------------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A copy of the example that may be changed."""
    folder = tmp_path / "home"
    for name in ("campaigns", "config", "mail_templates"):
        shutil.copytree(Path(__file__).parents[2] / name, folder / name)
    return folder


@pytest.fixture
def changing(home: Path, sqlite_db: Engine, make_runtime: Callable[..., Runtime]) -> Runtime:
    return make_runtime(sqlite_db, publication=load_publication(home))


def test_good_changes_are_taken_up_and_published(changing: Runtime, home: Path, now: datetime) -> None:
    watch, before = Watch(changing), changing.publication
    assert watch.look(now) is None
    assert changing.publication is before
    campaign = home / "campaigns" / "welcome-feintakt.yaml"
    campaign.write_text(re.sub(r"priority: \d+", "priority: 33", campaign.read_text()))
    assert watch.look(now) is None
    assert changing.definitions.version != before.definitions.version
    with reading(changing.db) as session:
        versions = set(session.scalars(select(CampaignVersion.id).where(CampaignVersion.campaign == "welcome-feintakt")))
    assert {p.definitions.campaigns["welcome-feintakt"].version for p in (before, changing.publication)} == versions


def test_faulty_changes_are_told_and_the_last_good_version_runs_on(
    changing: Runtime, home: Path, clock: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    scheduler = Scheduler(changing, clock, beats=(), name="here")
    before: Publication = changing.publication
    campaign = home / "campaigns" / "welcome-feintakt.yaml"
    good = campaign.read_text()
    campaign.write_text(good + "\nnonsense: true\n")
    with caplog.at_level(logging.ERROR):
        scheduler.look()
        clock.now += timedelta(seconds=2)
        scheduler.look()
    assert changing.publication is before
    assert len(caplog.records) == 1
    fault = "campaigns/welcome-feintakt.yaml:"
    assert fault in caplog.text
    check = next(c for c in operation.readiness(changing, clock.now).checks if c.name == "definitions")
    assert (check.ok, check.vital, fault in check.detail) == (False, False, True)
    assert fault in operation.definition_faults(changing, clock.now)
    campaign.write_text(good)
    scheduler.look()
    assert operation.definition_faults(changing, clock.now) == ""


def test_beats_go_on_when_the_clock_of_the_machine_is_set_back(runtime: Runtime) -> None:
    """The ticks are due by the wall clock: set back by three hours, they would be silent for three hours."""
    clock = SteppedClock(datetime.now(UTC))  # as the ticks see it: they go through every tick between two clocks
    calls: list[datetime] = []
    again = Event()

    def note(_rt: Runtime, now: datetime, _worker: Worker) -> str:
        calls.append(now)
        if len(calls) > 1:
            again.set()
        return ""

    scheduler = Scheduler(runtime, clock, beats=(Beat("deliver", timedelta(hours=6), note),), name="here")
    scheduler.start()
    before = clock.now
    clock.now -= timedelta(hours=3)
    assert scheduler.after_clock(before) == clock.now
    assert again.wait(30)
    scheduler.stop()
