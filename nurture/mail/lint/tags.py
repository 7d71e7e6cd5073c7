"""The tags of a page as they are written: where each stands, and which are not closed where they should be.

The parser (``tree.py``) mends both in silence; here is what it was given. Knows nothing of what tags mean.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<end>/?)(?P<name>[a-z][^\s/>]*)(?P<rest>(?:\"[^\"]*\"|'[^']*'|[^>\"'])*+)>",
    re.IGNORECASE | re.DOTALL,
)
_RAW = frozenset({"script", "style", "textarea", "title", "xmp"})
"""What stands in these is no html."""
_ALONE = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
})  # fmt: skip
"""Elements without an end tag."""
_DRAWN = frozenset({"svg", "math"})
"""In these, and under a prefix, <x/> is a whole element; in html it only opens one."""


@dataclass(frozen=True, slots=True)
class Tag:
    """``at``, ``named``, ``until``: where it begins, its name ends and it ends. ``ends``: </name>; ``whole``: <name/>."""

    name: str
    at: int
    named: int
    until: int
    ends: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the html, from which character on. ``tag``: the one it is about, as it is written, or ''."""

    message: str
    at: int
    tag: str = ""


def tags(html: str) -> Iterator[Tag]:
    """In order; none inside of comments, style sheets and scripts."""
    start = 0
    while found := _TAG.search(html, start):
        start = found.end()
        if found["name"] is None:
            continue  # a comment
        name, ends = found["name"].lower(), found["end"] == "/"
        yield Tag(name, found.start(), found.end("name"), start, ends, found["rest"].endswith("/"))
        if name in _RAW and not ends:
            closing = re.compile(rf"</{name}\b", re.IGNORECASE).search(html, start)
            start = closing.start() if closing else len(html)


def unclosed(html: str) -> list[Fault]:
    """Elements that end after what they stand in, or never; and end tags of nothing that is open."""
    found: list[Fault] = []
    opened: list[Tag] = []
    told: Counter[str] = Counter()
    for tag in tags(html):
        if not tag.ends:
            if not _stands_alone(tag, opened):
                opened.append(tag)
        elif any(one.name == tag.name for one in opened):
            while (last := opened.pop()).name != tag.name:
                told[last.name] += 1
                found.append(_fault(html, last, f"<{last.name}> is not closed before </{tag.name}>"))
        elif told[tag.name]:
            told[tag.name] -= 1  # what was not closed before is closed here
        else:
            found.append(_fault(html, tag, f"</{tag.name}> closes nothing that is open"))
    found += [_fault(html, tag, f"<{tag.name}> is never closed") for tag in opened]
    return sorted(found, key=lambda fault: fault.at)


def _stands_alone(tag: Tag, opened: list[Tag]) -> bool:
    if tag.name in _ALONE:
        return True
    return tag.whole and (":" in tag.name or any(one.name in _DRAWN for one in (tag, *opened)))


def _fault(html: str, tag: Tag, message: str) -> Fault:
    return Fault(message, tag.at, html[tag.at : tag.until])
