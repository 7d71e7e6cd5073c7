"""The confirmation page: two equal buttons, nothing by GET, nothing faster than a person."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from web.house import ADDRESS, FORM, House

from nurture.engine import links
from nurture.store.schema import Contact


@pytest.fixture
def asked(house: House) -> str:
    house.world.fill_form()
    return house.opt_in_url()


def test_the_page_says_what_is_confirmed_with_two_equal_buttons(house: House, asked: str) -> None:
    page = house.get(asked)
    assert page.status_code == 200
    assert "m…\N{WORD JOINER}@anlagenbau-huber.example" in page.text
    assert house.rt.definitions.forms[FORM].title["de"] in page.text
    for purpose in ("nurture", "tracking"):
        assert house.rt.definitions.purposes[purpose].title["de"] in page.text
    buttons = re.findall(r'<button class="([^"]+)" name="answer" value="(\w+)">', page.text)
    assert [value for _, value in buttons] == ["confirm", "decline"]
    assert len({css for css, _ in buttons}) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_confirms_nothing(house: House, asked: str, method: str) -> None:
    house.client.open(asked, method=method)
    assert [row.state for row in house.world.registrations()] == ["pending"]


def test_confirming(either_house: House) -> None:
    house = either_house
    house.world.fill_form()
    url = house.opt_in_url()
    done = house.press(url, answer="confirm")
    assert done.status_code == 200
    assert "Danke, das ist bestätigt" in done.text
    offer = re.search(r'href="https://nurture.example(/d/[^"]+)"', done.text)
    assert offer
    assert house.get(offer[1]).status_code == 200
    assert house.world.contact() is not None


def test_confirming_again_is_the_same_friendly_success(house: House, asked: str) -> None:
    house.press(asked, answer="confirm")
    page = house.get(asked)
    assert page.status_code == 200
    assert "Danke, das ist bestätigt" in page.text
    again = house.post(asked, {"answer": "confirm"})
    assert "/d/" in again.text
    assert len(house.world.rows(Contact)) == 1


def test_not_me(house: House, asked: str) -> None:
    done = house.press(asked, answer="decline")
    assert "Danke für den Hinweis" in done.text
    assert "Danke für den Hinweis" in house.get(asked).text
    house.world.wait(seconds=60)
    assert "Danke für den Hinweis" in house.get(asked).text
    (row,) = house.world.registrations()
    assert (row.state, row.answers) == ("declined", {})
    assert ADDRESS not in row.address
    assert house.post(asked, {"answer": "confirm"}).status_code == 410


def test_declining_long_after_confirming_shows_the_ways_out(house: House, asked: str) -> None:
    shown = house.stamp(asked)
    house.press(asked, answer="confirm")
    house.pause(seconds=61)
    page = house.post(asked, {"stamp": shown, "answer": "decline"})
    assert "Diese Anfrage ist schon bestätigt" in page.text
    way_out = re.search(r'href="https://nurture.example(/p/[^"]+)"', page.text)
    assert way_out
    assert house.get(way_out[1]).status_code == 200
    assert house.world.contact() is not None


def test_not_me_by_a_program_does_nothing(house: House, asked: str) -> None:
    shown = house.stamp(asked)
    house.pause(seconds=1.5)
    page = house.post(asked, {"stamp": shown, "answer": "decline"})
    assert page.status_code == 422
    assert "Bitte drücken Sie noch einmal" in page.text
    assert [row.state for row in house.world.registrations()] == ["pending"]
    house.pause()
    assert "Danke für den Hinweis" in house.post(asked, {"stamp": shown, "answer": "decline"}).text


@pytest.mark.parametrize("data", [{}, {"answer": "confirm"}, {"answer": "confirm", "stamp": "x"}, {"answer": "other"}])
def test_a_post_without_the_page_confirms_nothing(house: House, asked: str, data: dict[str, str]) -> None:
    assert house.post(asked, data).status_code == 422
    assert [row.state for row in house.world.registrations()] == ["pending"]


def test_the_stamp_of_one_link_does_not_open_another(house: House, asked: str) -> None:
    house.world.fill_form("jonas@huber.example")
    other = house.opt_in_url("jonas@huber.example")
    shown = house.stamp(other)
    house.pause()
    assert house.post(asked, {"stamp": shown, "answer": "confirm"}).status_code == 422


@pytest.mark.parametrize("swept", [False, True], ids=["just over", "and its data removed"])
def test_an_expired_link_says_so_and_leads_back_to_the_forms(house: House, asked: str, swept: bool) -> None:
    shown = house.stamp(asked)
    house.world.now += timedelta(days=8)
    if swept:
        house.world.beat()
    for page in (house.get(asked), house.post(asked, {"stamp": shown, "answer": "confirm"})):
        assert page.status_code == 410
        assert f'href="/f/{FORM}?lang=' in page.text
        assert "abgelaufen" in page.text
    assert house.world.contact() is None


def test_forged_and_foreign_links(house: House, asked: str) -> None:
    foreign = links.signed_url(house.rt, "unsubscribe", 1, 1).rpartition("/")[2]
    for token in (asked[3:-1] + "x", asked[3:-4], "1", foreign, "a" * 5000, "%00", "ü"):
        for answer in (house.get(f"/c/{token}"), house.post(f"/c/{token}", {"answer": "confirm"})):
            assert answer.status_code == 404, token
    assert [row.state for row in house.world.registrations()] == ["pending"]


def test_the_page_speaks_the_language_of_the_form(house: House) -> None:
    house.world.fill_form(language="en")
    url = house.opt_in_url()
    assert house.get(url, headers={"Accept-Language": "de"}).headers["Content-Language"] == "en"
    assert house.get(url + "?lang=de").headers["Content-Language"] == "de"
