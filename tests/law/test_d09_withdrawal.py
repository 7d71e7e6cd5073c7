"""D9, Art. 7(3) GDPR: leaving is as easy as coming, from every mail there ever was, and holds at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from law.test_a03_one_click import queue_next_mail
from playwright.sync_api import sync_playwright
from sqlalchemy import Engine
from stories.world import World, berlin
from web.house import ADDRESS, House, build, served

from nurture.domain.consent import ConsentState
from nurture.domain.message import MessageState
from nurture.engine.runtime import Runtime
from nurture.mail.signing import Signer
from nurture.store import consents
from nurture.store.database import reading
from nurture.store.schema import Message

CHROMIUM = Path("/usr/bin/chromium")
FIRST, SECOND, THIRD = (f"key-number-{n}-of-a-house-that-rotates-its-keys" for n in (1, 2, 3))


@pytest.fixture
def house(sqlite_db: Engine, make_runtime: Callable[..., Runtime]) -> House:
    return build(World(make_runtime(sqlite_db), berlin("2026-03-02 10:00")))


@pytest.fixture
def either_house(runtime: Runtime) -> House:
    """On both databases."""
    return build(World(runtime, berlin("2026-03-02 10:00")))


def states(house: House) -> dict[str, ConsentState]:
    with reading(house.rt.db) as session:
        return consents.states(session, house.world.contact().id)


def test_d9_withdrawal_from_the_oldest_mail_after_two_new_keys(either_house: House) -> None:
    house = either_house
    house.rt.signer = Signer([FIRST])
    oldest = house.world.arrive()
    house.rt.signer = Signer([THIRD, SECOND, FIRST])
    house.pause(days=5 * 365)
    leave, choose = "/u/" + oldest.tokens("/u/")[0], "/p/" + oldest.tokens("/p/")[0]
    assert house.get(leave).status_code == house.get(choose).status_code == 200
    assert house.post(f"{choose}/pause", {"span": "3-months"}).status_code == 303
    assert house.post(choose, {"wanted": "nurture"}).status_code == 303
    assert states(house)["tracking"] is ConsentState.WITHDRAWN
    assert house.post(leave, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert states(house)["nurture"] is ConsentState.WITHDRAWN


def test_d9_what_is_queued_does_not_leave(either_house: House) -> None:
    house = either_house
    choose = "/p/" + house.world.arrive().tokens("/p/")[0]
    queued = queue_next_mail(house)
    house.post(choose, {"nothing": "yes"})
    house.world.wait(days=2)
    assert house.world.rows(Message, id=queued.id)[0].state is MessageState.CANCELLED
    assert set(states(house).values()) == {ConsentState.WITHDRAWN}


def test_d9_nothing_has_to_be_typed_told_or_remembered(house: House) -> None:
    mail = house.world.arrive()
    for path in (f"/u/{mail.tokens('/u/')[0]}", f"/p/{mail.tokens('/p/')[0]}"):
        page = house.get(path)
        assert "Set-Cookie" not in page.headers
        leaving = re.search(r"<form.*?</form>", page.text, re.S)
        assert leaving
        assert "<input" not in leaving[0], "one press, no reason, no address"


def test_d9_nobody_comes_back_by_a_link_alone(house: House) -> None:
    """Looking never resubscribes, and a tick only asks the mailbox of the address on file."""
    choose = "/p/" + house.world.arrive().tokens("/p/")[0]
    house.post(choose, {"nothing": "yes"})
    for query in ("", "?wanted=nurture", "?ask=nurture", "?resubscribe=1"):
        house.get(choose + query)
    house.post(choose, {"wanted": ["nurture", "tracking", "phone"]})
    assert set(states(house).values()) == {ConsentState.WITHDRAWN}
    house.pause(hours=1)
    house.post(choose, {"ask": "nurture"})
    assert states(house)["nurture"] is ConsentState.WITHDRAWN
    house.world.beat()
    house.pause(minutes=3)
    house.world.confirm()
    assert states(house)["nurture"] is ConsentState.CONFIRMED


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no browser at {CHROMIUM}")
@pytest.mark.parametrize(("path", "button"), [("/u/", "Abmelden"), ("/p/", "Alles abbestellen")])
def test_d9_two_clicks_in_a_browser(
    sqlite_db: Engine, make_runtime: Callable[..., Runtime], path: str, button: str
) -> None:
    house = build(World(make_runtime(sqlite_db), berlin("2026-03-02 10:00")))
    with served(house.app) as port, sync_playwright() as playwright:
        house.rt.public_url = f"http://127.0.0.1:{port}"
        mail = house.world.arrive()
        house.world.now += timedelta(days=400)
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        tab = chromium.new_context(java_script_enabled=False, locale="de-DE").new_page()
        tab.set_content(mail.html)
        clicks = 0
        for target in (tab.locator(f"a[href*='{path}']"), tab.get_by_role("button", name=button)):
            target.first.click()
            clicks += 1
        tab.wait_for_load_state()
        chromium.close()
    assert clicks == 2
    assert states(house)["nurture"] is ConsentState.WITHDRAWN
    assert house.world.to(ADDRESS)
