"""The preferences page in a real browser, without JavaScript: pause, fewer mails, correct, download, erase."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from sqlalchemy import Engine
from stories.world import World, berlin
from web.house import build, served

from nurture.engine.runtime import Runtime

CHROMIUM = Path("/usr/bin/chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no browser at {CHROMIUM}"),
]


def test_a_walk_through_everything(sqlite_db: Engine, make_runtime: Callable[..., Runtime], tmp_path: Path) -> None:
    house = build(World(make_runtime(sqlite_db), berlin("2026-03-02 10:00")))
    with served(house.app) as port, sync_playwright() as playwright:
        house.rt.public_url = f"http://127.0.0.1:{port}"
        mail = house.world.arrive()
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = chromium.new_context(java_script_enabled=False, locale="de-DE", accept_downloads=True)
        context.set_default_timeout(15_000)
        tab = context.new_page()
        tab.goto(f"{house.rt.public_url}/p/{mail.tokens('/p/')[0]}")

        tab.get_by_role("button", name="Pause für 1 Monat").click()
        expect(tab.get_by_role("status")).to_have_text("Die Pause hat begonnen.")
        expect(tab.get_by_role("status")).to_be_in_viewport()
        expect(tab.get_by_text("Pause bis 2. April 2026")).to_be_visible()
        tab.get_by_role("button", name="Pause beenden").click()
        expect(tab.get_by_role("status")).to_contain_text("Es geht weiter")

        tab.get_by_label("Höchstens eine E-Mail im Monat").check()
        tab.get_by_role("button", name="Häufigkeit speichern").click()
        expect(tab.get_by_label("Höchstens eine E-Mail im Monat")).to_be_checked()

        tab.get_by_label("Engpässe steuern").uncheck()
        tab.get_by_role("button", name="Themen speichern").click()
        expect(tab.get_by_label("Engpässe steuern")).not_to_be_checked()

        tab.get_by_role("textbox", name="Nachname").fill("Weber-Huber")
        tab.get_by_role("textbox", name="Telefon").fill("keins")
        tab.get_by_role("button", name="Angaben speichern").click()
        expect(tab.get_by_role("alert")).to_contain_text("Telefon")
        expect(tab.get_by_role("textbox", name="Nachname")).to_have_value("Weber-Huber")
        tab.get_by_role("textbox", name="Telefon").fill("+49 231 4710200")
        tab.get_by_role("button", name="Angaben speichern").click()
        expect(tab.get_by_role("status")).to_contain_text("berichtigt")

        with tab.expect_download() as coming:
            tab.get_by_role("button", name="Alles herunterladen").click()
        coming.value.save_as(tmp_path / "all.zip")
        assert (tmp_path / "all.zip").read_bytes().startswith(b"PK")

        tab.get_by_role("link", name="Alles ansehen").click()
        expect(tab.get_by_role("heading", level=1)).to_be_visible()
        expect(tab.get_by_text("Weber-Huber").first).to_be_visible()
        tab.get_by_role("link", name="Zurück zu den Einstellungen").click()

        tab.get_by_role("link", name="Meine Daten löschen").click()
        tab.get_by_role("button", name="Ja, alles löschen").click()
        expect(tab.get_by_role("heading", name="Ihre Daten sind gelöscht")).to_be_visible()
        assert context.cookies() == []
        chromium.close()
    assert house.world.contact() is None
