"""Pages fit a phone, and their text can be read: measured in a real Chromium."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import sync_playwright
from support.delivery import fill, lively

from nurture.engine.runtime import Runtime
from tests.office.seed import HERO, PENDING, SUPPRESSED
from tests.office.serving import NAME, PASSWORD, served

PAGES = ("/office/", "/office/people", f"/office/people/{HERO}", f"/office/people/{PENDING}",
         f"/office/people/{SUPPRESSED}", "/office/campaigns", "/office/campaigns/welcome-feintakt",
         "/office/handoffs", "/office/messages?show=all", "/office/messages/5", "/office/tasks", "/office/account", "/mailbox/",
         "/office/delivery", "/office/delivery/breakers/1", "/office/delivery/returned", "/office/delivery/returned/1",
         "/office/messages?show=unknown", "/office/protection/audit")  # fmt: skip

CONTRAST = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (css) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const ground = (e) => { const layers = [];
    for (let n = e; n; n = n.parentElement) layers.push(rgba(getComputedStyle(n).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]); };
  const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b; };
  const poor = [];
  for (const e of document.querySelectorAll("body *")) {
    const text = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!text || !e.checkVisibility() || e.closest(".visually-hidden, .skip, option, [aria-hidden]")) continue;
    const under = ground(e), ink = over(rgba(getComputedStyle(e).color), under);
    const [a, b] = [light(ink), light(under)].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${e.className} ${e.textContent.trim().slice(0, 30)}`);
  }
  return [...new Set(poor)];
}
"""


def _log_in(page: Any, address: str) -> None:
    page.goto(address + "/office/login")
    page.fill("#name", NAME)
    page.fill("#password", PASSWORD)
    page.click("form.card button")


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_fits_a_phone_and_can_be_read(seeded: Runtime, now: datetime, theme: Any) -> None:
    seeded.publication = lively(seeded.publication, now.date())
    fill(seeded, now)
    with served(seeded, now) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=theme)
        page.goto(address + "/office/login")
        assert page.evaluate(CONTRAST) == []
        _log_in(page, address)
        for path in PAGES:
            page.goto(address + path)
            page.wait_for_load_state("networkidle")
            wide = page.evaluate(
                "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > 391).map(e => e.outerHTML.slice(0, 80))"
            )
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, (path, wide[:3])
            assert page.evaluate(CONTRAST) == [], path
        browser.close()
