"""One person's timeline: everything there is, with reasons, and figures that add up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine, event

from nurture.domain.errors import NotFound
from nurture.engine.people import search
from nurture.engine.runtime import Runtime
from nurture.engine.timeline import Timeline, timeline
from nurture.store.people import Wanted
from tests.office.conftest import Filled
from tests.office.seed import HERO, PENDING, RETURNED, SUPPRESSED, WITHDRAWN, seed


@pytest.fixture
def office(runtime: Runtime, now: datetime, filled: Filled) -> Runtime:
    return filled("timeline", runtime, lambda: seed(runtime, now))


@pytest.fixture
def hero(office: Runtime, now: datetime) -> Timeline:
    return timeline(office, HERO, "de", now)


def _kinds(story: Timeline) -> set[str]:
    return {entry.kind for entry in story.entries}


def test_everything_that_happened_is_there(hero: Timeline) -> None:
    assert _kinds(hero) >= {
        "form", "confirmed", "consent-asked", "consent-confirmed", "mail-opt-in", "mail-nurture", "click", "download", "answer",
        "enrolled", "decision-wait", "decision-skip", "decision-go", "decision-enrol", "decision-leave", "class",
        "handoff-opened", "handoff-assigned", "handoff-reminded", "task",
    }  # fmt: skip


def test_newest_first(hero: Timeline) -> None:
    assert all(later.at >= earlier.at for later, earlier in pairwise(hero.entries))


def test_what_is_stored_twice_is_told_once(hero: Timeline) -> None:
    titles = [entry.title for entry in hero.entries]
    assert sum(entry.kind == "form" for entry in hero.entries) == 1
    assert sum(entry.kind == "confirmed" for entry in hero.entries) == 1
    assert "decision-send" not in _kinds(hero), titles


def test_each_click_says_who_it_was_and_why(hero: Timeline) -> None:
    clicks = [(entry.state, entry.reason) for entry in hero.entries if entry.kind == "click"]
    assert ("machine", "3 Links innerhalb von 1 s") in clicks
    assert ("human", "dieselbe Person hat danach einen Knopf gedrückt") in clicks
    assert ("pending", "wird auf Scanner geprüft") in clicks


def test_a_step_that_did_not_send_says_why(hero: Timeline) -> None:
    skip = next(entry for entry in hero.entries if entry.kind == "decision-skip")
    assert skip.title == "Übersprungen: „question“"
    assert skip.reason == "nur für: nicht „Wann soll eine neue Feinplanung eingeführt werden?“ beantwortet"


@pytest.mark.parametrize("address", [HERO, RETURNED])
def test_points_are_the_sum_of_their_lines(office: Runtime, now: datetime, address: str) -> None:
    for moment in (now, now + timedelta(days=33), None):
        for lead in timeline(office, address, "en", moment).leads:
            assert lead.points == round(sum(line.counts for line in lead.lines), 1)
            assert lead.profile_points == sum(line.counts for line in lead.profile_lines)


def test_people_list_and_timeline_show_the_same_points(office: Runtime, now: datetime) -> None:
    later = now + timedelta(days=10)
    for row in search(office, Wanted(), 50, 0, later).rows:
        story = timeline(office, row.address, "en", later)
        assert [(lead.product, lead.grade, lead.points) for lead in row.leads] == [
            (lead.product, lead.grade, lead.points) for lead in story.leads
        ]
        assert row.state == story.contact.state


def test_points_of_a_colleague_name_the_colleague(hero: Timeline) -> None:
    others = {line.who for lead in hero.leads for line in lead.lines}
    assert others == {None, "bernd.kaiser@kessler-sondermaschinen.example"}


@pytest.mark.parametrize(
    ("address", "state"),
    [
        (HERO, "with-sales"),
        (PENDING, "pending"),
        (WITHDRAWN, "withdrawn"),
        (SUPPRESSED, "suppressed"),
        (RETURNED, "active"),
    ],
)
def test_state_of_a_person(office: Runtime, now: datetime, address: str, state: str) -> None:
    assert timeline(office, address, "en", now).contact.state == state


def test_somebody_unconfirmed_has_a_timeline(office: Runtime, now: datetime) -> None:
    story = timeline(office, PENDING, "de", now)
    assert story.contact.id is None
    assert story.contact.name == "Jan Petersen"
    assert _kinds(story) == {"form", "mail-opt-in"}
    assert {c.purpose: c.state for c in story.consents} == {"nurture": "pending", "tracking": "pending", "phone": "none"}
    assert story.entries[-1].until == story.entries[-1].at + timedelta(days=7)


def test_consents_name_the_wording(hero: Timeline) -> None:
    given = {consent.purpose: (consent.state, consent.version) for consent in hero.consents}
    assert given["nurture"] == ("confirmed", "2026-09")
    assert given["phone"] == ("none", None)


def test_any_spelling_of_the_address_finds_it(office: Runtime, now: datetime) -> None:
    assert timeline(office, f"  {HERO.upper()} ", "de", now).contact.address == HERO


def test_an_unknown_address_is_refused_with_advice(office: Runtime) -> None:
    with pytest.raises(NotFound, match=r"nobody@nowhere\.example.*check the spelling"):
        timeline(office, "nobody@nowhere.example", "en")


def test_as_json(hero: Timeline) -> None:
    plain = json.loads(json.dumps(hero.as_json()))
    assert plain["contact"]["address"] == HERO
    assert plain["entries"][0]["at"].endswith("+00:00")
    assert plain["leads"][0]["points"] == hero.leads[0].points


@pytest.fixture
def statements(office: Runtime) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engine: Engine = office.db
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_the_number_of_queries_does_not_grow_with_the_story(office: Runtime, now: datetime, statements: list[str]) -> None:
    timeline(office, HERO, "de", now)
    long = len(statements)
    statements.clear()
    timeline(office, RETURNED, "de", now)
    assert long == len(statements) <= 32
