"""What the law wants in a mail, and what it does not want there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nurture.mail.lint.colour import contrast
from nurture.mail.lint.finding import Finding
from nurture.mail.lint.page import Page
from nurture.mail.lint.rules import RULES
from nurture.mail.lint.tree import Element

_SMALLEST = 7.0
"""Pixels: smaller text is not meant to be read."""
_FAINTEST = 1.5
"""Contrast: fainter text is not meant to be read."""
_LOADING = ("src", "srcset", "poster", "background", "data")
_LOADS = re.compile(r"url\s*\(|@import|image-set|\\", re.IGNORECASE)
"""In styles; a backslash could spell any of them."""
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"']+", re.IGNORECASE)


def imprint(page: Page) -> Iterator[Finding]:
    html = " ".join(words.text for words in page.words if _legible(page, words.element))
    for where, said in (("html", html), ("text part", page.specimen.letter.text)):
        folded = " ".join(said.split())
        lacks = [fact for fact in page.specimen.imprint if " ".join(fact.split()) not in folded]
        if lacks:
            yield RULES["imprint"].broken(f"the {where} does not say: {', '.join(lacks)}", "block footer", "block body")


def unsubscribe(page: Page) -> Iterator[Finding]:
    url = page.specimen.unsubscribe
    if url is None:
        return
    if not any(a.attributes["href"] == url and a.text and _legible(page, a) for a in page.links):
        yield RULES["unsubscribe"].broken("the html has no link to unsubscribe", "block footer", "block body")
    if url not in page.specimen.letter.text:
        yield RULES["unsubscribe"].broken("the text part has no link to unsubscribe", "block body")


def opt_in(page: Page) -> Iterator[Finding]:
    if not page.specimen.opt_in:
        return
    ours = {a.attributes["href"]: a for a in page.links if a.attributes["href"].startswith(page.specimen.public_url)}
    others = [a for a in page.links if a.attributes["href"] not in ours and not _calls(a.attributes["href"])]
    if len(ours) != 1:
        yield RULES["opt-in"].broken(
            f"there are {len(ours)} links to our pages instead of the one to confirm", "block body"
        )
    for a in others:
        yield RULES["opt-in"].broken(f"the link “{a.text[:40]}” leads elsewhere", a.text, a.attributes["href"], spot=a.spot)
    for image in page.tree.all("img"):
        yield RULES["opt-in"].broken("there is a picture", image.attributes.get("src", "<img"), "<img", spot=image.spot)
    yield from _loaded(page)
    yield from _named(page)


def _calls(href: str) -> bool:
    """Whether it writes a mail or calls somebody."""
    return href.lower().startswith(("mailto:", "tel:"))


def _loaded(page: Page) -> Iterator[Finding]:
    """What tells its server that the mail was opened."""
    for element in page.tree.all():
        styles = "".join(part for part in element.content if isinstance(part, str)) if element.tag == "style" else ""
        named = next((name for name in _LOADING if element.tag != "img" and element.attributes.get(name)), None)
        if named or _LOADS.search(element.attributes.get("style", "") + styles):
            what = named or "style"
            said = f"the {what} of <{element.tag}> loads something from elsewhere"
            needles = element.attributes.get(what, f"<{element.tag}"), f"<{element.tag}"
            yield RULES["opt-in"].broken(said, *needles, spot=element.spot)


def _named(page: Page) -> Iterator[Finding]:
    """Addresses that mail programs turn into links."""
    known = " ".join(page.specimen.imprint)
    for words in page.words:
        for url in _ADDRESS.findall(words.text):
            if not url.startswith(page.specimen.public_url) and url not in known:
                yield RULES["opt-in"].broken(f"it names {url[:60]}", url, "block body", spot=words.element.spot)


# --- whether it can be read ---------------------------------------------------------------------------------------------


def _legible(page: Page, element: Element) -> bool:
    """Whether a reader not only could see it, but is meant to."""
    if not page.seen(element) or page.font_size(element) < _SMALLEST:
        return False
    if page.text_colour(element, page.light).strip().lower() == "transparent":
        return False
    return contrast(page.ink(element, page.light), page.paper(element, page.light)) >= _FAINTEST
