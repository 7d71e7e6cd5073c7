"""The kinds of single values that files contain: ids, texts, durations, times, addresses, references.

Each is an annotated type whose validator answers with a sentence; the schema beside it is what editors check.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import Annotated, Any, Literal
from unicodedata import category
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo, WithJsonSchema

from nurture.definitions.models.shape import several, surroundings
from nurture.domain.catalogue import LeadClass
from nurture.domain.durations import Duration
from nurture.domain.pacing import WEEKDAYS

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FIELD = re.compile(r"[a-z][a-z0-9_]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")


def did_you_mean(given: str, known: object) -> str:
    """``; did you mean 'x'?`` if something in ``known`` looks like ``given``, else what there is."""
    names = sorted(str(name) for name in known) if isinstance(known, frozenset | set | tuple | list | dict) else []
    by_lower = {name.lower(): name for name in names}
    close = get_close_matches(given.lower(), by_lower, n=1, cutoff=0.6)
    if close:
        return f"; did you mean '{by_lower[close[0]]}'?"
    if not names:
        return ""
    shown = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
    return f"; there {'is' if len(names) == 1 else 'are'} {shown}"


def _text(value: Any, example: str) -> str:
    """``value`` if it is text; else ValueError."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        raise ValueError(f'{str(value).lower()} is no text; put it in quotes if it is meant so, such as "{example}"')
    raise ValueError(f'must be text such as "{example}"')


# --- names and texts ---------------------------------------------------------------------------------------------------


def _id(value: str) -> str:
    if _ID.fullmatch(value) and len(value) <= 60:
        return value
    raise ValueError(
        f"'{value}' is not an id; write lower-case letters, digits and hyphens (at most 60), such as 'lead-time'"
    )


def _field_name(value: str) -> str:
    if _FIELD.fullmatch(value) and len(value) <= 40:
        return value
    raise ValueError(f"'{value}' is not a field name; write lower-case letters, digits and _ , such as 'company_size'")


_BLANKS = "\u3164\u115f\u1160\uffa0\u2800"
"""Fillers of Hangul and an empty Braille cell: letters and signs that show nothing."""


def _visible(value: str) -> bool:
    """Whether there is anything to be seen in it."""
    return any(category(sign)[0] not in "CZM" and sign not in _BLANKS for sign in value)


def _line(value: str) -> str:
    if not _visible(value):
        raise ValueError("is empty; write a text")
    if "\n" in value or _CONTROL.search(value):
        raise ValueError("must be a single line without control characters")
    return value


def _in_all_languages(value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    faults: list[tuple[tuple[str | int, ...], str]] = [
        ((language,), "the text is empty") for language, text in value.items() if not text.strip()
    ]
    faults += language_faults(value, info, "text")
    if faults:
        raise several(faults)
    return value


def language_faults(value: dict[str, Any], info: ValidationInfo, what: str) -> list[tuple[tuple[str | int, ...], str]]:
    languages = surroundings(info).languages
    if languages is None:
        return [] if value else [((), f"has no {what}; give one per language")]
    faults: list[tuple[tuple[str | int, ...], str]] = [
        ((language,), f"'{language}' is none of the organisation's languages ({', '.join(languages)})")
        for language in value if language not in languages
    ]  # fmt: skip
    missing = [language for language in languages if language not in value]
    if missing:
        faults.append(((), f"has no {what} in {' and '.join(missing)}; give one for each of {', '.join(languages)}"))
    return faults


Id = Annotated[str, AfterValidator(_id), Field(json_schema_extra={"x-type": "id", "pattern": f"^{_ID.pattern}$"})]
FieldName = Annotated[
    str, AfterValidator(_field_name), Field(json_schema_extra={"x-type": "field name", "pattern": f"^{_FIELD.pattern}$"})
]
Line = Annotated[str, AfterValidator(_line), Field(json_schema_extra={"minLength": 1})]
Text = Annotated[
    dict[str, str],
    AfterValidator(_in_all_languages),
    WithJsonSchema({
        "type": "object", "x-type": "text per language",
        "minProperties": 1, "additionalProperties": {"type": "string", "minLength": 1},
    }),
]  # fmt: skip


# --- references --------------------------------------------------------------------------------------------------------


def refer(kind: str, what: str, where: str = "") -> Callable[[str, ValidationInfo], str]:
    """A validator: the value must be the id of a known ``kind``; ``what`` (and ``where``) say it in words."""

    def check(value: str, info: ValidationInfo) -> str:
        known = surroundings(info).ids.get(kind)
        if known is not None and value not in known:
            raise ValueError(f"there is no {what} '{value}'{where}{did_you_mean(value, known)}")
        return value

    return check


ProductId = Annotated[str, AfterValidator(refer("product", "product")), Field(json_schema_extra={"x-refers-to": "product"})]
FunctionId = Annotated[
    str, AfterValidator(refer("function", "function")), Field(json_schema_extra={"x-refers-to": "function"})
]
TopicId = Annotated[str, AfterValidator(refer("topic", "topic")), Field(json_schema_extra={"x-refers-to": "topic"})]
ContentId = Annotated[
    str, AfterValidator(refer("content", "content item")), Field(json_schema_extra={"x-refers-to": "content"})
]
FormId = Annotated[str, AfterValidator(refer("form", "form")), Field(json_schema_extra={"x-refers-to": "form"})]
PurposeId = Annotated[str, AfterValidator(refer("purpose", "purpose")), Field(json_schema_extra={"x-refers-to": "purpose"})]
CampaignId = Annotated[
    str, AfterValidator(refer("campaign", "campaign")), Field(json_schema_extra={"x-refers-to": "campaign"})
]
StepId = Annotated[str, AfterValidator(refer("step", "step")), Field(json_schema_extra={"x-refers-to": "step"})]
MailId = Annotated[
    str, AfterValidator(refer("mail", "mail", " in mail_templates/")), Field(json_schema_extra={"x-refers-to": "mail"})
]
FieldId = Annotated[str, AfterValidator(refer("field", "form field")), Field(json_schema_extra={"x-refers-to": "field"})]
Language = Annotated[
    str, AfterValidator(refer("language", "language")), Field(json_schema_extra={"x-refers-to": "language"})
]

Phase = Literal["B1", "B2", "B3", "A"]
AnyClass = Literal["C", "B1", "B2", "B3", "A"]
Grade = Literal["A", "B", "C", "D"]


def classes(names: list[Any]) -> tuple[LeadClass, ...]:
    return tuple(LeadClass(name) for name in names)


# --- time --------------------------------------------------------------------------------------------------------------


def _span(value: Any) -> Duration:
    if isinstance(value, str) and value.strip().startswith("-"):
        raise ValueError(f"'{value}' is negative; a duration is at least '1 minute'")
    if not isinstance(value, str) or len(value) > 30:
        raise ValueError("is not a duration; write a number and a unit, such as '3 days', '2 Wochen' or '1 month'")
    span = Duration.parse(value)
    if span.count == 0:
        raise ValueError(f"'{value}' is no time at all; a duration is at least '1 minute'")
    return span


def _elapsed(value: Any) -> timedelta:
    span = _span(value)
    if span.unit not in ("minutes", "hours"):
        raise ValueError(f"'{value}' must be in minutes or hours here, such as '4 hours'")
    return timedelta(days=span.days)


def _term(value: Any) -> timedelta:
    span = _span(value)
    if span.unit not in ("minutes", "hours", "days", "weeks"):
        raise ValueError(f"'{value}' has no fixed length; write days or weeks here, such as '30 days'")
    return timedelta(days=span.days)


def _clock_time(value: Any) -> time:
    match = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", _text(value, "08:30"))
    if match and (int(match[1]), int(match[2])) == (24, 0):
        return time.max
    if match and int(match[1]) < 24 and int(match[2]) < 60:
        return time(int(match[1]), int(match[2]))
    raise ValueError(f"'{value}' is not a time of day; write hours and minutes in quotes, such as \"08:30\"")


def _moment(value: Any) -> datetime:
    text = _text(value, "2027-04-20 09:00")
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}", text):
            return datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"'{text}' is not a moment in time: {error}") from None
    raise ValueError(f"'{text}' is not a moment in time; write local date and time, such as \"2027-04-20 09:00\"")


def _date(value: Any) -> date:
    text = _text(value, "2026-09-15")
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"'{text}' is not a date: {error}") from None
    raise ValueError(f"'{text}' is not a date; write year, month and day, such as 2026-09-15")


def _month_day(value: Any) -> tuple[int, int]:
    text = _text(value, "12-24")
    wrong = f"'{text}' is not a day of the year; write month and day in quotes, such as \"12-24\""
    if not re.fullmatch(r"[0-9]{2}-[0-9]{2}", text):
        raise ValueError(wrong)
    try:
        day = date.fromisoformat(f"2024-{text}")  # a leap year, so that 02-29 is a day
    except ValueError:
        raise ValueError(wrong) from None
    return day.month, day.day


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(value: Any) -> ZoneInfo:
    text = _text(value, "Europe/Berlin")
    if text not in _zones():
        raise ValueError(f"there is no time zone '{text}'{_close(text, _zones()) or '; write one such as Europe/Berlin'}")
    return ZoneInfo(text)


def _close(given: str, known: frozenset[str]) -> str:
    close = get_close_matches(given, known, n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""


def _schema(kind: str, example: str, pattern: str | None = None) -> WithJsonSchema:
    schema = {"type": "string", "x-type": kind, "examples": [example]}
    return WithJsonSchema(schema | ({"pattern": pattern} if pattern else {}))


_TIME = "^[0-9]{1,2}:[0-9]{2}$"
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

Span = Annotated[
    Duration, PlainValidator(_span), _schema("duration", "3 days", r"^\s*([0-9]{1,5}\s*[A-Za-zäöüÄÖÜ]+|[Pp].+)\s*$")
]
Elapsed = Annotated[timedelta, PlainValidator(_elapsed), _schema("duration in minutes or hours", "4 hours")]
Term = Annotated[timedelta, PlainValidator(_term), _schema("duration in days or weeks", "30 days")]
ClockTime = Annotated[time, PlainValidator(_clock_time), _schema("time of day", "08:30", _TIME)]
Moment = Annotated[
    datetime, PlainValidator(_moment), _schema("date and time", "2027-04-20 09:00", f"^{_DATE}[ T][0-9]{{2}}:[0-9]{{2}}$")
]
Date = Annotated[date, PlainValidator(_date), _schema("date", "2026-09-15", f"^{_DATE}$")]
MonthDay = Annotated[
    tuple[int, int], PlainValidator(_month_day), _schema("day of the year", "12-24", "^[0-9]{2}-[0-9]{2}$")
]
Zone = Annotated[ZoneInfo, PlainValidator(_zone), _schema("time zone", "Europe/Berlin")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def weekdays(names: list[Any]) -> frozenset[int]:
    return frozenset(WEEKDAYS.index(name) for name in names)


# --- shares ------------------------------------------------------------------------------------------------------------


def _share(value: Any) -> float:
    if isinstance(value, str) and (match := re.fullmatch(r"([0-9]{1,3}(?:[.,][0-9]{1,6})?) ?%", value.strip())):
        share = float(match[1].replace(",", ".")) / 100
    elif isinstance(value, int | float) and not isinstance(value, bool):
        share = float(value)
    else:
        raise ValueError(f"'{value}' is not a share; write it such as 2 % or 0.02")
    if not 0 < share < 1:
        raise ValueError(f"'{value}' is not between 0 % and 100 %; write it such as 2 % or 0.02")
    return share


Share = Annotated[
    float,
    PlainValidator(_share),
    WithJsonSchema({
        "x-type": "share",
        "examples": ["2 %"],
        "anyOf": [
            {"type": "string", "pattern": r"^\s*[0-9]{1,3}([.,][0-9]{1,6})? ?%\s*$"},
            {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        ],
    }),
]  # fmt: skip


# --- addresses ---------------------------------------------------------------------------------------------------------


def _email(value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise ValueError(f"'{value}' is not an e-mail address: {error}") from None


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        fine = (
            parts.scheme in ("https", "http")
            and parts.hostname
            and parts.username is None
            and not re.search(r"[\x00-\x20\x7f\s<>\"\\\u2024\u3002\uff0e\uff61]", value)  # dots that only look like one
            and parts.port != 0
        )
    except ValueError:
        fine = False
    if fine:
        return value
    raise ValueError(f"'{value}' is not a web address; write all of it, such as https://www.example.com/page")


def _origin(value: str) -> str:
    _url(value)
    parts = urlsplit(value)
    if value != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
        raise ValueError(f"'{value}' is not an origin; write scheme and host only, such as https://www.example.com")
    return value.lower()


def _domain(value: str) -> str:
    if re.fullmatch(r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+", value):
        return value
    raise ValueError(f"'{value}' is not a domain; write it in lower case without http, such as example.com")


Email = Annotated[str, AfterValidator(_email), Field(json_schema_extra={"x-type": "e-mail address", "format": "email"})]
Url = Annotated[str, AfterValidator(_url), Field(json_schema_extra={"x-type": "web address", "format": "uri"})]
Origin = Annotated[str, AfterValidator(_origin), Field(json_schema_extra={"x-type": "origin", "format": "uri"})]
Domain = Annotated[str, AfterValidator(_domain), Field(json_schema_extra={"x-type": "domain"})]
