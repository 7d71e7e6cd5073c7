"""Why mail servers refuse mail, told from their words.

Servers word the same thing in a hundred ways, and many send no enhanced code at all (GMX, web.de, T-Online), so the
words decide. The phrases are in domain/failure_phrases.py and domain/failure_languages.py; they are matched against
folded text: lower case, without accents. Knows nothing of codes; those are read in domain/failure.py.
"""

from __future__ import annotations

import re
import unicodedata

from nurture.domain.failure_languages import OTHER_PHRASES, OTHER_WORDS
from nurture.domain.failure_phrases import PHRASES, WORDS
from nurture.domain.failure_phrases_sender import SENDER_PHRASES
from nurture.domain.phrases import phrases
from nurture.domain.reason import Reason

__all__ = ["Reason", "folded", "reason_in"]

_RULES = tuple((reason, phrases(lines, WORDS)) for reason, lines in (*SENDER_PHRASES, *PHRASES))
_OTHER_RULES = tuple((reason, phrases(lines, OTHER_WORDS)) for reason, lines in OTHER_PHRASES)
_OF_THE_ADDRESS = frozenset({Reason.USER_UNKNOWN, Reason.HOST_UNKNOWN, Reason.HAS_MOVED})
_ABOUT_US = phrases(
    r"""
        helo | ehlo | (?<!to )(?<!returned to )\bsenders?(?:'s)?\b(?! of this) | return[- ]?(?:path|address) | mail from
        \bfrom (?:address|header|field|line|domain) | in from\b | your (?:e-?mail )?address | expediteur | absender
        remitente | mittente | remetente | reverse
        your (?:mail ?)?(?:ip|server|host|hostname|dns|isp|domain)
        (?:sending|connecting|client|originating) (?:host|server|domain|ip|mta|system) | \bheaders?\b | access from
    """
)
"""Words that make a sentence one about the sender and its server."""
_NOT_WORDS = re.compile(
    r"https?://\S{1,500}|[^\s<>@]{1,200}@[\w.-]{1,255}|\bhost \S{1,200}(?=\s*\[)"
    r"|smtp error from \S{1,20} \S{1,20} ?\S{1,20} after [^:]{1,60}:"
)
_LISTS = re.compile(r"https?://[^\s/]{0,80}(?:spamhaus|spamcop|barracuda|sorbs|abuseat|senderscore|surbl|block|[bu]ribl)")
"""Some servers answer with nothing but a link to the list that has us."""
_ACCENTS = re.compile("[\u0300-\u036f]")
_LONGEST = 3_000
_NEAR = 50


def reason_in(text: str) -> Reason | None:
    """What the words say, or None if they say nothing that is known. Addresses, links and host names are no words."""
    plain = folded(text[:_LONGEST])
    words = " ".join(_NOT_WORDS.sub(" ", plain).split())
    found = _first(_RULES, words) or _first(_OTHER_RULES, words)
    return Reason.BLOCKED if found is None and _LISTS.search(plain) else found


def _first(rules: tuple[tuple[Reason, re.Pattern[str]], ...], words: str) -> Reason | None:
    for reason, pattern in rules:
        if found := pattern.search(words):
            return Reason.SENDER if reason in _OF_THE_ADDRESS and _about_us(words, found) else reason
    return None


def _about_us(words: str, found: re.Match[str]) -> bool:
    """Whether the sentence in which something "does not exist" speaks of the sender."""
    begin = words.rfind(". ", max(0, found.start() - _NEAR), found.start()) + 1
    end = words.find(". ", found.end(), found.end() + _NEAR)
    sentence = words[max(begin, found.start() - _NEAR) : end if end >= 0 else found.end() + _NEAR]
    return bool(_ABOUT_US.search(sentence))


def folded(text: str) -> str:
    """Lower case, without accents and typographic quotes, so that one phrase finds all spellings."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).replace("\u2019", "'").replace("ß", "ss")
    return unicodedata.normalize("NFC", plain).lower()
