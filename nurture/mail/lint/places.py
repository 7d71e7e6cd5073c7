"""Where in the templates a finding has its cause: the first of its words that stands in one of the mail's files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from html import escape

from nurture.mail.environment import HTML, TEXT
from nurture.mail.lint.finding import Finding

_LEAST = 3
"""So many words of a sentence must be found together."""
_IN_TEXT = frozenset({"subject-length", "capitals", "subject-signs", "preheader", "text-lines", "text-links", "spam-words"})
"""Rules whose cause is rather in the text part, where subject and preheader stand."""


def placed(finding: Finding, name: str, sources: Mapping[str, str]) -> Finding:
    """``finding`` with file and line; without a line if the words come from elsewhere, e.g. from a reader."""
    order = _order(name, sources, TEXT if finding.rule in _IN_TEXT else HTML)
    for pattern in (pattern for needle in finding.needles for pattern in _patterns(needle)):
        for file in order:
            found = _search(pattern, sources[file])
            if found:
                return replace(finding, file=file, line=found)
    return replace(finding, file=order[0], line=0)


def _order(name: str, sources: Mapping[str, str], first: str) -> list[str]:
    """The mail's own files, then what they extend, then what they import."""
    own = [name + first, name + (HTML if first == TEXT else TEXT)]
    return sorted(sources, key=lambda file: (file not in own, file != own[0], not file.endswith(first), file))


def _patterns(needle: str) -> Iterator[str]:
    """The needle whole, then its beginnings: templates break lines and put values in between."""
    words = needle.split()
    for count in dict.fromkeys((len(words), 8, 5, _LEAST)):
        if words and count <= len(words):
            yield " ".join(words[:count])


@lru_cache(maxsize=4096)
def _search(needle: str, source: str) -> int:
    """The line of the first occurrence; 0: none."""
    spelled = {needle, escape(needle, quote=False), needle.replace("\xa0", "&nbsp;")}
    for one in spelled:
        found = _pattern(one).search(source)
        if found:
            return source.count("\n", 0, found.start()) + 1
    return 0


@lru_cache(maxsize=1024)
def _pattern(needle: str) -> re.Pattern[str]:
    loose = re.escape(needle).replace(r"\ ", r"\s+")
    if re.fullmatch(r"[a-z-]+:\S.*", needle):  # a declaration
        loose = re.sub("(?<=[a-z]):", r"\\s*:\\s*", loose, count=1)
    return re.compile(loose)
