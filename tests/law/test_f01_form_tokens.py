"""F1: a form has no ambient authority: a signed token, good once; known sites only; the same checks for HTML and JSON."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from stories.world import World, berlin
from web.house import ADDRESS, FORM, TYPED, House, build
from werkzeug.test import TestResponse

from nurture.engine.runtime import Runtime
from nurture.web.public import form_token

ALLOWED = "https://www.hallmann-brueck.example"
OTHER = "messe-produktion-2027"


@pytest.fixture
def house(sqlite_db: Engine, make_runtime: Callable[..., Runtime]) -> House:
    return build(World(make_runtime(sqlite_db), berlin("2026-03-02 10:00")))


def token(house: House, form: str = FORM, age: float = 20) -> str:
    return form_token.issue(house.rt.signer, house.rt.definitions.forms[form], house.world.now - timedelta(seconds=age))


def html(house: House, stamp: str, **more: Any) -> TestResponse:
    return house.post(f"/f/{FORM}?lang=en", {**TYPED, "stamp": stamp, **more.pop("typed", {})}, **more)


def program(house: House, stamp: str, **more: Any) -> TestResponse:
    sent = {**TYPED, "stamp": stamp, "lang": "en", **more.pop("typed", {})}
    return house.client.post(f"/f/{FORM}", json=sent, **more)


WAYS = pytest.mark.parametrize("send", [html, program])


@WAYS
@pytest.mark.parametrize(
    ("age", "taken"), [(0, False), (1.9, False), (2, True), (4 * 3600, True), (4 * 3600 + 1, False)], ids=str
)
def test_f1_a_token_is_good_from_2_seconds_to_4_hours(
    house: House, send: Callable[..., TestResponse], age: float, taken: bool
) -> None:
    assert (send(house, token(house, age=age)).status_code in (303, 202)) is taken
    assert len(house.world.registrations()) == int(taken)


@WAYS
def test_f1_missing_forged_and_foreign_tokens_are_none(house: House, send: Callable[..., TestResponse]) -> None:
    good = token(house)
    others = [
        "",
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        token(house, OTHER),
        house.rt.signer.sign("confirm", "1"),
        good.replace(FORM, OTHER),
        "x" * 5000,
    ]
    assert {send(house, bad).status_code for bad in others} == {422}
    assert house.world.registrations() == []


@WAYS
def test_f1_a_token_of_another_version_of_the_form_is_none(house: House, send: Callable[..., TestResponse]) -> None:
    """Nobody agrees to words that were not shown."""
    from dataclasses import replace

    old = token(house)
    d = house.rt.definitions
    forms = {**d.forms, FORM: replace(d.forms[FORM], version="f" * 64)}
    house.rt.publication = replace(house.rt.publication, definitions=replace(d, forms=forms))
    assert send(house, old).status_code == 422


@WAYS
def test_f1_a_token_is_good_once_and_the_very_same_again_is_the_same(
    house: House, send: Callable[..., TestResponse]
) -> None:
    """A double click, or the back button and send again, is answered like the first time; other entries come back."""
    stamp = token(house)
    first, again = send(house, stamp), send(house, stamp)
    assert (first.status_code, first.data, first.location) == (again.status_code, again.data, again.location)
    house.pause(minutes=5)
    other = send(house, stamp, typed={"email": "anders@huber.example"})
    assert other.status_code == 422
    assert "anders@huber.example" in other.text or other.is_json
    house.world.beat()
    assert [mail.to for mail in house.world.mails] == [ADDRESS]
    assert len(house.world.registrations()) == 1


def test_f1_after_the_back_button_one_more_press_sends_the_new_entries(house: House) -> None:
    stamp = token(house)
    html(house, stamp)
    again = html(house, stamp, typed={"email": "anders@huber.example", "consent": "nurture"})
    assert "has been sent before" in again.text
    fresh = re.search(r'name="stamp" value="([^"]+)"', again.text)
    assert fresh and fresh[1] != stamp
    house.pause()
    assert html(house, fresh[1], typed={"email": "anders@huber.example"}).status_code == 303


def test_f1_cookies_are_neither_read_nor_set(house: House) -> None:
    plain = html(house, token(house))
    with_cookies = html(house, token(house), headers={"Cookie": "session=abc; nurture=def"}, typed={"last_name": "W"})
    assert (plain.status_code, plain.data) == (with_cookies.status_code, with_cookies.data)
    assert "Set-Cookie" not in plain.headers


@WAYS
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://www.hallmann-brueck.example", ALLOWED + ".evil.example"]
)
def test_f1_other_sites_cannot_send_even_with_a_good_token(
    house: House, send: Callable[..., TestResponse], origin: str
) -> None:
    answer = send(house, token(house), headers={"Origin": origin})
    assert answer.status_code == 422
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert house.world.registrations() == []


def test_f1_cors_names_exact_origins_and_no_credentials(house: House) -> None:
    for path in (f"/f/{FORM}", f"/f/{FORM}/token"):
        known = house.client.options(path, headers={"Origin": ALLOWED})
        assert known.headers["Access-Control-Allow-Origin"] == ALLOWED
        assert "Access-Control-Allow-Credentials" not in known.headers
        assert "Origin" in known.headers["Vary"]
        foreign = house.client.options(path, headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in foreign.headers
    needs = house.get(f"/f/{FORM}/token", headers={"Origin": ALLOWED})
    assert needs.headers["Access-Control-Allow-Origin"] == ALLOWED
    assert needs.json["challenge"] is None


def test_f1_json_tells_every_problem_at_once(house: House) -> None:
    answer = program(house, "", typed={"email": "maria@", "company": "", "function": "king"})
    assert answer.status_code == 422
    assert set(answer.json["problems"]) == {"email", "company", "function"}
    house.pause()
    assert program(house, answer.json["stamp"]).status_code == 202


def test_f1_json_is_answered_to_whoever_would_rather_have_it(house: House) -> None:
    answer = html(house, token(house), headers={"Accept": "application/json"}, typed={"consent": ["nurture", "tracking"]})
    assert (answer.status_code, answer.json["state"]) == (202, "check-your-mail")
    assert set(house.world.registrations()[0].purposes) == {"nurture", "tracking"}


@pytest.mark.parametrize("body", ["", "[]", "{", '"x"', "null", '{"email":' * 5000])
def test_f1_malformed_json_is_a_400_and_odd_values_are_only_text(house: House, body: str) -> None:
    assert house.client.post(f"/f/{FORM}", data=body, content_type="application/json").status_code == 400


def test_f1_odd_json_values_never_break(house: House) -> None:
    odd: dict[str, Any] = {name: [{}] for name in TYPED} | {"stamp": 7, "consent": "nurture", "altcha": {"a": 1}}
    assert house.client.post(f"/f/{FORM}", json=odd).status_code == 422
