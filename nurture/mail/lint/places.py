"""Where in the templates a finding has its cause.

What was found is a place in a finished letter; what is wanted is the line of a template. They have words in common, and if
those stand in several places, the one among the same neighbours is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import lru_cache
from html import escape

from nurture.mail.environment import HTML, TEXT
from nurture.mail.lint.finding import Finding, Spot
from nurture.mail.lint.specimen import Specimen
from nurture.mail.lint.tags import unclosed

_LEAST = 3
"""So many words of a sentence must be found together."""
_NEAR, _NEIGHBOURS = 800, 40
"""Characters, and words among them, that are compared on each side."""
_IN_TEXT = frozenset({"subject-length", "capitals", "subject-signs", "preheader", "text-lines", "text-links", "spam-words"})
"""Rules whose cause is rather in the text part, where subject and preheader stand."""
_WORD = re.compile(r"\w+")
_JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)

_Place = tuple[str, int]
"""(file, how many characters into it)."""


def placed(finding: Finding, specimen: Specimen) -> Finding:
    """``finding`` with file and line; without a line if the words come from elsewhere, e.g. from a reader."""
    spot, sources = finding.spot, specimen.sources
    order = _order(finding, specimen)
    if finding.rule == "markup" and spot is not None and (found := _unclosed(finding, order, specimen)):
        return _at(finding, _meant(found, finding.needles[-1], spot, specimen), specimen)
    for needle in finding.needles:
        for pattern in _patterns(needle):
            found = [(file, at) for file in order for at in _all(pattern, sources[file])]
            if found:
                return _at(finding, found[0] if spot is None else _meant(found, pattern, spot, specimen), specimen)
    return replace(finding, file=order[0], line=0)


def _at(finding: Finding, place: _Place, specimen: Specimen) -> Finding:
    file, at = place
    return replace(finding, file=file, line=specimen.sources[file].count("\n", 0, at) + 1)


def _order(finding: Finding, specimen: Specimen) -> list[str]:
    """The mail's own files, then what they extend, then what they import."""
    first = finding.spot.part if finding.spot else TEXT if finding.rule in _IN_TEXT else HTML
    own = [specimen.name + first, specimen.name + (HTML if first == TEXT else TEXT)]
    return sorted(specimen.sources, key=lambda file: (file not in own, file != own[0], not file.endswith(first), file))


def _unclosed(finding: Finding, order: list[str], specimen: Specimen) -> list[_Place]:
    """Where a template itself does not close what it opens: in the page, the element around it seems to be the one."""
    for file in order if finding.needles else ():
        faults = unclosed(_JINJA.sub(lambda found: re.sub(r"\S", " ", found[0]), specimen.sources[file]))
        if found := [(file, fault.at) for fault in faults if re.match(rf"{finding.needles[-1]}\b", fault.tag)]:
            return found
    return []


def _patterns(needle: str) -> Iterator[str]:
    """The needle whole, then its beginnings: templates break lines and put values in between."""
    words = needle.split()
    for count in dict.fromkeys((len(words), 8, 5, _LEAST)):
        if words and count <= len(words):
            yield " ".join(words[:count])


@lru_cache(maxsize=4096)
def _all(needle: str, source: str) -> tuple[int, ...]:
    """Where it occurs, however it is spelled."""
    spelled = (needle, escape(needle, quote=False), needle.replace("\xa0", "&nbsp;"))
    return tuple(sorted({found.start() for one in dict.fromkeys(spelled) for found in _pattern(one).finditer(source)}))


@lru_cache(maxsize=1024)
def _pattern(needle: str) -> re.Pattern[str]:
    loose = re.escape(needle).replace(r"\ ", r"\s+")
    if re.fullmatch(r"[a-z-]+:\S.*", needle):  # a declaration
        loose = re.sub("(?<=[a-z]):", r"\\s*:\\s*", loose, count=1)
    return re.compile(loose)


# --- which of several ---------------------------------------------------------------------------------------------------


def _meant(found: Sequence[_Place], pattern: str, spot: Spot, specimen: Specimen) -> _Place:
    """Of the places where the words stand, the one whose neighbours are those of ``spot``."""
    told = specimen.letter.html if spot.part == HTML else specimen.letter.text
    same = [place for place in found if place[0].endswith(spot.part)] or found
    if len(same) == 1:
        return same[0]
    there = _all(pattern, told)
    at = next((at for at in there if spot.at <= at < spot.at + _NEAR), spot.at)
    likeness = [_likeness((told, at), (specimen.sources[file], start)) for file, start in same]
    best = [place for place, like in zip(same, likeness, strict=True) if like == max(likeness)]
    counted = same[there.index(at)] if at in there and there.index(at) < len(same) else best[0]
    return counted if counted in best else best[0]


def _likeness(one: tuple[str, int], other: tuple[str, int]) -> int:
    """How many words both have around them in the same order."""
    (before, after), (others_before, others_after) = _around(*one), _around(*other)
    return _common(before, others_before) + _common(after, others_after)


def _around(text: str, at: int) -> tuple[list[str], list[str]]:
    before, after = _WORD.findall(text[max(0, at - _NEAR) : at]), _WORD.findall(text[at : at + _NEAR])
    return before[-_NEIGHBOURS:], after[:_NEIGHBOURS]


def _common(one: list[str], other: list[str]) -> int:
    return sum(block.size for block in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks())
