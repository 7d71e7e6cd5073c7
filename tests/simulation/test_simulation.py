"""The simulation plays the real engine: repeatable, and true to its own database."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from nurture.engine.publication import Publication
from nurture.simulation import Report, simulate

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def played(example: Publication) -> Report:
    return simulate(example, contacts=60, days=120, seed=7, start=START)


def test_one_seed_gives_one_result_and_another_seed_another(example: Publication) -> None:
    one, again, other = (
        json.dumps(simulate(example, contacts=20, days=60, seed=seed, start=START).as_json()) for seed in (1, 1, 2)
    )
    assert one == again
    assert json.loads(one)["steps"] != json.loads(other)["steps"]


def test_people_add_up(played: Report) -> None:
    people = played.people
    assert people["forms sent"] == 60
    assert people["confirmed"] + people["expired"] == 60
    assert people["contacts"] == people["confirmed"]


def test_the_calendar_and_the_steps_count_the_same_mails(played: Report) -> None:
    by_week = sum(count for week in played.weeks for count in week.mails.values())
    assert by_week == played.messages["accepted"]
    assert sum(step.sent for step in played.steps) == sum(played.messages.values())


def test_something_happened_at_every_station(played: Report) -> None:
    assert played.clicks["human"] > 0
    assert played.clicks["machine"] > 0
    assert sum(week.handoffs for week in played.weeks) == sum(played.handoffs.values()) > 0
    assert {"welcome-feintakt", "followup-feintakt"} <= {c for week in played.weeks for c in week.mails}


def test_every_skip_has_a_reason(played: Report) -> None:
    skipped = [reason for step in played.steps for reason in step.skipped]
    assert skipped
    assert all(skipped)


def test_the_text_has_a_calendar_the_steps_and_the_handoffs(played: Report) -> None:
    text = played.as_text()
    assert "Mails and handoffs per week" in text
    assert "already has" in text
    assert "Handoffs at the end" in text
    for week in played.weeks:
        assert week.monday in text
