"""``nurture queue``: what it shows, and what an administrator may do from a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from support.delivery import fill, lively

from nurture import app
from nurture.cli import main
from nurture.engine.runtime import Runtime
from nurture.settings import load_settings
from nurture.store.database import reading
from nurture.store.schema import BreakerRow, LaneRow, ReturnedMail


@pytest.fixture
def busy(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """A house on disk in which much is going on, as commands find it."""
    monkeypatch.setenv("NURTURE_HOME", str(home))
    assert CliRunner().invoke(main, ["db", "upgrade"]).exit_code == 0
    now = datetime.now(UTC)
    rt = app.open_existing(load_settings({"NURTURE_HOME": str(home)}), now)
    rt.publication = lively(rt.publication, now.date())
    fill(rt, now)
    yield rt
    rt.db.dispose()


def nurture(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_the_queue_as_text_and_as_json(busy: Runtime) -> None:
    text = nurture("queue")
    assert text.exit_code == 0
    for line in ("237 due", "STOPPED breaker 1: nurture mail to ionos", "ALARM (3x", "2 returned mails are in quarantine",
                 "paused until", "0.25 of 1", "Zu viele Verbindungen"):  # fmt: skip
        assert line in text.output
    found = json.loads(nurture("queue", "--json").output)
    states = {lane["lane"]: lane["state"] for lane in found["lanes"]}
    assert (states["gmx"], states["microsoft"], states["google"]) == ("paused", "slowed", "running")
    assert found["due"] == sum(row["due"] for row in found["queue"]) >= 237
    assert found["progress"]["left"] >= found["progress"]["held"]


def test_resumed_from_the_terminal(busy: Runtime) -> None:
    assert "goes on" in nurture("queue", "resume", "1", "--by", "anna").output
    with reading(busy.db) as session:
        assert session.get_one(BreakerRow, 1).resumed_by == "anna"
    again, gone = nurture("queue", "resume", "1", "--by", "anna"), nurture("queue", "resume", "99", "--by", "anna")
    assert (again.exit_code, gone.exit_code) == (1, 1)
    assert "there is no breaker 99" in gone.output


def test_a_lane_tried_from_the_terminal(busy: Runtime) -> None:
    assert "38 deferred mails are due now" in nurture("queue", "retry", "gmx", "--by", "anna").output
    with reading(busy.db) as session:
        assert session.get_one(LaneRow, "gmx").paused_until is None
    assert "there is no lane nope" in nurture("queue", "retry", "nope", "--by", "anna").output


@pytest.mark.parametrize("wrong", [["queue", "resume", "1"], ["queue", "resume", "x", "--by", "a"], ["queue", "retry", "gmx"],
                                   ["queue", "--watch", "0"], ["message"], ["message", "1", "--language", "fr"]])  # fmt: skip
def test_written_wrongly(wrong: list[str]) -> None:
    assert nurture(*wrong).exit_code == 2


def test_a_mails_life_from_the_terminal(busy: Runtime) -> None:
    with reading(busy.db) as session:
        back = session.scalar(select(ReturnedMail.message_id).where(ReturnedMail.kind == "reply"))
    text = nurture("message", str(back), "--language", "en")
    assert text.exit_code == 0
    for line in (
        "wanted by campaign",
        "lane google: Google",
        "Reply: a task: an answer to read",
        "next: nothing",
        "state: sent",
        "Times are those of Europe/Berlin",
    ):
        assert line in text.output
    german = nurture("message", str(back)).output
    for line in ("veranlasst von Kampagne", "Weg google: Google", "Stand: versendet", "wie es weitergeht: nichts",
                 "Uhrzeiten gelten für Europe/Berlin", "kam zurück", "Antwort: Aufgabe: eine Antwort lesen"):  # fmt: skip
        assert line in german
    assert not re.search(r"\b(wanted|consent|state|next|queued|settled|came back)\b", german)
    assert json.loads(nurture("message", str(back), "--json").output)["id"] == back
    missing = nurture("message", "<nobody@nowhere.example>")
    assert missing.exit_code == 1
    assert "there is no message <nobody@nowhere.example>" in missing.output
