"""Whether a human asks for no more mail, in any informal wording.

Knows words only: whose they are, and what is a quotation, is told in human.py and reading.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nurture.delivery.returned.absence import away
from nurture.delivery.returned.stop_languages import ALONE, FRENCH, FRENCH_NOT, FRENCH_WORDS, OTHER, OTHER_NOT, OTHER_WORDS
from nurture.delivery.returned.stop_phrases import ENGLISH, ENGLISH_NOT, ENGLISH_WORDS, GERMAN, GERMAN_NOT, GERMAN_WORDS
from nurture.delivery.returned.subject import bare, is_answer, repeats
from nurture.domain.failure_reason import folded
from nurture.domain.phrases import phrases

_MAX = 8_000
_MAX_LINES = 400

_BOUNDED = r"\b"
_STOP = (
    phrases(GERMAN, GERMAN_WORDS, before=_BOUNDED),
    phrases(ENGLISH, ENGLISH_WORDS, before=_BOUNDED),
    phrases(FRENCH, FRENCH_WORDS, before=_BOUNDED),
    phrases(OTHER, OTHER_WORDS, before=_BOUNDED),
)
_NOT_STOP = tuple(phrases(lines) for lines in (GERMAN_NOT, ENGLISH_NOT, FRENCH_NOT, OTHER_NOT))
_POLITE = (
    r"(?:bitte|please|danke|thanks?(?: you)?|merci|svp|por favor|gracias|per favore|grazie|graag|prosze|pls|nein|no|nee)"
)
_ONLY_STOP = phrases(ALONE, before=rf"^\W*(?:{_POLITE}\W+)?", after=rf"\W*(?:{_POLITE}\W*){{0,2}}$")


def wants_to_stop(said: str, subject: str = "", ours: str = "") -> bool:
    """Whether a human says, in any informal wording, that no more marketing mail is wanted.

    ``subject`` counts where it is the human's own: not where it repeats ``ours``, and behind "Re:" only where it says
    nothing but "unsubscribe" or the like.
    """
    return _stops(said) or _subject_stops(subject, ours)


def _subject_stops(subject: str, ours: str) -> bool:
    if repeats(subject, ours):
        return False
    return bool(_ONLY_STOP.match(bare(subject))) if is_answer(subject) else _stops(subject)


def says_plainly(said: str) -> bool:
    """Whether words that a responder sends say so, too: not how to leave a list of its own, nor that its owner is away."""
    return any(
        not _FOOTER.search(one) and not _LINKED.search(one) and (bool(_OF_A_LIST.search(one)) or not away(said))
        for one in _stopping(said)
    )


def says_in_a_footer_only(said: str) -> bool:
    """Whether nothing asks for no more mail but a footer's own words: a link, or a question to its reader."""
    return all(_LINKED.search(one) for one in _stopping(said))


_LINKED = re.compile(
    r"https?://|click here|klicken sie"
    r"|^(?:don't want|no longer want|sie mochten|mochten sie|wollen sie|vous ne souhaitez)\b.*\?$"
)
_FOOTER = phrases(
    r"""
        https?:// | \b(?:if|wenn|falls|sofern|sollten)\b | \bto (?:unsubscribe|opt out) | click | klick | you can | you may
        konnen sie | sie konnen | jederzeit | at any time | si vous | pour vous
    """
)
_OF_A_LIST = phrases(
    r"""
        abmeld | meld\w* .{0,60}\bab\b | abbestell | verteiler | newsletter | \bliste | mailing | werb | austrag
        trag\w* .{0,40}\baus\b
        einwillig | widerruf | widerspr | unsubscribe | opt[- ]?out | \blist\b | subscri | advertis | consent | remove
        desabonn | desinscri | liste | datenbank | database
    """
)


def _stops(said: str) -> bool:
    return next(_stopping(said), None) is not None


def _stopping(said: str) -> Iterator[str]:
    """The sentences that ask for no more mail, folded."""
    lines = [folded(line).strip() for line in said[:_MAX].split("\n")[:_MAX_LINES]]
    yield from (line for line in lines if _ONLY_STOP.match(line))
    for text in re.split(r"(?<=[.!?;])\s|\n\s*\n", "\n".join(lines)):
        sentence = " ".join(text.split())[:1_000]
        rest = sentence
        for pattern in _NOT_STOP:
            rest = pattern.sub(" . ", rest)
        if any(pattern.search(rest) for pattern in _STOP):
            yield sentence
