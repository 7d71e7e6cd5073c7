"""One story in a real browser, without JavaScript, against a real server: from the form to the PDF."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import Engine
from stories.world import World, berlin
from web.house import ADDRESS, FORM, House, build, served

from nurture.delivery import MailboxTransport
from nurture.engine.advance import advance
from nurture.engine.delivery import deliver
from nurture.engine.runtime import Runtime
from nurture.engine.timeline import timeline

CHROMIUM = Path("/usr/bin/chromium")
READER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
"""The name of a person's browser. Chromium without a screen says so, and a program has to type in the code."""

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
def house(sqlite_db: Engine, make_runtime: Callable[..., Runtime], tmp_path: Path) -> Iterator[House]:
    """The shipped example on a real server, with the local mailbox."""
    rt = make_runtime(sqlite_db, transport=MailboxTransport(tmp_path / "mailbox"))
    house = build(World(rt, berlin("2026-03-02 10:00")), mailbox=True)
    with served(house.app) as port:
        rt.public_url = f"http://127.0.0.1:{port}"
        yield house


@pytest.fixture
def tab(browser: Browser, house: House) -> Iterator[Page]:
    context = browser.new_context(
        java_script_enabled=False, locale="de-DE", user_agent=READER, base_url=house.rt.public_url, accept_downloads=True
    )
    context.set_default_timeout(15_000)
    yield context.new_page()
    assert context.cookies() == [], "public pages set no cookies"
    context.close()


def work(house: House) -> None:
    """What the beats do: decide, then deliver, until nothing is left."""
    for _ in range(10):
        decided = advance(house.rt, house.world.now)
        delivered = deliver(house.rt, house.world.now, worker="browser-story")
        if not decided.due and not delivered.accepted:
            return


def open_latest_mail(tab: Page) -> None:
    """In the local mailbox, as a newcomer would; the letter itself is shown in a frame of its own."""
    tab.goto("/mailbox/")
    latest = tab.locator("a[href^='/mailbox/2']").first.get_attribute("href")
    assert latest
    tab.goto(latest.split("?")[0].rstrip("/") + "/html")


def test_from_the_form_to_the_download(house: House, tab: Page, tmp_path: Path) -> None:
    tab.goto(f"/f/{FORM}?utm_source=linkedin")
    house.pause()
    tab.get_by_role("button", name="Whitepaper anfordern").click()
    expect(tab.get_by_role("alert")).to_contain_text("Angaben fehlen noch")

    tab.get_by_label("Geschäftliche E-Mail-Adresse").fill(ADDRESS)
    tab.get_by_label("Anrede").select_option("Frau")
    tab.get_by_label("Vorname").fill("Maria")
    tab.get_by_label("Nachname").fill("Weber")
    tab.get_by_label("Unternehmen").fill("Anlagenbau Huber GmbH")
    tab.get_by_label("Ihr Aufgabenbereich").select_option("production-planning")
    tab.get_by_label("Fachinformationen per E-Mail").check()
    tab.get_by_label("Persönliche Auswertung").check()
    house.pause()
    tab.get_by_role("button", name="Whitepaper anfordern").click()
    expect(tab.get_by_role("heading", name="Bitte sehen Sie in Ihr Postfach")).to_be_visible()

    work(house)
    open_latest_mail(tab)
    tab.goto(str(tab.locator("a[href*='/c/']").first.get_attribute("href")))
    expect(tab.get_by_role("heading", name="Haben Sie das angefordert?")).to_be_visible()
    house.pause()
    tab.get_by_role("button", name="Ja, das war ich").click()
    expect(tab.get_by_role("heading", name="Danke, das ist bestätigt")).to_be_visible()

    house.pause(minutes=1)
    work(house)
    open_latest_mail(tab)
    topics = tab.locator("a[href*='/l/']")
    targets = [str(topics.nth(n).get_attribute("href")) for n in range(topics.count())]
    house.pause(minutes=5)
    tab.goto(next(url for url in targets if leads_to_topic(house, url)))
    expect(tab.get_by_text("Lesestoff zum Thema")).to_be_visible()

    house.pause(minutes=1)
    tab.locator(".shelf a").first.click()
    with tab.expect_download() as coming:
        tab.get_by_role("button", name="Herunterladen").click()
    saved = tmp_path / coming.value.suggested_filename
    coming.value.save_as(saved)
    assert saved.suffix == ".pdf"
    assert saved.read_bytes().startswith(b"%PDF-")

    house.world.now += timedelta(minutes=15)
    told = timeline(house.rt, ADDRESS, "de")
    kinds = [entry.kind for entry in told.entries]
    assert {"form", "confirmed", "click", "download"} <= set(kinds)
    assert house.world.registrations()[0].source == "linkedin"


def leads_to_topic(house: House, url: str) -> bool:
    from nurture.engine import tracking

    token = re.sub(r"^.*/l/", "", url)
    _, template, position = tracking._link_of(house.rt, token)
    return template.links[position].kind == "topic"


def test_the_sample_page_posts_across_to_the_hosted_answer(house: House, tab: Page) -> None:
    tab.goto(f"/embed/{FORM}")
    frame = tab.frame_locator("iframe")
    frame.get_by_label("Geschäftliche E-Mail-Adresse").fill(ADDRESS)
    frame.get_by_label("Unternehmen").fill("Anlagenbau Huber GmbH")
    frame.get_by_label("Ihr Aufgabenbereich").select_option("it-management")
    frame.get_by_role("button", name="Whitepaper anfordern").click()
    expect(tab.get_by_role("alert")).to_contain_text("Fast geschafft")
    house.pause()
    tab.get_by_role("button", name="Whitepaper anfordern").click()
    expect(tab.get_by_role("heading", name="Bitte sehen Sie in Ihr Postfach")).to_be_visible()
    assert len(house.world.registrations()) == 1


def test_nothing_is_blocked_by_our_own_policy(house: House, browser: Browser) -> None:
    """Every style, icon and frame of the pages loads; a browser with scripts on finds nothing to complain about."""
    context = browser.new_context(base_url=house.rt.public_url)
    tab = context.new_page()
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("requestfailed", lambda request: said.append(f"failed: {request.url} {request.failure}"))
    for path in ("/", f"/f/{FORM}", f"/f/{FORM}/sent", f"/embed/{FORM}", f"/embed/{FORM}/example"):
        tab.goto(path, wait_until="networkidle")
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} scrolls sideways"
    # going on to the next page may cut off its icon; that is the browser's doing, not the policy's
    assert [line for line in said if not line.endswith("net::ERR_ABORTED")] == []
    context.close()


def test_with_the_keyboard_alone(house: House, tab: Page) -> None:
    tab.goto(f"/f/{FORM}")
    tab.keyboard.press("Tab")
    expect(tab.locator(".skip")).to_be_focused()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    expect(tab.get_by_label("Geschäftliche E-Mail-Adresse")).to_be_focused()
    tab.keyboard.type("maria.weber@")
    house.pause()
    tab.keyboard.press("Enter")
    expect(tab.locator(".problems")).to_be_focused()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.locator(":focus").count() == 1
