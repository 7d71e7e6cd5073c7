"""Whether everybody can read and use it: contrast in light and dark, size, links, headings, buttons (H6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from nurture.mail.lint.colour import contrast, pixels, written
from nurture.mail.lint.css import Styles, declarations
from nurture.mail.lint.finding import Finding, Level
from nurture.mail.lint.page import Page, Words, background
from nurture.mail.lint.rules import RULES
from nurture.mail.lint.tree import Element

_CONTRAST, _SMALL, _UNREADABLE, _THUMB = 4.5, 14.0, 12.0, 44.0


def contrasts(page: Page) -> Iterator[Finding]:
    schemes = [("light", page.light), *([("dark", page.dark)] if page.has_dark else [])]
    for scheme, styles in schemes:
        told: set[tuple[str, str]] = set()
        for words in page.words:
            ink, paper = page.ink(words.element, styles), page.paper(words.element, styles)
            ratio = contrast(ink, paper)
            pair = written(ink), written(paper)
            if ratio < _CONTRAST and pair not in told:
                told.add(pair)
                said = f"in {scheme}, {pair[0]} on {pair[1]} has a contrast of {ratio:.1f} : 1: “{words.text[:40]}”"
                needles, spot = _colour_needles(page, words, styles), words.element.spot
                yield RULES["contrast"].broken(said, *needles, spot=spot)


def _colour_needles(page: Page, words: Words, styles: Styles) -> tuple[str, ...]:
    return words.text, *filter(None, (f"color:{page.text_colour(words.element, styles)}",))


def text_sizes(page: Page) -> Iterator[Finding]:
    told: set[float] = set()
    for words in page.words:
        size = page.font_size(words.element)
        if size < _SMALL - 0.1 and size not in told:
            told.add(size)
            level = Level.ERROR if size < _UNREADABLE - 0.1 else Level.WARNING
            said = f"text of {size:g} pixels: “{words.text[:40]}”"
            needles, spot = (words.text, f"font-size:{size:g}px"), words.element.spot
            yield RULES["text-size"].broken(said, *needles, spot=spot, level=level)


def links(page: Page) -> Iterator[Finding]:
    for a in page.links:
        if not page.seen(a):
            continue
        pictures = [e for e in page.tree.all("img") if a in e.ancestors]
        said = a.text or a.attributes.get("aria-label", "") or "".join(e.attributes.get("alt", "") for e in pictures)
        if not said.strip() and not pictures:
            said = f"the link to {a.attributes['href'][:60]} has no text"
            yield RULES["link-text"].broken(said, a.attributes["href"], *a.needles, spot=a.spot)
        if not pictures and a.text and not _is_button(page, a) and not _is_underlined(page, a):
            yield RULES["underline"].broken(f"a link is not underlined: “{a.text[:40]}”", a.text, *a.needles, spot=a.spot)


def _is_underlined(page: Page, a: Element) -> bool:
    inside = [a, *(e for e in page.tree.all() if a in e.ancestors)]
    decorations = [page.light.of(e).get("text-decoration", "") for e in inside]
    decorations += [page.light.of(e).get("text-decoration-line", "") for e in inside]
    said = [decoration for decoration in decorations if decoration]
    return any("underline" in decoration for decoration in said) or not said


def _is_button(page: Page, a: Element) -> bool:
    return background(a, page.light) != "" or _has_cell(page, a)


def headings(page: Page) -> Iterator[Finding]:
    found = [e for e in page.tree.all("h1", "h2", "h3", "h4", "h5", "h6") if page.seen(e)]
    firsts = [e for e in found if e.tag == "h1"]
    if not firsts:
        yield RULES["heading"].broken("there is no <h1>", "block body")
    for more in firsts[1:]:
        yield RULES["heading"].broken(
            f"there is a second <h1>: “{more.text[:40]}”", more.text, *more.needles, spot=more.spot
        )
    for before, after in pairwise(found):
        if int(after.tag[1]) > int(before.tag[1]) + 1:
            said = f"<{after.tag}> follows <{before.tag}>: “{after.text[:40]}”"
            yield RULES["heading"].broken(said, after.text, *after.needles, spot=after.spot)


def buttons(page: Page) -> Iterator[Finding]:
    for a in page.links:
        style = page.light.of(a)
        if not page.seen(a) or "padding" not in style or style.get("display") not in ("inline-block", "block"):
            continue
        height = _height(page, a)
        needles = (*_padding(a), a.text, *a.needles)
        if height < _THUMB:
            said = f"a button is {height:g} pixels high: “{a.text[:40]}”"
            yield RULES["button"].broken(said, *needles, spot=a.spot)
        if background(a, page.light) and a.outlook and not _has_cell(page, a):
            said = f"Outlook draws a button without its area: “{a.text[:40]}”"
            yield RULES["button"].broken(said, *needles, spot=a.spot)


def _padding(a: Element) -> list[str]:
    return [str(declared) for declared in declarations(a.attributes.get("style", "")) if declared.name == "padding"]


def _has_cell(page: Page, a: Element) -> bool:
    """Whether a coloured cell holds nothing else, and so draws the button in Outlook, too."""
    cell = next((e for e in a.ancestors if e.tag == "td"), None)
    return cell is not None and background(cell, page.light) != "" and cell.text == a.text


def _height(page: Page, a: Element) -> float:
    size = page.font_size(a)
    style = page.light.of(a)
    line = next((page.light.of(e)["line-height"] for e in (a, *a.ancestors) if "line-height" in page.light.of(e)), "")
    lines = 1 + sum(1 for e in page.tree.all("br") if a in e.ancestors)
    high = float(line) * size if re.fullmatch(r"[\d.]+", line) else pixels(line, size) or size * 1.2
    top, bottom = _vertical(style.get("padding", "0"))
    return (
        high * lines
        + (pixels(style.get("padding-top", top), size) or 0)
        + (pixels(style.get("padding-bottom", bottom), size) or 0)
    )


def _vertical(padding: str) -> tuple[str, str]:
    parts = padding.split()
    return parts[0], parts[2] if len(parts) > 2 else parts[0]
