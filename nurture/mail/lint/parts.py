"""Size, and whether text part and html say the same (H1, H2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nurture.mail.environment import TEXT
from nurture.mail.lint.finding import Finding, Level, Spot
from nurture.mail.lint.page import Page
from nurture.mail.lint.rules import RULES

_KB = 1024
_HTML_WARN, _HTML_MAX, _MAIL_MAX = 90 * _KB, 100 * _KB, 200 * _KB
_LINE = 78
_SHARE, _LEAST = 0.25, 0.5
"""The share of words that may be missing in the text part, and from which on it says something else altogether."""
_URL = re.compile(r"https?://[^\s<>\"]+")
_WORD = re.compile(r"[^\W_]{2,}")
_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n\s*\n|\n(?=\s*[*•-])")


def size(page: Page) -> Iterator[Finding]:
    whole = page.specimen.size
    html = page.specimen.html_size or len(page.specimen.letter.html.encode())
    values = " with the longest names and links" if page.specimen.longest else ""
    if html > _HTML_WARN:
        level = Level.ERROR if html > _HTML_MAX else Level.WARNING
        yield RULES["size"].broken(f"the html has {html // _KB} KB{values}, Gmail cuts it at 102", level=level)
    if whole > _MAIL_MAX:
        yield RULES["size"].broken(f"the whole mail has {whole // _KB} KB{values}", level=Level.WARNING)


def text_lines(page: Page) -> Iterator[Finding]:
    at = 0
    for line in page.specimen.letter.text.splitlines(keepends=True):
        said = line.rstrip("\r\n")
        if len(said) > _LINE and not _URL.search(said):
            fault = f"a line has {len(said)} characters: “{_short(said)}”"
            yield RULES["text-lines"].broken(fault, _start(said), spot=Spot(TEXT, at))
        at += len(line)


def text_part(page: Page) -> Iterator[Finding]:
    """Each way: which words of one part are not in the other, and the sentences they stand in."""
    html = _html_sentences(page)
    letter = page.specimen.letter
    text = [_URL.sub(" ", sentence) for sentence in _SENTENCE.split(letter.text)]
    both = _words([*text, letter.subject, letter.preheader]), _words([*html, letter.subject, letter.preheader])
    for own, other, where, there in ((html, both[0], "html", "text part"), (text, both[1], "text part", "html")):
        words = _words(own)
        share = len(words - other) / len(words) if words else 0.0
        if share > _SHARE:
            yield from _missing(own, other, share, f"of the words of the {where} are not in the {there}")


def _missing(sentences: list[str], other: set[str], share: float, message: str) -> Iterator[Finding]:
    strange = sorted(sentences, key=lambda sentence: len(_words([sentence]) - other), reverse=True)[:3]
    quoted = " / ".join(f"“{_short(sentence)}”" for sentence in strange if _words([sentence]) - other)
    level = Level.ERROR if share > _LEAST else Level.WARNING
    yield RULES["text-part"].broken(f"{share:.0%} {message}: {quoted}", *map(_start, strange), level=level)


def _html_sentences(page: Page) -> list[str]:
    """What the html says, block by block; runs of text in one block belong together."""
    blocks: list[tuple[object, list[str]]] = []
    for words in page.words:
        block = next((e for e in (words.element, *words.element.ancestors) if e.tag in _BLOCKS), words.element)
        if not blocks or blocks[-1][0] is not block:
            blocks.append((block, []))
        blocks[-1][1].append(words.text)
    return [sentence for _, said in blocks for sentence in _SENTENCE.split(" ".join(said))]


_BLOCKS = frozenset({"p", "td", "div", "li", "h1", "h2", "h3", "h4", "a", "body"})


def text_links(page: Page) -> Iterator[Finding]:
    html = {a.attributes["href"]: a for a in page.links if _URL.match(a.attributes["href"])}
    text = {url.rstrip(".,;:)") for url in _URL.findall(page.specimen.letter.text)}
    for url, a in html.items():
        if url.rstrip(".,;:)") not in text:
            said = f"the text part lacks the link “{_short(a.text) or _short(url)}”"
            yield RULES["text-links"].broken(said, a.text, url, *a.needles, spot=a.spot)
    for url in sorted(text - {known.rstrip(".,;:)") for known in html}):
        spot = Spot(TEXT, page.specimen.letter.text.find(url))
        yield RULES["text-links"].broken(f"the html lacks the link of the text part to {_short(url)}", url, spot=spot)


def _words(texts: list[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text.casefold())}


def _short(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= 60 else folded[:59].rstrip() + "…"


def _start(text: str) -> str:
    return " ".join(text.split()[:8])
