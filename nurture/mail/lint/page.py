"""A letter's html with everything the checks ask of it: elements, styles in light and dark, what is seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from nurture.mail.lint.colour import BLACK, LINK, WHITE, Colour, colour, colour_within, over, pixels
from nurture.mail.lint.css import Sheet, Styles, sheet
from nurture.mail.lint.hidden import hides
from nurture.mail.lint.specimen import Specimen
from nurture.mail.lint.tree import Element, Tree

_UNSEEN = frozenset({"head", "style", "title", "script", "meta"})
_SIZE_OF = {"h1": 32.0, "h2": 24.0, "h3": 18.7, "small": 13.0}
DARK = "(prefers-color-scheme:dark)"


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of visible text and the element it stands in."""

    text: str
    element: Element


class Page:
    """``specimen``'s html, parsed."""

    def __init__(self, specimen: Specimen) -> None:
        self.specimen = specimen
        self.tree = Tree(specimen.letter.html)
        self._unseen: dict[Element, bool] = {}

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """The <style> blocks that every program reads (those in conditional comments are Outlook's)."""
        return tuple(sheet("".join(part for part in s.content if isinstance(part, str))) for s in self.tree.all("style"))

    @cached_property
    def has_dark(self) -> bool:
        return any(rule.media == DARK for found in self.sheets for rule in found.rules)

    @cached_property
    def light(self) -> Styles:
        return Styles(self.tree, self.sheets)

    @cached_property
    def dark(self) -> Styles:
        return Styles(self.tree, self.sheets, DARK)

    def seen(self, element: Element) -> bool:
        """Whether a reader sees the element."""
        if element not in self._unseen:
            self._unseen[element] = (
                element.tag in _UNSEEN
                or self.hides(element)
                or (element.parent is not None and not self.seen(element.parent))
            )
        return not self._unseen[element]

    def hides(self, element: Element) -> bool:
        """Whether a style or attribute of the element itself hides it."""
        return "hidden" in element.attributes or hides(self.light.of(element))

    @cached_property
    def words(self) -> list[Words]:
        """Every visible text with a letter or digit in it, in the order of the page."""
        return list(self._words(self.tree.root))

    def _words(self, element: Element) -> Iterator[Words]:
        if not self.seen(element):
            return
        for item in element.content:
            if isinstance(item, Element):
                yield from self._words(item)
            elif any(map(str.isalnum, item)):
                yield Words(" ".join(item.split()), element)

    @cached_property
    def links(self) -> list[Element]:
        return [a for a in self.tree.all("a", "area") if "href" in a.attributes]

    def text_colour(self, element: Element, styles: Styles) -> str:
        """The colour of text in the element, as it is written; '' if nobody says."""
        for one in (element, *element.ancestors):
            if found := styles.of(one).get("color") or one.attributes.get("color", ""):
                return found
            if one.tag == "a":
                return ""
        return ""

    def ink(self, element: Element, styles: Styles) -> Colour:
        """The colour of text in the element, laid over its background."""
        found = colour(self.text_colour(element, styles))
        if found is not None:
            return over(found, self.paper(element, styles))
        return LINK if any(one.tag == "a" for one in (element, *element.ancestors)) else BLACK

    def paper(self, element: Element, styles: Styles) -> Colour:
        """The colour behind the element."""
        for one in (element, *element.ancestors):
            found = colour(background(one, styles))
            if found is not None and found[1] > 0:
                below = self.paper(one.parent, styles) if found[1] < 1 and one.parent else WHITE
                return over(found, below)
        return WHITE

    def font_size(self, element: Element) -> float:
        """In pixels."""
        around = self.font_size(element.parent) if element.parent else 16.0
        style = self.light.of(element)
        said = style.get("font-size") or _size_in(style.get("font", ""))
        size = pixels(said, around) if said else None
        return _SIZE_OF.get(element.tag, around) if size is None else size


def background(element: Element, styles: Styles) -> str:
    """The background colour declared for the element itself, as it is written; '' if there is none."""
    style = styles.of(element)
    if found := style.get("background-color") or colour_within(style.get("background", "")):
        return found
    return element.attributes.get("bgcolor", "")


def _size_in(font: str) -> str:
    return next((part.partition("/")[0] for part in font.split() if part[:1].isdigit() and not part.isdigit()), "")
