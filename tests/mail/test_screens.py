"""In a real browser: no mail is wider than a phone, whatever the reader is called, in light and in dark."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from nurture.mail.library import Library, Link
from nurture.mail.render import render

from .contexts import NAMES, context_for

pytestmark = pytest.mark.browser

PHONE, DESKTOP = 390, 1280


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def url(number: int, link: Link) -> str:
    return f"https://nurture.example.de/l/{number}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["usual", "80 characters"])
def test_nothing_is_wider_than_the_screen(page: Page, library: Library, name: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for template in library.templates():
        if template.mail != "service" and template.language != "de":
            continue
        html = render(template, context_for(template.mail, template.cell, template.language, NAMES[name]), url).html
        page.set_viewport_size({"width": PHONE, "height": 800})
        page.set_content(html)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, template.name


def test_dark_mode_is_really_dark(page: Page, library: Library) -> None:
    template = library.service("dossier", "de")
    page.set_content(render(template, context_for("service", "dossier", "de"), url).html)
    colours = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        colours.append(page.evaluate("getComputedStyle(document.querySelector('.n-card')).backgroundColor"))
    assert colours == ["rgb(255, 253, 250)", "rgb(28, 35, 36)"]


def test_a_button_fills_the_width_of_a_phone_and_is_high_enough_for_a_thumb(page: Page, library: Library) -> None:
    page.set_content(render(library.service("opt-in", "de"), context_for("service", "opt-in", "de"), url).html)
    boxes = []
    for width in (PHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": 800})
        box = page.locator("a.n-fill").bounding_box()
        assert box is not None
        boxes.append(box)
    assert all(box["height"] >= 44 for box in boxes)
    assert boxes[0]["width"] > 300
    assert boxes[1]["width"] < 300
