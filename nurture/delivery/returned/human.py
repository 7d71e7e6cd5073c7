"""What a human wrote: without the mail that is quoted below, and without the signature.

Only these words count. Our own footer says "Abmelden" in every mail, and every answer quotes it.
"""

from __future__ import annotations

import re

from nurture.domain.failure_reason import folded
from nurture.domain.phrases import phrases

_MAX = 8_000
_MAX_LINES = 2_000
_MARKS = (">", "|")
_LINK = re.compile(r"https?://")
_POSTSCRIPT = re.compile(r"p\.? ?p?\.? ?s\b")

_QUOTE_BEGINS = phrases(
    r"""
        -{2,}\s*(?:original|ursprungliche|urspr\.|weitergeleitete|forwarded|message d'origine|message transfere
          |messaggio originale|mensaje original|oorspronkelijk)
        begin forwarded message | anfang der weitergeleiteten | _{10,}$
    """
)
_WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb(?:en)?|a ecrit|ha scritto|escribio|escreveu|schreef|skrev|kirjoitti|napisal[ao]?|pise|irta"
    r"|yazdi|написала?|пише[шт])\b"
)
_DATED = re.compile(r"(?:on|am|le|il|el|op|den|em|w dniu|dne|pa|сб|вс|пн|вт|ср|чт|пт|\d)\b.*\d")
_SENDER = re.compile(r"<[^<>\s]{1,200}@[^<>\s]{1,200}>")
_FROM = re.compile(r"\*?(?:von|from|de|da|van)\s?:")
_SENT = re.compile(r"\*?(?:gesendet|sent|date|datum|envoye|inviato|enviado|verzonden|an|to|a|betreff|subject|objet)\s?:")
_SIGNATURE = phrases(
    r"""
        -- ?$ | __+\s*$
        (?:sent|gesendet|envoye|von meinem|from my|get outlook|outlook fur|diese (?:e-mail|nachricht) (?:wurde
          |enthalt|ist)|this (?:e-?mail|message) (?:is|and|may|contains))\b
    """,
    before=r"^",
)
_GREETING = phrases(
    r"""
        (?:mit )?(?:freundliche[nm]?|beste[nm]?|viele[nm]?|liebe|schone|herzliche[nm]?|sonnige) (?:gru(?:ss|sse
          |ssen)|grusse?n?)
        (?:mfg|vg|lg|bg)\b | gruss | grusse | (?:kind|best|warm|with kind|with best)? ?regards | best wishes
        sincerely | cheers | yours | many thanks and | cordialement | bien cordialement | bien a vous
        cordiali saluti | saludos | met vriendelijke
    """,
    before=r"^",
    after=r"\b",
)


def own_words(text: str) -> str:
    """What the writer says, above, between and below what is quoted with ">".

    Quoted lines, the line that introduces them and signatures are left out; a signature ends with the next quotation, or
    where a postscript begins. A quotation without marks (Outlook's) ends everything: nobody can tell what follows it.
    """
    lines = [line.strip() for line in text[: 16 * _MAX].split("\n")[:_MAX_LINES]]
    kept: list[str] = []
    closed = False
    for number, line in enumerate(lines):
        if line.startswith(_MARKS):
            closed = False
            continue
        plain = folded(line[:400])
        closed = (closed or bool(any(kept) and _ends(plain))) and not _POSTSCRIPT.match(plain)
        if _introduces(plain, lines, number):
            continue
        if _begins_quotation(plain, lines, number):
            break
        if not closed and not _is_broken_off(lines, number):
            kept.append(line)
    return "\n".join(kept).strip()[:_MAX]


def _introduces(first: str, lines: list[str], number: int) -> bool:
    """Whether this line (``first``, folded) introduces a quotation with marks, alone or with the next one."""
    below = [line for line in lines[number + 1 : number + 8] if line][:2]
    if not first or not below:
        return False
    if below[0].startswith(_MARKS):
        return (
            bool(_QUOTE_BEGINS.match(first)) or _attributes(first) or (first.endswith(":") and bool(_SENDER.search(first)))
        )
    return below[-1].startswith(_MARKS) and _attributes(first, folded(below[0][:400]))


def _begins_quotation(first: str, lines: list[str], number: int) -> bool:
    """Whether a quotation without marks begins with this line (``first``, folded)."""
    if _QUOTE_BEGINS.match(first):
        return True
    after = [folded(line[:400]) for line in lines[number + 1 : number + 4]] if first else []
    if _FROM.match(first):
        return any(_SENT.match(line) for line in after)
    return _attributes(first) or _attributes(first, *after[:1])


def _attributes(first: str, second: str = "") -> bool:
    """Whether "On … wrote:" stands here, on one line or two."""
    if second and (_DATED.match(second) or not _DATED.match(first)):
        return False  # the first line is the writer's, whatever the second says
    whole = f"{first} {second}".strip()
    return whole.endswith(":") and bool(_WROTE.search(whole)) and ("@" in whole or bool(_DATED.match(whole)))


def _is_broken_off(lines: list[str], number: int) -> bool:
    """Whether a line is the end of a quoted one that a mail program broke: our own links, not the writer's words."""
    return bool(number and lines[number - 1].startswith(_MARKS) and _LINK.search(lines[number]))


def _ends(line: str) -> bool:
    """Whether what stands from here on is a closing or a signature."""
    return bool(_SIGNATURE.match(line)) or _greets(line)


def _greets(line: str) -> bool:
    """A closing line; a sentence that goes on after it is none."""
    return len(line) < 60 and bool(_GREETING.match(line))
