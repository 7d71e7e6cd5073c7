"""C2: what a program may have pressed asks for the six digits in the mail; a human at a human's pace is never asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from stories.world import World, berlin
from web.house import House, build

from nurture.domain.networks import Networks, parsed
from nurture.domain.suspicion import WRONG_CODES, Press, suspicion
from nurture.engine.opt_in_code import code_of, spaced, typed_code
from nurture.engine.runtime import Runtime
from nurture.engine.timeline import timeline

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GATEWAY = "40.94.28.7"
"""An address of Microsoft's."""


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("press", "said"),
    [
        (Press(NOW, ago(30)), None),
        (Press(NOW, ago(90), network="Amazon", tool=True), None),
        (Press(NOW, ago(59), network="Amazon"), "network of machines (Amazon)"),
        (Press(NOW, ago(60), network="Amazon"), None),
        (Press(NOW, None, network="Amazon"), "network of machines (Amazon)"),
        (Press(NOW, ago(59), tool=True), "by a program"),
        (Press(NOW, ago(90), hurried=True), "sooner than a person can read"),
        (Press(NOW, ago(90), trapped=True), "nobody can see"),
        (Press(NOW, ago(90), reused=True), "two answers"),
        (Press(NOW, ago(90), other=ago(60)), "both buttons"),
        (Press(NOW, ago(90), other=ago(61)), None),
        (Press(NOW, ago(5), other=ago(1), network="Amazon", tool=True, hurried=True), "both buttons"),
    ],
)
def test_c2_the_table_of_signs(press: Press, said: str | None) -> None:
    found = suspicion(press)
    assert (found is None) if said is None else (found is not None and said in found)


def test_c2_whose_network_it_is() -> None:
    shipped = Networks()
    assert shipped.owner(GATEWAY) == "Microsoft Azure"
    assert shipped.owner("::ffff:40.94.28.7") == "Microsoft Azure"
    for reader in ("84.153.0.1", "203.0.113.7", "127.0.0.1", "2003:e1::1", "", "nonsense"):
        assert shipped.owner(reader) == "", reader
    mine = Networks(parsed({"Gate": ["198.51.100.0/24"]}), exempt=(parsed({"": ["198.51.100.128/25"]})[0][1],))
    assert (mine.owner("198.51.100.1"), mine.owner("198.51.100.200"), mine.owner(GATEWAY)) == ("Gate", "", "")


@pytest.mark.parametrize("typed", ["123456", "123 456", " 123-456 ", "1 2 3 4 5 6", "123\u00a0456"])
def test_c2_a_code_however_it_is_typed(typed: str) -> None:
    assert typed_code(typed) == "123456"
    assert [typed_code(wrong) for wrong in ("", "12345", "1234567", "12345a", "١٢٣٤٥٦")] == [None] * 5


# --- the pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def house(runtime: Runtime) -> House:
    house = build(World(runtime, berlin("2026-03-02 10:00")))
    house.world.fill_form()
    return house


def code(house: House) -> str:
    row = house.world.registrations()[0]
    return code_of(house.rt, row.id, row.created_at)


def state(house: House) -> str:
    return house.world.registrations()[0].state


def from_gateway() -> dict[str, str]:
    return {"REMOTE_ADDR": GATEWAY}


def press(house: House, url: str, answer: str, **more: object) -> str:
    stamp = house.stamp(url)
    house.pause(seconds=5)
    return house.post(url, {"stamp": stamp, "answer": answer}, **more).text


def test_c2_a_human_in_an_ordinary_network_is_never_asked(house: House) -> None:
    assert "Danke, das ist bestätigt" in press(house, house.opt_in_url(), "confirm")
    assert house.world.registrations()[0].evidence["answer"]["presses"] == [
        {"answer": "confirm", "at": house.world.now.isoformat(), "why": None}
    ]


def test_c2_from_a_gateway_within_a_minute_of_delivery(house: House) -> None:
    url = house.opt_in_url()
    assert "Code aus der E-Mail" in press(house, url, "confirm", environ_base=from_gateway())
    assert state(house) == "pending"
    assert "Code aus der E-Mail" in house.get(url).text, "whoever opens the link now is asked, too"
    assert code(house) not in house.get(url).text + url
    assert spaced(code(house)) in house.world.mails[0].text
    assert spaced(code(house)) in house.world.mails[0].html
    done = house.post(url, {"answer": "code", "code": spaced(code(house))})
    assert "Danke, das ist bestätigt" in done.text
    assert state(house) == "confirmed"
    entries = timeline(house.rt, house.world.registrations()[0].address, "de").entries
    assert any("Netz von Maschinen (Microsoft Azure)" in entry.reason for entry in entries)


def test_c2_from_a_gateway_later_than_that(house: House) -> None:
    house.pause(seconds=60)
    assert "Danke, das ist bestätigt" in press(house, house.opt_in_url(), "confirm", environ_base=from_gateway())


@pytest.mark.parametrize("agent", ["python-requests/2.32", "curl/8.5", "HeadlessChrome/130", ""])
def test_c2_by_a_program_within_a_minute_of_delivery(house: House, agent: str) -> None:
    assert "Code aus der E-Mail" in press(house, house.opt_in_url(), "confirm", headers={"User-Agent": agent})
    assert state(house) == "pending"


def test_c2_a_page_younger_than_two_seconds(house: House) -> None:
    house.pause(minutes=5)
    url = house.opt_in_url()
    stamp = house.stamp(url)
    house.pause(seconds=1.9)
    assert "Code aus der E-Mail" in house.post(url, {"stamp": stamp, "answer": "confirm"}).text
    assert state(house) == "pending"


def test_c2_the_field_that_nobody_sees(house: House) -> None:
    house.pause(minutes=5)
    url = house.opt_in_url()
    stamp = house.stamp(url)
    house.pause()
    page = house.post(url, {"stamp": stamp, "answer": "confirm", "contact_url": "https://x.example"})
    assert "Code aus der E-Mail" in page.text
    assert state(house) == "pending"


def test_c2_one_page_gives_one_answer_and_a_double_click_is_one(house: House) -> None:
    house.pause(minutes=5)
    url = house.opt_in_url()
    stamp = house.stamp(url)
    house.pause()
    for _ in range(2):
        assert "Danke, das ist bestätigt" in house.post(url, {"stamp": stamp, "answer": "confirm"}).text
    assert state(house) == "confirmed"


def test_c2_a_page_that_declined_cannot_confirm_minutes_later(house: House) -> None:
    """A program that pressed 'not me', was not believed, and comes back with the same page."""
    url = house.opt_in_url()
    stamp = house.stamp(url)
    house.pause(seconds=1)
    house.post(url, {"stamp": stamp, "answer": "decline"})
    house.pause(minutes=10)
    assert "Code aus der E-Mail" in house.post(url, {"stamp": stamp, "answer": "confirm"}).text
    assert house.world.registrations()[0].evidence["answer"]["code"]["why"] == "one page gave two answers"


def test_c2_five_wrong_codes_and_only_a_new_registration_helps(house: House) -> None:
    url = house.opt_in_url()
    press(house, url, "confirm", environ_base=from_gateway())
    right = code(house)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    assert "sechs Ziffern" in house.post(url, {"answer": "code", "code": "12"}).text, "that is no try"
    for left in range(WRONG_CODES - 1, 0, -1):
        page = house.post(url, {"answer": "code", "code": wrong})
        assert page.status_code == 422
        assert ("noch einen Versuch" if left == 1 else f"noch {left} Versuche") in page.text
    assert "Zu viele falsche Codes" in house.post(url, {"answer": "code", "code": wrong}).text
    assert "Zu viele falsche Codes" in house.post(url, {"answer": "code", "code": right}).text
    assert state(house) == "pending"
    house.pause(minutes=11)
    house.world.fill_form()
    assert "Danke, das ist bestätigt" in press(house, house.opt_in_url(), "confirm")


def test_c2_nobody_types_a_code_that_was_not_asked_for(house: House) -> None:
    house.post(house.opt_in_url(), {"answer": "code", "code": code(house)})
    assert state(house) == "pending"


def test_c2_a_retry_of_the_mail_says_the_same_code_and_others_another(house: House) -> None:
    row = house.world.registrations()[0]
    assert code(house) == code_of(house.rt, row.id, row.created_at)
    assert len({code_of(house.rt, number, row.created_at) for number in range(200)}) > 190
