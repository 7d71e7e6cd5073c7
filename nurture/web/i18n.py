"""The language of a page and the words, dates and sizes in it.

``?lang=`` is a wish and comes first; then the language of the form or the contact; then what the browser asks for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from flask import Request

Catalogue = Mapping[str, Mapping[str, str]]
"""Language -> key -> text; texts may hold {named} places."""

Words = Callable[..., str]
"""words(key, **places): the text of ``key`` in one language."""


def choose(request: Request, languages: Sequence[str], known: str | None = None) -> str:
    """The language of the answer, one of ``languages``. ``known``: that of the form or the contact."""
    for wished in (request.args.get("lang"), known):
        if wished in languages:
            return str(wished)
    return request.accept_languages.best_match(languages, default=languages[0]) or languages[0]


def words(catalogue: Catalogue, language: str, fallback: str = "en") -> Words:
    """A function that gives texts in ``language``. Raises KeyError for a key nobody wrote."""
    texts = catalogue.get(language) or catalogue[fallback]

    def text(key: str, **places: object) -> str:
        return texts[key].format(**places) if places else texts[key]

    return text


def day(moment: datetime, language: str, zone: ZoneInfo) -> str:
    """'12. März 2026' / 'March 12, 2026'."""
    return format_date(moment.astimezone(zone), "long", locale=language)


def clock_time(moment: datetime, language: str, zone: ZoneInfo) -> str:
    """'14:05' / '2:05 PM'."""
    return format_time(moment, "short", tzinfo=zone, locale=language)


def days(starts: datetime, ends: datetime, language: str, zone: ZoneInfo) -> str:
    """'20.–23. April 2027' / 'April 20–23, 2027', or one day and its hours."""
    first, last = starts.astimezone(zone).date(), ends.astimezone(zone).date()
    if first == last:
        hours = f"{clock_time(starts, language, zone)} – {clock_time(ends, language, zone)}"
        return f"{day(starts, language, zone)}, {hours}"
    if (first.year, first.month) == (last.year, last.month):
        both = rf"{first.day}\1–{last.day}\1"
        return re.sub(rf"\b{last.day}\b(\.?)", both, day(ends, language, zone), count=1)
    return f"{day(starts, language, zone)} – {day(ends, language, zone)}"


def size(count: int, language: str) -> str:
    """A number of bytes as people read it."""
    if count < 1_000_000:
        return f"{format_decimal(max(1, round(count / 1000)), locale=language)} KB"
    return f"{format_decimal(round(count / 1_000_000, 1), locale=language)} MB"
