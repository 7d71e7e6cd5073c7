"""Every mail we ship, for every kind of reader, is fit for mail programs, for the eye and for the law."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest

from nurture.mail.library import Library, Link, Template
from nurture.mail.mime import compose
from nurture.mail.render import Letter, render
from nurture.mail.vocabulary import SERVICE_MAILS, TO_CONFIRM

from .contexts import IMPRINT, NAMES, context_for
from .test_mime import NURTURE, assert_sound, dom

VOID = {"meta", "br", "img", "hr"}
FORBIDDEN = {"script", "form", "video", "audio", "iframe", "object", "embed", "link", "base", "svg", "input", "button"}
KINDS = ("usual", "empty", "80 characters", "script")


class Page(HTMLParser):
    """What a mail program sees: elements with their attributes, links with their text, the text a reader reads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.links: list[tuple[str, str]] = []
        self.visible: list[str] = []
        self.titles: list[str] = []
        self._open: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag == "a":
            self.links.append((attributes["href"], ""))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if "title" in self._open:
            self.titles.append(data)
        elif "style" not in self._open:
            self.visible.append(data)
        if "a" in self._open:
            href, text = self.links[-1]
            self.links[-1] = href, text + data

    def all(self, *tags: str) -> Iterator[dict[str, str]]:
        return (attributes for tag, attributes in self.elements if tag in tags)


def url(number: int, link: Link) -> str:
    return f"https://nurture.example.de/l/12345.0123456789abcdef.{number}.AbCdEfGhIjKlMnOpQrStUvWx"


@pytest.fixture(scope="session", params=KINDS)
def mails(request: pytest.FixtureRequest, library: Library) -> list[tuple[Template, Letter, Page]]:
    """Every shipped mail, rendered for one kind of reader."""
    found = []
    for template in library.templates():
        context = context_for(template.mail, template.cell, template.language, NAMES[request.param])
        letter = render(template, context, url)
        found.append((template, letter, Page(letter.html)))
    return found


Mails = list[tuple[Template, Letter, Page]]


def test_the_page_is_whole(mails: Mails) -> None:
    for template, letter, page in mails:
        assert letter.html.startswith("<!DOCTYPE html>"), template.name
        assert not page.unbalanced, (template.name, page.unbalanced)
        assert next(page.all("html"))["lang"] == template.language
        assert "".join(page.titles) == letter.subject
        metas = {attributes.get("name") or "charset": attributes for attributes in page.all("meta")}
        assert metas["charset"]["charset"] == "utf-8"
        assert metas["color-scheme"]["content"] == "light dark"
        assert "viewport" in metas
        assert len(list(page.all("h1"))) <= 1, template.name


def test_tables_only_lay_out(mails: Mails) -> None:
    for template, letter, page in mails:
        for table in page.all("table"):
            wanted = {"role": "presentation", "cellpadding": "0", "cellspacing": "0", "border": "0"}
            assert wanted.items() <= table.items(), (template.name, table)
        assert letter.html.count("<!--[if") == letter.html.count("<![endif]-->") > 1, template.name
        assert '<table role="presentation" width="600"' in letter.html


def test_nothing_mail_programs_refuse(mails: Mails) -> None:
    for template, letter, page in mails:
        assert not {tag for tag, _ in page.elements} & FORBIDDEN, template.name
        assert not [attributes for _, attributes in page.elements if any(name.startswith("on") for name in attributes)]
        assert "@import" not in letter.html
        assert "data:" not in letter.html.lower()
        for image in page.all("img"):
            assert {"alt", "width", "height"} <= image.keys(), template.name


def test_small_enough_not_to_be_clipped(mails: Mails) -> None:
    for template, letter, _ in mails:
        assert len(letter.html.encode()) < 90_000, template.name


def test_links_lead_where_they_say(mails: Mails) -> None:
    for template, _, page in mails:
        for href, text in page.links:
            assert re.match(r"(https://|mailto:|tel:)", href), (template.name, href)
            assert text.strip(), (template.name, href)
            assert not re.search(r"https?://|www\.", text), (template.name, text)


def test_links_are_underlined(mails: Mails) -> None:
    for template, letter, _ in mails:
        for anchor in re.findall(r"<a\b.*?</a>", letter.html, re.DOTALL):
            assert "text-decoration:underline" in anchor, (template.name, anchor)


def test_a_background_never_comes_without_its_text_colour(mails: Mails) -> None:
    """Dark mode inverts what is not said; what is said in both is left alone."""
    for template, letter, page in mails:
        body = next(page.all("body"))["style"]
        assert "background-color:#" in body, template.name
        assert re.search(r"(?<!-)color:#", body), template.name
        assert "@media (prefers-color-scheme:dark)" in letter.html


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


BACKGROUNDS = {"light": ("#f5f2ed", "#fffdfa"), "dark": ("#121718", "#1c2324", "#252e2f")}
INKS = {"light": ("#27231e", "#635b50", "#0f5c63"), "dark": ("#ece8e1", "#b9b3a8", "#86d3d9")}
BUTTONS = {"light": ("#ffffff", "#0f5c63"), "dark": ("#082a2d", "#8fd6db")}


def test_every_colour_can_be_read(mails: Mails) -> None:
    for scheme in ("light", "dark"):
        for ink in INKS[scheme]:
            for background in BACKGROUNDS[scheme]:
                assert contrast(ink, background) >= 4.5, (scheme, ink, background)
        assert contrast(*BUTTONS[scheme]) >= 4.5
    known = {colour for table in (BACKGROUNDS, INKS, BUTTONS) for colours in table.values() for colour in colours}
    for template, letter, _ in mails:
        used = set(re.findall(r"(?<![-\w])color:(#\w+)", letter.html))
        assert used <= known, template.name


def test_no_text_is_too_small(mails: Mails) -> None:
    for template, letter, _ in mails:
        for style, text in re.findall(r'style="([^"]*)"[^>]*>([^<]*)', letter.html):
            size = re.search(r"font-size:(\d+)px", style)
            if size and text.replace("&nbsp;", "").strip():
                assert int(size[1]) >= 14, (template.name, text)


def test_buttons_are_easy_to_hit(mails: Mails) -> None:
    for template, letter, page in mails:
        buttons = [style for style in (a.get("style", "") for a in page.all("a")) if "display:inline-block" in style]
        for style in buttons:
            padding = re.search(r"padding:(\d+)px", style)
            height = re.search(r"line-height:(\d+)px", style)
            assert padding
            assert height
            assert 2 * int(padding[1]) + int(height[1]) >= 44, template.name
        assert letter.html.count("<v:roundrect") == len(buttons)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", re.sub(r"https?://\S+", " ", text).lower()))


def test_text_and_html_say_the_same(mails: Mails) -> None:
    for template, letter, page in mails:
        html, text = words(" ".join(page.visible).replace(letter.preheader, " ")), words(letter.text)
        assert len(html & text) / len(html | text) > 0.75, (template.name, sorted(html ^ text))
        in_text = set(re.findall(r"https://nurture\.example\.de/\S+", letter.text))
        in_html = {href for href, _ in page.links if href.startswith("https://nurture.example.de/")}
        assert in_text == in_html, template.name


def test_subject_and_preheader(mails: Mails) -> None:
    for template, letter, _ in mails:
        assert letter.subject == letter.subject.strip() != ""
        assert letter.preheader not in ("", letter.subject), template.name
        assert letter.subject.upper() != letter.subject, template.name


def test_subjects_fit_for_the_usual_reader(library: Library) -> None:
    for template in library.templates():
        letter = render(template, context_for(template.mail, template.cell, template.language), url)
        assert len(letter.subject) <= 60, (template.name, letter.subject)


def test_nurture_mails_can_be_left_and_say_who_sends_them(mails: Mails) -> None:
    for template, letter, page in mails:
        if template.mail == "service":
            continue
        hrefs = [href for href, _ in page.links]
        assert hrefs.count("https://nurture.example.de/u/1.2.abc") == 1, template.name
        assert hrefs.count("https://nurture.example.de/p/1.2.abc") == 1, template.name
        assert "https://nurture.example.de/u/1.2.abc" in letter.text
        seen = "".join(page.visible)
        for fact in legal_facts():
            assert fact in letter.text, (template.name, fact)
            assert fact in seen, (template.name, fact)


def legal_facts() -> list[str]:
    plain = ("company", "street", "postal_code", "city", "register", "vat_id", "phone", "email")
    return [*(str(IMPRINT[name]) for name in plain), *IMPRINT["represented_by"]]


def test_opt_in_mails_advertise_nothing_and_observe_nobody(mails: Mails) -> None:
    for template, letter, page in mails:
        if template.cell not in TO_CONFIRM:
            continue
        assert [href for href, _ in page.links] == ["https://nurture.example.de/c/1.abc"]
        assert not list(page.all("img"))
        assert "unsubscribe" not in letter.html.lower()
        assert "9. März 2026" in letter.text
        for fact in legal_facts():
            assert fact in letter.text
            assert fact in "".join(page.visible)


def test_the_dossier_tells_everything(library: Library) -> None:
    for language in ("de", "en"):
        context = context_for("service", "dossier", language, "Sonderwert")
        letter = render(library.service("dossier", language), context, url)
        page = Page(letter.html)
        for said in ("".join(page.visible), letter.text):
            for fact in (
                "Sonderwert",
                "andrea.weber@kunde.example",
                "Feintakt",
                "B2",
                "70",
                "46,5" if language == "de" else "46.5",
            ):
                assert fact in said
            assert said.count("Fallbeispiel gelesen") == 3
            assert "24.02.26, 09:40" in said


@pytest.mark.parametrize(
    ("phone", "consent", "trigger", "says"),
    [
        ("+49 231 1", True, "score", "Einwilligung für Anrufe liegt vor"),
        ("+49 231 1", False, "wish", "Rückruf ausdrücklich gewünscht"),
        ("+49 231 1", False, "score", "keine Einwilligung für Werbeanrufe"),
        ("", True, "score", "nicht angegeben"),
    ],
)
def test_the_dossier_says_whether_calling_is_allowed(
    library: Library, phone: str, consent: bool, trigger: str, says: str
) -> None:
    context = context_for("service", "dossier", "de")
    context["dossier"] |= {"phone": phone, "phone_consent": consent, "trigger": trigger}
    letter = render(library.service("dossier", "de"), context, url)
    assert says in letter.text
    assert says in "".join(Page(letter.html).visible)


def test_all_service_mails_are_there(library: Library) -> None:
    for name in SERVICE_MAILS:
        assert {library.service(name, language).language for language in ("de", "en")} == {"de", "en"}


def test_what_is_sent_can_be_read_back(mails: Mails) -> None:
    for template, letter, _ in mails:
        service = template.mail == "service"
        envelope = replace(NURTURE, service=service, unsubscribe_url=None if service else NURTURE.unsubscribe_url)
        message = assert_sound(compose(letter, envelope))
        text, html = (part.get_content().replace("\r\n", "\n") for part in message.iter_parts())
        assert text == letter.text, template.name
        assert unescape(html) == unescape(letter.html).rstrip("\n") + "\n", template.name
        assert dom(html) == dom(letter.html.rstrip("\n") + "\n"), template.name
