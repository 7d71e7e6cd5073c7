"""Pictures: what they say to who does not see them, and whether they watch (H4, H7)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nurture.mail.lint.colour import pixels
from nurture.mail.lint.finding import Finding, Spot
from nurture.mail.lint.page import Page
from nurture.mail.lint.rules import RULES
from nurture.mail.lint.tree import Element

_LETTERS = 400
"""Fewer visible letters beside pictures, and the mail says nothing without them."""
_DOT = 2.0
"""Pixels: what is smaller in both directions says nothing."""
_PER_PIXEL = 0.004
"""Letters per square pixel of pictures below which SpamAssassin counts (HTML_IMAGE_RATIO)."""


def images(page: Page) -> Iterator[Finding]:
    for image in _pictures(page):
        needles, spot = (image.attributes.get("src", "<img"), *image.needles), image.spot
        if _is_pixel(page, image):
            yield RULES["tracking-pixel"].broken(f"the picture {_name(image)} cannot be seen", *needles, spot=spot)
            continue
        yield from _alt(image, needles, spot)
        lacks = [name for name in ("width", "height") if not image.attributes.get(name, "").isdigit()]
        if page.light.of(image).get("display") != "block":
            lacks.append("display:block")
        if lacks:
            yield RULES["image-size"].broken(f"the picture {_name(image)} has no {', '.join(lacks)}", *needles, spot=spot)


def _pictures(page: Page) -> list[Element]:
    return page.tree.all("img")


def _alt(image: Element, needles: tuple[str, ...], spot: Spot | None) -> Iterator[Finding]:
    alt = image.attributes.get("alt")
    link = next((a for a in image.ancestors if a.tag == "a"), None)
    if alt is None:
        yield RULES["alt"].broken(f"the picture {_name(image)} has no alt text", *needles, spot=spot)
    elif not alt.strip() and link is not None and not link.text:
        yield RULES["alt"].broken(
            f"the picture {_name(image)} is all of a link and has an empty alt text", *needles, spot=spot
        )
    elif re.search(r"\.(png|jpe?g|gif|webp|svg)$", alt.strip(), re.IGNORECASE):
        yield RULES["alt"].broken(f"the alt text “{alt}” is a file's name", *needles, spot=spot)


def _is_pixel(page: Page, image: Element) -> bool:
    style = page.light.of(image)
    sizes = [pixels(style.get(name) or image.attributes.get(name, ""), 16.0) for name in ("width", "height")]
    return all(size is not None and size <= _DOT for size in sizes) or not page.seen(image)


def image_text(page: Page) -> Iterator[Finding]:
    seen = [image for image in _pictures(page) if not _is_pixel(page, image)]
    letters = sum(len(words.text) for words in page.words)
    area = sum(_side(image, "width") * _side(image, "height") for image in seen)
    if seen and letters < max(_LETTERS, area * _PER_PIXEL):
        yield RULES["image-text"].broken(
            f"{letters} letters of text stand beside {len(seen)} pictures of {area:,} square pixels", "<img"
        )


def _side(image: Element, name: str) -> int:
    said = image.attributes.get(name, "")
    return int(said) if said.isdigit() else 200


def _name(image: Element) -> str:
    return image.attributes.get("src", "").partition("?")[0].rpartition("/")[2] or "without src"
