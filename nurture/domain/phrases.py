"""Lists of phrases as one pattern: how rules over people's and machines' words are written down.

A phrase is a regular expression; phrases of a line are parted by " | ", a line indented further continues the one
above it, and {name} stands for the words given under that name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from textwrap import dedent


def phrases(
    lines: str, words: Mapping[str, str] | None = None, *, before: str = "", after: str = "", flags: int = 0
) -> re.Pattern[str]:
    """A pattern that finds any of the phrases, between ``before`` and ``after``."""
    joined = re.sub(r"\n[ ]+", "", dedent(lines).strip("\n"))
    listed = [phrase.strip() for phrase in re.split(r"\n| \| ", joined)]
    pattern = "|".join(phrase for phrase in listed if phrase)
    for name, meaning in (words or {}).items():
        pattern = pattern.replace(f"{{{name}}}", meaning)
    return re.compile(f"{before}(?:{pattern}){after}", flags)
