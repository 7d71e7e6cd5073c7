"""A letter as a reader gets it, before it becomes a mail."""

from __future__ import annotations

import re
from dataclasses import dataclass

BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a reader gets; lines end in LF, no line of ``subject`` and ``preheader`` breaks.

    ``references``: whether every character of ``html`` beyond ASCII may be written as a character reference.
    """

    subject: str
    preheader: str
    html: str
    text: str
    references: bool = False


def one_line(text: str) -> str:
    return " ".join(text.split())


def tidy(text: str) -> str:
    """No gaps where something was left out, one line end at the end."""
    return BLANK_LINES.sub("\n\n", text).strip() + "\n"
