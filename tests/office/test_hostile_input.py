"""What strangers typed is text on every page: no dialog, no script, no broken policy, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from delivery.carrier import send
from playwright.sync_api import sync_playwright

from nurture.delivery.mailbox import MailboxTransport
from nurture.delivery.transport import Parcel
from nurture.engine.runtime import Runtime
from nurture.store.database import transaction
from nurture.store.schema import Activity, Attempt, Company, Contact, Message, Registration, TaskRow, Unit
from tests.office.seed import HERO, PENDING
from tests.office.serving import NAME, PASSWORD, served

POLYGLOTS = (
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert() )//%0D%0A//</stYle/</titLe/</teXtarEa/</scRipt/--!>\\x3csVg/<sVg/oNloAd=alert()//>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(2)>",
    "{{ 7*7 }}{% raw %}${alert(3)}",
    "</script><script>alert(4)</script>",
    "<iframe srcdoc='<script>parent.alert(5)</script>'>",
    "<a href=javascript:alert(6)>x</a><form action=//evil.example>",
    "\u202e\u2028<style>body{display:none}</style>",
)
_MAIL = (
    b'From: "<img src=x onerror=alert(9)>" <a@b.example>\r\nTo: <b@c.example>\r\nSubject: <script>alert(10)</script>\r\n'
    b"Date: Mon, 02 Mar 2026 09:00:00 +0000\r\nMessage-ID: <1@b.example>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n\r\n"
    b"<html><head></head><body onload=alert(11)><script>alert(12)</script><img src=http://evil.example/x.png>"
    b"<a id=out href=/mailbox/>a link</a><form action=/office/logout method=post><button>x</button></form></body></html>"
)


def _poison(rt: Runtime) -> None:
    """Hostile text in everything that comes from outside."""
    with transaction(rt.db) as session:
        for i, contact in enumerate(session.query(Contact).order_by(Contact.id)):
            bad = POLYGLOTS[i % len(POLYGLOTS)]
            contact.first_name = contact.phone = contact.source = bad[:60]
            contact.last_name, contact.salutation = bad[:120], bad[:20]
            contact.answers = {bad: bad, "company_size": bad}
        for i, company in enumerate(session.query(Company)):
            company.name = company.industry = POLYGLOTS[i % len(POLYGLOTS)][:80]
        for i, unit in enumerate(session.query(Unit)):
            unit.name = POLYGLOTS[i % len(POLYGLOTS)]
        for i, activity in enumerate(session.query(Activity)):
            activity.user_agent = activity.link = POLYGLOTS[i % len(POLYGLOTS)][:200]
            activity.data = {"note": POLYGLOTS[i % len(POLYGLOTS)], "answers": {"x": POLYGLOTS[i % len(POLYGLOTS)]}}
        for i, row in enumerate(session.query(Registration)):
            bad = POLYGLOTS[i % len(POLYGLOTS)]
            row.answers = {"first_name": bad, "company": bad, bad: bad}
            row.user_agent = row.settled_user_agent = row.page_url = bad
        for i, message in enumerate(session.query(Message)):
            message.subject = message.reason = POLYGLOTS[i % len(POLYGLOTS)]
        for model, column in ((Attempt, "reply"), (TaskRow, "title")):
            for i, thing in enumerate(session.query(model)):
                setattr(thing, column, POLYGLOTS[i % len(POLYGLOTS)])


@pytest.fixture
def hostile(seeded: Runtime, now: datetime) -> Iterator[tuple[str, Any, list[str]]]:
    """(address, a logged-in page, everything that went wrong in it)."""
    _poison(seeded)
    assert isinstance(seeded.transport, MailboxTransport)
    send(seeded.transport, Parcel(1, "<1@b.example>", "a@b.example", "b@c.example", _MAIL))
    wrong: list[str] = []
    with served(seeded, now) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(locale="de-DE")
        page.on("dialog", lambda dialog: (wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: wrong.append(f"error {error}"))
        page.on("console", lambda m: wrong.append(m.text) if m.type == "error" and "404" not in m.text else None)
        page.goto(address + "/office/login")
        page.fill("#name", NAME)
        page.fill("#password", PASSWORD)
        page.click("form.card button")
        yield address, page, wrong
        browser.close()


@pytest.mark.browser
def test_every_page_shows_it_as_text(hostile: tuple[str, Any, list[str]]) -> None:
    address, page, wrong = hostile
    for path in ("/office/", "/office/people", f"/office/people/{HERO}", f"/office/people/{PENDING}", "/office/handoffs",
                 "/office/messages?show=all", "/office/messages/5", "/office/tasks", "/mailbox/"):  # fmt: skip
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        for details in page.locator("main details").all():
            details.evaluate("d => d.open = true")
        assert "alert(" in page.inner_text("main"), path
        assert (
            page.locator(
                "main iframe[srcdoc], main script, main [onerror], main [onload], main a[href^='javascript' i]"
            ).count()
            == 0
        )
        assert wrong == [], path


@pytest.mark.browser
def test_searching_with_htmx_breaks_no_policy(hostile: tuple[str, Any, list[str]]) -> None:
    address, page, wrong = hostile
    page.goto(address + "/office/people")
    with page.expect_response(lambda r: "q=kessler-sonder" in r.url and r.status == 200):
        page.locator("#q").press_sequentially("kessler-sonder")
    page.wait_for_function("document.querySelectorAll('#found tbody tr').length === 2")
    assert "q=kessler-sonder" in page.url
    page.select_option("#state", "suppressed")
    page.wait_for_selector("#found .empty")
    assert wrong == []


@pytest.mark.browser
def test_a_mail_in_the_mailbox_runs_nothing_but_its_links_open(hostile: tuple[str, Any, list[str]]) -> None:
    address, page, wrong = hostile
    page.goto(address + "/mailbox/")
    page.click("table a >> nth=0")
    link = page.frame_locator("iframe.letter").locator("#out")
    link.wait_for()
    # Chromium says in the console what it refused to run or load; nothing may have run
    assert not [text for text in wrong if text.startswith("dialog")]
    assert all("Refused" in text or "Blocked" in text or "violates" in text for text in wrong), wrong
    with page.context.expect_page() as opened:
        link.click()
    assert opened.value.url == address + "/mailbox/"


@pytest.mark.browser
def test_the_essentials_work_without_scripts(seeded: Runtime, now: datetime) -> None:
    with served(seeded, now) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto(address + "/office/tasks")
        page.fill("#name", NAME)
        page.fill("#password", PASSWORD)
        page.click("form.card button")
        assert page.url == address + "/office/tasks"
        page.click("table form button >> nth=0")
        assert "Die Aufgabe ist erledigt." in page.inner_text("main")
        page.goto(address + "/office/people")
        page.fill("#q", "schäfer")
        page.click(".filter-go button")
        assert page.locator("#found tbody tr").count() == 1
        page.click("details.who summary")
        page.click("button[name=theme][value=dark]")
        assert page.get_attribute("html", "data-bs-theme") == "dark"
        page.click("details.who summary")
        page.click("details.who form:last-of-type button")
        assert page.url == address + "/office/login"
        browser.close()
