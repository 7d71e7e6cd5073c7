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

_NOT_OUTLOOK, _END = re.compile(r"^\[if !mso"), re.compile(r"<!\[endif\]$")
_HTML5 = re.compile(r"Tag (\w+:)?\w+ invalid|Namespace|htmlParseStartTag|already defined")
"""What libxml2, which knows html 4, complains about in vain."""


@dataclass(eq=False, slots=True)
class Element:
    """An element. ``content``: its texts and elements, in order. ``outlook``: whether Outlook for Windows sees it."""

    tag: str
    attributes: Mapping[str, str]
    parent: Element | None
    outlook: bool = True
    content: list[Element | str] = field(default_factory=list)

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
    """A parsed page. ``faults``: what the parser had to repair. ``comments``: conditional comments included."""

    def __init__(self, html: str) -> None:
        parser = etree.HTMLParser(encoding="utf-8", remove_pis=True)
        self._root: Any = etree.fromstring(html.encode("utf-8", "replace") or b" ", parser)
        if self._root is None:  # nothing that could be shown
            self._root = etree.fromstring(b"<html></html>", parser)
        self.faults = tuple(dict.fromkeys(e.message for e in parser.error_log if not _HTML5.search(e.message)))
        self.comments: list[str] = []
        self._made: dict[Any, Element] = {}
        self._outlook = True
        self.root = self._element(self._root, None)

    def _element(self, node: Any, parent: Element | None) -> Element:
        element = Element(node.tag, dict(node.attrib), parent, self._outlook)
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
