"""Html as a mail program reads it: elements and texts in the order of the page, conditional comments understood.

The one module that knows the parser (libxml2), which, like mail programs, makes a page of anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import cssselect
from cssselect import HTMLTranslator
from lxml import etree

from nurture.mail.environment import HTML
from nurture.mail.lint.finding import Spot
from nurture.mail.lint.tags import Fault, tags, unclosed

_NOT_OUTLOOK, _END = re.compile(r"^\[if !mso"), re.compile(r"<!\[endif\]$")
_HTML5 = re.compile(r"Tag (\w+:)?\w+ invalid|Namespace|htmlParseStartTag|already defined")
"""What libxml2, which knows html 4, complains about in vain."""
_UNBALANCED = re.compile(r"end(ing)? tag")
_PLACE = "data-place-in-the-page"
"""The attribute by which an element remembers where it stands; the parser knows lines at best."""


@dataclass(eq=False, slots=True)
class Element:
    """An element. ``content``: its texts and elements, in order. ``outlook``: whether Outlook for Windows sees it.

    ``spot``: where it stands; None for what the parser added. ``source``: its start tag as it is written.
    """

    tag: str
    attributes: Mapping[str, str]
    parent: Element | None
    outlook: bool = True
    spot: Spot | None = None
    source: str = ""
    content: list[Element | str] = field(default_factory=list)

    @property
    def needles(self) -> tuple[str, ...]:
        """Words of the template by which it is found."""
        return (*filter(None, (self.source,)), f"<{self.tag}")

    @property
    def elements(self) -> Iterator[Element]:
        return (item for item in self.content if isinstance(item, Element))

    @property
    def ancestors(self) -> Iterator[Element]:
        """Its parent, the parent's parent, and so on."""
        element = self.parent
        while element is not None:
            yield element
            element = element.parent

    @property
    def text(self) -> str:
        """All text in it, white space folded."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for item in self.content:
            if isinstance(item, str):
                yield item
            else:
                yield from item._texts()
                yield " " if item.tag in _BREAKS else ""


_BREAKS = frozenset({"br", "p", "td", "tr", "table", "div", "h1", "h2", "h3", "h4", "li"})


class Tree:
    """A parsed page. ``faults``: what the parser repairs in silence. ``comments``: conditional comments included."""

    def __init__(self, html: str) -> None:
        parser = etree.HTMLParser(encoding="utf-8", remove_pis=True)
        self._html = html
        self._until = {tag.at: tag.until for tag in tags(html) if not tag.ends}
        self._root: Any = etree.fromstring(_with_places(html).encode("utf-8", "replace") or b" ", parser)
        if self._root is None:  # nothing that could be shown
            self._root = etree.fromstring(b"<html></html>", parser)
        self.faults = tuple(dict.fromkeys(_faults(html, parser.error_log)))
        self.comments: list[str] = []
        self._made: dict[Any, Element] = {}
        self._outlook = True
        self.root = self._element(self._root, None)

    def _element(self, node: Any, parent: Element | None) -> Element:
        attributes = dict(node.attrib)
        place = attributes.pop(_PLACE, "")
        at = int(place) if place.isdecimal() else -1
        spot = Spot(HTML, at) if at in self._until else None
        element = Element(
            node.tag, attributes, parent, self._outlook, spot, self._html[at : self._until[at]] if spot else ""
        )
        self._made[node] = element
        if node.text:
            element.content.append(node.text)
        for child in node:
            if child.tag is etree.Comment:
                self._comment(child.text or "")
            else:
                element.content.append(self._element(child, element))
            if child.tail:
                element.content.append(child.tail)
        return element

    def _comment(self, text: str) -> None:
        self.comments.append(text)
        if _NOT_OUTLOOK.search(text):
            self._outlook = False
        elif _END.search(text):
            self._outlook = True

    def all(self, *tags: str) -> list[Element]:
        """Every element, or those called ``tags``, in the order of the page."""
        return [element for element in self._made.values() if not tags or element.tag in tags]

    def first(self, tag: str) -> Element | None:
        return next(iter(self.all(tag)), None)

    def select(self, selector: str) -> list[Element]:
        """The elements a CSS selector means; none for one that cannot be understood."""
        path = _path(selector)
        return [self._made[node] for node in path(self._root)] if path else []


def _with_places(html: str) -> str:
    parts, done = [], 0
    for tag in tags(html):
        if not tag.ends:
            parts += [html[done : tag.named], f' {_PLACE}="{tag.at}"']
            done = tag.named
    return "".join((*parts, html[done:]))


def _faults(html: str, log: Any) -> Iterator[Fault]:
    """Ours, which name the element, and what else the parser has to say."""
    found = unclosed(html)
    yield from found
    lines = html.split("\n")
    for error in log:
        if not _HTML5.search(error.message) and not (found and _UNBALANCED.search(error.message)):
            named = re.search(r"tag ?: ?(\w+)", error.message)
            at = sum(len(line) + 1 for line in lines[: error.line - 1])
            yield Fault(error.message, at, f"</{named[1]}>" if named else "")


@lru_cache(maxsize=512)
def _path(selector: str) -> Any:
    try:
        return etree.XPath(HTMLTranslator().css_to_xpath(selector))
    except cssselect.SelectorError:
        return None


@lru_cache(maxsize=512)
def specificity(selector: str) -> tuple[int, int, int]:
    """How much a selector weighs; nothing if it cannot be understood."""
    try:
        found: tuple[int, int, int] = cssselect.parse(selector)[0].specificity()
    except cssselect.SelectorError:
        return 0, 0, 0
    return found
