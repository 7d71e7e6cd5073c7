"""What the inbox shows: subject and preheader; and words that filters count (H8)."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from nurture.mail.environment import TEXT
from nurture.mail.lint.finding import Finding, Level, Spot
from nurture.mail.lint.page import Page
from nurture.mail.lint.rules import RULES

_MAX = 60
_TOGETHER = 3
"""So many words of spam in one mail are worth a word."""
_WORDS = (
    "act now", "best price", "bargain", "buy now", "cash bonus", "cheap", "click here", "congratulations", "double your",
    "earn money", "extra income", "free gift", "free money", "guaranteed", "limited time", "lowest price", "money back",
    "no obligation", "once in a lifetime", "order now", "risk free", "risk-free", "special promotion", "urgent", "winner",
    "you have been selected",
    "billig", "geld verdienen", "gewinnen sie", "gewinnspiel", "glückwunsch", "gratis", "hier klicken", "jetzt bestellen",
    "jetzt kaufen", "jetzt zugreifen", "klicken sie hier", "kostenlos", "letzte chance", "nur heute", "nur noch heute",
    "ohne risiko", "rabatt", "schnäppchen", "sonderangebot", "viagra", "zum halben preis",
)  # fmt: skip
"""What filters of both languages know from spam."""
_SPAM = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in _WORDS).replace(r"\ ", r"\s+"), re.IGNORECASE)


_FILLING = "\u034f\u200c\u200b\xa0 "
"""Signs without a look that keep what follows the preheader out of the inbox."""


def subject_length(page: Page) -> Iterator[Finding]:
    subject = page.specimen.letter.subject
    if len(subject) > _MAX:
        values, level = (" with the longest names", Level.WARNING) if page.specimen.longest else ("", Level.ERROR)
        said = f"the subject has {len(subject)} characters{values}: “{subject[:80]}”"
        yield RULES["subject-length"].broken(said, "block subject", level=level)


def subject_signs(page: Page) -> Iterator[Finding]:
    subject = page.specimen.letter.subject
    letters = [sign for sign in subject if sign.isalpha()]
    if len(letters) > 3 and all(not sign.islower() for sign in letters):
        yield RULES["capitals"].broken(f"the subject is all in capitals: “{subject}”", "block subject")
    emoji = [sign for sign in subject if unicodedata.category(sign) == "So"]
    if len(emoji) > 1 or subject.count("!") > 1 or re.search(r"[!?$€*#]{2,}", subject):
        yield RULES["subject-signs"].broken(f"the subject shouts with signs: “{subject}”", "block subject")


def preheader(page: Page) -> Iterator[Finding]:
    letter = page.specimen.letter
    body = page.tree.first("body")
    if not letter.preheader:
        yield RULES["preheader"].broken("the preheader is empty", "block preheader")
    elif letter.preheader.casefold() == letter.subject.casefold():
        yield RULES["preheader"].broken("the preheader repeats the subject", "block preheader")
    elif body is not None and not body.text.startswith(" ".join(letter.preheader.split())):
        yield RULES["preheader"].broken("the html does not begin with the preheader", "<body")
    elif any(words.text == letter.preheader for words in page.words[:1]):
        yield RULES["preheader"].broken(
            "the preheader at the top is not hidden", "preheader }}", remedy="hide it with display:none;max-height:0"
        )


def hidden_text(page: Page) -> Iterator[Finding]:
    preheader = " ".join(page.specimen.letter.preheader.split())
    hidden = (e for e in page.tree.all() if page.hides(e) and any(outer.tag == "body" for outer in e.ancestors))
    for element in hidden:
        said = element.text.strip(_FILLING)
        if said and not (preheader and said.startswith(preheader)):
            yield RULES["hidden-text"].broken(
                f"hidden text: “{element.text[:40]}”", element.text, *element.needles, spot=element.spot
            )


def spam_words(page: Page) -> Iterator[Finding]:
    subject = _SPAM.search(page.specimen.letter.subject)
    if subject:
        yield RULES["spam-words"].broken(f"“{subject[0]}” in the subject", "block subject")
    hits = list(_spam(page))
    found = dict.fromkeys(" ".join(word.lower().split()) for word, _ in hits)
    if len(found) >= _TOGETHER:
        word, spot = hits[0]
        yield RULES["spam-words"].broken(f"several words of spam: {', '.join(found)}", word, spot=spot)


def _spam(page: Page) -> Iterator[tuple[str, Spot | None]]:
    """(word as it is written, where) in the text part, then in what the html shows."""
    yield from ((hit[0], Spot(TEXT, hit.start())) for hit in _SPAM.finditer(page.specimen.letter.text))
    ends = list(accumulate(len(words.text) + 1 for words in page.words))
    for hit in _SPAM.finditer(" ".join(words.text for words in page.words)):
        yield hit[0], page.words[bisect_right(ends, hit.start())].element.spot
