"""Links in mails, downloads and topics."""

from __future__ import annotations

import sqlite3
from html import unescape

import pytest
from pypdf import PdfReader
from sqlalchemy.exc import OperationalError
from stories.world import Mail
from web.house import House, path_of

from nurture.engine import links, tracking
from nurture.store import activities
from nurture.store.schema import Activity


@pytest.fixture
def welcome(house: House) -> Mail:
    return house.world.arrive()


def clicks(house: House) -> list[Activity]:
    return [a for a in house.world.activities() if a.kind == "click"]


def test_a_click_leads_on_and_is_recorded(either_house: House) -> None:
    house = either_house
    welcome = house.world.arrive()
    token = house.world.link(welcome, "topic:")
    answer = house.get(f"/l/{token}")
    assert answer.status_code == 302
    assert answer.location.startswith("https://nurture.example/t/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert len(clicks(house)) == 1
    assert house.get(answer.location).status_code == 200


def test_the_visit_is_recorded_with_what_judges_it(house: House, welcome: Mail) -> None:
    house.get(f"/l/{house.world.link(welcome, 'topic:')}", headers={"User-Agent": "Firefox", "Sec-Purpose": "prefetch"})
    (click,) = clicks(house)
    assert (click.method, click.user_agent, click.data) == ("GET", "Firefox", {"prefetch": True})
    assert click.ip == "127.0.0.0", "shortened"


def test_looking_with_head_never_counts(house: House, welcome: Mail) -> None:
    answer = house.client.head(f"/l/{house.world.link(welcome, 'topic:')}")
    assert answer.status_code == 302
    house.world.wait(hours=2)
    assert house.world.lead().points == pytest.approx(10, abs=0.1), "the form, and nothing else"


def test_a_link_works_when_nothing_can_be_recorded(house: House, welcome: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("database is locked"))

    monkeypatch.setattr(activities, "record", locked)
    answer = house.get(f"/l/{house.world.link(welcome, 'topic:')}")
    assert answer.status_code == 302
    assert answer.location.startswith("https://nurture.example/t/")


def test_unknown_links_end_on_a_helpful_page(house: House, welcome: Mail) -> None:
    good = house.world.link(welcome, "topic:")
    for token in (good[:-1], good + "x", "x", "https:%2F%2Fevil.example", "..%2F", "1.2.3"):
        answer = house.get(f"/l/{token}", headers={"Accept-Language": "de"})
        assert answer.status_code == 404, token
        assert "Location" not in answer.headers
        assert "Vielleicht ist der Link beim Kopieren abgeschnitten worden" in answer.text
        assert house.rt.definitions.organisation.imprint.email in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "//evil.example",
        "https://user@evil.example",
        "https://a.example/\r\nX: y",
        "data:text/html,x",
    ],
)
def test_nobody_is_sent_to_a_place_that_is_no_web_page(
    house: House, welcome: Mail, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.setattr(tracking, "follow", lambda *_: target)
    assert house.get("/l/any").status_code == 404


# --- downloads ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def offer(house: House) -> str:
    house.world.arrive()
    return links.file_url(house.rt, house.world.contact().id, 0, "whitepaper-feinplanung", "de")


def downloads(house: House) -> int:
    return sum(a.kind == "download" for a in house.world.activities())


def test_the_page_before_a_download_changes_nothing(house: House, offer: str) -> None:
    page = house.get(offer)
    assert page.status_code == 200
    assert "whitepaper-feinplanung.de.pdf" in page.text
    assert "KB" in page.text
    house.client.head(path_of(offer))
    assert downloads(house) == 0


def test_downloading(either_house: House) -> None:
    house = either_house
    house.world.arrive()
    offer = links.file_url(house.rt, house.world.contact().id, 0, "whitepaper-feinplanung", "de")
    answer = house.post(offer, {"how": "keep"})
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == "attachment; filename=whitepaper-feinplanung.de.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.data.startswith(b"%PDF-")
    assert downloads(house) == 1


def test_reading_in_the_browser(house: House, offer: str) -> None:
    answer = house.post(offer, {"how": "read"})
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert downloads(house) == 1


def test_the_file_is_the_one_that_was_promised(house: House, offer: str, tmp_path: object) -> None:
    from io import BytesIO

    assert len(PdfReader(BytesIO(house.post(offer).data)).pages) >= 1


def test_a_file_that_is_gone(house: House) -> None:
    for content, language in (("no-such-thing", "de"), ("..%2F", "de")):
        token = house.rt.signer.sign("file", f"0.0.{content.replace('%2F', '.')}.{language}")
        assert house.get(f"/d/{token}").status_code == 404
        assert house.post(f"/d/{token}").status_code == 404


# --- topics ---------------------------------------------------------------------------------------------------------------


def test_the_page_of_a_topic_lists_what_there_is(house: House, welcome: Mail) -> None:
    target = house.world.click(welcome, "topic:delivery-dates")
    page = house.get(target)
    assert page.status_code == 200
    expected = [i for i in house.rt.definitions.content.values() if i.topic == "delivery-dates"]
    assert expected
    for item in expected:
        assert item.title["de"] in unescape(page.text)
    assert page.text.count("/d/") == sum(bool(item.files) for item in expected)
