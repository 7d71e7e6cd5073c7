"""A few more questions, and the wish to be called."""

from __future__ import annotations

import pytest
from web.house import House

from nurture.engine import links
from nurture.store.schema import Message


def link(house: House, purpose: str, *parts: object) -> str:
    """What the mail that arrived could hold."""
    message = max(m.id for m in house.world.rows(Message) if m.kind == "nurture")
    return links.signed_url(house.rt, purpose, message, *parts)


@pytest.fixture
def questions(house: House) -> str:
    house.world.arrive()
    return link(house, "questions", "projektstand")


@pytest.fixture
def call(house: House) -> str:
    house.world.arrive()
    return link(house, "call")


def test_answering_a_question(either_house: House) -> None:
    house = either_house
    house.world.arrive()
    questions = link(house, "questions", "projektstand")
    page = house.get(questions)
    assert 'name="email"' not in page.text
    assert 'name="consent"' not in page.text
    answer = house.post(questions, {"current_tool": "spreadsheet", "company_size": ""})
    assert answer.status_code == 303
    assert "Vielen Dank" in house.get(answer.location).text
    assert house.world.contact().answers["current_tool"] == "spreadsheet"
    assert 'value="spreadsheet" selected' in house.get(questions).text


def test_a_wrong_answer_is_shown_at_its_field(house: House, questions: str) -> None:
    answer = house.post(questions, {"current_tool": "abacus", "company_size": "50-249"})
    assert answer.status_code == 422
    assert 'id="field-current_tool-problem"' in answer.text
    assert 'value="50-249" selected' in answer.text


def test_asking_to_be_called(either_house: House) -> None:
    house = either_house
    house.world.arrive()
    call = link(house, "call")
    assert house.world.handoffs() == []
    assert house.get(call).status_code == 200
    answer = house.post(call, {"phone": "+49 7821 55 01 17", "note": "Donnerstag ab 14 Uhr"})
    assert answer.status_code == 303
    assert "Wir rufen Sie" in house.get(answer.location).text
    (handoff,) = house.world.handoffs()
    assert handoff.trigger == "wish"
    assert handoff.dossier["wish"] == "Donnerstag ab 14 Uhr"
    assert house.world.contact().phone == "+49 7821 55 01 17"


@pytest.mark.parametrize("phone", ["", "abc", "12"])
def test_a_number_that_cannot_be_called(house: House, call: str, phone: str) -> None:
    answer = house.post(call, {"phone": phone, "note": "Donnerstag <ab> 14 Uhr"})
    assert answer.status_code == 422
    assert 'href="#field-phone"' in answer.text
    assert "Donnerstag &lt;ab&gt; 14 Uhr</textarea>" in answer.text
    assert house.world.handoffs() == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_changes_nothing(house: House, call: str, questions: str, method: str) -> None:
    before = len(house.world.activities())
    for url in (call, questions):
        house.client.open(url.removeprefix("https://nurture.example"), method=method)
    assert (len(house.world.activities()), house.world.handoffs()) == (before, [])


def test_many_answers_behind_one_link_are_refused_politely(house: House, questions: str) -> None:
    answers = [house.post(questions, {"current_tool": "erp"}).status_code for _ in range(21)]
    assert answers == [303] * 20 + [429]
    refused = house.post(questions, {"current_tool": "erp"})
    assert int(refused.headers["Retry-After"]) > 0
    assert "in ein paar Minuten" in refused.text


def test_forged_links(house: House, call: str, questions: str) -> None:
    for url in (call, questions):
        assert house.get(url[:-1]).status_code == 404
        assert house.post(url[:-1], {"phone": "+49 7821 550117"}).status_code == 404
