"""A lead given to sales: its states, who gets it, when an answer is overdue."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from nurture.domain.errors import IllegalTransition
from nurture.domain.handoff import OPEN, TRANSITIONS, Clock, HandoffEvent, HandoffState, after, allowed, assign, clock
from nurture.domain.organisation import Sales, Salesperson
from nurture.domain.pacing import Calendar, Window

BERLIN = ZoneInfo("Europe/Berlin")
LEGAL = {
    ("waiting", "assigned"): "offered",
    ("waiting", "returned"): "returned",
    ("offered", "accepted"): "accepted",
    ("offered", "returned"): "returned",
    ("offered", "reassigned"): "waiting",
    ("accepted", "returned"): "returned",
    ("accepted", "won"): "won",
    ("accepted", "lost"): "lost",
}


@pytest.mark.parametrize("event", HandoffEvent)
@pytest.mark.parametrize("state", HandoffState)
def test_every_move(state: HandoffState, event: HandoffEvent) -> None:
    if (state, event) in LEGAL:
        assert after(state, event) == LEGAL[state, event]
        return
    with pytest.raises(IllegalTransition, match=f"handoff: '{event}' is not possible in state '{state}'"):
        after(state, event)


def test_open_states_are_those_with_a_way_on() -> None:
    assert set(OPEN) == {state for state in HandoffState if TRANSITIONS[state]}


@pytest.mark.parametrize("state", HandoffState)
def test_allowed_answers_are_those_the_machine_takes(state: HandoffState) -> None:
    assert set(allowed(state)) == {event for s, event in LEGAL if s == state}


# --- who gets it -------------------------------------------------------------------------------------------------------


def person(name: str, language: str = "de", room: int = 4, products: tuple[str, ...] = ("scheduling",)) -> Salesperson:
    return Salesperson(name, name.title(), f"{name}@example.com", "", language, products, room)


def sales(*team: Salesperson) -> Sales:
    return Sales("head@example.com", {p.id: p for p in team}, timedelta(hours=8), timedelta(hours=4), {})


@pytest.mark.parametrize(
    ("team", "load", "chosen"),
    [
        pytest.param((), {}, None, id="no team"),
        pytest.param((person("anna", products=("other",)),), {}, None, id="nobody sells it"),
        pytest.param((person("anna"),), {"anna": 4}, None, id="full"),
        pytest.param((person("anna"),), {"anna": 5}, None, id="more than full"),
        pytest.param((person("anna"),), {"anna": 3}, "anna", id="one place left"),
        pytest.param((person("anna", room=0),), {}, None, id="takes none"),
        pytest.param((person("anna"), person("ben")), {"anna": 1}, "ben", id="the less busy"),
        pytest.param(
            (person("anna", room=10), person("ben", room=2)), {"anna": 4, "ben": 1}, "anna", id="less busy by share"
        ),
        pytest.param((person("anna", "en"), person("ben")), {"ben": 3}, "ben", id="language before load"),
        pytest.param((person("anna", "en"), person("ben")), {"ben": 4}, "anna", id="no room: another language"),
        pytest.param((person("anna"),), {"gone": 9}, "anna", id="the load of one who left"),
    ],
)
def test_assign(team: tuple[Salesperson, ...], load: dict[str, int], chosen: str | None) -> None:
    found = assign(sales(*team), "scheduling", "de", load, seed=12)
    assert (found.id if found else None) == chosen


@pytest.mark.parametrize("load", [{}, {"cleo": 2}], ids=["three tied", "two of three tied"])
def test_ties_are_broken_evenly_and_repeatably(load: dict[str, int]) -> None:
    team = sales(person("anna"), person("ben"), person("cleo"))
    chosen = [assign(team, "scheduling", "de", load, seed) for seed in range(60)]
    assert chosen == [assign(team, "scheduling", "de", load, seed) for seed in range(60)]
    counts = Counter(p.id for p in chosen if p)
    assert len(counts) == 3 - len(load)
    assert set(counts.values()) == {60 // len(counts)}


def test_the_order_of_the_team_does_not_matter() -> None:
    one, two = sales(person("anna"), person("ben")), sales(person("ben"), person("anna"))
    assert all(assign(one, "scheduling", "de", {}, s) == assign(two, "scheduling", "de", {}, s) for s in range(10))


# --- when an answer is overdue -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offered", "remind", "escalate"),
    [
        pytest.param("2026-03-02 08:30", "2026-03-02 12:30", "2026-03-02 16:30", id="Monday morning: the same day"),
        pytest.param("2026-03-06 15:30", "2026-03-09 10:30", "2026-03-09 14:30", id="Friday afternoon: over the weekend"),
        pytest.param("2026-03-07 22:00", "2026-03-09 12:30", "2026-03-09 16:30", id="Saturday night"),
        pytest.param("2026-03-27 15:30", "2026-03-30 10:30", "2026-03-30 14:30", id="over the change of the clock"),
        pytest.param("2026-12-23 15:30", "2026-12-28 10:30", "2026-12-28 14:30", id="over Christmas"),
    ],
)
def test_clock_runs_in_office_time(offered: str, remind: str, escalate: str) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)

    office = Window(frozenset(range(5)), time(8, 30), time(17, 30), holidays=False)
    calendar = Calendar(BERLIN, frozenset({date(2026, 12, 25)}), frozenset({(12, 24)}), office)
    assert clock(sales(), at(offered), calendar) == Clock(at(remind), at(escalate))
