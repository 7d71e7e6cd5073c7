"""Pictures of every page: German and English, 1280 and 390 px, light and dark.

.venv/bin/python -m tests.office.screenshots FOLDER [page …]
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from nurture.delivery.mailbox import MailboxTransport
from nurture.domain.audit import user
from nurture.engine import rights
from nurture.engine.publication import load_publication, publish
from nurture.engine.runtime import Runtime
from nurture.mail.signing import Signer
from nurture.store.database import connect
from nurture.store.schema import Base
from tests.office.mailbox_seed import fill_mailbox
from tests.office.seed import HERO, PENDING, seed
from tests.office.serving import NAME, PASSWORD, served
from tests.office.test_guards import hold
from tests.support.delivery import fill, lively

HOME = Path(__file__).parents[2]
NOW = datetime(2026, 11, 20, 10, 24, tzinfo=UTC)
PAGES = {
    "login": "/office/login",
    "start": "/office/",
    "people": "/office/people",
    "search": "/office/people?q=kes&state=with-sales",
    "nobody": "/office/people?q=xyz",
    "person": f"/office/people/{HERO}",
    "pending": f"/office/people/{PENDING}",
    "campaigns": "/office/campaigns",
    "campaign": "/office/campaigns/welcome-feintakt",
    "handoffs": "/office/handoffs",
    "handoffs-closed": "/office/handoffs?show=closed",
    "messages": "/office/messages",
    "message": "/office/messages/12",
    "delivery": "/office/delivery",
    "breaker": "/office/delivery/breakers/1",
    "quarantine": "/office/delivery/returned?show=quarantine",
    "returned": "/office/delivery/returned",
    "returned-mail": "/office/delivery/returned/1",
    "unknown": "/office/messages?show=unknown",
    "tasks": "/office/tasks",
    "cases": "/office/protection/cases",
    "case": "/office/protection/cases/1",
    "rights": f"/office/protection/rights/{HERO}?case=1",
    "audit": "/office/protection/audit",
    "guards": "/office/protection/forms",
    "account": "/office/account",
    "error": "/office/people/nobody@nowhere.example",
    "mailbox": "/mailbox/",
    "mail": "/mailbox/",
}


VARIANTS = (("de", "en"), ("1280", "390"), ("light", "dark"))


def _some(values: tuple[str, ...], wanted: list[str]) -> list[str]:
    """Those of ``values`` that were asked for; all, if none was."""
    return [value for value in values if value in wanted] or list(values)


def main(folder: Path, wanted: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        rt = _house(Path(scratch))
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        with served(rt, NOW) as address:
            for language, width, theme in product(*(_some(values, wanted) for values in VARIANTS)):
                _shoot(browser, address, folder, language, int(width), theme, _some(tuple(PAGES), wanted))
        browser.close()


def _house(scratch: Path) -> Runtime:
    engine = connect(f"sqlite:///{scratch / 'nurture.db'}")
    Base.metadata.create_all(engine)
    transport = MailboxTransport(scratch / "mailbox")
    rt = Runtime(engine, load_publication(HOME), Signer(["a-key-only-for-tests-0123456789abcdef"]), transport,
                 "http://127.0.0.1:8000", "screens")  # fmt: skip
    publish(rt, NOW)
    seed(rt, NOW)
    fill_mailbox(rt, transport)
    rt.publication = lively(rt.publication, NOW.date().replace(day=1))
    fill(rt, NOW, size=30)
    _ask(rt)
    hold(rt, NOW)
    return rt


def _ask(rt: Runtime) -> None:
    """Requests of data subjects: late, in time, settled."""
    anna = user("anna")
    for kind, address, days in (
        ("access", HERO, 34),
        ("erasure", "wer.auch.immer@firma.example", 12),
        ("objection", HERO, 2),
    ):
        received = NOW - timedelta(days=days)
        rights.open_case(rt, kind, address, "letter", anna, NOW, note="Schreiben vom Vortag", received=received)
    rights.settle(rt, 3, "Widerspruch eingetragen, schriftlich bestätigt", anna, NOW)


def _shoot(browser: Browser, address: str, folder: Path, language: str, width: int, theme: str, wanted: list[str]) -> None:
    locale = {"de": "de-DE", "en": "en-GB"}[language]
    context: Any = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, locale=locale)
    page = context.new_page()
    for name in wanted:
        if name != "login" and not _logged_in(context):
            _log_in(page, address, language)
        page.goto(address + PAGES[name])
        if name == "mail":
            page.click("table a >> nth=0")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{name}-{language}-{width}-{theme}.png", full_page=True)
    context.close()


def _logged_in(context: Any) -> bool:
    return any(cookie["name"] == "nurture_office" for cookie in context.cookies())


def _log_in(page: Any, address: str, language: str) -> None:
    page.goto(address + "/office/login")
    page.fill("#name", NAME)
    page.fill("#password", PASSWORD)
    page.click("form.card button")
    page.locator("details.who summary").click()
    page.click(f"button[name=language][value={language}]")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
