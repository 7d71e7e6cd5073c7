"""C2 in a real browser: bots that press the first button or every button, and humans, slow ones, without JavaScript, on a
phone. On each outcome the database says what came of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import Engine
from stories.world import World, berlin
from web.house import House, build, served

from nurture.engine.opt_in_code import code_of, spaced
from nurture.engine.runtime import Runtime

CHROMIUM = Path("/usr/bin/chromium")
PHONE = {"width": 390, "height": 844}
READER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
"""The name of an ordinary browser; bots bear it as well."""
PRESS_FIRST = "addEventListener('DOMContentLoaded', () => document.querySelector('main button')?.click())"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no browser at {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def house(sqlite_db: Engine, make_runtime: Callable[..., Runtime]) -> Iterator[House]:
    """A real server; an opt-in mail arrived five minutes ago."""
    house = build(World(make_runtime(sqlite_db), berlin("2026-03-02 10:00")))
    with served(house.app) as port:
        house.rt.public_url = f"http://127.0.0.1:{port}"
        house.world.fill_form()
        house.pause(minutes=5)
        yield house


@pytest.fixture
def tab_of(browser: Browser, house: House) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []

    def make(**how: object) -> Page:
        context = browser.new_context(locale="de-DE", user_agent=READER, base_url=house.rt.public_url, **how)
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        assert context.cookies() == []
        context.close()


def state(house: House) -> str:
    return house.world.registrations()[0].state


def code(house: House) -> str:
    row = house.world.registrations()[0]
    return spaced(code_of(house.rt, row.id, row.created_at))


def type_code(house: House, tab: Page) -> None:
    """The human comes later, opens the link, reads the code in the mail and types it in."""
    house.pause(minutes=20)
    tab.goto(house.opt_in_url())
    assert code(house) in house.world.mails[0].text
    tab.get_by_label(re.compile("sechs Ziffern")).fill(code(house))
    tab.get_by_role("button", name="Bestätigen", exact=True).click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Danke, das ist bestätigt")


def test_c2_a_bot_that_presses_the_first_button_as_soon_as_the_page_is_there(
    house: House, tab_of: Callable[..., Page]
) -> None:
    bot = tab_of()
    bot.add_init_script(PRESS_FIRST)
    bot.goto(house.opt_in_url())
    expect(bot.get_by_role("heading", level=1)).to_have_text("Bitte geben Sie den Code aus der E-Mail ein")
    assert (state(house), house.world.contact()) == ("pending", None)
    type_code(house, tab_of(java_script_enabled=False))
    assert state(house) == "confirmed"
    assert house.world.contact() is not None


@pytest.mark.parametrize("pace", [0, 5], ids=["at once", "every five seconds"])
def test_c2_a_bot_that_presses_every_button(house: House, tab_of: Callable[..., Page], pace: float) -> None:
    """On every page it meets, from the last to the first, twice."""
    bot = tab_of()
    for _ in range(2):
        bot.goto(house.opt_in_url())
        for position in reversed(range(bot.locator("main button").count())):
            bot.goto(house.opt_in_url())
            house.pause(seconds=pace)
            if position < bot.locator("main button").count():
                bot.locator("main button").nth(position).click()
    house.world.wait(minutes=10)
    assert (state(house), house.world.contact()) == ("pending", None), "neither confirmed nor destroyed"
    type_code(house, tab_of(viewport=PHONE))
    assert state(house) == "confirmed"


def test_c2_a_bot_that_confirms_first_and_then_presses_the_rest(house: House, tab_of: Callable[..., Page]) -> None:
    bot, second = tab_of(), tab_of()
    for tab in (bot, second):
        tab.goto(house.opt_in_url())
    house.pause(seconds=5)
    bot.get_by_role("button", name=re.compile("Ja, das war ich")).click()
    assert state(house) == "confirmed"
    house.pause(seconds=5)
    second.get_by_role("button", name=re.compile("das war ich nicht")).click()
    expect(second.locator(".lead")).to_contain_text("Bis Sie den Code eingeben, ruht alles")
    assert state(house) == "doubted"
    type_code(house, tab_of())
    assert state(house) == "confirmed"


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 860}, PHONE], ids=["desk", "phone"])
def test_c2_a_slow_human(house: House, tab_of: Callable[..., Page], script: bool, viewport: dict[str, int]) -> None:
    tab = tab_of(java_script_enabled=script, viewport=viewport)
    tab.goto(house.opt_in_url())
    yes, no = tab.locator("main button").all()
    sizes = [button.bounding_box() for button in (yes, no)]
    assert sizes[0] and sizes[1]
    assert (sizes[0]["width"], sizes[0]["height"]) == (sizes[1]["width"], sizes[1]["height"]), "equal buttons"
    assert sizes[0]["height"] >= 48
    if script:
        assert tab.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    trap = tab.locator(".away").bounding_box()
    assert trap and trap["width"] <= 1, "nobody sees the trap"
    house.pause(minutes=3)
    yes.click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Danke, das ist bestätigt")
    assert state(house) == "confirmed"


def test_c2_a_human_who_did_not_ask(house: House, tab_of: Callable[..., Page]) -> None:
    tab = tab_of(java_script_enabled=False, viewport=PHONE)
    tab.goto(house.opt_in_url())
    house.pause()
    tab.get_by_role("button", name=re.compile("das war ich nicht")).click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Danke für den Hinweis")
    house.world.wait(minutes=1)
    assert (state(house), house.world.contact()) == ("declined", None)
    assert "weber" not in str(vars(house.world.registrations()[0])).lower()


def test_c2_a_wrong_code_says_so_and_keeps_the_page(house: House, tab_of: Callable[..., Page]) -> None:
    tab = tab_of(java_script_enabled=False, viewport=PHONE)
    tab.goto(house.opt_in_url())
    tab.get_by_role("button", name=re.compile("Ja, das war ich")).click()
    tab.get_by_label(re.compile("sechs Ziffern")).fill("000 000" if code(house) != "000 000" else "111 111")
    tab.get_by_role("button", name="Bestätigen", exact=True).click()
    expect(tab.get_by_role("alert")).to_contain_text("noch 4 Versuche")
    assert state(house) == "pending"
